//! mend.csv there and back: what nobody corrected stays held, and nobody takes another's place.

use crate::harness::{Home, rows};

const COLUMNS: &str = "record_id,patient_id,provider_id,last_name,first_name,birth_date,address1,city,state,postal_code,activation_code";

/// One patient, with these further cells: each record number is a person with a code of its own.
fn row(record: u32, cells: &str) -> String {
    let (name, born) = (["Abbott", "Barrow", "Castle", "Denholm", "Ellis"][record as usize - 1], 1950 + record);
    format!("{record},P{record},LRMC,{name},Nora,{born}-02-08,{record} Linden St,Traverse City,MI,49684,ABCD-EFGH-{record:04},{cells}\n")
}

/// The sample incident with these rows as its list; `columns` stand behind [`COLUMNS`].
fn home(columns: &str, list: &[String]) -> Home {
    let home = Home::with_sample("lakeside");
    home.write("lakeside/patients.csv", &format!("{COLUMNS},{columns}\n{}", list.concat()));
    home
}

/// Adds a list that mends the patients.
fn mend(home: &Home, name: &str, text: &str) {
    home.write(&format!("lakeside/{name}"), text);
    let settings = home.read("lakeside/incident.toml");
    home.write("lakeside/incident.toml", &format!("{settings}\n[[lists]]\nfile = \"{name}\"\nmends = \"patients.csv\"\n"));
}

fn held(home: &Home, out: &str) -> Vec<String> {
    home.run(&format!("check lakeside --out {out}"));
    rows(&home.read(&format!("{out}/held.csv"))).iter().map(|row| row["code"].clone()).collect()
}

#[test]
fn an_unedited_mend_csv_lifts_no_hold() {
    let cases: [(&str, &[&str], &str); 9] = [
        ("elements,Deceased", &["name,2020"], "unknown-flag"),
        ("elements,status,Deceased", &["name,Active,Y"], "status-contradiction"),
        ("elements,Do Not Mail", &["name,Y"], "decisive-column"),
        ("elements,Guardian Phone", &["name,231-555-0100"], "decisive-column"),
        ("elements", &["name;passport_number"], "unknown-element"),
        ("element_name,element_ssn", &["Y,maybe"], "unknown-flag"),
        ("element_name,SSN Flag", &["Y,maybe"], "unknown-flag"),
        ("elements,death_date", &["name,25/12/2020", "name,08/12/2021", "name,13/01/2021", "name,12/25/2021"], "death-date-unreadable"),
        ("elements,address2", &["name,\"Line 2\nLine 3\nLine 4\""], "street-lines"),
    ];
    for (columns, cells, code) in cases {
        let list: Vec<String> = cells.iter().zip(1..).map(|(cells, record)| row(record, cells)).collect();
        let home = home(columns, &list);
        let before = held(&home, "before");
        assert!(!before.is_empty() && before.iter().all(|found| found == code), "{columns}: {before:?}");
        mend(&home, "mend.csv", &home.read("before/mend.csv"));
        assert_eq!(held(&home, "after"), before, "{columns}");
    }
}

#[test]
fn a_social_security_number_among_flags_is_not_copied() {
    let home = home("element_name,element_ssn", &[row(1, "Y,Y"), row(2, "Y,078-05-1120")]);
    assert_eq!(held(&home, "out"), ["unknown-flag"]);
    assert!(home.read("out/mend.csv").contains(",a value,") && !home.read("out/mend.csv").contains("1120"));
}

#[test]
fn what_was_corrected_goes_out() {
    let home = home("elements,Do Not Mail", &[row(1, "name,Y"), row(2, "name;passport_number,")]);
    assert_eq!(held(&home, "before"), ["decisive-column", "unknown-element"]);
    let mended = home.read("before/mend.csv").replace(",Y,", ",,").replace("name;passport_number", "name;drivers_license");
    mend(&home, "mend.csv", &mended);
    home.run("check lakeside").exits(0).prints("2 rows - 0 merged = 2 recipients: 2 letters");
}

#[test]
fn a_list_without_a_column_that_decides_mends_nobody_who_has_an_entry_in_it() {
    for (columns, cells, code) in [
        (
            "elements,confidential_address1,confidential_city,confidential_state,confidential_postal_code",
            "name,PO Box 9,Petoskey,MI,49770",
            "mends-without-column",
        ),
        ("elements,Deceased", "name,Y", "mends-without-column"),
        ("elements,Do Not Mail", "name,Y", "mends-without-column"),
        ("elements,middle_name", "name,Ann", ""),
        ("elements,OK to Mail", "name,N", "mends-without-column"),
        ("elements,Vital Status", "name,Alive", ""),
        ("elements,status,Vital Status", "name,minor,Alive", "mends-without-column"),
    ] {
        let home = home(columns, &[row(1, cells)]);
        mend(&home, "mend.csv", &format!("{COLUMNS},elements\n{}", row(1, "name")));
        let expected: &[&str] = if code.is_empty() { &[] } else { &[code] };
        assert_eq!(held(&home, "out"), expected, "{columns}");
    }
}

#[test]
fn an_empty_status_is_no_answer_to_a_column_that_tells_who_is_dead() {
    let home = home("elements,Deceased", &[row(1, "name,Y")]);
    home.run("check lakeside").prints("1 owed no letter");
    mend(&home, "mend.csv", &format!("{COLUMNS},status,elements\n{}", row(1, ",name")));
    home.run("check lakeside").exits(1).says("`Deceased`").says("[mends-without-column]");
    home.edit("lakeside/mend.csv", "ABCD-EFGH-0001,,name", "ABCD-EFGH-0001,adult,name");
    home.run("check lakeside").exits(0).prints("1 letter");
}

#[test]
fn what_a_comment_says_of_death_or_of_not_writing_is_looked_at() {
    for (columns, cells, ends) in [
        ("elements,Comments", "name,DECEASED - do not mail", "1 held"),
        ("elements,Mail Preference", "name,no mail", "1 held"),
        ("elements,Send Letter", "name,N", "1 held"),
        ("elements,Send Letter", "name,Y", "1 letter,"),
        ("elements,Address 3", "name,Apt 4B", "1 held"),
        ("elements,Comments", "name,prefers mornings", "1 letter,"),
    ] {
        home(columns, &[row(1, cells)]).run("check lakeside").prints(ends);
    }
}

#[test]
fn rows_of_another_list_and_of_somebody_else_take_nobodys_place() {
    let home = home("elements", &[row(1, "name")]);
    home.write("lakeside/others.csv", &format!("{COLUMNS},elements\n{}", row(2, "name")));
    let settings = home.read("lakeside/incident.toml");
    home.write("lakeside/incident.toml", &format!("{settings}\n[[lists]]\nfile = \"others.csv\"\n"));
    mend(&home, "mend.csv", &format!("file,{COLUMNS},elements\npatients.csv,{}others.csv,{}", row(1, "name"), row(2, "name")));
    home.run("check lakeside").exits(3).says("mend.csv:3:file").says("[mends-another-list]");
    let swapped = self::home("elements", &[row(3, "name").replacen('3', "", 1), row(4, "name").replacen('4', "", 1)]);
    mend(&swapped, "mend.csv", &format!("line,{COLUMNS},elements\n2,{}", row(5, "name")));
    assert_eq!(held(&swapped, "out"), ["no-record-id", "no-record-id", "mends-somebody-else"]);
}

#[test]
fn two_rows_of_one_person_are_held_together() {
    let twin = row(1, "name,").replacen("1,", "2,", 1).replace("ABCD-EFGH-0001", "");
    let home = home("elements,Do Not Mail", &[row(1, "name,Y"), twin]);
    home.run("check lakeside --out out").exits(1).prints("2 rows - 1 merged = 1 recipient: 0 letters, 0 e-mails, 1 held");
    home.write(
        "lakeside/decisions.csv",
        "record,decision,argument,by,on,reason\npatients.csv:1,release,decisive-column,Ann Lee,2026-11-28,asked\n",
    );
    home.run("check lakeside").exits(0).prints("1 letter");
}

#[test]
fn the_dead_by_any_column_are_not_written_to_as_living() {
    for (columns, cells, ends) in [
        ("elements,Deceased", "name,Y", "1 owed no letter"),
        ("elements,Vital Status", "name,Deceased", "1 owed no letter"),
        ("elements,Vital Status", "name,Alive", "1 letter,"),
        ("elements,Alive", "name,N", "1 owed no letter"),
        ("elements,status,Vital Status", "name,adult,Deceased", "1 held"),
        ("elements,status,Expired", "name,Living,Y", "1 held"),
        ("elements,status,Deceased", "name,deceased,N", "1 held"),
        ("elements,status,Deceased", "name,adult,unknown", "1 letter,"),
        ("elements,Vital Status,Deceased", "name,Alive,Y", "1 held"),
        ("elements,Deceased,Vital Status", "name,Y,Alive", "1 held"),
        ("elements,death_date,Deceased", "name,2024-05-01,N", "1 held"),
        ("elements,death_date,Deceased", "name,00/00/0000,N", "1 letter,"),
        ("elements,PAT_LIVING_STAT_C", "name,2", "1 owed no letter"),
        ("elements,PAT_LIVING_STAT_C", "name,1", "1 letter,"),
    ] {
        let home = home(columns, &[row(1, cells)]);
        home.run("check lakeside").prints(ends);
    }
    home("elements,status,Patient Status", &[row(1, "name,adult,deceased")]).run("check lakeside").exits(3).says("[column-twice]");
}
