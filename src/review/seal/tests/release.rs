//! Releases, bound to their seal and to their recipients.

use super::{Desk, Seal, broken};
use crate::error::{Error, Kind, Place};
use crate::ledger::Stamp;
use crate::recipients::Counts;
use crate::review::{Approver, Release, Standing, read_release, release, release_standing, stored_release};
use jiff::civil::date;

const COUNTS: Counts = Counts { rows: 12, merged: 2, recipients: 10, letters: 6, emails: 1, held: 2, excluded: 1 };

fn by(name: &str) -> Approver {
    Approver { by: name.to_owned(), role: "release".to_owned(), on: date(2026, 1, 6) }
}

fn stamp() -> Stamp {
    Stamp { worker: "desk".to_owned(), link: 7, sha256: "77".repeat(32) }
}

impl Desk {
    fn release(&self, seal: &Seal, recipients: &str) -> Release {
        release(self.home.path(), &self.incident.id, seal, recipients, COUNTS, &by("Pat Officer"), || Ok(stamp())).unwrap()
    }

    fn release_standing(&self, seal: &Seal, recipients: &str) -> Standing<Release> {
        release_standing(self.home.path(), seal, recipients).unwrap()
    }
}

#[test]
fn a_release_holds_for_its_seal_and_its_recipients_only() {
    let mut desk = Desk::new();
    let sealed = desk.approve("Ann", "counsel");
    assert_eq!(desk.release_standing(&sealed, "r1"), Standing::Missing);
    let given = desk.release(&sealed, "r1");
    assert_eq!(desk.release_standing(&sealed, "r1"), Standing::InForce(given.clone()));
    let expected = ["release-void release.json: the recipient set changed since it was released"];
    assert_eq!(broken(desk.release_standing(&sealed, "r2")), expected);
    // Another approval of the same wording leaves the release alone; other wording does not.
    let approved_twice = desk.approve("Pat", "privacy officer");
    assert_eq!(desk.release_standing(&approved_twice, "r1"), Standing::InForce(given));
    desk.texts[0].1.push('x');
    let resealed = desk.approve("Ann", "counsel");
    assert!(broken(desk.release_standing(&resealed, "r1"))[0].contains("another seal"));
    let other = Seal { incident: "hillside".to_owned(), ..sealed };
    assert!(broken(desk.release_standing(&other, "r1"))[0].contains("another incident"));
}

#[test]
fn a_release_that_was_edited_is_refused_or_void() {
    let desk = Desk::new();
    let sealed = desk.approve("Ann", "counsel");
    desk.release(&sealed, "r1");
    let path = desk.path("release.json");
    super::edit(&path, "\"letters\": 6", "\"letters\": 7");
    assert!(broken(desk.release_standing(&sealed, "r1"))[0].contains("do not close"));
    super::edit(&path, "\"Pat Officer\"", "\"\\u001b[2J\"");
    let error = release_standing(desk.home.path(), &sealed, "r1").unwrap_err();
    assert_eq!((error.kind, error.findings[0].code), (Kind::Refused, "approval-unreadable"));
    super::edit(&path, "\"letters\": 7", "\"letters\": six");
    let error = release_standing(desk.home.path(), &sealed, "r1").unwrap_err();
    assert_eq!((error.kind, error.findings[0].code), (Kind::Refused, "approval-unreadable"));
    assert_eq!(error.findings[0].place.line, Some(10));
}

#[test]
fn a_release_needs_counts_that_close_and_the_incident_of_its_seal() {
    let desk = Desk::new();
    let sealed = desk.approve("Ann", "counsel");
    let try_release = |incident: &str, counts, by: &str| {
        release(desk.home.path(), incident, &sealed, "r1", counts, &self::by(by), || panic!("nothing is recorded of what is refused"))
    };
    let open = Counts { held: 3, ..COUNTS };
    let overflowing = Counts { rows: 1, merged: u64::MAX, recipients: 2, letters: 2, ..Counts::default() };
    assert_eq!(try_release("lakeside", open, "Pat").unwrap_err().kind, Kind::Bug);
    assert_eq!(try_release("lakeside", overflowing, "Pat").unwrap_err().kind, Kind::Bug);
    assert_eq!(try_release("other", COUNTS, "Pat").unwrap_err().kind, Kind::Refused);
    assert_eq!(try_release("lakeside", COUNTS, "\t").unwrap_err().findings[0].code, "name-unusable");
    assert!(!desk.path("release.json").exists());
}

#[test]
fn a_release_that_the_ledger_does_not_know_is_not_written() {
    let desk = Desk::new();
    let sealed = desk.approve("Ann", "counsel");
    let full = || Err(Error::failed("ledger-unwritable", Place::file("ledger.sqlite"), "the disk is full", "free some space"));
    let failed = release(desk.home.path(), &desk.incident.id, &sealed, "r1", COUNTS, &by("Pat"), full).unwrap_err();
    assert_eq!((failed.kind, desk.path("release.json").exists()), (Kind::Failed, false));
    assert_eq!(desk.release(&sealed, "r1").ledger, stamp());
    let read = read_release(&desk.path("release.json")).unwrap().unwrap();
    assert_eq!(read.ledger, stamp());
    super::edit(&desk.path("release.json"), "\"desk\"", "\"\\u001b[2J\"");
    assert_eq!(stored_release(desk.home.path()).unwrap_err().findings[0].code, "approval-unreadable");
}

#[cfg(unix)]
#[test]
fn a_release_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    desk.release(&desk.approve("Ann", "counsel"), "r1");
    assert_eq!(fs_err::metadata(desk.path("release.json")).unwrap().permissions().mode() & 0o777, 0o600);
}
