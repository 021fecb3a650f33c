//! The house keeps its order: imports go one way, rooms stay small, the clock is read in one place.

use std::path::{Path, PathBuf};

/// What each room may import; `error`, `privacy`, `files`, `digest`, `deliberate` and `tls` are open to all. Rooms below may never be named by rooms above.
const MAY_IMPORT: [(&str, &[&str]); 18] = [
    ("error", &[]),
    ("privacy", &[]),
    ("files", &[]),
    ("digest", &[]),
    ("deliberate", &[]),
    ("tls", &[]),
    ("ledger", &[]),
    ("rules", &[]),
    ("incident", &["rules"]),
    ("intake", &["incident", "rules"]),
    ("recipients", &["incident", "intake", "rules"]),
    ("obligations", &["incident", "intake", "recipients", "rules"]),
    ("compose", &["incident", "intake", "recipients", "obligations", "rules"]),
    ("typeset", &["compose"]),
    ("pdf", &["typeset"]),
    ("prove", &["pdf", "intake", "recipients"]),
    ("review", &["ledger", "incident", "intake", "recipients", "rules", "compose", "typeset", "pdf"]),
    ("drill", &["rules"]),
];
/// `deliver` and `report` show or send what stages above made; `run` and `cli` see everything.
const FREE: [&str; 5] = ["deliver", "report", "run", "cli", "lib"];

fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(found.len() > 50, "the walk found the sources");
    found
}

fn room(path: &Path) -> String {
    let inside = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    inside.components().next().unwrap().as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// The part of a file that is no test.
fn code(path: &Path) -> String {
    let tests = ["tests.rs", "workbook_tests.rs", "fixture.rs", "sample.rs", "fault_server.rs"];
    if tests.contains(&path.file_name().unwrap().to_str().unwrap()) || path.components().any(|part| part.as_os_str() == "tests") {
        return String::new();
    }
    let text = std::fs::read_to_string(path).unwrap();
    text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned()
}

#[test]
fn imports_go_one_way() {
    let mut wrong = Vec::new();
    for path in sources() {
        let room = room(&path);
        if FREE.contains(&room.as_str()) || room == "main" {
            continue;
        }
        let allowed = MAY_IMPORT.iter().find(|(name, _)| *name == room).map(|(_, allowed)| *allowed);
        let allowed = allowed.unwrap_or_else(|| panic!("{room} has no place in the house"));
        for line in code(&path).lines() {
            let Some((_, rest)) = line.split_once("crate::") else { continue };
            let named = rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap();
            let open = ["error", "privacy", "files", "digest", "deliberate", "tls"].contains(&named) || named == room;
            if !line.trim_start().starts_with("//") && !open && !allowed.contains(&named) {
                wrong.push(format!("{}: {}", path.display(), line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nobody_below_cli_reaches_up() {
    let mut wrong = Vec::new();
    for path in sources() {
        let room = room(&path);
        let above: &[&str] = match room.as_str() {
            "cli" | "main" | "lib" => continue,
            "run" => &["cli"],
            "report" => &["cli", "run", "drill"],
            "deliver" => &["cli", "run", "drill", "report"],
            _ => &["cli", "run", "report", "deliver"],
        };
        for line in code(&path).lines().filter(|line| !line.trim_start().starts_with("//")) {
            if above.iter().any(|name| line.contains(&format!("crate::{name}"))) {
                wrong.push(format!("{}: {}", path.display(), line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rooms_stay_small() {
    for path in sources() {
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        let limit = if path.ends_with("src/main.rs") { 40 } else { 600 };
        assert!(lines <= limit, "{} has {lines} lines", path.display());
    }
}
