//! What one row says, beside its values, against writing to the person as usual: that the patient is dead, or that no letter may go.

use super::Field;
use super::cells::{Flag, flag, says_nothing};
use super::columns::Life;
use super::decisive::Watch;
use super::faults::RowFault;
use super::row_judge::{Judge, Value, value_of};
use crate::error::Finding;
use crate::incident::csv_rows::CsvRow;
use std::borrow::Cow;

/// What a row's status becomes when another column tells that the patient is dead.
pub(super) const STATUS_OF_THE_DEAD: &str = "deceased";

/// And when it tells that the patient lives.
pub(super) const STATUS_OF_THE_LIVING: &str = "living";

impl Judge<'_> {
    /// What columns tell of who is dead becomes the status where the row has none; none may say otherwise than another, or than the status.
    pub(super) fn judge_deceased(&self, row: &CsvRow<'_>, cells: &[Cow<'_, str>], values: &mut Vec<Value<'_>>, faults: &mut Vec<RowFault>) {
        let mut told: Option<(Life, usize)> = None;
        for column in &self.layout.deceased {
            let life = self.names.life(cells.get(column.position).map_or("", |cell| cell.as_ref()), column.form);
            match (life, told) {
                (Life::Untold, _) => {}
                (Life::Unclear, _) => faults.push(self.unknown_flag(row, column.position, Field::DECEASED_FLAG)),
                (_, Some((other, at))) if other != life => {
                    let other = format!("`{}` says otherwise", self.layout.headers[at]);
                    faults.push(self.contradicted_life(row, column.position, life, &other));
                }
                _ => told = Some((life, column.position)),
            }
        }
        let Some((life, position)) = told else { return };
        let status = value_of(values, Field::Status);
        let dies = !value_of(values, Field::DeathDate).is_empty();
        match life {
            _ if status.is_empty() && !(dies && life == Life::Living) => {
                let status = if life == Life::Dead { STATUS_OF_THE_DEAD } else { STATUS_OF_THE_LIVING };
                values.retain(|(field, _)| *field != Field::Status);
                values.push((Field::Status, Cow::Borrowed(status)));
            }
            Life::Living if dies => faults.push(self.contradicted_life(row, position, life, "there is a date of death")),
            _ if self.names.says_dead(status) != (life == Life::Dead) => {
                faults.push(self.contradicted_life(row, position, life, "the status says otherwise"));
            }
            _ => {}
        }
    }

    fn contradicted_life(&self, row: &CsvRow<'_>, position: usize, life: Life, other: &str) -> RowFault {
        let life = if life == Life::Dead { "dead" } else { "living" };
        let reason = format!("by `{}` the patient is {life}, and {other}", self.layout.headers[position]);
        let finding =
            Finding::holds("status-contradiction", self.place_at(row, position), reason, "find out which is right, and correct the other");
        RowFault::of_cell(finding, Field::DECEASED_FLAG, row.cells.get(position).unwrap_or_default())
    }

    /// An entry in a column that nothing reads, which may speak against a letter: `Do Not Mail`, `Confidential Comm`, or a comment.
    pub(super) fn judge_watched(&self, row: &CsvRow<'_>, faults: &mut Vec<RowFault>) {
        for (position, watch) in &self.layout.watched {
            let cell = row.cells.get(*position).unwrap_or_default();
            let speaks = match watch {
                Watch::AnyEntry => !says_nothing(cell),
                Watch::NoEntry => !matches!(flag(cell), Flag::Yes | Flag::Blank),
                Watch::Telling => self.names.others.tells(cell),
            };
            if !speaks {
                continue;
            }
            let header = &self.layout.headers[*position];
            let hint = "look at what it says; put it into a column that is read, such as status or confidential_address1, and empty the cell, or release the person when the letter may go; when the column decides nothing, name it in [[lists]]: unread";
            let reason = format!("the entry in `{header}` may decide whether or to whom a letter goes, and nothing reads that column");
            let finding = Finding::holds("decisive-column", self.place_at(row, *position), reason, hint);
            faults.push(RowFault::of_cell(finding, header, cell).may_be_ruled());
        }
    }
}
