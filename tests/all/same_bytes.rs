//! The same input gives the same bytes: again, on any number of cores, in parts, in another place.

use crate::harness::{Home, rows};
use std::collections::BTreeMap;

/// The letters below an output folder, by name.
fn letters(home: &Home, out: &str) -> BTreeMap<String, Vec<u8>> {
    let letters = home.files(&format!("{out}/letters"));
    assert!(!letters.is_empty());
    letters
}

/// Fails with the names of what differs, not with a megabyte of bytes.
#[track_caller]
fn same(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>) {
    let names = one.keys().chain(other.keys());
    let differing: Vec<&String> = names.filter(|name| one.get(*name) != other.get(*name)).collect();
    assert!(differing.is_empty(), "{differing:?}");
}

#[test]
fn again_and_on_any_number_of_cores() {
    let home = Home::released("lakeside");
    home.run("render lakeside --out one --as both --jobs 1").exits(0);
    home.run("render lakeside --out two --as both --jobs 2").exits(0);
    home.run("render lakeside --out seven --as both --jobs 7").exits(0);
    home.run("render lakeside --out one --as both").exits(0);
    same(&home.files("one"), &home.files("two"));
    same(&home.files("one"), &home.files("seven"));
}

#[test]
fn many_letters_on_any_number_of_cores() {
    let home = Home::new();
    home.run("drill drill --people 1500 --seed 3").exits(0);
    assert!([0, 1].contains(&home.run("render drill --out one --as both --jobs 1").code()));
    assert!([0, 1].contains(&home.run("render drill --out two --as both --jobs 2").code()));
    assert!(letters(&home, "one").len() > 1024, "more than one batch of letters");
    same(&home.files("one"), &home.files("two"));
}

#[test]
fn one_record_alone() {
    let home = Home::released("lakeside");
    home.run("render lakeside --out all").exits(0);
    let all = letters(&home, "all");
    let mut alone = BTreeMap::new();
    for record in ["LS-0001", "patients.csv:LS-0004", "LS-0019", "LS-0038", "LS-0040"] {
        home.run(&format!("render lakeside --out {} --only {record}", &record[record.len() - 7..])).exits(0).prints("wrote 1 letter with");
        let one = letters(&home, &record[record.len() - 7..]);
        assert_eq!(one.len(), 1);
        alone.extend(one);
    }
    assert_eq!(alone.len(), 5, "five records, five letters");
    for (name, bytes) in &alone {
        assert!(all[name] == *bytes, "{name}");
    }
}

#[test]
fn a_piece_has_its_digest_in_whatever_print_file_it_stands() {
    let home = Home::released("lakeside");
    home.run("render lakeside --out all --as stream").exits(0);
    let all: BTreeMap<String, String> = digests(&home, "all");
    assert_eq!(all.len(), 40);
    for record in ["LS-0004", "LS-0019", "LS-0040"] {
        home.run(&format!("render lakeside --out {record} --as stream --only {record}")).exits(0);
        let alone = digests(&home, record);
        assert_eq!(alone.len(), 1);
        for (piece, digest) in &alone {
            assert_eq!(all.get(piece), Some(digest), "{record}");
        }
    }
}

/// Digest of each piece, as the index tells it.
fn digests(home: &Home, out: &str) -> BTreeMap<String, String> {
    rows(&home.read(&format!("{out}/pieces.csv"))).into_iter().map(|row| (row["piece_id"].clone(), row["piece_sha256"].clone())).collect()
}

#[test]
fn in_parts() {
    let home = Home::released("lakeside");
    home.run("render lakeside --out all").exits(0);
    let all = letters(&home, "all");
    for of in [2, 3] {
        let mut together = BTreeMap::new();
        let mut count = 0;
        for part in 1..=of {
            home.run(&format!("render lakeside --out {part}of{of} --shard {part}/{of}")).exits(0);
            let letters = letters(&home, &format!("{part}of{of}"));
            count += letters.len();
            together.extend(letters);
        }
        assert_eq!(count, together.len(), "the parts are disjoint");
        same(&together, &all);
    }
    // The next part would replace the index and the print files of the one before.
    home.run("render lakeside --out 1of2 --shard 2/2").exits(3).says("[folder-of-another-job]").says("each shard");
    home.run("render lakeside --out 1of2 --shard 1/2").exits(0);
    home.run("render lakeside --out stream1 --as stream --shard 1/2").exits(0);
    assert!(home.read("stream1/pieces.csv").contains(",1-sheet-001-shard-1-of-2,"), "print files of all parts have their own names");
    home.run("render lakeside --out some --limit 7").exits(0).prints("wrote 7 letters");
    let some = letters(&home, "some");
    assert_eq!(some.len(), 7);
    same(&some, &all.into_iter().filter(|(name, _)| some.contains_key(name)).collect());
    home.run("render lakeside --out none --limit 0").exits(0).prints("wrote 0 letters");
    assert!(home.letters("none").is_empty());
}

#[test]
fn packages_of_two_copies() {
    let packages = [Home::released("lakeside"), Home::released("lakeside")].map(|home| {
        home.run("export lakeside --out package").exits(0);
        let mut files = home.files("package");
        // The line on the ledger holds the moment of the export.
        for (_, done) in files.iter_mut().filter(|(name, _)| name.ends_with(".done")) {
            done.drain(..=done.iter().position(|byte| *byte == b'\n').unwrap());
        }
        files
    });
    assert!(packages[0].len() >= 6, "{:?}", packages[0].keys());
    same(&packages[0], &packages[1]);
}

#[test]
fn in_another_place_and_without_its_ledger() {
    let home = Home::released("lakeside");
    home.run("render lakeside --out here --as both").exits(0);
    let elsewhere = Home::new();
    for (name, bytes) in home.files("lakeside") {
        if !name.starts_with("ledger.sqlite") {
            let path = elsewhere.path(&format!("deep/below/copy/{name}"));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
    elsewhere.run("render deep/below/copy --out there --as both").exits(0);
    same(&home.files("here"), &elsewhere.files("there"));
}

#[test]
fn letters_of_the_others_stay_when_one_is_added() {
    let home = Home::released("lakeside");
    home.run("render lakeside --out before").exits(0);
    let before = home.letters("before");
    let line = "LS-0000,0040000,LRMC,Aldous,Wren,,,1970-02-03,adult,,12 Sundial Ct,,Traverse City,MI,49684,,,,,,,,,,,,,en,,,,,,,,,,,,name;mrn,ZZ22-ZZ33-ZZ44\n";
    home.edit("lakeside/patients.csv", "LS-0001,", &format!("{line}LS-0001,"));
    home.run("render lakeside --out after").exits(0);
    let after = home.letters("after");
    assert_eq!(after.len(), before.len() + 1);
    for (piece, path) in before {
        assert_eq!(crate::harness::pages(&path), crate::harness::pages(&after[&piece]), "piece {piece} is still the same person's");
    }
}
