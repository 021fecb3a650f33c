//! Dates of patient lists: which form a column has is told by all of its cells, never by one.
//!
//! The reading of a single cell stands beside providers.csv, which needs it first.

use super::Field;
use crate::error::{Finding, Place};
use crate::incident::DateOrder;
pub use crate::incident::dates::{DateFault, parse_date};
use crate::incident::dates::{Written, day_of, is_year_month_day, read_written};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use std::borrow::Cow;

/// The fields that hold dates.
pub(super) const FIELDS: [Field; 4] = [Field::BirthDate, Field::DeathDate, Field::EmailConsentOn, Field::EmailConsentWithdrawnOn];

/// A date as a row hands it on: year, month, day, when it could be read by what its column told.
///
/// # Errors
/// Why it could not be read. An empty text is unreadable.
pub fn date_of_row(text: &str) -> Result<Date, DateFault> {
    match read_written(text)? {
        Written::Day(day) => Ok(day),
        Written::Ordered { first, second, year, .. } if day_of(year, first, second).is_err() && day_of(year, second, first).is_err() => {
            Err(DateFault::Impossible)
        }
        Written::Ordered { .. } => Err(DateFault::OtherForm),
        Written::DayNumber(number) if number >= LIKELY_DAY_NUMBER => Err(DateFault::SpreadsheetNumber),
        Written::DayNumber(_) => Err(DateFault::Unreadable),
    }
}

/// Counts of days since 1900 have five digits from 1927 on.
const LIKELY_DAY_NUMBER: u32 = 10_000;

/// When more than one in so many dates contradicts the others, nothing is taken from a date that can be read both ways.
const FEW: u32 = 20;

/// What the cells of one column tell about its form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Evidence {
    /// Cells that hold something.
    filled: u32,
    /// Dates that can only be read month first.
    month_first: u32,
    /// Dates that can only be read day first.
    day_first: u32,
    /// Dates that can be read both ways, and then differ.
    open: u32,
    /// Of these, written with points.
    with_points: u32,
    /// Dates that can be read in one way only, by their form.
    certain: u32,
    /// Of these, on a day of the month that could not be a month.
    certain_after_12: u32,
    /// What is likely a spreadsheet's count of days.
    day_numbers: u32,
}

impl Evidence {
    /// Takes in a cell that is clean.
    pub(super) fn note(&mut self, cell: &str) {
        self.filled += u32::from(!cell.is_empty());
        match read_written(cell) {
            Ok(Written::Day(day)) => {
                self.certain += 1;
                self.certain_after_12 += u32::from(day.day() > 12);
            }
            Ok(Written::Ordered { first, second, year, has_points }) => {
                match (day_of(year, first, second).is_ok(), day_of(year, second, first).is_ok()) {
                    (true, false) => self.month_first += 1,
                    (false, true) => self.day_first += 1,
                    (true, true) if first != second => {
                        self.open += 1;
                        self.with_points += u32::from(has_points);
                    }
                    _ => {}
                }
            }
            Ok(Written::DayNumber(number)) => self.day_numbers += u32::from(number >= LIKELY_DAY_NUMBER),
            Err(_) => {}
        }
    }

    /// The form of the column, with what a person should know of it. `told` is what the user says of the list, and holds.
    pub(super) fn form(self, told: Option<DateOrder>, place: &Place) -> (DateForm, Option<Finding>) {
        let (month_first, day_first) = (self.month_first, self.day_first);
        let order = match told {
            Some(order) => order,
            None if month_first != day_first => {
                if month_first > day_first {
                    DateOrder::MonthFirst
                } else {
                    DateOrder::DayFirst
                }
            }
            None if self.with_points * 2 > self.open => DateOrder::DayFirst,
            None => DateOrder::MonthFirst,
        };
        let is_mixed = told.is_none() && month_first.min(day_first) * FEW > month_first.max(day_first);
        let form = DateForm {
            order,
            reads_open: !is_mixed,
            // What a spreadsheet could read in its own order it made into dates; what it could not it left as text.
            certain_are_doubtful: month_first + day_first > 0 && self.open == 0 && self.certain > 0 && self.certain_after_12 == 0,
            reads_day_numbers: self.day_numbers * 2 > self.filled,
        };
        let finding = if told.is_none() { self.finding(form, place) } else { None };
        (form, finding)
    }

    /// The form of the column in a list that mends another, whose form is known: a few rows that were picked because they are wrong tell
    /// little, and must not be read otherwise than before.
    pub(super) fn form_of_mended(self, own: DateForm, mended: DateForm) -> DateForm {
        let contradicts = self.month_first + self.day_first > 0 && own.order != mended.order;
        DateForm {
            order: mended.order,
            reads_open: mended.reads_open && !contradicts,
            reads_day_numbers: own.reads_day_numbers || mended.reads_day_numbers,
            ..own
        }
    }

    fn finding(self, form: DateForm, place: &Place) -> Option<Finding> {
        let read = match form.order {
            DateOrder::MonthFirst => "month first",
            DateOrder::DayFirst => "day first",
        };
        let hint = "if that is wrong, say so in [[lists]]: dates = \"month-first\" or dates = \"day-first\"";
        let warn = |code, reason: String| Some(Finding::warns(code, place.clone(), reason, hint));
        let (month_first, day_first) = (self.month_first, self.day_first);
        if form.reads_day_numbers {
            let reason = "the column holds a spreadsheet's day numbers; they are read as days since 1900";
            let hint = "compare a date with the source; better format the column as a date (YYYY-MM-DD)";
            return Some(Finding::warns("day-number-dates", place.clone(), reason, hint));
        }
        match (month_first, day_first) {
            (0, 0) if self.open > 0 => {
                warn("date-order-open", format!("nothing in the column tells whether day or month stands first; its dates are read {read}"))
            }
            (0, 1..) => {
                warn("day-first-dates", format!("the dates of the column are read {read}: {day_first} can be read in no other way"))
            }
            (1.., 1..) => {
                let reason = format!(
                    "the column mixes dates that can only be read month first ({month_first}) and day first ({day_first}); it is read {read}, and what does not fit is not read"
                );
                warn("date-order-mixed", reason)
            }
            _ => None,
        }
    }
}

/// How the dates of one column are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DateForm {
    order: DateOrder,
    /// Whether dates that can be read both ways are.
    reads_open: bool,
    /// Whether dates that can be read in one way only may have day and month exchanged.
    certain_are_doubtful: bool,
    /// Whether numbers are a spreadsheet's count of days.
    reads_day_numbers: bool,
}

impl DateForm {
    /// A clean cell as year, month and day; as it is when it cannot be read.
    pub(super) fn normal<'c>(self, cell: &'c str) -> Cow<'c, str> {
        if cell.is_empty() || is_year_month_day(cell.as_bytes()) {
            return Cow::Borrowed(cell);
        }
        self.read(cell).map_or(Cow::Borrowed(cell), |day| Cow::Owned(day.to_string()))
    }

    fn read(self, cell: &str) -> Option<Date> {
        match read_written(cell).ok()? {
            Written::Day(day) => Some(day),
            Written::Ordered { first, second, year, .. } => {
                let (month, day) = match self.order {
                    DateOrder::MonthFirst => (first, second),
                    DateOrder::DayFirst => (second, first),
                };
                let read = day_of(year, month, day).ok()?;
                let is_open = first != second && day_of(year, day, month).is_ok();
                (self.reads_open || !is_open).then_some(read)
            }
            Written::DayNumber(number) => day_by_number(number).filter(|_| self.reads_day_numbers),
        }
    }

    /// Whether a date may have day and month exchanged: a spreadsheet read those that it could in the wrong order.
    pub(super) fn doubts(self, cell: &str) -> bool {
        self.certain_are_doubtful && matches!(read_written(cell), Ok(Written::Day(_)))
    }
}

/// The day of a spreadsheet's count, in which 1900 is a leap year; `None` for 29 February 1900 and for what is rather a year.
fn day_by_number(number: u32) -> Option<Date> {
    if matches!(number, 0 | 60 | 1900..=2100) {
        return None;
    }
    let zero = if number < 60 { date(1899, 12, 31) } else { date(1899, 12, 30) };
    zero.checked_add(i64::from(number).days()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The form of a column with what is said of it.
    fn form_of(cells: &[&str]) -> (DateForm, &'static str) {
        let mut evidence = Evidence::default();
        cells.iter().for_each(|cell| evidence.note(cell));
        let (form, finding) = evidence.form(None, &Place::line("p.csv", 1));
        (form, finding.map_or("", |finding| finding.code))
    }

    #[test]
    fn a_column_tells_its_form() {
        let table: &[(&[&str], &str, &[&str])] = &[
            (&["1980-01-02", ""], "", &["1980-01-02", ""]),
            (&["19800102", "14-MAR-1958", "Mar 3 1999 12:00AM"], "", &["1980-01-02", "1958-03-14", "1999-03-03"]),
            (&["12/25/1990", "3/4/1990 0:00"], "", &["1990-12-25", "1990-03-04"]),
            (&["25/12/1990", "3/4/1990"], "day-first-dates", &["1990-12-25", "1990-04-03"]),
            (&["3.4.1990", "4.4.1990"], "date-order-open", &["1990-04-03", "1990-04-04"]),
            (&["3/4/1990", "4-4-1990"], "date-order-open", &["1990-03-04", "1990-04-04"]),
            (&["4/4/1990"], "", &["1990-04-04"]),
            (&["12/25/1990", "25/12/1990", "3/4/1990"], "date-order-mixed", &["1990-12-25", "25/12/1990", "3/4/1990"]),
            (&["21258", "29222.5", "1958", "61", "60"], "", &["21258", "29222.5", "1958", "61", "60"]),
            (&["21258", "29222.5", "367"], "day-number-dates", &["1958-03-14", "1980-01-02", "1901-01-01"]),
            (&["21258", "1980-01-02"], "", &["21258", "1980-01-02"]),
            (&["3/4/90", "31/31/1990", "unknown"], "", &["3/4/90", "31/31/1990", "unknown"]),
        ];
        for (cells, code, expected) in table {
            let (form, said) = form_of(cells);
            assert_eq!(cells.iter().map(|cell| form.normal(cell)).collect::<Vec<_>>(), *expected);
            assert_eq!(said, *code, "{cells:?}");
        }
    }

    #[test]
    fn a_slip_does_not_turn_a_column() {
        let mut cells = vec!["12/25/1990"; 40];
        cells.extend(["25/12/1990", "3/4/1990"]);
        let (form, said) = form_of(&cells);
        assert_eq!(
            (form.normal("3/4/1990").as_ref(), form.normal("25/12/1990").as_ref(), said),
            ("1990-03-04", "25/12/1990", "date-order-mixed")
        );
    }

    #[test]
    fn what_the_user_says_holds() {
        let mut evidence = Evidence::default();
        ["12/25/1990", "3/4/1990"].iter().for_each(|cell| evidence.note(cell));
        let (form, finding) = evidence.form(Some(DateOrder::DayFirst), &Place::default());
        assert_eq!((form.normal("3/4/1990").as_ref(), form.normal("12/25/1990").as_ref(), finding), ("1990-04-03", "12/25/1990", None));
    }

    #[test]
    fn dates_that_a_spreadsheet_may_have_turned_are_doubted() {
        assert!(form_of(&["25/12/1990", "1990-03-04"]).0.doubts("1990-03-04"));
        assert!(!form_of(&["25/12/1990", "1990-03-14"]).0.doubts("1990-03-04"));
        assert!(!form_of(&["25/12/1990", "3/4/1990", "1990-03-04"]).0.doubts("1990-03-04"));
    }

    #[test]
    fn rows_hand_on_what_was_read_alone() {
        for (cell, read) in [
            ("1980-01-02", Ok(date(1980, 1, 2))),
            ("1/2/1980", Err(DateFault::OtherForm)),
            ("25/12/1990", Err(DateFault::OtherForm)),
            ("31/31/1990", Err(DateFault::Impossible)),
            ("21258", Err(DateFault::SpreadsheetNumber)),
            ("1/2/80", Err(DateFault::TwoDigitYear)),
            ("1980", Err(DateFault::Unreadable)),
        ] {
            assert_eq!(date_of_row(cell), read, "{cell}");
        }
    }

    proptest! {
        #[test]
        fn reading_twice_changes_nothing(cells in prop::collection::vec("[0-9]{1,2}[/.-][0-9]{1,2}[/.-]19[0-9]{2}|[0-9]{4,8}|\\PC{0,12}", 1..8)) {
            let (form, _) = form_of(&cells.iter().map(String::as_str).collect::<Vec<_>>());
            for cell in &cells {
                let once = form.normal(cell);
                prop_assert_eq!(form.normal(&once), once.clone());
                if once != *cell {
                    prop_assert!(date_of_row(&once).is_ok());
                }
            }
        }
    }
}
