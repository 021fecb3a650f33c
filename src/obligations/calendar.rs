//! The plan's last days as a calendar file (iCalendar, RFC 5545), to be opened with an office's calendar program.
//!
//! Written by us rather than by a crate: those at hand stamp each event with the clock and a random id, and the same plan must
//! give the same bytes.

use super::names::provider_name;
use super::{Obligation, Plan};
use crate::incident::Incident;
use jiff::civil::Date;

/// How every calendar file begins.
pub const CALENDAR_BEGINS: &str = "BEGIN:VCALENDAR\r\n";

/// Longest line in octets, without its end (RFC 5545, 3.1).
const LONGEST: usize = 75;

/// One all-day event for each required duty that has a last day, on the day by which somebody has to act. An event keeps its
/// id from plan to plan, so that a later file moves it instead of adding another.
pub fn calendar(incident: &Incident, plan: &Plan) -> String {
    let mut lines = Lines(CALENDAR_BEGINS.to_owned());
    lines.put("VERSION", "2.0");
    lines.put("PRODID", "-//breachnotice//plan//EN");
    lines.put("CALSCALE", "GREGORIAN");
    lines.put_text("X-WR-CALNAME", &format!("Last days: {}", incident.title));
    for obligation in plan.obligations.iter().filter(|obligation| obligation.required) {
        if let Some(deadline) = obligation.deadline {
            event(&mut lines, incident, plan.as_of, obligation, deadline);
        }
    }
    lines.put("END", "VCALENDAR");
    lines.0
}

fn event(lines: &mut Lines, incident: &Incident, as_of: Date, obligation: &Obligation, deadline: Date) {
    let act_by = obligation.mail_by.unwrap_or(deadline);
    lines.put("BEGIN", "VEVENT");
    lines.put_text("UID", &format!("{}@{}.breachnotice", obligation.id, incident.id));
    // The moment at which the event was made: the plan's day, not the clock's.
    lines.put("DTSTAMP", &format!("{}T000000Z", basic(as_of)));
    lines.put("DTSTART;VALUE=DATE", &basic(act_by));
    let who = provider_name(incident, obligation);
    lines.put_text("SUMMARY", &format!("{who}: {}, last day {deadline}", obligation.title()));
    lines.put_text("DESCRIPTION", &description(obligation, act_by, deadline));
    // A last day takes nobody's time: the day stays free for meetings.
    lines.put("TRANSP", "TRANSPARENT");
    lines.put("END", "VEVENT");
}

fn description(obligation: &Obligation, act_by: Date, deadline: Date) -> String {
    let Obligation { to, count, clause, basis, confidence, note, .. } = obligation;
    let mut text = format!("To: {to}\nPeople: {count}\nAct by {act_by}, last day {deadline}\nClause: {clause}\nBasis: {basis}");
    text += &format!("\nConfidence: {confidence}");
    if !note.is_empty() {
        text += &format!("\nNote: {note}");
    }
    text + "\nThe tool computes, counsel decides."
}

/// A date in the basic form (RFC 5545, 3.3.4).
fn basic(day: Date) -> String {
    format!("{:04}{:02}{:02}", day.year(), day.month(), day.day())
}

/// Content lines, each ended and folded.
struct Lines(String);

impl Lines {
    /// Adds a line, folded into parts of at most 75 octets without splitting a character.
    fn put(&mut self, name: &str, value: &str) {
        let mut octets = 0;
        for character in format!("{name}:{value}").chars() {
            if octets + character.len_utf8() > LONGEST {
                self.0.push_str("\r\n ");
                octets = 1;
            }
            self.0.push(character);
            octets += character.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    /// Adds a line whose value is text (RFC 5545, 3.3.11); a control character could end the line or the file, so none is kept.
    fn put_text(&mut self, name: &str, value: &str) {
        let mut escaped = String::with_capacity(value.len());
        for character in value.replace("\r\n", "\n").chars() {
            match character {
                '\n' | '\r' => escaped.push_str("\\n"),
                ',' | ';' | '\\' => escaped.extend(['\\', character]),
                control if control.is_control() => escaped.push(' '),
                other => escaped.push(other),
            }
        }
        self.put(name, &escaped);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Duty;
    use super::super::sample::obligation;
    use super::*;
    use crate::incident::sample;
    use jiff::civil::date;

    fn put(name: &str, text: &str) -> String {
        let mut lines = Lines(String::new());
        lines.put_text(name, text);
        lines.0
    }

    /// Folded lines in one, as a reader takes them.
    fn unfolded(text: &str) -> String {
        text.replace("\r\n ", "")
    }

    #[test]
    fn text_is_escaped() {
        assert_eq!(put("SUMMARY", "a, b; c\\d\ne\r\nf\u{7}g: \"h\""), "SUMMARY:a\\, b\\; c\\\\d\\ne\\nf g: \"h\"\r\n");
    }

    #[test]
    fn long_lines_are_folded_between_characters() {
        for character in ["a", "é", "病", "😀"] {
            let value = character.repeat(200);
            let line = put("NOTE", &value);
            assert!(line.split("\r\n").all(|part| part.len() <= LONGEST), "{line}");
            assert!(line.split("\r\n").next().is_some_and(|part| part.len() > LONGEST - 4), "lines are filled: {line}");
            assert_eq!(unfolded(&line), format!("NOTE:{value}\r\n"));
        }
        assert_eq!(put("N", &"x".repeat(73)), format!("N:{}\r\n", "x".repeat(73)), "75 octets are not folded");
    }

    #[test]
    fn each_required_duty_with_a_last_day_is_an_event() {
        let owed = obligation(Duty::MediaNotice, "LAKE", "TX", 501);
        let not_owed = Obligation { required: false, deadline: None, mail_by: None, ..owed.clone() };
        let undated = Obligation { deadline: None, mail_by: None, ..owed.clone() };
        let unposted = Obligation { id: "other".to_owned(), mail_by: None, ..owed.clone() };
        let plan = Plan {
            as_of: date(2026, 11, 20),
            choices: Vec::new(),
            choice_reasons: Vec::new(),
            own_rules: Vec::new(),
            mailings: Vec::new(),
            obligations: vec![owed, not_owed, undated, unposted],
        };
        let text = unfolded(&calendar(&sample::incident(), &plan));
        assert_eq!(text.matches("BEGIN:VEVENT").count(), 2, "{text}");
        assert!(text.contains("UID:media_notice:LAKE:TX@sample-2025.breachnotice\r\n"), "{text}");
        assert!(text.contains("DTSTAMP:20261120T000000Z\r\nDTSTART;VALUE=DATE:20270108\r\n"), "{text}");
        assert!(text.contains("DTSTART;VALUE=DATE:20270109\r\n"), "without a postal day, the last day itself: {text}");
        assert!(text.contains("SUMMARY:Lakeside Hospital: media notice TX\\, last day 2027-01-09\r\n"), "{text}");
        assert!(text.ends_with("TRANSP:TRANSPARENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"), "{text}");
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    }
}
