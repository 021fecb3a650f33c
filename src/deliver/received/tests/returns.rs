//! Returned letters and records of the post.

use super::{Folder, refusal, shown, told};
use crate::deliver::received::ReturnEffect::{Away, Deceased, Moved, NoAddress, Refused};
use crate::deliver::received::{Report, ReturnKey, ReturnedRow, read_returns};
use crate::error::Result;
use crate::recipients::MoveKind;
use jiff::civil::date;

const SCAN: &str =
    "Piece ID,Date Returned,Yellow Label,Disposition,New Address,New Unit,New City,New State,New Zip,New Zip4,Move Date,Move Type";
const ACS: &str = "imb,keyline,deliverability_code,new_address1,new_city,new_state,new_zip,move_effective_date,move_type";

fn read(text: impl AsRef<[u8]>) -> Result<Report<ReturnedRow>> {
    let folder = Folder::new();
    let file = folder.file("returns.csv", text);
    read_returns(folder.0.path(), &file)
}

fn rows(header: &str, lines: &[&str]) -> Report<ReturnedRow> {
    read(format!("{header}\n{}\n", lines.join("\n"))).unwrap()
}

#[test]
fn a_log_of_returned_letters_is_read() {
    let report = rows(
        SCAN,
        &[
            "0000007,3/20/2026,UTF,shredded,,,,,,,,",
            "8,2026-03-20,Forward Time Expired,,9 OAK ST,APT 2,BOSTON,MA,02139,1234,202601,I",
            "9,,moved,,,,,,,,,",
            "10,,deceased,,,,,,,,,",
            "11,,UNC,,,,,,,,,",
            "12,,TA,,,,,,,,,",
            "000000120000013010200555,,refused,,,,,,,,,",
        ],
    );
    assert_eq!(told(&report.findings), ["8:piece return-key"], "a misread mark");
    let found: Vec<_> = report.rows.iter().map(|row| (row.key.clone(), row.reason.code, row.reason.effect, row.forwarded)).collect();
    let piece = ReturnKey::Piece;
    let expected = [
        (piece(7), "unable-to-forward", NoAddress, false),
        (piece(8), "moved", Moved, false),
        (piece(9), "moved", NoAddress, false),
        (piece(10), "deceased", Deceased, false),
        (piece(11), "unclaimed", Refused, false),
        (piece(12), "temporarily-away", Away, false),
    ];
    assert_eq!(found, expected);
    let moved = &report.rows[1];
    let address = moved.new_address.as_ref().unwrap().reveal();
    let parts = [&address.address1, &address.address2, &address.city, &address.state, &address.zip];
    assert_eq!(parts, ["9 OAK ST", "APT 2", "BOSTON", "MA", "02139-1234"]);
    assert_eq!((moved.on, moved.moved_on, moved.move_kind), (Some(date(2026, 3, 20)), Some(date(2026, 1, 1)), Some(MoveKind::Individual)));
    let shown = shown(&(moved, address));
    assert!(!shown.contains("OAK") && !shown.contains("02139"), "{shown}");
}

#[test]
fn new_addresses_in_a_column_of_unknown_name_are_not_taken_for_none() {
    for (header, refused) in [
        ("piece_id,reason,fwd_address", true),
        ("piece_id,reason,Street", true),
        ("piece_id,reason,old_address", false),
        ("piece_id,reason,address,new_address", false),
    ] {
        let read = read(format!("{header}\n7,moved,9 Oak St\n"));
        let codes: Vec<&str> = read.err().iter().flat_map(|error| &error.findings).map(|finding| finding.code).collect();
        assert_eq!(codes.contains(&"received-columns"), refused, "{header}: {codes:?}");
    }
}

#[test]
fn records_of_the_post_name_the_piece_by_barcode_or_keyline() {
    let imb = |serial| ReturnKey::Imb { mailer_id: "901234567".to_owned(), serial };
    let report = rows(
        ACS,
        &[
            "0030090123456700050702139,,,9 OAK ST,BOSTON,MA,02139,202601,F",
            "00300901234567000508,HOUSE1,K,,,,,,",
            ",00000075,N,,,,,,",
            ",00000076,N,,,,,,",
            "0030090123456700050,,N,,,,,,",
        ],
    );
    assert_eq!(told(&report.findings), ["5:keyline return-key", "6:imb return-key"]);
    let found: Vec<_> = report.rows.iter().map(|row| (row.key.clone(), row.reason.code, row.reason.effect, row.forwarded)).collect();
    let expected = [
        (imb(507), "moved", Moved, true),
        (imb(508), "moved-left-no-address", NoAddress, false),
        (ReturnKey::Piece(7), "no-such-number", NoAddress, false),
    ];
    assert_eq!(found, expected);

    let report = rows("MID,Serial Number,Deliverability Code,Mail Forwarded", &["901234567,000509,,no", "901234567,510,P,"]);
    let found: Vec<_> = report.rows.iter().map(|row| (row.key.clone(), row.reason.effect, row.forwarded)).collect();
    assert_eq!(found, [(imb(509), NoAddress, false), (imb(510), Deceased, false)]);

    let report = rows("piece_id,barcode,reason", &["7,misread,UTF"]);
    assert_eq!(report.rows[0].key, ReturnKey::Piece(7), "the piece id goes before a scan");

    let report = rows("keyline,nixie_code", &["75,Q"]);
    assert_eq!(report.rows[0].key, ReturnKey::Piece(7));
}

#[test]
fn a_line_that_a_person_must_look_at_is_left_out() {
    let table = [
        ("7,,,,,,,,,,,", "2:reason return-reason"),
        ("7,,Ann Lee is in hospital,,,,,,,,,", "2:reason return-reason"),
        ("7,soon,UTF,,,,,,,,,", "2:on return-date"),
        ("7,,moved,perhaps,,,,,,,,", "2:forwarded return-forwarded"),
        ("7,,moved,,9 OAK ST,,BOSTON,,02139,,,", "2:address1 return-address"),
        ("7,,moved,,9 OAK ST,,BOSTON,MA,,1234,,", "2:address1 return-address"),
        ("7,,moved,,,APT 2,BOSTON,MA,02139,,,", "2:address1 return-address"),
        ("7,,UTF,,,,,,02139,,,", "2:address1 return-address"),
        ("7,,moved,,=HYPERLINK(1),,BOSTON,MA,02139,,,", "2:address1 return-address"),
        ("7,,moved,,9 OAK ST,@x,BOSTON,MA,02139,,,", "2:address1 return-address"),
        ("7,,UTF,,9 OAK ST,,BOSTON,MA,02139,,,", "2:reason return-contradiction"),
        ("7,,moved,,9 OAK ST,,BOSTON,MA,02139,,2026-13,", "2:moved_on return-move"),
        ("7,,moved,,9 OAK ST,,BOSTON,MA,02139,,,X", "2:move_type return-move"),
        ("7,,UTF", "2 cell-count"),
    ];
    for (line, finding) in table {
        let report = rows(SCAN, &[line, "8,,UTF,,,,,,,,,"]);
        assert_eq!((told(&report.findings), report.rows.len()), (vec![finding.to_owned()], 1), "{line}");
        let shown = format!("{report:?}");
        assert!(!["OAK", "Ann", "HYPERLINK", "02139"].iter().any(|secret| shown.contains(secret)), "{shown}");
    }
}

#[test]
fn a_file_that_names_no_piece_is_refused_with_what_is_missing() {
    assert_eq!(refusal(read("name,reason\nAnn Lee,UTF\n")), ["1 received-columns"]);
    let error = read("keyline,name\n75,Ann Lee\n").unwrap_err();
    assert!(error.findings[0].reason.starts_with("the column `reason` is missing (profile acs-keyline; known as deliverability_code"));
    assert_eq!(refusal(read("piece_id,piece,reason\n7,7,UTF\n")), ["1 received-columns"], "two columns could be the piece");
}
