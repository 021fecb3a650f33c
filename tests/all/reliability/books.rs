//! What the ledger of an incident folder says, read through the library.

use super::ledgers::Place;
use super::post::ID;
use crate::harness::Home;
use breachnotice::ledger::{self, Event, EventKind, Ledger, PieceState};
use std::collections::BTreeMap;

/// A ledger to read.
pub(super) struct Books(Box<dyn Ledger>);

impl Books {
    /// Opens the ledger of a folder that [`super::post::released`] made.
    pub(super) fn open(home: &Home, folder: &str, place: &Place) -> Books {
        Books(ledger::open_existing(&home.path(folder), ID, place.access.as_ref()).unwrap().unwrap())
    }

    /// How many pieces are still to be sent.
    pub(super) fn outbox(&mut self) -> u64 {
        self.0.outbox().unwrap().map_or(0, |(pieces, _)| pieces)
    }

    /// Demands that every chain holds.
    #[track_caller]
    pub(super) fn hold(&mut self) {
        assert_eq!(self.0.verify(&[]).unwrap().findings(), []);
    }

    pub(super) fn events(&mut self) -> Vec<Event> {
        self.0.events().unwrap()
    }

    pub(super) fn states(&mut self) -> Vec<PieceState> {
        self.0.states().unwrap()
    }

    /// Pieces that are in a state, as seven digits.
    pub(super) fn pieces_in(&mut self, state: EventKind) -> Vec<String> {
        self.states().into_iter().filter(|piece| piece.state == state).map(|piece| format!("{:07}", piece.piece)).collect()
    }

    /// How many messages each start found begun and not ended: one commit each.
    pub(super) fn abandoned(&mut self) -> Vec<usize> {
        let mut commits: BTreeMap<i64, usize> = BTreeMap::new();
        for event in self.events() {
            if event.event.kind == EventKind::Uncertain && event.event.detail.starts_with("the sender stopped") {
                // The low 16 bits of an ordinal are the place in the commit.
                *commits.entry(event.ordinal >> 16).or_default() += 1;
            }
        }
        commits.into_values().collect()
    }
}
