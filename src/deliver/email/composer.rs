//! The hand that composes: leases become messages.

use super::courier::Report;
use super::drain::Build;
use super::message::{Letterhead, recipient};
use super::reply::Fate;
use crate::error::{Error, Result};
use crate::ledger::{Begun, Lease};
use jiff::Timestamp;
use lettre::Address;
use sha2::{Digest as _, Sha256};
use std::sync::mpsc::{Receiver, Sender};

/// A message that is ready to leave.
pub(super) struct Ready {
    pub(super) begun: Begun,
    pub(super) to: Address,
    pub(super) message: Vec<u8>,
}

/// Composes what is ordered until no more is, or nobody takes it.
pub(super) fn compose_all(
    orders: &Receiver<Lease>,
    composed: &tokio::sync::mpsc::Sender<Ready>,
    letterhead: &Letterhead,
    clock: &(dyn Fn() -> Timestamp + Sync),
    build: &mut Build<'_>,
    reports: &Sender<Report>,
) {
    // A letter that could not be composed ends the work; what was ordered besides goes back.
    let mut stopped = false;
    for lease in orders {
        let report = match if stopped { Ok(None) } else { compose(lease, letterhead, clock, build) } {
            Ok(Some(Made::Ready(ready))) => match composed.blocking_send(ready) {
                Ok(()) => continue,
                Err(_) => Report::Untouched(lease),
            },
            Ok(Some(Made::NoAddress)) => Report::Ended { lease, fate: Fate::Failed, detail: "the address cannot be used".to_owned() },
            Ok(None) => Report::Untouched(lease),
            Err(error) => {
                stopped = true;
                let _ = reports.send(Report::Stop(error));
                Report::Untouched(lease)
            }
        };
        if reports.send(report).is_err() {
            return;
        }
    }
}

enum Made {
    Ready(Ready),
    NoAddress,
}

fn compose(lease: Lease, letterhead: &Letterhead, clock: &(dyn Fn() -> Timestamp + Sync), build: &mut Build<'_>) -> Result<Option<Made>> {
    let outgoing = build(lease.piece)?;
    if outgoing.piece != lease.piece {
        return Err(Error::bug("another piece was built than was asked for"));
    }
    let Ok(to) = recipient(&outgoing) else { return Ok(Some(Made::NoAddress)) };
    let message = letterhead.message(clock(), &outgoing)?;
    let begun = Begun { lease, message: Sha256::digest(&message).into() };
    Ok(Some(Made::Ready(Ready { begun, to, message })))
}
