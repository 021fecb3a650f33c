//! Seal and release in a temporary folder: what is unchanged stays in force, every change breaks it and is named.

use super::{Approver, Contacts, Release, Seal, SealedVariant, Standing, release, release_standing, seal, seal_standing};
use crate::error::{Finding, Kind};
use crate::recipients::Counts;
use jiff::civil::date;
use proptest::prelude::*;
use std::path::Path;
use tempfile::TempDir;

type Texts = Vec<(String, String)>;

fn texts() -> Texts {
    [
        ("templates/en/letter.md", "Dear {{ name }},\n\nWe write to you.\n"),
        ("templates/en/parts/ftc.md", "FTC\n"),
        ("incident.toml", "[incident]\nid = \"lakeside\"\n"),
        ("rules/federal.toml", "value = 60\n"),
    ]
    .map(|(name, text)| (name.to_owned(), text.to_owned()))
    .to_vec()
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn approver(by: &str, role: &str) -> Approver {
    Approver { by: by.to_owned(), role: role.to_owned(), on: date(2026, 1, 5) }
}

fn approve(folder: &Path, texts: &Texts, role: &str) -> Seal {
    seal(folder, "lakeside", &[], texts, Vec::new(), Contacts::default(), approver("Ann Counsel", role)).unwrap()
}

fn standing(folder: &Path, require: &[&str], texts: &Texts) -> Standing<Seal> {
    let require: Vec<String> = require.iter().map(|role| (*role).to_owned()).collect();
    seal_standing(folder, &require, texts).unwrap()
}

/// `code place: reason` of every finding of a broken standing.
fn broken<T: std::fmt::Debug>(standing: Standing<T>) -> Vec<String> {
    match standing {
        Standing::Broken(findings) => {
            assert!(findings.iter().all(|finding| !finding.hint.is_empty()));
            findings.iter().map(|finding: &Finding| format!("{} {finding}", finding.code)).collect()
        }
        other => panic!("not broken: {other:?}"),
    }
}

#[test]
fn an_unchanged_seal_is_in_force_in_any_order_of_texts() {
    let folder = folder();
    assert_eq!(standing(folder.path(), &[], &texts()), Standing::Missing);
    let variants = vec![SealedVariant { language: "en".to_owned(), role: "minor".to_owned(), paragraphs: vec!["a".to_owned()], count: 3 }];
    let sealed = seal(folder.path(), "lakeside", &[], &texts(), variants, Contacts::default(), approver("Ann", "counsel")).unwrap();
    let reversed: Texts = texts().into_iter().rev().collect();
    assert_eq!(standing(folder.path(), &["counsel"], &reversed), Standing::InForce(sealed));
}

#[test]
fn every_change_breaks_the_seal_and_is_named() {
    type Change = fn(&mut Texts);
    let cases: [(Change, &str); 6] = [
        (
            |texts| texts[0].1 = "Dear {{ name }},\n\nWe write to him.\n".to_owned(),
            "seal-broken templates/en/letter.md:3: changed since it was approved, first at line 3",
        ),
        (|texts| texts[1].1 = "FTC".to_owned(), "seal-broken templates/en/parts/ftc.md:1: changed since it was approved, first at line 1"),
        (|texts| texts[1].1.push_str("more\n"), "seal-broken templates/en/parts/ftc.md:2: changed since it was approved, first at line 2"),
        (|texts| drop(texts.remove(3)), "seal-broken rules/federal.toml: was removed since it was approved"),
        (
            |texts| texts.push(("templates/en/new.md".to_owned(), String::new())),
            "seal-broken templates/en/new.md: was added since the wording was approved",
        ),
        (
            |texts| texts[3].1 = texts[3].1.replace('\n', "\r\n"),
            "seal-broken rules/federal.toml:1: changed since it was approved, first at line 1",
        ),
    ];
    let folder = folder();
    approve(folder.path(), &texts(), "counsel");
    for (change, expected) in cases {
        let mut changed = texts();
        change(&mut changed);
        assert_eq!(broken(standing(folder.path(), &[], &changed)), [expected]);
    }
    assert!(matches!(standing(folder.path(), &[], &texts()), Standing::InForce(_)));
}

#[test]
fn edited_or_lost_stored_texts_break_the_seal() {
    let folder = folder();
    approve(folder.path(), &texts(), "counsel");
    let stored = folder.path().join("seal/texts/incident.toml");
    fs_err::write(&stored, "edited").unwrap();
    let expected = ["seal-broken seal/texts/incident.toml: the stored copy of an approved text was edited"];
    assert_eq!(broken(standing(folder.path(), &[], &texts())), expected);
    fs_err::remove_file(&stored).unwrap();
    let mut changed = texts();
    changed[2].1.push('x');
    let expected = [
        "seal-broken seal/texts/incident.toml: the stored copy of an approved text is gone",
        "seal-broken incident.toml: changed since it was approved",
    ];
    assert_eq!(broken(standing(folder.path(), &[], &changed)), expected);
}

#[test]
fn roles_are_needed_and_a_second_approval_joins_or_replaces() {
    let folder = folder();
    let require = vec!["counsel".to_owned(), "privacy officer".to_owned()];
    seal(folder.path(), "lakeside", &require, &texts(), Vec::new(), Contacts::default(), approver("Ann", "COUNSEL")).unwrap();
    let expected = ["approval-missing seal/seal.json: the approval of role privacy officer is missing; approved so far: counsel"];
    assert_eq!(broken(standing(folder.path(), &["counsel", "privacy officer"], &texts())), expected);
    seal(folder.path(), "lakeside", &require, &texts(), Vec::new(), Contacts::default(), approver("Pat", "privacy officer")).unwrap();
    let sealed = seal(folder.path(), "lakeside", &require, &texts(), Vec::new(), Contacts::default(), approver("Bob", "counsel")).unwrap();
    assert_eq!(sealed.approvals, [approver("Bob", "counsel"), approver("Pat", "privacy officer")]);
    assert_eq!(standing(folder.path(), &["Counsel", "privacy officer"], &texts()), Standing::InForce(sealed));
}

#[test]
fn an_approval_of_other_texts_or_of_another_incident_starts_over() {
    let folder = folder();
    approve(folder.path(), &texts(), "counsel");
    let mut changed = texts();
    changed[0].1.push('x');
    assert_eq!(approve(folder.path(), &changed, "privacy officer").approvals, [approver("Ann Counsel", "privacy officer")]);
    let other = seal(folder.path(), "other", &[], &changed, Vec::new(), Contacts::default(), approver("Ann", "counsel")).unwrap();
    assert_eq!(other.approvals, [approver("Ann", "counsel")]);
}

#[test]
fn texts_that_are_no_longer_sealed_are_removed() {
    let folder = folder();
    let mut first = texts();
    first.push(("a/b".to_owned(), "1".to_owned()));
    approve(folder.path(), &first, "counsel");
    let mut second = texts();
    second.remove(1);
    // A file where a folder stood.
    second.push(("a".to_owned(), "2".to_owned()));
    approve(folder.path(), &second, "counsel");
    let stored = |name: &str| folder.path().join("seal/texts").join(name);
    assert!(!stored("templates/en/parts").exists());
    assert_eq!(fs_err::read_to_string(stored("a")).unwrap(), "2");
    assert!(matches!(standing(folder.path(), &[], &second), Standing::InForce(_)));
}

#[cfg(unix)]
#[test]
fn files_and_folders_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let sealed = approve(folder.path(), &texts(), "counsel");
    give(folder.path(), &sealed, "r1");
    let mode = |name: &str| fs_err::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    for name in ["seal", "seal/texts", "seal/texts/templates", "seal/texts/templates/en"] {
        assert_eq!(mode(name), 0o700, "{name}");
    }
    for name in ["seal/seal.json", "seal/texts/templates/en/letter.md", "release.json"] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
}

#[test]
fn names_that_leave_the_folder_or_cannot_be_read_are_refused() {
    let folder = folder();
    for name in ["", "../x", "a/../x", "/etc/x", "a//b", "a\\b", "C:x", "a\nb", "./a", "incident.toml", "incident.toml/x"] {
        let mut texts = texts();
        texts.push((name.to_owned(), String::new()));
        let error = seal(folder.path(), "lakeside", &[], &texts, Vec::new(), Contacts::default(), approver("Ann", "counsel")).unwrap_err();
        assert_eq!((error.kind, error.findings[0].code), (Kind::Refused, "name-unusable"), "{name:?}");
    }
    for (by, role) in [("", "counsel"), ("Ann", " "), ("Ann\u{1b}[2J", "counsel"), ("Ann", "coun\nsel")] {
        let error = seal(folder.path(), "lakeside", &[], &texts(), Vec::new(), Contacts::default(), approver(by, role)).unwrap_err();
        assert_eq!(error.findings[0].code, "name-unusable", "{by:?} {role:?}");
    }
    assert!(!folder.path().join("seal").exists(), "a refusal writes nothing");
}

#[test]
fn an_edited_seal_is_refused_or_broken() {
    let folder = folder();
    approve(folder.path(), &texts(), "counsel");
    let path = folder.path().join("seal/seal.json");
    let text = fs_err::read_to_string(&path).unwrap();
    let edit = |from: &str, to: &str| fs_err::write(&path, text.replacen(from, to, 1)).unwrap();

    edit("  \"incident\"", "  incident");
    let error = seal_standing(folder.path(), &[], &texts()).unwrap_err();
    assert_eq!((error.kind, error.findings[0].place.to_string().as_str()), (Kind::Refused, "seal/seal.json:3:3"));
    edit("\"format\": 1", "\"format\": 2");
    assert!(seal_standing(folder.path(), &[], &texts()).unwrap_err().to_string().contains("has format 2"));
    edit("\"incident.toml\"", "\"../../incident.toml\"");
    assert_eq!(seal_standing(folder.path(), &[], &texts()).unwrap_err().findings[0].code, "name-unusable");
    edit("\"digest\": \"", "\"digest\": \"0");
    assert!(broken(standing(folder.path(), &[], &texts()))[0].contains("the seal was edited"));
    edit("\"engine\": \"", "\"engine\": \"9.");
    assert!(broken(standing(folder.path(), &[], &texts()))[0].contains("approved under breachnotice 9."));
}

const COUNTS: Counts = Counts { rows: 12, merged: 2, recipients: 10, letters: 6, emails: 1, held: 2, excluded: 1 };

fn give(folder: &Path, seal: &Seal, recipients: &str) -> Release {
    release(folder, "lakeside", seal, recipients, COUNTS, "Pat Officer", date(2026, 1, 6)).unwrap()
}

#[test]
fn a_release_holds_for_its_seal_and_its_recipients_only() {
    let folder = folder();
    let sealed = approve(folder.path(), &texts(), "counsel");
    assert_eq!(release_standing(folder.path(), &sealed, "r1").unwrap(), Standing::Missing);
    let given = give(folder.path(), &sealed, "r1");
    assert_eq!(release_standing(folder.path(), &sealed, "r1").unwrap(), Standing::InForce(given.clone()));
    let expected = ["release-void release.json: the recipient set changed since it was released"];
    assert_eq!(broken(release_standing(folder.path(), &sealed, "r2").unwrap()), expected);
    // Another approval of the same wording leaves the release alone; other wording does not.
    let approved_twice = approve(folder.path(), &texts(), "privacy officer");
    assert_eq!(release_standing(folder.path(), &approved_twice, "r1").unwrap(), Standing::InForce(given));
    let mut changed = texts();
    changed[0].1.push('x');
    let resealed = approve(folder.path(), &changed, "counsel");
    assert!(broken(release_standing(folder.path(), &resealed, "r1").unwrap())[0].contains("another seal"));
}

#[test]
fn a_release_that_was_edited_is_refused_or_void() {
    let folder = folder();
    let sealed = approve(folder.path(), &texts(), "counsel");
    give(folder.path(), &sealed, "r1");
    let path = folder.path().join("release.json");
    let text = fs_err::read_to_string(&path).unwrap();
    fs_err::write(&path, text.replacen("\"letters\": 6", "\"letters\": 7", 1)).unwrap();
    assert!(broken(release_standing(folder.path(), &sealed, "r1").unwrap())[0].contains("do not close"));
    fs_err::write(&path, text.replacen("\"letters\": 6", "\"letters\": six", 1)).unwrap();
    let error = release_standing(folder.path(), &sealed, "r1").unwrap_err();
    assert_eq!((error.kind, error.findings[0].code), (Kind::Refused, "approval-unreadable"));
    assert_eq!(error.findings[0].place.line, Some(10));
}

#[test]
fn a_release_needs_counts_that_close_and_the_incident_of_its_seal() {
    let folder = folder();
    let sealed = approve(folder.path(), &texts(), "counsel");
    let try_release = |incident: &str, counts, by: &str| release(folder.path(), incident, &sealed, "r1", counts, by, date(2026, 1, 6));
    let open = Counts { held: 3, ..COUNTS };
    let overflowing = Counts { rows: 1, merged: u64::MAX, recipients: 2, letters: 2, ..Counts::default() };
    assert_eq!(try_release("lakeside", open, "Pat").unwrap_err().kind, Kind::Bug);
    assert_eq!(try_release("lakeside", overflowing, "Pat").unwrap_err().kind, Kind::Bug);
    assert_eq!(try_release("other", COUNTS, "Pat").unwrap_err().kind, Kind::Refused);
    assert_eq!(try_release("lakeside", COUNTS, "\t").unwrap_err().findings[0].code, "name-unusable");
    assert!(!folder.path().join("release.json").exists());
}

#[test]
fn a_folder_that_cannot_be_written_fails() {
    let folder = folder();
    fs_err::write(folder.path().join("seal"), "a file in the way").unwrap();
    let error = seal(folder.path(), "lakeside", &[], &texts(), Vec::new(), Contacts::default(), approver("Ann", "counsel")).unwrap_err();
    assert_eq!(error.kind, Kind::Failed);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_change_of_any_byte_breaks_the_seal(which in 0_usize..4, at in 0_usize..40, put in "[a-z\n]") {
        let folder = folder();
        approve(folder.path(), &texts(), "counsel");
        let mut changed = texts();
        let text = &mut changed[which].1;
        let at = at.min(text.len());
        text.insert_str(at, &put);
        prop_assert!(matches!(standing(folder.path(), &[], &changed), Standing::Broken(_)));
    }
}
