//! Cells of reports: piece numbers as they come back, attempts, days.

use super::table::Row;
use crate::error::Finding;
use crate::incident::dates::parse_date;
use crate::ledger::Piece;
use crate::typeset::{BadSheetMark, SheetMark};
use jiff::civil::Date;

/// Digits of a piece number.
const DIGITS: usize = 7;
/// Digits of the mark on a sheet.
const MARK: usize = 24;

/// What reading a cell gives, or the finding for which its row is left out.
pub(super) type Cell<T> = Result<T, Box<Finding>>;

/// The piece of a row: a number of up to seven digits, or the 24 digits of a sheet's mark.
///
/// # Errors
/// The finding, when it is neither, or the check digits of the mark are wrong.
pub(super) fn piece(row: &Row<'_>, code: &'static str) -> Cell<Piece> {
    let written = row.cell("piece");
    let fault = |reason: &'static str, hint: &'static str| row.fault("piece", code, reason, hint);
    let digits = !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_digit());
    let found = match written.len() {
        1..=DIGITS if digits => written.parse().ok(),
        MARK if digits => match written.parse::<SheetMark>() {
            Ok(mark) => Some(mark.piece().0),
            Err(BadSheetMark::Check) => {
                return Err(fault("the check digits of the sheet's mark are wrong: a digit was misread", "have the sheet scanned again"));
            }
            Err(_) => None,
        },
        _ => None,
    };
    let hint = "write the seven digits of the piece, or all 24 of the mark; a spreadsheet rounds these unless the column is text";
    found.filter(|piece| *piece > 0).ok_or_else(|| fault("this is no piece number and no mark of a sheet", hint))
}

/// The piece of a keyline: its seven digits and a check digit by MOD 10 (USPS Publication 8A, check digit computation).
///
/// # Errors
/// The finding, when it is none.
pub(super) fn keyline(row: &Row<'_>, code: &'static str) -> Cell<Piece> {
    let hint = "the keyline is the piece's seven digits and the post's check digit; compare it with the list that went out";
    let fault = || row.fault("keyline", code, "this is no keyline of a piece, or its check digit is wrong", hint);
    piece_of_keyline(row.cell("keyline")).ok_or_else(fault)
}

fn piece_of_keyline(written: &str) -> Option<Piece> {
    // A spreadsheet drops zeros in front.
    let number: u32 = Some(written).filter(|text| (2..=DIGITS + 1).contains(&text.len()) && all_digits(text))?.parse().ok()?;
    let (piece, check) = (number / 10, number % 10);
    let sum: u32 = format!("{piece:07}").bytes().enumerate().map(|(place, digit)| weighted(place, u32::from(digit - b'0'))).sum();
    (piece > 0 && (10 - sum % 10) % 10 == check).then_some(piece)
}

/// The first, third, fifth … digit counts twice; then the digits of what came out are added.
fn weighted(place: usize, digit: u32) -> u32 {
    let weighted = if place.is_multiple_of(2) { digit * 2 } else { digit };
    weighted / 10 + weighted % 10
}

pub(super) fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The number of the attempt, from 1; absent when the cell is empty.
///
/// # Errors
/// The finding, when it is no such number.
pub(super) fn attempt(row: &Row<'_>, code: &'static str) -> Cell<Option<u32>> {
    let read = whole_number(row, "attempt", code)?;
    if read == Some(0) {
        return Err(row.fault("attempt", code, "attempts are counted from 1", "write 1 for the first, 2 for the first reprint"));
    }
    Ok(read)
}

/// A whole number; absent when the cell is empty.
///
/// # Errors
/// The finding, when it is none.
pub(super) fn whole_number(row: &Row<'_>, column: &str, code: &'static str) -> Cell<Option<u32>> {
    let written = row.cell(column);
    if written.is_empty() {
        return Ok(None);
    }
    let number = Some(written).filter(|text| all_digits(text)).and_then(|text| text.parse().ok());
    number.map(Some).ok_or_else(|| row.fault(column, code, "this is no whole number", "write digits only, or leave the cell empty"))
}

/// A day, a time after it dropped; absent when the cell is empty.
///
/// # Errors
/// The finding, when it cannot be read.
pub(super) fn day(row: &Row<'_>, column: &str, code: &'static str) -> Cell<Option<Date>> {
    let written = row.cell(column);
    if written.is_empty() {
        return Ok(None);
    }
    parse_date(written).map(Some).map_err(|fault| row.fault(column, code, format!("the day {}", fault.reason()), fault.hint()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keylines_carry_the_posts_check_digit() {
        // 0000007: 7 counts twice, 14, 1 + 4 = 5, 10 - 5 = 5. 1234567: 2+2+6+4+1+6+5 = 26, 4.
        for (written, piece) in [("00000075", Some(7)), ("75", Some(7)), ("12345674", Some(1_234_567))] {
            assert_eq!(piece_of_keyline(written), piece, "{written}");
        }
        for wrong in ["", "7", "00000076", "12345675", "21345674", "123456740", "AB000075", "00", "é0"] {
            assert_eq!(piece_of_keyline(wrong), None, "{wrong}");
        }
    }
}
