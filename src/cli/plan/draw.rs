//! A plan as text: what is owed first, by its last day; then why; then, in as few lines as it takes, what is not.

use super::changed::changed;
use crate::cli::ui::{count, folded, folded_words, number, table};
use crate::obligations::{Alike, Mailing, Obligation, alike};
use crate::rules::OwnRule;
use crate::run::Planned;
use jiff::civil::Date;

/// Left edge of what stands below a provider's name.
const INDENT: &str = "  ";
/// Left edge of what is listed below a heading.
const LIST: &str = "    ";
/// Left edge of reasons, and of lines that go on.
const DEEPER: &str = "      ";
/// The column of those to be told is never folded narrower.
const NARROWEST: usize = 24;

/// The whole result, on lines of so many columns where it can be.
pub(super) fn draw(planned: &Planned, width: usize) -> String {
    let Planned { case, plan, changes, .. } = planned;
    let first = format!("as of {}: {}", plan.as_of, summary(&plan.obligations, plan.as_of));
    let mut page = Page { lines: folded(&first, width), width, as_of: plan.as_of };
    page.section(changed(changes, width));
    for provider in plan.by_provider() {
        let due = provider.due();
        let mailings = plan.mailings.iter().filter(|mailing| mailing.provider_id == provider.provider_id);
        page.due(provider.name(&case.incident), &mailings.map(Mailing::in_words).collect::<Vec<_>>(), &due);
        page.reasons(&due, &alike(due.iter().copied(), &case.rules));
        page.not_due(&alike(provider.not_due(), &case.rules));
    }
    page.list("choices in force:", plan.choices_in_words());
    page.list("your own rules, in force over the built-in ones:", plan.own_rules.iter().map(OwnRule::in_words));
    page.lines.join("\n")
}

/// How many duties there are, and which of them comes first.
fn summary(obligations: &[Obligation], as_of: Date) -> String {
    let due = || obligations.iter().filter(|obligation| obligation.required && obligation.duty.is_ours());
    let owed = match due().count() as u64 {
        1 => "1 duty".to_owned(),
        many => format!("{} duties", number(many)),
    };
    let next = due().filter(|obligation| act_by(obligation).is_some_and(|day| day >= as_of)).min_by_key(|obligation| act_by(obligation));
    let past = due().filter(|obligation| act_by(obligation).is_some_and(|day| day < as_of)).count() as u64;
    let past = if past == 0 { String::new() } else { format!(", {} of them past the day to act by", number(past)) };
    let next = next.and_then(|obligation| Some((obligation, act_by(obligation)?))).map(|(obligation, day)| {
        format!("; the next is {} of {}, by {day} ({})", obligation.title(), obligation.provider_id, left(day, as_of))
    });
    format!("{owed}{past}{}", next.unwrap_or_default())
}

/// The day on which somebody has to have acted.
fn act_by(obligation: &Obligation) -> Option<Date> {
    obligation.mail_by.or(obligation.deadline)
}

/// How long it is from the day of the plan.
fn left(day: Date, as_of: Date) -> String {
    match i64::from((day - as_of).get_days()) {
        0 => "today".to_owned(),
        days if days < 0 => "past".to_owned(),
        days => count(days as u64, "day"),
    }
}

struct Page {
    lines: Vec<String>,
    width: usize,
    as_of: Date,
}

impl Page {
    /// Adds lines after an empty one, if there are any.
    fn section(&mut self, lines: Vec<String>) {
        if !lines.is_empty() {
            self.lines.push(String::new());
            self.lines.extend(lines);
        }
    }

    /// Adds a folded text, its first line at one edge and the others at a deeper one.
    fn hanging(&mut self, edge: &str, text: &str) {
        for (at, line) in folded(text, self.width.saturating_sub(DEEPER.len())).into_iter().enumerate() {
            self.lines.push(format!("{}{line}", if at == 0 { edge } else { DEEPER }));
        }
    }

    /// Adds places with what is told of each, none of them broken.
    fn places(&mut self, group: &Alike<'_>) {
        let mut places: Vec<String> = group.places().into_iter().map(|place| place + ",").collect();
        if let Some(last) = places.last_mut() {
            last.pop();
        }
        let lines = folded_words(places.iter().map(String::as_str), self.width.saturating_sub(DEEPER.len()));
        self.lines.extend(lines.into_iter().map(|line| format!("{DEEPER}{line}")));
    }

    /// Texts below a heading, when there are any.
    fn list(&mut self, heading: &str, texts: impl Iterator<Item = String>) {
        for (at, text) in texts.enumerate() {
            if at == 0 {
                self.section(vec![heading.to_owned()]);
            }
            self.hanging(INDENT, &text);
        }
    }

    /// The provider, by when its letters leave, and the table of what it owes.
    fn due(&mut self, name: String, mailings: &[String], due: &[&Obligation]) {
        let line = "-".repeat(name.chars().count());
        self.section(vec![name, line]);
        mailings.iter().for_each(|mailing| self.hanging(INDENT, mailing));
        if due.is_empty() {
            return self.lines.push(format!("{INDENT}nothing is required now"));
        }
        let mut rows = vec![["", "Act by", "Last day", "Left", "Duty", "Where", "People", "To"].map(str::to_owned).to_vec()];
        rows.extend((1..).zip(due).map(|(at, obligation)| self.row(at, obligation)));
        align_right(&mut rows, 0);
        align_right(&mut rows, 6);
        let room = self.width.saturating_sub(INDENT.len() + before_last(&rows));
        if room < NARROWEST {
            return self.due_below_each_other(rows);
        }
        let rows: Vec<Vec<String>> = rows.into_iter().flat_map(|row| fold_last(row, room)).collect();
        self.lines.extend(table(&rows).lines().map(|line| format!("{INDENT}{line}")));
    }

    /// The table on a narrow screen: those to be told stand below each row.
    fn due_below_each_other(&mut self, mut rows: Vec<Vec<String>>) {
        let to: Vec<String> = rows.iter_mut().filter_map(Vec::pop).collect();
        for (line, (at, to)) in table(&rows).lines().zip(to.iter().enumerate()) {
            self.lines.push(format!("{INDENT}{line}"));
            if at > 0 {
                self.hanging(DEEPER, &format!("to {to}"));
            }
        }
    }

    fn row(&self, at: usize, obligation: &Obligation) -> Vec<String> {
        let shown = |day: Option<Date>| day.map_or_else(|| "promptly".to_owned(), |day| day.to_string());
        let act_by = act_by(obligation);
        vec![
            at.to_string(),
            shown(act_by),
            shown(obligation.deadline),
            act_by.filter(|_| obligation.duty.is_ours()).map_or_else(|| "-".to_owned(), |day| left(day, self.as_of)),
            obligation.duty.words(),
            obligation.jurisdiction.clone(),
            number(obligation.count),
            obligation.to.clone(),
        ]
    }

    /// Why each of them is owed, by the numbers of the table; what several say alike is said once.
    fn reasons(&mut self, due: &[&Obligation], groups: &[Alike<'_>]) {
        for group in groups {
            let number = |member: &&Obligation| due.iter().position(|one| std::ptr::eq(*one, *member)).map(|at| at + 1);
            let numbers: Vec<usize> = group.members.iter().filter_map(number).collect();
            let clause = group.clause().map(|clause| format!(", {clause}")).unwrap_or_default();
            self.lines.push(String::new());
            self.hanging(INDENT, &format!("{}: {}{clause}{}", ranges(&numbers), group.first().duty.words(), doubt(group)));
            if group.clause().is_none() {
                self.places(group);
            }
            self.hanging(DEEPER, &group.basis);
            self.note(group);
        }
    }

    /// What was considered, one line for all that say the same.
    fn not_due(&mut self, groups: &[Alike<'_>]) {
        if groups.is_empty() {
            return;
        }
        self.section(vec![format!("{INDENT}considered, and not required now:")]);
        for group in groups {
            let clause = group.clause().map(|clause| format!(" ({clause})")).unwrap_or_default();
            let several = group.members.len() > 1;
            let called = if several { group.first().duty.words() } else { group.first().title() };
            self.hanging(LIST, &format!("{called}: {}{clause}{}", group.basis, doubt(group)));
            if several {
                self.places(group);
            }
            self.note(group);
        }
    }

    fn note(&mut self, group: &Alike<'_>) {
        if !group.note.is_empty() {
            self.hanging(DEEPER, &format!("note: {}", group.note));
        }
    }
}

/// Numbers as a reader looks them up: `1, 3-7`.
fn ranges(numbers: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for &number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    let run = |(first, last): (usize, usize)| if first == last { first.to_string() } else { format!("{first}-{last}") };
    runs.into_iter().map(run).collect::<Vec<_>>().join(", ")
}

/// How unsure it is, when it is.
fn doubt(group: &Alike<'_>) -> String {
    let confidence = &group.first().confidence;
    if confidence == "high" { String::new() } else { format!(", {confidence} confidence") }
}

/// Numbers below each other end below each other.
fn align_right(rows: &mut [Vec<String>], column: usize) {
    let width = rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    rows.iter_mut().for_each(|row| row[column] = format!("{:>width$}", row[column]));
}

/// Columns of a table before its last one.
fn before_last(rows: &[Vec<String>]) -> usize {
    let columns = rows.first().map_or(0, Vec::len).saturating_sub(1);
    (0..columns).map(|at| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or_default() + 2).sum()
}

/// A row as several, with its last cell on so many lines.
fn fold_last(mut row: Vec<String>, columns: usize) -> Vec<Vec<String>> {
    let last = row.pop().unwrap_or_default();
    let mut lines = folded(&last, columns).into_iter();
    let rest = vec![String::new(); row.len()];
    row.push(lines.next().unwrap_or_default());
    let more = lines.map(|line| rest.iter().cloned().chain([line]).collect());
    std::iter::once(row).chain(more).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn days_are_counted_to_the_day_to_act_by() {
        let as_of = date(2026, 11, 20);
        let cases = [(date(2027, 1, 8), "49 days"), (date(2026, 11, 21), "1 day"), (as_of, "today"), (date(2026, 11, 19), "past")];
        for (day, words) in cases {
            assert_eq!(left(day, as_of), words);
        }
    }

    #[test]
    fn neighbours_are_a_range() {
        assert_eq!(ranges(&[1, 3, 4, 5, 9]), "1, 3-5, 9");
        assert_eq!(ranges(&[2]), "2");
    }

    #[test]
    fn the_last_cell_is_folded_below_itself() {
        let rows = fold_last(vec!["1".to_owned(), "to each of them".to_owned()], 7);
        assert_eq!(rows, [["1", "to each"], ["", "of them"]].map(|row| row.map(str::to_owned).to_vec()));
    }
}
