//! A rehearsal: the messages as files, nothing sent and nothing recorded.

use super::message::{Letterhead, Outgoing};
use crate::error::Result;
use crate::files;
use crate::incident::EmailSettings;
use crate::ledger::Piece;
use jiff::Timestamp;
use std::path::Path;

/// Writes each message as `PIECE.eml` into a folder of ours (made when absent) and returns how many. `date` is what each Date
/// header says.
///
/// # Errors
/// Refused when the settings or an address cannot be used; failed when a file cannot be written; what `build` returns.
pub fn dry_run(
    folder: &Path,
    settings: &EmailSettings,
    incident_id: &str,
    date: Timestamp,
    pieces: &[Piece],
    build: &mut dyn FnMut(Piece) -> Result<Outgoing>,
) -> Result<u64> {
    let letterhead = Letterhead::new(settings, incident_id)?;
    files::create_own_folder(folder)?;
    let mut written = 0;
    for &piece in pieces {
        let message = letterhead.message(date, &build(piece)?)?;
        files::write(&folder.join(format!("{piece:07}.eml")), &message)?;
        written += 1;
    }
    Ok(written)
}
