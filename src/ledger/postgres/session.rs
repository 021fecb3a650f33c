//! One transaction on the schema: each question of the rules is a statement in one of the files beside this one.

use super::connection::{Connection, value};
use super::{links, of_people, outbox, people, standing, versions};
use crate::error::Result;
use crate::ledger::chain::{Link, Sha, StoredEvent};
use crate::ledger::faults::OPTION;
use crate::ledger::store::{Already, Counted, Due, Known, Leasing, Millis, Session};
use crate::ledger::{Bearer, CodeDigest, Lease, Listed, Marks, OfPeople, Piece, PieceState, Standing};

pub(in crate::ledger) struct PostgresSession<'s> {
    connection: &'s mut Connection,
    /// Drawn together with the head of a chain.
    next_link: Option<i64>,
    ended: bool,
}

/// What one session at a time may do in a ledger. Rows cannot be locked for it: they are not there yet.
#[derive(Debug, Clone, Copy)]
enum Activity {
    Allotting = 1,
    Judging = 2,
    CountingJobs = 3,
    ReplacingStanding = 4,
}

/// Held until the end of the transaction. The table stands for the ledger: each schema has its own.
const HOLD: &str = "SELECT pg_advisory_xact_lock(('ledger'::regclass::oid::bigint << 8) + $1)";

const HAS: &str = "SELECT EXISTS (SELECT 1 FROM event WHERE piece IS NULL AND kind = $1 AND ($2::bytea IS NULL OR digest = $2))";

impl<'s> PostgresSession<'s> {
    pub(super) fn new(connection: &'s mut Connection) -> PostgresSession<'s> {
        PostgresSession { connection, next_link: None, ended: false }
    }

    /// Waits until nobody else does this.
    fn hold(&mut self, activity: Activity) -> Result<()> {
        self.connection.run(HOLD, &[&(activity as i64)]).map(drop)
    }
}

impl Drop for PostgresSession<'_> {
    /// Undoes what was not committed. Where that fails the connection is gone, and the server undoes it.
    fn drop(&mut self) {
        if !self.ended && !self.connection.is_closed() {
            let _ = self.connection.batch("ROLLBACK");
        }
    }
}

impl Session for PostgresSession<'_> {
    const PLACE: &'static str = OPTION;

    fn commit(mut self) -> Result<()> {
        self.connection.commit()?;
        self.ended = true;
        Ok(())
    }

    fn incident(&mut self) -> Result<String> {
        value(&self.connection.row(versions::OWNER, &[])?, 0)
    }

    fn now(&mut self, _given: Option<Millis>) -> Result<Millis> {
        value(&self.connection.row(outbox::NOW, &[])?, 0)
    }

    fn head(&mut self, worker: &str) -> Result<Option<Link>> {
        let (head, next) = links::head(self.connection, worker)?;
        self.next_link = Some(next);
        Ok(head)
    }

    fn heads(&mut self) -> Result<Vec<Link>> {
        links::heads(self.connection)
    }

    fn link(&mut self, worker: &str, number: i64) -> Result<Option<Link>> {
        links::of_number(self.connection, worker, number)
    }

    fn next_link(&mut self) -> Result<i64> {
        match self.next_link.take() {
            Some(next) => Ok(next),
            None => value(&self.connection.row(links::NEXT, &[])?, 0),
        }
    }

    fn add_link(&mut self, link: &Link, events: &[StoredEvent]) -> Result<()> {
        links::add(self.connection, link, events)
    }

    fn each_link(&mut self, each: &mut dyn FnMut(Link) -> Result<()>) -> Result<()> {
        links::each(self.connection, each)
    }

    fn each_event(&mut self, each: &mut dyn FnMut(StoredEvent) -> Result<()>) -> Result<()> {
        links::each_event(self.connection, each)
    }

    fn alone(&mut self) -> Result<()> {
        self.hold(Activity::Judging)
    }

    fn latest(&mut self, kinds: &[&str], pieces: &[Piece]) -> Result<Vec<StoredEvent>> {
        links::latest(self.connection, kinds, pieces)
    }

    fn has(&mut self, kind: &str, digest: Option<&Sha>) -> Result<bool> {
        value(&self.connection.row(HAS, &[&kind, &digest.map(Sha::as_slice)])?, 0)
    }

    fn last_piece(&mut self) -> Result<Option<Piece>> {
        self.hold(Activity::Allotting)?;
        people::last(self.connection)
    }

    fn find(&mut self, keys: &[&str]) -> Result<Vec<Option<Known>>> {
        people::find(self.connection, keys)
    }

    fn add_pieces(&mut self, pieces: &[(Piece, Bearer)]) -> Result<()> {
        people::add(self.connection, pieces)
    }

    fn set_marks(&mut self, marks: &[(Piece, Marks)]) -> Result<()> {
        people::set_marks(self.connection, marks)
    }

    fn add_aliases(&mut self, aliases: &[(String, Piece)]) -> Result<()> {
        people::add_aliases(self.connection, aliases)
    }

    fn each_mark(&mut self, each: &mut dyn FnMut(Piece, Marks)) -> Result<()> {
        people::each_mark(self.connection, each)
    }

    fn each_piece(&mut self, each: &mut dyn FnMut(Piece, &str)) -> Result<()> {
        people::each_piece(self.connection, each)
    }

    fn codes(&mut self) -> Result<Vec<(Piece, CodeDigest)>> {
        people::codes(self.connection)
    }

    fn add_codes(&mut self, codes: &[(Piece, CodeDigest)]) -> Result<()> {
        people::add_codes(self.connection, codes)
    }

    fn job(&mut self, digest: &str) -> Result<u32> {
        if let Some(known) = standing::known_job(self.connection, digest)? {
            return Ok(known);
        }
        self.hold(Activity::CountingJobs)?;
        match standing::known_job(self.connection, digest)? {
            Some(known) => Ok(known),
            None => standing::add_job(self.connection, digest),
        }
    }

    fn replace_standing(&mut self, job: u32, rows: u64, merged: u64, people: &mut dyn Iterator<Item = Standing>) -> Result<()> {
        self.hold(Activity::ReplacingStanding)?;
        standing::replace(self.connection, job, rows, merged, people)
    }

    fn each_standing(&mut self, each: &mut dyn FnMut(Standing) -> Result<()>) -> Result<()> {
        standing::each(self.connection, each)
    }

    fn standing_source(&mut self) -> Result<Option<(u32, u64, u64)>> {
        standing::source(self.connection)
    }

    fn count_standing(&mut self) -> Result<Vec<Counted>> {
        standing::count(self.connection)
    }

    fn count_gone(&mut self) -> Result<Vec<(String, u64)>> {
        standing::count_gone(self.connection)
    }

    fn listed(&mut self, states: &[&str]) -> Result<Vec<Listed>> {
        standing::listed(self.connection, states)
    }

    fn each_state(&mut self, each: &mut dyn FnMut(PieceState) -> Result<()>) -> Result<()> {
        links::each_state(self.connection, each)
    }

    fn states_of(&mut self, pieces: &[Piece]) -> Result<Vec<PieceState>> {
        links::states_of(self.connection, pieces)
    }

    fn of_people(&mut self) -> Result<OfPeople> {
        of_people::count(self.connection)
    }

    fn remove_people(&mut self) -> Result<()> {
        for activity in [Activity::Allotting, Activity::Judging, Activity::ReplacingStanding] {
            self.hold(activity)?;
        }
        of_people::remove(self.connection)
    }

    fn queue(&mut self, rows: &[Due]) -> Result<()> {
        outbox::queue(self.connection, rows)
    }

    fn waiting(&mut self, now: Millis) -> Result<Vec<(Piece, u32)>> {
        outbox::waiting(self.connection, now)
    }

    fn unqueue(&mut self, pieces: &[Piece], now: Millis) -> Result<Vec<(Piece, u32)>> {
        outbox::unqueue(self.connection, pieces, now)
    }

    fn lease(&mut self, leasing: Leasing) -> Result<Vec<Lease>> {
        outbox::lease(self.connection, leasing)
    }

    fn renew(&mut self, sender: i64, until: Millis) -> Result<()> {
        outbox::renew(self.connection, sender, until)
    }

    fn give_back(&mut self, sender: i64, behind: i64) -> Result<()> {
        outbox::give_back(self.connection, sender, behind)
    }

    fn begin_messages(&mut self, leases: &[Lease]) -> Result<Vec<Option<Already>>> {
        if leases.is_empty() { Ok(Vec::new()) } else { outbox::begin_messages(self.connection, leases) }
    }

    fn settle(&mut self, leases: &[Lease]) -> Result<Vec<bool>> {
        if leases.is_empty() { Ok(Vec::new()) } else { outbox::settle(self.connection, leases) }
    }

    fn put_off(&mut self, leases: &[(Lease, Millis)]) -> Result<Vec<bool>> {
        if leases.is_empty() { Ok(Vec::new()) } else { outbox::put_off(self.connection, leases) }
    }

    fn abandoned(&mut self, now: Millis, all: bool) -> Result<Vec<(Piece, u32)>> {
        outbox::abandoned(self.connection, now, all)
    }

    fn outbox(&mut self) -> Result<Option<(u64, Millis)>> {
        outbox::earliest(self.connection)
    }
}
