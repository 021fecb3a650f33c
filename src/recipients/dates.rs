//! Dates as lists write them, and ages.

use jiff::civil::Date;

/// Why a cell is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct UnreadableDate;

/// Reads `2001-02-03`, `2/3/2001` (month first) and `20010203`; a time behind it is dropped. Two-digit years are refused.
///
/// # Errors
/// When it is none of these or no day of the calendar.
pub(super) fn read_date(text: &str) -> Result<Date, UnreadableDate> {
    let day = text.split([' ', 'T']).next().unwrap_or_default();
    let parts: Vec<&str> = day.split(['-', '/']).collect();
    let (year, month, date) = match parts.as_slice() {
        [year, month, date] if day.contains('-') && !day.contains('/') => (*year, *month, *date),
        [month, date, year] if day.contains('/') && !day.contains('-') => (*year, *month, *date),
        [all] if all.len() == 8 && all.is_ascii() => (&all[..4], &all[4..6], &all[6..]),
        _ => return Err(UnreadableDate),
    };
    let digits = |text: &str, longest: usize| !text.is_empty() && text.len() <= longest && text.bytes().all(|byte| byte.is_ascii_digit());
    if year.len() != 4 || !digits(year, 4) || !digits(month, 2) || !digits(date, 2) {
        return Err(UnreadableDate);
    }
    let number = |text: &str| text.parse::<i16>().map_err(|_| UnreadableDate);
    let small = |text: &str| text.parse::<i8>().map_err(|_| UnreadableDate);
    Date::new(number(year)?, small(month)?, small(date)?).map_err(|_| UnreadableDate)
}

/// Full years of age on a day; who is born on 29 February turns a year older on 1 March of a common year.
pub(super) fn age_on(birth: Date, day: Date) -> i16 {
    let before_birthday = (day.month(), day.day()) < (birth.month(), birth.day());
    day.year() - birth.year() - i16::from(before_birthday)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn dates_are_read_as_lists_write_them() {
        let cases = [
            ("2001-02-03", Some(date(2001, 2, 3))),
            ("2/3/2001", Some(date(2001, 2, 3))),
            ("02/03/2001 12:00:00 AM", Some(date(2001, 2, 3))),
            ("20010203", Some(date(2001, 2, 3))),
            ("2001-02-03T00:00:00Z", Some(date(2001, 2, 3))),
            ("2/3/01", None),
            ("01-02-03", None),
            ("2001-02-30", None),
            ("13/1/2001", None),
            ("36925", None),
            ("2001/02/03", None),
            ("2001-2/3", None),
            ("Yes", None),
            ("", None),
            ("+201-02-03", None),
            ("2001éa1", None),
        ];
        for (text, expected) in cases {
            assert_eq!(read_date(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn age_changes_on_the_birthday() {
        let cases = [
            (date(2007, 4, 10), date(2025, 4, 9), 17),
            (date(2007, 4, 10), date(2025, 4, 10), 18),
            (date(2008, 2, 29), date(2026, 2, 28), 17),
            (date(2008, 2, 29), date(2026, 3, 1), 18),
        ];
        for (birth, day, age) in cases {
            assert_eq!(age_on(birth, day), age, "{birth} {day}");
        }
    }
}
