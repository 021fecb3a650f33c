//! The folder as a whole: same bytes, right shares, a truth that fits.

use super::*;
use jiff::ToSpan;
use jiff::civil::date;
use std::collections::BTreeMap;

/// A written drill, read back without any code of the drill.
struct Read {
    folder: tempfile::TempDir,
    summary: Summary,
    rows: Vec<BTreeMap<String, String>>,
    truth: Vec<(u64, u64, String)>,
}

fn written(people: u64, seed: u64) -> Read {
    let folder = tempfile::tempdir().unwrap();
    let summary = write(folder.path(), people, seed, date(2026, 12, 7)).unwrap();
    let mut reader = csv::Reader::from_path(folder.path().join("patients.csv")).unwrap();
    let rows = reader.deserialize().collect::<csv::Result<Vec<BTreeMap<String, String>>>>().unwrap();
    let mut reader = csv::Reader::from_path(folder.path().join("truth.csv")).unwrap();
    let truth = reader.deserialize::<(String, u64, u64, String)>().map(|row| row.unwrap());
    let truth = truth.map(|(file, line, person, joinable)| {
        assert_eq!(file, "patients.csv");
        (line, person, joinable)
    });
    Read { truth: truth.collect(), folder, summary, rows }
}

impl Read {
    fn bytes(&self) -> Vec<Vec<u8>> {
        let files = ["incident.toml", "providers.csv", "patients.csv", "truth.csv"];
        files.iter().map(|file| fs_err::read(self.folder.path().join(file)).unwrap()).collect()
    }

    /// The first row of every person.
    fn people(&self) -> Vec<&BTreeMap<String, String>> {
        self.rows.iter().zip(&self.truth).filter(|(_, truth)| truth.2.is_empty()).map(|(row, _)| row).collect()
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let (first, again, other) = (written(500, 7), written(500, 7), written(500, 8));
    assert!(first.bytes() == again.bytes());
    for (a, b) in first.bytes().iter().zip(other.bytes()) {
        assert!(*a != b);
    }
}

#[test]
fn truth_has_one_line_per_row_and_duplicates_stand_behind_their_first_row() {
    let read = written(3000, 1);
    assert_eq!(read.truth.len(), read.rows.len());
    assert_eq!(read.summary.rows, read.rows.len() as u64);
    let mut seen: BTreeMap<u64, usize> = BTreeMap::new();
    let mut distances = Vec::new();
    for (index, (line, person, joinable)) in read.truth.iter().enumerate() {
        assert_eq!(*line, index as u64 + 2);
        match seen.get(person) {
            None => {
                assert_eq!(joinable, "");
                seen.insert(*person, index);
            }
            Some(first) => {
                assert!(joinable == "yes" || joinable == "no");
                distances.push(index - first);
                let (first, second) = (&read.rows[*first], &read.rows[index]);
                assert_eq!(first["activation_code"], second["activation_code"]);
                assert_eq!(first["provider_id"], second["provider_id"]);
                assert_ne!(first["record_id"], second["record_id"]);
            }
        }
    }
    assert_eq!(seen.keys().copied().collect::<Vec<_>>(), (1..=3000).collect::<Vec<_>>());
    assert!(distances.iter().any(|distance| *distance > 1000) && distances.iter().any(|distance| *distance < 300), "spread");
}

#[test]
fn patient_ids_and_codes_belong_to_one_person() {
    let read = written(3000, 2);
    for column in ["patient_id", "activation_code"] {
        let mut owners: BTreeMap<&str, u64> = BTreeMap::new();
        for (row, (_, person, _)) in read.rows.iter().zip(&read.truth) {
            if !row[column].is_empty() {
                assert_eq!(owners.entry(row[column].as_str()).or_insert(*person), person, "{column}");
            }
        }
    }
}

#[test]
fn shares_are_kept() {
    let read = written(20_000, 3);
    let people = read.people();
    let born_after: Date = date(2026, 12, 7).saturating_sub(18.years());
    let minor = |row: &BTreeMap<String, String>| row["birth_date"].parse::<Date>().unwrap() > born_after;
    let dead = |row: &BTreeMap<String, String>| row["status"] == "deceased";
    let agreed = |row: &BTreeMap<String, String>| !row["email_consent_on"].is_empty();
    let share = |fits: &dyn Fn(&BTreeMap<String, String>) -> bool| people.iter().filter(|row| fits(row)).count() * 1000 / people.len();
    let cases: [(&str, usize, usize); 9] = [
        ("minor", share(&minor), 220),
        ("dead", share(&dead), 40),
        ("dead with next of kin", share(&|row| dead(row) && !row["representative_address1"].is_empty()), 24),
        ("agreed", share(&|row| agreed(row) && row["email_consent_withdrawn_on"].is_empty()), 150),
        ("withdrawn", share(&|row| !row["email_consent_withdrawn_on"].is_empty()), 20),
        ("Spanish", share(&|row| row["language"] == "es"), 80),
        ("ssn", share(&|row| row["elements"].split(';').any(|id| id == "ssn")), 550),
        ("California", share(&|row| row["state"] == "CA"), 117),
        ("duplicates", read.summary.duplicates as usize * 1000 / read.rows.len(), 50),
    ];
    for (what, found, wanted) in cases {
        let slack = 3 + wanted / 20;
        assert!(found.abs_diff(wanted) <= slack, "{what}: {found} of 1,000, wanted {wanted}");
    }
    let unjoinable = read.summary.duplicates - read.summary.joinable;
    assert!((70..130).contains(&(unjoinable * 1000 / read.summary.duplicates)), "{unjoinable}");
}

#[test]
fn rows_agree_with_themselves() {
    let read = written(5000, 4);
    for row in &read.rows {
        let birth: Date = row["birth_date"].parse().unwrap();
        assert!(birth < date(2026, 1, 21), "born when the breach began");
        if let Ok(death) = row["death_date"].parse::<Date>() {
            assert!(birth < death && death < date(2026, 12, 7) && row["status"] == "deceased");
        }
        if let Ok(agreed) = row["email_consent_on"].parse::<Date>() {
            assert!(agreed >= birth.saturating_add(18.years()) && agreed <= date(2026, 12, 7));
            assert!(
                row["email_consent_withdrawn_on"].parse::<Date>().is_ok_and(|day| day >= agreed)
                    || row["email_consent_withdrawn_on"].is_empty()
            );
        }
        assert_eq!(row["activation_code"].is_empty(), row["status"] == "deceased");
        assert!(row["elements"].starts_with("name"));
    }
}

#[test]
fn a_folder_that_holds_something_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs_err::write(folder.path().join("notes.txt"), "mine").unwrap();
    let error = write(folder.path(), 5, 1, date(2026, 12, 7)).unwrap_err();
    assert_eq!((error.kind.exit_code(), error.findings[0].code), (3, "folder-not-empty"));
    assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(write(&folder.path().join("new"), 0, 1, date(2026, 12, 7)).unwrap_err().findings[0].code, "people-out-of-range");
}

#[cfg(unix)]
#[test]
fn files_and_folder_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("a/drill");
    write(&folder, 1, 1, date(2026, 12, 7)).unwrap();
    let mode = |path: &Path| fs_err::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let mut files: Vec<_> = fs_err::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), 5);
    assert!(files.iter().all(|file| mode(file) == 0o600));
}
