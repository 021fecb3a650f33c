//! How fast, how soon again, and when to stop.

use super::reply::Fate;
use super::session::failed;
use crate::error::Error;
use crate::ledger::Lease;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// So many messages that fail in a row are not the recipients' fault: the run stops.
const FAILURES_IN_A_ROW: u32 = 10;
/// Each uncertain piece costs a person a search: so many in a row stop the run.
const UNCERTAIN_IN_A_ROW: u32 = 3;
/// Refusals for good that are worth a person's look before more are risked: a filter that takes us for spam refuses everyone.
const MOST_FAILED: u64 = 50;
/// The same, as a share of everyone; below ten refusals no share tells anything.
const MOST_FAILED_PERCENT: u64 = 1;
const FEWEST_FAILED: u64 = 10;

/// When a piece that was put off is tried again.
pub(super) struct SoftPatience;

impl SoftPatience {
    const FIRST: u32 = 5 * 60;
    const LONGEST: u32 = 4 * 60 * 60;

    /// 5 minutes after the first attempt, three times as long after each further one, at most 4 hours; a fifth more or less, by piece
    /// and attempt, so that what was put off together does not come back together.
    pub(super) fn until(now: Timestamp, lease: &Lease) -> Timestamp {
        let pause = (1..lease.attempt.min(10)).fold(Self::FIRST, |pause, _| (pause * 3).min(Self::LONGEST));
        let jitter = (u64::from(lease.piece) * 2_654_435_761 + u64::from(lease.attempt) * 40_503) % 401;
        let pause = u64::from(pause) * (800 + jitter) / 1_000;
        now.checked_add(SignedDuration::from_secs(pause as i64)).unwrap_or(now)
    }
}

/// Bad outcomes, and when there are too many of them.
pub(super) struct Storm {
    everyone: u64,
    despite_failures: bool,
    failed: u64,
    failures: u32,
    uncertain: u32,
}

impl Storm {
    /// Of `everyone`, `failed` were refused in earlier sends: those that were many enough to stop stay so.
    pub(super) fn new(everyone: u64, failed: u64, despite_failures: bool) -> Storm {
        Storm { everyone, despite_failures, failed, failures: 0, uncertain: 0 }
    }

    /// The reason to stop after an outcome, when it is the last of too many bad ones. One that the server put off politely is blameless.
    pub(super) fn after(&mut self, fate: Fate, blameless: bool) -> Option<Error> {
        self.failures = if blameless { 0 } else { self.failures + 1 };
        self.uncertain = if fate == Fate::Uncertain { self.uncertain + 1 } else { 0 };
        self.failed += u64::from(fate == Fate::Failed);
        if self.uncertain >= UNCERTAIN_IN_A_ROW {
            return Some(failed(
                "smtp-uncertain",
                format!("the mail server broke off after the end of {UNCERTAIN_IN_A_ROW} messages in a row"),
                "ask its operator whether they arrived, rule on each with --resolve, then send again",
            ));
        }
        if self.failures >= FAILURES_IN_A_ROW && !self.despite_failures {
            return Some(failed(
                "smtp-storm",
                format!("{FAILURES_IN_A_ROW} messages in a row were not accepted"),
                "status lists the reply codes; ask the mail server's operator, then send again: the rest is still queued",
            ));
        }
        let many = self.failed > MOST_FAILED || self.failed >= FEWEST_FAILED && self.failed * 100 > self.everyone * MOST_FAILED_PERCENT;
        (many && fate == Fate::Failed && !self.despite_failures).then(|| {
            failed(
                "smtp-refusals",
                format!("{} e-mails were refused for good: a filter that takes them for spam refuses everyone", self.failed),
                "look at the reply codes in status; to go on all the same, send with --despite-failures",
            )
        })
    }
}

/// Messages to each domain, evenly over the minute.
pub(super) struct DomainPace {
    gap: Duration,
    next: BTreeMap<String, Instant>,
}

impl DomainPace {
    pub(super) fn new(per_minute: Option<u32>) -> DomainPace {
        let gap = per_minute.map_or(Duration::ZERO, |number| Duration::from_secs(60) / number.max(1));
        DomainPace { gap, next: BTreeMap::new() }
    }

    /// How long a message to a domain has to wait; its turn is taken.
    pub(super) fn take(&mut self, domain: &str, now: Instant) -> Duration {
        if self.gap.is_zero() {
            return Duration::ZERO;
        }
        let turn = self.next.entry(domain.to_ascii_lowercase()).or_insert(now);
        let wait = turn.saturating_duration_since(now);
        *turn = now + wait + self.gap;
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_differ_by_piece() {
        let now: Timestamp = "2025-03-14T15:09:26Z".parse().unwrap();
        let pause = |piece, attempt| SoftPatience::until(now, &Lease { piece, attempt, token: 1 }).duration_since(now).as_secs();
        for (attempt, middle) in [(1, 300), (2, 900), (3, 2_700), (4, 8_100), (5, 14_400), (60, 14_400)] {
            let pauses: Vec<i64> = (1..100).map(|piece| pause(piece, attempt)).collect();
            assert!(pauses.iter().all(|pause| (middle * 8 / 10..=middle * 12 / 10).contains(pause)), "{attempt}: {pauses:?}");
            assert!(pauses.iter().collect::<std::collections::BTreeSet<_>>().len() > 50, "{attempt}: they do not come back together");
        }
        assert_eq!(pause(7, 2), pause(7, 2), "the same piece has the same pause");
    }

    #[test]
    fn a_domain_gets_so_many_a_minute_and_no_other_waits_for_it() {
        let now = Instant::now();
        let mut pace = DomainPace::new(Some(60));
        let waits: Vec<u64> = (0..4).map(|_| pace.take("example.net", now).as_secs()).collect();
        assert_eq!(waits, [0, 1, 2, 3]);
        assert_eq!(pace.take("EXAMPLE.net", now).as_secs(), 4, "whatever the case");
        assert_eq!(pace.take("example.org", now), Duration::ZERO);
        assert_eq!(pace.take("example.org", now + Duration::from_secs(5)), Duration::ZERO, "an old turn is no debt");
        assert!((0..100).all(|_| DomainPace::new(None).take("a", now).is_zero()));
    }

    #[test]
    fn many_refusals_stop_a_run_unless_a_person_says_otherwise() {
        let stops_after = |everyone, before, despite| {
            let mut storm = Storm::new(everyone, before, despite);
            // One that goes well between each, so that they are never in a row.
            (1..=200_u32).find(|_| storm.after(Fate::Sent, true).or(storm.after(Fate::Failed, false)).is_some())
        };
        assert_eq!(stops_after(100, 0, false), Some(10));
        assert_eq!(stops_after(2_000, 0, false), Some(21));
        assert_eq!(stops_after(100_000, 0, false), Some(51));
        assert_eq!(stops_after(100_000, 60, false), Some(1), "what stopped the send before stops this one at its first");
        assert_eq!(stops_after(100, 0, true), None);
    }
}
