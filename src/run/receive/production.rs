//! The mail house's report: every piece ends as mailed, pulled, not mailable or destroyed.

use super::known::{Known, Row, Way};
use super::{Books, Desk, Entries};
use crate::deliver::received::{ProductionRow, ProductionStatus, Report, read_production};
use crate::error::{Finding, Result};
use crate::ledger::{EventKind, NewEvent, PieceState, Sha};
use jiff::ToSpan as _;
use jiff::civil::Date;
use std::path::Path;

pub(super) fn entries(desk: &Desk<'_>, ledger: Books<'_>, file: &Path, digest: &Sha) -> Result<Entries> {
    let Report { rows, findings } = read_production(desk.folder, file)?;
    let mut known = Known::read(ledger, file, digest, Way::Post)?;
    let mut entries = Entries::default();
    entries.taken.rows = rows.len() as u64;
    entries.taken.findings = findings;
    let window = Window::of(desk);
    let is_old = ledger.knows(EventKind::Received, digest)?;
    for row in &rows {
        enter(row, (&window, is_old), &mut known, &mut entries);
    }
    Ok(entries)
}

/// The days on which a letter can have been mailed.
struct Window {
    first: Date,
    last: Date,
}

impl Window {
    /// Houses also report the day for which they plan, which may slip a little; a year or a month that is wrong lies outside.
    fn of(desk: &Desk<'_>) -> Window {
        const SLIP: i64 = 14;
        let planned = desk.incident.providers.iter().map(|provider| provider.mail_date).max().unwrap_or(desk.incident.mail_date);
        // Where the house is it may be tomorrow already.
        let last = desk.today.saturating_add(1.day()).max(planned.saturating_add(SLIP.days()));
        Window { first: desk.incident.breach_began, last }
    }
}

/// Enters what a row tells of its piece. `is_old`: the file was taken in before.
fn enter(row: &ProductionRow, (window, is_old): (&Window, bool), known: &mut Known, entries: &mut Entries) {
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
    if let Some(finding) = impossible_day(row, window, known) {
        return entries.taken.findings.push(finding);
    }
    if kind == EventKind::Mailed && state.state == kind && !is_old {
        return mailed_again(row, state, known, entries);
    }
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

/// A second word on the day of a mailing: the newer one counts, since duties are met on that day, and both stay in the ledger.
fn mailed_again(row: &ProductionRow, before: &PieceState, known: &Known, entries: &mut Entries) {
    let (Some(day), piece) = (row.on.filter(|day| before.day() != Some(*day)), row.piece) else { return entries.taken.known += 1 };
    let was = before.day().map_or_else(|| "on no day".to_owned(), |was| format!("on {was}"));
    let reason = format!("piece {piece:07} was reported as mailed {was}, and is now on {day}: the newer word counts");
    let hint = "ask the house which day its postage statement has";
    entries.taken.findings.push(known.finding(row.line, "mailed-on-another-day", reason, hint));
    entries.add(NewEvent::of_piece(EventKind::Mailed, piece, before.attempt, before.job, row.reason.clone()).on(day));
}

/// A day on which nothing of this incident can have been mailed.
fn impossible_day(row: &ProductionRow, window: &Window, known: &Known) -> Option<Finding> {
    let day = row.on.filter(|day| *day < window.first || *day > window.last)?;
    let when = if day < window.first { "lies before the breach" } else { "has not come, and lies long after the planned mail date" };
    let reason = format!("piece {:07} is reported for {day}, which {when}", row.piece);
    Some(known.finding(row.line, "day-impossible", reason, "ask the house for a corrected report; this row changed nothing"))
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
