//! What a ledger holds of people beside its chains, and what stands in its place once that was removed.
//!
//! Events hold no patient value and stay as they are: the chains cover them. A key is a digest of provider and patient id, the marks are
//! digests of names and birth dates: whoever has a list can find its people by them, so they go. What goes leaves behind that it was there.

use super::Piece;
use serde::{Deserialize, Serialize};

/// Entries of a ledger that came from patients or name one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfPeople {
    /// Keys that piece numbers were allotted to.
    pub keys: u64,
    /// Digests of name and birth date.
    pub marks: u64,
    /// Keys under which people came later.
    pub aliases: u64,
    /// Digests of activation codes.
    pub codes: u64,
    /// Record ids of the latest standing.
    pub records: u64,
    /// E-mails that wait.
    pub outbox: u64,
}

impl OfPeople {
    /// All of them.
    pub fn total(&self) -> u64 {
        let OfPeople { keys, marks, aliases, codes, records, outbox } = self;
        keys + marks + aliases + codes + records + outbox
    }
}

/// How what stands in the place of a key begins; the piece's number follows.
pub(super) const REMOVED: &str = "removed:";

/// How keys of seeds begin, removed or not: they are nobody of the counts.
const SEED: &str = "seed:";

/// Whether the key of a piece was removed.
pub(super) fn is_removed(piece: Piece, key: &str) -> bool {
    let key = key.strip_prefix(SEED).unwrap_or(key);
    key.strip_prefix(REMOVED).is_some_and(|number| number == format!("{piece:07}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_for_this_piece_is_a_removed_key() {
        for (key, removed) in
            [("removed:0000012", true), ("seed:removed:0000012", true), ("removed:0000013", false), ("removed:12", false), ("ab12", false)]
        {
            assert_eq!(is_removed(12, key), removed, "{key}");
        }
    }
}
