//! Whatever is done to a package is named, with its place, and all of it at once.

use super::super::handover::{Leaving, record};
use super::super::house::{House, IndexFormat};
use super::super::index::{IndexWriter, tests::row};
use super::super::package::{PackageBuilder, tests::ticket};
use super::*;
use crate::digest::{hex, sha256};
use crate::files;
use crate::ledger::{self, Access, Bearer};

const NAME: &str = "lakeside_0001";

/// A package of two letters in a file each and in a print file, and its ledger.
struct Desk {
    home: tempfile::TempDir,
    ledger: Box<dyn Ledger>,
}

impl Desk {
    fn new() -> Desk {
        let home = tempfile::tempdir().unwrap();
        let mut ledger = ledger::open(home.path(), "lakeside", None).unwrap();
        ledger.allot(&mut ["a", "b", "c"].map(Bearer::nameless).into_iter()).unwrap();
        let out = home.path().join("out");
        let package = PackageBuilder::begin(&out, NAME).unwrap();
        let mut index = IndexWriter::create(package.path(), &[IndexFormat::Csv, IndexFormat::Jsonl]).unwrap();
        files::write(&package.path().join("stream/one.pdf"), b"%PDF of both").unwrap();
        for piece in 1..=2 {
            let (file, bytes) = (format!("letters/0{piece}/000000{piece}.pdf"), format!("%PDF {piece}"));
            files::write(&package.path().join(&file), bytes.as_bytes()).unwrap();
            let mut row = row("letters", piece, piece);
            (row.first_page, row.last_page, row.file, row.piece_sha256) = (1, 1, file, sha256(bytes.as_bytes()));
            index.push(&row).unwrap();
        }
        let streams = index.finish().unwrap();
        let ticket = ticket().with(&House::load(&out, "generic").unwrap(), streams);
        let leaving = |piece: u32| Leaving {
            piece,
            attempt: 1,
            sha256: crate::digest::unhex(&sha256(format!("%PDF {piece}").as_bytes())).unwrap(),
            mark: None,
        };
        let leave = |_: &Path| record(ledger.as_mut(), 1, NAME, None, &mut (1..=2).map(leaving).map(Ok));
        package.finish(ticket, leave).unwrap();
        Desk { home, ledger }
    }

    fn out(&self) -> PathBuf {
        self.home.path().join("out")
    }

    fn path(&self, file: &str) -> PathBuf {
        self.out().join(file)
    }

    /// What is found: file, line and reason.
    fn found(&mut self) -> Vec<String> {
        let mut verified = verify_package(&self.path(NAME)).unwrap();
        verified.compare(self.ledger.as_mut()).unwrap();
        verified.findings().iter().map(ToString::to_string).collect()
    }

    /// Replaces a text in a file of the package and brings list and done-file after it: what whoever forges a package does.
    fn forge(&self, file: &str, from: &str, to: &str) {
        edit(&self.path(&format!("{NAME}/{file}")), from, to);
        let list = self.path(&format!("{NAME}/{CHECKSUMS}"));
        let lines: String = fs_err::read_to_string(&list).unwrap().lines().map(|line| self.renewed(line)).collect();
        let before = sha256(&fs_err::read(&list).unwrap());
        fs_err::write(&list, &lines).unwrap();
        edit(&self.path(&format!("{NAME}.done")), &before, &sha256(lines.as_bytes()));
    }

    fn renewed(&self, line: &str) -> String {
        let (_, file) = line.split_once("  ").unwrap();
        let bytes = fs_err::read(self.path(&format!("{NAME}/{file}"))).unwrap();
        format!("{}  {file}\n", sha256(&bytes))
    }
}

fn edit(path: &Path, from: &str, to: &str) {
    let text = fs_err::read_to_string(path).unwrap();
    assert!(text.contains(from), "{} does not hold {from:?}: {text}", path.display());
    fs_err::write(path, text.replacen(from, to, 1)).unwrap();
}

/// Demands that each of some texts is in a finding of its own, and nothing else is found.
#[track_caller]
fn finds(found: &[String], expected: &[&str], what: &str) {
    let all = expected.iter().all(|text| found.iter().any(|found| found.contains(text)));
    assert!(all && found.len() == expected.len(), "{what}: {found:#?}, not {expected:#?}");
}

#[test]
fn a_package_as_it_left_holds_by_either_name() {
    let mut desk = Desk::new();
    assert_eq!(desk.found(), Vec::<String>::new());
    let verified = verify_package(&desk.path("lakeside_0001.done")).unwrap();
    assert_eq!((verified.files, verified.pieces, verified.in_ledger), (6, 2, false));
    assert!(desk.ledger.has_link(verified.stamp().unwrap()).unwrap());
    for (name, code) in [("nothing", "unreadable"), ("lakeside_0001/ticket.json", "not-a-package")] {
        assert_eq!(verify_package(&desk.path(name)).unwrap_err().findings[0].code, code);
    }
}

#[test]
fn one_byte_in_any_file_is_named() {
    let files = ["letters/01/0000001.pdf", "letters/02/0000002.pdf", "pieces.csv", "pieces.jsonl", "stream/one.pdf", "ticket.json"];
    for file in files.iter().map(|file| format!("{NAME}/{file}")).chain([format!("{NAME}/{CHECKSUMS}"), format!("{NAME}.done")]) {
        let mut desk = Desk::new();
        let path = desk.path(&file);
        let kept = fs_err::read(&path).unwrap();
        // Every byte of a small file; what a line of the index means may change with it.
        for at in (0..kept.len()).step_by(7) {
            let mut bytes = kept.clone();
            bytes[at] ^= 1;
            fs_err::write(&path, &bytes).unwrap();
            let stamp = verify_package(&desk.out().join(NAME)).unwrap().stamp().cloned();
            let holds = stamp.is_some_and(|stamp| desk.ledger.has_link(&stamp).unwrap());
            let found = desk.found();
            // The list is named where its own checksum stands.
            let named = found.iter().any(|found| found.contains(&file));
            assert!(named || !holds, "{file}, byte {at}: {found:#?}");
        }
    }
}

#[test]
fn what_is_gone_beside_or_odd_is_named() {
    type Change = fn(&Desk);
    let cases: [(&str, Change, &[&str]); 9] = [
        (
            "removed letter",
            |desk| fs_err::remove_file(desk.path("lakeside_0001/letters/01/0000001.pdf")).unwrap(),
            &["lakeside_0001/letters/01/0000001.pdf: is gone"],
        ),
        (
            "removed index",
            |desk| fs_err::remove_file(desk.path("lakeside_0001/pieces.csv")).unwrap(),
            &[
                "pieces.csv: is gone: the list of checksums names it",
                "pieces.csv: the index is gone",
                "ticket.json:streams: of letters the ticket has 2 pieces, 2 sheets, 2 pages and 2 blank ones, and the index 0 pieces",
                "pieces.csv: piece 0000001 left in this package",
                "pieces.csv: piece 0000002 left in this package",
            ],
        ),
        (
            "removed list",
            |desk| fs_err::remove_file(desk.path("lakeside_0001/SHA256SUMS")).unwrap(),
            &["SHA256SUMS: the list of checksums is gone"],
        ),
        ("removed ticket", |desk| fs_err::remove_file(desk.path("lakeside_0001/ticket.json")).unwrap(), &["ticket.json: is gone"]),
        ("not done", |desk| fs_err::remove_file(desk.path("lakeside_0001.done")).unwrap(), &["lakeside_0001.done: is not there"]),
        (
            "added",
            |desk| fs_err::write(desk.path("lakeside_0001/letters/01/0000003.pdf"), "%PDF").unwrap(),
            &["lakeside_0001/letters/01/0000003.pdf: does not belong to the package"],
        ),
        (
            "a link in a letter's place",
            |desk| {
                let letter = desk.path("lakeside_0001/letters/01/0000001.pdf");
                fs_err::rename(&letter, desk.path("elsewhere.pdf")).unwrap();
                std::os::unix::fs::symlink(desk.path("elsewhere.pdf"), letter).unwrap();
            },
            &["lakeside_0001/letters/01/0000001.pdf: is a link"],
        ),
        (
            "an encrypted file that is none of it",
            |desk| fs_err::write(desk.path("lakeside_0001.tar.gpg"), "x").unwrap(),
            &["lakeside_0001.tar.gpg: stands beside the package"],
        ),
        (
            "two at once",
            |desk| {
                fs_err::write(desk.path("lakeside_0001/stream/one.pdf"), "%PDF of one").unwrap();
                fs_err::write(desk.path("lakeside_0001/note.txt"), "hello").unwrap();
            },
            &["stream/one.pdf: is not the file of its checksum", "note.txt: does not belong"],
        ),
    ];
    for (what, change, expected) in cases {
        let mut desk = Desk::new();
        change(&desk);
        finds(&desk.found(), expected, what);
    }
}

/// A forger brings the checksums after the change: what is left is that the files contradict each other, and the ledger.
#[test]
fn what_was_forged_contradicts_itself_or_the_ledger() {
    let first = hex(&<sha2::Sha256 as sha2::Digest>::digest(b"%PDF 1"));
    let cases: [(&str, &str, &str, &[&str]); 10] = [
        ("ticket.json", "\"package\": \"lakeside_0001\"", "\"package\": \"lakeside_0002\"", &["ticket.json:package"]),
        ("ticket.json", "\"pieces\": 2", "\"pieces\": 3", &["ticket.json:totals"]),
        (
            "ticket.json",
            &first,
            &"00".repeat(32),
            &["ticket.json:files: ticket and list of checksums do not say the same of letters/01/0000001.pdf"],
        ),
        ("ticket.json", "{", "[", &["lakeside_0001/ticket.json:2:"]),
        ("pieces.csv", "job_id", "job", &["pieces.csv:1", "streams", "piece 0000001 left", "piece 0000002 left", "ticket.json:files"]),
        (
            "pieces.jsonl",
            "\"en\"",
            "\"es\"",
            &["pieces.jsonl:1: pieces.csv says something else of piece 0000001, in line 2", "ticket.json:files"],
        ),
        ("pieces.jsonl", "0000002", "0000001", &["pieces.jsonl:2: piece 0000001", "pieces.jsonl: piece 0000002", "ticket.json:files"]),
        (
            "pieces.csv",
            ",2,0000002,",
            ",3,0000001,",
            &[
                "pieces.csv:3: piece 0000001 has number 3 in its stream, and 2 was to come",
                "pieces.csv:3: the mark of piece 0000001 is another piece's",
                "pieces.csv:3: piece 0000001 stands in line 2 already",
                "pieces.csv:3: piece 0000001 left with other bytes",
                "pieces.csv: piece 0000002 left in this package",
                "pieces.jsonl:1: pieces.csv says something else of piece 0000001, in line 3",
                "pieces.jsonl:2: piece 0000002 is not in pieces.csv",
                "ticket.json:files",
            ],
        ),
        ("letters/01/0000001.pdf", "%PDF 1", "%PDF 3", &["pieces.csv:2: letters/01/0000001.pdf has another checksum", "ticket.json:files"]),
        (
            "pieces.csv",
            ",1,1,1,1,1,1,0,0,",
            ",1,1,1,1,1,0,0,0,",
            &[
                "pieces.csv:2: the pages and sheets of piece 0000001 do not add up",
                "ticket.json:streams",
                "pieces.jsonl:1",
                "ticket.json:files",
            ],
        ),
    ];
    for (file, from, to, expected) in cases {
        let mut desk = Desk::new();
        desk.forge(file, from, to);
        finds(&desk.found(), expected, &format!("{file}: {to}"));
    }
}

#[test]
fn the_ledger_knows_which_pieces_left_with_which_bytes() {
    let mut desk = Desk::new();
    // A third piece is recorded for the same package later, as a forger of the ledger would; the second leaves in another one.
    let leaving = |piece: u32, attempt: u32| Leaving { piece, attempt, sha256: [9; 32], mark: None };
    record(desk.ledger.as_mut(), 1, NAME, None, &mut [Ok(leaving(3, 1))].into_iter()).unwrap();
    record(desk.ledger.as_mut(), 1, "lakeside_0001_reprint1", Some("jam"), &mut [Ok(leaving(2, 2))].into_iter()).unwrap();
    finds(
        &desk.found(),
        &["lakeside_0001/pieces.csv: piece 0000003 left in this package, as the ledger knows, and is not in the index"],
        "",
    );
    let mut other =
        ledger::open(desk.home.path(), "lakeside", Some(&Access::typed(format!("sqlite:{}", desk.path("other.sqlite").display()))))
            .unwrap();
    let mut verified = verify_package(&desk.path(NAME)).unwrap();
    verified.compare(other.as_mut()).unwrap();
    let lines: Vec<_> = verified.findings().iter().map(|finding| (finding.code, finding.place.line)).collect();
    assert_eq!(lines, [("package-not-as-recorded", Some(2)), ("package-not-as-recorded", Some(3))]);
}
