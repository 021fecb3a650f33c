//! The ledger as text: its chains, what happened to the incident, and what did not go as it should.

use super::people::States;
use crate::digest::hex;
use crate::error::{Error, Result};
use crate::files::{Writing, create_folder};
use crate::ledger::{Event, EventKind, Ledger, WrittenFile, WrittenLedger, read_written};
use crate::report::table::Table;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

/// The folder of the chains in a pack.
pub(super) const LEDGER: &str = "ledger";
pub(super) const HISTORY: &str = "history.csv";
pub(super) const CAME_BACK: &str = "came-back.csv";
const HISTORY_COLUMNS: &[&str] = &["recorded", "what", "detail", "sha256"];
const CAME_BACK_COLUMNS: &[&str] = &["piece", "attempt", "recorded", "what", "detail"];

/// Writes the chains, and the tables that a person reads from what was written: all of them are of one moment.
pub(super) fn write(ledger: &mut dyn Ledger, incident: &str, folder: &Path) -> Result<(WrittenLedger, States)> {
    write_lines(ledger, &folder.join(LEDGER))?;
    let mut tables = BTreeMap::new();
    for (name, columns) in [(HISTORY, HISTORY_COLUMNS), (CAME_BACK, CAME_BACK_COLUMNS)] {
        tables.insert(name, Table::begin(folder.join(name), columns)?);
    }
    let mut states = States::default();
    let written = read_written(&folder.join(LEDGER), LEDGER, (incident, &[]), &mut |event| {
        states.add(&event);
        let Some((name, cells)) = row_of(&event) else { return Ok(()) };
        tables.get_mut(name).map_or(Ok(()), |table| table.row(&cells.iter().map(String::as_str).collect::<Vec<_>>()))
    })?;
    tables.into_values().try_for_each(Table::finish)?;
    Ok((written, states))
}

/// The table that an event stands in, and its row there; none for what went as it should.
pub(super) fn row_of(Event { moment, event, .. }: &Event) -> Option<(&'static str, Vec<String>)> {
    let recorded = moment.map(|moment| moment.to_string()).unwrap_or_default();
    let (kind, detail) = (event.kind.id().to_owned(), event.detail.clone());
    match event.piece {
        None if event.kind != EventKind::Checkpoint => {
            let digest = event.digest.map(|digest| hex(&digest)).unwrap_or_default();
            Some((HISTORY, vec![recorded, kind, detail, digest]))
        }
        Some(piece) if !goes_well(event.kind) => {
            Some((CAME_BACK, vec![format!("{piece:07}"), event.attempt.to_string(), recorded, kind, detail]))
        }
        _ => None,
    }
}

fn write_lines(ledger: &mut dyn Ledger, folder: &Path) -> Result<()> {
    create_folder(folder)?;
    let mut files = BTreeMap::new();
    for file in WrittenFile::ALL {
        files.insert(file, Writing::begin(&folder.join(file.name()))?);
    }
    ledger.each_line(&mut |file, line| {
        let Some(writing) = files.get_mut(&file) else { return Ok(()) };
        writeln!(writing, "{line}").map_err(|error| Error::unwritable(&folder.join(file.name()), &error))
    })?;
    files.into_values().try_for_each(Writing::finish)
}

/// What a notice passes through that reaches somebody at once.
fn goes_well(kind: EventKind) -> bool {
    use EventKind::{DataStarted, Exported, Mailed, Printed, Queued, Sent, Withdrawn};
    matches!(kind, Queued | Withdrawn | DataStarted | Sent | Exported | Printed | Mailed)
}
