//! Single edits of what is on record: of every row of the ledger's chains, of every file of a package, and chains that are cut short
//! behind a head that left with a package. Each is named.

use super::post::ID;
use super::server::Server;
use super::{Chance, figure, quick_or_full};
use crate::harness::Home;
use breachnotice::ledger::{self, EventKind, NewEvent, Stamp, Verified};
use rusqlite::Connection;
use rusqlite::types::Value;

/// The sample, all of it exported and sent, and where its ledger was when the package left.
struct Record {
    home: Home,
    package: String,
    stamp: Stamp,
}

impl Record {
    fn make() -> Record {
        let server = Server::start();
        let home = Home::with_sample("lakeside");
        home.edit("lakeside/incident.toml", "smtp://127.0.0.1:2525", &server.url());
        home.run("approve lakeside --by Ada --role counsel --accept-stale test --quiet").exits(0);
        home.run("release lakeside --by Ben --quiet").exits(0);
        home.run("export lakeside --out out --quiet").exits(0);
        home.run("send lakeside --quiet").exits(0);
        let done = home.files("out").into_keys().find(|name| name.ends_with(".done")).unwrap();
        let text = home.read(&format!("out/{done}"));
        let stamp: Vec<&str> = text.lines().next().unwrap().strip_prefix("# ledger link ").unwrap().splitn(3, ' ').collect();
        let stamp = Stamp { worker: stamp[2].to_owned(), link: stamp[0].parse().unwrap(), sha256: stamp[1].to_owned() };
        Record { home, package: done.trim_end_matches(".done").to_owned(), stamp }
    }

    /// What the check of a ledger says, knowing the package's stamp.
    fn verify(&self, folder: &str) -> Verified {
        let ledger = ledger::open_existing(&self.home.path(folder), ID, None).unwrap();
        ledger.unwrap().verify(std::slice::from_ref(&self.stamp)).unwrap()
    }

    /// The database as somebody reaches it who goes past the program.
    fn raw(&self, folder: &str) -> Connection {
        let raw = Connection::open(self.home.path(&format!("{folder}/ledger.sqlite"))).unwrap();
        raw.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON").unwrap();
        let drops = "SELECT group_concat('DROP TRIGGER ' || name, ';') FROM sqlite_master WHERE type = 'trigger'";
        let drops: String = raw.query_row(drops, (), |row| row.get(0)).unwrap();
        raw.execute_batch(&drops).unwrap();
        raw
    }
}

/// The columns whose every value is bound by the chains.
const COLUMNS: [(&str, &str); 15] = [
    ("event", "ordinal"),
    ("event", "kind"),
    ("event", "piece"),
    ("event", "attempt"),
    ("event", "job"),
    ("event", "detail"),
    ("event", "digest"),
    ("event", "mark"),
    ("link", "id"),
    ("link", "worker"),
    ("link", "number"),
    ("link", "moment"),
    ("link", "events"),
    ("link", "digest"),
    ("piece", "person"),
];

#[test]
fn every_edit_of_the_ledger_is_named() {
    let record = Record::make();
    let edits = quick_or_full(60, 1_000);
    assert!(record.verify("lakeside").holds());
    let (raw, mut chance) = (record.raw("lakeside"), Chance::seeded(31));
    let (mut made, mut by_event) = (0, 0);
    while made < edits {
        let (table, column) = COLUMNS[chance.below(COLUMNS.len())];
        let count: i64 = raw.query_row(&format!("SELECT count(*) FROM {table}"), (), |row| row.get(0)).unwrap();
        let query = format!("SELECT rowid, {column} FROM {table} LIMIT 1 OFFSET {}", chance.below(count as usize));
        let (row, value): (i64, Value) = raw.query_row(&query, (), |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        let edited = edited(&value, &mut chance);
        let update = format!("UPDATE {table} SET {column} = ?1 WHERE rowid = ?2");
        // A number that another row has cannot be put there.
        if raw.execute(&update, (&edited, row)).is_err() {
            continue;
        }
        let verified = record.verify("lakeside");
        assert!(!verified.holds(), "{table}.{column} of row {row}: {value:?} became {edited:?}, and nobody noticed");
        let named = format!("event {row}");
        by_event +=
            usize::from(table == "event" && verified.findings().iter().any(|finding| finding.place.column.as_ref() == Some(&named)));
        let row = if ["ordinal", "id"].contains(&column) { integer(&edited) } else { row };
        raw.execute(&update, (&value, row)).unwrap();
        made += 1;
    }
    assert!(record.verify("lakeside").holds(), "everything is as it was");
    figure(&format!("edits of the ledger: {made} of {made} named, {by_event} of them by the very event"));
}

fn integer(value: &Value) -> i64 {
    if let Value::Integer(number) = value { *number } else { panic!("{value:?} is no number") }
}

/// The same value with one digit, letter or byte changed; something instead of nothing.
fn edited(value: &Value, chance: &mut Chance) -> Value {
    match value {
        Value::Integer(number) => loop {
            let mut digits = number.to_string().into_bytes();
            let at = chance.below(digits.len());
            digits[at] = b'0' + chance.below(10) as u8;
            let other = String::from_utf8(digits).unwrap().parse().unwrap();
            if other != *number {
                return Value::Integer(other);
            }
        },
        Value::Text(text) if text.is_empty() => Value::Text("x".to_owned()),
        Value::Text(text) => {
            let mut letters: Vec<char> = text.chars().collect();
            let at = chance.below(letters.len());
            letters[at] = if letters[at] == 'x' { 'y' } else { 'x' };
            Value::Text(letters.into_iter().collect())
        }
        Value::Blob(bytes) => {
            let mut bytes = bytes.clone();
            let at = chance.below(bytes.len());
            bytes[at] ^= 1 << chance.below(8);
            Value::Blob(bytes)
        }
        // The only columns that may be empty: a piece, a digest.
        _ if chance.below(2) == 0 => Value::Blob(vec![0; 32]),
        _ => Value::Integer(1),
    }
}

#[test]
fn every_chain_that_is_cut_short_is_named() {
    let record = Record::make();
    let cuts = quick_or_full(20, 200);
    let mut chance = Chance::seeded(37);
    for cut in 0..cuts {
        let folder = format!("cut{cut}");
        record.home.copy("lakeside", &folder);
        let kept = chance.below(record.stamp.link as usize);
        let raw = record.raw(&folder);
        let late = format!("SELECT id FROM link WHERE worker = '{}' AND number > {kept}", record.stamp.worker);
        raw.execute_batch(&format!("DELETE FROM event WHERE ordinal >> 16 IN ({late}); DELETE FROM link WHERE id IN ({late})")).unwrap();
        drop(raw);
        // Every other time links of somebody else's making take the place of those that are gone.
        if cut % 2 == 1 {
            let mut ledger = ledger::open_existing(&record.home.path(&folder), ID, None).unwrap().unwrap();
            ledger.set_worker(&record.stamp.worker);
            for _ in kept as u64..record.stamp.link {
                ledger.append(&[NewEvent::of_incident(EventKind::Proof, 0, "")]).unwrap();
            }
        }
        let verified = record.verify(&folder);
        assert!(!verified.holds(), "links after {kept} of {} were cut off, and nobody noticed", record.stamp.link);
        record.home.remove(&folder);
    }
    figure(&format!("chains cut short behind a stamped head: {cuts} of {cuts} named"));
}

#[test]
fn every_edit_of_a_package_is_named() {
    let record = Record::make();
    let edits = quick_or_full(60, 1_000);
    let files: Vec<(String, Vec<u8>)> = record.home.files("out").into_iter().collect();
    let mut chance = Chance::seeded(41);
    assert!(sums_hold(&record));
    for _ in 0..edits {
        let (name, bytes) = &files[chance.below(files.len())];
        let path = record.home.path(&format!("out/{name}"));
        let at = edited_place(name, bytes, &mut chance);
        let mut other = bytes.clone();
        if chance.below(10) == 0 {
            other.truncate(at);
        } else {
            other[at] = if other[at] == b'7' { b'3' } else { b'7' };
        }
        std::fs::write(&path, &other).unwrap();
        assert!(!sums_hold(&record), "byte {at} of {name} was changed, and nobody noticed");
        std::fs::write(&path, bytes).unwrap();
    }
    assert!(sums_hold(&record), "everything is as it was");
    figure(&format!("edits of a package: {edits} of {edits} named"));
}

/// Any byte; of a done-file one of the digest, since `sha256sum` takes the first line for a comment.
fn edited_place(name: &str, bytes: &[u8], chance: &mut Chance) -> usize {
    if !name.ends_with(".done") {
        return chance.below(bytes.len());
    }
    bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1 + chance.below(64)
}

/// Whether the package is whole, by the tools of a mail house.
fn sums_hold(record: &Record) -> bool {
    let Record { home, package, .. } = record;
    let holds = |folder: String, list: &str| {
        let mut check = std::process::Command::new("sha256sum");
        check.args(["--strict", "--status", "-c", list]).current_dir(home.path(&folder));
        check.output().unwrap().status.success()
    };
    holds("out".to_owned(), &format!("{package}.done")) && holds(format!("out/{package}"), "SHA256SUMS")
}
