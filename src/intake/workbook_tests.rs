//! Spreadsheets that are read, and those that are refused before much is made of them.

use super::tests::{HEADER, describe, held, incident_with};
use super::*;
use rust_xlsxwriter::{Format, Formula, Workbook};
use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// A sheet with our header and these rows below it, from the first line on.
fn fill(workbook: &mut Workbook, name: &str, rows: &[&[&str]]) {
    let sheet = workbook.add_worksheet().set_name(name).unwrap();
    let header: Vec<&str> = HEADER.split(',').collect();
    for (line, cells) in std::iter::once(header.as_slice()).chain(rows.iter().copied()).enumerate() {
        for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(line as u32, column as u16, *cell).unwrap();
        }
    }
}

const LEE: &[&str] = &["1", "LAKE", "Lee", "1 Elm\nApt 2", "Springfield", "IL", "02701", "name"];

fn workbook() -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(&mut workbook, "List", &[LEE]);
    workbook.save_to_buffer().unwrap()
}

fn read_bytes(bytes: &[u8], sheet: Option<&str>) -> Result<Intake> {
    let (_folder, mut incident) = incident_with(&[("patients.xlsx", bytes)]);
    incident.lists[0].sheet = sheet.map(str::to_owned);
    read(&incident)
}

#[track_caller]
fn is_refused(bytes: &[u8], sheet: Option<&str>, expected: &str) {
    let found: Vec<String> = read_bytes(bytes, sheet).unwrap_err().findings.iter().map(describe).collect();
    assert!(found.len() == 1 && found[0].contains(expected), "{found:?}");
}

/// The same workbook with the contents of a part changed.
fn with_part(bytes: &[u8], part: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let mut from = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut to = ZipWriter::new(Cursor::new(Vec::new()));
    for number in 0..from.len() {
        let file = from.by_index(number).unwrap();
        let name = file.name().unwrap().into_owned();
        let text = std::io::read_to_string(file).unwrap();
        to.start_file(name.clone(), SimpleFileOptions::default()).unwrap();
        to.write_all(if name == part { change(text) } else { text }.as_bytes()).unwrap();
    }
    to.finish().unwrap().into_inner()
}

fn zip_of(names: &[&str]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for name in names {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn hidden_rows_are_read_and_told() {
    let rows: Vec<Vec<String>> = (1..400)
        .map(|id| LEE.iter().enumerate().map(|(at, cell)| if at == 0 { id.to_string() } else { (*cell).to_owned() }).collect())
        .collect();
    let cells: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let rows: Vec<&[&str]> = cells.iter().map(Vec::as_slice).collect();
    for hidden in [None, Some(2), Some(398)] {
        let mut workbook = Workbook::new();
        fill(&mut workbook, "List", &rows);
        if let Some(row) = hidden {
            workbook.worksheet_from_index(0).unwrap().set_row_hidden(row).unwrap();
        }
        let intake = read_bytes(&workbook.save_to_buffer().unwrap(), None).unwrap();
        let told: Vec<&str> = intake.findings.iter().map(|finding| finding.code).collect();
        assert_eq!((intake.rows.len(), told.as_slice()), (399, if hidden.is_some() { &["hidden-rows"][..] } else { &[] }));
    }
}

#[test]
fn cells_merged_over_several_rows_refuse_the_list_below_its_header() {
    let title: &[&str] = &["Patients of Lake"];
    let header: Vec<&str> = HEADER.split(',').chain(["deceased"]).collect();
    let merged = |first: (u32, u16), last: (u32, u16)| {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet().set_name("List").unwrap();
        for (line, cells) in [title, &[], &header, LEE, LEE, LEE].iter().enumerate() {
            sheet.write_row(line as u32, 0, cells.iter().copied()).unwrap();
        }
        let text = if first.0 == 0 { "Patients" } else { "Y" };
        sheet.merge_range(first.0, first.1, last.0, last.1, text, &Format::new()).unwrap();
        // Another sheet does not matter.
        let other = workbook.add_worksheet().set_hidden(true);
        other.merge_range(1, 8, 5, 8, "Y", &Format::new()).unwrap();
        workbook.save_to_buffer().unwrap()
    };
    let hint = "take the merging off (in the spreadsheet program: unmerge), and fill every row";
    for (first, last, line) in [((3, 8), (4, 8), 4), ((4, 8), (5, 9), 5), ((2, 9), (4, 9), 4), ((9, 9), (20, 9), 10)] {
        is_refused(&merged(first, last), None, &format!("patients.xlsx[List]:{line} merged-cells | {hint}"));
    }
    for (first, last) in [((0, 0), (1, 5)), ((1, 9), (2, 9)), ((3, 8), (3, 9))] {
        assert_eq!(read_bytes(&merged(first, last), None).unwrap().rows.len(), 3, "{first:?}");
    }
}

#[test]
fn what_is_merged_is_named_as_cells_are() {
    let good = workbook();
    let with_merged = |tag: &str| {
        let sheet = |text: String| text.replace("</sheetData>", &format!("</sheetData><mergeCells>{tag}</mergeCells>"));
        read_bytes(&with_part(&good, "xl/worksheets/sheet1.xml", sheet), None).map_err(|error| error.findings[0].code)
    };
    let long = format!("<mergeCell {}ref=\"A2:A3\"/>", "x=\"\" ".repeat(50));
    for tag in ["<mergeCell ref=\"A2:A3\"/>", "<x:mergeCell\tref = 'A1:B2' ></x:mergeCell>", &long] {
        assert_eq!(with_merged(tag).unwrap_err(), "merged-cells", "{tag}");
    }
    for name in ["A3:A2", "B1:A2", "A1:A2:A3", "A0:A1", "A:B", "A99999999:A99999999", "AAAAAAAA1:AAAAAAAA2", "", "A1:A2&", "Ä1:Ä2"] {
        assert_eq!(with_merged(&format!("<mergeCell ref=\"{name}\"/>")).unwrap_err(), "damaged-spreadsheet", "{name}");
    }
    for tag in ["", "<mergeCell/>", "<mergeCell ref=\"A2\"/>", "<mergeCell ref=\"A2:C2\"/>"] {
        assert!(with_merged(tag).is_ok(), "{tag}");
    }
    assert_eq!(with_merged(&"<mergeCell ref=\"A2:C2\"/>".repeat(1_000_001)).unwrap_err(), "spreadsheet-too-large");
}

#[test]
fn rows_come_with_their_lines_and_damaged_cells_hold_them() {
    let mut workbook = Workbook::new();
    fill(
        &mut workbook,
        "List",
        &[LEE, &[], &["2", "LAKE", "Roe", "1 Elm", "S", "IL", "62701", "name", "more"], &["3", "LAKE", "Poe", "1 Elm", "S", "IL"]],
    );
    let sheet = workbook.worksheet_from_index(0).unwrap();
    sheet.write_formula(4, 6, Formula::new("NA()").set_result("#N/A")).unwrap();
    sheet.write_formula(4, 7, Formula::new("\"na\"&\"me\"").set_result("name")).unwrap();
    let bytes = workbook.save_to_buffer().unwrap();
    let intake = read_bytes(&bytes, None).unwrap();
    let first = intake.row(RowIndex(0));
    assert_eq!((first.get(Field::PostalCode), first.get(Field::Address1), first.get(Field::Address2)), ("02701", "1 Elm", "Apt 2"));
    assert_eq!(intake.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 4, 5]);
    let found: Vec<String> = held(&intake).map(|(_, finding)| describe(finding)).collect();
    assert!(
        found[0].starts_with("patients.xlsx[List]:4 cell-count")
            && found[1].starts_with("patients.xlsx[List]:5:postal_code spreadsheet-error"),
        "{found:?}"
    );
    assert_eq!(intake.place(RowIndex(0), Field::City).to_string(), "patients.xlsx[List]:2:city");
    assert!(intake.row(RowIndex(2)).elements.contains(Element::Name));
    assert!(*intake.rows.get(0).digest != *intake.rows.get(2).digest);
}

#[test]
fn one_sheet_is_read_and_which_is_never_guessed() {
    let mut workbook = Workbook::new();
    fill(&mut workbook, "Clinic", &[LEE]);
    fill(&mut workbook, "Hospital", &[&["9", "LAKE", "Roe", "1 Elm", "S", "IL", "62701", "name"]]);
    let bytes = workbook.save_to_buffer().unwrap();
    is_refused(&bytes, None, "patients.xlsx sheet-not-said | say which one in [[lists]]: sheet = \"Clinic\"");
    is_refused(&bytes, Some("Hospitals"), "sheet unknown-sheet | did you mean `Hospital`?");
    assert_eq!(read_bytes(&bytes, Some("hospital")).unwrap().rows.get(0).get(Field::RecordId), "9");
    workbook.worksheet_from_index(1).unwrap().set_hidden(true);
    let intake = read_bytes(&workbook.save_to_buffer().unwrap(), None).unwrap();
    assert_eq!((intake.rows.get(0).get(Field::RecordId), intake.findings[0].code), ("1", "other-sheets"));
    is_refused(&Workbook::new().save_to_buffer().unwrap(), None, "empty-list");
    let (_folder, mut incident) = incident_with(&[("patients.csv", b"")]);
    incident.lists[0].sheet = Some("List".to_owned());
    assert_eq!(read(&incident).unwrap_err().findings[0].code, "unknown-sheet");
}

#[test]
fn two_sheets_are_two_lists_but_never_one_sheet_twice() {
    let mut workbook = Workbook::new();
    fill(&mut workbook, "Clinic", &[LEE]);
    fill(&mut workbook, "Hospital", &[&["1", "LAKE", "Roe", "1 Elm", "S", "IL", "62701"]]);
    let read_two = |workbook: &mut Workbook, sheets: [Option<&str>; 2]| {
        let (_folder, mut incident) = incident_with(&[("patients.xlsx", &workbook.save_to_buffer().unwrap()), ("other", b"")]);
        incident.lists[1].file = "patients.xlsx".to_owned();
        for (list, sheet) in incident.lists.iter_mut().zip(sheets) {
            list.sheet = sheet.map(str::to_owned);
            list.name = list.own_name().into_owned();
        }
        read(&incident).map(|intake| (incident, intake))
    };
    let (incident, intake) = read_two(&mut workbook, [Some("Clinic"), Some("hospital")]).unwrap();
    let keys: Vec<String> = (0..2).map(|row| intake.record_key(&incident, RowIndex(row))).collect();
    assert_eq!(keys, ["patients.xlsx[Clinic]:1", "patients.xlsx[hospital]:1"]);
    assert!(held(&intake).all(|(_, finding)| describe(finding).starts_with("patients.xlsx[Hospital]:2:elements no-elements")));
    let is_twice = |workbook: &mut Workbook, sheets, expected: &str| {
        let found: Vec<String> = read_two(workbook, sheets).unwrap_err().findings.iter().map(describe).collect();
        assert!(found.iter().any(|finding| finding.starts_with(expected)), "{found:?}");
    };
    is_twice(&mut workbook, [Some("Clinic"), Some("clinic")], "incident.toml:29:sheet duplicate-list");
    workbook.worksheet_from_index(1).unwrap().set_hidden(true);
    is_twice(&mut workbook, [None, Some("Clinic")], "incident.toml:29:sheet duplicate-list");
    is_twice(&mut workbook, [Some("Clinic"), None], "incident.toml:29:file duplicate-list");
    assert_eq!(read_two(&mut workbook, [None, Some("Hospital")]).unwrap().1.files, ["patients.xlsx[Clinic]", "patients.xlsx[Hospital]"]);
}

#[test]
fn what_is_no_workbook_is_refused_with_a_hint() {
    let encrypted: Vec<u8> =
        b"\xd0\xcf\x11\xe0".iter().copied().chain("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    is_refused(b"\xd0\xcf\x11\xe0old", None, "other-spreadsheet | open it and save it as .xlsx");
    is_refused(&encrypted, None, "protected-spreadsheet | open it, take the password off");
    is_refused(&zip_of(&["[Content_Types].xml", "xl/workbook.bin"]), None, "other-spreadsheet");
    is_refused(&zip_of(&["mimetype", "content.xml"]), None, "other-spreadsheet");
    is_refused(&zip_of(&["patients.csv"]), None, "no-list | unpack it");
    is_refused(&zip_of(&["[Content_Types].xml", "xl/workbook.xml"]), None, "damaged-spreadsheet");
    let good = workbook();
    for length in (4..good.len()).step_by(good.len() / 40) {
        assert!(read_bytes(&good[..length], None).is_err());
    }
}

#[test]
fn what_would_come_to_too_much_is_refused_before_it_does() {
    let good = workbook();
    let strings = |change: &dyn Fn(String) -> String| with_part(&good, "xl/sharedStrings.xml", change);
    assert!(read_bytes(&strings(&|text| text), None).is_ok());
    is_refused(&strings(&|text| text.replace("uniqueCount=\"", "uniqueCount =\n\"99999999999999")), None, "spreadsheet-too-large");
    is_refused(&strings(&|text| text.replace("Springfield", &"x".repeat(3 << 20))), None, "spreadsheet-too-large");
    let runs = "<r><t>xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx</t></r>".repeat(100_000);
    is_refused(&strings(&|text| text.replace("</sst>", &format!("<si>{runs}</si></sst>"))), None, "spreadsheet-too-large");
    let sheet = with_part(&good, "xl/worksheets/sheet1.xml", |text| text.replace("r=\"B2\"", "r=\"A2\""));
    is_refused(&sheet, None, "damaged-spreadsheet");
    let sheet = with_part(&good, "xl/worksheets/sheet1.xml", |text| {
        text.replace("</sheetData>", "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row></sheetData>")
    });
    is_refused(&sheet, None, "damaged-spreadsheet");
}

#[test]
fn a_formula_that_was_never_computed_is_not_read_as_empty() {
    let good = workbook();
    let with_cell = |cell: &str| {
        let row = format!("<row r=\"3\"><c r=\"A3\"><v>2</v></c>{cell}<c r=\"D3\"><v>5</v></c></row></sheetData>");
        with_part(&good, "xl/worksheets/sheet1.xml", |text| text.replace("</sheetData>", &row))
    };
    for cell in [
        "<c r=\"C3\"><f>1+1</f></c>",
        "<c r=\"C3\"><f>1+1</f><v></v></c>",
        "<c r=\"C3\" s=\"1\"><f t=\"shared\" si=\"0\"/><v /></c>",
        "<c r=\"C3\"><x:f>1+1</x:f><v/></c>",
    ] {
        is_refused(&with_cell(cell), None, "formula-uncalculated");
    }
    for cell in [
        "<c r=\"C3\"><f>1+1</f><v>2</v></c>",
        "<c r=\"C3\" s=\"1\" t=\"str\"><f>IF(1,&quot;&quot;)</f><v></v></c>",
        "<c r=\"C3\" s=\"1\"/>",
    ] {
        assert!(read_bytes(&with_cell(cell), None).is_ok(), "{cell}");
    }
}

/// The same workbook with a part under another name.
fn renamed(bytes: &[u8], part: &str, name: &str) -> Vec<u8> {
    let mut from = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut to = ZipWriter::new(Cursor::new(Vec::new()));
    for number in 0..from.len() {
        let file = from.by_index(number).unwrap();
        let known = file.name().unwrap().into_owned();
        let text = std::io::read_to_string(file).unwrap().replace(part.rsplit('/').next().unwrap(), name.rsplit('/').next().unwrap());
        to.start_file(if known == part { name } else { &known }, SimpleFileOptions::default()).unwrap();
        to.write_all(text.as_bytes()).unwrap();
    }
    to.finish().unwrap().into_inner()
}

#[test]
fn sizes_that_are_not_true_and_strange_names_hide_nothing() {
    let good = workbook();
    is_refused(&renamed(&good, "xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.png"), None, "damaged-spreadsheet");
    assert!(read_bytes(&renamed(&good, "xl/worksheets/sheet1.xml", "xl/worksheets/other.xml"), None).is_ok());
    let large = with_part(&good, "xl/sharedStrings.xml", |text| {
        text.replace("</sst>", &format!("{}</sst>", "<si><t>x</t></si>".repeat(5_000_000)))
    });
    let mut lying = large.clone();
    for signature in [b"PK\x01\x02", b"PK\x03\x04"] {
        let size = if signature[2] == 1 { 24 } else { 22 };
        for at in memchr::memmem::find_iter(&large, signature) {
            lying[at + size..at + size + 4].copy_from_slice(&9_u32.to_le_bytes());
        }
    }
    let found = read_bytes(&lying, None).unwrap_err().findings.remove(0);
    assert!(["spreadsheet-too-large", "damaged-spreadsheet"].contains(&found.code), "{found:?}");
    is_refused(&large, None, "spreadsheet-too-large");
}

#[test]
fn a_flipped_bit_is_never_read_as_another_value() {
    let good = workbook();
    let expected = read_bytes(&good, None).unwrap();
    for at in (0..good.len()).step_by(7) {
        let mut bytes = good.clone();
        bytes[at] ^= 1 << (at % 8);
        if let Ok(intake) = read_bytes(&bytes, None) {
            assert!(intake.rows.iter().zip(expected.rows.iter()).all(|(one, other)| one.digest == other.digest), "{at}");
        }
    }
}
