//! Dates as people and spreadsheets write them.
//!
//! ISO and U.S. order only; a date that could be read two ways by a wrong guess of the century is refused, never guessed.

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
}

impl DateFault {
    /// Stable code for findings.
    pub fn code(self) -> &'static str {
        match self {
            DateFault::Unreadable => "unreadable-date",
            DateFault::Impossible => "impossible-date",
            DateFault::TwoDigitYear => "two-digit-year",
            DateFault::SpreadsheetNumber => "spreadsheet-date",
        }
    }

    /// What is wrong, to follow the name of the value: `the birth date` + ` has a year of two digits`.
    pub fn reason(self) -> &'static str {
        match self {
            DateFault::Unreadable => "cannot be read as a date",
            DateFault::Impossible => "is a day that does not exist",
            DateFault::TwoDigitYear => "has a year of two digits",
            DateFault::SpreadsheetNumber => "is a spreadsheet's day number, not a date",
        }
    }

    /// What to do.
    pub fn hint(self) -> &'static str {
        match self {
            DateFault::Unreadable => "write it as YYYY-MM-DD or MM/DD/YYYY",
            DateFault::Impossible => "correct it; dates with slashes are read month first, MM/DD/YYYY",
            DateFault::TwoDigitYear => "write the year with four digits",
            DateFault::SpreadsheetNumber => "format the column as a date (YYYY-MM-DD) before saving as CSV",
        }
    }
}

/// Reads one cell: `YYYY-MM-DD`, `YYYY/MM/DD`, `YYYYMMDD` (also with HL7 time digits), `M/D/YYYY`, `M-D-YYYY`; a time after it is
/// dropped.
///
/// # Errors
/// The fault, when the text is no such date or the day does not exist. An empty text is unreadable.
pub fn parse_date(text: &str) -> Result<Date, DateFault> {
    let text = without_time(text.trim());
    if text.chars().all(|c| c.is_ascii_digit()) {
        return from_digits(text);
    }
    let parts: Vec<&str> = if text.contains('/') { text.split('/').collect() } else { text.split('-').collect() };
    let [first, second, third] = parts[..] else {
        return Err(DateFault::Unreadable);
    };
    if [first, second, third].iter().any(|part| part.is_empty() || part.len() > 4 || !part.chars().all(|c| c.is_ascii_digit())) {
        return Err(DateFault::Unreadable);
    }
    match (first.len(), second.len(), third.len()) {
        (4, 1..=2, 1..=2) => day(first, second, third),
        (1..=2, 1..=2, 4) => day(third, first, second),
        (1..=2, 1..=2, 1..=2) => Err(DateFault::TwoDigitYear),
        _ => Err(DateFault::Unreadable),
    }
}

/// `19800102`, `198001021530`, `19800102153000`; five digits are a spreadsheet's count of days since 1900.
fn from_digits(text: &str) -> Result<Date, DateFault> {
    match text.len() {
        8 | 12 | 14 => day(&text[..4], &text[4..6], &text[6..8]),
        5 => Err(DateFault::SpreadsheetNumber),
        6 => Err(DateFault::TwoDigitYear),
        _ => Err(DateFault::Unreadable),
    }
}

fn day(year: &str, month: &str, day: &str) -> Result<Date, DateFault> {
    let (Ok(year), Ok(month), Ok(day)) = (year.parse(), month.parse(), day.parse()) else {
        return Err(DateFault::Unreadable);
    };
    if year == 0 {
        return Err(DateFault::Impossible);
    }
    Date::new(year, month, day).map_err(|_| DateFault::Impossible)
}

/// Cuts a time off: `1980-01-02T00:00:00Z`, `1/2/1980 12:00:00 AM`.
fn without_time(text: &str) -> &str {
    let Some((date, time)) = text.split_once([' ', 'T']) else {
        return text;
    };
    let time = time.trim();
    let hour = time.split(':').next().unwrap_or_default();
    let starts_like_a_time = (1..=2).contains(&hour.len()) && hour.chars().all(|c| c.is_ascii_digit()) && time.contains(':');
    let holds_only_a_time = time.chars().all(|c| c.is_ascii_digit() || ":.+- ZAPMapm".contains(c));
    if starts_like_a_time && holds_only_a_time { date } else { text }
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
            ("Jan 2 1980", DateFault::Unreadable),
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
