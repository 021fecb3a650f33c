//! Profiles: built in, and a folder's own.

use super::{Folder, refusal};
use crate::deliver::received::columns::Profile;
use crate::deliver::received::profile::Profiles;
use crate::deliver::received::{ProductionStatus, ReturnKey, read_production, read_returns};

const OWN: &str = r#"
[[production]]
name = "city-press"
source = "letter of the house, 2026-02-01"
[production.columns.required]
piece = ["Stück"]
status = ["Ergebnis"]
[production.columns.optional]
count = ["Anzahl"]
[production.statuses]
printed = ["i.O."]
mailed = ["raus"]
"#;

#[test]
fn every_built_in_profile_can_be_used() {
    let folder = Folder::new();
    let profiles = Profiles::load(folder.0.path()).unwrap();
    let names: Vec<&str> = profiles.production.iter().map(Profile::name).collect();
    assert_eq!(names, ["reconciliation", "scan-log"]);
    let names: Vec<&str> = profiles.returns.iter().map(Profile::name).collect();
    assert_eq!(names, ["acs-imb", "acs-serial", "acs-keyline", "returned-mail", "returned-mail-scan"]);
}

#[test]
fn a_folder_adds_a_profile_or_replaces_one() {
    let folder = Folder::new();
    folder.file("received.toml", OWN);
    let file = folder.file("report.csv", "Ergebnis;STÜCK\r\nI. O.;7\r\n");
    let report = read_production(folder.0.path(), &file).unwrap();
    assert_eq!((report.rows[0].piece, report.rows[0].status), (7, ProductionStatus::Printed));
    let built_in = folder.file("other.csv", "piece_id,status\n7,printed\n");
    assert_eq!(read_production(folder.0.path(), &built_in).unwrap().rows.len(), 1);
    folder.file("received.toml", OWN.replace("city-press", "reconciliation"));
    assert_eq!(refusal(read_production(folder.0.path(), &built_in)), ["1 received-columns"]);
}

#[test]
fn the_marks_of_sheets_have_a_profile_of_their_own() {
    let folder = Folder::new();
    let file = folder.file("scan.csv", "scan_time\tbarcode\tevent\n2026-03-02 10:00\t000000120000009010200520\tread\n");
    let report = read_production(folder.0.path(), &file).unwrap();
    assert_eq!((report.rows[0].piece, report.rows[0].status), (9, ProductionStatus::Printed));
    let file = folder.file("returns.csv", "scan|reason\n");
    assert_eq!(refusal(read_returns(folder.0.path(), &file)).len(), 2, "bars part no cells");
    let file = folder.file("returns.csv", "scan;reason\n000000120000009010200520;K\n");
    assert_eq!(read_returns(folder.0.path(), &file).unwrap().rows[0].key, ReturnKey::Piece(9));
}

#[test]
fn of_several_names_of_an_optional_column_the_first_counts() {
    let folder = Folder::new();
    let file = folder.file("report.csv", "piece,status,time,date\n7,printed,10:05,2026-03-02\n");
    assert_eq!(read_production(folder.0.path(), &file).unwrap().rows[0].on.map(|day| day.to_string()).as_deref(), Some("2026-03-02"));
    for header in ["piece,status,result\n", "piece,status,date,Date\n"] {
        let file = folder.file("report.csv", header);
        assert_eq!(refusal(read_production(folder.0.path(), &file)), ["1 received-columns"], "{header}");
    }
}

#[test]
fn the_nearest_profile_says_what_is_missing() {
    let folder = Folder::new();
    let file = folder.file("report.csv", "\nbarcode,weight\n1,2\n");
    let error = read_production(folder.0.path(), &file).unwrap_err();
    let reason = "the column `status` is missing (profile scan-log; known as status, piece_status, disposition, result, event)";
    assert_eq!((error.findings.len(), error.findings[0].reason.as_ref(), error.findings[0].place.line), (1, reason, Some(2)));
}

#[test]
fn a_profile_that_cannot_be_used_is_refused() {
    let table = [
        ("name =", "named =", "3 received-profile"),
        ("[[production]]", "[[produktion]]", "5 received-profile"),
        ("printed =", "prnted =", "11 received-profile"),
        ("[[production]]", "[[production]", "2 received-profile"),
        ("count =", "counts =", "0:city-press.columns received-profile"),
        ("piece =", "attempt =", "0:city-press.columns.required received-profile"),
        ("\"raus\"", "\"raus\", \"I.O.\"", "0:city-press.statuses received-profile"),
        ("\"raus\"", "\"...\"", "0:city-press.statuses received-profile"),
        ("\"Anzahl\"", "\"Ergebnis\"", "0:city-press.columns received-profile"),
        ("\"letter of the house, 2026-02-01\"", "\"\"", "0:city-press.source received-profile"),
        ("source =", "reasons = [\"Störung\"]\nsource =", "0:city-press.reasons received-profile"),
    ];
    for (from, to, finding) in table {
        let folder = Folder::new();
        folder.file("received.toml", OWN.replacen(from, to, 1));
        let file = folder.file("report.csv", "piece,status\n");
        assert_eq!(refusal(read_production(folder.0.path(), &file)), [finding], "{to}");
    }
    let folder = Folder::new();
    folder.file("received.toml", format!("{OWN}{OWN}"));
    let file = folder.file("report.csv", "piece,status\n");
    assert_eq!(refusal(read_production(folder.0.path(), &file)), ["0:city-press.name received-profile"]);
    folder.file("received.toml", b"\xff\xfe\xfd");
    assert!(read_production(folder.0.path(), &file).is_err());
}

#[test]
fn a_profile_of_returns_that_cannot_be_used_is_refused() {
    let own = "[[returns]]\nname = \"x\"\nsource = \"y\"\nempty_reason = \"moved\"\n[returns.columns.required]\npiece = [\"a\"]\nreason = [\"b\"]\n\
               [returns.forwarded]\nyes = [\"j\"]\nno = [\"n\"]\nmoved_without_word = false\n";
    let table = [
        ("", "", None),
        ("\"moved\"", "\"gone\"", Some("0:x.empty_reason received-profile")),
        ("piece =", "mailer_id =", Some("0:x.columns.required received-profile")),
        ("reason = [\"b\"]\n", "", Some("0:x.columns.required received-profile")),
        ("\"n\"", "\"J\"", Some("0:x.forwarded received-profile")),
        ("moved_without_word = false\n", "", Some("8 received-profile")),
    ];
    for (from, to, finding) in table {
        let folder = Folder::new();
        folder.file("received.toml", own.replacen(from, to, 1));
        let file = folder.file("returns.csv", "a,b\n7,\n");
        assert_eq!(refusal(read_returns(folder.0.path(), &file)), finding.into_iter().collect::<Vec<_>>(), "{to}");
    }
}
