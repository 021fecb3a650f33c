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
const HISTORY: &str = "history.csv";
const CAME_BACK: &str = "came-back.csv";

/// Writes the chains, and the tables that a person reads from what was written: all of them are of one moment.
pub(super) fn write(ledger: &mut dyn Ledger, incident: &str, folder: &Path) -> Result<(WrittenLedger, States)> {
    write_lines(ledger, &folder.join(LEDGER))?;
    let mut history = Table::begin(folder.join(HISTORY), &["recorded", "what", "detail", "sha256"])?;
    let mut came_back = Table::begin(folder.join(CAME_BACK), &["piece", "attempt", "recorded", "what", "detail"])?;
    let mut states = States::default();
    let written = read_written(&folder.join(LEDGER), LEDGER, (incident, &[]), &mut |event| {
        states.add(&event);
        let Event { moment, event, .. } = &event;
        let recorded = moment.map(|moment| moment.to_string()).unwrap_or_default();
        match event.piece {
            None if event.kind != EventKind::Checkpoint => {
                let digest = event.digest.map(|digest| hex(&digest)).unwrap_or_default();
                history.row(&[&recorded, event.kind.id(), &event.detail, &digest])
            }
            Some(piece) if !goes_well(event.kind) => {
                came_back.row(&[&format!("{piece:07}"), &event.attempt.to_string(), &recorded, event.kind.id(), &event.detail])
            }
            _ => Ok(()),
        }
    })?;
    history.finish()?;
    came_back.finish()?;
    Ok((written, states))
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
