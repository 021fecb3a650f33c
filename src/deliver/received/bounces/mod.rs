//! Reports of delivery out of the mailbox that our e-mails name as their sender.
//!
//! Only what a server wrote for machines is believed (RFC 3464), and only about a piece that it names by an id of ours. Whoever can write
//! to the mailbox can forge a report: the worst that it does is a letter by post.

mod delivery_status;
mod mailbox;
mod message_id;
mod parts;
mod signs;

pub use delivery_status::BounceAction;

use crate::error::{Finding, Place, Result};
use crate::ledger::Piece;
use delivery_status::DeliveryStatus;
use jiff::Timestamp;
use mail_parser::{HeaderValue, Message, MimeHeaders as _};
use message_id::Named;
use parts::Part;
use std::path::Path;

/// What a server reports of one of our messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    /// The message: of an mbox the line on which it begins, and `message N` as column.
    pub place: Place,
    /// The piece.
    pub piece: Piece,
    /// How far it came.
    pub action: BounceAction,
    /// Class, subject and detail, such as `5.1.1` (RFC 3463).
    pub status: String,
    /// When the server wrote the report; absent when it does not tell.
    pub reported_on: Option<Timestamp>,
}

/// What a mailbox holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bounces {
    /// In the order of the mailbox; several of one report when the message had been sent on to several people.
    pub rows: Vec<Bounce>,
    /// Reports that a person must read; all of them warn.
    pub findings: Vec<Finding>,
    /// All messages.
    pub messages: u64,
    /// Of these, reports about another incident.
    pub of_other_incidents: u64,
    /// Of these, reports that name no message of ours.
    pub without_our_id: u64,
    /// Of these, other mail: answers, notices of absence, receipts.
    pub ordinary: u64,
}

/// Reads an mbox file, a Maildir folder (`new` and `cur`) or a file with one message.
///
/// # Errors
/// Refused when the file or folder cannot be read, or is none of these.
pub fn read(file: &Path, incident_id: &str) -> Result<Bounces> {
    let mut bounces = Bounces::default();
    mailbox::each(file, &mut |place, message| bounces.take(place, message, incident_id))?;
    Ok(bounces)
}

impl Bounces {
    fn take(&mut self, place: Place, message: &[u8], incident: &str) {
        self.messages += 1;
        let Some(headers) = parts::headers(message) else {
            let reason = "this is no message: it has no headers";
            let hint = "name an mbox file, a Maildir folder or a file with one message";
            return self.findings.push(Finding::warns("bounce-no-message", place, reason, hint));
        };
        let parts = parts::parts(message);
        let is_status = |part: &&Part<'_>| matches!(part.kind.as_str(), "message/delivery-status" | "message/global-delivery-status");
        let statuses: Vec<DeliveryStatus> = parts.iter().filter(is_status).map(|part| DeliveryStatus::read(&part.body)).collect();
        let is_report = !statuses.is_empty() || says_delivery_status(&headers) || signs::looks_like_a_report(&headers);
        if !is_report {
            self.ordinary += 1;
            return;
        }
        let mut named = named(&headers, &parts, &statuses, incident);
        if statuses.is_empty() && named.is_empty() {
            named.add_quoted(message, incident);
        }
        let outcomes: Vec<_> = statuses.iter().flat_map(|status| &status.outcomes).collect();
        let is_whole = !outcomes.is_empty() && statuses.iter().all(|status| status.unreadable == 0);
        let pieces: Vec<Piece> = named.pieces.iter().copied().collect();
        match pieces.as_slice() {
            [] if named.other_incident => self.of_other_incidents += 1,
            // A server that sends the original's headers along names the message: this is another's. One that does not may mean ours.
            [] if !statuses.is_empty() && has_original(&parts) => self.without_our_id += 1,
            [] if !statuses.is_empty() && outcomes.iter().all(|outcome| outcome.action != BounceAction::Failed) => self.without_our_id += 1,
            [piece] if is_whole => {
                let reported_on = reported_on(&headers);
                let begun = self.rows.len();
                for outcome in outcomes {
                    let (place, status) = (place.clone(), outcome.status.clone());
                    let bounce = Bounce { place, piece: *piece, action: outcome.action, status, reported_on };
                    if !self.rows[begun..].contains(&bounce) {
                        self.rows.push(bounce);
                    }
                }
            }
            _ => self.findings.push(to_be_read(place, &pieces, statuses.is_empty())),
        }
    }
}

/// Whether a report brings the name of the message that it is about, with it or with its headers.
fn has_original(parts: &[Part<'_>]) -> bool {
    let kinds = ["text/rfc822-headers", "message/rfc822", "message/global", "message/global-headers"];
    let is_named = |body: &[u8]| String::from_utf8_lossy(body).to_ascii_lowercase().lines().any(|line| line.starts_with("message-id:"));
    parts.iter().any(|part| kinds.contains(&part.kind.as_str()) && is_named(&part.body))
}

/// A report that nobody but a person can read.
fn to_be_read(place: Place, pieces: &[Piece], is_plain: bool) -> Finding {
    let reason = match pieces {
        [] if is_plain => "a report of delivery has no part for machines".to_owned(),
        [] => "a report of non-delivery does not say which message it is about: it may be one of these notices".to_owned(),
        [piece] => format!("a report of delivery about piece {piece:07} does not tell in a known form what became of it"),
        [first, second, ..] => format!("a report of delivery names more than one piece, such as {first:07} and {second:07}"),
    };
    let hint = "a person must read the message; where a letter failed, mail it by post";
    Finding::warns("bounce-unreadable", place, reason, hint)
}

/// RFC 6522: the type of a report stands in its header, even when a gateway took the part away.
fn says_delivery_status(headers: &Message<'_>) -> bool {
    let kind = headers.content_type().filter(|kind| kind.ctype() == "multipart").and_then(|kind| kind.attribute("report-type"));
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case("delivery-status"))
}

/// The pieces that a report names: by the envelope's id and the message that it returns, else by what it says to answer.
fn named(headers: &Message<'_>, parts: &[Part<'_>], statuses: &[DeliveryStatus], incident: &str) -> Named {
    let mut named = Named::default();
    for id in statuses.iter().filter_map(|status| status.envelope_id.as_deref()) {
        named.add(id, incident);
    }
    let returned = ["message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"];
    for part in parts.iter().filter(|part| returned.contains(&part.kind.as_str())) {
        for id in parts::headers(&part.body).iter().filter_map(|returned| returned.message_id()) {
            named.add(id, incident);
        }
    }
    if named.is_empty() {
        for id in ids(headers.in_reply_to()).chain(ids(headers.references())) {
            named.add(id, incident);
        }
    }
    named
}

fn ids<'h>(value: &'h HeaderValue<'_>) -> impl Iterator<Item = &'h str> {
    let several = value.as_text_list().unwrap_or_default().iter().map(AsRef::as_ref);
    several.chain(value.as_text().filter(|_| value.as_text_list().is_none()))
}

fn reported_on(headers: &Message<'_>) -> Option<Timestamp> {
    let date = headers.date().filter(|date| date.is_valid())?;
    Timestamp::from_second(date.to_timestamp()).ok()
}
