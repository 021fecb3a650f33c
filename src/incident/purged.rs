//! An incident whose patient data was removed: nothing that needs its people works any more.

use crate::error::{Error, Place, Result};
use jiff::civil::Date;
use std::path::Path;

/// The record of a purge in the incident folder: what was removed, by whom and why.
pub const PURGED_FILE: &str = "purged.json";

/// Refuses a folder whose patient data was removed.
///
/// # Errors
/// Refused, with the day.
pub fn refuse_purged(folder: &Path) -> Result<()> {
    match folder.join(PURGED_FILE).symlink_metadata() {
        Ok(_) => Err(purged(Place::file(PURGED_FILE), day_of(folder))),
        Err(_) => Ok(()),
    }
}

/// The refusal of what needs patient data that was removed; `on` is the day, absent when nobody can read it.
pub fn purged(place: Place, on: Option<Date>) -> Error {
    let day = on.map_or_else(String::new, |day| format!(" on {day}"));
    let hint =
        "see the evidence pack that was kept; `status` and `verify` still work; a purge that was broken off is ended by running it again";
    Error::refused("patient-data-removed", place, format!("patient data was removed{day} (purge)"), hint)
}

fn day_of(folder: &Path) -> Option<Date> {
    #[derive(serde::Deserialize)]
    struct Day {
        on: Date,
    }
    serde_json::from_slice::<Day>(&fs_err::read(folder.join(PURGED_FILE)).ok()?).ok().map(|day| day.on)
}
