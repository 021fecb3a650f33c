//! Files as they should not come.

use super::{Folder, refusal, told};
use crate::deliver::received::{read_bounces, read_production, read_returns, read_substitute};
use proptest::prelude::*;

#[test]
fn encodings_delimiters_and_line_ends_are_read() {
    let plain = "piece_id,status,reason\n7,printed,jam\n";
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(plain.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let table = [
        (plain.as_bytes().to_vec(), None),
        (plain.replace('\n', "\r\n").into_bytes(), None),
        (plain.replace('\n', "\r").into_bytes(), None),
        (plain.replace(',', ";").into_bytes(), None),
        (plain.replace(',', "\t").into_bytes(), None),
        (plain.trim_end().as_bytes().to_vec(), None),
        ([b"\xef\xbb\xbf", plain.as_bytes()].concat(), None),
        ([b"\n , \n\n", plain.as_bytes()].concat(), None),
        (utf16, None),
        (b"piece_id,status,reason\n7,printed,\"jam\xeb, \r\nagain\"\n".to_vec(), Some("2 not-utf-8")),
        ("piece_id,status,reason\n7,printed,\"line\nbreak\"\n".into(), None),
        (format!("piece_id,status,reason\n7,printed,{}\n", "x".repeat(100_000)).into_bytes(), None),
    ];
    for (bytes, finding) in table {
        let folder = Folder::new();
        let file = folder.file("report.csv", &bytes);
        let report = read_production(folder.0.path(), &file).unwrap();
        assert_eq!(report.rows.iter().map(|row| row.piece).collect::<Vec<_>>(), [7], "{:?}", String::from_utf8_lossy(&bytes));
        assert_eq!(told(&report.findings), finding.into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn files_that_are_none_are_refused() {
    let table: [(&[u8], &str); 8] = [
        (b"", "0 received-empty"),
        (b"\n\r\n  \n", "0 received-empty"),
        (b"\xef\xbb\xbf", "0 received-empty"),
        (b"PK\x03\x04", "0 not-csv"),
        (b"piece_id,status\n7,prin\0ted\n", "2 nul-bytes"),
        (b"piece_id,status\n7,\"printed\n8,printed\n", "2 open-quote"),
        (b"piece_id,status\n7,\"printed\n8,\"printed\n9,printed\n", "2 open-quote"),
        (b"7,printed\n", "1 received-columns"),
    ];
    for (bytes, refused) in table {
        let folder = Folder::new();
        let file = folder.file("report.csv", bytes);
        let found = refusal(read_production(folder.0.path(), &file));
        assert_eq!(found.first().map(String::as_str), Some(refused), "{:?}", String::from_utf8_lossy(bytes));
    }
    let folder = Folder::new();
    assert_eq!(refusal(read_production(folder.0.path(), folder.0.path())), ["0 unreadable"]);
    assert_eq!(refusal(read_returns(folder.0.path(), &folder.0.path().join("nothing.csv"))), ["0 unreadable"]);
}

/// Reads bytes in every way; a panic fails the test.
fn read_in_every_way(bytes: &[u8]) {
    let folder = Folder::new();
    let file = folder.file("file", bytes);
    drop(read_production(folder.0.path(), &file));
    drop(read_returns(folder.0.path(), &file));
    drop(read_bounces(&file, "lakeside"));
    drop(read_substitute(&file));
    folder.file("received.toml", bytes);
    drop(read_production(folder.0.path(), &file));
}

const STARTS: [&str; 7] = [
    "",
    "piece_id,status,attempt,mail_date,sheets_printed,sheets_expected,count\n",
    "imb;keyline;deliverability_code;new_address1;new_zip;move_date\n",
    "From a 03:04\n",
    "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n",
    "From: postmaster@x\nContent-Transfer-Encoding: base64\nDate: ",
    "[[posting]]\nkind = ",
];

proptest! {
    #[test]
    fn no_bytes_do_harm(start in prop::sample::select(STARTS.to_vec()), rest in prop::collection::vec(any::<u8>(), 0..200)) {
        read_in_every_way(&[start.as_bytes(), &rest].concat());
    }

    #[test]
    fn no_text_of_the_signs_that_count_does_harm(start in prop::sample::select(STARTS.to_vec()), rest in "[-<>@.:;,=\"'0-9a-fFé \t\r\n\\[\\]]{0,200}") {
        read_in_every_way(format!("{start}{rest}").as_bytes());
    }
}
