//! One row: its values, and what is wrong with it.

use super::cells::{Damage, Flag, clean, flag, holds_value};
use super::columns::ColumnNames;
use super::faults::RowFault;
use super::heading::{Heading, open_quote};
use super::layout::{ElementColumn, Layout};
use super::street::{self, has_break};
use super::{Element, Elements, Field};
use crate::error::{Finding, Place};
use crate::incident::Incident;
use crate::incident::csv_rows::CsvRow;
use crate::incident::nearest::nearest;
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// More line breaks than this in one cell make one doubt that its quote closes where it should.
const MANY_BREAKS: u64 = 20;

/// An entry with so many digits is a number that means somebody or something.
const DIGITS_OF_A_VALUE: usize = 4;

/// Stands in mend.csv for a number that is not kept.
const A_VALUE: &str = "a value";

/// What stands for no date of death: N, N/A, `00/00/0000`.
fn is_no_date(cell: &str) -> bool {
    let mut signs = cell.bytes().filter(|byte| !byte.is_ascii_punctuation() && *byte != b' ');
    matches!(flag(cell), Flag::No | Flag::Blank) || signs.all(|byte| byte == b'0')
}

/// A value with the field that it is.
pub(super) type Value<'r> = (Field, Cow<'r, str>);

/// A row that was judged.
pub(super) struct JudgedRow<'r> {
    pub(super) line: u64,
    /// SHA-256 of the row as it was read.
    pub(super) digest: [u8; 32],
    pub(super) elements: Elements,
    /// None of a row whose cells may stand in each other's columns.
    pub(super) values: Vec<Value<'r>>,
    /// What holds it, worst first.
    pub(super) faults: Vec<RowFault>,
    /// What is only to be looked at.
    pub(super) warning: Option<Finding>,
    /// In a mended list, the line of the row that it replaces, where it tells.
    pub(super) mended_line: Option<u64>,
}

/// What is known of a list when its rows are judged.
pub(super) struct Judge<'a> {
    pub(super) incident: &'a Incident,
    pub(super) names: &'a ColumnNames,
    pub(super) heading: &'a Heading,
    pub(super) layout: &'a Layout,
    /// What mend.csv calls the lists that this one does not mend.
    pub(super) others: Vec<String>,
    /// Whether a row that names no provider has one all the same.
    pub(super) provider_known: bool,
}

/// The value of a field; empty when there is none.
pub(super) fn value_of<'v>(values: &'v [Value<'_>], wanted: Field) -> &'v str {
    values.iter().find(|(field, _)| *field == wanted).map_or("", |(_, value)| value.as_ref())
}

/// Both lines of a street with the fields that they are.
type StreetLines = [(Field, String); 2];

impl Judge<'_> {
    /// Judges a row; `None` when it lies above the list or is blank.
    ///
    /// # Errors
    /// When rows may be lost in it: then nobody can tell how many people the list holds. When it is another header: then nobody can tell
    /// which columns the rows below it have.
    pub(super) fn judge<'r>(&self, row: &CsvRow<'r>) -> Result<Option<JudgedRow<'r>>, Box<Finding>> {
        if let Some(finding) = self.judge_quotes(row) {
            return Err(Box::new(finding));
        }
        if row.line <= self.heading.line {
            return Ok(None);
        }
        let mut cells: Vec<Cow<'r, str>> = row.cells.iter().map(clean).collect();
        if cells.iter().all(|cell| cell.is_empty()) {
            return Ok(None);
        }
        let refused = self.heading.judge_other(row.line, &cells, self.names).or_else(|| self.judge_file(row, &cells));
        if let Some(finding) = refused {
            return Err(Box::new(finding));
        }
        let mended_line = self.layout.mended_line.and_then(|position| cells.get(position)).and_then(|cell| cell.parse().ok());
        let (mut elements, mut values, mut faults) = (Elements::default(), Vec::new(), Vec::new());
        if self.heading.is_repeated_by(&cells) {
            let hint = "take the line out: where two lists were joined, the header of the second was left among the rows";
            let reason = "the row repeats the header";
            faults.push(RowFault::of_row(Finding::holds("header-among-rows", Place::line(&self.heading.file, row.line), reason, hint)));
        // Otherwise a social security number might become an address, or a name a record id.
        } else if !self.is_misshapen(row, &mut faults) {
            self.read_dates(row, &mut cells, &mut faults);
            let streets = self.street_lines(row, &cells, &mut faults);
            values = self.values(&cells, streets);
            self.judge_record_id(row, &values, &mut faults);
            self.judge_provider(row, &values, &mut faults);
            self.judge_damage(row, &mut faults);
            self.judge_deceased(row, &cells, &mut values, &mut faults);
            elements = self.elements(row, &cells, &values, &mut faults);
            self.judge_watched(row, &mut faults);
        }
        let digest = Sha256::digest(row.raw.as_bytes()).into();
        Ok(Some(JudgedRow { line: row.line, digest, elements, values, faults, warning: self.long_cell(row), mended_line }))
    }

    /// A finding when rows may be lost: then nobody can tell how many people the list holds.
    fn judge_quotes(&self, row: &CsvRow<'_>) -> Option<Finding> {
        if let Some(lines) = row.quotes.unclosed {
            return Some(open_quote(&self.heading.file, row.line + lines));
        }
        row.quotes.swallows_rows(self.layout.headers.len(), row.cells.len()).then(|| {
            let hint = "look for a quote that is not closed on this line or not written twice inside a cell";
            let reason = "a quote in this row closes too late: it takes in the rows after it";
            Finding::refuses("swallowed-rows", Place::line(&self.heading.file, row.line), reason, hint)
        })
    }

    /// mend.csv holds rows of every list, and one that replaced a row of another list would take somebody's place.
    fn judge_file(&self, row: &CsvRow<'_>, cells: &[Cow<'_, str>]) -> Option<Finding> {
        let position = self.layout.mended_file?;
        let file = cells.get(position).filter(|file| self.others.iter().any(|other| other == *file))?;
        let reason = format!("the row is one of `{file}`, which this list does not mend");
        let hint = "give the rows of each list a mending list of their own";
        Some(Finding::refuses("mends-another-list", self.place_at(row, position), reason, hint))
    }

    fn long_cell(&self, row: &CsvRow<'_>) -> Option<Finding> {
        (row.quotes.most_breaks > MANY_BREAKS).then(|| {
            let reason = format!("a quoted cell runs over {} lines", row.quotes.most_breaks + 1);
            let hint = "check that its quote closes where it should";
            Finding::warns("long-cell", Place::line(&self.heading.file, row.line), reason, hint)
        })
    }

    fn is_misshapen(&self, row: &CsvRow<'_>, faults: &mut Vec<RowFault>) -> bool {
        let place = || Place::line(&self.heading.file, row.line);
        if !self.heading.fits(row.cells) {
            let reason = format!("the row has {} cells, the header {}", row.cells.len(), self.heading.cells.len());
            let hint = "put a cell that holds a separator in quotes; check that no cell is left out; in mend.csv fill in the row and keep its `line`";
            faults.push(RowFault::of_row(Finding::holds("cell-count", place(), reason, hint)));
        }
        if row.quotes.stray {
            let hint = "write a quote inside a quoted cell twice";
            let reason = "a quote inside a quoted cell is not written twice";
            faults.push(RowFault::of_row(Finding::holds("stray-quote", place(), reason, hint)));
        }
        !faults.is_empty()
    }

    fn values<'r>(&self, cells: &[Cow<'r, str>], streets: Vec<StreetLines>) -> Vec<Value<'r>> {
        let value = |position: &usize| cells.get(*position).cloned().unwrap_or_default();
        let mut values: Vec<Value<'r>> = self.layout.fields.iter().map(|(field, position)| (*field, value(position))).collect();
        for (field, line) in streets.into_iter().flatten() {
            values.retain(|(known, _)| *known != field);
            values.push((field, Cow::Owned(line)));
        }
        values
    }

    fn judge_record_id(&self, row: &CsvRow<'_>, values: &[Value<'_>], faults: &mut Vec<RowFault>) {
        if value_of(values, Field::RecordId).is_empty() {
            let hint = "give the row an id of its own, so that it can be traced";
            let place = self.place(row, Field::RecordId);
            faults.push(RowFault::of_row(Finding::holds("no-record-id", place, "the row has no record id", hint)));
        }
    }

    fn judge_provider(&self, row: &CsvRow<'_>, values: &[Value<'_>], faults: &mut Vec<RowFault>) {
        let written = value_of(values, Field::ProviderId);
        if written.is_empty() && !self.provider_known {
            let hint = "fill in the provider's id from providers.csv";
            let place = self.place(row, Field::ProviderId);
            faults.push(RowFault::of_row(Finding::holds("no-provider", place, "the row names no provider", hint)));
        } else if !written.is_empty() && self.incident.provider_by_id(written).is_none() {
            let hint = match nearest(written, self.incident.providers.iter().map(|provider| provider.id.as_str())) {
                Some(id) => format!("did you mean `{id}`? otherwise add the provider to providers.csv"),
                None => "use an id from providers.csv, or add the provider there".to_owned(),
            };
            let reason = "the row's provider is not in providers.csv";
            faults.push(RowFault::of_row(Finding::holds("unknown-provider", self.place(row, Field::ProviderId), reason, hint)));
        }
    }

    fn judge_damage(&self, row: &CsvRow<'_>, faults: &mut Vec<RowFault>) {
        for (field, position) in &self.layout.fields {
            let digits_matter = matches!(field, Field::RecordId | Field::PatientId | Field::PostalCode | Field::ActivationCode);
            let cell = row.cells.get(*position).unwrap_or_default();
            if let Some(damage) = Damage::of(cell, digits_matter) {
                let reason = format!("the cell {}", damage.reason());
                let finding = Finding::holds(damage.code(), self.place(row, *field), reason, damage.hint());
                faults.push(RowFault::of_cell(finding, field.name(), cell));
            }
        }
    }

    /// Dates become year, month, day by the form of their column. What cannot be read is judged where it matters.
    fn read_dates(&self, row: &CsvRow<'_>, cells: &mut [Cow<'_, str>], faults: &mut Vec<RowFault>) {
        for (field, position, form) in &self.layout.dates {
            let Some(cell) = cells.get_mut(*position) else { continue };
            if *field == Field::DeathDate && is_no_date(cell) {
                *cell = Cow::Borrowed("");
            }
            if form.doubts(cell) {
                let reason =
                    "day and month of the date may be exchanged: a spreadsheet read some dates of the column and left others as text";
                let hint = "take the dates from the source again, as text or as YYYY-MM-DD";
                let finding = Finding::holds("date-order-lost", self.place(row, *field), reason, hint);
                faults.push(RowFault::of_cell(finding, field.name(), cell).may_be_ruled());
            }
            if let Cow::Owned(date) = form.normal(cell) {
                *cell = Cow::Owned(date);
            }
        }
    }

    /// Streets that are written in several lines of a cell, each line as the value that it is.
    fn street_lines(&self, row: &CsvRow<'_>, cells: &[Cow<'_, str>], faults: &mut Vec<RowFault>) -> Vec<StreetLines> {
        let mut found = Vec::new();
        for group in [Field::HOME, Field::REPRESENTATIVE, Field::CONFIDENTIAL] {
            let cell = |field| self.layout.position(field).and_then(|position| row.cells.get(position)).unwrap_or_default();
            if !has_break(cell(group[0])) && !has_break(cell(group[1])) {
                continue;
            }
            let postal_code = self.layout.position(group[4]).and_then(|position| cells.get(position)).map_or("", |cell| cell.as_ref());
            match street::in_lines(cell(group[0]), cell(group[1]), postal_code) {
                Ok([one, two]) => found.push([(group[0], one), (group[1], two)]),
                Err(fault) => {
                    let column = if has_break(cell(group[0])) { group[0] } else { group[1] };
                    let finding = Finding::holds(fault.code(), self.place(row, column), fault.reason(), fault.hint());
                    faults.push(RowFault::of_cell(finding, column.name(), cell(column)));
                }
            }
        }
        found
    }

    fn elements(&self, row: &CsvRow<'_>, cells: &[Cow<'_, str>], values: &[Value<'_>], faults: &mut Vec<RowFault>) -> Elements {
        let before = faults.len();
        let mut elements = Elements::default();
        for ElementColumn { element, position, holds_values } in &self.layout.elements {
            let cell = cells.get(*position).map_or("", |cell| cell.as_ref());
            match flag(cell) {
                _ if *holds_values => {
                    if holds_value(cell) {
                        elements.insert(*element);
                    }
                }
                Flag::Yes => elements.insert(*element),
                Flag::No | Flag::Blank => {}
                Flag::Other => faults.push(self.unknown_flag(row, *position, &format!("element_{}", element.id()))),
            }
        }
        let written = value_of(values, Field::Elements);
        for id in written.split(';').map(str::trim).filter(|id| !id.is_empty()) {
            match self.names.element(id) {
                Some(element) => elements.insert(element),
                None => faults.push(self.unknown_element(row, id, written)),
            }
        }
        if elements.is_empty() && faults.len() == before {
            let place = match self.layout.elements.first() {
                Some(column) if self.layout.position(Field::Elements).is_none() => self.place_at(row, column.position),
                _ => self.place(row, Field::Elements),
            };
            let hint = "mark the types of information that were involved, or take the row out if none was";
            let finding = Finding::holds("no-elements", place, "the row names no type of information, and the letter has to", hint);
            faults.push(RowFault::of_cell(finding, Field::Elements.name(), ""));
        }
        elements
    }

    fn unknown_element(&self, row: &CsvRow<'_>, id: &str, written: &str) -> RowFault {
        let hint = match nearest(id, Element::ALL.iter().map(|(_, id)| *id)) {
            Some(known) => format!("did you mean `{known}`? several ids are separated by `;`"),
            None => {
                let ids: Vec<&str> = Element::ALL.iter().map(|(_, id)| *id).collect();
                format!("known ids, separated by `;`: {}", ids.join(", "))
            }
        };
        let reason = "the cell holds an id that is no type of information";
        let finding = Finding::holds("unknown-element", self.place(row, Field::Elements), reason, hint);
        RowFault::of_cell(finding, Field::Elements.name(), written)
    }

    /// An entry in a column of flags that is none; mend.csv gives it in a column of this name.
    pub(super) fn unknown_flag(&self, row: &CsvRow<'_>, position: usize, column: &str) -> RowFault {
        let reason = format!("the entry in `{}` is neither a yes nor a no", self.layout.headers[position]);
        let finding = Finding::holds("unknown-flag", self.place_at(row, position), reason, "write Y or N, or leave it empty for no");
        let cell = row.cells.get(position).unwrap_or_default();
        // A number among flags may be the patient's social security number, which is read no further than that it is there.
        let is_number = cell.bytes().filter(u8::is_ascii_digit).count() >= DIGITS_OF_A_VALUE;
        RowFault::of_cell(finding, column, if is_number { A_VALUE } else { cell })
    }

    fn place(&self, row: &CsvRow<'_>, field: Field) -> Place {
        match self.layout.position(field) {
            Some(position) => self.place_at(row, position),
            None => Place::line(&self.heading.file, row.line),
        }
    }

    pub(super) fn place_at(&self, row: &CsvRow<'_>, position: usize) -> Place {
        Place::line(&self.heading.file, row.line).column(&self.layout.headers[position])
    }
}
