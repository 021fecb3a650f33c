//! Single alterations of an evidence pack: whatever is done to it, `verify` names the file, without anything but the pack.

use super::edits::Record;
use super::{Chance, figure, quick_or_full};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

type Files = BTreeMap<String, Vec<u8>>;

/// The sample, exported and sent, then approved and released in other words, with its pack; the pack is checked where nothing else is.
struct Pack {
    record: Record,
    files: Files,
}

impl Pack {
    fn make() -> Pack {
        let record = Record::make();
        record.home.edit("lakeside/incident.toml", "copied files. Records", "took files. Records");
        record.home.run("approve lakeside --by Ada --role counsel --accept-stale test --quiet").exits(0);
        record.home.run("release lakeside --by Ben --quiet").exits(0);
        record.home.run("report lakeside --out report --as-of 2026-12-20 --quiet").exits(1);
        let files = record.home.files("report/evidence");
        record.home.copy("report/evidence", "kept/pack");
        Pack { record, files }
    }

    /// What `verify` finds when some files are others; everything is put back.
    fn findings(&self, altered: &Files) -> Vec<String> {
        let folder = self.record.home.path("kept/pack");
        let others = |one: &Files, other: &Files| -> Vec<(String, Vec<u8>)> {
            one.iter().filter(|(name, bytes)| other.get(*name) != Some(*bytes)).map(|(name, bytes)| (name.clone(), bytes.clone())).collect()
        };
        let put = |from: &Files, to: &Files| {
            from.keys().filter(|name| !to.contains_key(*name)).for_each(|name| std::fs::remove_file(folder.join(name)).unwrap());
            for (name, bytes) in others(to, from) {
                std::fs::create_dir_all(folder.join(&name).parent().unwrap()).unwrap();
                std::fs::write(folder.join(name), bytes).unwrap();
            }
        };
        put(&self.files, altered);
        let findings = self.record.found("verify kept/pack");
        put(altered, &self.files);
        findings
    }

    /// A file with something in it: some templates are empty.
    fn any(&self, chance: &mut Chance, of: &dyn Fn(&str) -> bool) -> &String {
        let names: Vec<&String> = self.files.iter().filter(|(name, bytes)| !bytes.is_empty() && of(name)).map(|(name, _)| name).collect();
        names[chance.below(names.len())]
    }
}

/// One byte is another one.
fn changed(bytes: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut other = bytes.to_vec();
    let at = chance.below(bytes.len());
    other[at] = if other[at] == b'7' { b'3' } else { b'7' };
    other
}

/// What `sha256sum` would write.
pub(crate) fn sums(files: &Files) -> Vec<u8> {
    let of = |(name, bytes): (&String, &Vec<u8>)| {
        let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{digest}  {name}\n")
    };
    files.iter().filter(|(name, _)| *name != "SHA256SUMS").map(of).collect::<String>().into_bytes()
}

#[test]
fn every_alteration_of_an_evidence_pack_is_named() {
    let pack = Pack::make();
    assert_eq!(pack.findings(&pack.files), [""; 0]);
    assert_eq!(pack.files["SHA256SUMS"], sums(&pack.files), "sha256sum -c reads it");
    let alterations = quick_or_full(70, 500);
    let mut chance = Chance::seeded(59);
    for number in 0..alterations {
        let name = pack.any(&mut chance, &|_| true);
        let bytes = pack.files[name].clone();
        let mut altered = pack.files.clone();
        let what = match number % 7 {
            0 => {
                altered.insert(name.clone(), bytes[..chance.below(bytes.len())].to_vec());
                "cut short"
            }
            1 => {
                altered.remove(name);
                "removed"
            }
            2 => {
                altered.remove(name);
                altered.insert(format!("{name}.bak"), bytes);
                "renamed"
            }
            3 => {
                let mut longer = bytes;
                longer.push(b'\n');
                altered.insert(name.clone(), longer);
                "made longer"
            }
            4 => {
                let added = format!("{name}-{number}");
                altered.insert(added.clone(), b"added".to_vec());
                let findings = pack.findings(&altered);
                assert!(findings.iter().any(|finding| finding.contains(&added)), "{added} was added, and nobody named it: {findings:?}");
                continue;
            }
            _ => {
                altered.insert(name.clone(), changed(&bytes, &mut chance));
                "changed"
            }
        };
        let findings = pack.findings(&altered);
        assert!(findings.iter().any(|finding| finding.contains(name)), "{name} was {what}, and nobody named it: {findings:?}");
    }
    assert_eq!(pack.findings(&pack.files), [""; 0], "everything is as it was");
    figure(&format!("alterations of an evidence pack: {alterations} of {alterations} named"));
}

#[test]
fn who_makes_the_checksums_anew_is_found_by_chains_and_seal() {
    let pack = Pack::make();
    let alterations = quick_or_full(20, 200);
    let bound = |name: &str| name.starts_with("ledger/") || ["seal/texts/", "seal/proofs/"].iter().any(|folder| name.contains(folder));
    let mut chance = Chance::seeded(61);
    for _ in 0..alterations {
        let name = pack.any(&mut chance, &bound);
        let mut altered = pack.files.clone();
        altered.insert(name.clone(), changed(&pack.files[name], &mut chance));
        altered.insert("SHA256SUMS".to_owned(), sums(&altered));
        assert!(!pack.findings(&altered).is_empty(), "{name} was changed, and its checksum with it, and nobody noticed");
    }
    // Tables that follow from the ledger say what it says.
    for (name, from, to) in [
        ("history.csv", "counsel: Ada", "counsel: Eve"),
        ("people.csv", ",1,exported,", ",2,exported,"),
        ("merged.csv", "\npatients.csv:LS-0039", "\n\"\npatients.csv:LS-0039"),
    ] {
        let text = String::from_utf8(pack.files[name].clone()).unwrap();
        assert!(text.contains(from), "{text}");
        let mut altered = pack.files.clone();
        altered.insert(name.to_owned(), text.replacen(from, to, 1).into_bytes());
        altered.insert("SHA256SUMS".to_owned(), sums(&altered));
        let findings = pack.findings(&altered);
        assert!(findings.iter().any(|finding| finding.contains(name)), "{name}: {findings:?}");
    }
    // A letter that went, or a person who is owed one, cannot be told away in the table of everyone.
    let people = String::from_utf8(pack.files["people.csv"].clone()).unwrap();
    let states: Vec<&str> = people.lines().filter_map(|line| line.split(',').nth(6)).collect();
    assert!(states.contains(&"exported") && states.contains(&"sent"), "{people}");
    let gone = people.lines().skip(5).chain(people.lines().take(4)).collect::<Vec<_>>();
    for other in [people.replace(",sent,", ",mailed,"), people.replacen(",letter,", ",held,", 1), gone.join("\n") + "\n"] {
        assert_ne!(other, people);
        let mut altered = pack.files.clone();
        altered.insert("people.csv".to_owned(), other.into_bytes());
        altered.insert("SHA256SUMS".to_owned(), sums(&altered));
        let findings = pack.findings(&altered);
        assert!(findings.iter().any(|finding| finding.contains("people.csv")), "{findings:?}");
    }
    figure(&format!("alterations of chains and seal with checksums made anew: {alterations} of {alterations} noticed"));
}
