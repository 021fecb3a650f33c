//! Who gets which number: those who have one keep it, whatever was corrected about them; nobody gets another's.

use super::sqlite::Fault;
use super::{Bearer, Marks, Piece};
use crate::error::{Error, Place};
use rusqlite::{OptionalExtension, Statement, Transaction, params};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The largest number that fits the seven digits in which a piece number is printed.
const LAST_PIECE: Piece = 9_999_999;

const FIND: &str = "SELECT piece.number, bearer.marks FROM piece LEFT JOIN bearer ON bearer.piece = piece.number WHERE piece.person = ?";
const FIND_ALIAS: &str =
    "SELECT alias.piece, bearer.marks FROM alias LEFT JOIN bearer ON bearer.piece = alias.piece WHERE alias.person = ?";
const ADD: &str = "INSERT INTO piece (number, person) VALUES (?, ?) ON CONFLICT (person) DO NOTHING";
const BEAR: &str = "INSERT OR REPLACE INTO bearer (piece, marks) VALUES (?, ?)";

/// A piece number for each person in order, and the numbers that are new.
pub(super) fn allot(transaction: &Transaction<'_>, people: &mut dyn Iterator<Item = Bearer>) -> Result<(Vec<Piece>, Range<Piece>), Fault> {
    let last: Option<Piece> = transaction.query_row("SELECT max(number) FROM piece", [], |row| row.get(0))?;
    let first_new = last.unwrap_or(0) + 1;
    let mut allotting = Allotting {
        transaction,
        find: transaction.prepare(FIND)?,
        find_alias: transaction.prepare(FIND_ALIAS)?,
        add: transaction.prepare(ADD)?,
        bear: transaction.prepare(BEAR)?,
        next: first_new,
    };
    let mut pieces = Vec::new();
    let mut unknown = Vec::new();
    for bearer in people {
        // In a ledger without numbers everybody is new but who comes twice.
        let known = if last.is_none() { None } else { allotting.find(&bearer)? };
        match known {
            None if last.is_none() => pieces.push(allotting.add(&bearer)?),
            Some(Found::Piece(piece)) => pieces.push(piece),
            Some(Found::TakenKey(person)) => {
                unknown.push((pieces.len(), Bearer { person, ..bearer }));
                pieces.push(0);
            }
            None => {
                unknown.push((pieces.len(), bearer));
                pieces.push(0);
            }
        }
    }
    if !unknown.is_empty() {
        let mut free = allotting.free(&pieces)?;
        for (index, bearer) in unknown {
            let known = free.get_mut(&bearer.marks).and_then(Option::take).filter(|_| bearer.marks.tell_apart());
            pieces[index] = match known {
                Some(piece) => allotting.alias(&bearer, piece)?,
                None => allotting.add(&bearer)?,
            };
        }
    }
    Ok((pieces, first_new..allotting.next))
}

/// What stands under a key.
enum Found {
    /// The person's own piece.
    Piece(Piece),
    /// Somebody else's; this is the key to use instead.
    TakenKey(String),
}

struct Allotting<'t> {
    transaction: &'t Transaction<'t>,
    find: Statement<'t>,
    find_alias: Statement<'t>,
    add: Statement<'t>,
    bear: Statement<'t>,
    next: Piece,
}

impl Allotting<'_> {
    fn find(&mut self, bearer: &Bearer) -> Result<Option<Found>, Fault> {
        let Some((piece, marks)) = self.look(&bearer.person)? else { return Ok(None) };
        match marks {
            Some(marks) if marks.are_anothers(&bearer.marks) => {
                let own = bearer.marks.own_key(&bearer.person);
                Ok(Some(match self.look(&own)? {
                    Some((piece, _)) => Found::Piece(piece),
                    None => Found::TakenKey(own),
                }))
            }
            marks => {
                if marks != Some(bearer.marks) {
                    self.bear.execute(params![piece, bearer.marks.bytes()])?;
                }
                Ok(Some(Found::Piece(piece)))
            }
        }
    }

    fn look(&mut self, person: &str) -> Result<Option<(Piece, Option<Marks>)>, Fault> {
        for find in [&mut self.find, &mut self.find_alias] {
            let found = find.query_row([person], |row| Ok((row.get(0)?, row.get::<_, Option<[u8; 24]>>(1)?))).optional()?;
            if let Some((piece, marks)) = found {
                return Ok(Some((piece, marks.map(Marks::of))));
            }
        }
        Ok(None)
    }

    /// A new number, unless the same key has come before in this call.
    fn add(&mut self, bearer: &Bearer) -> Result<Piece, Fault> {
        if self.next > LAST_PIECE {
            return match self.look(&bearer.person)? {
                Some((piece, _)) => Ok(piece),
                None => Err(Fault::Ours(out_of_numbers())),
            };
        }
        if self.add.execute(params![self.next, bearer.person])? == 0 {
            return self
                .look(&bearer.person)?
                .map(|(piece, _)| piece)
                .ok_or_else(|| Fault::Ours(Error::bug("a key that is taken has no piece")));
        }
        self.bear.execute(params![self.next, bearer.marks.bytes()])?;
        self.next += 1;
        Ok(self.next - 1)
    }

    /// Pieces whose person is not among those with a number, by their marks; nothing where several have the same.
    fn free(&self, taken: &[Piece]) -> Result<BTreeMap<Marks, Option<Piece>>, Fault> {
        let taken: BTreeSet<Piece> = taken.iter().copied().collect();
        let mut free = BTreeMap::new();
        let mut query = self.transaction.prepare_cached("SELECT piece, marks FROM bearer ORDER BY piece")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let (piece, marks) = (row.get(0)?, Marks::of(row.get(1)?));
            if !taken.contains(&piece) {
                free.entry(marks).and_modify(|known| *known = None).or_insert(Some(piece));
            }
        }
        Ok(free)
    }

    /// The person of a piece has come under another key.
    fn alias(&self, bearer: &Bearer, piece: Piece) -> Result<Piece, Fault> {
        let mut add = self.transaction.prepare_cached("INSERT INTO alias (person, piece) VALUES (?, ?) ON CONFLICT (person) DO NOTHING")?;
        add.execute(params![bearer.person, piece])?;
        Ok(piece)
    }
}

fn out_of_numbers() -> Error {
    Error::refused(
        "pieces-exhausted",
        Place::file(super::faults::FILE),
        format!("there are more people than piece numbers: {LAST_PIECE} is the last"),
        "split the incident into several folders, for instance by provider",
    )
}
