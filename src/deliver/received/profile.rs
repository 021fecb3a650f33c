//! Profiles: how the files of houses and of the post are read, as data.

use super::columns::{ColumnNames, Profile};
use super::reason::ReturnReason;
use super::status::ProductionStatus;
use crate::error::{Error, Finding, Place, Result};
use crate::incident::nearest::folded;
use crate::incident::{suggestion, toml_text};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const BUILT_IN: &str = include_str!("profiles.toml");
/// A folder's own profiles.
const FILE: &str = "received.toml";
/// Most letters of a reason word: it is stored with the piece.
const LONGEST_REASON: usize = 60;

const PRODUCTION: [&str; 9] = ["piece", "status", "attempt", "mail_date", "on", "reason", "sheets_printed", "sheets_expected", "count"];
const RETURNS: [&str; 17] = [
    "piece",
    "keyline",
    "imb",
    "mailer_id",
    "serial",
    "reason",
    "attempt",
    "on",
    "forwarded",
    "address1",
    "address2",
    "city",
    "state",
    "zip",
    "zip4",
    "moved_on",
    "move_type",
];

/// Every profile of a folder, its own first.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Profiles {
    #[serde(default)]
    pub(super) production: Vec<ProductionProfile>,
    #[serde(default)]
    pub(super) returns: Vec<ReturnsProfile>,
}

/// How one house reports what it printed; profiles.toml explains the keys.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProductionProfile {
    name: String,
    source: String,
    columns: ColumnNames,
    statuses: BTreeMap<ProductionStatus, Vec<String>>,
    #[serde(default)]
    reasons: Vec<String>,
    #[serde(default)]
    totals: Vec<String>,
}

/// How one house or the post reports what came back; profiles.toml explains the keys.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReturnsProfile {
    name: String,
    source: String,
    columns: ColumnNames,
    empty_reason: Option<String>,
    forwarded: Forwarded,
}

/// Whether the post sent a piece on.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Forwarded {
    yes: Vec<String>,
    no: Vec<String>,
    moved_without_word: bool,
}

impl Profile for ProductionProfile {
    fn name(&self) -> &str {
        &self.name
    }

    fn columns(&self) -> &ColumnNames {
        &self.columns
    }
}

impl Profile for ReturnsProfile {
    fn name(&self) -> &str {
        &self.name
    }

    fn columns(&self) -> &ColumnNames {
        &self.columns
    }
}

fn has(words: &[String], written: &str) -> bool {
    words.iter().any(|word| folded(word) == written)
}

impl ProductionProfile {
    /// The status that a word of the house means.
    pub(super) fn status(&self, written: &str) -> Option<ProductionStatus> {
        let written = folded(written);
        self.statuses.iter().find(|(_, words)| has(words, &written)).map(|(status, _)| *status)
    }

    /// A reason as it is stored: the profile's own word, `other` for any that it does not have, empty when there is none.
    pub(super) fn reason(&self, written: &str) -> String {
        let wanted = folded(written);
        let known = self.reasons.iter().find(|word| folded(word) == wanted);
        if written.is_empty() { String::new() } else { known.map_or("other", String::as_str).to_owned() }
    }

    /// Whether the cell of a piece begins the totals line.
    pub(super) fn is_total(&self, piece: &str) -> bool {
        has(&self.totals, &folded(piece))
    }
}

impl ReturnsProfile {
    /// The reason of a return; `None` when it is none that is known.
    pub(super) fn reason(&self, written: &str) -> Option<ReturnReason> {
        if written.is_empty() { self.empty_reason.as_deref().and_then(ReturnReason::of_code) } else { ReturnReason::read(written) }
    }

    /// Whether the piece was sent on; `None` when the word is none that is known.
    pub(super) fn forwarded(&self, written: &str, moved: bool) -> Option<bool> {
        let wanted = folded(written);
        match () {
            () if written.is_empty() => Some(moved && self.forwarded.moved_without_word),
            () if has(&self.forwarded.yes, &wanted) => Some(true),
            () if has(&self.forwarded.no, &wanted) => Some(false),
            () => None,
        }
    }
}

impl Profiles {
    /// The profiles of an incident folder: those of its received.toml, then the built-in ones that it does not replace.
    ///
    /// # Errors
    /// Refused when received.toml cannot be read, or a profile in it cannot be used.
    pub(super) fn load(folder: &Path) -> Result<Profiles> {
        let path = folder.join(FILE);
        let mut profiles = match fs_err::read(&path) {
            Ok(bytes) => Self::parse(&toml_text(FILE, &bytes)?)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Profiles::default(),
            Err(error) => return Err(Error::unreadable(&path, &error)),
        };
        let built_in = Self::parse(BUILT_IN)?;
        add(&mut profiles.production, built_in.production);
        add(&mut profiles.returns, built_in.returns);
        Ok(profiles)
    }

    fn parse(text: &str) -> Result<Profiles> {
        let profiles: Profiles = toml::from_str(text).map_err(|error| unusable(text, &error))?;
        let mut faults = Vec::new();
        for profile in &profiles.production {
            profile.check(&mut faults);
        }
        for profile in &profiles.returns {
            profile.check(&mut faults);
        }
        twice(&profiles.production, &mut faults);
        twice(&profiles.returns, &mut faults);
        if faults.is_empty() { Ok(profiles) } else { Err(Error::refused_all(faults)) }
    }
}

fn add<P: Profile>(own: &mut Vec<P>, built_in: Vec<P>) {
    let replaced: BTreeSet<String> = own.iter().map(|profile| profile.name().to_owned()).collect();
    own.extend(built_in.into_iter().filter(|profile| !replaced.contains(profile.name())));
}

fn twice<P: Profile>(profiles: &[P], faults: &mut Vec<Finding>) {
    for (index, profile) in profiles.iter().enumerate() {
        if profiles[..index].iter().any(|earlier| earlier.name() == profile.name()) {
            faults.push(fault(profile.name(), "name", "two profiles have this name", "give each its own"));
        }
    }
}

impl ProductionProfile {
    fn check(&self, faults: &mut Vec<Finding>) {
        check_source(&self.name, &self.source, faults);
        check_columns(&self.name, &self.columns, &PRODUCTION, faults);
        for column in ["piece", "status"] {
            if !self.columns.required.contains_key(column) {
                let hint = "name the house's column under `columns.required`: without it no line can be read";
                faults.push(fault(&self.name, "columns.required", format!("the column `{column}` is missing"), hint));
            }
        }
        let words: Vec<String> = self.statuses.values().flatten().map(|word| folded(word)).collect();
        check_words(&self.name, "statuses", &words, faults);
        let fits = |word: &String| word.len() <= LONGEST_REASON && word.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if !self.reasons.iter().all(fits) {
            let reason = format!("a reason has more than {LONGEST_REASON} letters, or others than ASCII has");
            faults.push(fault(&self.name, "reasons", reason, "write it shorter and in plain letters"));
        }
    }
}

impl ReturnsProfile {
    fn check(&self, faults: &mut Vec<Finding>) {
        check_source(&self.name, &self.source, faults);
        check_columns(&self.name, &self.columns, &RETURNS, faults);
        let requires = |column: &str| self.columns.required.contains_key(column);
        let names_pieces = requires("piece") || requires("keyline") || requires("imb") || (requires("mailer_id") && requires("serial"));
        if !requires("reason") || !names_pieces {
            let reason = "the column `reason` is missing, or one that tells the piece";
            let hint = "name the file's columns under `columns.required`: reason, and piece, keyline, imb, or mailer_id and serial";
            faults.push(fault(&self.name, "columns.required", reason, hint));
        }
        if self.empty_reason.as_deref().is_some_and(|code| ReturnReason::of_code(code).is_none()) {
            let hint = suggestion(self.empty_reason.as_deref().unwrap_or_default(), ReturnReason::codes());
            faults.push(fault(&self.name, "empty_reason", "is no code of a reason", hint));
        }
        let words: Vec<String> = self.forwarded.yes.iter().chain(&self.forwarded.no).map(|word| folded(word)).collect();
        check_words(&self.name, "forwarded", &words, faults);
    }
}

fn check_source(name: &str, source: &str, faults: &mut Vec<Finding>) {
    if name.trim().is_empty() || source.trim().is_empty() {
        faults.push(fault(name, "source", "the name or the source is empty", "write who described the file, and when"));
    }
}

fn check_columns(profile: &str, columns: &ColumnNames, known: &[&str], faults: &mut Vec<Finding>) {
    let mut names = Vec::new();
    for (column, given) in columns.all() {
        if !known.contains(&column) {
            let hint = suggestion(column, known.iter().copied());
            faults.push(fault(profile, "columns", format!("`{column}` is no column that is read here"), hint));
        }
        let distinct: BTreeSet<String> = given.iter().map(|name| folded(name)).collect();
        names.extend(distinct);
    }
    check_words(profile, "columns", &names, faults);
}

/// Of folded words each may mean one thing.
fn check_words(profile: &str, key: &str, words: &[String], faults: &mut Vec<Finding>) {
    let distinct: BTreeSet<&String> = words.iter().collect();
    if distinct.len() < words.len() || words.iter().any(String::is_empty) {
        let hint = "write each once, with at least one letter or digit; others are not compared";
        faults.push(fault(profile, key, "a word is empty, or is there twice", hint));
    }
}

fn fault(profile: &str, key: &str, reason: impl Into<crate::error::Sentence>, hint: impl Into<crate::error::Sentence>) -> Finding {
    Finding::refuses("received-profile", Place::file(FILE).column(format!("{profile}.{key}")), reason, hint)
}

fn unusable(text: &str, error: &toml::de::Error) -> Error {
    let line = error.span().map_or(1, |span| text.get(..span.start).map_or(1, |before| before.matches('\n').count() + 1));
    let reason = error.message().lines().next().unwrap_or("it is not TOML").to_owned();
    let hint = "compare it with src/deliver/received/profiles.toml, which explains every key";
    Error::refused("received-profile", Place::line(FILE, line as u64), reason, hint)
}
