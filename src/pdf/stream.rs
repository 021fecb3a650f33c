//! The print stream: many pieces in one PDF file, written in constant memory.

use super::content;
use super::document::DocumentWriter;
use super::embed::deflate;
use super::object::put;
use super::piece::info_dictionary;
use super::plate::Plate;
use crate::typeset::Pages;
use libdeflater::{CompressionLvl, Compressor};
use sha2::{Digest, Sha256};
use std::io::{self, Write};

/// Where a piece stands in its part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamedPiece {
    /// First page in the part, from 1.
    pub first_page: u32,
    /// Its last printed page in the part, without the blank back.
    pub last_page: u32,
    /// Printed pages.
    pub pages: u32,
    /// Blank backs added so that the next piece starts on a sheet front.
    pub blank_pages: u32,
    /// Sheets of paper.
    pub sheets: u32,
    /// SHA-256 of the piece's uncompressed page contents.
    pub sha256: [u8; 32],
}

/// A part of the print stream while it is written.
pub struct StreamPart<'p, W: Write> {
    writer: DocumentWriter<W>,
    plate: &'p Plate,
    compressor: Compressor,
    duplex: bool,
    tree: u32,
    blank: Option<u32>,
    /// Page-tree node and piece number of each piece, for page tree and outline.
    pieces: Vec<(u32, u32, String)>,
    pages: u32,
}

impl<'p, W: Write> StreamPart<'p, W> {
    /// Begins a part.
    ///
    /// # Errors
    /// What writing gives.
    pub fn begin(out: W, plate: &'p Plate, duplex: bool) -> io::Result<Self> {
        let mut writer = DocumentWriter::begin(out, plate)?;
        let tree = writer.reserve();
        let compressor = Compressor::new(CompressionLvl::default());
        Ok(StreamPart { writer, plate, compressor, duplex, tree, blank: None, pieces: Vec::new(), pages: 0 })
    }

    /// Adds a piece; it starts on a sheet front.
    ///
    /// # Errors
    /// What writing gives.
    pub fn add(&mut self, pages: &Pages) -> io::Result<StreamedPiece> {
        let supplement = self.plate.supplement(pages).map_err(|error| io::Error::other(format!("{error:?}")))?;
        let placed = self.writer.supplement(supplement.as_ref())?;
        let node = self.writer.reserve();
        let mut digest = Sha256::new();
        let mut kids = Vec::new();
        let mut first = 0;
        let mut bytes = Vec::new();
        for page in &pages.pages {
            bytes.clear();
            content::write(page, self.plate.coder(supplement.as_ref()), &mut bytes);
            digest.update(&bytes);
            let (number, contents) = (self.writer.reserve(), self.writer.reserve());
            let deflated = deflate(&mut self.compressor, &bytes);
            self.writer.stream(contents, &deflated)?;
            self.page(number, node, contents)?;
            put(&mut kids, format_args!("{number} 0 R "));
            if first == 0 {
                first = number;
            }
        }
        let printed = pages.pages.len() as u32;
        let blank_pages = if self.duplex { printed % 2 } else { 0 };
        if blank_pages == 1 {
            let number = self.writer.reserve();
            let contents = self.blank_contents()?;
            self.page(number, node, contents)?;
            put(&mut kids, format_args!("{number} 0 R "));
        }
        let count = printed + blank_pages;
        let mut bytes = Vec::new();
        put(&mut bytes, format_args!("<</Type/Pages/Parent {} 0 R/Count {count}", self.tree));
        if placed.is_some() {
            put(&mut bytes, format_args!("/Resources {}", self.plate.resources(placed)));
        }
        bytes.extend(b"/Kids[");
        bytes.extend(kids);
        bytes.extend(b"]>>");
        self.writer.object(node, &bytes)?;
        self.pieces.push((node, first, pages.piece.clone()));
        let first_page = self.pages + 1;
        self.pages += count;
        let sheets = if self.duplex { count / 2 } else { count };
        Ok(StreamedPiece {
            first_page,
            last_page: first_page + printed - 1,
            pages: printed,
            blank_pages,
            sheets,
            sha256: digest.finalize().into(),
        })
    }

    /// Ends the part: page tree, outline by piece number, catalog.
    ///
    /// # Errors
    /// What writing gives.
    pub fn finish(mut self, title: &str) -> io::Result<W> {
        let mut root = Vec::new();
        let resources = self.plate.resources(None);
        put(&mut root, format_args!("<</Type/Pages/Count {}/MediaBox[0 0 612 792]/Resources {resources}/Kids[", self.pages));
        for (node, _, _) in &self.pieces {
            put(&mut root, format_args!("{node} 0 R "));
        }
        root.extend(b"]>>");
        self.writer.object(self.tree, &root)?;
        let outline = self.outline()?;
        let (info, catalog) = (self.writer.reserve(), self.writer.reserve());
        self.writer.object(info, &info_dictionary(title))?;
        let tree = self.tree;
        self.writer.object(catalog, format!("<</Type/Catalog/Pages {tree} 0 R/Outlines {outline} 0 R>>").as_bytes())?;
        self.writer.finish(catalog, info)
    }

    fn page(&mut self, number: u32, parent: u32, contents: u32) -> io::Result<()> {
        self.writer.object(number, format!("<</Type/Page/Parent {parent} 0 R/Contents {contents} 0 R>>").as_bytes())
    }

    /// One empty content stream serves every blank back of the part.
    fn blank_contents(&mut self) -> io::Result<u32> {
        if let Some(number) = self.blank {
            return Ok(number);
        }
        let number = self.writer.reserve();
        let deflated = deflate(&mut self.compressor, b"");
        self.writer.stream(number, &deflated)?;
        self.blank = Some(number);
        Ok(number)
    }

    fn outline(&mut self) -> io::Result<u32> {
        let root = self.writer.reserve();
        let items: Vec<u32> = self.pieces.iter().map(|_| self.writer.reserve()).collect();
        let mut bytes = Vec::new();
        for (index, (_, page, piece)) in self.pieces.iter().enumerate() {
            bytes.clear();
            put(&mut bytes, format_args!("<</Title({piece})/Parent {root} 0 R/Dest[{page} 0 R/Fit]"));
            if let Some(previous) = index.checked_sub(1) {
                put(&mut bytes, format_args!("/Prev {} 0 R", items[previous]));
            }
            if let Some(next) = items.get(index + 1) {
                put(&mut bytes, format_args!("/Next {next} 0 R"));
            }
            bytes.extend(b">>");
            self.writer.object(items[index], &bytes)?;
        }
        bytes.clear();
        put(&mut bytes, format_args!("<</Type/Outlines/Count {}", items.len()));
        if let (Some(first), Some(last)) = (items.first(), items.last()) {
            put(&mut bytes, format_args!("/First {first} 0 R/Last {last} 0 R"));
        }
        bytes.extend(b">>");
        self.writer.object(root, &bytes)?;
        Ok(root)
    }
}
