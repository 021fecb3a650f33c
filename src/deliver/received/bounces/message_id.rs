//! The ids that our messages carry, as reports give them back: `0000007.INCIDENT@domain`.

use crate::ledger::Piece;
use std::collections::BTreeSet;

/// Least digits of a piece in an id.
const DIGITS: usize = 7;

/// What the ids of a report name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Named {
    /// Pieces of this incident.
    pub(super) pieces: BTreeSet<Piece>,
    /// Some id has our form and another incident's name.
    pub(super) other_incident: bool,
}

impl Named {
    /// Takes an id in, with or without angle brackets and domain; ids of others change nothing.
    pub(super) fn add(&mut self, id: &str, incident: &str) {
        let id = id.trim().trim_start_matches('<').trim_end_matches('>');
        let local = id.split('@').next().unwrap_or_default();
        let Some((digits, named)) = local.split_once('.') else { return };
        let is_ours = digits.len() >= DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        let is_incident = !named.is_empty() && named.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        let Some(piece) = digits.parse().ok().filter(|piece: &Piece| is_ours && is_incident && *piece > 0) else { return };
        if named == incident {
            self.pieces.insert(piece);
        } else {
            self.other_incident = true;
        }
    }

    /// Takes in the ids of this incident that stand anywhere in a text: a report for people may quote the headers of our message.
    pub(super) fn add_quoted(&mut self, text: &[u8], incident: &str) {
        let rest = format!(".{incident}@");
        for at in memchr::memmem::find_iter(text, rest.as_bytes()) {
            let begin = text[..at].iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |before| before + 1);
            self.add(&String::from_utf8_lossy(&text[begin..at + rest.len()]), incident);
        }
    }

    /// Whether no id had our form.
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty() && !self.other_incident
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_ids_are_found_in_a_text() {
        let mut named = Named::default();
        named.add_quoted(b"> Message-ID: <0000007.lakeside@x>\n.lakeside@x 12.lakeside@x 0000008.harbor@x", "lakeside");
        assert_eq!(named, Named { pieces: [7].into(), other_incident: false });
    }

    #[test]
    fn ids_of_ours_are_told_from_those_of_others() {
        let table = [
            ("<0000007.lakeside@clinic.example>", Some(7), false),
            ("0000007.lakeside", Some(7), false),
            (" 0000007.lakeside@x ", Some(7), false),
            ("12345678.lakeside@x", Some(12_345_678), false),
            ("0000007.harbor@x", None, true),
            ("0000007.Lakeside@x", None, true),
            ("0000000.lakeside@x", None, false),
            ("007.lakeside@x", None, false),
            ("0000007@x", None, false),
            ("0000007.@x", None, false),
            ("0000007.lake side@x", None, false),
            ("99999999999.lakeside@x", None, false),
            ("CAF=x.y@mail.example", None, false),
            ("", None, false),
        ];
        for (id, piece, other_incident) in table {
            let mut named = Named::default();
            named.add(id, "lakeside");
            assert_eq!(named, Named { pieces: piece.into_iter().collect(), other_incident }, "{id}");
        }
    }
}
