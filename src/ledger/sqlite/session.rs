//! One transaction on the SQLite file: each question of the rules is a statement in one of the files beside this one.

use super::faults::fault;
use super::{links, of_people, outbox, people, standing};
use crate::error::Result;
use crate::ledger::chain::{Link, Sha, StoredEvent};
use crate::ledger::faults::{FILE, unreadable_entry};
use crate::ledger::store::{Already, Counted, Doing, Due, Known, Leasing, Millis, Session};
use crate::ledger::{Bearer, CodeDigest, Lease, Listed, Marks, OfPeople, Piece, PieceState, Standing};
use rusqlite::{Transaction, params};

pub(in crate::ledger) struct SqliteSession<'s> {
    pub(super) transaction: Transaction<'s>,
    pub(super) doing: Doing,
}

/// Why a piece of work stopped: the store's own fault, or an error that the work found.
pub(super) enum Fault {
    Store(rusqlite::Error),
    Ours(crate::error::Error),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Fault::Store(error)
    }
}

impl From<crate::error::Error> for Fault {
    fn from(error: crate::error::Error) -> Self {
        Fault::Ours(error)
    }
}

/// What a statement gives.
pub(super) type Answer<T> = Result<T, Fault>;

impl SqliteSession<'_> {
    fn told<T>(&self, answer: impl Into<AnswerOf<T>>) -> Result<T> {
        answer.into().0.map_err(|stopped| match stopped {
            Fault::Store(error) => fault(self.doing, &error),
            Fault::Ours(error) => error,
        })
    }
}

/// Either kind of answer.
struct AnswerOf<T>(Answer<T>);

impl<T> From<Answer<T>> for AnswerOf<T> {
    fn from(answer: Answer<T>) -> Self {
        AnswerOf(answer)
    }
}

impl<T> From<rusqlite::Result<T>> for AnswerOf<T> {
    fn from(answer: rusqlite::Result<T>) -> Self {
        AnswerOf(answer.map_err(Fault::Store))
    }
}

impl Session for SqliteSession<'_> {
    const PLACE: &'static str = FILE;

    fn commit(self) -> Result<()> {
        let Self { transaction, doing } = self;
        transaction.commit().map_err(|error| fault(doing, &error))
    }

    fn incident(&mut self) -> Result<String> {
        self.told(self.transaction.query_row("SELECT incident FROM ledger", [], |row| row.get(0)))
    }

    fn now(&mut self, given: Option<Millis>) -> Result<Millis> {
        given.ok_or_else(|| crate::error::Error::bug("a ledger that leases was not told what time it is"))
    }

    fn head(&mut self, worker: &str) -> Result<Option<Link>> {
        self.told(links::head(&self.transaction, worker))
    }

    fn heads(&mut self) -> Result<Vec<Link>> {
        self.told(links::heads(&self.transaction))
    }

    fn link(&mut self, worker: &str, number: i64) -> Result<Option<Link>> {
        self.told(links::of_number(&self.transaction, worker, number))
    }

    fn next_link(&mut self) -> Result<i64> {
        self.told(self.transaction.query_row("SELECT coalesce(max(id), 0) + 1 FROM link", [], |row| row.get(0)))
    }

    fn add_link(&mut self, link: &Link, events: &[StoredEvent]) -> Result<()> {
        self.told(links::add(&self.transaction, link, events))
    }

    fn each_link(&mut self, each: &mut dyn FnMut(Link) -> Result<()>) -> Result<()> {
        self.told(links::each(&self.transaction, each))
    }

    fn each_event(&mut self, each: &mut dyn FnMut(StoredEvent) -> Result<()>) -> Result<()> {
        self.told(links::each_event(&self.transaction, each))
    }

    fn latest(&mut self, kinds: &[&str], pieces: &[Piece]) -> Result<Vec<StoredEvent>> {
        self.told(links::latest(&self.transaction, kinds, pieces))
    }

    fn has(&mut self, kind: &str, digest: Option<&Sha>) -> Result<bool> {
        let query = "SELECT EXISTS (SELECT 1 FROM event WHERE piece IS NULL AND kind = ?1 AND (?2 IS NULL OR digest = ?2))";
        self.told(self.transaction.query_row(query, params![kind, digest], |row| row.get(0)))
    }

    fn last_piece(&mut self) -> Result<Option<Piece>> {
        self.told(self.transaction.query_row("SELECT max(number) FROM piece", [], |row| row.get(0)))
    }

    fn find(&mut self, keys: &[&str]) -> Result<Vec<Option<Known>>> {
        self.told(people::find(&self.transaction, keys))
    }

    fn add_pieces(&mut self, pieces: &[(Piece, Bearer)]) -> Result<()> {
        self.told(people::add(&self.transaction, pieces))
    }

    fn set_marks(&mut self, marks: &[(Piece, Marks)]) -> Result<()> {
        self.told(people::set_marks(&self.transaction, marks))
    }

    fn add_aliases(&mut self, aliases: &[(String, Piece)]) -> Result<()> {
        self.told(people::add_aliases(&self.transaction, aliases))
    }

    fn each_mark(&mut self, each: &mut dyn FnMut(Piece, Marks)) -> Result<()> {
        self.told(people::each_mark(&self.transaction, each))
    }

    fn each_piece(&mut self, each: &mut dyn FnMut(Piece, &str)) -> Result<()> {
        self.told(people::each_piece(&self.transaction, each))
    }

    fn codes(&mut self) -> Result<Vec<(Piece, CodeDigest)>> {
        self.told(people::codes(&self.transaction))
    }

    fn add_codes(&mut self, codes: &[(Piece, CodeDigest)]) -> Result<()> {
        self.told(people::add_codes(&self.transaction, codes))
    }

    fn job(&mut self, digest: &str) -> Result<u32> {
        self.told(standing::job(&self.transaction, digest))
    }

    fn replace_standing(&mut self, job: u32, rows: u64, merged: u64, people: &mut dyn Iterator<Item = Standing>) -> Result<()> {
        self.told(standing::replace(&self.transaction, job, rows, merged, people))
    }

    fn each_standing(&mut self, each: &mut dyn FnMut(Standing) -> Result<()>) -> Result<()> {
        self.told(standing::each(&self.transaction, each))
    }

    fn standing_source(&mut self) -> Result<Option<(u32, u64, u64)>> {
        self.told(standing::source(&self.transaction))
    }

    fn count_standing(&mut self) -> Result<Vec<Counted>> {
        self.told(standing::count(&self.transaction))
    }

    fn count_gone(&mut self) -> Result<Vec<(String, u64)>> {
        self.told(standing::count_gone(&self.transaction))
    }

    fn listed(&mut self, states: &[&str]) -> Result<Vec<Listed>> {
        self.told(standing::listed(&self.transaction, states))
    }

    fn each_state(&mut self, each: &mut dyn FnMut(PieceState) -> Result<()>) -> Result<()> {
        self.told(links::each_state(&self.transaction, each))
    }

    fn states_of(&mut self, pieces: &[Piece]) -> Result<Vec<PieceState>> {
        self.told(links::states_of(&self.transaction, pieces))
    }

    fn of_people(&mut self) -> Result<OfPeople> {
        self.told(of_people::count(&self.transaction))
    }

    fn remove_people(&mut self) -> Result<()> {
        self.told(of_people::remove(&self.transaction))
    }

    fn queue(&mut self, rows: &[Due]) -> Result<()> {
        self.told(outbox::queue(&self.transaction, rows))
    }

    fn waiting(&mut self, now: Millis) -> Result<Vec<(Piece, u32)>> {
        self.told(outbox::waiting(&self.transaction, now))
    }

    fn unqueue(&mut self, pieces: &[Piece], now: Millis) -> Result<Vec<(Piece, u32)>> {
        self.told(outbox::unqueue(&self.transaction, pieces, now))
    }

    fn lease(&mut self, leasing: Leasing) -> Result<Vec<Lease>> {
        self.told(outbox::lease(&self.transaction, leasing))
    }

    fn renew(&mut self, sender: i64, until: Millis) -> Result<()> {
        self.told(outbox::renew(&self.transaction, sender, until))
    }

    fn give_back(&mut self, _sender: i64, behind: i64) -> Result<()> {
        self.told(outbox::give_back(&self.transaction, behind))
    }

    fn begin_messages(&mut self, leases: &[Lease]) -> Result<Vec<Option<Already>>> {
        self.told(outbox::begin_messages(&self.transaction, leases))
    }

    fn settle(&mut self, leases: &[Lease]) -> Result<Vec<bool>> {
        self.told(outbox::settle(&self.transaction, leases))
    }

    fn put_off(&mut self, leases: &[(Lease, Millis)]) -> Result<Vec<bool>> {
        self.told(outbox::put_off(&self.transaction, leases))
    }

    fn abandoned(&mut self, now: Millis, all: bool) -> Result<Vec<(Piece, u32)>> {
        self.told(outbox::abandoned(&self.transaction, now, all))
    }

    fn outbox(&mut self) -> Result<Option<(u64, Millis)>> {
        self.told(outbox::earliest(&self.transaction))
    }
}

/// Reads every row of a statement.
pub(super) fn rows<T>(
    transaction: &Transaction<'_>,
    query: &str,
    values: impl rusqlite::Params,
    mut entry: impl FnMut(&rusqlite::Row<'_>) -> Answer<T>,
) -> Answer<Vec<T>> {
    let mut statement = transaction.prepare_cached(query)?;
    let mut rows = statement.query(values)?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(entry(row)?);
    }
    Ok(entries)
}

/// A stored value that must be readable.
pub(super) fn readable<T>(value: Option<T>) -> Answer<T> {
    value.ok_or_else(|| Fault::Ours(unreadable_entry(FILE)))
}
