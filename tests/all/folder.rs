//! An incident folder made of a few facts: the words of the sample, and over them what a case sets.

use crate::expected::flat;
use crate::harness::{Home, body, pages, rows};
use jiff::ToSpan as _;
use jiff::civil::Date;
use std::collections::BTreeMap;
use toml::{Table, Value};

const SAMPLE: &str = include_str!("../../sample_data/lakeside/incident.toml");
/// A city and the first three digits of its ZIP codes for the fifty states, D.C. and Puerto Rico.
const PLACES: &str = include_str!("../../src/drill/states.csv");
/// The same for the four territories that no synthetic patient lives in: state, ZIP, city.
const TERRITORIES: [(&str, &str, &str); 4] =
    [("AS", "96799", "Pago Pago"), ("GU", "96910", "Hagatna"), ("MP", "96950", "Saipan"), ("VI", "00802", "St Thomas")];

/// Days between discovery and mailing where a case does not set them.
const USUAL_DAYS_TO_MAIL: i64 = 28;

/// What incident.toml, providers.csv and patients.csv of one provider, `P1`, are written from.
#[derive(Clone)]
pub(crate) struct Folder {
    incident: Table,
    provider: BTreeMap<String, String>,
    people: Vec<BTreeMap<String, String>>,
}

impl Folder {
    /// The sample's words without its business associate, under facts in the form of incident.toml.
    pub(crate) fn of(facts: &str) -> Folder {
        let mut incident: Table = SAMPLE.parse().unwrap();
        incident.remove("business_associate");
        let usual = "incident.breach_began = 2023-01-02\nincident.breach_ended = 2023-01-20\nidentity_service.enroll_by = 2029-06-30";
        lay_over(&mut incident, usual.parse().unwrap());
        for (table, key) in [("incident", "determined"), ("call_center", "open_until")] {
            incident[table].as_table_mut().unwrap().remove(key);
        }
        incident["lists"][0].as_table_mut().unwrap().remove("received");
        let facts: Table = facts.parse().unwrap_or_else(|error| panic!("{facts}: {error}"));
        let discovered: Date = facts["incident"]["discovered"].to_string().parse().unwrap();
        let mailed = discovered + USUAL_DAYS_TO_MAIL.days();
        lay_over(&mut incident, format!("incident.mail_date = {mailed}").parse().unwrap());
        lay_over(&mut incident, facts);
        Folder { incident, provider: cells(PROVIDER), people: Vec::new() }
    }

    /// Sets columns of providers.csv: `column = value`, commas between.
    pub(crate) fn provider(mut self, columns: &str) -> Folder {
        self.provider.extend(cells(columns));
        self
    }

    /// Adds people who live in a state; columns of patients.csv as for the provider.
    pub(crate) fn people(mut self, count: usize, state: &str, columns: &str) -> Folder {
        for _ in 0..count {
            let mut person = somebody(self.people.len(), state);
            person.extend(cells(columns));
            self.people.push(person);
        }
        self
    }

    /// How many people are on the list.
    pub(crate) fn len(&self) -> usize {
        self.people.len()
    }

    /// Sets columns of the person who was added last.
    pub(crate) fn set(mut self, columns: &str) -> Folder {
        self.people.last_mut().unwrap().extend(cells(columns));
        self
    }

    /// Everyone on the list has an address of their own and agreed to be told by e-mail.
    pub(crate) fn by_email(mut self) -> Folder {
        for person in &mut self.people {
            person.insert("email".to_owned(), format!("{}@post.example", person["record_id"].to_lowercase()));
            person.extend(cells("email_consent_on = 2022-06-11, email_consent_scope = breach notices"));
        }
        self
    }

    /// The day on which letters are mailed.
    pub(crate) fn mail_date(&self) -> String {
        self.incident["incident"]["mail_date"].to_string()
    }

    /// A home with the folder `incident` in it.
    pub(crate) fn home(&self) -> Home {
        let home = Home::new();
        home.write("incident/providers.csv", &csv(std::slice::from_ref(&self.provider)));
        self.write_list(&home, "patients.csv");
        home
    }

    /// Writes the people into a list of the folder, and incident.toml anew.
    pub(crate) fn write_list(&self, home: &Home, name: &str) {
        home.write("incident/incident.toml", &self.incident.to_string());
        home.write(&format!("incident/{name}"), &csv(&self.people));
    }
}

const PROVIDER: &str = "provider_id = P1, legal_name = Larch Hospital, kind = hospital, return_name = Larch Hospital, \
    address1 = 12 Larch St, city = Austin, state = TX, postal_code = 78701, phone = 1-888-555-0120, email = privacy@larch.example, \
    website = https://www.larch.example, signatory_name = Ada Clerk, signatory_title = Privacy Officer";

/// The cells of `column = value, column = value`.
fn cells(columns: &str) -> BTreeMap<String, String> {
    let cell = |part: &str| {
        let (column, value) = part.split_once('=').unwrap_or_else(|| panic!("{part:?} is no `column = value`"));
        (column.trim().to_owned(), value.trim().to_owned())
    };
    columns.split(',').filter(|part| !part.trim().is_empty()).map(cell).collect()
}

/// An adult whom nothing but the number tells from others; everybody has a name, a birth date and a house of their own.
fn somebody(number: usize, state: &str) -> BTreeMap<String, String> {
    const FIRST: [&str; 8] = ["Alma", "Bruno", "Clara", "David", "Edith", "Felix", "Greta", "Hugo"];
    const BEGIN: [&str; 16] =
        ["Bar", "Cal", "Dor", "Fen", "Gar", "Hol", "Kel", "Lan", "Mar", "Nor", "Pel", "Ren", "Sel", "Tor", "Wal", "Yar"];
    const END: [&str; 16] =
        ["bert", "by", "den", "don", "dry", "ford", "gate", "ham", "ley", "low", "more", "ridge", "stead", "ton", "well", "wick"];
    let last = format!("{}{}", BEGIN[number % 16], END[number / 16 % 16]);
    let (zip, city) = place(state);
    let columns = [
        ("record_id", format!("R-{number:04}")),
        ("patient_id", format!("M{number:06}")),
        ("provider_id", "P1".to_owned()),
        ("first_name", FIRST[number / 256 % 8].to_owned()),
        ("last_name", last),
        ("birth_date", format!("19{}-0{}-{:02}", 50 + number % 40, 1 + number % 9, 1 + number % 28)),
        ("address1", format!("{} Maple St", 100 + number)),
        ("city", city),
        ("state", state.to_owned()),
        ("postal_code", zip),
        ("elements", "name;ssn;diagnosis".to_owned()),
    ];
    columns.into_iter().map(|(column, value)| (column.to_owned(), value)).collect()
}

/// ZIP and city of somewhere in a state.
pub(crate) fn place(state: &str) -> (String, String) {
    if let Some((_, zip, city)) = TERRITORIES.iter().find(|(code, _, _)| *code == state) {
        return ((*zip).to_owned(), (*city).to_owned());
    }
    let line = PLACES.lines().find(|line| line.starts_with(&format!("{state},"))).unwrap_or_else(|| panic!("no place in {state}"));
    let first = line.rsplit(',').next().unwrap().split('|').next().unwrap();
    let (prefix, city) = first.split_once(' ').unwrap();
    (format!("{prefix}01"), city.to_owned())
}

/// The two-letter codes of the fifty states, D.C. and the five territories.
pub(crate) fn jurisdictions() -> Vec<String> {
    let of_file = PLACES.lines().filter(|line| !line.starts_with('#')).skip(1).map(|line| line[..2].to_owned());
    of_file.chain(TERRITORIES.map(|(code, _, _)| code.to_owned())).collect()
}

/// A letter of a print stream.
pub(crate) struct Printed {
    pub(crate) pages: usize,
    /// Its text without footers, line breaks as blanks.
    pub(crate) text: String,
}

/// What is drawn across every page until the wording is approved, as it is read.
const DRAFT: &str = "D R A F T ";

/// Renders the folder `incident` as streams and gives each letter by its record.
pub(crate) fn printed(home: &Home, out: &str) -> BTreeMap<String, Printed> {
    let ended = home.run(&format!("render incident --out {out} --as stream"));
    assert!(ended.code() <= 1, "{}", ended.stderr);
    let records = home.records_of_pieces("incident");
    let mut streams: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let letter = |row: BTreeMap<String, String>| {
        let stream = streams.entry(row["file"].clone()).or_insert_with(|| pages(&home.path(&format!("{out}/{}", row["file"]))));
        let number = |name: &str| row[name].parse::<usize>().unwrap();
        let own = &stream[number("first_page") - 1..number("last_page")];
        let text = own.iter().map(|page| flat(body(page)).trim_start_matches(DRAFT).to_owned()).collect::<Vec<_>>().join(" ");
        let record = records[&row["piece_id"]].split(':').next_back().unwrap().to_owned();
        (record, Printed { pages: number("pages"), text })
    };
    rows(&home.read(&format!("{out}/pieces.csv"))).into_iter().map(letter).collect()
}

/// Values win over those that are there; tables are laid over tables, anything else is replaced.
fn lay_over(table: &mut Table, facts: Table) {
    for (key, value) in facts {
        match (table.get_mut(&key), value) {
            (Some(Value::Table(inner)), Value::Table(facts)) => lay_over(inner, facts),
            (_, value) => {
                table.insert(key, value);
            }
        }
    }
}

/// A CSV file whose header has every column that a row has.
fn csv(rows: &[BTreeMap<String, String>]) -> String {
    let columns: std::collections::BTreeSet<&String> = rows.iter().flat_map(BTreeMap::keys).collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&columns).unwrap();
    for row in rows {
        writer.write_record(columns.iter().map(|column| row.get(*column).map_or("", String::as_str))).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}
