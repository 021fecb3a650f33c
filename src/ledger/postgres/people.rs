//! Numbers, who bears them, and codes in the schema.

use super::connection::{Connection, bytes, piece, value};
use crate::error::Result;
use crate::ledger::store::Known;
use crate::ledger::{Bearer, CodeDigest, Marks, Piece};
use postgres::Row;

const LAST: &str = "SELECT max(number) FROM piece";

const FIND: &str = "SELECT coalesce(piece.number, alias.piece), bearer.marks
    FROM unnest($1::text[]) WITH ORDINALITY AS asked (person, place)
    LEFT JOIN piece ON piece.person = asked.person LEFT JOIN alias ON alias.person = asked.person
    LEFT JOIN bearer ON bearer.piece = coalesce(piece.number, alias.piece)
    ORDER BY asked.place";

const ADD: &str = "INSERT INTO piece (number, person) SELECT * FROM unnest($1::integer[], $2::text[])";
const BEAR: &str = "INSERT INTO bearer (piece, marks) SELECT * FROM unnest($1::integer[], $2::bytea[])
    ON CONFLICT (piece) DO UPDATE SET marks = excluded.marks";
const ADD_ALIAS: &str = "INSERT INTO alias (person, piece) SELECT * FROM unnest($1::text[], $2::integer[]) ON CONFLICT (person) DO NOTHING";
const EACH_MARK: &str = "SELECT piece, marks FROM bearer ORDER BY piece";
const EACH_PIECE: &str = "SELECT number, person FROM piece ORDER BY number";
const CODES: &str = "SELECT piece, digest FROM code ORDER BY ordinal";
const ADD_CODES: &str = "INSERT INTO code (piece, digest)
    SELECT piece, digest FROM unnest($1::integer[], $2::bytea[]) WITH ORDINALITY AS given (piece, digest, place) ORDER BY place";

/// The highest number; the caller holds the allotting.
pub(super) fn last(connection: &mut Connection) -> Result<Option<Piece>> {
    let last: Option<i32> = value(&connection.row(LAST, &[])?, 0)?;
    Ok(last.map(i32::cast_unsigned))
}

pub(super) fn find(connection: &mut Connection, keys: &[&str]) -> Result<Vec<Option<Known>>> {
    let known = |row: &Row| {
        let Some(piece) = value::<Option<i32>>(row, 0)? else { return Ok(None) };
        let marks = value::<Option<&[u8]>>(row, 1)?.map(|_| bytes(row, 1)).transpose()?;
        Ok(Some(Known { piece: piece.cast_unsigned(), marks: marks.map(Marks::of) }))
    };
    connection.rows_of_list(FIND, &[&keys], keys.len())?.iter().map(known).collect()
}

pub(super) fn add(connection: &mut Connection, pieces: &[(Piece, Bearer)]) -> Result<()> {
    let numbers: Vec<i32> = pieces.iter().map(|(piece, _)| piece.cast_signed()).collect();
    let people: Vec<&str> = pieces.iter().map(|(_, bearer)| bearer.person.as_str()).collect();
    let marks: Vec<Vec<u8>> = pieces.iter().map(|(_, bearer)| bearer.marks.bytes().to_vec()).collect();
    connection.run(ADD, &[&numbers, &people])?;
    connection.run(BEAR, &[&numbers, &marks]).map(drop)
}

pub(super) fn set_marks(connection: &mut Connection, marks: &[(Piece, Marks)]) -> Result<()> {
    // One statement may not change a row twice; the last word counts.
    let last: std::collections::BTreeMap<i32, Vec<u8>> =
        marks.iter().map(|(piece, marks)| (piece.cast_signed(), marks.bytes().to_vec())).collect();
    let (pieces, marks): (Vec<i32>, Vec<Vec<u8>>) = last.into_iter().unzip();
    connection.run(BEAR, &[&pieces, &marks]).map(drop)
}

pub(super) fn add_aliases(connection: &mut Connection, aliases: &[(String, Piece)]) -> Result<()> {
    let people: Vec<&str> = aliases.iter().map(|(person, _)| person.as_str()).collect();
    let pieces: Vec<i32> = aliases.iter().map(|(_, piece)| piece.cast_signed()).collect();
    connection.run(ADD_ALIAS, &[&people, &pieces]).map(drop)
}

pub(super) fn each_mark(connection: &mut Connection, each: &mut dyn FnMut(Piece, Marks)) -> Result<()> {
    connection.each(EACH_MARK, &mut |row| {
        each(piece(row, 0)?, Marks::of(bytes(row, 1)?));
        Ok(())
    })
}

pub(super) fn each_piece(connection: &mut Connection, each: &mut dyn FnMut(Piece, &str)) -> Result<()> {
    connection.each(EACH_PIECE, &mut |row| {
        each(piece(row, 0)?, value(row, 1)?);
        Ok(())
    })
}

pub(super) fn codes(connection: &mut Connection) -> Result<Vec<(Piece, CodeDigest)>> {
    connection.rows(CODES, &[])?.iter().map(|row| Ok((piece(row, 0)?, bytes(row, 1)?))).collect()
}

pub(super) fn add_codes(connection: &mut Connection, codes: &[(Piece, CodeDigest)]) -> Result<()> {
    let pieces: Vec<i32> = codes.iter().map(|(piece, _)| piece.cast_signed()).collect();
    let digests: Vec<&[u8]> = codes.iter().map(|(_, digest)| digest.as_slice()).collect();
    connection.run(ADD_CODES, &[&pieces, &digests]).map(drop)
}
