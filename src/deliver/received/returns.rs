//! What came back from the post: returned letters, and records of moves (ACS).

use super::cells::{Cell, attempt, day};
use super::columns::{self, Columns};
use super::profile::{Profiles, ReturnsProfile};
use super::reason::{ReturnEffect, ReturnReason};
use super::report::Report;
use super::return_key::{ReturnKey, key};
use super::table::{Row, Table};
use crate::deliver::vendor::{is_formula, month};
use crate::error::{Error, Finding, Place, Result};
use crate::privacy::Private;
use crate::recipients::MoveKind;
use jiff::civil::Date;
use std::path::Path;

/// One letter that came back, or one record of the post about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnedRow {
    /// 1-based line of the file.
    pub line: u64,
    /// Which piece it is.
    pub key: ReturnKey,
    /// 1-based attempt; absent when it is not told.
    pub attempt: Option<u32>,
    /// Day of the return or record; absent when it is not told.
    pub on: Option<Date>,
    /// Why it came back. Without a new address, the effect of a move is [`ReturnEffect::NoAddress`].
    pub reason: ReturnReason,
    /// The address that the post gives, whole; absent when it gives none.
    pub new_address: Option<Private<NewAddress>>,
    /// The post sent the piece on: to mail it again would be to mail it twice.
    pub forwarded: bool,
    /// First day of the month of the move; absent when it is not told.
    pub moved_on: Option<Date>,
    /// Whose move; absent when it is not told.
    pub move_kind: Option<MoveKind>,
}

/// An address as the post gives it. Every part but `address2` holds something.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct NewAddress {
    /// Street or box line.
    pub address1: String,
    /// Second line; may be empty.
    pub address2: String,
    /// City.
    pub city: String,
    /// State, as the post writes it.
    pub state: String,
    /// ZIP code; with the add-on behind a hyphen when the post gives it.
    pub zip: String,
}

impl std::fmt::Debug for NewAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewAddress([private])")
    }
}

/// Reads a file of returned letters or of the post's records; `folder` is the incident's, whose received.toml may describe the file.
///
/// # Errors
/// Refused when the file cannot be read, or no profile fits.
pub fn read(folder: &Path, file: &Path) -> Result<Report<ReturnedRow>> {
    let profiles = Profiles::load(folder)?.returns;
    let table = Table::open(file)?;
    let (profile, columns) = columns::choose(&table, &profiles)?;
    refuse_unknown_address(&table, &columns)?;
    let mut findings: Vec<Finding> = table.assumed().into_iter().collect();
    let mut rows = Vec::new();
    table.each(&columns, &mut findings, &mut |row| {
        row.whole()?;
        rows.push(returned_row(profile, row)?);
        Ok(())
    })?;
    findings.sort_by_key(|finding| finding.place.line);
    Ok(Report { rows, findings })
}

/// Somebody whose new address is in a column that is not read would count as unreachable, and be written to no more.
fn refuse_unknown_address(table: &Table, columns: &Columns) -> Result<()> {
    let is_address = |name: &&String| {
        let is_old = ["old", "orig", "prev", "from"].iter().any(|word| name.starts_with(word));
        !is_old && ["addr", "street"].iter().any(|word| name.contains(word))
    };
    let unknown = table.header().iter().find(is_address).filter(|_| !columns.has("address1"));
    let Some(unknown) = unknown else { return Ok(()) };
    let place = Place::line(table.file(), table.header_line()).column(unknown);
    let reason = "the column may hold new addresses, and its name is none that is known";
    let hint =
        "call it new_address1, or old_address when it is where the letter went; or describe the file in received.toml beside incident.toml";
    Err(Error::refused("received-columns", place, reason, hint))
}

fn returned_row(profile: &ReturnsProfile, row: &Row<'_>) -> Cell<ReturnedRow> {
    let key = key(row)?;
    let attempt = attempt(row, "return-attempt")?;
    let on = day(row, "on", "return-date")?;
    let new_address = new_address(row)?;
    let reason = reason(profile, row, new_address.is_some())?;
    let hint = "add the word to the profile's `forwarded` in received.toml beside incident.toml";
    let forwarded = profile.forwarded(row.cell("forwarded"), reason.effect == ReturnEffect::Moved);
    let forwarded =
        forwarded.ok_or_else(|| row.fault("forwarded", "return-forwarded", "nothing tells whether the piece was sent on", hint))?;
    let hint = "look whether the columns are what their names say";
    let fault = |column: &str, reason: &'static str| row.fault(column, "return-move", reason, hint);
    let written = |column: &str| Some(row.cell(column)).filter(|text| !text.is_empty());
    let moved_on = written("moved_on").map(|text| month(text).ok_or_else(|| fault("moved_on", "the month of the move cannot be read")));
    let move_kind =
        written("move_type").map(|text| MoveKind::read(text).ok_or_else(|| fault("move_type", "the type of move is none of I, F, B")));
    Ok(ReturnedRow {
        line: row.line,
        key,
        attempt,
        on,
        reason,
        new_address,
        forwarded,
        moved_on: moved_on.transpose()?,
        move_kind: move_kind.transpose()?,
    })
}

fn reason(profile: &ReturnsProfile, row: &Row<'_>, has_address: bool) -> Cell<ReturnReason> {
    let fault = |code, reason: &'static str, hint| row.fault("reason", code, reason, hint);
    let hint = "write the post's letter or word, such as K or MLNA; a person has to read the label";
    let read = profile.reason(row.cell("reason"));
    let reason = read.ok_or_else(|| fault("return-reason", "the reason is none that the post has", hint))?;
    match (reason.effect, has_address) {
        (ReturnEffect::Moved, false) => Ok(ReturnReason { effect: ReturnEffect::NoAddress, ..reason }),
        (ReturnEffect::NoAddress, true) => {
            let hint = "look at the letter: if the post gives a new address, write MOVED as the reason, else empty the address";
            Err(fault("return-contradiction", "the reason says that there is no address, and a new one is given", hint))
        }
        _ => Ok(reason),
    }
}

/// The new address; absent when no part of it is written.
fn new_address(row: &Row<'_>) -> Cell<Option<Private<NewAddress>>> {
    let zip = [row.cell("zip"), row.cell("zip4")].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    let parts = [row.cell("address1"), row.cell("address2"), row.cell("city"), row.cell("state"), &zip];
    if parts.iter().all(|part| part.is_empty()) {
        return Ok(None);
    }
    let fault = |reason: &'static str| {
        let hint = "a person has to look at the letter or the record, and to complete the line";
        row.fault("address1", "return-address", reason, hint)
    };
    let [address1, address2, city, state, _] = parts;
    if address1.is_empty() || city.is_empty() || state.is_empty() || row.cell("zip").is_empty() {
        return Err(fault("a part of the new address is missing"));
    }
    if parts.iter().any(|part| is_formula(part)) {
        return Err(fault("a part of the new address begins like a formula"));
    }
    let [address1, address2, city, state] = [address1, address2, city, state].map(str::to_owned);
    Ok(Some(Private::new(NewAddress { address1, address2, city, state, zip })))
}
