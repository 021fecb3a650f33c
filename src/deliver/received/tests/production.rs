//! Reports of a mail house.

use super::{Folder, refusal, shown, told};
use crate::deliver::received::ProductionStatus::{self, Destroyed, Mailed, Printed, Pulled, Spoiled, Undeliverable};
use crate::deliver::received::{ProductionRow, Report, read_production};
use crate::error::Result;
use jiff::civil::date;

const HEADER: &str = "job_id,piece_id,attempt,sheets_printed,sheets_expected,status,reason,time,mail_date,count";

fn read(text: impl AsRef<[u8]>) -> Result<Report<ProductionRow>> {
    let folder = Folder::new();
    let file = folder.file("report.csv", text);
    read_production(folder.0.path(), &file)
}

fn lines(lines: &[&str]) -> Result<Report<ProductionRow>> {
    read(format!("{HEADER}\n{}\n", lines.join("\n")))
}

#[test]
fn a_report_is_read_as_the_house_writes_it() {
    let report = lines(&[
        "J1,0000007,1,2,2,Printed,,2026-03-02 10:00,,",
        "J1,7,1,2,2,MAILED,,2026-03-03,03/04/2026,",
        "J1,8,1,1,2,spoiled,Mis-Read,2026-03-02,,",
        "J1,8,1,,,Destroyed,ask for Ann Lee 617-555-0100,,,",
        "J1,000000120000009010200520,2,,,pulled,Client pull,,,",
        "J1,10,,,,Cannot mail,foreign,,,",
        "J1,TOTAL,,,,,,,,6",
    ]);
    let report = report.unwrap();
    assert_eq!(told(&report.findings), Vec::<String>::new());
    let found: Vec<_> = report.rows.iter().map(|row| (row.line, row.piece, row.attempt, row.status, row.reason.as_str())).collect();
    let expected = [
        (2, 7, Some(1), Printed, ""),
        (3, 7, Some(1), Mailed, ""),
        (4, 8, Some(1), Spoiled, "misread"),
        (5, 8, Some(1), Destroyed, "other"),
        (6, 9, Some(2), Pulled, "client pull"),
        (7, 10, None, Undeliverable, "foreign"),
    ];
    assert_eq!(found, expected);
    assert_eq!([report.rows[0].on, report.rows[1].on, report.rows[5].on], [Some(date(2026, 3, 2)), Some(date(2026, 3, 4)), None]);
    assert_eq!([report.rows[0].sheets, report.rows[2].sheets, report.rows[3].sheets], [Some((2, 2)), Some((1, 2)), None]);
}

#[test]
fn a_line_that_cannot_be_believed_is_left_out_with_a_finding() {
    let table = [
        ("J1,P7,1,,,printed,,,,", "2:piece production-piece"),
        ("J1,12345678,1,,,printed,,,,", "2:piece production-piece"),
        ("J1,0,1,,,printed,,,,", "2:piece production-piece"),
        ("J1,,1,,,printed,,,,", "2:piece production-piece"),
        ("J1,000000120000009010200521,1,,,printed,,,,", "2:piece production-piece"),
        ("J1,1.2E+23,1,,,printed,,,,", "2:piece production-piece"),
        ("J1,7,0,,,printed,,,,", "2:attempt production-attempt"),
        ("J1,7,first,,,printed,,,,", "2:attempt production-attempt"),
        ("J1,7,1,,,lost,,,,", "2:status production-status"),
        ("J1,7,1,,,,,,,", "2:status production-status"),
        ("J1,7,1,,,mailed,,2026-03-02,,", "2:mail_date production-no-mail-date"),
        ("J1,7,1,,,mailed,,,soon,", "2:mail_date production-date"),
        ("J1,7,1,,,mailed,,,2026-02-30,", "2:mail_date production-date"),
        ("J1,7,1,,,printed,,03/04/26,,", "2:on production-date"),
        ("J1,7,1,1,2,printed,,,,", "2:sheets_printed production-sheets"),
        ("J1,7,1,3,2,mailed,,,2026-03-02,", "2:sheets_printed production-sheets"),
        ("J1,7,1,two,2,spoiled,,,,", "2:sheets_printed production-sheets"),
        ("J1,7,1,2,2,printed,,,", "2 cell-count"),
        ("J1,7,1,2,2,printed,jam,in tray, 4,,", "2 cell-count"),
        ("J1,7,1,2,2,printed,\"a \"b\" c\",,,", "2 cell-count"),
    ];
    for (line, finding) in table {
        let report = lines(&[line, "J1,11,1,2,2,printed,,,,"]).unwrap();
        assert_eq!((told(&report.findings), report.rows.len()), (vec![finding.to_owned()], 1), "{line}");
        assert!(report.findings.iter().all(|finding| !finding.hint.is_empty()));
    }
}

#[test]
fn statuses_of_an_attempt_come_in_an_order_that_can_be() {
    type Case = (&'static [(u32, &'static str)], &'static [ProductionStatus], &'static [&'static str]);
    let table: [Case; 7] = [
        (&[(1, "printed"), (1, "mailed")], &[Printed, Mailed], &[]),
        (&[(1, "printed"), (1, "spoiled"), (1, "destroyed"), (2, "printed")], &[Printed, Spoiled, Destroyed, Printed], &[]),
        (&[(1, "mailed"), (2, "printed")], &[Mailed, Printed], &[]),
        (&[(1, "printed"), (1, "printed"), (1, "mailed")], &[Printed, Mailed], &["3:status production-line-twice"]),
        (&[(1, "mailed"), (1, "spoiled"), (2, "printed")], &[Printed], &["3:status production-order"]),
        (&[(1, "destroyed"), (1, "printed"), (1, "mailed")], &[], &["3:status production-order", "4:status production-order"]),
        (&[(1, "pulled"), (1, "mailed"), (1, "mailed")], &[], &["3:status production-order", "4:status production-order"]),
    ];
    for (told_of, kept, findings) in table {
        let written: Vec<String> = told_of.iter().map(|(attempt, status)| format!("J1,7,{attempt},,,{status},,,2026-03-02,")).collect();
        let report = lines(&written.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
        assert_eq!(report.rows.iter().map(|row| row.status).collect::<Vec<_>>(), kept, "{told_of:?}");
        assert_eq!(told(&report.findings), findings, "{told_of:?}");
    }
}

#[test]
fn a_totals_line_that_does_not_agree_refuses_the_report() {
    let (good, bad) = ("J1,7,1,2,2,printed,,,,", "J1,x,1,2,2,printed,,,,");
    let table: [(&[&str], &[&str]); 9] = [
        (&[good, bad, "J1,Total,,,,,,,,2"], &[]),
        (&["", good, ",,,,,,,,,", "J1,grand total:,,,,,,,,1", ""], &[]),
        (&[",TOTALS,,,,,,,,0"], &[]),
        (&[good], &[]),
        (&[good, "J1,TOTAL,,,,,,,,2"], &["3:count production-total"]),
        (&[good, "J1,TOTAL,,,,,,,,"], &["3:count production-total"]),
        (&[good, "J1,TOTAL,1"], &["3:count production-total"]),
        (&[good, "J1,TOTAL,,,,,,,,1", "J1,8,1,2,2,printed,,,,"], &["4:count production-total"]),
        (&[good, "J1,TOTAL,,,,,,,,1", "J1,TOTAL,,,,,,,,1"], &["4:count production-total"]),
    ];
    for (report, refused) in table {
        assert_eq!(refusal(lines(report)), refused, "{report:?}");
    }
}

#[test]
fn nothing_of_a_line_gets_into_findings_or_debug() {
    let secret = "Ann Lee, 12 Elm St";
    let fields = [
        format!("J1,\"{secret}\",1,2,2,printed,,,,"),
        format!("J1,7,\"{secret}\",2,2,printed,,,,"),
        format!("J1,7,1,\"{secret}\",2,printed,,,,"),
        format!("J1,7,1,2,2,\"{secret}\",,,,"),
        format!("J1,7,1,2,2,printed,\"{secret}\",,,"),
        format!("J1,7,1,2,2,printed,,\"{secret}\",,"),
        format!("J1,7,1,2,2,mailed,,,\"{secret}\","),
        format!("J1,total,,,,,,,,\"{secret}\""),
        format!("J1,7,1,\"{secret}"),
    ];
    for line in fields {
        let read = shown(&lines(&[&line]));
        assert!(!read.contains("Ann") && !read.contains("Elm"), "{line}: {read}");
    }
    let read = shown(&read(format!("{secret}\n{secret}\n")));
    assert!(read.contains("received-columns") && !read.contains("Ann"), "{read}");
}
