//! Pictures of pages, as poppler draws them.

use crate::harness::{Home, tool};
use std::path::Path;

/// A grey picture of a page.
pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) pixels: Vec<u8>,
    pub(crate) dots: f32,
}

impl Picture {
    /// Pictures of all pages of a file.
    pub(crate) fn pages(home: &Home, file: &Path, dots: u32) -> Vec<Picture> {
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
    pub(crate) fn area(&self, [x0, y0, x1, y1]: [f32; 4]) -> Vec<&[u8]> {
        let dot = |inches: f32| (inches * self.dots).round() as usize;
        (dot(y0)..dot(y1)).map(|y| &self.pixels[y * self.width + dot(x0)..y * self.width + dot(x1)]).collect()
    }

    pub(crate) fn is_white(&self, area: [f32; 4]) -> bool {
        self.area(area).iter().all(|row| row.iter().all(|pixel| *pixel == 255))
    }
}
