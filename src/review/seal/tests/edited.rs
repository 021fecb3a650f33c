//! seal.json under a person's hand, names that cannot be sealed, and how it all lies on the disk.

use super::{Desk, Sealing, Signing, broken, contacts, prepare};
use crate::error::Kind;
use crate::review::Standing;
use serde_json::Value;

#[test]
fn a_seal_that_cannot_be_understood_is_refused_with_its_place() {
    let desk = Desk::new();
    desk.approve("Ann", "counsel");
    let text = fs_err::read_to_string(desk.path("seal/seal.json")).unwrap();
    let format = format!("\"format\": {}", crate::review::FORMAT);
    for (from, to, code, expected) in [
        ("  \"incident\"", "  incident", "approval-unreadable", "seal/seal.json:3:3: cannot be understood"),
        (format.as_str(), "\"format\": 1", "approval-unreadable", "seal/seal.json: has format 1, this program reads format 2"),
        ("\"by\": \"Ann\"", "\"by\": 7", "approval-unreadable", "cannot be understood"),
        ("\"by\": \"Ann\"", "\"by\": \"Ann\", \"for\": \"Bob\"", "approval-unreadable", "unknown field `for`"),
        ("\"what-letters-print.txt\"", "\"../../incident.toml\"", "name-unusable", "../../incident.toml"),
        ("\"what-letters-print.txt\"", "\"/etc/passwd\"", "name-unusable", "/etc/passwd"),
    ] {
        desk.edit(from, to);
        let error = desk.try_standing().unwrap_err();
        assert_eq!((error.kind, error.findings[0].code), (Kind::Refused, code), "{to}");
        assert!(error.to_string().contains(expected), "{to}: {error}");
        fs_err::write(desk.path("seal/seal.json"), &text).unwrap();
    }
    assert!(matches!(desk.standing(), Standing::InForce(_)));
}

#[test]
fn names_and_reasons_that_are_never_written_are_refused_when_they_are_read() {
    let desk = Desk::new();
    prepare(Sealing { contacts: contacts(), ..desk.sealing("Ann", "counsel") }).unwrap().seal(Signing::Unsigned, None).unwrap();
    let text = fs_err::read_to_string(desk.path("seal/seal.json")).unwrap();
    for from in ["\"Ann\"", "\"counsel\"", "\"Mo\"", "\"called\"", "\"office closed\"", "\"state.RI\"", "\"lakeside\"", "\"fonts/b.ttf\""] {
        for to in ["\"\\u001b[2J\"", "\"a\\nb\"", "\"\\u202egro\"", "\"\"", "\" \"", &format!("\"{}\"", "x".repeat(2_001))] {
            desk.edit(from, to);
            let error = desk.try_standing().unwrap_err();
            assert_eq!((error.kind, error.findings[0].code), (Kind::Refused, "approval-unreadable"), "{from} {to}");
            assert!(error.to_string().contains("seal/seal.json: was edited: a name or reason in it"), "{error}");
            fs_err::write(desk.path("seal/seal.json"), &text).unwrap();
        }
    }
    desk.edit("\"Ann\"", &format!("\"{}\"", "x".repeat(201)));
    assert!(desk.try_standing().is_err());
}

/// The path of every value that is neither a list nor a group.
fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, field)| leaves(field, &format!("{path}/{name}"), found)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| leaves(item, &format!("{path}/{index}"), found)),
        _ => found.push(path.to_owned()),
    }
}

/// The value made another one of its kind.
fn changed(value: &mut Value) {
    *value = match &*value {
        Value::String(text) if text.parse::<jiff::civil::Date>().is_ok() => "2026-01-06".into(),
        Value::String(text) => format!("{text}0").into(),
        Value::Number(number) => (number.as_u64().unwrap() + 1).into(),
        Value::Bool(flag) => (!flag).into(),
        other => panic!("{other}"),
    };
}

#[test]
fn every_value_of_the_seal_is_bound_but_for_counts() {
    const EDITED: &str = "seal-broken seal/seal.json: the seal was edited: its digest is not that of what it names";
    let desk = super::letters::desk();
    prepare(Sealing { contacts: contacts(), ..desk.sealing("Ann", "counsel") }).unwrap().seal(Signing::Unsigned, None).unwrap();
    let desk = super::letters::again(desk);
    let file = desk.path("seal/seal.json");
    let sealed: Value = serde_json::from_slice(&fs_err::read(&file).unwrap()).unwrap();
    let mut paths = Vec::new();
    leaves(&sealed, "", &mut paths);
    let mut free = Vec::new();
    for path in paths {
        let mut edited = sealed.clone();
        changed(edited.pointer_mut(&path).unwrap());
        fs_err::write(&file, edited.to_string()).unwrap();
        match desk.try_standing() {
            Ok(Standing::InForce(_)) => free.push(path),
            Ok(standing) => {
                let told = broken(standing);
                let is_named = if path.starts_with("/approvals") { told[0].ends_with(" was edited") } else { told[0] == EDITED };
                assert!(is_named, "{path}: {told:?}");
            }
            Err(error) => assert_eq!(error.findings[0].code, "approval-unreadable", "{path}"),
        }
    }
    assert_eq!(free, ["/variants/0/count", "/variants/1/count"].map(str::to_owned));
}

#[test]
fn names_that_leave_the_folder_or_cannot_be_read_are_refused() {
    let mut desk = Desk::new();
    for name in ["", "../x", "a/../x", "/etc/x", "a//b", "a\\b", "C:x", "a\nb", "./a", "what-letters-print.txt", "what-letters-print.txt/x"]
    {
        desk.texts.push((name.to_owned(), String::new()));
        let error = desk.try_approve("Ann", "counsel", Signing::Unsigned).unwrap_err();
        assert_eq!((error.kind, error.findings[0].code), (Kind::Refused, "name-unusable"), "{name:?}");
        desk.texts.pop();
    }
    for (by, role) in [
        ("", "counsel"),
        ("Ann", " "),
        ("Ann\u{1b}[2J", "counsel"),
        ("Ann", "coun\nsel"),
        (" Ann", "counsel"),
        ("A\u{202e}nn", "counsel"),
        (&"x".repeat(201), "counsel"),
    ] {
        let error = desk.try_approve(by, role, Signing::Unsigned).unwrap_err();
        assert_eq!(error.findings[0].code, "name-unusable", "{by:?} {role:?}");
    }
    assert!(!desk.path("seal").exists(), "a refusal writes nothing");
}

#[test]
fn texts_that_are_no_longer_sealed_are_removed() {
    let mut desk = Desk::new();
    desk.texts.push(("a/b".to_owned(), "1".to_owned()));
    desk.approve("Ann", "counsel");
    desk.texts.remove(1);
    desk.texts.pop();
    // A file where a folder stood.
    desk.texts.push(("a".to_owned(), "2".to_owned()));
    desk.approve("Ann", "counsel");
    assert!(!desk.path("seal/texts/templates/en/parts").exists());
    assert_eq!(fs_err::read_to_string(desk.path("seal/texts/a")).unwrap(), "2");
    assert!(matches!(desk.standing(), Standing::InForce(_)));
}

#[cfg(unix)]
#[test]
fn files_and_folders_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let desk = super::letters::desk();
    desk.approve("Ann", "counsel");
    let mut found = 0;
    let mut folders = vec![desk.path("seal")];
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let mode = fs_err::metadata(&path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, if path.is_dir() { 0o700 } else { 0o600 }, "{}", path.display());
            found += 1;
            folders.extend(path.is_dir().then_some(path));
        }
    }
    assert!(found > 10, "{found}");
    assert_eq!(fs_err::metadata(desk.path("seal")).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_folder_that_cannot_be_written_fails() {
    let desk = Desk::new();
    fs_err::write(desk.path("seal"), "a file in the way").unwrap();
    assert_eq!(desk.try_approve("Ann", "counsel", Signing::Unsigned).unwrap_err().kind, Kind::Failed);
}

#[test]
fn an_approval_that_fails_halfway_leaves_the_one_before_whole() {
    let mut desk = Desk::new();
    let sealed = desk.approve("Ann", "counsel");
    let leftover = desk.path(".seal-killed/texts");
    fs_err::create_dir_all(&leftover).unwrap();
    desk.texts[0].1.push('x');
    desk.texts.push(("n".repeat(300), "a name too long for the disk".to_owned()));
    assert_eq!(desk.try_approve("Bob", "counsel", Signing::Unsigned).unwrap_err().kind, Kind::Failed);
    desk.texts = super::texts();
    assert_eq!(desk.standing(), Standing::InForce(sealed));
    let names: Vec<_> = fs_err::read_dir(desk.home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["seal"], "nothing stays beside it, of killed runs neither");
}
