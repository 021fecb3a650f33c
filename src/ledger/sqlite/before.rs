//! Events of a ledger that had no chains yet: they become the first link of the desk's chain, and the outbox is made of them.

use crate::ledger::chain::{Link, Sha, StoredEvent, beginning, link_digest};
use rusqlite::{Transaction, params};

/// Takes the events over and lets go of the table that held them. A new ledger has none.
pub(super) fn adopt(transaction: &Transaction<'_>, incident: &str) -> rusqlite::Result<()> {
    let mut previous = beginning(incident);
    let mut number = 0;
    let query = "SELECT kind, piece, attempt, job, detail FROM event_of_before ORDER BY ordinal LIMIT ? OFFSET ?";
    loop {
        let link = number + 1;
        let mut read = transaction.prepare_cached(query)?;
        let events = read.query_map(params![LINK, number * LINK], |row| {
            let (kind, piece, attempt) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(StoredEvent { ordinal: 0, kind, piece, attempt, job: row.get(3)?, detail: row.get(4)?, digest: None, mark: 0 })
        })?;
        let events: Vec<StoredEvent> = events.collect::<rusqlite::Result<_>>()?;
        if events.is_empty() {
            break;
        }
        previous = add(transaction, &previous, link, events)?;
        number = link;
    }
    transaction.execute_batch("DROP TABLE event_of_before")?;
    transaction.execute_batch(OUTBOX)
}

/// Events of one link.
const LINK: i64 = 1 << 16;

/// What was queued, put off, released for another attempt, or begun and not ended when the ledger was last used.
const OUTBOX: &str = "INSERT INTO outbox (piece, attempt, due, begun, until)
    SELECT event.piece, CASE event.kind WHEN 'deferred' THEN event.attempt + 1 WHEN 'resolved_resend' THEN event.attempt + 1
        ELSE event.attempt END, 0, event.kind = 'data_started', 0
    FROM state JOIN event ON event.ordinal = state.ordinal
    WHERE state.kind IN ('queued', 'deferred', 'resolved_resend', 'data_started')";

fn add(transaction: &Transaction<'_>, previous: &Sha, id: i64, events: Vec<StoredEvent>) -> rusqlite::Result<Sha> {
    let (worker, moment) = ("desk".to_owned(), None);
    let mut link = Link { id, worker, number: id, moment, events: events.len() as i64, digest: Sha::default() };
    let placed: Vec<StoredEvent> = events.into_iter().enumerate().map(|(place, event)| event.at(id, place)).collect();
    link.digest = link_digest(previous, &link, placed.iter().map(StoredEvent::sha));
    super::links::add(transaction, &link, &placed)?;
    Ok(link.digest)
}
