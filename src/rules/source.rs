//! A rule file: the built-in text and, key by key over it, the incident folder's own.

use super::fault::{Fault, Key};
use crate::error::{Error, Place, Result};
use serde::de::DeserializeOwned;
use std::path::Path;
use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

/// A rule file with what the incident folder puts over it.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// File name, such as `federal.toml`.
    pub(super) file: &'static str,
    pub(super) built_in: &'static str,
    /// Text of `rules/FILE` in the incident folder; absent when there is none.
    pub(super) own: Option<String>,
}

/// A value of the built-in rules that the incident folder replaces or adds.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct OwnRule {
    /// File and key, such as `jurisdictions.toml: CO.individual.general.days`.
    pub key: String,
    /// The built-in value as TOML; absent when the key is new.
    pub was: Option<String>,
    /// The value in force.
    pub now: String,
}

impl OwnRule {
    /// The key with both values, in words.
    pub fn in_words(&self) -> String {
        match &self.was {
            Some(was) => format!("{} = {} (built in: {was})", self.key, self.now),
            None => format!("{} = {} (not built in)", self.key, self.now),
        }
    }
}

impl Source {
    pub(super) fn built_in(file: &'static str, built_in: &'static str) -> Source {
        Source { file, built_in, own: None }
    }

    /// The file with what `FOLDER/rules/FILE` puts over it.
    ///
    /// # Errors
    /// Refused when that file exists and cannot be read as text.
    pub(super) fn with_own(mut self, folder: &Path) -> Result<Source> {
        let path = folder.join("rules").join(self.file);
        match fs_err::read(&path) {
            Ok(bytes) => {
                let text = String::from_utf8(bytes).map_err(|_| {
                    let hint = "save it as UTF-8: TOML allows nothing else";
                    Error::refused("not-utf-8", Place::file(self.shown()), "the file is not valid UTF-8", hint)
                })?;
                self.own = Some(text);
                Ok(self)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(self),
            Err(error) => Err(Error::unreadable(&path, &error)),
        }
    }

    /// Reads both texts into one value, and checks it.
    ///
    /// # Errors
    /// Refused with line and column for a fault of the folder's own text; a bug of ours for one of the built-in text.
    pub(super) fn read<R: DeserializeOwned, T>(
        &self,
        own_rules: &mut Vec<OwnRule>,
        check: impl FnOnce(R, &Key) -> Result<T, Fault>,
    ) -> Result<T> {
        let mut table = self.table()?;
        if let Some(own) = &self.own {
            let own: Table = toml::from_str(own).map_err(|error| {
                let place = error.span().map_or_else(|| Place::file(self.shown()), |span| self.place_at(span.start));
                Error::refused("rules-syntax", place, format!("the file is not TOML: {}", error.message()), "correct the line")
            })?;
            lay_over(&mut table, own, &Key::file(self.file), own_rules);
        }
        let read = serde_path_to_error::deserialize(Value::Table(table));
        let value: R = read.map_err(|error| {
            let path = error.path().iter().filter_map(segment).collect();
            self.blame(&Fault { key: Key { file: self.file, path }, what: told(error.inner().message()) })
        })?;
        check(value, &Key::file(self.file)).map_err(|fault| self.blame(&fault))
    }

    /// The built-in text as it stands.
    ///
    /// # Errors
    /// A bug of ours when it is no TOML.
    pub(super) fn table(&self) -> Result<Table> {
        toml::from_str(self.built_in).map_err(|error| Error::bug(format!("{}: {}", self.file, error.message())))
    }

    /// A fault is the folder's where it has a text of its own, at the key or the one above it; else ours.
    pub(super) fn blame(&self, fault: &Fault) -> Error {
        if self.own.is_none() {
            return Error::bug(format!("{}: {} {}", self.file, fault.key, fault.what));
        }
        let place = self.place_of(&fault.key.path).unwrap_or_else(|| Place::file(self.shown()));
        let hint = format!("write it as the built-in {} has it, which COMPLIANCE.md explains", self.file);
        Error::refused("rules-value", place, format!("{} {}", fault.key, fault.what), hint)
    }

    /// Where the own text has the deepest part of a path; absent when it has none of it.
    fn place_of(&self, path: &[String]) -> Option<Place> {
        let parsed = DeTable::parse(self.own.as_deref()?).ok()?;
        let mut table = Some(parsed.get_ref());
        let mut found = path.is_empty().then_some(0);
        for name in path {
            let Some((key, value)) = table.and_then(|table| table.iter().find(|(key, _)| key.get_ref() == name)) else { break };
            found = Some(key.span().start);
            table = match value.get_ref() {
                DeValue::Table(inner) => Some(inner),
                _ => None,
            };
        }
        found.map(|offset| self.place_at(offset))
    }

    fn place_at(&self, offset: usize) -> Place {
        let before = self.own.as_deref().and_then(|text| text.get(..offset)).unwrap_or_default();
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Place::line(self.shown(), before.matches('\n').count() as u64 + 1).column(column)
    }

    fn shown(&self) -> String {
        format!("rules/{}", self.file)
    }
}

/// Puts values over others; every leaf that changes or is new is noted.
fn lay_over(table: &mut Table, own: Table, key: &Key, own_rules: &mut Vec<OwnRule>) {
    for (name, value) in own {
        let key = key.part(&name);
        match (table.get_mut(&name), value) {
            (Some(Value::Table(inner)), Value::Table(value)) => lay_over(inner, value, &key, own_rules),
            (None, Value::Table(value)) => {
                let mut inner = Table::new();
                lay_over(&mut inner, value, &key, own_rules);
                table.insert(name, Value::Table(inner));
            }
            // A further holiday joins the others: nobody who adds one means to drop those.
            (Some(Value::Array(known)), Value::Array(more)) if known.iter().chain(&more).all(Value::is_table) => {
                let label = format!("{}: {}", key.file, key.path.join("."));
                own_rules.extend(more.iter().map(|entry| OwnRule { key: label.clone(), was: None, now: entry.to_string() }));
                known.extend(more);
            }
            (known, value) => {
                let was = known.map(|known| known.to_string());
                own_rules.push(OwnRule { key: format!("{}: {}", key.file, key.path.join(".")), was, now: value.to_string() });
                table.insert(name, value);
            }
        }
    }
}

fn segment(segment: &serde_path_to_error::Segment) -> Option<String> {
    match segment {
        serde_path_to_error::Segment::Map { key } => Some(key.clone()),
        _ => None,
    }
}

/// Serde's words, as they go on from a key.
fn told(message: &str) -> String {
    format!("does not fit: {}", message.trim().replace('\n', " "))
}
