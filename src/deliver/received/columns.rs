//! The columns of a file, found by the names that houses give them.

use super::table::Table;
use crate::error::{Error, Finding, Place, Result};
use crate::incident::nearest::folded;
use std::collections::BTreeMap;

/// Column of ours -> names that houses give it; profiles.toml says how they are compared.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ColumnNames {
    pub(super) required: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(super) optional: BTreeMap<String, Vec<String>>,
}

/// What a file is matched against.
pub(super) trait Profile {
    /// Its name in profiles.toml or received.toml.
    fn name(&self) -> &str;
    /// The columns that it knows.
    fn columns(&self) -> &ColumnNames;
}

/// Where each column of ours stands.
#[derive(Debug)]
pub(super) struct Columns(BTreeMap<String, usize>);

impl ColumnNames {
    /// Every column with its names.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.required.iter().chain(&self.optional).map(|(column, names)| (column.as_str(), names.as_slice()))
    }

    /// The required columns that a header lacks.
    fn missing(&self, header: &[String]) -> Vec<&str> {
        let lacks = |(_, names): &(&String, &Vec<String>)| places(names, header).is_empty();
        self.required.iter().filter(lacks).map(|(column, _)| column.as_str()).collect()
    }

    /// The columns of a header that has all that are required; else those that could be two of its cells.
    fn find(&self, header: &[String]) -> Result<Columns, Vec<&str>> {
        let mut found = BTreeMap::new();
        let mut doubtful = Vec::new();
        for (column, names) in &self.required {
            match places(names, header).as_slice() {
                [place] => drop(found.insert(column.clone(), *place)),
                _ => doubtful.push(column.as_str()),
            }
        }
        for (column, names) in &self.optional {
            let mut by_name = names.iter().map(|name| places(std::slice::from_ref(name), header));
            match by_name.find(|places| !places.is_empty()).as_deref() {
                None => {}
                Some([place]) => drop(found.insert(column.clone(), *place)),
                Some(_) => doubtful.push(column.as_str()),
            }
        }
        if doubtful.is_empty() { Ok(Columns(found)) } else { Err(doubtful) }
    }
}

fn places(names: &[String], header: &[String]) -> Vec<usize> {
    let names: Vec<String> = names.iter().map(|name| folded(name)).collect();
    (0..header.len()).filter(|place| names.contains(&header[*place])).collect()
}

impl Columns {
    /// Whether the file has a column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.0.contains_key(column)
    }

    /// The cell of a column, without outer blanks; empty when the file or the row does not have it.
    pub(super) fn cell<'r>(&self, cells: &'r csv::StringRecord, column: &str) -> &'r str {
        self.0.get(column).and_then(|place| cells.get(*place)).unwrap_or_default().trim()
    }
}

/// The first profile whose required columns a file all has, and where they stand.
///
/// # Errors
/// Refused when no profile fits, with what the nearest one misses, or when a column could be two of the file's.
pub(super) fn choose<'p, P: Profile>(table: &Table, profiles: &'p [P]) -> Result<(&'p P, Columns)> {
    let header = table.header();
    let fault = |profile: &P, column: &str, what: &str| {
        let names = profile.columns().all().find(|(known, _)| *known == column).map(|(_, names)| names.join(", ")).unwrap_or_default();
        let reason = format!("the column `{column}` {what} (profile {}; known as {names})", profile.name());
        let hint = "have the house name its columns so, or describe its file in received.toml beside incident.toml";
        Finding::refuses("received-columns", Place::line(table.file(), table.header_line()), reason, hint)
    };
    if let Some(profile) = profiles.iter().find(|profile| profile.columns().missing(header).is_empty()) {
        return match profile.columns().find(header) {
            Ok(columns) => Ok((profile, columns)),
            Err(doubtful) => {
                let doubtful = doubtful.into_iter().map(|column| fault(profile, column, "could be more than one column"));
                Err(Error::refused_all(doubtful.collect()))
            }
        };
    }
    // Of profiles with as many columns in the file, the one that misses fewer; of equals the first.
    let distance = |profile: &&P| {
        let missing = profile.columns().missing(header).len();
        (std::cmp::Reverse(profile.columns().required.len() - missing), missing)
    };
    let Some(nearest) = profiles.iter().min_by_key(distance) else { return Err(Error::bug("there is no profile of this kind")) };
    let missing = nearest.columns().missing(header).into_iter().map(|column| fault(nearest, column, "is missing"));
    Err(Error::refused_all(missing.collect()))
}
