//! Numbers, who bears them, and codes in the SQLite file.

use super::session::Answer;
use crate::ledger::store::Known;
use crate::ledger::{Bearer, CodeDigest, Marks, Piece};
use rusqlite::{OptionalExtension as _, Transaction, params};

const OWN: &str = "SELECT piece.number, bearer.marks FROM piece LEFT JOIN bearer ON bearer.piece = piece.number WHERE piece.person = ?";
const ALIAS: &str = "SELECT alias.piece, bearer.marks FROM alias LEFT JOIN bearer ON bearer.piece = alias.piece WHERE alias.person = ?";

pub(super) fn find(transaction: &Transaction<'_>, keys: &[&str]) -> rusqlite::Result<Vec<Option<Known>>> {
    let (mut own, mut alias) = (transaction.prepare_cached(OWN)?, transaction.prepare_cached(ALIAS)?);
    let mut look = |key: &&str| {
        for find in [&mut own, &mut alias] {
            let found = find.query_row([key], |row| Ok((row.get(0)?, row.get::<_, Option<[u8; 24]>>(1)?))).optional()?;
            if let Some((piece, marks)) = found {
                return Ok(Some(Known { piece, marks: marks.map(Marks::of) }));
            }
        }
        Ok(None)
    };
    keys.iter().map(&mut look).collect()
}

pub(super) fn add(transaction: &Transaction<'_>, pieces: &[(Piece, Bearer)]) -> rusqlite::Result<()> {
    let mut add = transaction.prepare_cached("INSERT INTO piece (number, person) VALUES (?, ?)")?;
    let mut bear = transaction.prepare_cached("INSERT INTO bearer (piece, marks) VALUES (?, ?)")?;
    for (piece, bearer) in pieces {
        add.execute(params![piece, bearer.person])?;
        bear.execute(params![piece, bearer.marks.bytes()])?;
    }
    Ok(())
}

pub(super) fn set_marks(transaction: &Transaction<'_>, marks: &[(Piece, Marks)]) -> rusqlite::Result<()> {
    let mut bear = transaction.prepare_cached("INSERT OR REPLACE INTO bearer (piece, marks) VALUES (?, ?)")?;
    marks.iter().try_for_each(|(piece, marks)| bear.execute(params![piece, marks.bytes()]).map(drop))
}

pub(super) fn add_aliases(transaction: &Transaction<'_>, aliases: &[(String, Piece)]) -> rusqlite::Result<()> {
    let mut add = transaction.prepare_cached("INSERT INTO alias (person, piece) VALUES (?, ?) ON CONFLICT (person) DO NOTHING")?;
    aliases.iter().try_for_each(|(person, piece)| add.execute(params![person, piece]).map(drop))
}

pub(super) fn each_mark(transaction: &Transaction<'_>, each: &mut dyn FnMut(Piece, Marks)) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare("SELECT piece, marks FROM bearer ORDER BY piece")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(row.get(0)?, Marks::of(row.get(1)?));
    }
    Ok(())
}

pub(super) fn each_piece(transaction: &Transaction<'_>, each: &mut dyn FnMut(Piece, &str)) -> Answer<()> {
    let mut statement = transaction.prepare("SELECT number, person FROM piece ORDER BY number")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(row.get(0)?, row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?);
    }
    Ok(())
}

pub(super) fn codes(transaction: &Transaction<'_>) -> rusqlite::Result<Vec<(Piece, CodeDigest)>> {
    transaction.prepare("SELECT piece, digest FROM code ORDER BY ordinal")?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

pub(super) fn add_codes(transaction: &Transaction<'_>, codes: &[(Piece, CodeDigest)]) -> rusqlite::Result<()> {
    let mut add = transaction.prepare_cached("INSERT INTO code (piece, digest) VALUES (?, ?)")?;
    codes.iter().try_for_each(|(piece, digest)| add.execute(params![piece, digest]).map(drop))
}
