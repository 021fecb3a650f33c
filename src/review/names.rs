//! Names that may stand in an approval: people's names and roles, and the names of sealed texts.

use crate::error::{Error, Finding, Place, Result};

/// Refuses a person's name or role that is empty, padded or has control characters: it stands in evidence.
pub(super) fn check_words(what: &str, value: &str) -> Result<()> {
    if value.trim().is_empty() || value.trim() != value || value.chars().any(char::is_control) {
        return Err(Error::refused(
            "name-unusable",
            Place::file("command line"),
            format!("the {what} is empty, begins or ends with a blank, or has a control character"),
            format!("give the {what} as it should stand in the evidence"),
        ));
    }
    Ok(())
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
    } else if name.chars().any(char::is_control) {
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
    if name.is_empty() { "(no name)".to_owned() } else { name.chars().map(|c| if c.is_control() { '?' } else { c }).collect() }
}
