//! A fault in a rule file, told by the key that it stands under.

use std::fmt;

/// A key of a rule file: file name, and the names from the top down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) file: &'static str,
    pub(super) path: Vec<String>,
}

/// What is wrong with the value of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) key: Key,
    /// Goes on from the key: `is out of range`.
    pub(super) what: String,
}

impl Key {
    /// The file as a whole.
    pub(super) fn file(file: &'static str) -> Key {
        Key { file, path: Vec::new() }
    }

    /// A key below this one.
    pub(super) fn part(&self, name: &str) -> Key {
        let mut path = self.path.clone();
        path.push(name.to_owned());
        Key { file: self.file, path }
    }

    pub(super) fn broken(&self, what: &str) -> Fault {
        Fault { key: self.clone(), what: what.to_owned() }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str("the file") } else { write!(f, "`{}`", self.path.join(".")) }
    }
}

/// Refuses an empty value, a blank at an end, or a control character: it would be printed.
pub(super) fn printable(key: &Key, values: &[&str]) -> Result<(), Fault> {
    let unfit = |value: &&str| value.is_empty() || value.trim() != *value || value.chars().any(char::is_control);
    let template = |value: &&str| ["{{", "}}", "{%", "%}"].iter().any(|sign| value.contains(sign));
    if values.iter().any(template) {
        return Err(key.broken("holds a sign of a template, which would be printed"));
    }
    if values.iter().any(unfit) { Err(key.broken("has an empty or unprintable value")) } else { Ok(()) }
}
