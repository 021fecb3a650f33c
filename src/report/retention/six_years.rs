//! Until when something is kept, and what that means for the day before which everything has to lie.

use super::last_day::InEffect;
use crate::error::{Finding, Place};
use crate::rules::Limit;
use jiff::ToSpan as _;
use jiff::civil::{Date, date};

/// The first day on which what was last in effect on a day need not be kept any more: the same day so many years on. Where that year
/// has no 29 February it is the day after. The end of time for a day that no calendar has.
pub fn kept_until(day: Date, years: u32) -> Date {
    let year = i16::try_from(years).ok().and_then(|years| day.year().checked_add(years));
    let same_day = |year| Date::new(year, day.month(), day.day()).or_else(|_| Date::new(year, 3, 1)).ok();
    year.and_then(same_day).unwrap_or(Date::MAX)
}

/// The last day before which things may lie that go on `today`.
fn latest(today: Date, years: u32) -> Date {
    let year = i16::try_from(years).ok().and_then(|years| today.year().checked_sub(years)).unwrap_or(Date::MIN.year());
    Date::new(year, today.month(), today.day()).unwrap_or(date(year, 2, 28))
}

/// Everything that speaks against removing what lies before a day. With a reason the years may be fewer; never may something of the
/// incident have been in effect on that day or later.
pub fn refuse_date(before: Date, today: Date, limit: &Limit, last: &InEffect, has_reason: bool) -> Vec<Finding> {
    let place = || Place::file("--before");
    let Limit { value: years, clause, .. } = limit;
    if before > today {
        let hint = format!("give a day that has come; today is {today}");
        return vec![Finding::refuses("purge-day-to-come", place(), format!("{before} has not come"), hint)];
    }
    let mut findings = Vec::new();
    if last.day >= before {
        let next = last.day.saturating_add(1.day());
        let free = kept_until(next, *years);
        let reason = format!("not everything of the incident lies before {before}: it was last in effect on {}: {}", last.day, last.what);
        let hint = format!("from {free} on, `--before {next}` removes it ({years} years, {clause})");
        findings.push(Finding::refuses("purge-in-effect", place(), reason, hint));
    }
    let free = kept_until(before, *years);
    if free > today && !has_reason {
        let reason = format!("{before} is less than {years} years ago: records of up to then are kept until {free} ({clause})");
        let hint = format!(
            "give {} or an earlier day; if they must go earlier, say why with --reason: it is kept in the record",
            latest(today, *years)
        );
        findings.push(Finding::refuses("purge-early", place(), reason, hint));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Rules;

    #[test]
    fn six_years_end_on_the_same_day_or_the_one_after_a_leap_day_that_is_not_there() {
        for (day, until) in [
            (date(2019, 11, 29), date(2025, 11, 29)),
            (date(2020, 2, 28), date(2026, 2, 28)),
            (date(2020, 2, 29), date(2026, 3, 1)),
            (date(2020, 3, 1), date(2026, 3, 1)),
            (date(2018, 2, 28), date(2024, 2, 28)),
            (date(2018, 3, 1), date(2024, 3, 1)),
        ] {
            assert_eq!(kept_until(day, 6), until, "{day}");
        }
        assert_eq!(kept_until(date(2024, 2, 29), 4), date(2028, 2, 29), "a year that has the day");
        assert_eq!(kept_until(Date::MAX, 6), Date::MAX);
    }

    /// The codes that speak against a day; the incident was last in effect on 2018-02-20.
    fn codes(before: Date, today: Date, has_reason: bool) -> Vec<&'static str> {
        let limit = Rules::load().unwrap().federal.retention_years;
        let last = InEffect { day: date(2018, 2, 20), what: "the mail date".to_owned() };
        refuse_date(before, today, &limit, &last, has_reason).into_iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn exactly_six_years_are_enough_and_a_day_less_needs_a_reason() {
        for (before, today, without, with) in [
            (date(2020, 11, 29), date(2026, 11, 29), &[][..], &[][..]),
            (date(2020, 11, 30), date(2026, 11, 29), &["purge-early"], &[]),
            (date(2020, 2, 29), date(2026, 2, 28), &["purge-early"], &[]),
            (date(2020, 2, 29), date(2026, 3, 1), &[], &[]),
            (date(2018, 2, 28), date(2024, 2, 29), &[], &[]),
            (date(2018, 3, 1), date(2024, 2, 29), &["purge-early"], &[]),
            (date(2018, 2, 21), date(2024, 2, 29), &[], &[]),
            (date(2018, 2, 20), date(2024, 2, 29), &["purge-in-effect"], &["purge-in-effect"]),
            (date(2018, 2, 19), date(2018, 2, 19), &["purge-in-effect", "purge-early"], &["purge-in-effect"]),
            (date(2026, 11, 30), date(2026, 11, 29), &["purge-day-to-come"], &["purge-day-to-come"]),
            (date(2026, 11, 29), date(2026, 11, 29), &["purge-early"], &[]),
        ] {
            assert_eq!(codes(before, today, false), without, "{before} on {today}");
            assert_eq!(codes(before, today, true), with, "{before} on {today}, with a reason");
        }
    }

    #[test]
    fn the_day_that_a_refusal_names_is_accepted_and_the_next_is_not() {
        for today in [date(2024, 2, 29), date(2026, 2, 28), date(2026, 3, 1), date(2026, 11, 29)] {
            let latest = latest(today, 6);
            assert!(kept_until(latest, 6) <= today && kept_until(latest.tomorrow().unwrap(), 6) > today, "{today}: {latest}");
        }
    }
}
