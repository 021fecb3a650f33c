//! Names that may stand in an approval: people's names and roles, and the names of sealed texts.

use crate::error::{Error, Finding, Place, Result};
use crate::incident::is_direction_control;

/// The longest name or role, in characters.
const LONGEST_NAME: usize = 200;

/// The longest reason or source, in characters.
const LONGEST_REASON: usize = 2_000;

/// Refuses a person's name or role that is empty, padded, too long or hides something: it stands in evidence.
///
/// # Errors
/// Refused; `what` says what it is.
pub fn check_name(what: &str, value: &str) -> Result<()> {
    written(what, value, LONGEST_NAME)
}

/// As [`check_name`], for a reason or source.
///
/// # Errors
/// As there.
pub fn check_reason(what: &str, value: &str) -> Result<()> {
    written(what, value, LONGEST_REASON)
}

fn written(what: &str, value: &str, longest: usize) -> Result<()> {
    if hides(value, longest) {
        let reason = format!("the {what} {}", fault(longest));
        let hint = format!("give the {what} as it should stand in the evidence");
        return Err(Error::refused("name-unusable", Place::file("command line"), reason, hint));
    }
    Ok(())
}

/// Refuses a file of ours that holds names, or reasons and sources, that are never written.
pub(super) fn check_read<'a>(
    file: &'static str,
    names: impl IntoIterator<Item = &'a str>,
    reasons: impl IntoIterator<Item = &'a str>,
) -> Result<()> {
    let refuse = |longest| {
        let reason = format!("was edited: a name or reason in it {}", fault(longest));
        Error::refused(
            "approval-unreadable",
            Place::file(file),
            reason,
            "put back its last version, or remove it and give the approval again",
        )
    };
    if names.into_iter().any(|name| hides(name, LONGEST_NAME)) {
        return Err(refuse(LONGEST_NAME));
    }
    if reasons.into_iter().any(|reason| hides(reason, LONGEST_REASON)) {
        return Err(refuse(LONGEST_REASON));
    }
    Ok(())
}

fn fault(longest: usize) -> String {
    format!("is empty, begins or ends with a blank, has a control character, or is longer than {longest} characters")
}

fn hides(value: &str, longest: usize) -> bool {
    let control = |c: char| c.is_control() || is_direction_control(c);
    value.trim().is_empty() || value.trim() != value || value.chars().any(control) || value.chars().count() > longest
}

/// Refuses names of texts that could leave the folder of sealed texts, or stand in each other's way.
pub(super) fn check_texts<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<()> {
    let mut sorted: Vec<&str> = names.into_iter().collect();
    sorted.sort_unstable();
    let mut findings: Vec<Finding> = sorted.iter().filter_map(|name| unusable(name)).collect();
    for (index, name) in sorted.iter().enumerate() {
        let is_twice = sorted.get(index + 1) == Some(name);
        let as_folder = format!("{name}/");
        if is_twice || sorted.iter().any(|other| other.starts_with(&as_folder)) {
            findings.push(refused(shown(name), "is sealed twice, or is a file and a folder at once"));
        }
    }
    if findings.is_empty() { Ok(()) } else { Err(Error::refused_all(findings)) }
}

fn unusable(name: &str) -> Option<Finding> {
    let reason = if name.is_empty() {
        "a text without a name cannot be sealed"
    } else if name.chars().any(|c| c.is_control() || is_direction_control(c)) {
        "the name has a control character"
    } else if name.contains(['\\', ':']) || name.split('/').any(|part| matches!(part, "" | "." | "..")) {
        "the name is no plain path inside the incident folder"
    } else {
        return None;
    };
    Some(refused(shown(name), reason))
}

fn refused(name: String, reason: &'static str) -> Finding {
    Finding::refuses(
        "name-unusable",
        Place::file(name),
        reason,
        "rename the file; sealed texts are named by a relative path with / between folders",
    )
}

/// The name for a person to read, without control characters.
fn shown(name: &str) -> String {
    if name.is_empty() {
        "(no name)".to_owned()
    } else {
        name.chars().map(|c| if c.is_control() || is_direction_control(c) { '?' } else { c }).collect()
    }
}
