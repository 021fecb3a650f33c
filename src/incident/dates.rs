//! Dates as people and spreadsheets write them.
//!
//! [`parse_date`] reads a cell by itself: numbers with slashes stand month first. Patient lists, where the column tells the order, start
//! from `read_written`. A date that could be read two ways by a wrong guess of the century is refused, never guessed.

use jiff::civil::Date;

/// Why a cell is no date. Never carries the cell's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateFault {
    /// In no form that is read.
    Unreadable,
    /// In a known form, but no such day exists.
    Impossible,
    /// The year has two digits: 1926 and 2026 cannot be told apart.
    TwoDigitYear,
    /// A day count of a spreadsheet instead of a date.
    SpreadsheetNumber,
    /// Not in the form that the other dates of its column have.
    OtherForm,
}

impl DateFault {
    /// Stable code for findings.
    pub fn code(self) -> &'static str {
        match self {
            DateFault::Unreadable => "unreadable-date",
            DateFault::Impossible => "impossible-date",
            DateFault::TwoDigitYear => "two-digit-year",
            DateFault::SpreadsheetNumber => "spreadsheet-date",
            DateFault::OtherForm => "other-date-form",
        }
    }

    /// What is wrong, to follow the name of the value: `the birth date` + ` has a year of two digits`.
    pub fn reason(self) -> &'static str {
        match self {
            DateFault::Unreadable => "cannot be read as a date",
            DateFault::Impossible => "is a day that does not exist",
            DateFault::TwoDigitYear => "has a year of two digits",
            DateFault::SpreadsheetNumber => "is a spreadsheet's day number, not a date",
            DateFault::OtherForm => "is not in the form of the other dates in its column",
        }
    }

    /// What to do.
    pub fn hint(self) -> &'static str {
        match self {
            DateFault::Unreadable => "write it as YYYY-MM-DD or MM/DD/YYYY",
            DateFault::Impossible => "correct it; dates with slashes are read month first, MM/DD/YYYY",
            DateFault::TwoDigitYear => "write the year with four digits",
            DateFault::SpreadsheetNumber => "format the column as a date (YYYY-MM-DD) before saving as CSV",
            DateFault::OtherForm => "write it as YYYY-MM-DD, which can be read in one way only",
        }
    }
}

/// A date as it is written, before anything is known of the cells beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// Can be read in one way only: year first, or the month by its name.
    Day(Date),
    /// Month and day as two numbers, in an order that the cell does not tell, and the year.
    Ordered {
        /// The number that stands first.
        first: i8,
        /// The number that stands second.
        second: i8,
        /// Four digits of it.
        year: i16,
        /// With points between them, which few people write who put the month first.
        has_points: bool,
    },
    /// Up to five digits: it may be a spreadsheet's count of days.
    DayNumber(u32),
}

/// Reads one cell: `YYYY-MM-DD`, `YYYY/MM/DD`, `YYYYMMDD` (also with HL7 time digits), `M/D/YYYY`, `M-D-YYYY`, `14-MAR-1958`; a time
/// after it is dropped.
///
/// # Errors
/// The fault, when the text is no such date or the day does not exist. An empty text is unreadable.
pub fn parse_date(text: &str) -> Result<Date, DateFault> {
    match read_written(text)? {
        Written::Day(day) => Ok(day),
        Written::Ordered { has_points: true, .. } => Err(DateFault::Unreadable),
        Written::Ordered { first, second, year, .. } => day_of(year, first, second),
        Written::DayNumber(number) if number >= 10_000 => Err(DateFault::SpreadsheetNumber),
        Written::DayNumber(_) => Err(DateFault::Unreadable),
    }
}

/// Whether a text has the form `1980-01-02`, in which most dates come.
pub(crate) fn is_year_month_day(text: &[u8]) -> bool {
    let fits = |(at, byte): (usize, &u8)| if at == 4 || at == 7 { *byte == b'-' } else { byte.is_ascii_digit() };
    text.len() == 10 && text.iter().enumerate().all(fits)
}

/// Reads one cell in any form in which dates come, as far as the cell alone tells.
///
/// # Errors
/// As [`parse_date`].
pub(crate) fn read_written(text: &str) -> Result<Written, DateFault> {
    if is_year_month_day(text.as_bytes()) {
        return day(&text[..4], &text[5..7], &text[8..]);
    }
    let text = text.trim();
    let (first, rest) = word(text).ok_or(DateFault::Unreadable)?;
    if is_number(first) && (rest.is_empty() || is_time(rest) || is_fraction(rest)) {
        return from_digits(first, rest);
    }
    let (mark, rest) = marks(rest);
    let (second, rest) = word(rest).ok_or(DateFault::Unreadable)?;
    let (other_mark, rest) = marks(rest);
    let (third, rest) = word(rest).ok_or(DateFault::Unreadable)?;
    if !(rest.is_empty() || is_time(rest)) {
        return Err(DateFault::Unreadable);
    }
    match (month(first), month(second)) {
        (Some(month), None) => named(month, second, third),
        (None, Some(month)) => named(month, first, third),
        (None, None) if mark == other_mark && ["/", "-", "."].contains(&mark) => numbers(first, second, third, mark == "."),
        _ => Err(DateFault::Unreadable),
    }
}

/// `19800102`, `198001021530`, `19800102153000`; a few digits may be a spreadsheet's count of days, with a fraction for the time.
fn from_digits(digits: &str, rest: &str) -> Result<Written, DateFault> {
    let is_whole = rest.trim_start_matches('.').bytes().all(|byte| byte == b'0');
    match digits.len() {
        8 if is_whole || !is_fraction(rest) => day(&digits[..4], &digits[4..6], &digits[6..8]),
        12 | 14 if rest.is_empty() || is_fraction(rest) => day(&digits[..4], &digits[4..6], &digits[6..8]),
        1..=5 if rest.is_empty() || is_fraction(rest) => digits.parse().map(Written::DayNumber).map_err(|_| DateFault::Unreadable),
        6 if rest.is_empty() => Err(DateFault::TwoDigitYear),
        _ => Err(DateFault::Unreadable),
    }
}

fn numbers(first: &str, second: &str, third: &str, has_points: bool) -> Result<Written, DateFault> {
    if ![first, second, third].into_iter().all(is_number) {
        return Err(DateFault::Unreadable);
    }
    match (first.len(), second.len(), third.len()) {
        (4, 1..=2, 1..=2) => day(first, second, third),
        (1..=2, 1..=2, 4) => {
            let (Ok(first), Ok(second), Ok(year)) = (first.parse(), second.parse(), third.parse()) else {
                return Err(DateFault::Unreadable);
            };
            Ok(Written::Ordered { first, second, year, has_points })
        }
        (1..=2, 1..=2, 1..=2) => Err(DateFault::TwoDigitYear),
        _ => Err(DateFault::Unreadable),
    }
}

/// A month by its name, with the day and the year in either order.
fn named(month: i8, one: &str, other: &str) -> Result<Written, DateFault> {
    let (day, year) = if one.len() == 4 { (other, one) } else { (one, other) };
    match (is_number(day) && is_number(year), day.len(), year.len()) {
        (true, 1..=2, 4) => {
            let (Ok(day), Ok(year)) = (day.parse(), year.parse()) else { return Err(DateFault::Unreadable) };
            day_of(year, month, day).map(Written::Day)
        }
        (true, 1..=2, 2) => Err(DateFault::TwoDigitYear),
        _ => Err(DateFault::Unreadable),
    }
}

fn day(year: &str, month: &str, day: &str) -> Result<Written, DateFault> {
    let (Ok(year), Ok(month), Ok(day)) = (year.parse(), month.parse(), day.parse()) else {
        return Err(DateFault::Unreadable);
    };
    day_of(year, month, day).map(Written::Day)
}

/// The day of a year, a month and a day of the month.
///
/// # Errors
/// When there is no such day.
pub(crate) fn day_of(year: i16, month: i8, day: i8) -> Result<Date, DateFault> {
    if year == 0 {
        return Err(DateFault::Impossible);
    }
    Date::new(year, month, day).map_err(|_| DateFault::Impossible)
}

const MONTHS: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

/// The number of a month by its English name or the first three letters of it.
fn month(word: &str) -> Option<i8> {
    if word.len() < 3 {
        return None;
    }
    let word = word.to_ascii_lowercase();
    let found = MONTHS.iter().position(|name| *name == word || name[..3] == word || word == "sept" && name.starts_with("sept"));
    found.and_then(|index| i8::try_from(index + 1).ok())
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// The digits or the letters that a text begins with, and the rest.
fn word(text: &str) -> Option<(&str, &str)> {
    let first = text.bytes().next()?;
    let alike = |byte: u8| if first.is_ascii_digit() { byte.is_ascii_digit() } else { byte.is_ascii_alphabetic() };
    let end = text.bytes().position(|byte| !alike(byte)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// What stands between two parts of a date.
fn marks(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| !matches!(byte, b' ' | b'-' | b'/' | b'.' | b',')).unwrap_or(text.len());
    text.split_at(end)
}

/// `.5`: the time of a spreadsheet's date.
fn is_fraction(text: &str) -> bool {
    text.strip_prefix('.').is_some_and(is_number)
}

/// Words that stand in times.
const TIME_WORDS: [&str; 15] = ["t", "z", "am", "pm", "a", "p", "utc", "gmt", "est", "edt", "cst", "cdt", "mst", "mdt", "pst"];

/// Whether a text that follows a date is a time: `T00:00:00Z`, ` 12:00:00 AM`, ` 00.00.00.000`, `:00:00:00`, ` 1530`.
fn is_time(text: &str) -> bool {
    let Some(time) = text.strip_prefix([' ', 'T', 't', ':']) else { return false };
    let mut rest = time.trim_start();
    let clock = word(rest).map_or("", |(hour, _)| hour);
    let has_minutes = rest[clock.len()..].starts_with([':', '.']) || rest[clock.len()..].trim_start().to_ascii_lowercase().ends_with('m');
    if !is_number(clock) || !(matches!(clock.len(), 4 | 6) || (clock.len() <= 2 && has_minutes)) {
        return false;
    }
    while let Some(first) = rest.bytes().next() {
        match word(rest) {
            Some((word, after)) if is_number(word) || TIME_WORDS.contains(&word.to_ascii_lowercase().as_str()) => rest = after,
            None if matches!(first, b':' | b'.' | b'+' | b'-' | b' ') => rest = &rest[1..],
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn forms_that_are_read() {
        for text in [
            "1980-01-02",
            " 1980-1-2 ",
            "1980/01/02",
            "1/2/1980",
            "01/02/1980",
            "01-02-1980",
            "19800102",
            "198001021530",
            "19800102153000",
            "1980-01-02T00:00:00Z",
            "1980-01-02 00:00:00.000",
            "1/2/1980 12:00:00 AM",
            "02-JAN-1980",
            "2 January 1980",
            "Jan 2, 1980",
            "Jan  2 1980 12:00AM",
            "02JAN1980:00:00:00",
            "02-Jan-1980 12.00.00.000000000 AM",
            "1980-Jan-02",
            "19800102 1530",
            "19800102.0",
            "1980-01-02 00:00:00+00:00",
            "1980-01-02 00:00:00 EST",
        ] {
            assert_eq!(parse_date(text), Ok(date(1980, 1, 2)), "{text}");
        }
        assert_eq!(parse_date("02/29/2024"), Ok(date(2024, 2, 29)));
    }

    #[test]
    fn faults() {
        for (text, fault) in [
            ("", DateFault::Unreadable),
            ("unknown", DateFault::Unreadable),
            ("1980-01", DateFault::Unreadable),
            ("2.1.1980", DateFault::Unreadable),
            ("1980-01-02 and later", DateFault::Unreadable),
            ("Jann 2 1980", DateFault::Unreadable),
            ("1/2/1980 5", DateFault::Unreadable),
            ("1958", DateFault::Unreadable),
            ("14-MAR-58", DateFault::TwoDigitYear),
            ("31-FEB-1958", DateFault::Impossible),
            ("1/2/80", DateFault::TwoDigitYear),
            ("800102", DateFault::TwoDigitYear),
            ("29222", DateFault::SpreadsheetNumber),
            ("13/02/1980", DateFault::Impossible),
            ("1980-02-30", DateFault::Impossible),
            ("02/29/2023", DateFault::Impossible),
            ("00000000", DateFault::Impossible),
            ("0000-01-01", DateFault::Impossible),
        ] {
            assert_eq!(parse_date(text), Err(fault), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_day_is_read_in_iso_and_us_form(year in 1i16..=9999, month in 1i8..=12, day in 1i8..=28) {
            let expected = date(year, month, day);
            prop_assert_eq!(parse_date(&expected.to_string()), Ok(expected));
            prop_assert_eq!(parse_date(&format!("{month}/{day}/{year:04}")), Ok(expected));
            prop_assert_eq!(parse_date(&format!("{year:04}{month:02}{day:02}")), Ok(expected));
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,20}") {
            let _ = parse_date(&text);
        }
    }
}
