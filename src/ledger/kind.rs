//! The stored names of the kinds of event.

use super::EventKind;

impl EventKind {
    /// Every kind, in the order in which a piece can pass through them.
    pub const ALL: [EventKind; 13] = [
        EventKind::Allotted,
        EventKind::Sealed,
        EventKind::Released,
        EventKind::Exported,
        EventKind::Reprinted,
        EventKind::Queued,
        EventKind::DataStarted,
        EventKind::Sent,
        EventKind::Deferred,
        EventKind::Failed,
        EventKind::Uncertain,
        EventKind::ResolvedSent,
        EventKind::ResolvedResend,
    ];

    /// The name under which it is stored and shown: stable for ever.
    pub fn id(self) -> &'static str {
        match self {
            EventKind::Allotted => "allotted",
            EventKind::Sealed => "sealed",
            EventKind::Released => "released",
            EventKind::Exported => "exported",
            EventKind::Reprinted => "reprinted",
            EventKind::Queued => "queued",
            EventKind::DataStarted => "data_started",
            EventKind::Sent => "sent",
            EventKind::Deferred => "deferred",
            EventKind::Failed => "failed",
            EventKind::Uncertain => "uncertain",
            EventKind::ResolvedSent => "resolved_sent",
            EventKind::ResolvedResend => "resolved_resend",
        }
    }

    /// The kind of a stored name; `None` for one that this program does not know.
    pub fn from_id(id: &str) -> Option<EventKind> {
        EventKind::ALL.into_iter().find(|kind| kind.id() == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stored_name_is_read_back_as_its_kind() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::from_id(kind.id()), Some(kind));
        }
        assert_eq!(EventKind::from_id("delivered"), None);
    }
}
