//! Reading ahead: while rows are judged, one more thread reads those that follow.

use super::source::Take;
use crate::incident::csv_rows::{CsvRow, Quotes};
use csv::StringRecord;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

/// So many bytes of rows change hands together; a longer row goes by itself.
const BATCH: usize = 256 * 1024;

/// A row in memory of its own.
#[derive(Default)]
pub(super) struct KeptRow {
    line: u64,
    raw: String,
    cells: StringRecord,
    quotes: Quotes,
}

/// Rows that change hands, in memory that is used again.
#[derive(Default)]
struct Batch {
    rows: Vec<KeptRow>,
    /// How many of them are filled.
    filled: usize,
    /// Bytes of those.
    bytes: usize,
}

/// Hands over every row that `read` gives, many at once, until `take` has enough.
///
/// # Errors
/// What `read` ended with; the rows before that were handed over.
pub(super) fn pass<E: Send>(
    read: impl FnOnce(&mut Take<'_>) -> Result<(), E> + Send,
    take: &mut dyn FnMut(&[KeptRow]) -> ControlFlow<()>,
) -> Result<(), E> {
    let (sender, filled) = sync_channel(1);
    let (emptied, empty) = channel();
    thread::scope(|scope| {
        scope.spawn(move || fill(read, &sender, &empty));
        hand_over(filled, &emptied, take)
    })
}

/// Owns the receiver: when it returns, who fills batches finds nobody there and stops.
fn hand_over<E>(
    filled: Receiver<Result<Batch, E>>,
    emptied: &Sender<Batch>,
    take: &mut dyn FnMut(&[KeptRow]) -> ControlFlow<()>,
) -> Result<(), E> {
    for batch in filled {
        let batch = batch?;
        if take(&batch.rows[..batch.filled]).is_break() {
            return Ok(());
        }
        // At the end nobody wants it any more.
        let _ = emptied.send(batch);
    }
    Ok(())
}

fn fill<E>(read: impl FnOnce(&mut Take<'_>) -> Result<(), E>, sender: &SyncSender<Result<Batch, E>>, empty: &Receiver<Batch>) {
    let mut batch = Batch::default();
    let done = read(&mut |row| {
        batch.add(row);
        if batch.bytes < BATCH {
            return ControlFlow::Continue(());
        }
        let next = empty.try_recv().unwrap_or_default();
        let full = std::mem::replace(&mut batch, next.emptied());
        if sender.send(Ok(full)).is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    // Nobody may listen any more.
    let _ = sender.send(Ok(batch));
    let _ = done.map_err(|error| sender.send(Err(error)));
}

impl KeptRow {
    pub(super) fn as_row(&self) -> CsvRow<'_> {
        CsvRow { line: self.line, raw: &self.raw, cells: &self.cells, quotes: self.quotes }
    }
}

impl Batch {
    /// With the memory of its rows, but for those that no other row is as long as.
    fn emptied(mut self) -> Batch {
        self.rows.retain(|row| row.raw.capacity() <= BATCH);
        Batch { rows: self.rows, filled: 0, bytes: 0 }
    }

    fn add(&mut self, row: &CsvRow<'_>) {
        if self.filled == self.rows.len() {
            self.rows.push(KeptRow::default());
        }
        let kept = &mut self.rows[self.filled];
        (kept.line, kept.quotes) = (row.line, row.quotes);
        kept.raw.clear();
        kept.raw.push_str(row.raw);
        // Cell by cell: a record that was read keeps the room of the longest one before it, and its clone would as well.
        kept.cells.clear();
        if row.raw.len() > BATCH {
            kept.cells = StringRecord::with_capacity(row.raw.len(), row.cells.len());
        }
        kept.cells.extend(row.cells);
        self.filled += 1;
        self.bytes += row.raw.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::csv_rows::CsvRows;

    /// The lines that were taken, and how it ended, of a text of so many rows.
    fn taken(count: usize, ends: Result<(), u8>, most: usize) -> (Vec<String>, Result<(), u8>) {
        let text: String = (0..count).map(|row| format!("{row},\"{}\"\n", "x".repeat(row % 700))).collect();
        let mut lines = Vec::new();
        let read = |take: &mut Take<'_>| {
            let mut rows = CsvRows::new(&text);
            while let Some(row) = rows.next_row() {
                if take(&row).is_break() {
                    return Ok(());
                }
            }
            ends
        };
        let passed = pass(read, &mut |rows| {
            lines.extend(rows.iter().map(|row| format!("{}:{}", row.as_row().line, row.as_row().cells.get(0).unwrap())));
            if lines.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        (lines, passed)
    }

    #[test]
    fn every_row_comes_once_and_in_order_also_before_an_error() {
        for ends in [Ok(()), Err(7)] {
            let (lines, passed) = taken(9_000, ends, usize::MAX);
            let all: Vec<String> = (0..9_000).map(|row| format!("{}:{row}", row + 1)).collect();
            assert_eq!((lines, passed), (all, ends));
        }
        assert_eq!(taken(0, Ok(()), 1).0.len(), 0);
    }

    #[test]
    fn who_has_enough_gets_no_more() {
        let (lines, passed) = taken(9_000, Err(7), 1);
        assert!(lines.len() < 2_000 && passed == Ok(()), "{}", lines.len());
    }
}
