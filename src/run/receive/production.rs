//! The mail house's report: every piece ends as mailed, pulled, not mailable or destroyed.

use super::known::{Known, Row, Way};
use super::{Books, Desk, Entries};
use crate::deliver::received::{ProductionRow, ProductionStatus, Report, read_production};
use crate::error::Result;
use crate::ledger::{EventKind, NewEvent, Sha};
use std::path::Path;

pub(super) fn entries(desk: &Desk<'_>, ledger: Books<'_>, file: &Path, digest: &Sha) -> Result<Entries> {
    let Report { rows, findings } = read_production(desk.folder, file)?;
    let mut known = Known::read(ledger, file, digest, Way::Post)?;
    let mut entries = Entries::default();
    entries.taken.rows = rows.len() as u64;
    entries.taken.findings = findings;
    for row in &rows {
        enter(row, &mut known, &mut entries);
    }
    Ok(entries)
}

fn enter(row: &ProductionRow, known: &mut Known, entries: &mut Entries) {
    let ProductionRow { line, piece, attempt, status, .. } = row;
    let state = match known.row(*line, *piece, *attempt, row.on) {
        Row::Current(state) => state,
        Row::Unknown(finding) => return entries.taken.findings.push(finding),
        Row::Entered => return entries.taken.known += 1,
        Row::Earlier => match known.earlier(*line, *piece, kind(*status)) {
            // The same sheets were printed before whatever became of them.
            Some(finding) if *status != ProductionStatus::Printed => return entries.taken.findings.push(finding),
            _ => return entries.taken.known += 1,
        },
    };
    let kind = kind(*status);
    let Some(before) = at_the_house(state.state) else {
        // What the post or a person says of a piece comes after what the house does.
        if is_after_the_house(state.state) {
            return entries.taken.known += 1;
        }
        let reason = format!("piece {piece:07} was not at the house");
        let hint = "ask the house which piece is meant: this one went, or is going, another way";
        return entries.taken.findings.push(known.finding(*line, "piece-not-exported", reason, hint));
    };
    // An older word about the same sheets tells nothing; one that denies what was said before must be looked into.
    if state.state == kind || before.is_some_and(|before| status.may_become(before) && !before.may_become(*status)) {
        return entries.taken.known += 1;
    }
    if before.is_some_and(|before| !before.may_become(*status)) {
        let reason = format!("piece {piece:07} is reported as {}, and it was {} before", kind.id(), state.state.id());
        let hint = "ask the house what became of it: a damaged letter may have been mailed";
        return entries.taken.findings.push(known.finding(*line, "status-impossible", reason, hint));
    }
    let event = NewEvent::of_piece(kind, *piece, state.attempt, state.job, row.reason.clone());
    entries.add(match row.on {
        Some(day) => event.on(day),
        None => event,
    });
    known.happened(*piece, kind);
}

fn kind(status: ProductionStatus) -> EventKind {
    match status {
        ProductionStatus::Printed => EventKind::Printed,
        ProductionStatus::Spoiled => EventKind::Spoiled,
        ProductionStatus::Destroyed => EventKind::Destroyed,
        ProductionStatus::Pulled => EventKind::Pulled,
        ProductionStatus::Undeliverable => EventKind::Undeliverable,
        ProductionStatus::Mailed => EventKind::Mailed,
    }
}

/// What the house last said of a piece that is with it: `Some(None)` for nothing yet; `None` when the piece is not there.
fn at_the_house(state: EventKind) -> Option<Option<ProductionStatus>> {
    Some(match state {
        EventKind::Exported | EventKind::Reprinted => None,
        EventKind::Printed => Some(ProductionStatus::Printed),
        EventKind::Spoiled => Some(ProductionStatus::Spoiled),
        EventKind::Destroyed => Some(ProductionStatus::Destroyed),
        EventKind::Pulled => Some(ProductionStatus::Pulled),
        EventKind::Undeliverable => Some(ProductionStatus::Undeliverable),
        EventKind::Mailed => Some(ProductionStatus::Mailed),
        _ => return None,
    })
}

fn is_after_the_house(state: EventKind) -> bool {
    matches!(
        state,
        EventKind::Forwarded
            | EventKind::ReturnedMoved
            | EventKind::ReturnedAway
            | EventKind::ReturnedRefused
            | EventKind::ReturnedDeceased
            | EventKind::Unreachable
            | EventKind::ToldBySubstitute
    )
}
