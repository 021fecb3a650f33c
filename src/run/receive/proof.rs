//! Proofs of mailing: postage statements and receipts, by their digest (45 CFR 164.414(b): the burden of proof is ours).

use super::Entries;
use crate::ledger::{EventKind, NewEvent, Sha};
use std::path::Path;

/// Longest file name that is kept.
const LONGEST_NAME: usize = 80;

pub(super) fn entries(file: &Path, digest: &Sha, before: bool) -> Entries {
    let mut entries = Entries::default();
    entries.taken.rows = 1;
    if before {
        entries.taken.known = 1;
        return entries;
    }
    let plain = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_' | ' ');
    let name: String = file.file_name().unwrap_or_default().to_string_lossy().chars().filter(plain).take(LONGEST_NAME).collect();
    entries.add(NewEvent::of_incident(EventKind::Proof, 0, name).with(*digest));
    entries
}
