//! What machines and postal workers see, from pictures of the pages: the mark on every sheet, and nothing but the addresses in
//! the windows.

use crate::harness::{Home, rows, tool};
use std::path::Path;

/// A grey picture of a page.
struct Picture {
    width: usize,
    pixels: Vec<u8>,
    dots: f32,
}

/// Where the mark stands with its quiet zone, left, top, right and bottom in inches.
const MARK: [f32; 4] = [0.25, 4.875, 0.82, 5.445];

impl Picture {
    /// Pictures of all pages of a file.
    fn pages(home: &Home, file: &Path, dots: u32) -> Vec<Picture> {
        let folder = home.path("pictures");
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).unwrap();
        tool("pdftoppm", &["-gray", "-r", &dots.to_string(), file.to_str().unwrap(), folder.join("p").to_str().unwrap()]);
        let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.iter().map(|file| Picture::read(&std::fs::read(file).unwrap(), dots)).collect()
    }

    /// Reads a binary PGM file: kind, width, height and depth as words, then a byte a pixel.
    fn read(bytes: &[u8], dots: u32) -> Picture {
        let words: Vec<&[u8]> = bytes.splitn(5, u8::is_ascii_whitespace).collect();
        assert_eq!((words[0], words[3]), (b"P5".as_slice(), b"255".as_slice()));
        let width = std::str::from_utf8(words[1]).unwrap().parse().unwrap();
        Picture { width, pixels: words[4].to_vec(), dots: dots as f32 }
    }

    /// The pixels of an area given in inches, row by row.
    fn area(&self, [x0, y0, x1, y1]: [f32; 4]) -> Vec<&[u8]> {
        let dot = |inches: f32| (inches * self.dots).round() as usize;
        (dot(y0)..dot(y1)).map(|y| &self.pixels[y * self.width + dot(x0)..y * self.width + dot(x1)]).collect()
    }

    fn is_white(&self, area: [f32; 4]) -> bool {
        self.area(area).iter().all(|row| row.iter().all(|pixel| *pixel == 255))
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
