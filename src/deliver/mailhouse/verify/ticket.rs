//! The job ticket against the list of checksums and the index.

use super::super::index::StreamTotals;
use super::super::package::{CHECKSUMS, TICKET};
use super::super::ticket::{Ticket, sum};
use super::Checking;
use crate::error::Place;
use std::collections::BTreeSet;

impl Checking {
    /// The ticket, when it can be understood.
    pub(super) fn read_ticket(&mut self) -> Option<Ticket> {
        let bytes = fs_err::read(self.folder().join(TICKET)).ok()?;
        match serde_json::from_slice(&bytes) {
            Ok(ticket) => Some(ticket),
            Err(error) => {
                let place = Place::line(self.named(TICKET), error.line() as u64).column(error.column());
                self.changed(place, "the job ticket cannot be understood");
                None
            }
        }
    }

    pub(super) fn ticket(&mut self, ticket: &Ticket) {
        let name = self.named(TICKET);
        let at = |key: &str| Place::file(&name).column(key);
        if ticket.package != self.checked.package {
            self.changed(at("package"), format!("the ticket is of another package than {}", self.checked.package));
        }
        let others = |file: &&String| file.as_str() != TICKET && file.as_str() != CHECKSUMS;
        let files: BTreeSet<String> = ticket.files.keys().chain(self.listed.keys()).filter(others).cloned().collect();
        for file in files {
            if ticket.files.get(&file) != self.listed.get(&file) {
                self.changed(at("files"), format!("ticket and list of checksums do not say the same of {file}"));
            }
        }
        if ticket.totals != sum(&ticket.streams) {
            self.changed(at("totals"), "the totals are not the sum of the streams");
        }
        let streams: BTreeSet<String> = ticket.streams.keys().chain(self.checked.index.streams.keys()).cloned().collect();
        for stream in streams {
            let none = StreamTotals::default();
            let told = ticket.streams.get(&stream).unwrap_or(&none);
            let counted = self.checked.index.streams.get(&stream).unwrap_or(&none);
            if told != counted {
                let reason = format!("of {stream} the ticket has {}, and the index {}", in_words(told), in_words(counted));
                self.changed(at("streams"), reason);
            }
        }
    }
}

fn in_words(totals: &StreamTotals) -> String {
    let StreamTotals { pieces, sheets, pages, blank_pages } = totals;
    format!("{pieces} pieces, {sheets} sheets, {pages} pages and {blank_pages} blank ones")
}
