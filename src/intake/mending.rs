//! Mended lists supersede rows; what stands in one list twice is held.

use super::dates::date_of_row;
use super::faults::{Lift, RowFault};
use super::layout::Columns;
use super::row_life::{STATUS_OF_THE_DEAD, STATUS_OF_THE_LIVING};
use super::{Field, Row, Rows};
use crate::error::{Finding, Place, Sentence};
use crate::incident::nearest::folded;
use crate::incident::{Incident, mended};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Every row of every list, with what holds them.
#[derive(Debug, Default)]
pub(super) struct AllRows {
    /// What places call each list.
    pub(super) files: Vec<String>,
    /// In list order, then file order.
    pub(super) rows: Rows,
    /// What holds a row, by its index in `rows`.
    pub(super) faults: Vec<(usize, RowFault)>,
    /// What each list has columns for.
    pub(super) columns: Vec<Columns>,
    /// The line of the row that a row of a mended list replaces, where it tells.
    pub(super) mended_lines: BTreeMap<usize, u64>,
}

impl AllRows {
    /// Leaves out the rows that a mended list repeats and holds those that mend nothing.
    pub(super) fn supersede(&mut self, incident: &Incident) {
        let mut left_out = vec![false; self.rows.len()];
        let mut families: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, list) in incident.lists.iter().enumerate() {
            families.entry(&list.name).or_default().push(index);
        }
        for lists in families.into_values().filter(|lists| lists.len() > 1) {
            self.supersede_family(incident, &lists, &mut left_out);
        }
        if left_out.contains(&true) {
            self.remove(&left_out);
        }
    }

    fn supersede_family(&mut self, incident: &Incident, lists: &[usize], left_out: &mut [bool]) {
        let ancestry: Vec<Vec<usize>> = (0..incident.lists.len()).map(|list| ancestors(incident, list)).collect();
        let rank = |list: u16| (ancestry[usize::from(list)].len(), list);
        let mut order: Vec<usize> = (0..self.rows.len()).filter(|index| lists.contains(&usize::from(self.rows.get(*index).list))).collect();
        order.sort_by_cached_key(|index| {
            let row = self.rows.get(*index);
            (key(row).into_owned(), rank(row.list), *index)
        });
        let mut replaced = Vec::new();
        let mut mending_nothing = Vec::new();
        let mut held = Vec::new();
        let mut somebody_else = Vec::new();
        for group in order.chunk_by(|one, other| key(self.rows.get(*one)) == key(self.rows.get(*other))) {
            let has = |list: usize| group.iter().any(|index| usize::from(self.rows.get(*index).list) == list);
            let mends_something = |list: u16| ancestry[usize::from(list)].iter().copied().any(has);
            let Some(newest) = group.last().map(|index| self.rows.get(*index).list) else { continue };
            let is_mending = |list: u16| incident.lists[usize::from(list)].mends.is_some();
            mending_nothing.extend(
                group
                    .iter()
                    .copied()
                    .filter(|index| is_mending(self.rows.get(*index).list) && !mends_something(self.rows.get(*index).list)),
            );
            if !is_mending(newest) || !mends_something(newest) {
                continue;
            }
            let older: Vec<usize> = group.iter().copied().filter(|index| self.rows.get(*index).list != newest).collect();
            let differ = older.iter().any(|one| {
                older.iter().any(|other| {
                    self.rows.get(*one).list == self.rows.get(*other).list && self.rows.get(*one).digest != self.rows.get(*other).digest
                })
            });
            let strangers: Vec<usize> = group
                .iter()
                .copied()
                .filter(|index| self.rows.get(*index).list == newest)
                .filter(|index| !older.is_empty() && older.iter().all(|old| is_stranger(self.rows.get(*old), self.rows.get(*index))))
                .collect();
            let mut newer = group.iter().copied().filter(|index| self.rows.get(*index).list == newest);
            if !strangers.is_empty() {
                somebody_else.extend(strangers);
            } else if differ {
                for index in newer {
                    match self.twin_at_line(incident, index, &older) {
                        Some(twin) => replaced.push((twin, index)),
                        None => held.push(index),
                    }
                }
            } else if let Some(newer) = newer.next() {
                older.iter().for_each(|older| left_out[*older] = true);
                // What an earlier mended list answered is answered.
                let nearest = older.last().map(|index| self.rows.get(*index).list);
                let nearest = older.into_iter().filter(|index| Some(self.rows.get(*index).list) == nearest);
                replaced.extend(nearest.map(|older| (older, newer)));
            }
        }
        replaced.iter().for_each(|(older, _)| left_out[*older] = true);
        for index in somebody_else {
            self.hold_stranger(incident, index);
        }
        for index in held {
            let reason = "several different rows of the mended list have this record id; which one is meant is not clear";
            self.hold(
                incident,
                index,
                "mends-several",
                reason,
                "name its line in a column `line`, or correct the record ids in the mended list itself",
            );
        }
        let faulty: BTreeSet<usize> = self.faults.iter().map(|(index, _)| *index).collect();
        for index in mending_nothing {
            replaced.extend(self.mend_by_line(incident, index, &faulty, left_out).map(|older| (older, index)));
        }
        let mut faults_of: BTreeMap<usize, Vec<RowFault>> = replaced.iter().map(|(older, _)| (*older, Vec::new())).collect();
        for (index, fault) in &self.faults {
            faults_of.entry(*index).and_modify(|faults| faults.push(fault.clone()));
        }
        for (older, newer) in replaced {
            self.hold_what_stays(incident, (older, &faults_of[&older]), newer);
        }
    }

    /// What held or protected the older row and is not answered by the newer one holds that as well.
    fn hold_what_stays(&mut self, incident: &Incident, (older, faults): (usize, &[RowFault]), newer: usize) {
        let (old, new) = (self.rows.get(older), self.rows.get(newer));
        let (columns, list) = (&self.columns[usize::from(new.list)], &incident.lists[usize::from(new.list)]);
        let has =
            |header: &str| columns.headers.contains(&folded(header)) || list.unread.iter().any(|unread| folded(unread) == folded(header));
        let mut lacking = self.lost_column(old, new);
        let mut unanswered = Vec::new();
        for fault in faults {
            let Some((column, _)) = &fault.entry else { continue };
            match Field::from_name(column) {
                Some(field) if fault.lift == Lift::Ruling && old.get(field) == new.get(field) => unanswered.push(fault.clone()),
                None if fault.lift == Lift::Ruling && !has(column) => lacking = lacking.or_else(|| Some(column.clone())),
                _ => {}
            }
        }
        let (file, line) = (&self.files[usize::from(new.list)], new.line);
        let key = super::key(list, new.get(Field::RecordId), line);
        let moved = |fault: RowFault| {
            let place = Place { column: fault.finding.place.column.clone(), ..Place::line(file, line) };
            RowFault { finding: Finding { place, ..fault.finding }.record(&key), ..fault }
        };
        let unanswered: Vec<(usize, RowFault)> = unanswered.into_iter().map(|fault| (newer, moved(fault))).collect();
        self.faults.extend(unanswered);
        if let Some(column) = lacking {
            let reason = format!("the row it replaces has an entry in `{column}`, and the mended list has no such column");
            let hint = "start from mend.csv, which has every column that is needed, or add this one";
            self.hold(incident, newer, "mends-without-column", reason, hint);
        }
    }

    /// A column in which the older row has an entry that decides, and that the newer one's list does not have.
    fn lost_column(&self, old: Row<'_>, new: Row<'_>) -> Option<String> {
        let (before, after) = (&self.columns[usize::from(old.list)], &self.columns[usize::from(new.list)]);
        let status = old.get(Field::Status);
        if after.deceased.is_none() && status == STATUS_OF_THE_DEAD && new.get(Field::Status).is_empty() {
            // An empty status takes back no other one, but does not answer a column that it does not stand for.
            if let Some(column) = &before.deceased {
                return Some(column.clone());
            }
        }
        let told_by_column = status == STATUS_OF_THE_LIVING || status == STATUS_OF_THE_DEAD && after.deceased.is_some();
        let stands = |field: &Field| after.fields.contains(field) || *field == Field::Status && told_by_column;
        let lost = |field: &Field| !old.get(*field).is_empty() && !stands(field);
        Field::DECISIVE.into_iter().find(lost).map(|field| field.name().to_owned())
    }

    fn hold_stranger(&mut self, incident: &Incident, index: usize) {
        let reason = "the row it would replace is somebody else's: name and birth date are others, and no patient id is the same";
        let hint = "check its record id, and which list it mends (`mends` in incident.toml)";
        self.hold(incident, index, "mends-somebody-else", reason, hint);
    }

    /// Of several different rows with one record id, the one on the line that the mended list names.
    fn twin_at_line(&self, incident: &Incident, index: usize, twins: &[usize]) -> Option<usize> {
        let line = self.mended_lines.get(&index)?;
        let mended = ancestors(incident, usize::from(self.rows.get(index).list)).first().copied()?;
        twins.iter().copied().find(|twin| usize::from(self.rows.get(*twin).list) == mended && self.rows.get(*twin).line == *line)
    }

    /// A faulty row may have no usable record id: then the `line` column of the mended list tells which row it replaces.
    fn mend_by_line(&mut self, incident: &Incident, index: usize, faulty: &BTreeSet<usize>, left_out: &mut [bool]) -> Option<usize> {
        let mended = ancestors(incident, usize::from(self.rows.get(index).list)).first().and_then(|list| u16::try_from(*list).ok());
        let target = mended.zip(self.mended_lines.get(&index).copied());
        // Rows stand in list order, then line order.
        let target = target.and_then(|at| self.rows.find(at));
        match target.filter(|target| faulty.contains(target) && !left_out[*target]) {
            Some(target) if is_stranger(self.rows.get(target), self.rows.get(index)) => {
                self.hold_stranger(incident, index);
                None
            }
            Some(target) => {
                left_out[target] = true;
                Some(target)
            }
            None => {
                let reason = "the row mends nothing: the mended list has no row of this record id";
                let hint = "keep the record id of the row that is to be replaced; new people belong into a list without `mends`";
                self.hold(incident, index, "mends-nothing", reason, hint);
                None
            }
        }
    }

    /// Holds rows of one list that have one record id but differ. A row repeated whole is left for merging.
    pub(super) fn hold_twins(&mut self, incident: &Incident) {
        let mut order: Vec<usize> = (0..self.rows.len()).filter(|index| !self.rows.get(*index).get(Field::RecordId).is_empty()).collect();
        let id = |index: usize| (self.rows.get(index).list, self.rows.get(index).get(Field::RecordId));
        order.sort_by(|one, other| id(*one).cmp(&id(*other)).then(one.cmp(other)));
        let mut twins: Vec<(usize, u64)> = Vec::new();
        for group in order.chunk_by(|one, other| id(*one) == id(*other)).filter(|group| group.len() > 1) {
            let other_line = |index: usize| {
                let other = group.iter().find(|other| self.rows.get(**other).digest != self.rows.get(index).digest)?;
                Some((index, self.rows.get(*other).line))
            };
            twins.extend(group.iter().filter_map(|index| other_line(*index)));
        }
        for (index, line) in twins {
            let reason = format!("the record id also stands on line {line}, with other contents");
            self.hold(incident, index, "duplicate-record-id", reason, "give each row a record id of its own, or take out the wrong row");
        }
    }

    fn hold(&mut self, incident: &Incident, index: usize, code: &'static str, reason: impl Into<Sentence>, hint: &'static str) {
        let row = self.rows.get(index);
        let list = usize::from(row.list);
        let finding = Finding::holds(code, Place::line(&self.files[list], row.line), reason, hint);
        let key = super::key(&incident.lists[list], row.get(Field::RecordId), row.line);
        self.faults.push((index, RowFault::of_row(finding.record(key))));
    }

    fn remove(&mut self, left_out: &[bool]) {
        let mut new_index = Vec::with_capacity(left_out.len());
        let mut next = 0;
        for out in left_out {
            new_index.push(if *out { None } else { Some(next) });
            next += usize::from(!*out);
        }
        self.rows.remove(left_out);
        let faults = std::mem::take(&mut self.faults);
        self.faults = faults.into_iter().filter_map(|(index, fault)| new_index[index].map(|index| (index, fault))).collect();
        self.mended_lines.clear();
    }
}

/// The record id, or the line for a row without one: what a record key ends in.
fn key(row: Row<'_>) -> Cow<'_, str> {
    match row.get(Field::RecordId) {
        "" => Cow::Owned(format!("line-{}", row.line)),
        id => Cow::Borrowed(id),
    }
}

/// Whether two rows cannot be one person's before and after a correction: nothing that tells people apart is the same.
fn is_stranger(old: Row<'_>, new: Row<'_>) -> bool {
    let name = |row: Row<'_>| {
        let words = [Field::FirstName, Field::LastName, Field::FullName].map(|field| row.get(field));
        words.concat().to_lowercase().replace(|letter: char| !letter.is_alphanumeric(), "")
    };
    // What cannot be read contradicts nothing.
    let birth = |row: Row<'_>| date_of_row(row.get(Field::BirthDate)).ok();
    let born_otherwise = birth(old).zip(birth(new)).is_some_and(|(old, new)| old != new);
    let same_patient = !old.get(Field::PatientId).is_empty() && old.get(Field::PatientId) == new.get(Field::PatientId);
    name(old) != name(new) && born_otherwise && !same_patient
}

/// The lists that a list mends, directly and through others, nearest first.
pub(super) fn ancestors(incident: &Incident, list: usize) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    let mut at = list;
    while let [next] = *mended(&incident.lists, at)
        && next != list
        && !found.contains(&next)
    {
        found.push(next);
        at = next;
    }
    found
}
