//! Whether the counts close: lists, counts and the table of everyone.

use super::record::Told;
use super::{Checking, shown};
use crate::error::Place;
use crate::ledger::Piece;
use crate::report::evidence::ledger_files::LEDGER;
use crate::report::evidence::manifest::{Counted, Manifest};
use crate::report::evidence::people::{COLUMNS, NOT_LISTED, PEOPLE};
use crate::report::evidence::sums::is_regular;
use crate::report::evidence::{MANIFEST, tables};
use std::collections::BTreeSet;

impl Checking<'_> {
    /// Rows in are people out, also in the table of everyone; and what it says of pieces is the ledger's.
    pub(super) fn counts(&mut self, manifest: &Manifest, told: Option<&Told>) {
        if let Some(rows) = self.rows_of_lists()
            && rows != manifest.rows_of_lists
        {
            let reason = format!("the lists have {rows} rows, by evidence.json {}", manifest.rows_of_lists);
            self.find(Place::file(tables::INPUTS), reason);
        }
        let Some(counts) = manifest.counts else { return };
        self.checked.changed = manifest.changed;
        self.checked.rows_now = Some(manifest.rows_of_lists).filter(|rows| *rows != counts.rows);
        let before = self.checked.findings.len();
        if !counts.close() {
            self.find(Place::file(MANIFEST), "its counts do not close");
        }
        // Of lists that changed since, the table tells of the changed ones.
        if manifest.rows_of_lists == counts.rows && self.merged() != Some(counts.merged) && !self.names(tables::MERGED) {
            self.find(Place::file(tables::MERGED), format!("{} rows went into others by evidence.json", counts.merged));
        }
        match self.people(told) {
            Some(found) if found != (Counted { rows: 0, merged: 0, ..counts }) => {
                self.find(Place::file(PEOPLE), "has other numbers of people than evidence.json");
            }
            Some(_) => {}
            None if !self.names(PEOPLE) => self.find(Place::file(PEOPLE), "cannot be read"),
            None => {}
        }
        self.checked.closes = Some(self.checked.findings.len() == before && !self.names(PEOPLE) && !self.names(MANIFEST));
    }

    fn merged(&self) -> Option<u64> {
        let path = self.folder.join(tables::MERGED);
        let records = is_regular(&path).then(|| csv::Reader::from_path(path).ok()).flatten()?.into_records();
        records.map(|record| record.ok().map(|_| 1)).sum()
    }

    fn rows_of_lists(&self) -> Option<u64> {
        let mut reader = csv::Reader::from_path(self.folder.join(tables::INPUTS)).ok()?;
        let mut sum = 0_u64;
        for record in reader.records() {
            let rows = record.ok()?.get(3)?.to_owned();
            sum = sum.checked_add(if rows.is_empty() { 0 } else { rows.parse().ok()? })?;
        }
        Some(sum)
    }

    /// Counts the table of everyone, and finds pieces of which the ledger tells something else. Without a ledger only counts.
    fn people(&mut self, told: Option<&Told>) -> Option<Counted> {
        if !is_regular(&self.folder.join(PEOPLE)) {
            return None;
        }
        let mut reader = csv::Reader::from_path(self.folder.join(PEOPLE)).ok()?;
        let header_holds = reader.headers().ok()?.iter().eq(COLUMNS);
        let (mut counted, mut seen, mut records) = (Counted::default(), BTreeSet::<Piece>::new(), BTreeSet::new());
        let mut is_told_of = false;
        for record in reader.into_records() {
            let record = record.ok()?;
            let line = record.position().map_or(0, csv::Position::line);
            let (id, disposition, piece) = (record.get(0)?, record.get(2)?, record.get(4)?);
            let cells = [record.get(5)?, record.get(6)?, record.get(7)?];
            if !id.is_empty() && !records.insert(id.to_owned()) {
                self.find(Place::line(PEOPLE, line), "the record stands there twice");
            }
            let count = match disposition {
                "letter" => Some(&mut counted.letters),
                "email" => Some(&mut counted.emails),
                "held" => Some(&mut counted.held),
                "excluded" => Some(&mut counted.excluded),
                _ => None,
            };
            if let Some(count) = count {
                *count += 1;
                self.checked.people += 1;
            } else if !["seed", NOT_LISTED].contains(&disposition) {
                return None;
            }
            let Ok(piece) = piece.parse::<Piece>() else { continue };
            if !seen.insert(piece) {
                self.find(Place::line(PEOPLE, line), format!("piece {piece:07} stands there twice"));
            }
            let Some(told) = told else {
                is_told_of = true;
                continue;
            };
            let expected = told.states.cells(piece);
            if expected.iter().map(String::as_str).ne(cells) {
                let words = |cells: &[&str; 3]| shown(cells.join(" ").trim());
                let reason = format!(
                    "piece {piece:07} is {} in the ledger, and {} here",
                    words(&expected.each_ref().map(String::as_str)),
                    words(&cells)
                );
                self.find(Place::line(PEOPLE, line), reason);
            }
        }
        if is_told_of && !self.folder.join(LEDGER).exists() {
            self.find(Place::file(PEOPLE), "tells what became of pieces, and there is no ledger here that holds it");
        }
        for piece in told.iter().flat_map(|told| told.states.pieces()).filter(|piece| !seen.contains(piece)) {
            self.find(Place::file(PEOPLE), format!("piece {piece:07} of the ledger is nobody's here"));
        }
        header_holds.then_some(counted)
    }
}
