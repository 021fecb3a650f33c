//! The address vendor's exchange: the list that goes out.

use super::{Case, allot, read};
use crate::deliver::vendor::{self, Asked, SetDigest};
use crate::error::{Error, Place, Result};
use crate::files;
use crate::ledger;
use crate::recipients::Disposition;
use std::path::Path;

/// What went into a list for the vendor.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Asking {
    /// People in it.
    pub records: usize,
    /// The digest of them, as it stands in each row.
    pub set: String,
    /// People who get a letter and are not in it: abroad, or at a confidential address.
    pub left_out: u64,
    /// People who are held.
    pub held: u64,
}

/// Writes the list that an address vendor takes. It needs neither seal nor release: it is no notice, and comes before both.
///
/// # Errors
/// Refused when the incident or a list cannot be used, nobody is to be asked about, or another file stands under the name; failed
/// when ledger or file cannot be written.
pub fn export_addresses(folder: &Path, ledger_url: Option<&str>, path: &Path) -> Result<Asking> {
    refuse_incident_folder(path, folder)?;
    let case = read(folder)?;
    let numbers = allot(&case.recipients, ledger::open(folder, &case.incident.id, ledger_url)?.as_mut())?;
    let asked = Asked::of(&case.intake, &case.recipients, &numbers);
    if asked.is_empty() {
        let hint = "see `breachnotice check`: nobody gets a letter at an address that a vendor could look up";
        return Err(Error::refused("nobody-to-ask-about", Place::file("--addresses"), "the list would be empty", hint));
    }
    let set = SetDigest::of(&case.incident.id, &asked);
    vendor::write(path, &set, &asked)?;
    Ok(asking(&case, &asked, &set))
}

fn asking(case: &Case, asked: &Asked, set: &SetDigest) -> Asking {
    let counts = case.counts();
    let people = &case.recipients.people;
    let gets_letter = |place: usize| *people.outline(place).disposition == Disposition::Letter;
    let letters = asked.places().filter(|place| gets_letter(*place)).count() as u64;
    Asking { records: asked.len(), set: set.mark(), left_out: counts.letters - letters, held: counts.held }
}

/// The list goes to others: it has no place among the files of an incident.
fn refuse_incident_folder(path: &Path, folder: &Path) -> Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    files::refuse_inputs(parent, folder)
}
