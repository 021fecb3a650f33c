//! What was done where letters could not be: postings on the web and in media, people told in another way (45 CFR 164.404(d)(2)).
//!
//! Somebody writes the file by hand. Only its form is judged here; whether a posting stood long enough is for the law's side.

use crate::error::{Error, Finding, Place, Result, Severity};
use crate::incident::toml_file::TomlFile;
use crate::incident::toml_section::Section;
use crate::incident::{in_reading_order, is_toll_free, toml_text};
use crate::ledger::Piece;
use crate::rules::Jurisdiction;
use jiff::civil::Date;
use std::path::Path;

/// What a file of substitute notice tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Substitute {
    /// `[[posting]]`, in file order.
    pub postings: Vec<Posting>,
    /// `[[told]]`, in file order.
    pub told: Vec<Told>,
    /// By line; all of them warn.
    pub findings: Vec<Finding>,
}

/// A notice that anybody can find: a `[[posting]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// On a home page, or in print or broadcast media.
    pub kind: PostingKind,
    /// For whose patients; absent when for those of every provider.
    pub provider_id: Option<String>,
    /// `where`: the address on the web, or the name of the outlet.
    pub location: String,
    /// First day.
    pub began: Date,
    /// Last day, not before the first.
    pub until: Date,
    /// The number that the notice gives.
    pub phone: String,
    /// Last day on which the number was answered, not before the first of the posting; `until` when the file does not tell.
    pub phone_until: Date,
    /// States in which the outlet is read or heard; empty when none is told.
    pub states: Vec<Jurisdiction>,
    /// Where it is written.
    pub place: Place,
}

/// Where a posting stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PostingKind {
    /// The home page of a provider.
    Web,
    /// Major print or broadcast media.
    Media,
}

/// A person who was told in another way than by letter: a `[[told]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The person's piece.
    pub piece: Piece,
    /// The day.
    pub on: Date,
    /// How.
    pub way: Way,
    /// Who did it.
    pub by: String,
    /// Where it is written.
    pub place: Place,
}

/// A way to tell a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// By telephone.
    Telephone,
    /// In writing: handed over, by e-mail.
    Written,
    /// In another way.
    Other,
}

const KINDS: [(&str, PostingKind); 2] = [("web", PostingKind::Web), ("media", PostingKind::Media)];
const WAYS: [(&str, Way); 3] = [("telephone", Way::Telephone), ("written", Way::Written), ("other", Way::Other)];
/// Digits of a piece number.
const DIGITS: usize = 7;

/// Reads a file of substitute notice.
///
/// # Errors
/// Refused with one finding per fault: an unknown key, a missing, empty or wrong value, days in the wrong order, nothing told.
pub fn read(file: &Path) -> Result<Substitute> {
    let bytes = fs_err::read(file).map_err(|error| Error::unreadable(file, &error))?;
    let name = file.display().to_string();
    read_text(&name, &toml_text(&name, &bytes)?)
}

fn read_text(name: &str, text: &str) -> Result<Substitute> {
    let (file, table) = TomlFile::parse(name, text);
    let mut read = Substitute { postings: Vec::new(), told: Vec::new(), findings: Vec::new() };
    if let Some(table) = &table {
        let root = file.root(table);
        read.postings = root.tables("posting").iter().filter_map(posting).collect();
        read.told = root.tables("told").iter().filter_map(told).collect();
        root.finish();
        if table.is_empty() {
            let hint = "write a [[posting]] for each notice that was posted, and a [[told]] for each person who was told";
            file.refuse("substitute-empty", Place::file(name), "nothing is told", hint);
        }
    }
    read.findings = in_reading_order(file.into_findings());
    if read.findings.iter().any(|finding| finding.severity == Severity::Refuses) {
        Err(Error::refused_all(read.findings))
    } else {
        Ok(read)
    }
}

/// One posting; absent when something in it is refused.
fn posting(section: &Section<'_, '_>) -> Option<Posting> {
    let kind = section.required("kind", |section, key| section.choice(key, &KINDS));
    let provider_id = section.text("provider_id");
    let location = section.required("where", Section::text);
    let began = section.required("began", Section::date);
    let until = section.required("until", Section::date);
    let phone = section.required("phone", Section::text);
    let phone_until = section.date("phone_until").or(until);
    let states = states(section);
    section.finish();
    if kind == Some(PostingKind::Web) && location.as_ref().is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
        let reason = format!("`{}` is no address on the web", section.path("where"));
        section.warn("where", "substitute-where", reason, "write the whole address of the page, from https:// on");
    }
    if phone.as_ref().is_some_and(|phone| !is_toll_free(phone)) {
        let reason = format!("`{}` is no toll-free number of the United States", section.path("phone"));
        let hint = "substitute notice needs a toll-free number for 90 days (45 CFR 164.404(d)(2)(ii)); check the number";
        section.warn("phone", "not-toll-free", reason, hint);
    }
    let in_order = not_before(section, "until", until, began) & not_before(section, "phone_until", phone_until, began);
    let place = section.place().clone();
    let whole = Posting {
        kind: kind?,
        provider_id,
        location: location?,
        began: began?,
        until: until?,
        phone: phone?,
        phone_until: phone_until?,
        states: states?,
        place,
    };
    in_order.then_some(whole)
}

fn not_before(section: &Section<'_, '_>, key: &str, day: Option<Date>, began: Option<Date>) -> bool {
    let (Some(day), Some(began)) = (day, began) else { return true };
    // Where `phone_until` is not written, `until` was judged.
    if day >= began || !section.has(key) {
        return true;
    }
    let reason = format!("`{}` ({day}) lies before `{}` ({began})", section.path(key), section.path("began"));
    section.refuse(key, "contradictory-dates", reason, "one of the two dates is wrong: correct it");
    false
}

/// None when the key is absent; absent when one of them is refused.
fn states(section: &Section<'_, '_>) -> Option<Vec<Jurisdiction>> {
    let written = section.texts("states");
    if !section.has("states") {
        return Some(Vec::new());
    }
    let written = written?;
    let states: Option<Vec<Jurisdiction>> = written.iter().map(|code| Jurisdiction::from_code(code)).collect();
    if states.is_none() {
        let reason = format!("`{}` holds something other than codes of states", section.path("states"));
        section.refuse("states", "unknown-choice", reason, "write two capital letters each, such as [\"MA\", \"NH\"]");
    }
    states
}

/// One person told; absent when something in it is refused.
fn told(section: &Section<'_, '_>) -> Option<Told> {
    let piece = section.required("piece", Section::text);
    let piece = piece.and_then(|written| {
        let fits = written.len() <= DIGITS && written.bytes().all(|byte| byte.is_ascii_digit());
        let piece = written.parse().ok().filter(|piece: &Piece| fits && *piece > 0);
        if piece.is_none() {
            let reason = format!("`{}` is no piece number", section.path("piece"));
            section.refuse("piece", "substitute-piece", reason, "write the seven digits of the piece in quotes, such as \"0000012\"");
        }
        piece
    });
    let on = section.required("on", Section::date);
    let way = section.required("way", |section, key| section.choice(key, &WAYS));
    let by = section.required("by", Section::text);
    section.finish();
    Some(Told { piece: piece?, on: on?, way: way?, by: by?, place: section.place().clone() })
}
