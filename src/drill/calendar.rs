//! The dates of a drill, counted back from the day on which its letters are mailed.

use super::random::Random;
use crate::error::{Error, Place, Result};
use jiff::civil::Date;
use jiff::{Span, ToSpan};

/// Dates that everything in one drill agrees with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Calendar {
    /// Day on which the letters are mailed.
    pub(super) mail_date: Date,
    /// First day of the breach: nobody in the list is born later.
    pub(super) breach_began: Date,
    /// Last day of the breach.
    pub(super) breach_ended: Date,
    /// Day on which the business associate discovered the breach.
    pub(super) vendor_discovered: Date,
    /// Day on which the business associate told the first provider.
    pub(super) informed: Date,
    /// Day on which the patient list came in, where a provider's row tells no other.
    pub(super) list_received: Date,
    /// Last day to enrol in the identity service.
    pub(super) enroll_by: Date,
    /// Last day on which the call center answers.
    pub(super) open_until: Date,
}

impl Calendar {
    /// The calendar of a mail date.
    ///
    /// # Errors
    /// Refused when the mail date lies outside the years 1995 to 2095, where birth dates or deadlines would make no sense.
    pub(super) fn new(mail_date: Date) -> Result<Calendar> {
        if !(1995..=2095).contains(&mail_date.year()) {
            return Err(Error::refused(
                "mail-date-out-of-range",
                Place::file("the mail date"),
                "lies outside the years 1995 to 2095",
                "name the day on which the letters of the drill are to be mailed",
            ));
        }
        Ok(Calendar {
            mail_date,
            breach_began: before(mail_date, 320.days()),
            breach_ended: before(mail_date, 288.days()),
            vendor_discovered: before(mail_date, 62.days()),
            informed: before(mail_date, 30.days()),
            list_received: before(mail_date, 24.days()),
            enroll_by: after(mail_date, 120.days()),
            open_until: after(mail_date, 150.days()),
        })
    }

    /// A birth date of a person who is from `youngest` to `oldest` full years old on the mail date.
    pub(super) fn born(&self, random: &mut Random, youngest: u64, oldest: u64) -> Date {
        let years = random.between(youngest, oldest) as i64;
        let latest = before(self.mail_date, years.years());
        before(latest, (random.below(365) as i64).days())
    }

    /// A birth date of a person under 18 on the mail date who was born when the breach began.
    pub(super) fn born_minor(&self, random: &mut Random) -> Date {
        let earliest = after(before(self.mail_date, 18.years()), 1.day());
        after(earliest, (random.below(days(earliest, self.breach_began) + 1) as i64).days())
    }

    /// A day from `nearest` to `farthest` days before the mail date.
    pub(super) fn past(&self, random: &mut Random, nearest: u64, farthest: u64) -> Date {
        before(self.mail_date, (random.between(nearest, farthest) as i64).days())
    }

    /// A day from the given one up to, but not, the mail date.
    pub(super) fn since(&self, random: &mut Random, day: Date) -> Date {
        after(day, (random.below(days(day, self.mail_date)) as i64).days())
    }
}

/// The day that lies a span before another.
pub(super) fn before(day: Date, span: Span) -> Date {
    day.saturating_sub(span)
}

/// The day that lies a span after another.
pub(super) fn after(day: Date, span: Span) -> Date {
    day.saturating_add(span)
}

/// Days from one day to a later one; 0 when it is not later.
pub(super) fn days(from: Date, to: Date) -> u64 {
    u64::try_from(from.duration_until(to).as_hours() / 24).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn ages_hold_on_the_mail_date_even_on_a_leap_day() {
        let mut random = Random::seeded(6);
        for mail_date in [date(2026, 12, 7), date(2028, 2, 29), date(2027, 3, 1)] {
            let calendar = Calendar::new(mail_date).unwrap();
            for _ in 0..500 {
                let minor = calendar.born_minor(&mut random);
                assert!(minor.saturating_add(18.years()) > mail_date && minor <= calendar.breach_began, "{minor}");
                let adult = calendar.born(&mut random, 18, 18);
                assert!(adult.saturating_add(18.years()) <= mail_date, "{adult}");
            }
        }
    }

    #[test]
    fn a_senseless_mail_date_is_refused() {
        assert_eq!(Calendar::new(date(1850, 1, 1)).unwrap_err().findings[0].code, "mail-date-out-of-range");
    }
}
