//! The print stream: many pieces in one PDF file, written in constant memory. Fixed passages are forms that all pieces
//! share, so a further piece costs little more than its own words. It carries no tags: a press has no ears, and a form with
//! marked content may be painted only once.

use super::content::{Cursor, Snippet};
use super::deflate::Deflater;
use super::document::{DocumentWriter, Finished, Likeness, Opening};
use super::images::{Image, write_resources};
use super::number::{hundredths, push_integer};
use super::object::put;
use super::piece::write_info;
use super::plate::{Coder, Plate, Supplement, SupplementKey};
use super::type_case::{Part, PassageKey, key, parts};
use crate::typeset::{Page, Pages, PlacedPassage, Point};
use hashbrown::HashMap;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeMap;
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
    /// SHA-256 of what the piece paints: its own content, and the digest of each image and form in place of the name, which
    /// depends on what else stands in the part. A reprint has the same.
    pub sha256: [u8; 32],
}

/// A part of the print stream while it is written.
pub struct StreamPart<'p, W: Write> {
    writer: DocumentWriter<W>,
    plate: &'p Plate,
    duplex: bool,
    tree: u32,
    fonts: u32,
    /// The dictionary of forms, which is complete at the end.
    xobjects: u32,
    blank: Option<u32>,
    forms: HashMap<PassageKey, Form>,
    columns: HashMap<Box<[Placed]>, Column>,
    /// First object of each supplement that a piece needed: the next piece of the same rare letters takes it as it is.
    supplements: BTreeMap<SupplementKey, u32>,
    /// Object number of each image that a piece showed, by the number in its name.
    images: BTreeMap<usize, u32>,
    /// Object numbers of the forms, in the order in which they were first painted.
    form_objects: Vec<u32>,
    /// Page-tree node, first page object, first page and piece number of each piece, for page tree, outline and labels.
    pieces: Vec<(u32, u32, u32, String)>,
    pages: u32,
    content: Vec<u8>,
}

/// A fixed passage as it is painted.
struct Form {
    name: u32,
    sha256: [u8; 32],
}

/// A fixed passage, and its place in hundredths of a point from the first of its column.
type Placed = (PassageKey, i64, i64);

/// Fixed passages that stand one below the other.
#[derive(Clone, Copy)]
enum Column {
    /// Painted once, each by itself: it may never come again.
    Met,
    /// A form of its own, by its number.
    Form(u32),
}

impl<'p, W: Write> StreamPart<'p, W> {
    /// Begins a part.
    ///
    /// # Errors
    /// What writing gives.
    pub fn begin(out: W, plate: &'p Plate, duplex: bool) -> io::Result<Self> {
        let mut writer = DocumentWriter::begin(out, &Opening::new(plate), Deflater::new(plate.deflated()), Likeness::Own)?.told_by_parts();
        let (tree, fonts, xobjects) = (writer.reserve(), writer.reserve(), writer.reserve());
        writer.pack(fonts, |out| out.extend(plate.resources(None).as_bytes()))?;
        Ok(StreamPart {
            writer,
            plate,
            duplex,
            tree,
            fonts,
            xobjects,
            blank: None,
            forms: HashMap::new(),
            columns: HashMap::new(),
            supplements: BTreeMap::new(),
            images: BTreeMap::new(),
            form_objects: Vec::new(),
            pieces: Vec::new(),
            pages: 0,
            content: Vec::new(),
        })
    }

    /// Adds a piece; it starts on a sheet front.
    ///
    /// # Errors
    /// What writing gives.
    pub fn add(&mut self, pages: &Pages) -> io::Result<StreamedPiece> {
        let supplement = self.plate.supplement(pages).map_err(io::Error::other)?;
        let added = match &supplement {
            None => None,
            Some(supplement) => Some((supplement.as_ref(), self.supplement(supplement)?)),
        };
        let coder = self.plate.coder(supplement.as_deref());
        let node = self.writer.reserve();
        let mut digest = Sha256::new();
        for (name, image) in self.plate.images_of(pages).map_err(io::Error::other)? {
            self.image(name, image)?;
            digest.update(image.sha256);
        }
        let mut kids = Vec::with_capacity(pages.pages.len() + 1);
        for page in &pages.pages {
            self.write_page(page, coder, &mut digest)?;
            let (number, contents) = (self.writer.reserve(), self.writer.reserve());
            self.writer.stream(contents, "", &self.content, Likeness::Own)?;
            self.page(number, node, contents)?;
            kids.push(number);
        }
        let printed = pages.pages.len() as u32;
        let blank_pages = if self.duplex { printed % 2 } else { 0 };
        let first = kids.first().copied().unwrap_or_default();
        if blank_pages == 1 {
            let (number, contents) = (self.writer.reserve(), self.blank_contents()?);
            self.page(number, node, contents)?;
            kids.push(number);
        }
        let count = printed + blank_pages;
        let (tree, xobjects) = (self.tree, self.xobjects);
        let fonts = added.map(|added| self.plate.resources(Some(added)));
        self.writer.pack(node, |out| {
            put(out, format_args!("<</Type/Pages/Parent {tree} 0 R/Count {count}"));
            if let Some(fonts) = fonts {
                put(out, format_args!("/Resources<</Font{fonts}/XObject {xobjects} 0 R>>"));
            }
            out.extend(b"/Kids[");
            kids.iter().for_each(|kid| put(out, format_args!("{kid} 0 R ")));
            out.extend(b"]>>");
        })?;
        self.pieces.push((node, first, self.pages, pages.piece.clone()));
        let first_page = self.pages + 1;
        self.pages += count;
        let sheets = if self.duplex { count / 2 } else { count };
        let sha256: [u8; 32] = digest.finalize().into();
        self.writer.tell(&sha256);
        Ok(StreamedPiece { first_page, last_page: first_page + printed - 1, pages: printed, blank_pages, sheets, sha256 })
    }

    /// Ends the part: page tree, outline and page labels by piece number, catalog.
    ///
    /// # Errors
    /// What writing gives.
    pub fn finish(mut self, title: &str) -> io::Result<W> {
        let (tree, fonts, xobjects, pages) = (self.tree, self.fonts, self.xobjects, self.pages);
        let images = std::mem::take(&mut self.images);
        let (pieces, form_objects) = (std::mem::take(&mut self.pieces), std::mem::take(&mut self.form_objects));
        self.writer.pack(xobjects, |out| {
            out.extend(b"<<");
            form_objects.iter().enumerate().for_each(|(name, number)| put(out, format_args!("/X{name} {number} 0 R")));
            write_resources(images, out);
            out.extend(b">>");
        })?;
        self.writer.pack(tree, |out| {
            let resources = format!("<</Font {fonts} 0 R/XObject {xobjects} 0 R>>");
            put(out, format_args!("<</Type/Pages/Count {pages}/MediaBox[0 0 612 792]/Resources{resources}/Kids["));
            pieces.iter().for_each(|(node, ..)| put(out, format_args!("{node} 0 R ")));
            out.extend(b"]>>");
        })?;
        let outline = self.outline(&pieces)?;
        let (info, catalog, labels) = (self.writer.reserve(), self.writer.reserve(), self.writer.reserve());
        self.writer.tell(title.as_bytes());
        self.writer.pack(info, |out| write_info(title, out))?;
        self.writer.pack(labels, |out| {
            out.extend(b"<</Nums[");
            pieces.iter().for_each(|(_, _, first, piece)| put(out, format_args!("{first}<</S/D/P({piece}-)>>")));
            out.extend(b"]>>");
        })?;
        self.writer.pack(catalog, |out| {
            put(out, format_args!("<</Type/Catalog/Pages {tree} 0 R/Outlines {outline} 0 R/PageLabels {labels} 0 R>>"));
        })?;
        let Finished { out, .. } = self.writer.finish(catalog, info)?;
        Ok(out)
    }

    /// Fills `self.content` with a page's content.
    fn write_page(&mut self, page: &Page, coder: Coder<'_>, digest: &mut Sha256) -> io::Result<()> {
        let mut content = std::mem::take(&mut self.content);
        content.clear();
        let mut cursor = Cursor::begin(&mut content);
        let mut column: Vec<(PassageKey, &PlacedPassage)> = Vec::new();
        for part in parts(&page.marks) {
            if let Part::Passage(placed) = part
                && let Some(key) = key(placed)
            {
                // What stands within a recipient's own block, such as list items, comes together with others each time.
                if column.last().is_some_and(|(_, last)| last.within.is_some() || placed.within.is_some()) {
                    self.paint_column(&column, &mut cursor, &mut content, digest)?;
                    column.clear();
                }
                column.push((key, placed));
                continue;
            }
            self.paint_column(&column, &mut cursor, &mut content, digest)?;
            column.clear();
            let (origin, marks) = match part {
                Part::Passage(placed) => (placed.at, placed.marks()),
                Part::Furniture(marks) => (Point::default(), Cow::Borrowed(marks)),
            };
            cursor.go(origin, &mut content);
            let start = content.len();
            content = Snippet::untagged(marks.iter(), coder, content);
            digest_place(origin, digest);
            digest.update(&content[start..]);
        }
        self.paint_column(&column, &mut cursor, &mut content, digest)?;
        cursor.end(&mut content);
        self.content = content;
        Ok(())
    }

    /// Paints fixed passages that follow each other: as one form when the same ones stood in the same places before.
    fn paint_column(
        &mut self,
        column: &[(PassageKey, &PlacedPassage)],
        cursor: &mut Cursor,
        content: &mut Vec<u8>,
        digest: &mut Sha256,
    ) -> io::Result<()> {
        let Some((_, first)) = column.first() else { return Ok(()) };
        for (key, placed) in column {
            digest_place(placed.at, digest);
            digest.update(self.form(*key, placed)?.sha256);
        }
        if let [_, _, ..] = column
            && let Some(name) = self.column(column)?
        {
            cursor.go(first.at, content);
            paint(name, content);
            return Ok(());
        }
        for (key, placed) in column {
            cursor.go(placed.at, content);
            let form = self.form(*key, placed)?;
            paint(form.name, content);
        }
        Ok(())
    }

    /// The form of a column that was met before, written when it is met for the second time.
    fn column(&mut self, column: &[(PassageKey, &PlacedPassage)]) -> io::Result<Option<u32>> {
        let (left, top) = column.first().map_or((0, 0), |(_, placed)| hundredths_of(placed.at));
        let placed = |(key, placed): &(PassageKey, &PlacedPassage)| {
            let (x, y) = hundredths_of(placed.at);
            (*key, x - left, y - top)
        };
        let places: Vec<Placed> = column.iter().map(placed).collect();
        match self.columns.get(places.as_slice()) {
            Some(Column::Form(name)) => return Ok(Some(*name)),
            Some(Column::Met) => {}
            None => {
                self.columns.insert(places.into(), Column::Met);
                return Ok(None);
            }
        }
        let mut content = Vec::new();
        let mut cursor = Cursor::begin(&mut content);
        for ((_, placed), (_, x, y)) in column.iter().zip(&places) {
            cursor.go_to((*x, -*y), &mut content);
            content = Snippet::untagged(placed.marks().iter(), self.plate.coder(None), content);
        }
        cursor.end(&mut content);
        let name = self.write_form(&content)?;
        self.columns.insert(places.into(), Column::Form(name));
        Ok(Some(name))
    }

    /// Writes an image when a piece first shows it.
    fn image(&mut self, name: usize, image: &Image) -> io::Result<()> {
        if self.images.contains_key(&name) {
            return Ok(());
        }
        let number = self.writer.reserve();
        self.images.insert(name, number);
        self.writer.raw_stream(number, &image.entries, &image.bytes)
    }

    /// First object of a supplement, written when it is first needed.
    fn supplement(&mut self, supplement: &Supplement) -> io::Result<u32> {
        if let Some(base) = self.supplements.get(&supplement.key) {
            return Ok(*base);
        }
        let base = self.writer.supplement(supplement)?;
        self.supplements.insert(supplement.key.clone(), base);
        Ok(base)
    }

    /// The form of a fixed passage, written when it is first painted.
    fn form(&mut self, key: PassageKey, placed: &PlacedPassage) -> io::Result<&Form> {
        if !self.forms.contains_key(&key) {
            let content = Snippet::untagged(placed.marks().iter(), self.plate.coder(None), Vec::new());
            let name = self.write_form(&content)?;
            let sha256 = Sha256::digest(&content).into();
            self.forms.insert(key, Form { name, sha256 });
        }
        self.forms.get(&key).ok_or_else(|| io::Error::other("a form is lost"))
    }

    /// Writes a form and gives its number.
    fn write_form(&mut self, content: &[u8]) -> io::Result<u32> {
        let number = self.writer.reserve();
        let entries = format!("/Type/XObject/Subtype/Form/BBox[0 -792 612 72]/Resources<</Font {} 0 R>>", self.fonts);
        self.writer.stream(number, &entries, content, Likeness::Common)?;
        self.form_objects.push(number);
        Ok(self.form_objects.len() as u32 - 1)
    }

    fn page(&mut self, number: u32, parent: u32, contents: u32) -> io::Result<()> {
        self.writer.pack(number, |out| put(out, format_args!("<</Type/Page/Parent {parent} 0 R/Contents {contents} 0 R>>")))
    }

    /// One empty content stream serves every blank back of the part.
    fn blank_contents(&mut self) -> io::Result<u32> {
        if let Some(number) = self.blank {
            return Ok(number);
        }
        let number = self.writer.reserve();
        self.writer.stream(number, "", b"", Likeness::Own)?;
        self.blank = Some(number);
        Ok(number)
    }

    fn outline(&mut self, pieces: &[(u32, u32, u32, String)]) -> io::Result<u32> {
        let root = self.writer.reserve();
        let items: Vec<u32> = pieces.iter().map(|_| self.writer.reserve()).collect();
        for (index, (_, page, _, piece)) in pieces.iter().enumerate() {
            self.writer.pack(items[index], |out| {
                put(out, format_args!("<</Title({piece})/Parent {root} 0 R/Dest[{page} 0 R/Fit]"));
                if let Some(previous) = index.checked_sub(1) {
                    put(out, format_args!("/Prev {} 0 R", items[previous]));
                }
                if let Some(next) = items.get(index + 1) {
                    put(out, format_args!("/Next {next} 0 R"));
                }
                out.extend(b">>");
            })?;
        }
        self.writer.pack(root, |out| {
            put(out, format_args!("<</Type/Outlines/Count {}", items.len()));
            if let (Some(first), Some(last)) = (items.first(), items.last()) {
                put(out, format_args!("/First {first} 0 R/Last {last} 0 R"));
            }
            out.extend(b">>");
        })?;
        Ok(root)
    }
}

/// Paints a form by its number.
fn paint(name: u32, content: &mut Vec<u8>) {
    content.extend(b"/X");
    push_integer(name.into(), content);
    content.extend(b" Do\n");
}

/// A place in hundredths of a point, as content has it.
fn hundredths_of(at: Point) -> (i64, i64) {
    (hundredths(at.x.0), hundredths(at.y.0))
}

fn digest_place(at: Point, digest: &mut Sha256) {
    let (x, y) = hundredths_of(at);
    digest.update(x.to_le_bytes());
    digest.update(y.to_le_bytes());
}
