//! What machines and postal workers see, from pictures of the pages: the mark on every sheet, and nothing but the addresses in
//! the windows.

use crate::harness::{Home, rows};
use crate::picture::Picture;

/// Where the mark stands with its quiet zone, left, top, right and bottom in inches.
const MARK: [f32; 4] = [0.25, 4.875, 0.82, 5.445];

impl Picture {
    /// The bars of an Intelligent Mail barcode whose upper left corner stands at a place, as the letters T, A, D and F.
    fn bars(&self, left: f32, top: f32) -> String {
        let dark = |x: f32, y: f32| self.pixels[(y * self.dots) as usize * self.width + (x * self.dots) as usize] < 64;
        let bar = |number: usize| {
            let x = left + 0.01 + number as f32 / 24.0;
            assert!(dark(x, top + 0.0725) && !dark(x + 0.5 / 24.0, top + 0.0725), "bar {number} stands apart");
            match (dark(x, top + 0.02), dark(x, top + 0.125)) {
                (false, false) => 'T',
                (true, false) => 'A',
                (false, true) => 'D',
                (true, true) => 'F',
            }
        };
        (0..65).map(bar).collect()
    }

    /// The digits of the mark, by a decoder that had no part in drawing it.
    fn digits(&self) -> String {
        let rows = self.area(MARK);
        let (width, height) = (rows[0].len() as u32, rows.len() as u32);
        let read = rxing::helpers::detect_in_luma(rows.concat(), width, height, Some(rxing::BarcodeFormat::DATA_MATRIX));
        read.unwrap_or_else(|error| panic!("no mark can be read: {error}")).getText().to_owned()
    }
}

/// The digits that a sheet of a piece must carry.
fn wanted(job: u64, piece: &str, sheet: usize, sheets: usize) -> String {
    let digits = format!("{job:08}{piece}{sheet:02}{sheets:02}000");
    let check = digits.parse::<u128>().unwrap() % 97;
    format!("{digits}{check:02}")
}

fn job(home: &Home) -> u64 {
    serde_json::from_str::<serde_json::Value>(&home.read("out/job.json")).unwrap()["job"].as_u64().unwrap()
}

#[test]
fn every_sheet_front_says_which_sheet_it_is() {
    let home = Home::released("lakeside");
    home.run("render lakeside --out out --as both --limit 6").exits(0);
    let job = job(&home);
    assert!(job > 0);
    for row in rows(&home.read("out/pieces.csv")) {
        let piece = &row["piece_id"];
        let sheets: usize = row["sheets"].parse().unwrap();
        assert_eq!(row["barcode_payload"], wanted(job, piece, 1, sheets));
        let letter = home.path(&format!("out/letters/{}/{piece}.pdf", &piece[5..]));
        let stream = home.path(&format!("out/{}", row["file"]));
        let first: usize = row["first_page"].parse::<usize>().unwrap() - 1;
        for (file, first) in [(letter, 0), (stream, first)] {
            let pages = Picture::pages(&home, &file, 300);
            for sheet in 0..sheets {
                assert_eq!(pages[first + 2 * sheet].digits(), wanted(job, piece, sheet + 1, sheets), "{}", file.display());
                // The back has no mark, and no print behind it.
                let Some(back) = pages.get(first + 2 * sheet + 1) else { continue };
                assert!(back.is_white(MARK) && back.is_white([8.5 - MARK[2], MARK[1], 8.5 - MARK[0], MARK[3]]));
            }
        }
    }
}

#[test]
fn simplex_sheets_are_marked_on_every_page() {
    let home = Home::with_sample("lakeside");
    home.edit("lakeside/incident.toml", "duplex = true", "duplex = false");
    home.run("render lakeside --out out --limit 1").exits(0);
    let row = &rows(&home.read("out/pieces.csv"))[0];
    let piece = &row["piece_id"];
    let pages = Picture::pages(&home, &home.path(&format!("out/letters/{}/{piece}.pdf", &piece[5..])), 200);
    assert_eq!(row["sheets"], pages.len().to_string());
    for (index, page) in pages.iter().enumerate() {
        assert_eq!(page.digits(), wanted(job(&home), piece, index + 1, pages.len()));
    }
}

#[test]
fn windows_show_white_paper_around_the_addresses() {
    // Each profile: the zones that a window can show, and in each what shows while the sheet rests at the bottom (inches).
    let lob: &[[[f32; 4]; 2]] =
        &[[[0.0, 1.667, 4.625, 3.125], [0.625, 1.667, 3.625, 2.667]], [[0.0, 0.417, 3.875, 1.667], [0.625, 0.417, 2.875, 1.292]]];
    let single: &[[[f32; 4]; 2]] = &[[[0.0, 2.042, 5.375, 3.625], [0.875, 2.042, 4.375, 3.167]]];
    for (envelope, windows) in [("lob-10-double", lob), ("single-10", single)] {
        let home = Home::with_sample("lakeside");
        home.edit("lakeside/incident.toml", "lob-10-double", envelope);
        home.run("render lakeside --out out").exits(0);
        let letters = home.letters("out");
        assert!(letters.len() > 30);
        for (piece, path) in letters {
            let page = &Picture::pages(&home, &path, 100)[0];
            for [[x0, y0, x1, y1], seated] in windows {
                assert!(!page.is_white(*seated), "{envelope} {piece} shows an address");
                let around = [[*x0, *y0, seated[0], *y1], [seated[2], *y0, *x1, *y1], [*x0, seated[3], *x1, *y1]];
                assert!(around.iter().all(|area| page.is_white(*area)), "{envelope} {piece} shows more than the address");
            }
        }
    }
}

#[test]
fn barcodes_say_mailer_piece_and_zip() {
    let home = Home::with_sample("lakeside");
    home.edit(
        "lakeside/incident.toml",
        "duplex = true",
        "duplex = true\nimb = { service_type = \"310\", mailer_id = \"123456\", first_serial = 250_000 }",
    );
    home.run("render lakeside --out out --limit 8").exits(0);
    for row in rows(&home.read("out/pieces.csv")) {
        let piece = &row["piece_id"];
        let page = &Picture::pages(&home, &home.path(&format!("out/letters/{}/{piece}.pdf", &piece[5..])), 600)[0];
        let tracking = format!("00310123456{:09}", 250_000 + piece.parse::<u32>().unwrap());
        let wanted: String = breachnotice::typeset::imb::encode(&tracking, &row["zip5"])
            .unwrap()
            .map(breachnotice::typeset::imb::Bar::letter)
            .iter()
            .collect();
        // 1/8 in from the left of what always shows (0.625 in), and as far above its lower edge (2.667 in) as must be clear.
        assert_eq!(page.bars(0.752, 2.667 - 0.03 - 0.145), wanted, "{piece}");
    }
    home.edit("lakeside/incident.toml", "\"310\"", "\"311\"");
    home.run("check lakeside").exits(3).says("[bad-imb]").says("Marketing Mail");
}
