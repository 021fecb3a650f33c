//! The verified.toml of a drill: an invented check of every contact block that its letters may print.

use super::calendar::Calendar;
use crate::error::Result;
use crate::rules::Rules;
use jiff::civil::{Date, date};

/// No check is later: a drill of letters that are mailed in years to come can be tried today, and what has a day that has not come yet
/// is refused.
const LATEST: Date = date(2026, 11, 13);

const HEAD: &str = "\
# A drill: nobody has checked these contact blocks. For real letters a person does, and writes down who, when and where.
# A check counts for some months only; a drill that is older is approved with `--accept-stale drill`.
";

/// The text of verified.toml.
///
/// # Errors
/// A bug of ours when the built-in rules cannot be read.
pub(super) fn text(calendar: &Calendar) -> Result<String> {
    let on = calendar.list_received.min(LATEST);
    let entry = |(block, _): (String, Vec<String>)| {
        format!("\n[[verified]]\nblock = \"{block}\"\nby = \"Nobody, a drill\"\non = {on}\nsource = \"invented\"\n")
    };
    Ok(std::iter::once(HEAD.to_owned()).chain(Rules::load()?.contacts().map(entry)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_check_lies_in_days_to_come() {
        for (mail_date, on) in [(date(2026, 12, 7), LATEST), (date(2090, 1, 5), LATEST), (date(2025, 3, 31), date(2025, 3, 7))] {
            let read: toml::Table = text(&Calendar::new(mail_date).unwrap()).unwrap().parse().unwrap();
            let entries = read["verified"].as_array().unwrap();
            assert_eq!(entries.len(), 15);
            assert!(entries.iter().all(|entry| entry["on"].to_string() == on.to_string()), "{mail_date}");
        }
    }
}
