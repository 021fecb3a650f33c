//! A connection that prepares each of its statements once.

use super::faults::{While, fault};
use crate::error::{Error, Result};
use crate::ledger::faults::{OPTION, unreadable_entry};
use crate::ledger::store::Doing;
use postgres::binary_copy::BinaryCopyInWriter;
use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::{FromSql, ToSql, Type};
use postgres::{Client, Row, Statement};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Values of a statement, in order.
pub(super) type Values<'v> = &'v [&'v (dyn ToSql + Sync)];

pub(super) struct Connection {
    client: Client,
    prepared: HashMap<&'static str, Statement>,
    /// Whether something went wrong since the transaction began: then its commit would undo it without a word.
    failed: bool,
    planned: Instant,
}

/// How long the server's plans are good for. They are made for tables as they are at the time, and an outbox that is empty now
/// holds a million rows after the next command of another machine.
const PLANS: Duration = Duration::from_secs(2);

/// A list for which it is worth while to look at the tables again.
const LONG_LIST: usize = 1_000;

impl Connection {
    pub(super) fn new(client: Client) -> Connection {
        Connection { client, prepared: HashMap::new(), failed: false, planned: Instant::now() }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    pub(super) fn begin(&mut self, doing: Doing) -> Result<()> {
        self.failed = false;
        if self.planned.elapsed() >= PLANS {
            self.plan_anew()?;
        }
        self.batch(match doing {
            Doing::Writing => "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
            // Whoever reads sees one moment, however long it takes.
            Doing::Reading => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        })
    }

    pub(super) fn commit(&mut self) -> Result<()> {
        if self.failed {
            return Err(Error::bug("a commit was asked for after a statement had failed"));
        }
        self.batch("COMMIT")
    }

    /// Lets the server plan for tables as they are now.
    fn plan_anew(&mut self) -> Result<()> {
        self.planned = Instant::now();
        self.batch("DISCARD PLANS")
    }

    /// The rows that a list asks for; where it is long, the tables may just have grown by as much.
    pub(super) fn rows_of_list(&mut self, query: &'static str, values: Values<'_>, length: usize) -> Result<Vec<Row>> {
        if length >= LONG_LIST {
            self.plan_anew()?;
        }
        self.rows(query, values)
    }

    /// Statements without values.
    pub(super) fn batch(&mut self, statements: &str) -> Result<()> {
        let done = self.client.batch_execute(statements);
        self.told(done)
    }

    /// Runs a statement; how many rows it concerned.
    pub(super) fn run(&mut self, query: &'static str, values: Values<'_>) -> Result<u64> {
        let statement = self.statement(query)?;
        let done = self.client.execute(&statement, values);
        self.told(done)
    }

    pub(super) fn rows(&mut self, query: &'static str, values: Values<'_>) -> Result<Vec<Row>> {
        let statement = self.statement(query)?;
        let rows = self.client.query(&statement, values);
        self.told(rows)
    }

    pub(super) fn optional(&mut self, query: &'static str, values: Values<'_>) -> Result<Option<Row>> {
        Ok(self.rows(query, values)?.pop())
    }

    /// The row of a statement that always has one.
    pub(super) fn row(&mut self, query: &'static str, values: Values<'_>) -> Result<Row> {
        self.optional(query, values)?.ok_or_else(|| unreadable_entry(OPTION))
    }

    /// Row by row, however many there are.
    pub(super) fn each(&mut self, query: &'static str, each: &mut dyn FnMut(&Row) -> Result<()>) -> Result<()> {
        let statement = self.statement(query)?;
        let mut read = || {
            let mut rows = self.client.query_raw(&statement, std::iter::empty::<i32>()).map_err(Stopped::There)?;
            while let Some(row) = rows.next().map_err(Stopped::There)? {
                each(&row).map_err(Stopped::Here)?;
            }
            Ok(())
        };
        match read() {
            Ok(()) => Ok(()),
            Err(Stopped::Here(error)) => Err(error),
            Err(Stopped::There(error)) => self.told(Err(error)),
        }
    }

    /// Writes rows into a table, however many there are.
    pub(super) fn copy<R, const N: usize>(
        &mut self,
        query: &'static str,
        types: &[Type; N],
        rows: &mut dyn Iterator<Item = R>,
        values: impl for<'r> Fn(&'r R) -> [&'r (dyn ToSql + Sync); N],
    ) -> Result<()> {
        let mut copy = || {
            let mut writer = BinaryCopyInWriter::new(self.client.copy_in(query)?, types);
            let broken = std::iter::from_fn(|| rows.next()).find_map(|row| writer.write(&values(&row)).err());
            // When the server has stopped listening, the answer says why.
            writer.finish()?;
            broken.map_or(Ok(()), Err)
        };
        let copied = copy();
        self.told(copied)
    }

    fn statement(&mut self, query: &'static str) -> Result<Statement> {
        if let Some(statement) = self.prepared.get(query) {
            return Ok(statement.clone());
        }
        let prepared = self.client.prepare(query);
        let statement = self.told(prepared)?;
        self.prepared.insert(query, statement.clone());
        Ok(statement)
    }

    fn told<T>(&mut self, answer: Result<T, postgres::Error>) -> Result<T> {
        answer.map_err(|error| {
            self.failed = true;
            fault(While::Working, &error)
        })
    }
}

/// Who stopped reading or writing rows: the server or we.
enum Stopped {
    There(postgres::Error),
    Here(Error),
}

/// A value that must be readable.
pub(super) fn value<'r, T: FromSql<'r>>(row: &'r Row, column: usize) -> Result<T> {
    row.try_get(column).map_err(|_| unreadable_entry(OPTION))
}

/// A number that must fit.
pub(super) fn number<T: TryFrom<i64>>(row: &Row, column: usize) -> Result<T> {
    fitting(value::<i64>(row, column)?)
}

/// A piece, which is stored in half the width.
pub(super) fn piece(row: &Row, column: usize) -> Result<u32> {
    fitting(value::<i32>(row, column)?)
}

/// Bytes of a known length.
pub(super) fn bytes<const LENGTH: usize>(row: &Row, column: usize) -> Result<[u8; LENGTH]> {
    fitting(value::<&[u8]>(row, column)?)
}

pub(super) fn fitting<F, T: TryFrom<F>>(stored: F) -> Result<T> {
    T::try_from(stored).map_err(|_| unreadable_entry(OPTION))
}
