//! Ages.

use jiff::civil::Date;

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
