//! people.csv: what became of everyone, by the record of the list. No name and no address stands in it.

use crate::deliberate::panic_at;
use crate::error::Result;
use crate::ledger::{Event, EventKind, Ledger, Piece, Standing};
use crate::report::table::Table;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::path::Path;

pub(super) const PEOPLE: &str = "people.csv";
pub(super) const COLUMNS: [&str; 8] = ["record", "provider", "disposition", "reason", "piece", "attempt", "state", "on"];
/// A piece that left for somebody who is in no list any more.
pub(super) const NOT_LISTED: &str = "not_listed";

/// The latest event of every piece to which something happened.
#[derive(Debug, Default)]
pub(super) struct States(BTreeMap<Piece, State>);

#[derive(Debug, Clone, Copy)]
struct State {
    kind: EventKind,
    attempt: u32,
    /// The day that the event has of its own, else the one (UTC) on which it was recorded.
    on: Option<Date>,
}

impl States {
    /// Takes the next event; events come oldest first.
    pub(super) fn add(&mut self, Event { moment, event, .. }: &Event) {
        if let Some(piece) = event.piece {
            let on = event.day().or_else(|| moment.map(|moment| TimeZone::UTC.to_datetime(moment).date()));
            self.0.insert(piece, State { kind: event.kind, attempt: event.attempt, on });
        }
    }

    /// Attempt, state and day of a piece as the table has them: `allotted` when nothing happened to it.
    pub(super) fn cells(&self, piece: Piece) -> [String; 3] {
        cells(self.0.get(&piece))
    }

    /// Every piece to which something happened.
    pub(super) fn pieces(&self) -> impl Iterator<Item = Piece> {
        self.0.keys().copied()
    }
}

/// Writes everyone of the latest standing by record, then the pieces of nobody who is listed.
pub(super) fn write(ledger: &mut dyn Ledger, mut states: States, folder: &Path) -> Result<()> {
    let mut people = Vec::new();
    ledger.each_standing(&mut |person| {
        people.push(person);
        Ok(())
    })?;
    people.sort_unstable_by(|one, other| one.record.cmp(&other.record));
    let mut table = Table::begin(folder.join(PEOPLE), &COLUMNS)?;
    panic_at("report", &people);
    for Standing { record, provider, disposition, reason, piece, .. } in &people {
        let Some(piece) = piece else {
            table.row(&[record, provider, disposition, reason, "", "", "", ""])?;
            continue;
        };
        row(&mut table, [record, provider, disposition, reason], *piece, states.0.remove(piece))?;
    }
    for (piece, state) in states.0 {
        row(&mut table, ["", "", NOT_LISTED, ""], piece, Some(state))?;
    }
    table.finish()
}

fn row(table: &mut Table, [record, provider, disposition, reason]: [&str; 4], piece: Piece, state: Option<State>) -> Result<()> {
    let [attempt, state, on] = cells(state.as_ref());
    table.row(&[record, provider, disposition, reason, &format!("{piece:07}"), &attempt, &state, &on])
}

fn cells(state: Option<&State>) -> [String; 3] {
    let (attempt, kind, on) = state.map_or((0, EventKind::Allotted, None), |state| (state.attempt, state.kind, state.on));
    [attempt.to_string(), kind.id().to_owned(), on.map(|on| on.to_string()).unwrap_or_default()]
}
