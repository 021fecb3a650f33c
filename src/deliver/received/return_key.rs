//! How a record of the post tells which piece it is about.

use super::cells::{Cell, all_digits, keyline, piece};
use super::table::Row;
use crate::ledger::Piece;

/// What names the piece of a returned letter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReturnKey {
    /// Our number.
    Piece(Piece),
    /// The Intelligent Mail barcode; `[print] imb` in incident.toml tells which serial numbers are ours.
    Imb {
        /// Nine digits that begin with 9, or six that do not.
        mailer_id: String,
        /// The mailer's number of the piece.
        serial: u64,
    },
}

const CODE: &str = "return-key";
/// Digits of the tracking code; a routing code of 0, 5, 9 or 11 follows (USPS-B-3200).
const TRACKING: usize = 20;
const ROUTING: [usize; 4] = [0, 5, 9, 11];
/// Digits of mailer id and serial number together.
const MAILER_AND_SERIAL: usize = 15;

/// The key of a row: its barcode, else its keyline, else its piece.
///
/// # Errors
/// The finding, when the first of these that is written cannot be read, or none is.
pub(super) fn key(row: &Row<'_>) -> Cell<ReturnKey> {
    if !row.cell("imb").is_empty() {
        let hint = "write all 20 to 31 digits; a spreadsheet rounds these unless the column is text";
        return of_imb(row.cell("imb")).ok_or_else(|| row.fault("imb", CODE, "this is no Intelligent Mail barcode", hint));
    }
    if !row.cell("serial").is_empty() {
        let hint = "a mailer id has nine digits and begins with 9, or six and does not; the serial number has the rest of 15";
        let reason = "these are no mailer id and serial number";
        return of_parts(row.cell("mailer_id"), row.cell("serial")).ok_or_else(|| row.fault("serial", CODE, reason, hint));
    }
    if !row.cell("keyline").is_empty() {
        return keyline(row, CODE).map(ReturnKey::Piece);
    }
    piece(row, CODE).map(ReturnKey::Piece)
}

fn of_imb(written: &str) -> Option<ReturnKey> {
    let digits: String = written.chars().filter(|sign| !matches!(sign, ' ' | '-')).collect();
    let fits = all_digits(&digits) && ROUTING.iter().any(|routing| digits.len() == TRACKING + routing);
    // The second digit of the barcode identifier is one of 0 to 4.
    if !fits || digits.as_bytes()[1] > b'4' {
        return None;
    }
    // Barcode identifier 2, service type 3.
    let rest = &digits[5..TRACKING];
    let (mailer_id, serial) = rest.split_at(if rest.starts_with('9') { 9 } else { 6 });
    of_parts(mailer_id, serial)
}

fn of_parts(mailer_id: &str, serial: &str) -> Option<ReturnKey> {
    let is_mailer = all_digits(mailer_id) && matches!((mailer_id.len(), mailer_id.starts_with('9')), (9, true) | (6, false));
    let is_serial = all_digits(serial) && mailer_id.len() + serial.len() <= MAILER_AND_SERIAL;
    if !is_mailer || !is_serial {
        return None;
    }
    Some(ReturnKey::Imb { mailer_id: mailer_id.to_owned(), serial: serial.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typeset::imb::Mailer;

    fn imb(mailer_id: &str, serial: u64) -> Option<ReturnKey> {
        Some(ReturnKey::Imb { mailer_id: mailer_id.to_owned(), serial })
    }

    #[test]
    fn barcodes_that_we_print_are_read_back() {
        for mailer_id in ["123456", "901234567"] {
            let tracking = Mailer::new("300", mailer_id, 500).map(|mailer| mailer.tracking(7).unwrap()).unwrap();
            for routing in ["", "02139", "021391234", "02139123456"] {
                assert_eq!(of_imb(&format!("{tracking}{routing}")), imb(mailer_id, 507), "{routing}");
            }
        }
        assert_eq!(of_imb("00 300 901234567 000507"), imb("901234567", 507));
    }

    #[test]
    fn what_is_no_barcode_is_refused() {
        for wrong in ["", "0030090123456700050", "003009012345670005070", "05300901234567000507", "0030090123456700050x", "3.00901E+18"] {
            assert_eq!(of_imb(wrong), None, "{wrong}");
        }
        assert_eq!(of_parts("901234567", "507"), imb("901234567", 507));
        for (mailer_id, serial) in [("901234", "1"), ("123456789", "1"), ("901234567", "1000000"), ("123456", ""), ("", "1")] {
            assert_eq!(of_parts(mailer_id, serial), None, "{mailer_id} {serial}");
        }
    }
}
