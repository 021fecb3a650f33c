//! Names in other scripts: whole and in order with a folder of fonts, a finding that says which font is missing without one.

use crate::harness::{Home, pages, rows, tool};
use crate::standards::broken;
use page_validation::ValidationProfile;
use std::collections::BTreeMap;
use std::path::Path;

/// Record, first name, last name, and which fonts the name needs.
const PEOPLE: [(&str, &str, &str, &str); 10] = [
    ("S-01", "Margaret", "Olsen", ""),
    ("S-02", "محمد", "العربي", "Arabic"),
    ("S-03", "דוד", "כהן", "Hebrew"),
    ("S-04", "Thị Ngọc Ánh", "Nguyễn", ""),
    ("S-05", "小明", "王", "Han"),
    ("S-06", "अनीता", "शर्मा", "Devanagari"),
    ("S-07", "Ewa\u{307}", "Z\u{307}o\u{301}łc\u{301}", ""),
    ("S-08", "สมชาย", "ใจดี", "Thai"),
    ("S-09", "कीर्ति", "किरण", "Devanagari"),
    ("S-10", "علی", "لامی", "Arabic"),
];

/// The sample with these people instead of its own; each has own numbers, address and code.
fn home() -> Home {
    let home = Home::with_sample("lakeside");
    let text = home.read("lakeside/patients.csv");
    let header: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    let mut list = csv::Writer::from_writer(Vec::new());
    list.write_record(&header).unwrap();
    for (number, (record, first, last, _)) in PEOPLE.iter().enumerate() {
        let mut row: BTreeMap<String, String> = rows(&text)[0].clone();
        for (column, value) in [
            ("record_id", (*record).to_owned()),
            ("patient_id", format!("7{number:06}")),
            ("first_name", (*first).to_owned()),
            ("last_name", (*last).to_owned()),
            ("middle_name", String::new()),
            ("birth_date", format!("1958-03-{:02}", number + 1)),
            ("address1", format!("{} Larkspur Ln", number + 10)),
            ("activation_code", format!("FFIL-0FI1-NT{number:02}")),
        ] {
            row.insert(column.to_owned(), value);
        }
        list.write_record(header.iter().map(|column| &row[*column])).unwrap();
    }
    home.write("lakeside/patients.csv", &String::from_utf8(list.into_inner().unwrap()).unwrap());
    home
}

/// Names a folder of Debian's Noto fonts in incident.toml and fills it.
fn add_fonts(home: &Home) {
    std::fs::create_dir(home.path("lakeside/fonts")).unwrap();
    let of = |family: &str| ["Regular", "Bold"].map(|weight| format!("/usr/share/fonts/truetype/noto/{family}-{weight}.ttf"));
    let mut files: Vec<String> =
        ["NotoSansArabic", "NotoSansHebrew", "NotoSansDevanagari", "NotoSansThai"].into_iter().flat_map(of).collect();
    files.push("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc".to_owned());
    for file in files {
        let from = Path::new(&file);
        let to = home.path("lakeside/fonts").join(from.file_name().unwrap());
        std::fs::copy(from, to).unwrap_or_else(|error| panic!("{file}: {error}; `tests/run` installs what tests need"));
    }
    home.edit("lakeside/incident.toml", "house = \"generic\"", "house = \"generic\"\nfonts = \"fonts\"");
}

/// Page 1 as `mutool` reads it.
fn by_mupdf(path: &Path) -> String {
    tool("mutool", &["draw", "-q", "-F", "text", path.to_str().unwrap(), "1"])
}

/// One way to write a text with accents.
fn composed(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    text.nfc().collect()
}

#[test]
fn names_in_every_script_are_whole_and_in_order() {
    let home = home();
    add_fonts(&home);
    home.run("render lakeside --out out --as both --archive").exits(0);
    let records = home.records_of_pieces("lakeside");
    let letters = home.letters("out");
    assert_eq!(letters.len(), PEOPLE.len());
    for (piece, path) in &letters {
        let (record, first, last, script) =
            PEOPLE.iter().find(|person| records[piece] == format!("patients.csv:{}", person.0)).expect("one of ours");
        tool("qpdf", &["--check", path.to_str().unwrap()]);
        let file = format!("{}/{piece}.pdf", &piece[5..]);
        assert_eq!(broken(&home, &format!("out/letters/{file}"), ValidationProfile::PdfUa1), Vec::<String>::new());
        assert_eq!(broken(&home, &format!("out/archive/{file}"), ValidationProfile::PdfA2a), Vec::<String>::new());
        let name = composed(&format!("{first} {last}"));
        let text = composed(&by_mupdf(path));
        assert!(text.contains(&format!("Dear {name}:")), "{record}: {text}");
        assert!(text.lines().any(|line| line == name), "{record} in the window: {text}");
        // Poppler cuts right-to-left text at every glyph, so it is asked about the others alone.
        if !["Arabic", "Hebrew"].contains(script) {
            assert!(composed(&pages(path)[0]).contains(&format!("Dear {name}:")), "{record}");
        }
        let number = piece.parse::<u32>().unwrap();
        let codes: String = pages(path).concat();
        assert!(codes.contains(&format!("FFIL-0FI1-NT{:02}", number - 1)), "{record}: the code is whole");
    }
    let fonts = tool("pdffonts", &[letters["0000005"].to_str().unwrap()]);
    assert!(fonts.lines().skip(2).all(|line| line.contains(" yes yes yes ")), "embedded, subset, with text: {fonts}");
    // One letter alone is the same file as among the others.
    home.run("render lakeside --out one --as letters --only S-05").exits(0);
    assert!(home.files("one/letters")["05/0000005.pdf"] == home.files("out/letters")["05/0000005.pdf"]);
}

#[test]
fn without_fonts_each_finding_names_character_script_and_package() {
    let home = home();
    home.run("render lakeside --out out --as letters").exits(1);
    let held: BTreeMap<String, BTreeMap<String, String>> =
        rows(&home.read("out/held.csv")).into_iter().map(|row| (row["record_id"].clone(), row)).collect();
    for (record, _, _, script) in PEOPLE {
        let Some(finding) = held.get(record) else {
            assert_eq!(script, "", "{record} is held: {held:?}");
            continue;
        };
        assert_eq!(finding["code"], "uncovered-character");
        assert!(finding["reason"].contains("U+") && finding["reason"].contains(&format!("({script})")), "{finding:?}");
        let package = if script == "Han" { "fonts-noto-cjk" } else { "fonts-noto-core" };
        assert!(finding["hint"].contains(package) && finding["hint"].contains("[print] fonts"), "{finding:?}");
    }
    assert_eq!(held.len(), PEOPLE.iter().filter(|person| !person.3.is_empty()).count());
}

#[test]
fn a_folder_that_cannot_be_used_is_refused_with_every_file() {
    let home = Home::with_sample("lakeside");
    home.edit("lakeside/incident.toml", "house = \"generic\"", "house = \"generic\"\nfonts = \"fonts\"");
    home.write("lakeside/fonts/README.txt", "no font");
    home.run("check lakeside").exits(3).says("there is no font file in this folder");
    home.write("lakeside/fonts/a.ttf", "no font").write("lakeside/fonts/b.otf", "");
    home.run("check lakeside").exits(3).says("fonts/a.ttf").says("fonts/b.otf").says("[font-unusable]");
}

#[test]
fn other_fonts_are_another_job() {
    let home = home();
    add_fonts(&home);
    home.run("render lakeside --out out --as letters --only S-04").exits(0);
    let font = home.path("lakeside/fonts/NotoSansHebrew-Bold.ttf");
    std::fs::copy("/usr/share/fonts/truetype/noto/NotoSansHebrew-Regular.ttf", font).unwrap();
    home.run("render lakeside --out out --as letters --only S-04").exits(3).says("another job");
}

#[test]
fn a_character_of_everybodys_text_is_looked_for_in_the_files() {
    let home = Home::with_sample("lakeside");
    let part = include_str!("../../templates/en/parts/general_advice.md");
    home.write("lakeside/templates/en/parts/general_advice.md", &format!("{part}\nWe care 王.\n"));
    let line = part.lines().count() + 2;
    let said = home.run("check lakeside").exits(3).says("[uncovered-character]").says("U+738B (Han)").stderr;
    assert!(said.contains(&format!("--> templates/en/parts/general_advice.md:{line}\n")), "{said}");
}
