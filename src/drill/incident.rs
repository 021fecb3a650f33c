//! The incident.toml of a drill.

use super::calendar::Calendar;

/// The text of incident.toml.
pub(super) fn text(people: u64, seed: u64, calendar: &Calendar) -> String {
    let Calendar { mail_date, breach_began, breach_ended, vendor_discovered, informed, enroll_by, open_until, .. } = calendar;
    let values = [
        ("{id}", format!("drill-{people}-{seed}")),
        ("{people}", people.to_string()),
        ("{seed}", seed.to_string()),
        ("{mail_date}", mail_date.to_string()),
        ("{breach_began}", breach_began.to_string()),
        ("{breach_ended}", breach_ended.to_string()),
        ("{vendor_discovered}", vendor_discovered.to_string()),
        ("{informed}", informed.to_string()),
        ("{list_received}", calendar.list_received.to_string()),
        ("{enroll_by}", enroll_by.to_string()),
        ("{open_until}", open_until.to_string()),
    ];
    values.iter().fold(include_str!("incident.toml").to_owned(), |text, (mark, value)| text.replace(mark, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn every_mark_is_filled_in_and_the_text_is_toml() {
        let text = text(12, 3, &Calendar::new(date(2026, 12, 7)).unwrap());
        let read: toml::Table = text.parse().unwrap();
        assert_eq!(read["incident"]["id"].as_str(), Some("drill-12-3"));
        assert!(!text.contains('{'), "{text}");
    }
}
