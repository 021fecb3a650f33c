//! Lists as hospitals and vendors send them: the 45 people of the sample in other files give the same counts and the same letters.

use crate::harness::{Home, rows};
use rust_xlsxwriter::{Format, Workbook};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The sample's list: its header and its rows.
struct Sample {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Sample {
    fn new() -> Sample {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/lakeside/patients.csv");
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(path).unwrap();
        let mut rows: Vec<Vec<String>> = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        let header = rows.remove(0);
        assert_eq!(rows.len(), 45);
        Sample { header, rows }
    }

    fn column(&self, name: &str) -> usize {
        self.header.iter().position(|known| known == name).unwrap()
    }

    /// Renames columns.
    fn named(mut self, names: &[(&str, &str)]) -> Sample {
        for (ours, theirs) in names {
            let column = self.column(ours);
            (*theirs).clone_into(&mut self.header[column]);
        }
        self
    }

    /// Writes each date in another form.
    fn dated(mut self, form: impl Fn(&str, usize, &str) -> String) -> Sample {
        for name in ["birth_date", "death_date", "email_consent_on", "email_consent_withdrawn_on"] {
            let column = self.column(name);
            for cell in self.rows.iter_mut().map(|row| &mut row[column]).filter(|cell| !cell.is_empty()) {
                let parts: Vec<&str> = cell.split('-').collect();
                *cell = form(parts[0], parts[1].parse().unwrap(), parts[2]);
            }
        }
        self
    }

    /// Without the letters that Windows-1252 does not have.
    fn western(mut self) -> Sample {
        for cell in self.rows.iter_mut().flatten() {
            *cell = cell.chars().map(|c| if encoding_rs::WINDOWS_1252.encode(c.encode_utf8(&mut [0; 4])).2 { 'o' } else { c }).collect();
        }
        self
    }

    /// As text with a separator between the cells; cells that hold one are quoted.
    fn text(&self, separator: u8) -> String {
        let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
        writer.write_record(&self.header).unwrap();
        self.rows.iter().for_each(|row| writer.write_record(row).unwrap());
        String::from_utf8(writer.into_inner().unwrap()).unwrap()
    }
}

/// What a list comes to: the counts in words, and each letter by its piece number.
struct Outcome {
    said: String,
    notes: String,
    letters: BTreeMap<String, String>,
}

/// Renders the sample incident with another list in place of its own.
fn outcome(file: &str, bytes: &[u8], settings: &str) -> Outcome {
    let home = Home::with_sample("lakeside");
    std::fs::remove_file(home.path("lakeside/patients.csv")).unwrap();
    std::fs::write(home.path(&format!("lakeside/{file}")), bytes).unwrap();
    home.edit("lakeside/incident.toml", "file = \"patients.csv\"", &format!("file = \"{file}\"\n{settings}"));
    let ended = home.run("render lakeside --out out").exits(0);
    let texts = home.letters("out").into_iter().map(|(piece, path)| (piece, text_of(&path)));
    Outcome { said: ended.stdout.lines().next().unwrap_or_default().to_owned(), notes: ended.stderr.clone(), letters: texts.collect() }
}

fn text_of(letter: &PathBuf) -> String {
    let output = std::process::Command::new("pdftotext").arg("-layout").arg(letter).arg("-").output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Demands the counts and letters of the sample as it stands.
#[track_caller]
fn is_the_sample(file: &str, bytes: &[u8], settings: &str) -> Outcome {
    is_like(&Sample::new(), file, bytes, settings)
}

#[track_caller]
fn is_like(sample: &Sample, file: &str, bytes: &[u8], settings: &str) -> Outcome {
    let sample = outcome("patients.csv", sample.text(b',').as_bytes(), "");
    let found = outcome(file, bytes, settings);
    assert_eq!(found.said, sample.said, "{}", found.notes);
    assert_eq!(found.letters.len(), 40);
    assert!(found.letters == sample.letters, "a letter differs");
    found
}

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

#[test]
fn a_cerner_export_with_titles_above_its_header() {
    let names = [
        ("patient_id", "PERSON_ID"),
        ("provider_id", "LOC_FACILITY_CD"),
        ("last_name", "NAME_LAST"),
        ("first_name", "NAME_FIRST"),
        ("middle_name", "NAME_MIDDLE"),
        ("birth_date", "BIRTH_DT_TM"),
        ("death_date", "DECEASED_DT_TM"),
        ("address1", "STREET_ADDR"),
        ("address2", "STREET_ADDR2"),
        ("state", "STATE_CD"),
        ("postal_code", "ZIPCODE"),
        ("phone", "PHONE_NUM"),
        ("language", "LANGUAGE_CD"),
        ("elements", "AFFECTED DATA"),
        ("record_id", "EXTRACT_KEY"),
    ];
    let sample = Sample::new().dated(|year, month, day| format!("{day}-{}-{year} 00:00:00", MONTHS[month - 1])).named(&names);
    let text = format!(
        "Affected persons,,,\r\n\r\n\"Run by: CCL, domain P1\",Date:,11/16/2026\r\n,,,\r\n{}",
        sample.text(b',').replace('\n', "\r\n")
    );
    let columns = "columns = { elements = \"Affected Data\", record_id = \"EXTRACT_KEY\" }";
    let found = is_the_sample("extract.csv", text.as_bytes(), columns);
    assert!(found.notes.contains("extract.csv:5"), "{}", found.notes);
}

#[test]
fn semicolons_and_windows_1252() {
    let text = Sample::new().western().dated(|year, month, day| format!("{day}.{month:02}.{year}")).text(b';');
    let (bytes, _, lost) = encoding_rs::WINDOWS_1252.encode(&text);
    assert!(!lost);
    let found = is_like(&Sample::new().western(), "patients.csv", &bytes, "");
    assert!(found.notes.contains("Windows-1252"), "{}", found.notes);
}

#[test]
fn utf_16_with_tabs() {
    let text = Sample::new().dated(|year, month, day| format!("{month}/{day}/{year} 12:00:00 AM")).text(b'\t');
    let bytes: Vec<u8> = "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    is_the_sample("patients.txt", &bytes, "");
}

/// `MI` is a middle initial to a header and a state to a patient, `name` a type of information.
#[test]
fn a_list_without_a_header_shows_no_patient() {
    let home = Home::with_sample("lakeside");
    home.write(
        "lakeside/patients.csv",
        "1,Dorsey,Jane,1970-12-25,1 Elm St,Traverse City,MI,49684,name\n2,Quill,Ann,1971-01-02,2 Oak St,Traverse City,MI,49684,name\n",
    );
    let ended = home.run("check lakeside").exits(3).says("[no-header]");
    assert!(!["Dorsey", "1970", "Elm"].iter().any(|value| ended.stderr.contains(value)), "{}", ended.stderr);
}

#[test]
fn a_mended_row_never_takes_the_place_of_somebody_else() {
    let home = Home::with_sample("lakeside");
    let list = home.read("lakeside/patients.csv");
    let (header, row) = (list.lines().next().unwrap(), list.lines().nth(2).unwrap());
    home.write("lakeside/mend.csv", &format!("{header}\n{}\n", row.replace("LS-0002,0047184", "LS-0001,0999999")));
    let incident = home.read("lakeside/incident.toml");
    home.write("lakeside/incident.toml", &format!("{incident}\n[[lists]]\nfile = \"mend.csv\"\nmends = \"patients.csv\"\n"));
    home.run("check lakeside --out out").exits(1).says("[mends-somebody-else]");
    let held = home.read("out/held.csv");
    assert!(held.contains("mends-somebody-else") && !held.contains("Olsen"), "{held}");
    home.run("render lakeside --out letters").exits(1).prints("40 letters");
}

#[test]
fn a_spreadsheet() {
    let sample = Sample::new();
    let dates = ["birth_date", "death_date"].map(|name| sample.column(name));
    let zip = sample.column("postal_code");
    let mut workbook = Workbook::new();
    let (day, five_digits) = (Format::new().set_num_format("m/d/yyyy"), Format::new().set_num_format("00000"));
    let sheet = workbook.add_worksheet().set_name("Affected").unwrap();
    sheet.write_string(0, 0, "Affected persons").unwrap();
    for (row, cells) in std::iter::once(&sample.header).chain(&sample.rows).enumerate() {
        for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            let at = (row as u32 + 2, column as u16);
            let number = cell.parse::<u32>().ok().filter(|_| row > 0 && cell.len() == 5);
            match number {
                Some(number) if column == zip => sheet.write_number_with_format(at.0, at.1, f64::from(number), &five_digits).unwrap(),
                _ if row > 0 && dates.contains(&column) => {
                    let date = rust_xlsxwriter::ExcelDateTime::parse_from_str(cell).unwrap();
                    sheet.write_datetime_with_format(at.0, at.1, &date, &day).unwrap()
                }
                _ => sheet.write_string(at.0, at.1, cell).unwrap(),
            };
        }
    }
    workbook.add_worksheet().set_name("Notes").unwrap();
    let found = is_the_sample("patients.xlsx", &workbook.save_to_buffer().unwrap(), "");
    assert!(found.notes.contains("patients.xlsx[Affected]:3"), "{}", found.notes);
}

/// The sample's list in sheets of one workbook, which are cut behind these rows.
fn in_sheets(sample: &Sample, sheets: [(&str, std::ops::Range<usize>); 2]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    for (name, range) in sheets {
        let sheet = workbook.add_worksheet().set_name(name).unwrap();
        for (line, cells) in std::iter::once(&sample.header).chain(&sample.rows[range]).enumerate() {
            for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                sheet.write_string(line as u32, column as u16, cell).unwrap();
            }
        }
    }
    workbook.save_to_buffer().unwrap()
}

const TWO_SHEETS: &str = "sheet = \"Clinic\"\nreceived = 2026-11-16\n\n[[lists]]\nfile = \"patients.xlsx\"\nsheet = \"Hospital\"";

#[test]
fn two_sheets_of_one_workbook() {
    let bytes = in_sheets(&Sample::new(), [("Clinic", 0..20), ("Hospital", 20..45)]);
    is_the_sample("patients.xlsx", &bytes, TWO_SHEETS);
}

#[test]
fn records_of_two_sheets_are_told_apart() {
    let mut sample = Sample::new();
    let (id, city) = (sample.column("record_id"), sample.column("city"));
    for row in [0, 20] {
        "A-1".clone_into(&mut sample.rows[row][id]);
        sample.rows[row][city].clear();
    }
    let home = Home::with_sample("lakeside");
    std::fs::write(home.path("lakeside/patients.xlsx"), in_sheets(&sample, [("Clinic", 0..20), ("Hospital", 20..45)])).unwrap();
    home.edit("lakeside/incident.toml", "file = \"patients.csv\"", &format!("file = \"patients.xlsx\"\n{TWO_SHEETS}"));
    let ruling = "patients.xlsx[Hospital]:A-1,exclude,by agreement,G. Lindholm,2026-11-20,told in person";
    home.write("lakeside/decisions.csv", &format!("record,decision,argument,by,on,reason\n{ruling}\n"));
    home.run("check lakeside --out out --findings findings.csv").exits(1).says("patients.xlsx[Clinic]:2:city");
    let held = rows(&home.read("out/held.csv"));
    assert_eq!(held.iter().map(|row| (row["file"].as_str(), row["line"].as_str())).collect::<Vec<_>>(), [("patients.xlsx[Clinic]", "2")]);
    let findings = rows(&home.read("findings.csv"));
    let of_city = |row: &&BTreeMap<String, String>| row["column"] == "city" && row["severity"] == "holds";
    let found: Vec<_> = findings.iter().filter(of_city).map(|row| (row["file"].as_str(), row["record"].as_str())).collect();
    assert_eq!(found, [("patients.xlsx[Clinic]", "patients.xlsx[Clinic]:A-1")]);
    // The held row comes back corrected, as a list that mends the sheet.
    let mend = home.read("out/mend.csv").replacen(",,MI,", ",Traverse City,MI,", 1);
    home.write("lakeside/mend.csv", &mend);
    let settings = home.read("lakeside/incident.toml");
    home.write("lakeside/incident.toml", &format!("{settings}\n[[lists]]\nfile = \"mend.csv\"\nmends = \"patients.xlsx[Clinic]\"\n"));
    home.run("check lakeside").exits(0).prints("0 held");
}
