//! Every fault of a list with its place and code; what is read; that no row disappears.

use super::*;
use crate::incident::List;
use crate::incident::sample;
use proptest::prelude::*;

pub(super) const HEADER: &str = "record_id,provider_id,last_name,address1,city,state,postal_code,elements";

/// The sample incident with these files as its lists, in this order.
pub(super) fn incident_with(files: &[(&str, &[u8])]) -> (tempfile::TempDir, Incident) {
    let folder = tempfile::tempdir().unwrap();
    let mut incident = sample::incident();
    incident.folder = folder.path().to_owned();
    incident.lists = files.iter().map(|(name, _)| list(name)).collect();
    for (name, bytes) in files {
        fs_err::write(folder.path().join(name), bytes).unwrap();
    }
    (folder, incident)
}

fn list(file: &str) -> List {
    let mut list = sample::incident().lists.remove(0);
    list.file = file.to_owned();
    list.name = file.to_owned();
    list
}

fn read_text(text: &str) -> Result<(Incident, Intake)> {
    let (_folder, incident) = incident_with(&[("patients.csv", text.as_bytes())]);
    read(&incident).map(|intake| (incident, intake))
}

fn rows(lines: &[&str]) -> (Incident, Intake) {
    read_text(&format!("{HEADER}\n{}\n", lines.join("\n"))).unwrap()
}

pub(super) fn describe(finding: &Finding) -> String {
    format!("{} {} | {}", finding.place, finding.code, finding.hint)
}

/// What holds rows, one by one.
pub(super) fn held(intake: &Intake) -> impl Iterator<Item = (RowIndex, &Finding)> {
    let broken = intake.broken.iter().map(|(row, finding)| (*row, finding));
    let doubts = intake.doubts.iter().map(|doubt| (doubt.row, &doubt.finding));
    let mut held: Vec<(RowIndex, &Finding)> = broken.chain(doubts).collect();
    held.sort_by_key(|(row, _)| *row);
    held.into_iter()
}

/// `place code | hint` of what refuses.
#[track_caller]
fn refusals(text: &[u8]) -> Vec<String> {
    let (_folder, incident) = incident_with(&[("patients.csv", text)]);
    read(&incident).unwrap_err().findings.iter().map(describe).collect()
}

#[track_caller]
pub(super) fn assert_starts(found: &[String], expected: &[&str]) {
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "`{found}` does not start with `{expected}`");
    }
}

#[test]
fn values_come_clean_and_with_their_places() {
    let text = "\u{feff}Record ID,PERSON_ID,Provider Id,NAME_LAST,NAME_FIRST,DOB,STREET_ADDR,City,ST,ZIP,SSN Flag,element_diagnosis\r\n\
                1,p1,hill,  O'Brien ,\"Ann\u{200b}  Marie\",1980-01-02,\"12 Main St\r\nApt 4\",Springfield,IL,62701,Y,n\r\n\
                \r\n,,,,,,,,,,,\r\n\
                2,p2,LAKE,Lee,,,1 Elm,Springfield,IL,62701,0,X,,\r\n";
    let (incident, intake) = read_text(text).unwrap();
    assert_eq!((&intake.findings, held(&intake).count()), (&vec![], 0));
    let row = intake.row(RowIndex(0));
    assert_eq!((row.get(Field::LastName), row.get(Field::FirstName)), ("O'Brien", "Ann Marie"));
    assert_eq!((row.get(Field::Address1), row.get(Field::Address2)), ("12 Main St", "Apt 4"));
    assert_eq!(row.elements.iter().collect::<Vec<_>>(), [Element::Ssn]);
    assert_eq!(intake.row(RowIndex(1)).elements.iter().collect::<Vec<_>>(), [Element::Diagnosis]);
    assert_eq!(intake.row(RowIndex(1)).line, 6);
    assert_eq!(intake.place(RowIndex(1), Field::BirthDate).to_string(), "patients.csv:6:DOB");
    assert_eq!(intake.record_key(&incident, RowIndex(1)), "patients.csv:2");
    assert_eq!(intake.provider(&incident, RowIndex(0)), Some(ProviderIndex(1)));
}

#[test]
fn the_digest_is_of_the_raw_row() {
    use sha2::{Digest, Sha256};
    let line = "1,LAKE,\"Lee\",1 Elm,Springfield,IL,62701,name";
    let (_, intake) = rows(&[line]);
    let expected: [u8; 32] = Sha256::digest(line).into();
    assert_eq!(*intake.rows.get(0).digest, expected);
}

#[test]
fn lists_that_cannot_be_read_are_refused() {
    let good = "1,LAKE,Lee,1 Elm,Springfield,IL,62701,name\n";
    let with = |rows: &str| format!("{HEADER}\n{good}{rows}").into_bytes();
    let table: &[(&[u8], &[&str])] = &[
        (b"", &["patients.csv empty-list"]),
        (b"PK\x03\x04", &["patients.csv damaged-spreadsheet"]),
        (b"\n,,\n", &["patients.csv empty-list"]),
        (b"record_id\n1\0", &["patients.csv:2 nul-bytes"]),
        (b"1,LAKE,Lee,1 Elm,Springfield,IL,62701,name\n", &["patients.csv:1 no-header"]),
        (b"\nPatients of Lake\n1,LAKE,Lee,1 Elm,Springfield,IL,62701,name\n", &["patients.csv:2 no-header"]),
        (&[good.as_bytes(), HEADER.as_bytes()].concat(), &["patients.csv:1 row-above-header"]),
        (&with("2,LAKE,Lee,1 Elm,\"Springfield,IL,62701,name\n3,LAKE,Lee,x,y,IL,62701,name\n"), &["patients.csv:3 open-quote"]),
        (b"\"record_id,last_name\n1,Lee\n", &["patients.csv:1 open-quote"]),
        (&with("2,LAKE,\"Lee,1 Elm,Springfield,IL,62701,name\n3,LAKE,\"Roe\",x,y,IL,62701,name\n"), &["patients.csv:3 swallowed-rows"]),
        (&with("2,LAKE,\"L,1,S,IL,62701,name\n3,LAKE,R,x,y,IL,62701,name\n4,LAKE,\",x,y,IL,62701,n\n"), &["patients.csv:3 swallowed-rows"]),
    ];
    for (text, expected) in table {
        assert_starts(&refusals(text), expected);
    }
    let (_folder, mut incident) = incident_with(&[("patients.csv", b"")]);
    incident.lists[0].file = "gone.csv".to_owned();
    assert_eq!(read(&incident).unwrap_err().findings[0].code, "unreadable");
}

#[test]
fn missing_and_doubled_columns_are_refused_with_the_nearest_header() {
    let table: &[(&str, &[&str])] = &[
        (
            "record_id,provider_id,last_name",
            &[
                "patients.csv:1:address1",
                "patients.csv:1:city",
                "patients.csv:1:state",
                "patients.csv:1:postal_code",
                "patients.csv:1:elements missing-column",
            ],
        ),
        (
            &HEADER.replace("record_id", "record_key"),
            &["patients.csv:1:record_key unknown-column", "patients.csv:1:record_id missing-column | if it is `record_key`, say so"],
        ),
        (&HEADER.replace("last_name", "first_name"), &["patients.csv:1:last_name missing-column"]),
        (&HEADER.replace("provider_id", "phone"), &["patients.csv:1:provider_id missing-column"]),
        (&HEADER.replace("elements", "Last Name"), &["patients.csv:1:Last Name column-twice", "patients.csv:1:elements missing-column"]),
        (
            &HEADER.replace("provider_id", "MRN,Person ID,provider_id"),
            &["patients.csv:1:Person ID column-twice | say which one: columns = { patient_id = \"MRN\" }"],
        ),
    ];
    for (header, expected) in table {
        assert_starts(&refusals(format!("{header}\n").as_bytes()), expected);
    }
}

#[test]
fn an_own_name_beats_an_alias_and_the_user_beats_both() {
    let text = format!("{HEADER},patient_id,MRN\n1,LAKE,Lee,1 Elm,Springfield,IL,62701,name,p1,m1\n");
    let (_, intake) = read_text(&text).unwrap();
    assert_eq!(intake.rows.get(0).get(Field::PatientId), "p1");
    assert_starts(&intake.findings.iter().map(describe).collect::<Vec<_>>(), &["patients.csv:1:MRN column-not-read"]);
    let (_folder, mut incident) = incident_with(&[("patients.csv", text.as_bytes())]);
    incident.lists[0].columns = vec![("patient_id".into(), "mrn".into()), ("suffix".into(), "MRN".into())];
    let intake = read(&incident).unwrap();
    assert_eq!((intake.rows.get(0).get(Field::PatientId), intake.rows.get(0).get(Field::Suffix)), ("m1", "m1"));
}

#[test]
fn of_two_telephones_the_first_is_read_and_both_are_named() {
    let text = format!("{HEADER},HOME_PHONE,MOBILE_PHONE\n1,LAKE,Lee,1 Elm,Springfield,IL,62701,name,217-555-0101,217-555-0102\n");
    let (_, intake) = read_text(&text).unwrap();
    assert_eq!(intake.rows.get(0).get(Field::Phone), "217-555-0101");
    let hint = "if the other is the better one, say so: columns = { phone = \"MOBILE_PHONE\" }";
    let found: Vec<String> = intake.findings.iter().map(describe).collect();
    assert_eq!(found, [format!("patients.csv:1:MOBILE_PHONE column-not-read | {hint}")]);
    assert_eq!(intake.findings[0].reason, "two columns are `phone`: `HOME_PHONE` is read, `MOBILE_PHONE` is not");
    assert_eq!(intake.findings[0].severity, Severity::Warns);
    let (_folder, mut incident) = incident_with(&[("patients.csv", text.as_bytes())]);
    incident.lists[0].columns = vec![("phone".into(), "MOBILE_PHONE".into())];
    assert_eq!(read(&incident).unwrap().rows.get(0).get(Field::Phone), "217-555-0102");
}

#[test]
fn no_other_column_may_be_there_twice() {
    let names = columns::ColumnNames::load().unwrap();
    for (field, name) in Field::ALL.into_iter().filter(|(field, _)| *field != Field::Phone) {
        let known = names.names_of(field);
        let Some([one, other]) = known.get(1..3) else { continue };
        let others: Vec<&str> = HEADER.split(',').filter(|column| *column != name).collect();
        let found = refusals(format!("{},{one},{other}\n", others.join(",")).as_bytes());
        assert!(found.iter().any(|finding| finding.starts_with(&format!("patients.csv:1:{other} column-twice"))), "{name}: {found:?}");
    }
}

#[test]
fn columns_that_the_user_names_must_exist() {
    let text = format!("{HEADER}\n1,LAKE,Lee,1 Elm,Springfield,IL,62701,name\n");
    let (_folder, mut incident) = incident_with(&[("patients.csv", text.as_bytes())]);
    incident.lists[0].columns = vec![("city".into(), "cty".into()), ("last_nam".into(), "last_name".into())];
    let found: Vec<String> = read(&incident).unwrap_err().findings.iter().map(describe).collect();
    let expected = [
        "incident.toml:29:columns.city unknown-header | did you mean `city`?",
        "incident.toml:29:columns.last_nam unknown-column | did you mean `last_name`?",
    ];
    assert_starts(&found, &expected);
}

#[test]
fn the_provider_may_come_from_the_list_or_be_the_only_one() {
    let text = "record_id,last_name,address1,city,state,postal_code,elements\n1,Lee,1 Elm,Springfield,IL,62701,name\n";
    let (_folder, mut incident) = incident_with(&[("patients.csv", text.as_bytes())]);
    incident.lists[0].provider = Some("HILL".to_owned());
    assert_eq!(read(&incident).unwrap().provider(&incident, RowIndex(0)), Some(ProviderIndex(1)));
    incident.lists[0].provider = None;
    incident.providers.truncate(1);
    assert_eq!(read(&incident).unwrap().provider(&incident, RowIndex(0)), Some(ProviderIndex(0)));
}

#[test]
fn broken_rows_are_rows_and_held() {
    let table: &[(&[&str], &[&str])] = &[
        (&["1,LAKE,Lee,1 Elm,Springfield,IL,62701"], &["patients.csv:2 cell-count"]),
        (&["1,LAKE,Lee,1 Elm,Springfield,IL,62701,name,more"], &["patients.csv:2 cell-count"]),
        (&["1,LAKE,\"Lee \"Bo\" X\",1 Elm,Springfield,IL,62701,name"], &["patients.csv:2 stray-quote"]),
        (&[" ,LAKE,Lee,1 Elm,Springfield,IL,62701,name"], &["patients.csv:2:record_id no-record-id"]),
        (&["1,LAK,Lee,1 Elm,Springfield,IL,62701,name"], &["patients.csv:2:provider_id unknown-provider | did you mean `LAKE`?"]),
        (&["1,,Lee,1 Elm,Springfield,IL,62701,name"], &["patients.csv:2:provider_id no-provider"]),
        (&["1,LAKE,Lee,1 Elm,Springfield,IL,62701,"], &["patients.csv:2:elements no-elements"]),
        (
            &["1,LAKE,Lee,1 Elm,Springfield,IL,62701,name;diagnosys"],
            &["patients.csv:2:elements unknown-element | did you mean `diagnosis`?"],
        ),
        (&["1.2E+11,LAKE,Lee,1 Elm,Springfield,IL,62701,name"], &["patients.csv:2:record_id shortened-number"]),
        (&["1,LAKE,Mu\u{fffd}oz,1 Elm,Springfield,IL,62701,name"], &["patients.csv:2:last_name lost-character"]),
        (
            &["1,LAKE,Lee,1 Elm,Springfield,IL,62701,name", "1,LAKE,Roe,1 Elm,Springfield,IL,62701,name"],
            &["patients.csv:2 duplicate-record-id", "patients.csv:3 duplicate-record-id"],
        ),
        (&["1,LAKE,Lee,1 Elm,Springfield,IL,62701,name", "1,LAKE,Lee,1 Elm,Springfield,IL,62701,name"], &[]),
    ];
    for (lines, expected) in table {
        let (_, intake) = rows(lines);
        assert_eq!(intake.rows.len(), lines.len());
        assert_starts(&held(&intake).map(|(_, finding)| describe(finding)).collect::<Vec<_>>(), expected);
        assert!(held(&intake).all(|(_, finding)| finding.severity == Severity::Holds && finding.record.is_some()));
    }
}

#[test]
fn a_row_with_several_faults_is_held_once_and_told_all() {
    let (_, intake) = rows(&[",NONE,Lee,1 Elm,Springfield,IL,62701,"]);
    let codes: Vec<&str> = intake.findings.iter().map(|finding| finding.code).collect();
    assert_eq!((held(&intake).count(), intake.broken[0].1.code), (1, "no-record-id"));
    assert_eq!(codes, ["unknown-provider", "no-elements"]);
    assert_eq!(intake.broken[0].1.record.as_deref(), Some("patients.csv:line-2"));
}

#[test]
fn a_row_of_the_wrong_width_keeps_no_value() {
    let text = format!(
        "SSN,{HEADER}\n123-45-6789,1,LAKE,Lee,1 Elm,Springfield,IL,62701,name\n1,LAKE,078-05-1120,Lee,1 Elm,Springfield,IL,62701\n"
    );
    let (incident, intake) = read_text(&text).unwrap();
    assert_eq!(intake.broken[0].0, RowIndex(1));
    assert!(Field::ALL.iter().all(|(field, _)| intake.rows.get(1).get(*field).is_empty()));
    assert_eq!(intake.record_key(&incident, RowIndex(1)), "patients.csv:line-3");
}

#[test]
fn social_security_numbers_are_noted_and_dropped() {
    let header = HEADER.replace("elements", "SSN,element_name");
    let text = format!(
        "{header}\n1,LAKE,Lee,1 Elm,Springfield,IL,62701,123-45-6789,Y\n2,LAKE,Roe,1 Elm,Springfield,IL,62701,999-99-9999,Y\n3,LAKE,Poe,1 Elm,Springfield,IL,62701,,Y\n"
    );
    let (_, intake) = read_text(&text).unwrap();
    let with_ssn: Vec<bool> = intake.rows.iter().map(|row| row.elements.contains(Element::Ssn)).collect();
    assert_eq!(with_ssn, [true, false, false]);
    assert!(Field::ALL.iter().all(|(field, _)| !intake.rows.get(0).get(*field).contains("6789")));
    assert_starts(&intake.findings.iter().map(describe).collect::<Vec<_>>(), &["patients.csv:1:SSN holds-values"]);
    let flags = format!(
        "{header}\n1,LAKE,Lee,1 Elm,Springfield,IL,62701,Y,Y\n2,LAKE,Roe,1 Elm,Springfield,IL,62701,N,Y\n3,LAKE,P,1 Elm,S,IL,62701,maybe,Y\n"
    );
    let (_, intake) = read_text(&flags).unwrap();
    assert!(intake.rows.get(0).elements.contains(Element::Ssn) && !intake.rows.get(1).elements.contains(Element::Ssn));
    assert_starts(&held(&intake).map(|(_, finding)| describe(finding)).collect::<Vec<_>>(), &["patients.csv:4:SSN unknown-flag"]);
}

#[test]
fn columns_of_flags_under_a_field_name_are_flags() {
    let text = format!(
        "{HEADER},DOB,Deceased\n1,LAKE,Lee,1 Elm,Springfield,IL,62701,name,Y,N\n2,LAKE,Roe,1 Elm,Springfield,IL,62701,name,N,Yes\n"
    );
    let (_, intake) = read_text(&text).unwrap();
    assert!(intake.rows.get(0).elements.contains(Element::BirthDate) && !intake.rows.get(1).elements.contains(Element::BirthDate));
    assert_eq!((intake.rows.get(0).get(Field::BirthDate), intake.rows.get(0).get(Field::Status)), ("", "living"));
    assert_eq!(intake.rows.get(1).get(Field::Status), "deceased");
    assert_eq!(intake.findings[0].code, "read-as-flags");
}

/// A list with one more column.
fn with_column<'a>(header: &str, cells: impl Iterator<Item = &'a str>) -> String {
    let rows = cells.zip(1..).map(|(cell, id)| format!("{id},LAKE,Lee,1 Elm,Springfield,IL,62701,name,{cell}\n"));
    format!("{HEADER},{header}\n{}", rows.collect::<String>())
}

#[test]
fn what_a_column_holds_is_told_by_the_whole_list_in_any_order() {
    let mostly = |many: &'static str, few: &'static str| [many].repeat(201).into_iter().chain([few].repeat(100)).collect::<Vec<_>>();
    for (header, mut cells, expected) in [
        ("Email", mostly("Y", "ann@example.org"), "patients.csv:1:Email column-mixed"),
        ("Email", mostly("ann@example.org", "Y"), ""),
        ("Email", mostly("Y", "N"), "patients.csv:1:Email read-as-flags"),
        ("SSN", mostly("123-45-6789", "Y"), "patients.csv:1:SSN holds-values"),
    ] {
        for _ in 0..2 {
            let found = match read_text(&with_column(header, cells.iter().copied())) {
                Ok((_, intake)) => intake.findings,
                Err(error) => error.findings,
            };
            let expected = if expected.is_empty() { &[][..] } else { &[expected] };
            assert_starts(&found.iter().map(describe).collect::<Vec<_>>(), expected);
            cells.reverse();
        }
    }
}

#[test]
fn a_column_of_flags_and_values_is_refused_until_told() {
    let cells = ["Y", "N", "ann@example.org"];
    let text = with_column("Email", cells.into_iter());
    let hint =
        "say which in [[lists]]: columns = { email = \"Email\" } or { element_email = \"Email\" }, and mend the cells that are otherwise";
    assert_eq!(refusals(text.as_bytes()), [format!("patients.csv:1:Email column-mixed | {hint}")]);
    let (_folder, mut incident) = incident_with(&[("patients.csv", text.as_bytes())]);
    incident.lists[0].columns = vec![("email".into(), "Email".into())];
    let intake = read(&incident).unwrap();
    assert_eq!((intake.rows.get(2).get(Field::Email), &intake.findings, &intake.broken), ("ann@example.org", &vec![], &vec![]));
    incident.lists[0].columns = vec![("element_email".into(), "Email".into())];
    let intake = read(&incident).unwrap();
    assert!(intake.rows.get(0).elements.contains(Element::Email) && !intake.rows.get(1).elements.contains(Element::Email));
    assert_starts(&held(&intake).map(|(_, finding)| describe(finding)).collect::<Vec<_>>(), &["patients.csv:4:Email unknown-flag"]);
}

#[test]
fn one_and_nought_are_flags_where_no_value_is_a_number() {
    let codes = |header| read_text(&with_column(header, ["1", "0", "1"].into_iter())).unwrap().1;
    let emails = codes("Email");
    assert_eq!(emails.findings[0].code, "read-as-flags");
    assert!(emails.rows.get(0).elements.contains(Element::Email) && !emails.rows.get(1).elements.contains(Element::Email));
    let numbers = codes("MRN");
    assert_eq!((numbers.rows.get(0).get(Field::PatientId), &numbers.findings), ("1", &vec![]));
    assert!(read_text(&with_column("MRN", ["1", "2"].into_iter())).unwrap().1.findings.is_empty());
}

#[test]
fn windows_1252_is_read_with_a_warning() {
    let bytes = [HEADER.as_bytes(), b"\n1,LAKE,Mu\xf1oz,1 Elm,Springfield,IL,62701,name\n"].concat();
    let (_folder, incident) = incident_with(&[("patients.csv", &bytes)]);
    let intake = read(&incident).unwrap();
    assert_eq!(intake.rows.get(0).get(Field::LastName), "Muñoz");
    assert_starts(&intake.findings.iter().map(describe).collect::<Vec<_>>(), &["patients.csv:2 not-utf-8"]);
}

#[test]
fn unknown_columns_and_long_cells_only_warn() {
    let long = "x\n".repeat(25);
    let text = format!("{HEADER},gaurantor,,,adress2\n1,LAKE,Lee,1 Elm,\"{long}\",IL,62701,name,g,,x,\n");
    let (_, intake) = read_text(&text).unwrap();
    let expected = [
        "patients.csv:1:gaurantor unknown-column",
        "patients.csv:1:adress2 unknown-column | if it is `address2`",
        "patients.csv:1 unnamed-column",
        "patients.csv:2 long-cell",
    ];
    assert_starts(&intake.findings.iter().map(describe).collect::<Vec<_>>(), &expected);
    assert!(held(&intake).next().is_none());
    let (_, empty) = read_text(&format!("{HEADER}\n")).unwrap();
    assert_eq!(empty.findings[0].code, "no-rows");
}

#[test]
fn a_header_among_the_rows_is_held_as_such() {
    let upper = HEADER.to_uppercase();
    let (_, intake) = rows(&["1,LAKE,Lee,1 Elm,Springfield,IL,62701,name", HEADER, &upper, "2,LAKE,Ray,1 Elm,Springfield,IL,62701,name"]);
    let found: Vec<String> = held(&intake).map(|(_, finding)| describe(finding)).collect();
    assert_starts(&found, &["patients.csv:3 header-among-rows", "patients.csv:4 header-among-rows"]);
}

#[test]
fn separators_and_encodings_are_told_apart() {
    let text = format!("{HEADER}\n1,LAKE,Muñoz,\"1; Elm\",Springfield,IL,62701,name;ssn\n");
    let utf16 = |bytes: fn(u16) -> [u8; 2], text: &str| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    for separator in [',', ';', '\t', '|'] {
        let text = text.replace("name;ssn", "\"name;ssn\"").replace(',', &separator.to_string());
        let marked = format!("\u{feff}{text}");
        for bytes in
            [text.clone().into_bytes(), utf16(u16::to_le_bytes, &marked), utf16(u16::to_be_bytes, &marked), utf16(u16::to_le_bytes, &text)]
        {
            let (_folder, incident) = incident_with(&[("patients.csv", &bytes)]);
            let intake = read(&incident).unwrap();
            assert_eq!((&intake.findings, held(&intake).count()), (&vec![], 0), "{separator:?}");
            let row = intake.row(RowIndex(0));
            assert_eq!((row.get(Field::LastName), row.get(Field::Address1), row.line), ("Muñoz", "1; Elm", 2));
            assert_eq!(row.elements.iter().count(), 2);
        }
    }
}

#[test]
fn titles_blank_rows_and_blank_columns_are_passed_over() {
    let header = HEADER.replace(",last_name", ",,last_name,");
    let text = format!(
        "Patients of Lake Hospital;,,,,\n\nRun on,2026-11-01,,\n,,,,,\n{header},,,\n\n1,LAKE,,Lee,,1 Elm,Springfield,IL,62701,name\n,,,,\n2,LAKE,,Roe,,1 Elm,Springfield,IL,62701,name,,,\n"
    );
    let (_, intake) = read_text(&text).unwrap();
    assert_starts(&intake.findings.iter().map(describe).collect::<Vec<_>>(), &["patients.csv:5 titles-above-header"]);
    assert_eq!((intake.rows.len(), held(&intake).count()), (2, 0));
    assert_eq!(intake.place(RowIndex(1), Field::LastName).to_string(), "patients.csv:9:last_name");
}

#[test]
fn a_header_known_only_by_what_the_user_told_is_found() {
    let text = "List;;;;;;;;\nA;B;C;D;E;F;G;H\n1;LAKE;Lee;1 Elm, rear;Springfield;IL;62701;name\n";
    let (_folder, mut incident) = incident_with(&[("patients.csv", text.as_bytes())]);
    incident.lists[0].columns =
        HEADER.split(',').zip(["a", "b", "c", "d", "e", "f", "g", "h"]).map(|(ours, theirs)| (ours.into(), theirs.into())).collect();
    let intake = read(&incident).unwrap();
    assert_eq!((intake.rows.get(0).get(Field::Address1), intake.rows.get(0).line), ("1 Elm, rear", 3));
}

#[test]
fn dates_are_read_by_their_column_and_handed_on_in_one_form() {
    let text = |death: &str| {
        format!(
            "{HEADER},DOB,DOD\n1,LAKE,Lee,1 Elm,S,IL,62701,name,03/04/1958,\n2,LAKE,Roe,1 Elm,S,IL,62701,name,25/12/1990 00:00,{death}\n3,LAKE,Poe,1 Elm,S,IL,62701,name,14-MAR-58,3/4/2020\n"
        )
    };
    let (_, intake) = read_text(&text("1/2/2020")).unwrap();
    let births: Vec<&str> = intake.rows.iter().map(|row| row.get(Field::BirthDate)).collect();
    assert_eq!(births, ["1958-04-03", "1990-12-25", "14-MAR-58"]);
    assert_eq!(intake.rows.get(2).get(Field::DeathDate), "2020-03-04");
    let expected =
        ["patients.csv:1:DOB day-first-dates", "patients.csv:1:DOD date-order-open | if that is wrong, say so in [[lists]]: dates"];
    assert_starts(&intake.findings.iter().map(describe).collect::<Vec<_>>(), &expected);
    assert_eq!(held(&intake).count(), 0);
    let line = "1,LAKE,Lee,1 Elm,S,IL,62701,name,03/04/1958,";
    let expected: [u8; 32] = <sha2::Sha256 as sha2::Digest>::digest(line).into();
    assert_eq!(*intake.rows.get(0).digest, expected);

    let (_folder, mut incident) = incident_with(&[("patients.csv", text("1/2/2020").as_bytes())]);
    incident.lists[0].dates = Some(crate::incident::DateOrder::MonthFirst);
    let intake = read(&incident).unwrap();
    assert_eq!(intake.rows.get(0).get(Field::BirthDate), "1958-03-04");
    assert_eq!((intake.rows.get(1).get(Field::BirthDate), &intake.findings), ("25/12/1990 00:00", &vec![]));

    let (_, intake) = read_text(&text("2020-01-02").replace("3/4/2020", "25/12/2020")).unwrap();
    assert_starts(&held(&intake).map(|(_, finding)| describe(finding)).collect::<Vec<_>>(), &["patients.csv:3:DOD date-order-lost"]);
}

#[test]
fn streets_of_several_lines_fit_or_hold_the_row() {
    let header = format!("{HEADER},address2,representative_address1");
    let row = |id: u8, street: &str, second: &str, other: &str| {
        format!("{id},LAKE,\"Lee\nLu\",\"{street}\",S,IL,62701,name,\"{second}\",\"{other}\"\n")
    };
    let text = [row(1, "1 Elm\nApt 2", "", "2 Oak\nRear"), row(2, "1 Elm\nB", "Apt 2", ""), row(3, "1 Elm\nS IL 62701", "", "")].concat();
    let (_, intake) = read_text(&format!("{header}\n{text}")).unwrap();
    let first = intake.rows.get(0);
    assert_eq!((first.get(Field::LastName), first.get(Field::Address1), first.get(Field::Address2)), ("Lee Lu", "1 Elm", "Apt 2"));
    assert_eq!((first.get(Field::RepresentativeAddress1), first.get(Field::RepresentativeAddress2)), ("2 Oak", "Rear"));
    let found: Vec<String> = held(&intake).map(|(_, finding)| describe(finding)).collect();
    assert_starts(&found, &["patients.csv:6:address1 street-lines", "patients.csv:9:address1 address-in-one-cell"]);
}

/// A list of patients and one that mends it.
fn mended(patients: &[&str], header: &str, mending: &[&str]) -> (Incident, Intake) {
    let patients = format!("{HEADER}\n{}\n", patients.join("\n"));
    let mending = format!("{header}\n{}\n", mending.join("\n"));
    let (_folder, mut incident) = incident_with(&[("patients.csv", patients.as_bytes()), ("mended.csv", mending.as_bytes())]);
    incident.lists[1].mends = Some("patients.csv".to_owned());
    incident.lists[1].name = "patients.csv".to_owned();
    let intake = read(&incident).unwrap();
    (incident, intake)
}

fn kept(intake: &Intake) -> Vec<(u16, u64)> {
    intake.rows.iter().map(|row| (row.list, row.line)).collect()
}

#[test]
fn a_mended_list_supersedes_and_nothing_counts_twice() {
    let patients =
        ["1,LAKE,Lee,1 Elm,Springfield,IL,62701,name", "2,NONE,Roe,1 Elm,Springfield,IL,62701,name", "3,LAKE,Poe,1 Elm,S,IL,62701,name"];
    let header = format!("{HEADER},reason,file,line,code,hint");
    let mending = ["2,LAKE,Roe,2 Elm,Springfield,IL,62701,name,was wrong,patients.csv,3,c,h", "9,LAKE,New,2 Elm,S,IL,62701,name,,,,,"];
    let (incident, intake) = mended(&patients, &header, &mending);
    assert_eq!(kept(&intake), [(0, 2), (0, 4), (1, 2), (1, 3)]);
    assert_eq!(intake.record_key(&incident, RowIndex(2)), "patients.csv:2");
    let found: Vec<(RowIndex, &str)> = held(&intake).map(|(index, finding)| (index, finding.code)).collect();
    assert_eq!(found, [(RowIndex(3), "mends-nothing")]);
    assert_eq!(intake.findings, []);
}

#[test]
fn rows_without_a_usable_id_are_mended_by_their_line() {
    let patients =
        [",LAKE,Lee,1 Elm,Springfield,IL,62701,name", "2,LAKE,Roe,1 Elm,Springfield,IL,62701", "3,LAKE,Poe,1 Elm,S,IL,62701,name"];
    let header = format!("{HEADER},line");
    let mending = ["1,LAKE,Lee,1 Elm,S,IL,62701,name,2", "2,LAKE,Roe,1 Elm,S,IL,62701,name,3", "8,LAKE,Poe,1 Elm,S,IL,62701,name,4"];
    let (_, intake) = mended(&patients, &header, &mending);
    // Line 4 was read well: a row that claims to replace it under another id is for a person to look at.
    assert_eq!(kept(&intake), [(0, 4), (1, 2), (1, 3), (1, 4)]);
    assert_eq!(held(&intake).map(|(index, finding)| (index.0, finding.code)).collect::<Vec<_>>(), [(3, "mends-nothing")]);
}

#[test]
fn a_mended_row_never_swallows_two_different_people() {
    let patients = ["7,LAKE,Lee,1 Elm,Springfield,IL,62701,name", "7,LAKE,Roe,1 Elm,Springfield,IL,62701,name"];
    let (_, intake) = mended(&patients, HEADER, &["7,LAKE,Lee,2 Elm,S,IL,62701,name"]);
    assert_eq!((intake.rows.len(), held(&intake).count()), (3, 3));
    assert_eq!(intake.broken[2].1.code, "mends-several");
    let header = format!("{HEADER},line");
    let (_, intake) = mended(&patients, &header, &["7,LAKE,Lee,2 Elm,S,IL,62701,name,2", "8,LAKE,Roe,2 Elm,S,IL,62701,name,3"]);
    assert_eq!(kept(&intake), [(1, 2), (1, 3)]);
    assert_eq!(held(&intake).count(), 0);
}

#[test]
fn the_latest_of_several_mended_lists_holds() {
    let row = |id: &str, street: &str| format!("{HEADER}\n{id},LAKE,Lee,{street},S,IL,62701,name\n").into_bytes();
    let (a, b, c) = (row("1", "one"), row("1", "two"), row("1", "three"));
    for second_mends in ["a.csv", "b.csv"] {
        let (_folder, mut incident) = incident_with(&[("a.csv", &a), ("b.csv", &b), ("c.csv", &c)]);
        for (index, mends) in [(1, "a.csv"), (2, second_mends)] {
            incident.lists[index].mends = Some(mends.to_owned());
            incident.lists[index].name = "a.csv".to_owned();
        }
        let intake = read(&incident).unwrap();
        assert_eq!(intake.rows.iter().map(|row| row.get(Field::Address1)).collect::<Vec<_>>(), ["three"]);
        assert_eq!(held(&intake).count(), 0);
    }
}

#[test]
fn findings_never_carry_a_value() {
    let secret = "Zzyzx";
    let text = format!(
        "{HEADER},element_ssn\n1,{secret},{secret},{secret}\u{fffd},{secret},IL,62701,{secret},{secret}\n1,LAKE,{secret},{secret},x,IL,6,name,\n{secret}\n"
    );
    let (_, intake) = read_text(&text).unwrap();
    let findings: Vec<&Finding> = intake.findings.iter().chain(held(&intake).map(|(_, finding)| finding)).collect();
    assert!(findings.len() >= 6);
    assert!(findings.iter().all(|finding| !format!("{finding:?}").contains(secret)), "{findings:#?}");
    let headless = refusals(format!("1,{secret},{secret}\n2,a,b\n").as_bytes());
    assert!(headless.iter().all(|finding| !finding.contains(secret)));
    assert!(!format!("{intake:?}").contains(secret));
}

fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn arbitrary_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..300), headed: bool) {
        let head = if headed { format!("{HEADER}\n").into_bytes() } else { Vec::new() };
        let (_folder, incident) = incident_with(&[("patients.csv", &[head, bytes].concat())]);
        if let Err(error) = read(&incident) {
            prop_assert!(!error.findings.is_empty());
        }
    }

    #[test]
    fn csv_like_noise_is_answered(noise in "[a1,\";\n\r\u{feff}ÃY-]{0,120}") {
        let _ = read_text(&format!("{HEADER},SSN\n{noise}"));
    }

    #[test]
    fn no_row_of_well_formed_csv_disappears(names in prop::collection::vec("\\PC{0,12}", 1..30)) {
        let lines: Vec<String> = names.iter().enumerate().map(|(id, name)| format!("{id},LAKE,{},1 Elm,S,IL,62701,name", quoted(name))).collect();
        let (_, intake) = rows(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        prop_assert_eq!(intake.rows.len(), names.len());
        for (index, name) in names.iter().enumerate() {
            prop_assert_eq!(intake.rows.get(index).get(Field::LastName), cells::clean(name));
            prop_assert_eq!(intake.rows.get(index).line, index as u64 + 2);
        }
    }
}
