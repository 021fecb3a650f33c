//! moves.csv: what an address vendor answered about single people, as `receive` keeps it in the incident folder.
//!
//! Each line is about the person of a record, and holds only while name and address are those that the vendor was asked about.

use super::PostalAddress;
use crate::digest::sha256;
use crate::error::{Error, Place, Result};
use crate::privacy::Private;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

/// Name of the file in the incident folder.
pub const MOVES_FILE: &str = "moves.csv";
const COLUMNS: [&str; 12] =
    ["record", "asked", "effect", "code", "move_type", "moved_on", "dpv", "address1", "address2", "city", "state", "postal_code"];
/// Digits of a digest that stand in the file.
const DIGITS: usize = 32;

/// Whose move it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MoveKind {
    /// One person's.
    Individual,
    /// Everyone's of one family name: maybe without the person, who may be at odds with them.
    Family,
    /// A firm's.
    Business,
}

/// What the post's record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Lives there still, as far as is known.
    NotMoved,
    /// The post knows no such number in the street.
    NotConfirmed,
    /// Lives elsewhere, at an address that is given.
    NewAddress,
    /// The same, but found with less than the whole address.
    Unsure,
    /// Lives elsewhere, nobody knows where.
    Gone,
}

/// What an answer does to a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Nothing.
    None,
    /// The letter goes to the new address.
    Applies,
    /// The person is held until somebody rules which address is to be used.
    NeedsRuling,
    /// Nothing: a firm moved, not the person.
    Business,
    /// Nothing yet: the move is after the mail date.
    Later,
    /// The person is held, and counts as one whose address is out of date.
    Gone,
    /// The person is held until somebody releases the address.
    NotConfirmed,
}

impl Effect {
    /// One word, as moves.csv has it.
    pub fn id(self) -> &'static str {
        match self {
            Effect::None => "none",
            Effect::Applies => "applied",
            Effect::NeedsRuling => "needs-ruling",
            Effect::Business => "business-not-applied",
            Effect::Later => "later-not-applied",
            Effect::Gone => "no-new-address",
            Effect::NotConfirmed => "not-confirmed",
        }
    }
}

/// The post's words; moves.toml says what each is.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    new_address: BTreeSet<String>,
    unsure: BTreeSet<String>,
    not_moved: BTreeSet<String>,
    not_confirmed: BTreeSet<String>,
    gone: BTreeMap<String, String>,
    same: BTreeMap<String, String>,
    kinds: BTreeMap<char, BTreeSet<String>>,
}

static WORDS: LazyLock<Words> =
    LazyLock::new(|| toml::from_str(include_str!("moves.toml")).expect("moves.toml is built in and a test reads it"));

impl MoveKind {
    /// By its letter or word, in any case.
    pub fn read(text: &str) -> Option<MoveKind> {
        let word = text.trim().to_uppercase();
        let (letter, _) = WORDS.kinds.iter().find(|(_, words)| words.contains(&word))?;
        [MoveKind::Individual, MoveKind::Family, MoveKind::Business].into_iter().find(|kind| kind.letter() == *letter)
    }

    fn letter(self) -> char {
        match self {
            MoveKind::Individual => 'I',
            MoveKind::Family => 'F',
            MoveKind::Business => 'B',
        }
    }
}

/// What a vendor answered about one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// `list:record_id` of the person.
    pub record: String,
    /// [`Move::asked_about`] of the name and address that the vendor was asked about.
    pub asked: String,
    /// Return code of the post.
    pub code: String,
    /// Whose move; absent when none was found.
    pub kind: Option<MoveKind>,
    /// First day of the month in which it took effect; absent when it is not told.
    pub moved_on: Option<Date>,
    /// DPV confirmation; may be empty.
    pub dpv: String,
    /// Street lines, city, state and ZIP of the new address; empty without one.
    pub address: Private<[String; 5]>,
    /// Line in moves.csv; 0 before it is written.
    pub line: u64,
}

impl Move {
    /// A return code in its usual form: capitals, two digits, empty for 00; `None` for one that the post does not have.
    pub fn read_code(text: &str) -> Option<String> {
        let word = text.trim().to_uppercase();
        let code = match word.len() {
            0 => "00".to_owned(),
            1 if word.bytes().all(|byte| byte.is_ascii_digit()) => format!("0{word}"),
            _ => WORDS.same.get(&word).cloned().unwrap_or(word),
        };
        let known = [&WORDS.new_address, &WORDS.unsure, &WORDS.not_moved].iter().any(|codes| codes.contains(&code))
            || WORDS.gone.contains_key(&code);
        known.then_some(code)
    }

    /// What the post's record says.
    pub fn outcome(&self) -> Outcome {
        if WORDS.new_address.contains(&self.code) && WORDS.not_confirmed.contains(&self.dpv) {
            Outcome::NotConfirmed
        } else if WORDS.new_address.contains(&self.code) {
            Outcome::NewAddress
        } else if WORDS.unsure.contains(&self.code) {
            Outcome::Unsure
        } else if WORDS.gone.contains_key(&self.code) {
            Outcome::Gone
        } else if WORDS.not_confirmed.contains(&self.dpv) {
            Outcome::NotConfirmed
        } else {
            Outcome::NotMoved
        }
    }

    /// What it does to a letter of a mail date. `in_person`: the name that was asked about is that of whoever opens the letter.
    pub fn effect(&self, mail_date: Date, in_person: bool) -> Effect {
        match (self.outcome(), self.kind) {
            (Outcome::NotMoved, _) => Effect::None,
            (Outcome::NotConfirmed, _) => Effect::NotConfirmed,
            (Outcome::Gone, _) => Effect::Gone,
            (_, Some(MoveKind::Business)) => Effect::Business,
            _ if self.moved_on.is_some_and(|day| day > mail_date) => Effect::Later,
            (Outcome::NewAddress, Some(MoveKind::Individual)) if in_person => Effect::Applies,
            _ => Effect::NeedsRuling,
        }
    }

    /// Why no address is known, for a reason that begins with "the person".
    pub(super) fn gone(&self) -> &'static str {
        WORDS.gone.get(&self.code).map_or("has moved", String::as_str)
    }

    /// What stands for a name and an address that a vendor was asked about: half of their SHA-256.
    pub fn asked_about(name: &str, address: &PostalAddress) -> String {
        let mut text = name.to_owned();
        for line in address.lines() {
            text.push('\0');
            text.push_str(&line);
        }
        sha256(text.as_bytes())[..DIGITS].to_owned()
    }
}

/// The word of a new address that came with a returned letter, where an answer has what it does.
pub const RETURNED: &str = "returned";

/// moves.csv as bytes, each line with a word on what it does.
///
/// # Errors
/// A bug of ours when it cannot be put together.
pub fn write_moves(moves: &[(Move, &str)]) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| Error::bug(format!("moves.csv cannot be written: {:?}", error.kind()));
    writer.write_record(COLUMNS).map_err(failed)?;
    for (answer, effect) in moves {
        let kind = answer.kind.map(|kind| kind.letter().to_string()).unwrap_or_default();
        let moved_on = answer.moved_on.map(|day| day.to_string()).unwrap_or_default();
        let cells = [answer.record.as_str(), &answer.asked, effect, &answer.code, &kind, &moved_on, &answer.dpv];
        writer.write_record(cells.into_iter().chain(answer.address.reveal().iter().map(String::as_str))).map_err(failed)?;
    }
    writer.into_inner().map_err(|_| Error::bug("moves.csv cannot be written"))
}

/// The answers of an incident folder, in file order; none when nothing was received.
///
/// # Errors
/// Refused when the file is not as `receive` writes it.
pub(super) fn read_moves(folder: &Path) -> Result<Vec<Move>> {
    let bytes = match fs_err::read(folder.join(MOVES_FILE)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::unreadable(Path::new(MOVES_FILE), &error)),
    };
    let mut table = csv::Reader::from_reader(bytes.as_slice());
    if table.headers().map_err(|_| unusable(1))? != COLUMNS.as_slice() {
        return Err(unusable(1));
    }
    let read = |record: csv::Result<csv::StringRecord>| {
        let record = record.map_err(|error| unusable(error.position().map_or(1, csv::Position::line)))?;
        let line = record.position().map_or(1, csv::Position::line);
        read_move(&record, line).ok_or_else(|| unusable(line))
    };
    table.records().map(read).collect()
}

fn unusable(line: u64) -> Error {
    let hint = "take the answer back again with `breachnotice receive DIR ncoa FILE`; rule on moves in decisions.csv";
    Error::refused("moves-unreadable", Place::line(MOVES_FILE, line), "the line is not as `receive` wrote it", hint)
}

fn read_move(record: &csv::StringRecord, line: u64) -> Option<Move> {
    let cell = |column: usize| record.get(column).unwrap_or_default().to_owned();
    let kind = Some(cell(4)).filter(|text| !text.is_empty());
    let moved_on = Some(cell(5)).filter(|text| !text.is_empty());
    Some(Move {
        record: cell(0),
        asked: cell(1),
        code: Move::read_code(&cell(3))?,
        kind: kind.map(|text| MoveKind::read(&text).ok_or(())).transpose().ok()?,
        moved_on: moved_on.map(|text| text.parse()).transpose().ok()?,
        dpv: cell(6),
        address: Private::new(std::array::from_fn(|part| cell(7 + part))),
        line,
    })
}

/// The lines of a folder with their words.
///
/// # Errors
/// Refused when the file cannot be used.
pub fn read_moves_with_words(folder: &Path) -> Result<Vec<(Move, String)>> {
    let moves = read_moves(folder)?;
    if moves.is_empty() {
        return Ok(Vec::new());
    }
    let mut table = csv::Reader::from_path(folder.join(MOVES_FILE)).map_err(|_| unusable(1))?;
    let words = table.records().flatten().map(|record| record.get(2).unwrap_or_default().to_owned()).collect::<Vec<_>>();
    Ok(moves.into_iter().zip(words).collect())
}

/// What the answers of a folder did when they came in: effect -> people.
///
/// # Errors
/// Refused when the file cannot be used.
pub fn moves_by_effect(folder: &Path) -> Result<Option<BTreeMap<String, u64>>> {
    if !folder.join(MOVES_FILE).exists() {
        return Ok(None);
    }
    let mut effects = BTreeMap::new();
    for (_, effect) in read_moves_with_words(folder)? {
        *effects.entry(effect).or_default() += 1;
    }
    Ok(Some(effects))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn answer(code: &str, kind: &str) -> Move {
        Move {
            record: "patients.csv:1".to_owned(),
            asked: "0".repeat(DIGITS),
            code: Move::read_code(code).unwrap(),
            kind: MoveKind::read(kind),
            moved_on: Some(date(2026, 1, 1)),
            dpv: String::new(),
            address: Private::new(["9 OAK ST", "", "BOSTON", "MA", "02139"].map(str::to_owned)),
            line: 2,
        }
    }

    #[test]
    fn every_code_has_one_effect() {
        let cases = [
            ("A", "I", Effect::Applies),
            ("a", "individual", Effect::Applies),
            ("A", "F", Effect::NeedsRuling),
            ("A", "B", Effect::Business),
            ("91", "I", Effect::NeedsRuling),
            ("92", "I", Effect::NeedsRuling),
            ("1", "I", Effect::Gone),
            ("02", "", Effect::Gone),
            ("MLNA", "", Effect::Gone),
            ("bcno", "", Effect::Gone),
            ("05", "F", Effect::Gone),
            ("14", "", Effect::Gone),
            ("19", "", Effect::Gone),
            ("", "", Effect::None),
            ("0", "", Effect::None),
            ("12", "", Effect::None),
            ("66", "", Effect::None),
        ];
        for (code, kind, effect) in cases {
            assert_eq!(answer(code, kind).effect(date(2026, 1, 1), true), effect, "{code} {kind}");
        }
        assert_eq!(Move::read_code("77"), None);
        assert_eq!(answer("A", "I").effect(date(2026, 1, 1), false), Effect::NeedsRuling, "the child moved, not the parent");
        assert_eq!(answer("A", "I").effect(date(2025, 12, 31), true), Effect::Later);
        assert_eq!(Move { dpv: "N".to_owned(), ..answer("00", "") }.effect(date(2026, 1, 1), true), Effect::NotConfirmed);
    }

    #[test]
    fn answers_come_back_as_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read_moves(folder.path()).unwrap(), []);
        let gone = Move { kind: None, line: 3, moved_on: None, ..answer("02", "") };
        let moves = [(answer("A", "F"), Effect::NeedsRuling.id()), (gone, Effect::Gone.id())];
        fs_err::write(folder.path().join(MOVES_FILE), write_moves(&moves).unwrap()).unwrap();
        assert_eq!(read_moves(folder.path()).unwrap(), moves.map(|(answer, _)| answer));
        let effects = moves_by_effect(folder.path()).unwrap().unwrap();
        assert_eq!(effects.into_iter().collect::<Vec<_>>(), [("needs-ruling".to_owned(), 1), ("no-new-address".to_owned(), 1)]);
        fs_err::write(folder.path().join(MOVES_FILE), "record,asked\n").unwrap();
        assert_eq!(read_moves(folder.path()).unwrap_err().findings[0].code, "moves-unreadable");
    }
}
