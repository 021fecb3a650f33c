//! The days on which a key is valid: `valid-after` and `valid-before` of the file of allowed signers.

use jiff::civil::{Date, DateTime, Time};
use std::fmt;

/// From when until when a key is valid.
///
/// An approval has a day and no time, so a key is valid on each day of which a part lies in the span. Days are taken as they are
/// written, in whatever time zone (`Z` or none): the same file says the same wherever it is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Span {
    /// First moment; absent when there is none.
    pub after: Option<DateTime>,
    /// Moment at which it is over; absent when there is none.
    pub before: Option<DateTime>,
}

impl Span {
    /// Whether some part of a day lies in the span.
    pub(super) fn covers(&self, day: Date) -> bool {
        self.after.is_none_or(|after| after.date() <= day) && self.before.is_none_or(|before| before > DateTime::from(day))
    }

    /// Whether there is no moment in it.
    pub(super) fn is_empty(&self) -> bool {
        matches!((self.after, self.before), (Some(after), Some(before)) if before <= after)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.after, self.before) {
            (None, None) => f.write_str("always"),
            (Some(after), None) => write!(f, "from {}", shown(after)),
            (None, Some(before)) => write!(f, "before {}", shown(before)),
            (Some(after), Some(before)) => write!(f, "from {} and before {}", shown(after), shown(before)),
        }
    }
}

/// Reads `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, each with or without `Z`; nothing when it is none of them.
pub(super) fn moment(text: &str) -> Option<DateTime> {
    let digits = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || !matches!(digits.len(), 8 | 12 | 14) {
        return None;
    }
    let number = |from: usize, to: usize| digits.get(from..to).map_or(Some(0), |part| part.parse::<i8>().ok());
    let year = digits.get(..4)?.parse().ok()?;
    DateTime::new(year, number(4, 6)?, number(6, 8)?, number(8, 10)?, number(10, 12)?, number(12, 14)?, 0).ok()
}

fn shown(moment: DateTime) -> String {
    if moment.time() == Time::midnight() { moment.date().to_string() } else { moment.strftime("%Y-%m-%d %H:%M:%S").to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn moments_are_read_in_every_form() {
        let day = date(2026, 1, 6);
        for (text, expected) in [
            ("20260106", Some(day.at(0, 0, 0, 0))),
            ("20260106Z", Some(day.at(0, 0, 0, 0))),
            ("202601061405", Some(day.at(14, 5, 0, 0))),
            ("20260106140559Z", Some(day.at(14, 5, 59, 0))),
            ("20260230", None),
            ("2026-01-06", None),
            ("2026010614", None),
            ("+2260106", None),
            ("202601062405", None),
            ("", None),
        ] {
            assert_eq!(moment(text), expected, "{text}");
        }
    }

    #[test]
    fn a_day_counts_when_a_part_of_it_lies_in_the_span() {
        let span = Span { after: moment("202601061200"), before: moment("202602010900") };
        let covered = |month, day| span.covers(date(2026, month, day));
        assert_eq!([covered(1, 5), covered(1, 6), covered(2, 1), covered(2, 2)], [false, true, true, false]);
        let until = Span { before: moment("20260201"), ..Span::default() };
        assert_eq!([until.covers(date(2026, 1, 31)), until.covers(date(2026, 2, 1))], [true, false]);
        assert_eq!(span.to_string(), "from 2026-01-06 12:00:00 and before 2026-02-01 09:00:00");
        assert_eq!((until.to_string().as_str(), Span::default().to_string().as_str()), ("before 2026-02-01", "always"));
        assert!(!span.is_empty() && Span { after: span.before, before: span.after }.is_empty());
    }
}
