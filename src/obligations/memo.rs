//! The plan as a memo for counsel, in Markdown: what is owed, why, what is not, and what to ask.
//!
//! One paragraph a line, so that two memos can be held against each other line by line. Every value is escaped: what an incident
//! is called can never become markup.

use super::alike::{Alike, alike};
use super::holds;
use super::{Mailing, Obligation, Plan};
use crate::incident::{Agency, BusinessAssociate, Hold, Incident};
use crate::rules::Rules;
use jiff::civil::Date;

/// How every memo begins.
pub const MEMO_BEGINS: &str = "# Who must be told, and by when";

/// The whole memo.
pub fn memo(incident: &Incident, rules: &Rules, plan: &Plan) -> String {
    let mut memo = Memo::default();
    memo.paragraph(MEMO_BEGINS);
    memo.head(incident, rules, plan);
    memo.heading("Choices in force");
    memo.paragraph("What the law leaves open, as this plan settles it:");
    memo.lines(&plan.choices_in_words().map(|choice| escaped(&choice)).collect::<Vec<_>>());
    if !plan.own_rules.is_empty() {
        memo.heading("Rules of this folder");
        memo.paragraph("These stand over the built-in rules:");
        memo.lines(&plan.own_rules.iter().map(|own| escaped(&own.in_words())).collect::<Vec<_>>());
    }
    for provider in plan.by_provider() {
        let id = escaped(provider.provider_id);
        let mailings = plan.mailings.iter().filter(|mailing| mailing.provider_id == provider.provider_id);
        memo.due(&escaped(&provider.name(incident)), mailings, &provider.due());
        memo.reasons(&id, &alike(provider.due(), rules));
        memo.not_due(&id, &alike(provider.not_due(), rules));
    }
    memo.questions(&alike(plan.obligations.iter().filter(|obligation| obligation.is_for_counsel()), rules));
    memo.heading("How far this goes");
    memo.paragraph("The tool computes, counsel decides.");
    memo.0
}

impl Obligation {
    /// Whether it asks for counsel: it is unsure, or its note says so.
    fn is_for_counsel(&self) -> bool {
        let note = format!("{} {}", self.basis, self.note).to_lowercase();
        let asks = |word: &str| ["counsel", "ask", "asks"].contains(&word);
        self.confidence == "low" || note.split(|letter: char| !letter.is_alphanumeric()).any(asks)
    }
}

#[derive(Default)]
struct Memo(String);

impl Memo {
    fn paragraph(&mut self, text: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.0 += text;
        self.0.push('\n');
    }

    fn heading(&mut self, text: &str) {
        self.paragraph(&format!("## {text}"));
    }

    /// A paragraph of several lines, each of which stays one.
    fn lines(&mut self, lines: &[String]) {
        self.paragraph(&lines.join("\\\n"));
    }

    fn head(&mut self, incident: &Incident, rules: &Rules, plan: &Plan) {
        let mut lines = vec![
            format!("**Memo for counsel** as of {}", plan.as_of),
            format!("**Incident:** {} ({})", escaped(&incident.title), escaped(&incident.id)),
        ];
        match &incident.business_associate {
            Some(associate) => lines.extend(associate_lines(associate)),
            None => lines.push("**Business associate:** none".to_owned()),
        }
        if incident.holds.is_empty() {
            lines.push("**Law-enforcement holds:** none".to_owned());
        }
        lines.extend(incident.holds.iter().map(hold_line));
        for provider in &incident.providers {
            if let Some(until) = holds::in_force_until(&holds::binding(incident, rules, provider), plan.as_of) {
                lines.push(format!("**On hold now:** {}: nothing may leave before {until}", escaped(&provider.legal_name)));
            }
        }
        self.lines(&lines);
    }

    fn due<'m>(&mut self, provider: &str, mailings: impl Iterator<Item = &'m Mailing>, due: &[&Obligation]) {
        self.heading(&format!("{provider}: what is required"));
        mailings.for_each(|mailing| self.paragraph(&format!("{}.", capitalized(&escaped(&mailing.in_words())))));
        if due.is_empty() {
            return self.paragraph("Nothing is required now.");
        }
        let day = |day: Option<Date>| day.map_or_else(|| "promptly".to_owned(), |day| day.to_string());
        let mut rows = vec![["Duty", "Jurisdiction", "People", "Last day", "Act by", "To whom"].map(str::to_owned)];
        rows.extend(due.iter().map(|obligation| {
            [
                capitalized(&obligation.duty.words()),
                escaped(&obligation.jurisdiction),
                obligation.count.to_string(),
                day(obligation.deadline),
                day(obligation.mail_by.or(obligation.deadline)),
                capitalized(&escaped(&obligation.to)),
            ]
        }));
        self.paragraph(&table(&rows));
    }

    fn reasons(&mut self, provider: &str, groups: &[Alike<'_>]) {
        if groups.is_empty() {
            return;
        }
        self.heading(&format!("{provider}: why, and how each day was found"));
        for group in groups {
            let clause = group.clause().map_or_else(|| escaped(&group.places().join(", ")), escaped);
            let mut lines = vec![
                format!("**{}**", capitalized(&escaped(&title(group)))),
                format!("*Clause:* {clause}"),
                format!("*Basis:* {}", escaped(&group.basis)),
                format!("*Confidence:* {}", escaped(&group.first().confidence)),
            ];
            if !group.note.is_empty() {
                lines.push(format!("*Note:* {}", escaped(&group.note)));
            }
            self.lines(&lines);
        }
    }

    fn not_due(&mut self, provider: &str, groups: &[Alike<'_>]) {
        if groups.is_empty() {
            return;
        }
        self.heading(&format!("{provider}: considered, and not required now"));
        for group in groups {
            let clause = group.clause().map(|clause| format!(" ({})", escaped(clause))).unwrap_or_default();
            let several = group.members.len() > 1;
            let called = if several { group.first().duty.words() } else { title(group) };
            let mut lines = vec![format!("**{}:** {}{clause}", capitalized(&escaped(&called)), escaped(&group.basis))];
            lines.extend(several.then(|| escaped(&group.places().join(", "))));
            if !group.note.is_empty() {
                lines.push(format!("*Note:* {}", escaped(&group.note)));
            }
            self.lines(&lines);
        }
    }

    fn questions(&mut self, groups: &[Alike<'_>]) {
        self.heading("What to ask counsel");
        if groups.is_empty() {
            return self.paragraph("Nothing in this plan is marked as unsure.");
        }
        for group in groups {
            let Obligation { provider_id, confidence, .. } = group.first();
            let clause = group.clause().map_or_else(|| group.places().join(", "), str::to_owned);
            let asked = if group.note.is_empty() { &group.basis } else { &group.note };
            let head = format!("**{}, {}** ({}; confidence {confidence})", escaped(provider_id), escaped(&title(group)), escaped(&clause));
            self.lines(&[head, escaped(asked)]);
        }
    }
}

/// What a group is called: its duty, and every place where it is owed.
fn title(group: &Alike<'_>) -> String {
    let (first, rest) = (group.first().title(), &group.members[1..]);
    let places: Vec<&str> = rest.iter().map(|member| member.jurisdiction.as_str()).filter(|place| *place != "US").collect();
    if places.is_empty() { first } else { format!("{first}, {}", places.join(", ")) }
}

fn associate_lines(associate: &BusinessAssociate) -> [String; 2] {
    let BusinessAssociate { name, discovered, informed, agent } = associate;
    let agency = match agent {
        Agency::Yes => "it is the providers' agent: its discovery counts as theirs",
        Agency::No => "it is not the providers' agent: they discover when they are told",
        Agency::Unknown => "not known whether it is the providers' agent: the earlier day is worked to",
    };
    let facts = format!("**Business associate:** {}, which discovered the breach on {discovered} and told on {informed}", escaped(name));
    [facts, format!("**Agency:** {agency}")]
}

fn hold_line(hold: &Hold) -> String {
    let kind = if hold.written { "written" } else { "oral" };
    let until = hold.until.map(|until| format!(", until {until}")).unwrap_or_default();
    let whom = hold.providers.as_ref().map_or_else(|| "all providers".to_owned(), |providers| escaped(&providers.join(", ")));
    format!("**Law-enforcement hold:** {kind} statement of {}, received {}{until}, for {whom}", escaped(&hold.agency), hold.received)
}

/// A Markdown table, its columns aligned but for the last, so that a long cell there moves no other line.
fn table(rows: &[[String; 6]]) -> String {
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or_default();
    let widths = [0, 1, 2, 3, 4].map(width);
    let line = |row: &[String; 6]| {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        format!("| {} | {} |", cells.join(" | "), row[5])
    };
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    let rule = format!("| {} | ------- |", rule.join(" | "));
    let (head, body) = rows.split_at(1);
    head.iter().map(line).chain([rule]).chain(body.iter().map(line)).collect::<Vec<_>>().join("\n")
}

/// The same text with a capital at its beginning.
fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

/// A value as Markdown that shows it as it is, on one line. An underscore between letters marks nothing and stays as it is.
fn escaped(value: &str) -> String {
    let value = value.split(|letter: char| letter.is_whitespace() || letter.is_control()).filter(|word| !word.is_empty());
    let mut text = String::new();
    let mut before = ' ';
    let value = value.collect::<Vec<_>>().join(" ");
    let mut letters = value.chars().peekable();
    while let Some(letter) = letters.next() {
        let inside = before.is_alphanumeric() && letters.peek().is_some_and(|next| next.is_alphanumeric());
        if "\\`*[]<>|~&#".contains(letter) || letter == '_' && !inside {
            text.push('\\');
        }
        text.push(letter);
        before = letter;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::Duty;
    use super::super::sample::obligation;
    use super::*;
    use crate::incident::sample;
    use jiff::civil::date;

    fn written(obligations: Vec<Obligation>) -> String {
        let plan = Plan {
            as_of: date(2026, 11, 20),
            choices: vec!["day_zero = excluded".to_owned()],
            choice_reasons: vec!["yours".to_owned()],
            own_rules: Vec::new(),
            mailings: Vec::new(),
            obligations,
        };
        memo(&sample::incident(), &sample::rules(), &plan)
    }

    #[test]
    fn a_value_shows_as_it_is() {
        let cases = [
            ("a*b* [c](d) <e> `f` |g| ~h~ #i &amp; \\", "a\\*b\\* \\[c\\](d) \\<e\\> \\`f\\` \\|g\\| \\~h\\~ \\#i \\&amp; \\\\"),
            ("day_zero = _x_", "day_zero = \\_x\\_"),
            (" two\n lines\t", "two lines"),
        ];
        for (value, expected) in cases {
            assert_eq!(escaped(value), expected);
        }
    }

    #[test]
    fn each_provider_has_what_is_owed_and_what_is_not() {
        let owed = obligation(Duty::IndividualNotice, "LAKE", "US", 26);
        let log = Obligation { required: false, ..obligation(Duty::HhsAnnualLog, "HILL", "US", 0) };
        let not = |state: &str, count: u64| Obligation {
            required: false,
            deadline: None,
            mail_by: None,
            basis: format!("{count} of its residents: not more than 500"),
            ..obligation(Duty::MediaNotice, "LAKE", state, count)
        };
        let text = written(vec![owed, not("TX", 3), not("CA", 4), log]);
        assert!(text.starts_with(MEMO_BEGINS));
        for line in [
            "## Lakeside Hospital (LAKE): what is required",
            "| Duty              | Jurisdiction | People | Last day   | Act by     | To whom |",
            "| Individual notice | US           | 26     | 2027-01-09 | 2027-01-08 | Those to be told |",
            "**Media notice:** 3 to 4 of its residents: not more than 500 (45 CFR 164.400)\\",
            "TX 3, CA 4",
            "Nothing is required now.",
            "Nothing in this plan is marked as unsure.",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }

    #[test]
    fn what_is_unsure_is_asked() {
        let sure = obligation(Duty::HhsNotice, "LAKE", "US", 500);
        let task = Obligation { note: "a task".to_owned(), ..obligation(Duty::HhsAnnualLog, "LAKE", "US", 1) };
        let asked = Obligation { note: "an agent or not is for counsel to say".to_owned(), ..sure.clone() };
        let low =
            Obligation { confidence: "low".to_owned(), basis: "who knows".to_owned(), ..obligation(Duty::MediaNotice, "HILL", "TX", 9) };
        let text = written(vec![sure, task, asked, low]);
        let questions = text.split("## What to ask counsel\n").nth(1).unwrap();
        assert_eq!(questions.matches("confidence").count(), 2, "{questions}");
        assert!(questions.contains("**LAKE, HHS notice** (45 CFR 164.400; confidence high)\\\nan agent or not is for counsel to say\n"));
        assert!(questions.contains("**HILL, media notice TX** (45 CFR 164.400; confidence low)\\\nwho knows\n"), "{questions}");
    }
}
