//! Postal holidays: rules in holidays.toml -> dates on which the Postal Service takes in no mail.

use super::Confidence;
use super::fault::{Fault, Key};
use jiff::civil::{Date, Weekday};
use std::collections::BTreeSet;

/// holidays.toml.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Holidays {
    first_year: i16,
    last_year: i16,
    source: String,
    #[serde(rename = "confidence")]
    _confidence: Confidence,
    fixed: Vec<Fixed>,
    nth: Vec<Nth>,
    once: Vec<Once>,
}

/// A holiday on the same day each year.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixed {
    name: String,
    month: i8,
    day: i8,
    since: Option<i16>,
}

/// A holiday on the nth weekday of a month; -1 is the last one.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Nth {
    name: String,
    month: i8,
    weekday: Day,
    which: i8,
    since: Option<i16>,
}

/// A single day.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Once {
    name: String,
    date: Date,
    source: String,
}

/// The weekdays that holidays are bound to.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Day {
    Monday,
    Thursday,
}

impl Holidays {
    /// Every day without service, sorted. A Sunday holiday is kept on Monday, a Saturday one on that Saturday only.
    pub(super) fn dates(&self, key: &Key) -> Result<Vec<Date>, Fault> {
        if self.first_year > self.last_year || self.source.trim().is_empty() {
            return Err(key.part("last_year").broken("covers no year, or there is no source"));
        }
        let impossible = |part: &str, name: &str| key.part(part).broken(&format!("has an impossible day or no source: {name}"));
        let mut dates = BTreeSet::new();
        for year in self.first_year..=self.last_year {
            for holiday in self.fixed.iter().filter(|holiday| holiday.since.is_none_or(|since| since <= year)) {
                let day = Date::new(year, holiday.month, holiday.day).map_err(|_| impossible("fixed", &holiday.name))?;
                dates.insert(kept_on(day).map_err(|_| impossible("fixed", &holiday.name))?);
            }
            for holiday in self.nth.iter().filter(|holiday| holiday.since.is_none_or(|since| since <= year)) {
                dates.insert(holiday.date(year).map_err(|_| impossible("nth", &holiday.name))?);
            }
        }
        for day in &self.once {
            if day.source.trim().is_empty() || !(self.first_year..=self.last_year).contains(&day.date.year()) {
                return Err(impossible("once", &day.name));
            }
            dates.insert(day.date);
        }
        Ok(dates.into_iter().collect())
    }
}

impl Nth {
    fn date(&self, year: i16) -> Result<Date, jiff::Error> {
        let weekday = match self.weekday {
            Day::Monday => Weekday::Monday,
            Day::Thursday => Weekday::Thursday,
        };
        Date::new(year, self.month, 1)?.nth_weekday_of_month(self.which, weekday)
    }
}

fn kept_on(day: Date) -> Result<Date, jiff::Error> {
    if day.weekday() == Weekday::Sunday { day.tomorrow() } else { Ok(day) }
}

#[cfg(test)]
mod tests {
    use crate::rules::Rules;
    use jiff::civil::{Date, date};

    fn of_year(year: i16) -> Vec<String> {
        let rules = Rules::load().unwrap();
        rules.holidays.iter().filter(|day| day.year() == year).map(Date::to_string).collect()
    }

    #[test]
    fn the_dates_of_single_years_are_those_of_the_postal_service() {
        let cases: [(i16, &[&str]); 3] = [
            // A day of mourning beside the eleven.
            (2025, &["01-01", "01-09", "01-20", "02-17", "05-26", "06-19", "07-04", "09-01", "10-13", "11-11", "11-27", "12-25"]),
            // Independence Day on a Saturday closes no Friday.
            (2026, &["01-01", "01-19", "02-16", "05-25", "06-19", "07-04", "09-07", "10-12", "11-11", "11-26", "12-25"]),
            // Independence Day on a Sunday is kept on Monday the 5th.
            (2027, &["01-01", "01-18", "02-15", "05-31", "06-19", "07-05", "09-06", "10-11", "11-11", "11-25", "12-25"]),
        ];
        for (year, days) in cases {
            let days: Vec<String> = days.iter().map(|day| format!("{year}-{day}")).collect();
            assert_eq!(of_year(year), days);
        }
        assert!(!of_year(2021).iter().any(|day| day.starts_with("2021-06")), "Juneteenth came in 2022");
    }

    #[test]
    fn the_dates_cover_two_years_past_the_present_one() {
        const PRESENT_YEAR: i16 = 2026;
        let rules = Rules::load().unwrap();
        assert!(rules.post_is_known(date(PRESENT_YEAR + 2, 12, 31)), "extend last_year in holidays.toml");
        assert!(!rules.post_is_known(date(1999, 12, 31)));
    }
}
