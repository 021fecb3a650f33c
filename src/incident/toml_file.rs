//! A TOML file of the incident folder as tables that remember their places.
//!
//! serde stops at the first fault of a file; a privacy officer wants all of them at once. So the parsed tables are walked by hand:
//! each value that is asked for is checked and noted with its line and column, and what nobody asked for is an unknown key.

use super::toml_section::Section;
use crate::error::{Finding, Place, Sentence};
use std::cell::RefCell;
use std::collections::BTreeMap;
use toml::de::DeTable;

/// A parsed TOML file, with the findings and the places of the values that were read from it.
pub(crate) struct TomlFile<'t> {
    name: &'t str,
    text: &'t str,
    findings: RefCell<Vec<Finding>>,
    places: RefCell<BTreeMap<String, Place>>,
}

impl<'t> TomlFile<'t> {
    /// Parses a text; syntax faults become findings, and then there is no table.
    pub(crate) fn parse(name: &'t str, text: &'t str) -> (Self, Option<DeTable<'t>>) {
        let file = TomlFile { name, text, findings: RefCell::default(), places: RefCell::default() };
        let (table, faults) = DeTable::parse_recoverable(text);
        for fault in &faults {
            let place = fault.span().map_or_else(|| Place::file(name), |span| file.place_at(span.start));
            let message = fault.message().lines().next().unwrap_or_default().to_lowercase();
            if message.starts_with("invalid date") {
                file.refuse("impossible-date", place, message, "write a day of the calendar as YYYY-MM-DD");
                continue;
            }
            let hint = "one `key = value` a line; text stands in \"quotes\", text of several lines in \"\"\"three quotes\"\"\"";
            file.refuse("toml-syntax", place, format!("is not valid TOML: {message}"), hint);
        }
        let table = faults.is_empty().then(|| table.into_inner());
        (file, table)
    }

    /// The whole file as a section.
    pub(crate) fn root<'f>(&'f self, table: &'f DeTable<'t>) -> Section<'f, 't> {
        Section::new(self, String::new(), Place::file(self.name), table)
    }

    /// Records a finding that refuses.
    pub(crate) fn refuse(&self, code: &'static str, place: Place, reason: impl Into<Sentence>, hint: impl Into<Sentence>) {
        self.findings.borrow_mut().push(Finding::refuses(code, place, reason, hint));
    }

    /// Records a finding that warns.
    pub(crate) fn warn(&self, code: &'static str, place: Place, reason: impl Into<Sentence>, hint: impl Into<Sentence>) {
        self.findings.borrow_mut().push(Finding::warns(code, place, reason, hint));
    }

    /// The place of a value that was read well, by its path such as `lists[0].mends`; `None` when it is absent or faulty.
    pub(crate) fn read_at(&self, path: &str) -> Option<Place> {
        self.places.borrow().get(path).cloned()
    }

    /// The place of a value, or the whole file when it is absent.
    pub(crate) fn place(&self, path: &str) -> Place {
        self.read_at(path).unwrap_or_else(|| Place::file(self.name))
    }

    /// Notes the place of a value that was read well.
    pub(crate) fn note(&self, path: String, place: Place) {
        self.places.borrow_mut().insert(path, place);
    }

    /// Everything that was found.
    pub(crate) fn into_findings(self) -> Vec<Finding> {
        self.findings.into_inner()
    }

    /// The line and column of a byte.
    pub(crate) fn place_at(&self, offset: usize) -> Place {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = 1 + before.bytes().filter(|byte| *byte == b'\n').count() as u64;
        Place::line(self.name, line).column(before[line_start..].chars().count() + 1)
    }
}

/// Characters that turn the direction of the text after them: invisible, and able to make an address read otherwise.
pub(crate) fn is_direction_control(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{061c}')
}
