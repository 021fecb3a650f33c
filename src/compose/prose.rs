//! The incident's own prose: plain Markdown that goes into letters as it is, once it has been checked.

use super::content::each_text;
use super::escape::is_reserved;
use super::form::stands_for_value;
use super::markdown::{self, Origin};
use super::tags::line_and_column;
use crate::error::{Finding, Place};
use crate::incident::{Incident, Language, Prose};
use std::collections::BTreeMap;

/// The keys of prose, in letter order.
const KEYS: [&str; 4] = ["what_happened", "investigation", "mitigation", "prevention"];

/// The prose of a language; absent when it, or a part of it, has not been written.
pub(super) fn of(incident: &Incident, language: Language) -> Option<Prose> {
    let prose = match language {
        Language::English => Prose {
            what_happened: incident.what_happened.clone(),
            investigation: incident.investigation.clone(),
            mitigation: incident.mitigation.clone(),
            prevention: incident.prevention.clone(),
        },
        Language::Spanish => incident.translations.get(&language)?.clone(),
    };
    let written = values(&prose).iter().all(|value| !value.trim().is_empty());
    written.then_some(prose)
}

fn values(prose: &Prose) -> [&str; 4] {
    [&prose.what_happened, &prose.investigation, &prose.mitigation, &prose.prevention]
}

/// Table of incident.toml that holds the prose of a language.
pub(super) fn table(language: Language) -> String {
    match language {
        Language::English => "incident".to_owned(),
        Language::Spanish => format!("incident.{}", language.tag()),
    }
}

/// Where incident.toml says something; absent when no prose of the language does.
pub(super) fn place_of(incident: &Incident, language: Language, said: &str) -> Option<Place> {
    let prose = of(incident, language)?;
    let folded = said.to_lowercase();
    let (key, value, offset) = KEYS.into_iter().zip(values(&prose)).find_map(|(key, value)| {
        // Lines of the file are folded to one in the letter: the first words tell the place.
        let offset = value.to_lowercase().find(folded.split_whitespace().take(3).collect::<Vec<_>>().join(" ").as_str())?;
        Some((key, value, offset))
    })?;
    let file = fs_err::read_to_string(incident.folder.join("incident.toml")).unwrap_or_default();
    let offset = (0..=offset.min(value.len())).rev().find(|at| value.is_char_boundary(*at)).unwrap_or_default();
    Some(place(&file, &table(language), key, value, offset))
}

/// The line of a key in a table of incident.toml; the file as a whole when it cannot be told.
pub(super) fn place_of_key(incident: &Incident, table: &str, key: &str) -> Place {
    let file = fs_err::read_to_string(incident.folder.join("incident.toml")).unwrap_or_default();
    place(&file, table, key, "", 0).column(format!("{table}.{key}"))
}

/// The texts that prose prints, one for each run of its blocks; the value as it is when a letter cannot print it.
pub(super) fn texts(value: &str) -> Vec<String> {
    let Ok(reading) = markdown::read(value.trim(), Origin::Prose, &BTreeMap::new()) else { return vec![value.to_owned()] };
    let mut texts = Vec::new();
    each_text(&reading.blocks, &mut |inlines| texts.push(inlines.iter().map(|inline| inline.text.as_str()).collect()));
    texts
}

/// What stands in the prose that a letter cannot print, with its place in incident.toml.
pub(super) fn check(incident: &Incident, language: Language, prose: &Prose) -> Vec<Finding> {
    let file = fs_err::read_to_string(incident.folder.join("incident.toml")).unwrap_or_default();
    let mut findings = Vec::new();
    for (key, value) in KEYS.into_iter().zip(values(prose)) {
        if let Some((offset, reason, hint)) = fault(value.trim()) {
            let leading = value.len() - value.trim_start().len();
            let place = place(&file, &table(language), key, value, leading + offset);
            findings.push(Finding::refuses("prose-markup", place, format!("`{key}` holds {reason}"), hint));
        }
    }
    findings
}

/// The first thing in a prose value that cannot stand there: offset, reason, hint.
fn fault(value: &str) -> Option<(usize, &'static str, &'static str)> {
    let template = ["{{", "{%", "{#"].iter().filter_map(|opening| value.find(opening)).min();
    if let Some(offset) = template {
        return Some((
            offset,
            "a template tag",
            "prose is not a template: write the value itself, or put the sentence into your own template",
        ));
    }
    if let Some(offset) = value.find(|c| is_reserved(c) || stands_for_value(c)) {
        return Some((offset, "a private-use character", "take it out; no font can print it"));
    }
    markdown::read(value, Origin::Prose, &BTreeMap::new()).err().map(|fault| (fault.range.start, fault.reason, fault.hint))
}

/// The place of an offset inside a value: its key's line in incident.toml, counted on for multi-line values.
fn place(file: &str, table: &str, key: &str, value: &str, offset: usize) -> Place {
    let mut current = "";
    for (index, line) in file.lines().enumerate() {
        let trimmed = line.trim();
        if let Some(header) = trimmed.strip_prefix('[') {
            current = header.trim_end_matches(']');
        }
        let Some(rest) = trimmed.strip_prefix(key).map(str::trim_start).and_then(|rest| rest.strip_prefix('=')) else { continue };
        if current == table {
            let opens_next_line = matches!(rest.trim(), "\"\"\"" | "'''");
            let (inside, _) = line_and_column(value, offset);
            return Place::line("incident.toml", index as u64 + inside + u64::from(opens_next_line));
        }
    }
    Place::file("incident.toml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_prose_may_not_hold_is_found() {
        for (value, reason) in [
            ("Dear {{ name }}", "a template tag"),
            ("a <b>bold</b> claim", "raw HTML"),
            ("# What Happened", "a heading, table or frame in prose"),
            ("![x](https://y)", "an image"),
            ("a \u{F0041}", "a private-use character"),
        ] {
            assert_eq!(fault(value).unwrap().1, reason, "{value}");
        }
        assert_eq!(fault("Someone copied files.\n\n- one\n- **two** from [us](https://us.example)"), None);
    }

    #[test]
    fn the_place_counts_lines_inside_the_value() {
        let file = "[incident]\nid = \"x\"\nwhat_happened = \"\"\"\nfirst\n<b>\n\"\"\"\n\n[incident.es]\nwhat_happened = \"uno <b>\"\n";
        assert_eq!(place(file, "incident", "what_happened", "first\n<b>\n", 6), Place::line("incident.toml", 5));
        assert_eq!(place(file, "incident.es", "what_happened", "uno <b>", 4), Place::line("incident.toml", 9));
        assert_eq!(place("", "incident", "what_happened", "x", 0), Place::file("incident.toml"));
    }
}
