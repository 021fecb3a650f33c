//! Builds incidents, lists and rules by hand, and reads what became of the rows.

mod addresses;
mod channels;
mod codes;
mod merging;
mod properties;
mod roles;
mod rulings;

use super::*;
use crate::error::{Error, Place};
use crate::incident::{CallCenter, Choices, CodeAudience, CodePool, EmailSettings, IdentityService, List, Print, Provider, Sender};
use crate::intake::{Doubt, Rows};
use jiff::civil::date;
use std::collections::BTreeMap;

/// One row to be: complete and mailable until changed.
#[derive(Debug, Clone)]
pub(super) struct Person {
    list: u16,
    cells: BTreeMap<Field, String>,
    elements: Elements,
}

/// Ann Lee of Boston, born 1980, with this record id.
pub(super) fn person(record: &str) -> Person {
    let cells = [
        (Field::RecordId, record),
        (Field::FirstName, "Ann"),
        (Field::LastName, "Lee"),
        (Field::BirthDate, "1980-05-17"),
        (Field::Address1, "1 ELM ST"),
        (Field::City, "BOSTON"),
        (Field::State, "MA"),
        (Field::PostalCode, "02139"),
    ];
    let cells = cells.into_iter().map(|(field, value)| (field, value.to_owned())).collect();
    Person { list: 0, cells, elements: Elements::default() }
}

impl Person {
    pub(super) fn with(mut self, field: Field, value: &str) -> Person {
        self.cells.insert(field, value.to_owned());
        self
    }

    pub(super) fn all(self, cells: &[(Field, &str)]) -> Person {
        cells.iter().fold(self, |person, (field, value)| person.with(*field, value))
    }

    pub(super) fn named(self, first: &str, last: &str) -> Person {
        self.with(Field::FirstName, first).with(Field::LastName, last)
    }

    pub(super) fn element(mut self, element: crate::intake::Element) -> Person {
        self.elements.insert(element);
        self
    }

    pub(super) fn in_list(mut self, list: u16) -> Person {
        self.list = list;
        self
    }
}

/// Everyone, unpacked, with what became of each row.
#[derive(Debug)]
pub(super) struct Gathered {
    pub(super) people: Vec<Recipient>,
    pub(super) merges: Vec<Merge>,
    pub(super) possible: Vec<PossibleMerge>,
    pub(super) findings: Vec<Finding>,
}

/// An incident with its rows.
pub(super) struct Case {
    pub(super) incident: Incident,
    rows: Vec<Person>,
    broken: Vec<(RowIndex, Finding)>,
    doubts: Vec<Doubt>,
    folder: Option<tempfile::TempDir>,
}

pub(super) fn case(people: impl IntoIterator<Item = Person>) -> Case {
    Case { incident: incident(), rows: people.into_iter().collect(), broken: Vec::new(), doubts: Vec::new(), folder: None }
}

impl Case {
    /// Writes a file into the incident folder.
    pub(super) fn file(mut self, name: &str, text: &str) -> Case {
        let folder = self.folder.take().unwrap_or_else(|| tempfile::tempdir().unwrap());
        fs_err::write(folder.path().join(name), text).unwrap();
        self.incident.folder = folder.path().to_owned();
        self.folder = Some(folder);
        self
    }

    pub(super) fn decisions(self, lines: &[&str]) -> Case {
        self.file("decisions.csv", &format!("record,decision,argument,by,on,reason\n{}\n", lines.join("\n")))
    }

    pub(super) fn service(mut self) -> Case {
        self.incident.identity_service = Some(IdentityService {
            vendor: "Watch Inc.".to_owned(),
            product: "Watch".to_owned(),
            months: 24,
            enroll_url: "watch.example".to_owned(),
            enroll_phone: "800-555-0100".to_owned(),
            enroll_by: date(2025, 12, 31),
        });
        self
    }

    pub(super) fn pool(mut self, audience: CodeAudience, codes: &str) -> Case {
        let file = format!("codes{}.txt", self.incident.code_pools.len());
        self.incident.code_pools.push(CodePool { file: file.clone(), audience });
        self.file(&file, codes)
    }

    pub(super) fn broken(mut self, row: u32) -> Case {
        let finding = Finding::holds("cells", Place::line("patients.csv", u64::from(row) + 2), "too many cells", "quote it");
        self.broken.push((RowIndex(row), finding));
        self
    }

    /// Entries that hold their rows.
    pub(super) fn doubted(mut self, doubts: &[Doubt]) -> Case {
        self.doubts = doubts.to_vec();
        self
    }

    /// A second list, received on a day of April 2025.
    pub(super) fn second_list(mut self, received: Option<i8>) -> Case {
        let day = received.map(|day| date(2025, 4, day));
        self.incident.lists.push(List { received: day, ..list("later.csv") });
        self
    }

    fn try_gather(&self) -> Result<Gathered, Error> {
        let mut rows = Rows::default();
        self.rows.iter().enumerate().for_each(|(index, person)| add(&mut rows, index, person));
        let headers = self.incident.lists.iter().map(|_| vec![(Field::BirthDate, "DOB".to_owned())]).collect();
        let files = self.incident.lists.iter().map(|list| list.file.clone()).collect();
        let intake = Intake {
            rows,
            findings: Vec::new(),
            broken: self.broken.clone(),
            doubts: self.doubts.clone(),
            files,
            headers,
            ..Intake::default()
        };
        let Recipients { people, merges, possible, findings, .. } = gather(&self.incident, &rules(), &intake)?;
        Ok(Gathered { people: people.iter().collect(), merges, possible, findings })
    }

    pub(super) fn gather(&self) -> Gathered {
        self.try_gather().unwrap()
    }

    /// The code of the only refusal.
    pub(super) fn refusal(&self) -> &'static str {
        self.try_gather().unwrap_err().findings[0].code
    }
}

fn add(rows: &mut Rows, index: usize, person: &Person) {
    let values: Vec<(Field, &str)> = person.cells.iter().map(|(field, value)| (*field, value.as_str())).collect();
    rows.push(person.list, index as u64 + 2, [0; 32], person.elements, &values);
}

/// `letter`, `email`, `excluded`, or the code of the hold.
pub(super) fn fate(recipient: &Recipient) -> &'static str {
    match &recipient.disposition {
        Disposition::Letter => "letter",
        Disposition::Email => "email",
        Disposition::Excluded { .. } => "excluded",
        Disposition::Held(finding) => finding.code,
    }
}

/// What became of one row alone.
pub(super) fn single(person: Person) -> Recipient {
    case([person]).gather().people.remove(0)
}

fn list(file: &str) -> List {
    List {
        file: file.to_owned(),
        name: file.to_owned(),
        provider: Some("H1".to_owned()),
        received: None,
        mends: None,
        columns: Vec::new(),
        unread: Vec::new(),
        dates: None,
        sheet: None,
        line: 1,
        cass_on: None,
        ncoa_on: None,
    }
}

fn incident() -> Incident {
    let call_center = CallCenter { phone: String::new(), hours: String::new(), open_until: None, languages: Vec::new() };
    let print = Print {
        envelope: String::new(),
        duplex: false,
        house: String::new(),
        baa_reference: String::new(),
        fonts: None,
        encrypt_to: None,
        imb: None,
    };
    Incident {
        folder: "/nonexistent".into(),
        id: "test".to_owned(),
        title: String::new(),
        cause: String::new(),
        locations: Vec::new(),
        breach_began: date(2025, 1, 22),
        breach_ended: None,
        discovered: date(2025, 2, 20),
        determined: None,
        mail_date: date(2025, 4, 18),
        what_happened: String::new(),
        investigation: String::new(),
        mitigation: String::new(),
        prevention: String::new(),
        translations: BTreeMap::new(),
        business_associate: None,
        encryption: None,
        holds: Vec::new(),
        identity_service: None,
        code_pools: Vec::new(),
        call_center,
        sender: Sender::Provider,
        print,
        email: Some(EmailSettings::default()),
        require_approvals: Vec::new(),
        allowed_signers: None,
        waivers: Vec::new(),
        choices: Choices::default(),
        lists: vec![list("patients.csv")],
        providers: vec![provider("H1"), provider("H2")],
    }
}

fn provider(id: &str) -> Provider {
    Provider {
        id: id.to_owned(),
        line: 2,
        legal_name: "Lakeside Hospital".to_owned(),
        kind: "hospital".to_owned(),
        return_name: String::new(),
        address1: "500 Hospital Drive".to_owned(),
        address2: String::new(),
        city: "Boston".to_owned(),
        state: "MA".to_owned(),
        postal_code: "02139".to_owned(),
        phone: String::new(),
        email: "info@lakeside.example".to_owned(),
        website: String::new(),
        signatory_name: String::new(),
        signatory_title: String::new(),
        logo: None,
        ca_licensed_facility: false,
        part2_program: false,
        parent_organization: String::new(),
        breach_began: date(2025, 1, 22),
        breach_ended: None,
        own_discovered: None,
        informed: None,
        list_received: None,
        determined: None,
        mail_date: date(2025, 4, 18),
    }
}

fn rules() -> Rules {
    Rules::load().unwrap()
}
