//! Returned letters: a new address is taken up, no address makes a person unreachable, a death is told apart.

use super::known::{Known, Row, Way};
use super::{Books, Desk, Entries};
use crate::deliver::received::{NewAddress, Report, ReturnEffect, ReturnKey, ReturnedRow, read_returns};
use crate::error::{Finding, Result};
use crate::ledger::{EventKind, NewEvent, Piece, PieceState, Sha};
use crate::privacy::Private;
use crate::recipients::MoveKind;
use crate::run::addresses::NewAddresses;
use std::path::Path;

pub(super) fn entries(desk: &Desk<'_>, ledger: Books<'_>, file: &Path, digest: &Sha) -> Result<Entries> {
    let Report { rows, findings } = read_returns(desk.folder, file)?;
    let mut known = Known::read(ledger, file, digest, Way::Post)?;
    let mut entries = Entries::default();
    entries.taken.rows = rows.len() as u64;
    entries.taken.findings = findings;
    // The lists are read only when an address has to be put into them.
    let mut moves: Vec<(Piece, Private<NewAddress>, MoveKind)> = Vec::new();
    for row in &rows {
        enter(desk, row, &mut known, &mut entries, &mut moves);
    }
    if !moves.is_empty() {
        let mut addresses = NewAddresses::open(desk.folder, desk.ledger)?;
        for (piece, address, kind) in moves {
            if !addresses.take(piece, &address, kind) {
                let reason = format!("piece {piece:07} came back with a new address that cannot be taken up by itself");
                let hint =
                    "the person is listed no more or asked for a confidential address (then correct a mended list), or is a seed of yours";
                entries.taken.findings.push(known.finding(1, "return-address", reason, hint));
            }
        }
        // The ledger is told afterwards: a call that is broken off here is repeated as a whole.
        addresses.write()?;
    }
    Ok(entries)
}

type Moves = Vec<(Piece, Private<NewAddress>, MoveKind)>;

fn enter(desk: &Desk<'_>, row: &ReturnedRow, known: &mut Known, entries: &mut Entries, moves: &mut Moves) {
    let Some(piece) = piece(desk, &row.key) else {
        let reason = "the barcode is none of this incident's".to_owned();
        let hint = "compare the mailer id and the serial numbers with [print.imb] in incident.toml";
        return entries.taken.findings.push(known.finding(row.line, "barcode-unknown", reason, hint));
    };
    let kind = match (row.reason.effect, &row.new_address) {
        _ if row.forwarded => EventKind::Forwarded,
        (ReturnEffect::Moved, Some(_)) => EventKind::ReturnedMoved,
        (ReturnEffect::Moved | ReturnEffect::NoAddress, _) => EventKind::Unreachable,
        (ReturnEffect::Refused, _) => EventKind::ReturnedRefused,
        (ReturnEffect::Deceased, _) => EventKind::ReturnedDeceased,
        (ReturnEffect::Away, _) => EventKind::ReturnedAway,
    };
    let state = match known.row(row.line, piece, row.attempt, row.on) {
        Row::Current(state) => state,
        Row::Entered => return entries.taken.known += 1,
        Row::Earlier => match known.earlier(row.line, piece, kind) {
            Some(finding) => return entries.taken.findings.push(finding),
            None => return entries.taken.known += 1,
        },
        Row::Unknown(finding) => return entries.taken.findings.push(finding),
    };
    if let Some(finding) = impossible_day(desk, row, state, known) {
        return entries.taken.findings.push(finding);
    }
    match state.state {
        same if same == kind => return entries.taken.known += 1,
        EventKind::Exported | EventKind::Reprinted | EventKind::Printed | EventKind::Mailed | EventKind::Forwarded => {}
        // One return tells where the person is, a later one may tell more.
        EventKind::Unreachable | EventKind::ReturnedAway | EventKind::ReturnedRefused
            if matches!(kind, EventKind::ReturnedMoved | EventKind::ReturnedDeceased) => {}
        // The person was told since, whatever the post says of the letter.
        EventKind::ToldBySubstitute => return entries.taken.known += 1,
        EventKind::ReturnedMoved
        | EventKind::ReturnedDeceased
        | EventKind::ReturnedAway
        | EventKind::ReturnedRefused
        | EventKind::Unreachable => {
            let [before, now] = [state.state, kind].map(|kind| kind.id().replace('_', " "));
            let reason = format!("piece {piece:07} is told as {now}, and it was {before} before");
            let hint = "look at the letter; what it tells can be put into a mended list or decisions.csv";
            return entries.taken.findings.push(known.finding(row.line, "return-denied", reason, hint));
        }
        _ => {
            let reason = format!("piece {piece:07} came back, and it was not at the house or with the post");
            let hint = "look at the letter: which piece is it?";
            return entries.taken.findings.push(known.finding(row.line, "piece-not-mailed", reason, hint));
        }
    }
    let event = NewEvent::of_piece(kind, piece, state.attempt, state.job, row.reason.code);
    entries.add(event.on(row.on.unwrap_or(desk.today)));
    if let (EventKind::ReturnedMoved, Some(address)) = (kind, &row.new_address) {
        moves.push((piece, address.clone(), row.move_kind.unwrap_or(MoveKind::Individual)));
    }
    known.happened(piece, kind);
}

/// A day on which this letter cannot have come back.
fn impossible_day(desk: &Desk<'_>, row: &ReturnedRow, state: &PieceState, known: &Known) -> Option<Finding> {
    let mailed = if state.state == EventKind::Mailed { state.day() } else { None };
    let on = row.on.filter(|on| mailed.is_some_and(|mailed| *on < mailed) || *on < desk.incident.breach_began)?;
    let before = mailed.map_or_else(|| "the breach".to_owned(), |mailed| format!("it was mailed on {mailed}"));
    let reason = format!("piece {:07} is told as returned on {on}, before {before}", state.piece);
    let hint = "look which of the days is wrong, correct the row and take the file in again; this row changed nothing";
    Some(known.finding(row.line, "day-impossible", reason, hint))
}

/// The piece of a key; `None` for a barcode of another mailer, or a serial number below ours.
fn piece(desk: &Desk<'_>, key: &ReturnKey) -> Option<Piece> {
    match key {
        ReturnKey::Piece(piece) => Some(*piece),
        ReturnKey::Imb { mailer_id, serial } => {
            let ours = desk.incident.print.imb.as_ref().filter(|imb| imb.mailer_id == *mailer_id)?;
            serial.checked_sub(u64::from(ours.first_serial))?.try_into().ok()
        }
    }
}
