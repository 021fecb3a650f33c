//! One list, row by row.

use super::cells::{Damage, Flag, clean, flag, holds_value};
use super::columns::ColumnNames;
use super::contents::{self, Wanted};
use super::heading::{self, Heading, open_quote};
use super::layout::{self, ElementColumn, Layout};
use super::source::Source;
use super::street::{self, has_break};
use super::{Element, Elements, Field, Rows};
use crate::error::{Finding, Place, Result, Severity};
use crate::incident::csv_rows::CsvRow;
use crate::incident::nearest::nearest;
use crate::incident::{Incident, List};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::ops::ControlFlow;

/// More line breaks than this in one cell make one doubt that its quote closes where it should.
const MANY_BREAKS: u64 = 20;

/// What one list held beside its rows.
#[derive(Debug, Default)]
pub(super) struct ListRows {
    /// What holds a row, by its index in all rows; worst first.
    pub(super) faults: Vec<(usize, Finding)>,
    /// What concerns the list as a whole.
    pub(super) findings: Vec<Finding>,
    /// Columns that hold a field, as the file calls them.
    pub(super) headers: Vec<(Field, String)>,
    /// In a mended list, the line of the row that each row replaces, where it tells; rows by their index in all rows.
    pub(super) mended_lines: Vec<(usize, u64)>,
}

/// Reads a list of the incident, whose rows are added to those of the lists before it.
///
/// # Errors
/// Refused when the list cannot be used at all.
pub(super) fn read(incident: &Incident, index: usize, names: &ColumnNames, all: &mut Rows) -> Result<ListRows, Vec<Finding>> {
    let list = &incident.lists[index];
    let mut source = Source::open(incident, list)?;
    let mut found = ListRows { findings: source.assumed().into_iter().collect(), ..ListRows::default() };
    let heading = heading::find(&mut source, list, names)?;
    let provider_known = super::list_provider(incident, index).is_some();
    let mut look = |columns: &[Wanted]| contents::look(&mut source, &heading, columns);
    let (layout, findings) = layout::of(list, names, &heading, &mut look, provider_known)?;
    found.findings.extend(findings);
    if found.findings.iter().any(|finding| finding.severity == Severity::Refuses) {
        return Err(found.findings);
    }
    found.headers = layout.fields.iter().map(|(field, position)| (*field, layout.headers[*position].clone())).collect();
    let before = all.len();
    let mut reader = Reader { incident, index, list, names, heading: &heading, layout: &layout, provider_known, found, rows: all };
    let mut refused = None;
    source.pass(&mut |row| {
        refused = reader.judge_quotes(row);
        if refused.is_some() {
            return ControlFlow::Break(());
        }
        if row.line > heading.line {
            reader.take(row);
        }
        ControlFlow::Continue(())
    })?;
    if let Some(finding) = refused {
        reader.found.findings.push(finding);
        return Err(reader.found.findings);
    }
    if reader.rows.len() == before {
        let reason = "the list has a header but no rows";
        reader.found.findings.push(Finding::warns("no-rows", Place::file(&list.file), reason, "check that it was saved whole"));
    }
    Ok(reader.found)
}

fn value_of<'v>(values: &[(Field, &'v str)], wanted: Field) -> &'v str {
    values.iter().find(|(field, _)| *field == wanted).map_or("", |(_, value)| *value)
}

/// Both lines of a street with the fields that they are.
type StreetLines = [(Field, String); 2];

struct Reader<'a> {
    incident: &'a Incident,
    index: usize,
    list: &'a List,
    names: &'a ColumnNames,
    heading: &'a Heading,
    layout: &'a Layout,
    provider_known: bool,
    found: ListRows,
    rows: &'a mut Rows,
}

impl Reader<'_> {
    /// A finding when rows may be lost: then nobody can tell how many people the list holds.
    fn judge_quotes(&self, row: &CsvRow<'_>) -> Option<Finding> {
        if let Some(lines) = row.quotes.unclosed {
            return Some(open_quote(self.list, row.line + lines));
        }
        row.quotes.swallows_rows(self.layout.headers.len(), row.cells.len()).then(|| {
            let hint = "look for a quote that is not closed on this line or not written twice inside a cell";
            let reason = "a quote in this row closes too late: it takes in the rows after it";
            Finding::refuses("swallowed-rows", Place::line(&self.list.file, row.line), reason, hint)
        })
    }

    fn take(&mut self, row: &CsvRow<'_>) {
        let mut cells: Vec<Cow<'_, str>> = row.cells.iter().map(clean).collect();
        if cells.iter().all(|cell| cell.is_empty()) {
            return;
        }
        self.warn_of_long_cells(row);
        let mut faults = Vec::new();
        if self.is_misshapen(row, &mut faults) {
            // Cells may stand in each other's columns: a social security number must not become an address, nor a name a record id.
            self.keep(row, Elements::default(), &[], faults);
        } else {
            self.read_dates(row, &mut cells, &mut faults);
            let streets = self.street_lines(row, &cells, &mut faults);
            let mut values: Vec<(Field, &str)> = self
                .layout
                .fields
                .iter()
                .map(|(field, position)| (*field, cells.get(*position).map_or("", |cell| cell.as_ref())))
                .collect();
            for (field, line) in streets.iter().flatten() {
                values.retain(|(known, _)| known != field);
                values.push((*field, line));
            }
            self.judge_record_id(row, &values, &mut faults);
            self.judge_provider(row, &values, &mut faults);
            self.judge_damage(row, &mut faults);
            self.judge_deceased(row, &cells, &mut values, &mut faults);
            let elements = self.elements(row, &cells, &values, &mut faults);
            self.keep(row, elements, &values, faults);
        }
        if let Some(line) = self.layout.mended_line.and_then(|position| cells.get(position)).and_then(|cell| cell.parse().ok()) {
            self.found.mended_lines.push((self.rows.len() - 1, line));
        }
    }

    fn keep(&mut self, row: &CsvRow<'_>, elements: Elements, values: &[(Field, &str)], faults: Vec<Finding>) {
        let digest = Sha256::digest(row.raw.as_bytes()).into();
        let list = u16::try_from(self.index).unwrap_or(u16::MAX);
        let at = self.rows.len();
        self.rows.push(list, row.line, digest, elements, values);
        if !faults.is_empty() {
            let key = super::key(&self.list.name, value_of(values, Field::RecordId), row.line);
            self.found.faults.extend(faults.into_iter().map(|finding| (at, finding.record(&key))));
        }
    }

    fn warn_of_long_cells(&mut self, row: &CsvRow<'_>) {
        if row.quotes.most_breaks > MANY_BREAKS {
            let reason = format!("a quoted cell runs over {} lines", row.quotes.most_breaks + 1);
            let hint = "check that its quote closes where it should";
            self.found.findings.push(Finding::warns("long-cell", Place::line(&self.list.file, row.line), reason, hint));
        }
    }

    fn is_misshapen(&self, row: &CsvRow<'_>, faults: &mut Vec<Finding>) -> bool {
        let place = || Place::line(&self.list.file, row.line);
        if !self.heading.fits(row.cells) {
            let reason = format!("the row has {} cells, the header {}", row.cells.len(), self.heading.cells.len());
            let hint = "put a cell that holds a separator in quotes; check that no cell is left out";
            faults.push(Finding::holds("cell-count", place(), reason, hint));
        }
        if row.quotes.stray {
            let hint = "write a quote inside a quoted cell twice";
            faults.push(Finding::holds("stray-quote", place(), "a quote inside a quoted cell is not written twice", hint));
        }
        !faults.is_empty()
    }

    fn judge_record_id(&self, row: &CsvRow<'_>, values: &[(Field, &str)], faults: &mut Vec<Finding>) {
        if value_of(values, Field::RecordId).is_empty() {
            let hint = "give the row an id of its own, so that it can be traced";
            faults.push(Finding::holds("no-record-id", self.place(row, Field::RecordId), "the row has no record id", hint));
        }
    }

    fn judge_provider(&self, row: &CsvRow<'_>, values: &[(Field, &str)], faults: &mut Vec<Finding>) {
        let written = value_of(values, Field::ProviderId);
        if written.is_empty() && !self.provider_known {
            let hint = "fill in the provider's id from providers.csv";
            faults.push(Finding::holds("no-provider", self.place(row, Field::ProviderId), "the row names no provider", hint));
        } else if !written.is_empty() && self.incident.provider_by_id(written).is_none() {
            let hint = match nearest(written, self.incident.providers.iter().map(|provider| provider.id.as_str())) {
                Some(id) => format!("did you mean `{id}`? otherwise add the provider to providers.csv"),
                None => "use an id from providers.csv, or add the provider there".to_owned(),
            };
            let reason = "the row's provider is not in providers.csv";
            faults.push(Finding::holds("unknown-provider", self.place(row, Field::ProviderId), reason, hint));
        }
    }

    fn judge_damage(&self, row: &CsvRow<'_>, faults: &mut Vec<Finding>) {
        for (field, position) in &self.layout.fields {
            let digits_matter = matches!(field, Field::RecordId | Field::PatientId | Field::PostalCode | Field::ActivationCode);
            if let Some(damage) = row.cells.get(*position).and_then(|cell| Damage::of(cell, digits_matter)) {
                let reason = format!("the cell {}", damage.reason());
                faults.push(Finding::holds(damage.code(), self.place(row, *field), reason, damage.hint()));
            }
        }
    }

    /// Dates become year, month, day by the form of their column. What cannot be read is judged where it matters.
    fn read_dates(&self, row: &CsvRow<'_>, cells: &mut [Cow<'_, str>], faults: &mut Vec<Finding>) {
        for (field, position, form) in &self.layout.dates {
            let Some(cell) = cells.get_mut(*position) else { continue };
            if form.doubts(cell) {
                let reason =
                    "day and month of the date may be exchanged: a spreadsheet read some dates of the column and left others as text";
                let hint = "take the dates from the source again, as text or as YYYY-MM-DD";
                faults.push(Finding::holds("date-order-lost", self.place(row, *field), reason, hint));
            }
            if let Cow::Owned(date) = form.normal(cell) {
                *cell = Cow::Owned(date);
            }
        }
    }

    /// Streets that are written in several lines of a cell, each line as the value that it is.
    fn street_lines(&self, row: &CsvRow<'_>, cells: &[Cow<'_, str>], faults: &mut Vec<Finding>) -> Vec<StreetLines> {
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
                    faults.push(Finding::holds(fault.code(), self.place(row, column), fault.reason(), fault.hint()));
                }
            }
        }
        found
    }

    /// A flag for the dead becomes the status, unless the row has a status of its own.
    fn judge_deceased(&self, row: &CsvRow<'_>, cells: &[Cow<'_, str>], values: &mut Vec<(Field, &str)>, faults: &mut Vec<Finding>) {
        for position in &self.layout.deceased {
            match cells.get(*position).map_or(Flag::Blank, |cell| flag(cell)) {
                Flag::Yes => {
                    if value_of(values, Field::Status).is_empty() {
                        values.retain(|(field, _)| *field != Field::Status);
                        values.push((Field::Status, "deceased"));
                    }
                }
                Flag::No | Flag::Blank => {}
                Flag::Other => faults.push(self.unknown_flag(row, *position)),
            }
        }
    }

    fn elements(&self, row: &CsvRow<'_>, cells: &[Cow<'_, str>], values: &[(Field, &str)], faults: &mut Vec<Finding>) -> Elements {
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
                Flag::Other => faults.push(self.unknown_flag(row, *position)),
            }
        }
        let written = value_of(values, Field::Elements);
        for id in written.split(';').map(str::trim).filter(|id| !id.is_empty()) {
            match self.names.element(id) {
                Some(element) => elements.insert(element),
                None => faults.push(self.unknown_element(row, id)),
            }
        }
        if elements.is_empty() && faults.len() == before {
            let place = match self.layout.elements.first() {
                Some(column) if self.layout.position(Field::Elements).is_none() => self.place_at(row, column.position),
                _ => self.place(row, Field::Elements),
            };
            let hint = "mark the types of information that were involved, or take the row out if none was";
            faults.push(Finding::holds("no-elements", place, "the row names no type of information, and the letter has to", hint));
        }
        elements
    }

    fn unknown_element(&self, row: &CsvRow<'_>, id: &str) -> Finding {
        let hint = match nearest(id, Element::ALL.iter().map(|(_, id)| *id)) {
            Some(known) => format!("did you mean `{known}`? several ids are separated by `;`"),
            None => {
                let ids: Vec<&str> = Element::ALL.iter().map(|(_, id)| *id).collect();
                format!("known ids, separated by `;`: {}", ids.join(", "))
            }
        };
        Finding::holds("unknown-element", self.place(row, Field::Elements), "the cell holds an id that is no type of information", hint)
    }

    fn unknown_flag(&self, row: &CsvRow<'_>, position: usize) -> Finding {
        let reason = "the cell is neither a yes nor a no";
        Finding::holds("unknown-flag", self.place_at(row, position), reason, "write Y or N, or leave it empty for no")
    }

    fn place(&self, row: &CsvRow<'_>, field: Field) -> Place {
        match self.layout.position(field) {
            Some(position) => self.place_at(row, position),
            None => Place::line(&self.list.file, row.line),
        }
    }

    fn place_at(&self, row: &CsvRow<'_>, position: usize) -> Place {
        Place::line(&self.list.file, row.line).column(&self.layout.headers[position])
    }
}
