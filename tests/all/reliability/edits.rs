//! Single edits of what is on record: of every row of the ledger's chains, of every file of a package, and chains that are cut short
//! behind a head that left with a package. `verify` names each.

use super::post::ID;
use super::server::Server;
use super::{Chance, figure, quick_or_full};
use crate::harness::Home;
use breachnotice::ledger::{self, EventKind, NewEvent};
use rusqlite::Connection;
use rusqlite::types::Value;

/// The sample, all of it exported and sent.
pub(super) struct Record {
    pub(super) home: Home,
    package: String,
    /// Number of the link of the desk that left with the package.
    link: usize,
}

impl Record {
    pub(super) fn make() -> Record {
        let server = Server::start();
        let home = Home::with_sample("lakeside");
        home.edit("lakeside/incident.toml", "smtp://127.0.0.1:2525", &server.url());
        home.run("approve lakeside --by Ada --role counsel --accept-stale test --quiet").exits(0);
        home.run("release lakeside --by Ben --quiet").exits(0);
        home.run("export lakeside --out out --quiet").exits(0);
        home.run("send lakeside --quiet").exits(0);
        let done = home.files("out").into_keys().find(|name| name.ends_with(".done")).unwrap();
        let text = home.read(&format!("out/{done}"));
        let mut stamp = text.lines().next().unwrap().strip_prefix("# ledger link ").unwrap().split(' ');
        let link = stamp.next().unwrap().parse().unwrap();
        assert_eq!(stamp.nth(1), Some("desk"));
        Record { home, package: done.trim_end_matches(".done").to_owned(), link }
    }

    /// What `verify` finds in the ledger of a folder, as place and reason; nothing when it holds.
    #[track_caller]
    fn findings_in(&self, folder: &str) -> Vec<String> {
        self.found(&format!("verify {folder} --stamp out/{}.done", self.package))
    }

    /// What `verify` finds in the package.
    #[track_caller]
    fn findings_in_package(&self) -> Vec<String> {
        self.found(&format!("verify out/{} --incident lakeside", self.package))
    }

    #[track_caller]
    pub(super) fn found(&self, command: &str) -> Vec<String> {
        let ended = self.home.run(&format!("{command} --json"));
        if ended.code() == 0 {
            return Vec::new();
        }
        // What cannot even be read ends the command, with the reason on the screen.
        let ended = ended.exits(3);
        let Ok(shown) = serde_json::from_str::<serde_json::Value>(&ended.stdout) else { return vec![ended.stderr] };
        let told = |finding: &serde_json::Value| format!("{}: {}", finding["place"].as_str().unwrap(), finding["reason"].as_str().unwrap());
        shown["findings"].as_array().unwrap().iter().map(told).collect()
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
    assert_eq!(record.findings_in("lakeside"), [""; 0]);
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
        let findings = record.findings_in("lakeside");
        assert!(!findings.is_empty(), "{table}.{column} of row {row}: {value:?} became {edited:?}, and nobody noticed");
        let named = format!("event {row}: ");
        by_event += usize::from(table == "event" && findings.iter().any(|finding| finding.contains(&named)));
        let row = if ["ordinal", "id"].contains(&column) { integer(&edited) } else { row };
        raw.execute(&update, (&value, row)).unwrap();
        made += 1;
    }
    assert_eq!(record.findings_in("lakeside"), [""; 0], "everything is as it was");
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
        let kept = chance.below(record.link);
        let raw = record.raw(&folder);
        let late = format!("SELECT id FROM link WHERE worker = 'desk' AND number > {kept}");
        raw.execute_batch(&format!("DELETE FROM event WHERE ordinal >> 16 IN ({late}); DELETE FROM link WHERE id IN ({late})")).unwrap();
        drop(raw);
        // Every other time links of somebody else's making take the place of those that are gone.
        if cut % 2 == 1 {
            let mut ledger = ledger::open_existing(&record.home.path(&folder), ID, None).unwrap().unwrap();
            for _ in kept..record.link {
                ledger.append(&[NewEvent::of_incident(EventKind::Proof, 0, "")]).unwrap();
            }
        }
        let findings = record.findings_in(&folder);
        assert!(!findings.is_empty(), "links after {kept} of {} were cut off, and nobody noticed", record.link);
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
    assert_eq!(record.findings_in_package(), [""; 0]);
    for _ in 0..edits {
        let (name, bytes) = &files[chance.below(files.len())];
        let path = record.home.path(&format!("out/{name}"));
        let at = chance.below(bytes.len());
        let mut other = bytes.clone();
        if chance.below(10) == 0 {
            other.truncate(at);
        } else {
            other[at] = if other[at] == b'7' { b'3' } else { b'7' };
        }
        std::fs::write(&path, &other).unwrap();
        let findings = record.findings_in_package();
        assert!(
            findings.iter().any(|finding| finding.contains(name)),
            "byte {at} of {name} was changed, and nobody named it: {findings:?}"
        );
        std::fs::write(&path, bytes).unwrap();
    }
    assert_eq!(record.findings_in_package(), [""; 0], "everything is as it was");
    figure(&format!("edits of a package: {edits} of {edits} named"));
}
