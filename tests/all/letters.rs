//! The letters themselves, read back by poppler and qpdf: each is its own recipient's and nobody else's.

use crate::expected::{BY_EMAIL, Expected, everyone, flat};
use crate::harness::{Home, body, pages, rows, text_by_mupdf, tool};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// A letter without footers.
fn text(pages: &[String]) -> String {
    pages.iter().map(|page| body(page)).collect::<Vec<_>>().join("\n")
}

/// The person whose address stands in the window of page 1.
fn owner<'a>(page: &str, everyone: &'a [Expected]) -> &'a Expected {
    let top = flat(page);
    let owners: Vec<&Expected> = everyone.iter().filter(|person| top.contains(&format!(" {} ", person.window))).collect();
    assert_eq!(owners.len(), 1, "one person's window: {owners:?} in {top}");
    owners[0]
}

#[test]
fn an_incident_without_an_identity_service_is_printed() {
    let home = Home::with_sample("lakeside");
    let incident = home.read("lakeside/incident.toml");
    let (before, rest) = incident.split_once("[identity_service]").unwrap();
    let after = &rest[rest.find("\n[").unwrap()..];
    home.write("lakeside/incident.toml", &format!("{before}{after}"));
    home.run("check lakeside").exits(0).says("code-without-service");
    home.run("render lakeside --out out --as both").exits(0).prints("40 letters");
    let all: String = home.letters("out").values().flat_map(|path| pages(path)).collect();
    assert!(!all.contains("Activation code") && !all.contains("Northlight"));
}

#[test]
fn every_letter_is_its_recipients_and_nobody_elses() {
    let home = Home::released("lakeside");
    home.run("render lakeside --out out --as both").exits(0);
    let everyone = everyone();
    let records = home.records_of_pieces("lakeside");
    let index: BTreeMap<String, _> = rows(&home.read("out/pieces.csv")).into_iter().map(|row| (row["piece_id"].clone(), row)).collect();
    let mut written = BTreeSet::new();
    for (piece, path) in home.letters("out") {
        let pages = pages(&path);
        let person = owner(&pages[0], &everyone);
        person.is_told_by(&text(&pages), &everyone);
        person.is_told_by(&text_by_mupdf(&path), &everyone);
        footers_count(&piece, person, &pages);
        // The letter is whole, but is it also the one that this number stands for everywhere else?
        assert_eq!(records[&piece], format!("patients.csv:{}", person.record));
        assert_eq!((index[&piece]["locale"] == "es", &index[&piece]["pages"]), (person.spanish, &pages.len().to_string()));
        let place = ["zip5", "zip4", "country"].map(|column| index[&piece][column].as_str());
        assert!(place.iter().all(|part| person.window.contains(part)) && place.concat() != "", "{}: {place:?}", person.record);
        assert!(written.insert(person.record.clone()), "{} has two letters", person.record);
    }
    let by_mail = everyone.iter().filter(|person| !BY_EMAIL.contains(&person.record.as_str()));
    assert_eq!(written, by_mail.map(|person| person.record.clone()).collect());
    streams_hold_the_letters(&home);
}

#[track_caller]
fn footers_count(piece: &str, person: &Expected, pages: &[String]) {
    for (number, page) in pages.iter().enumerate() {
        let (word, of) = if person.spanish { ("Página", "de") } else { ("Page", "of") };
        let footer = format!("{piece} {word} {} {of} {}", number + 1, pages.len());
        assert_eq!(page.trim_end().lines().last(), Some(footer.as_str()), "{}", person.record);
        assert!(!page.contains("D\nR\nA\nF\nT"), "{}: an approved letter is no draft", person.record);
    }
}

/// Each piece stands in its stream on the pages that the index names, page for page as in its own file.
fn streams_hold_the_letters(home: &Home) {
    let letters = home.letters("out");
    let index = rows(&home.read("out/pieces.csv"));
    assert_eq!(index.iter().map(|row| &row["piece_id"]).collect::<BTreeSet<_>>(), letters.keys().collect());
    let mut streams: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut next = BTreeMap::new();
    for row in &index {
        let number = |name: &str| row[name].parse::<usize>().unwrap();
        let stream = streams.entry(&row["file"]).or_insert_with(|| pages(&home.path(&format!("out/{}", row["file"]))));
        let (first, last) = (number("first_page"), number("last_page"));
        assert_eq!(first % 2, 1, "a duplex piece starts on a front: {row:?}");
        assert_eq!(first, *next.get(&row["file"]).unwrap_or(&1), "pieces follow each other: {row:?}");
        assert_eq!(stream[first - 1..last], pages(&letters[&row["piece_id"]]), "{row:?}");
        for blank in &stream[last..last + number("blank_pages")] {
            assert_eq!(blank.trim(), "", "the back of a last sheet is empty");
        }
        next.insert(&row["file"], first + 2 * number("sheets"));
    }
    for (file, pages) in streams {
        assert_eq!(pages.len() + 1, next[&file.to_owned()], "{file} ends with its last piece");
    }
}

#[test]
fn bookmarks_and_page_labels_name_the_piece_that_starts_there() {
    let home = Home::with_sample("lakeside");
    home.run("render lakeside --out out --as stream").exits(0);
    let mut starts: BTreeMap<String, Vec<(u64, String)>> = BTreeMap::new();
    for row in rows(&home.read("out/pieces.csv")) {
        starts.entry(row["file"].clone()).or_default().push((row["first_page"].parse().unwrap(), row["piece_id"].clone()));
    }
    for (file, pieces) in starts {
        let path = home.path(&format!("out/{file}"));
        let told = tool("qpdf", &["--json", "--json-key=outlines", "--json-key=pagelabels", path.to_str().unwrap()]);
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        let bookmark = |one: &serde_json::Value| (one["destpageposfrom1"].as_u64().unwrap(), one["title"].as_str().unwrap().to_owned());
        let label = |one: &serde_json::Value| {
            let prefix = one["label"]["/P"].as_str().unwrap();
            (one["index"].as_u64().unwrap() + 1, prefix.trim_start_matches("u:").trim_end_matches('-').to_owned())
        };
        assert_eq!(told["outlines"].as_array().unwrap().iter().map(bookmark).collect::<Vec<_>>(), pieces, "{file}");
        assert_eq!(told["pagelabels"].as_array().unwrap().iter().map(label).collect::<Vec<_>>(), pieces, "{file}");
    }
}

#[test]
fn every_file_is_a_sound_pdf() {
    let home = Home::with_sample("lakeside");
    home.run("render lakeside --out out --as both").exits(0);
    let streams = home.files("out/stream").into_keys().map(|name| home.path(&format!("out/stream/{name}")));
    let files: Vec<PathBuf> = home.letters("out").into_values().chain(streams).collect();
    assert!(files.len() > 41, "letters and at least two streams: {files:?}");
    for path in files {
        let said = tool("qpdf", &["--check", path.to_str().unwrap()]);
        assert!(said.contains("No syntax or stream encoding errors found"), "{said}");
    }
}

#[test]
fn every_page_says_draft_until_the_wording_is_approved() {
    let home = Home::with_sample("lakeside");
    let drafts = |home: &Home, out: &str| {
        let pages: Vec<String> = home.letters(out).values().flat_map(|path| pages(path)).collect();
        let drafts = pages.iter().filter(|page| flat(page).contains("D R A F T")).count();
        (drafts, pages.len())
    };
    home.run("render lakeside --out draft --limit 5").exits(0).says("DRAFT");
    let (said, pages) = drafts(&home, "draft");
    assert!(pages >= 10 && said == pages, "{said} of {pages} pages say DRAFT");
    home.run("approve lakeside --by Ada --role counsel --accept-stale test").exits(0);
    home.run("render lakeside --out sealed --limit 5").exits(0);
    assert_eq!(drafts(&home, "sealed"), (0, pages));
    home.edit("lakeside/incident.toml", "We have opened a phone line", "We have opened a telephone line");
    home.run("render lakeside --out again --limit 5").exits(0).says("what was approved is not what is here now");
    assert_eq!(drafts(&home, "again"), (pages, pages));
}

#[test]
fn file_names_and_metadata_hold_nobodys_name() {
    let home = Home::released("lakeside");
    home.run("render lakeside --out out --as both").exits(0);
    let streams = home.files("out/stream").into_keys().map(|name| home.path(&format!("out/stream/{name}")));
    for path in home.letters("out").into_values().chain(streams) {
        let metadata = tool("pdfinfo", &[path.to_str().unwrap()]) + &tool("pdfinfo", &["-meta", path.to_str().unwrap()]);
        for person in everyone() {
            for value in [&person.patient, &person.representative, &person.street, &person.code] {
                assert!(value.is_empty() || !metadata.contains(value.as_str()), "{}: {metadata}", path.display());
            }
        }
    }
    let tables = ["pieces.csv", "merged.csv", "summary.json", "job.json"].map(|name| home.read(&format!("out/{name}"))).concat();
    for person in everyone() {
        for value in [&person.patient, &person.street, &person.code] {
            assert!(value.is_empty() || !tables.contains(value.as_str()), "{} shows in the tables", person.record);
        }
    }
}

#[test]
fn letters_read_well() {
    let home = Home::released("lakeside");
    for (record, name) in [("LS-0001", "letter_of_an_adult_in_english"), ("LS-0041", "letter_of_a_minor_in_spanish")] {
        home.run(&format!("render lakeside --out {record} --only {record}")).exits(0);
        let letters = home.letters(record);
        let path = letters.values().next().unwrap();
        let text = tool("pdftotext", &["-layout", path.to_str().unwrap(), "-"]);
        insta::assert_snapshot!(name, text.replace('\u{c}', "\n------------------------------ page ------------------------------\n"));
    }
}
