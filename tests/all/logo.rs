//! A provider's logo: on page 1 of its letters and nowhere else, once in each file, told to those who cannot see it, and bound
//! by the seal.

use crate::harness::{Home, rows, tool};
use crate::picture::Picture;
use crate::standards::broken;
use page_validation::ValidationProfile;
use std::path::Path;

/// Where the logo of [`home`] stands, twice as wide as high: left, top, right and bottom in inches.
const PLACE: [f32; 4] = [5.625, 0.5, 7.625, 1.5];
/// What the windows of the sample's envelope can show beside and around the addresses, on the logo's side.
const WINDOWS: [[f32; 4]; 2] = [[2.875, 0.417, 3.875, 1.667], [3.625, 1.667, 4.625, 3.125]];

/// A PNG file of red and half transparent black halves, of so many pixels down and twice as many across.
fn png(height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 2 * height, height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let pixel = |at: u32| if at % (2 * height) < height { [255, 0, 0, 255] } else { [0, 0, 0, 128] };
    let samples: Vec<u8> = (0..2 * height * height).flat_map(pixel).collect();
    encoder.write_header().unwrap().write_image_data(&samples).unwrap();
    bytes
}

/// The sample, whose first provider has a logo.
fn home() -> Home {
    let home = Home::with_sample("lakeside");
    std::fs::create_dir(home.path("lakeside/logos")).unwrap();
    std::fs::write(home.path("lakeside/logos/lake.png"), png(300)).unwrap();
    with_logo(&home, "logos/lake.png", "Lakeside, drei Wellen — Ürsprung");
    home
}

/// Gives the first provider a logo and words for it.
fn with_logo(home: &Home, file: &str, alt: &str) {
    let text = home.read("lakeside/providers.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&header).unwrap();
    for (row, record) in reader.records().map(Result::unwrap).enumerate() {
        let cell = |(name, cell): (&str, &str)| match name {
            "logo" if row == 0 => file.to_owned(),
            "logo_alt" if row == 0 => alt.to_owned(),
            _ => cell.to_owned(),
        };
        writer.write_record(header.iter().zip(&record).map(cell)).unwrap();
    }
    home.write("lakeside/providers.csv", &String::from_utf8(writer.into_inner().unwrap()).unwrap());
}

/// Images that stand in a file, by `pdfimages`, which lists one for each page that shows it.
fn images(file: &Path) -> Vec<(String, String)> {
    let listed = tool("pdfimages", &["-list", file.to_str().unwrap()]);
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    listed.lines().skip(2).map(words).map(|words| (words[0].clone(), words[10].clone())).collect()
}

/// The mean grey of an area.
fn mean(picture: &Picture, area: [f32; 4]) -> u64 {
    let rows = picture.area(area);
    let count: usize = rows.iter().map(|row| row.len()).sum();
    rows.iter().flat_map(|row| row.iter()).map(|pixel| u64::from(*pixel)).sum::<u64>() / count as u64
}

fn shows_logo(page: &Picture) -> bool {
    let [x0, y0, x1, y1] = PLACE;
    if page.is_white([5.2, 0.3, 8.0, 1.6]) {
        return false;
    }
    // Red prints as a dark grey, half transparent black as a middle one; nothing stands around.
    let middle = (x0 + x1) / 2.0;
    assert_eq!(mean(page, [x0 + 0.1, y0 + 0.1, middle - 0.1, y1 - 0.1]), 54);
    assert_eq!(mean(page, [middle + 0.1, y0 + 0.1, x1 - 0.1, y1 - 0.1]), 127);
    for around in [[5.0, 0.1, x0 - 0.03, y1], [x0, 0.1, x1, y0 - 0.03], [x1 + 0.03, 0.1, 8.4, y1], [x0, y1 + 0.03, x1, 3.0]] {
        assert!(page.is_white(around), "{around:?}");
    }
    assert!(WINDOWS.iter().all(|window| page.is_white(*window)));
    true
}

#[test]
fn letters_and_archive_copies_show_it_and_tell_it() {
    let home = home();
    home.run("render lakeside --out out --archive").exits(0);
    let (mut with, mut without) = (0, 0);
    for row in rows(&home.read("out/pieces.csv")) {
        let letter = format!("out/{}", row["file"]);
        let found = images(&home.path(&letter));
        if found.is_empty() {
            without += 1;
            continue;
        }
        assert_eq!(found.iter().map(|(page, _)| page.as_str()).collect::<Vec<_>>(), ["1"], "one image, on page 1");
        with += 1;
        if with > 3 {
            continue;
        }
        let archive = letter.replacen("letters", "archive", 1);
        for (file, profile) in
            [(&letter, ValidationProfile::PdfUa1), (&archive, ValidationProfile::PdfUa1), (&archive, ValidationProfile::PdfA2a)]
        {
            assert_eq!(broken(&home, file, profile), Vec::<String>::new());
        }
        for file in [&letter, &archive] {
            let path = home.path(file);
            let pages = Picture::pages(&home, &path, 200);
            assert!(shows_logo(&pages[0]));
            let told = tool("pdfinfo", &["-struct-text", path.to_str().unwrap()]);
            let first = told.lines().nth(1).unwrap_or_default().trim();
            assert!(first.starts_with("Figure"), "the logo is first in reading order: {told}");
            let told = tool("qpdf", &["--json", path.to_str().unwrap()]);
            assert!(told.contains("\"/Alt\": \"u:Lakeside, drei Wellen — Ürsprung\""), "{file}");
        }
    }
    assert!(with > 0 && without > 0, "{with} letters have a logo, {without} have none");
}

#[test]
fn a_part_of_the_print_stream_holds_it_once() {
    let home = home();
    home.run("render lakeside --out out --as stream").exits(0);
    let plain = Home::with_sample("lakeside");
    plain.run("render lakeside --out out --as stream").exits(0);
    let mut shown = 0;
    for (name, bytes) in home.files("out/stream") {
        let path = home.path(&format!("out/stream/{name}"));
        let found = images(&path);
        assert!(found.iter().all(|(_, object)| *object == found[0].1), "every page shows the same object: {found:?}");
        let once = String::from_utf8_lossy(&bytes).matches("/Subtype/Image").count();
        assert_eq!(once, usize::from(!found.is_empty()), "{name}");
        shown += found.len();
        if let Some((page, _)) = found.first() {
            assert!(shows_logo(&Picture::pages(&home, &path, 200)[page.parse::<usize>().unwrap() - 1]));
        }
    }
    assert!(shown > 3);
    let texts = |home: &Home| rows(&home.read("out/pieces.csv")).len();
    assert_eq!(texts(&home), texts(&plain), "the logo moves nobody from one part to another");
}

#[test]
fn letters_of_others_are_what_they_were() {
    let home = home();
    let plain = Home::with_sample("lakeside");
    for home in [&home, &plain] {
        home.run("render lakeside --out out").exits(0);
    }
    let of_others = |name: &&String| images(&home.path(&format!("out/letters/{name}"))).is_empty();
    let (with, plain) = (home.files("out/letters"), plain.files("out/letters"));
    let same: Vec<&String> = with.keys().filter(of_others).collect();
    assert!(!same.is_empty());
    assert!(same.into_iter().all(|name| with[name] == plain[name]));
}

#[test]
fn another_picture_needs_another_approval() {
    let home = home();
    home.run("approve lakeside --by Ada --role counsel --accept-stale test").exits(0);
    home.run("render lakeside --out sealed --limit 1").exits(0);
    assert!(home.read("sealed/summary.json").contains("\"draft\": false"));
    std::fs::write(home.path("lakeside/logos/lake.png"), png(299)).unwrap();
    home.run("render lakeside --out other --limit 1").exits(0);
    assert!(home.read("other/summary.json").contains("\"draft\": true"));
    let job = |out: &str| serde_json::from_str::<serde_json::Value>(&home.read(&format!("{out}/job.json"))).unwrap()["state"].clone();
    assert_ne!(job("sealed"), job("other"));
}

#[test]
fn what_is_no_logo_is_refused_with_its_place() {
    let home = home();
    home.write("lakeside/logos/note.png", "no picture");
    for (file, alt, code, column) in [
        ("logos/lack.png", "Lakeside", "missing-file", "logo"),
        ("../lake.png", "Lakeside", "outside-folder", "logo"),
        ("logos/note.png", "Lakeside", "not-png", "logo"),
        ("logos/lake.png", "", "missing-alt-text", "logo_alt"),
    ] {
        with_logo(&home, file, alt);
        let ended = home.run("render lakeside --out out").exits(3).says(&format!("[{code}]"));
        ended.says(&format!("providers.csv:2:{column}"));
        home.lacks("out");
    }
}
