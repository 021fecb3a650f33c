//! What is checked in templates when they are loaded, before anything is rendered: names, markers, Markdown.

use super::engine;
use super::escape::is_reserved;
use super::form::stands_for_value;
use super::markdown::{self, Origin};
use super::slots::{REFUSED_FILTERS, Slots};
use super::sources::Sources;
use super::tags::{self, Name, Tags};
use super::{nearest, specimen};
use crate::error::{Finding, Place};
use crate::incident::Language;
use crate::rules::Rules;
use std::collections::BTreeMap;
use std::sync::Arc;
use tera::{Tera, Value};

/// Statements that letters use; the others of Tera (blocks, inheritance, components) have no use in them.
const STATEMENTS: [&str; 14] =
    ["if", "elif", "else", "endif", "for", "endfor", "set", "set_global", "endset", "include", "filter", "endfilter", "break", "continue"];

/// Where each paragraph of a language begins, by its id.
pub(super) type Markers = BTreeMap<Arc<str>, Place>;

/// Checks every template of a language and finds its paragraphs.
///
/// # Errors
/// One finding per fault, in file and line order.
pub(super) fn templates(language: Language, sources: &Sources, tera: &Tera, rules: &Rules) -> Result<Markers, Vec<Finding>> {
    let slots = specimen::shape(rules);
    let mut findings = Vec::new();
    let mut markers = Markers::new();
    for (name, source) in sources.of(language) {
        let tags = tags::read(source);
        let file = File { language, sources, name };
        file.words(source, &tags, &mut findings);
        file.slots(&tags, &slots, &mut findings);
        file.markdown(source, &mut markers, &mut findings);
    }
    if findings.is_empty() {
        findings.extend(unseen_variables(language, sources, tera, &slots));
    }
    if findings.is_empty() { Ok(markers) } else { Err(findings) }
}

/// One template under check.
struct File<'a> {
    language: Language,
    sources: &'a Sources,
    name: &'a str,
}

impl File<'_> {
    fn place(&self, offset: usize) -> Place {
        self.sources.place(self.language, self.name, offset)
    }

    /// Statements and filters that letters must not use, characters that stand for disguises.
    fn words(&self, source: &str, tags: &Tags, findings: &mut Vec<Finding>) {
        for statement in tags.statements.iter().filter(|statement| !STATEMENTS.contains(&statement.text.as_str())) {
            let reason = format!("the statement `{}` has no use in letters", statement.text);
            let hint = "use if, for, set, filter and include";
            findings.push(Finding::refuses("unsupported-statement", self.place(statement.offset), reason, hint));
        }
        for filter in tags.filters.iter().filter(|filter| REFUSED_FILTERS.contains(&filter.text.as_str())) {
            let reason = format!("the filter `{}` would let a value become markup", filter.text);
            let hint = "take it out: every value prints as typed, and incident prose needs no filter";
            findings.push(Finding::refuses("unsafe-filter", self.place(filter.offset), reason, hint));
        }
        for function in tags.functions.iter().filter(|function| function.text != "range") {
            let reason = format!("the function `{}` has no use in letters", function.text);
            let hint = "take it out: letters have slots and conditions, and range for counting";
            findings.push(Finding::refuses("unknown-function", self.place(function.offset), reason, hint));
        }
        if let Some(offset) = source.find(|c| is_reserved(c) || stands_for_value(c)) {
            let hint = "take it out; no font can print it";
            findings.push(Finding::refuses("private-use-character", self.place(offset), "a private-use character", hint));
        }
    }

    /// Every slot must exist, down to its last part.
    fn slots(&self, tags: &Tags, slots: &Slots, findings: &mut Vec<Finding>) {
        for path in &tags.paths {
            if let Some((name, whole, hint)) = undefined(path, tags, slots) {
                let reason = format!("the slot `{whole}` is not defined");
                findings.push(Finding::refuses("undefined-variable", self.place(name.offset), reason, hint));
            }
        }
        for path in &tags.printed {
            let looped = tags.loops.iter().rev().find(|each| each.variables.iter().any(|variable| *variable == path[0].text));
            let root = match looped {
                Some(each) => each.container.as_deref().and_then(|container| element(container, slots)),
                None => slots.get(path[0].text.as_str()),
            };
            let Some(value) = root else { continue };
            let hint = match path[1..].iter().try_fold(value, |value, part| part_of(value, &part.text)) {
                Some(value) if value.is_bool() => "it is a yes or no: ask for it in a condition, {% if … %}",
                Some(value) if value.is_array() => "it is a list: print its items with {% for item in … %}{{ item }}{% endfor %}",
                Some(value) if value.is_map() => "it has parts: print one of them, such as {{ patient.name }}",
                _ => continue,
            };
            let whole = path.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
            let reason = format!("the slot `{whole}` is no text that can be printed");
            findings.push(Finding::refuses("slot-not-printable", self.place(path[0].offset), reason, hint));
        }
    }

    /// Markdown that letters cannot print, and the paragraph markers.
    fn markdown(&self, source: &str, markers: &mut Markers, findings: &mut Vec<Finding>) {
        let bare = tags::bare(source);
        match markdown::read(&bare.text, Origin::Template, &Markers::new()) {
            Err(fault) => {
                let place = self.place(bare.source_offset(fault.range.start));
                findings.push(Finding::refuses("template-markup", place, fault.reason, fault.hint));
            }
            Ok(reading) => {
                for marker in reading.markers {
                    let place = self.place(bare.source_offset(marker.offset));
                    if let Some(first) = markers.get(&marker.id) {
                        let reason = format!("the paragraph id `{}` is already used at {first}", marker.id);
                        let hint = "give each wording its own id, so that each is approved";
                        findings.push(Finding::refuses("duplicate-paragraph", place, reason, hint));
                    } else {
                        markers.insert(marker.id, place);
                    }
                }
            }
        }
    }
}

/// The first part of a path that does not exist, the path up to it, and a hint.
fn undefined<'a>(path: &'a [Name], tags: &Tags, slots: &Slots) -> Option<(&'a Name, String, String)> {
    let (root, parts) = path.split_first()?;
    let looped = tags.loops.iter().rev().find(|each| each.variables.contains(&root.text));
    let mut value = match (slots.get(root.text.as_str()), looped) {
        (_, Some(each)) if each.variables.len() == 1 => element(each.container.as_deref()?, slots)?,
        (_, Some(_)) => return None,
        (Some(value), None) => value,
        (None, None) if root.text == "loop" || tags.assigned.contains(&root.text) => return None,
        (None, None) => return Some((root, root.text.clone(), nearest::hint(&root.text, slots.keys().copied()))),
    };
    let mut whole = root.text.clone();
    for part in parts {
        whole = format!("{whole}.{}", part.text);
        let Some(next) = part_of(value, &part.text) else {
            let known: Vec<String> = value.as_map().map(|map| map.keys().map(ToString::to_string).collect()).unwrap_or_default();
            let mut known: Vec<&str> = known.iter().map(String::as_str).collect();
            known.sort_unstable();
            let hint = if known.is_empty() { "this slot has no parts".to_owned() } else { nearest::hint(&part.text, known) };
            return Some((part, whole, hint));
        };
        value = next;
    }
    None
}

/// A part of a slot.
pub(super) fn part_of<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.as_map()?.iter().find(|(key, _)| key.as_str() == Some(name)).map(|(_, value)| value)
}

/// The first element of the list that a path leads to.
fn element<'a>(path: &[Name], slots: &'a Slots) -> Option<&'a Value> {
    let (root, parts) = path.split_first()?;
    let list = parts.iter().try_fold(slots.get(root.text.as_str())?, |value, part| part_of(value, &part.text))?;
    list.as_array()?.first()
}

/// Variables that Tera sees and this check does not: its reading counts.
fn unseen_variables(language: Language, sources: &Sources, tera: &Tera, slots: &Slots) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, source) in sources.of(language) {
        let variables = match tera.get_template_variables(name) {
            Ok(variables) => variables,
            Err(error) => return engine::findings(&error, language, sources),
        };
        let mut unknown: Vec<&str> = variables.into_iter().filter(|variable| !slots.contains_key(variable)).collect();
        unknown.sort_unstable();
        for variable in unknown.into_iter().filter(|variable| source.contains(*variable)) {
            let offset = source.find(variable).unwrap_or_default();
            let reason = format!("the slot `{variable}` is not defined");
            let hint = nearest::hint(variable, slots.keys().copied());
            findings.push(Finding::refuses("undefined-variable", sources.place(language, name, offset), reason, hint));
        }
    }
    findings
}
