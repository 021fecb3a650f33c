//! Days and numbers as the plan's sentences need them.

use jiff::ToSpan;
use jiff::civil::Date;

/// A day so many calendar days later; the calendar's last day when that is beyond it.
pub(super) fn later(day: Date, days: u32) -> Date {
    // Span::days panics beyond the calendar's own range; no limit or hold comes near this many days.
    day.saturating_add(i64::from(days.min(3_000_000)).days())
}

/// Calendar days from one day to a later one; 0 when it is not later.
pub(super) fn days_after(day: Date, later: Date) -> u32 {
    u32::try_from((later - day).get_days()).unwrap_or(0)
}

/// `1 day`, `2 days`.
pub(super) fn days(count: u32) -> String {
    counted(u64::from(count), "day", "days")
}

/// `1 person`, `2 people`.
pub(super) fn people(count: u64) -> String {
    counted(count, "person", "people")
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
