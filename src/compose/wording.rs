//! `wording.toml`: the fixed words of a language that are not paragraphs.

use super::sources::Sources;
use super::tags::line_and_column;
use crate::error::{Finding, Place};
use crate::incident::Language;
use crate::intake::Element;
use crate::recipients::Role;
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The words of one language.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wording {
    /// Title of the letter and of the document.
    pub(super) title: String,
    /// Footer, with `{page}` and `{pages}`.
    pub(super) footer: String,
    dates: Dates,
    salutation: Salutations,
    pub(super) addressee: Addressees,
    person: ByRole,
    providers: Joints,
    elements: BTreeMap<String, String>,
    #[serde(default)]
    phrases: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dates {
    pattern: String,
    months: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Salutations {
    adult: String,
    minor: String,
    minor_named: String,
    deceased: String,
    deceased_named: String,
    represented: String,
    represented_named: String,
}

/// Lines in the address window that are not names.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Addressees {
    pub(super) minor: String,
    pub(super) minor_named: String,
    pub(super) deceased: String,
    pub(super) represented: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ByRole {
    adult: String,
    minor: String,
    deceased: String,
    represented: String,
}

/// What joins the names of providers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Joints {
    between: String,
    last: String,
    /// Before a name that begins with the sound of an `i`, where the language asks for it.
    last_before_i: Option<String>,
}

/// Fills `{name}` and `{representative}` in, in one pass, so that a value cannot bring a placeholder of its own.
pub(super) fn fill(pattern: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(pattern.len() + 24);
    let mut rest = pattern;
    while let Some(start) = rest.find('{') {
        filled.push_str(&rest[..start]);
        rest = &rest[start..];
        let found = values.iter().find(|(key, _)| rest[1..].strip_prefix(*key).is_some_and(|after| after.starts_with('}')));
        match found {
            Some((key, value)) => {
                filled.push_str(value);
                rest = &rest[key.len() + 2..];
            }
            None => {
                filled.push('{');
                rest = &rest[1..];
            }
        }
    }
    filled.push_str(rest);
    filled
}

impl Wording {
    /// Reads and checks the wording of a language.
    pub(super) fn load(language: Language, sources: &Sources) -> Result<Wording, Vec<Finding>> {
        // A tab would be set without any room.
        let text = &sources.text(language, "wording.toml").replace('\t', " ");
        let file = sources.shown(language, "wording.toml");
        let wording: Wording = toml::from_str(text).map_err(|error| {
            let place = error.span().map_or_else(|| Place::file(&file), |span| place(&file, text, span.start));
            let reason = error.message().lines().next().unwrap_or_default().trim_end_matches('.').to_owned();
            vec![Finding::refuses("wording", place, reason, "compare with the wording.toml of the built-in templates")]
        })?;
        let findings = wording.check(&file, text);
        if findings.is_empty() { Ok(wording) } else { Err(findings) }
    }

    /// Placeholders, months and elements must be all there and nothing else.
    fn check(&self, file: &str, text: &str) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut refuse = |needle: &str, reason: String, hint: String| {
            let offset = text.find(&format!("\"{needle}\"")).or_else(|| text.find(needle));
            let place = offset.map_or_else(|| Place::file(file), |offset| place(file, text, offset));
            findings.push(Finding::refuses("wording", place, reason, hint));
        };
        for (pattern, needed) in self.patterns() {
            let filled = needed.iter().fold(pattern.to_owned(), |text, key| text.replace(&format!("{{{key}}}"), ""));
            let missing = needed.iter().find(|key| !pattern.contains(&format!("{{{key}}}")));
            if let Some(key) = missing {
                refuse(pattern, format!("the placeholder {{{key}}} is missing"), format!("write {{{key}}} where it is to be printed"));
            } else if filled.contains(['{', '}']) {
                let known = needed.iter().map(|key| format!("{{{key}}}")).collect::<Vec<_>>().join(", ");
                refuse(pattern, "a placeholder is not known here".into(), format!("known here: {known}"));
            }
        }
        if self.dates.months.len() != 12 {
            refuse("months", "there must be twelve months".into(), "list the names of the months from January on".into());
        }
        for (_, id) in Element::ALL {
            if self.elements.get(id).is_none_or(|name| name.trim().is_empty()) {
                refuse("elements", format!("the element `{id}` has no name"), format!("add {id} = \"…\" under [elements]"));
            }
        }
        for (id, name) in &self.elements {
            if self.elements.iter().any(|(other, same)| other < id && same.trim().eq_ignore_ascii_case(name.trim())) {
                refuse(
                    id,
                    format!("the element `{id}` has the name of another"),
                    "give each element a name of its own: letters are told apart by it".into(),
                );
            }
        }
        let Addressees { minor, deceased, represented, .. } = &self.addressee;
        for (key, words) in [
            ("minor", minor),
            ("deceased", deceased),
            ("represented", represented),
            ("adult", &self.person.adult),
            ("minor", &self.person.minor),
            ("between", &self.providers.between),
            ("last", &self.providers.last),
        ] {
            if words.trim().is_empty() {
                refuse(&format!("{key} = \"\""), format!("`{key}` is empty"), "write the words that the built-in wording has here".into());
            }
        }
        for id in self.elements.keys().filter(|id| Element::from_id(id).is_none()) {
            let known = Element::ALL.map(|(_, id)| id);
            refuse(id, format!("the element `{id}` does not exist"), super::nearest::hint(id, known));
        }
        findings
    }

    /// Each pattern that has placeholders, with the placeholders that it needs.
    fn patterns(&self) -> [(&str, &'static [&'static str]); 13] {
        let (salutation, person) = (&self.salutation, &self.person);
        [
            (&self.footer, &["page", "pages"]),
            (&self.dates.pattern, &["day", "month", "year"]),
            (&salutation.adult, &["name"]),
            (&salutation.minor, &["name"]),
            (&salutation.minor_named, &["name", "representative"]),
            (&salutation.deceased, &["name"]),
            (&salutation.deceased_named, &["representative"]),
            (&salutation.represented, &["name"]),
            (&salutation.represented_named, &["representative"]),
            (&self.addressee.minor_named, &["name"]),
            (&person.deceased, &["name"]),
            (&person.represented, &["name"]),
            (&self.title, &[]),
        ]
    }

    /// A date as it is printed.
    pub(super) fn date(&self, date: Date) -> String {
        let month = self.dates.months.get(usize::from(date.month().unsigned_abs()) - 1).map_or("", String::as_str);
        let (day, year) = (date.day().to_string(), date.year().to_string());
        fill(&self.dates.pattern, &[("day", &day), ("month", month), ("year", &year)])
    }

    /// Names in a row, as in a sentence.
    pub(super) fn all_of(&self, names: &[&str]) -> String {
        let Some((last, before)) = names.split_last() else { return String::new() };
        let joints = &self.providers;
        let folded = last.to_lowercase();
        let sounds_like_i =
            folded.starts_with(['i', 'í']) || folded.starts_with("hi") && !folded.starts_with("hia") && !folded.starts_with("hie");
        let joint = joints.last_before_i.as_ref().filter(|_| sounds_like_i).unwrap_or(&joints.last);
        if before.is_empty() { (*last).to_owned() } else { format!("{}{joint}{last}", before.join(&joints.between)) }
    }

    /// What stands between such names.
    pub(super) fn joints(&self) -> impl Iterator<Item = &str> {
        [&self.providers.between, &self.providers.last].into_iter().chain(&self.providers.last_before_i).map(String::as_str)
    }

    /// The first line of the body.
    pub(super) fn salutation(&self, role: Role, name: &str, representative: Option<&str>) -> String {
        let salutation = &self.salutation;
        let pattern = match (role, representative) {
            (Role::Adult, _) => &salutation.adult,
            (Role::Minor, None) => &salutation.minor,
            (Role::Minor, Some(_)) => &salutation.minor_named,
            (Role::Deceased, None) => &salutation.deceased,
            (Role::Deceased, Some(_)) => &salutation.deceased_named,
            (Role::Represented, None) => &salutation.represented,
            (Role::Represented, Some(_)) => &salutation.represented_named,
        };
        fill(pattern, &[("name", name), ("representative", representative.unwrap_or_default())])
    }

    /// Whom a sentence is about: `you`, `your child` or the patient's name.
    pub(super) fn person(&self, role: Role, name: &str) -> String {
        fill(self.person_pattern(role), &[("name", name)])
    }

    /// Whether [`Wording::person`] says the name: otherwise it is the same for everybody in the role.
    pub(super) fn person_by_name(&self, role: Role) -> bool {
        self.person_pattern(role).contains("{name}")
    }

    fn person_pattern(&self, role: Role) -> &str {
        match role {
            Role::Adult => &self.person.adult,
            Role::Minor => &self.person.minor,
            Role::Deceased => &self.person.deceased,
            Role::Represented => &self.person.represented,
        }
    }

    /// The name of a type of information.
    pub(super) fn element(&self, element: Element) -> &str {
        self.elements.get(element.id()).map_or("", String::as_str)
    }

    /// A short value in this language, when its translation is known; otherwise as it is.
    pub(super) fn phrase<'a>(&'a self, value: &'a str) -> &'a str {
        self.phrases.get(value).map_or(value, String::as_str)
    }
}

fn place(file: &str, text: &str, offset: usize) -> Place {
    let (line, column) = line_and_column(text, offset);
    Place::line(file, line).column(column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn wording(language: Language) -> Wording {
        Wording::load(language, &Sources::built_in()).unwrap()
    }

    #[test]
    fn dates_are_printed_as_the_language_writes_them() {
        assert_eq!(wording(Language::English).date(date(2026, 11, 24)), "November 24, 2026");
        assert_eq!(wording(Language::Spanish).date(date(2026, 11, 4)), "4 de noviembre de 2026");
    }

    #[test]
    fn a_name_with_a_placeholder_in_it_prints_as_typed() {
        let wording = wording(Language::English);
        let salutation = wording.salutation(Role::Minor, "{representative} {name}", Some("{name}"));
        assert_eq!(salutation, "Dear {name}, Parent or Guardian of {representative} {name}:");
    }

    #[test]
    fn names_of_providers_stand_in_a_row_as_in_a_sentence() {
        let english = wording(Language::English);
        assert_eq!(english.all_of(&["A", "B", "C"]), "A, B and C");
        assert_eq!(english.all_of(&["A"]), "A");
        let spanish = wording(Language::Spanish);
        for (last, joined) in
            [("Clínica B", "A y Clínica B"), ("Instituto C", "A e Instituto C"), ("Hijas D", "A e Hijas D"), ("Hialeah", "A y Hialeah")]
        {
            assert_eq!(spanish.all_of(&["A", last]), joined);
        }
    }

    #[test]
    fn faults_are_found_with_their_place() {
        let built_in = Sources::built_in().text(Language::English, "wording.toml").to_owned();
        for (from, to, reason, line) in [
            ("adult = \"Dear {name}:\"", "adult = \"Dear {nmae}:\"", "the placeholder {name} is missing", 13),
            ("ssn = \"Social Security number\"\n", "", "the element `ssn` has no name", 42),
            ("ssn = \"Social Security number\"", "ssn = \"name\"", "the element `ssn` has the name of another", 45),
            ("minor = \"To the Parent or Guardian of\"", "minor = \"\"", "`minor` is empty", 24),
            ("pattern = \"{month} {day}, {year}\"", "pattern = \"{month} {day}, {year} {x}\"", "a placeholder is not known here", 8),
        ] {
            let text = built_in.replace(from, to);
            assert_ne!(text, built_in);
            let sources = Sources::with(Language::English, "wording.toml", &text);
            let finding = Wording::load(Language::English, &sources).unwrap_err().remove(0);
            assert_eq!((&*finding.reason, finding.place.line), (reason, Some(line)));
        }
        let sources = Sources::with(Language::English, "wording.toml", &built_in.replace("title =", "titel ="));
        let finding = Wording::load(Language::English, &sources).unwrap_err().remove(0);
        assert_eq!((finding.place.line, finding.place.column.as_deref()), (Some(4), Some("1")));
    }
}
