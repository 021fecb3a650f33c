//! Reports of non-delivery: an e-mail that was sent and came back is to go by mail.

use super::known::{Known, Row, Way, When};
use super::{Books, Desk, Entries};
use crate::deliver::received::{Bounce, BounceAction, Bounces, read_bounces};
use crate::error::Result;
use crate::ledger::{EventKind, NewEvent, Sha};
use std::path::Path;

pub(super) fn entries(desk: &Desk<'_>, ledger: Books<'_>, file: &Path, digest: &Sha) -> Result<Entries> {
    let Bounces { rows, findings, messages, of_other_incidents, without_our_id, ordinary } = read_bounces(file, &desk.incident.id)?;
    let mut known = Known::read(ledger, file, digest, Way::Email)?;
    let mut entries = Entries::default();
    entries.taken.rows = messages;
    entries.taken.others = of_other_incidents + without_our_id + ordinary;
    entries.taken.findings = findings;
    for bounce in &rows {
        enter(bounce, &mut known, &mut entries);
    }
    Ok(entries)
}

fn enter(bounce: &Bounce, known: &mut Known, entries: &mut Entries) {
    // A delay is no end, and an arrival nothing new.
    if bounce.action != BounceAction::Failed {
        return entries.taken.known += 1;
    }
    let when = bounce.reported_on.map_or(When::Untold, When::Moment);
    let state = match known.row(bounce.place.line.unwrap_or(1), bounce.piece, None, when) {
        Row::Current(state) => state,
        Row::Earlier | Row::Entered => return entries.taken.known += 1,
        Row::Unknown(finding) => return entries.taken.findings.push(finding),
    };
    match state.state {
        EventKind::Sent | EventKind::ResolvedSent | EventKind::Uncertain => {
            let event = NewEvent::of_piece(EventKind::Bounced, bounce.piece, state.attempt, state.job, bounce.status.clone());
            entries.add(match bounce.reported_on {
                Some(moment) => event.on(jiff::tz::TimeZone::UTC.to_datetime(moment).date()),
                None => event,
            });
            known.happened(bounce.piece, EventKind::Bounced);
        }
        // It bounced or failed before, or went another way since.
        _ => entries.taken.known += 1,
    }
}
