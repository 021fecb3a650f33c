//! One letter -> one tagged PDF file in memory.

use super::content::{Cursor, Snippet};
use super::deflate::Deflater;
use super::document::{DocumentWriter, Finished, Likeness, Opening};
use super::images::{Image, write_resources};
use super::metadata::{grey_profile, xmp};
use super::object::{put, write_text};
use super::plate::{Coder, Plate, Supplement};
use super::structure::{Numbers, Place, StructureTree};
use super::type_case::{Part, TypeCase, parts};
use crate::deliberate::panic_at;
use crate::error::{Error, Result};
use crate::typeset::{Page, Pages, Point};
use std::io;
use std::sync::Arc;

/// A letter's file.
pub struct Piece {
    /// The whole file.
    pub bytes: Vec<u8>,
    /// SHA-256 of them.
    pub sha256: [u8; 32],
}

/// Which standard a letter keeps besides PDF/UA-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standard {
    /// None: PDF 1.7.
    Plain,
    /// PDF/A-2a, for the archive.
    Archive,
}

/// Writes letters; one per thread, because it keeps the content of fixed passages.
pub struct PieceWriter {
    plate: Arc<Plate>,
    opening: Opening,
    standard: Standard,
    case: TypeCase,
    /// Absent before the first letter and while one is written.
    deflater: Option<Deflater>,
}

impl PieceWriter {
    /// A writer for the letters of a plate.
    pub fn new(plate: &Arc<Plate>, standard: Standard) -> PieceWriter {
        PieceWriter { plate: Arc::clone(plate), opening: Opening::new(plate), standard, case: TypeCase::default(), deflater: None }
    }

    /// Writes a letter. Its metadata are title, language and the program's name: no date, no patient data.
    ///
    /// # Errors
    /// A bug of ours: writing to memory does not fail, and every glyph that was set can be embedded.
    pub fn write(&mut self, pages: &Pages) -> Result<Piece> {
        let plate = Arc::clone(&self.plate);
        let (supplement, images) = (plate.supplement(pages)?, plate.images_of(pages)?);
        let finished = self
            .document(pages, supplement.as_deref(), &images)
            .map_err(|error| Error::bug(format!("a letter cannot be written to memory: {error}")))?;
        panic_at("pdf", pages);
        self.deflater = Some(finished.deflater);
        Ok(Piece { bytes: finished.out, sha256: finished.sha256 })
    }

    fn document(&mut self, pages: &Pages, supplement: Option<&Supplement>, images: &[(usize, &Image)]) -> io::Result<Finished<Vec<u8>>> {
        let deflater = self.deflater.take().unwrap_or_else(|| Deflater::new(self.plate.deflated()));
        let mut writer = DocumentWriter::begin(Vec::with_capacity(64 * 1024), &self.opening, deflater, Likeness::Common)?;
        let added = supplement.map(|supplement| writer.supplement(supplement).map(|base| (supplement, base))).transpose()?;
        let plate = Arc::clone(&self.plate);
        let mut resources = format!("<</Font{}", plate.resources(added)).into_bytes();
        write_images(images, &mut writer, &mut resources)?;
        resources.extend(b">>");
        let coder = plate.coder(supplement);
        let mut tree = StructureTree::new(pages.pages.len());
        let mut contents = Vec::with_capacity(pages.pages.len());
        for (index, page) in pages.pages.iter().enumerate() {
            contents.push(self.page(index, page, coder, &mut tree, &mut writer)?);
        }
        let catalog = self.catalog(pages, &resources, &tree, &contents, &mut writer)?;
        let info = writer.reserve();
        writer.pack(info, |out| write_info(&pages.title, out))?;
        writer.finish(catalog, info)
    }

    /// A page's content, each segment marked with its role. What is everybody's and what is the recipient's own are streams
    /// of their own, because the first need not be compressed again; a reader takes them for one (ISO 32000-1, 7.8.2).
    fn page(
        &mut self,
        index: usize,
        page: &Page,
        coder: Coder<'_>,
        tree: &mut StructureTree,
        writer: &mut DocumentWriter<Vec<u8>>,
    ) -> io::Result<Vec<u32>> {
        let mut streams = Vec::new();
        let mut bytes = Vec::with_capacity(8 * 1024);
        let mut cursor = Cursor::begin(&mut bytes);
        let mut likeness = None;
        for part in parts(&page.marks) {
            let (snippet, place, own) = match part {
                Part::Passage(placed) => {
                    let place = Place { block: placed.block, origin: placed.at, within: placed.within.as_ref() };
                    // Which passages stand within a block of the recipient's own is its own matter.
                    (self.case.passage(placed, &self.plate, coder), place, placed.passage.standing.is_none() || placed.within.is_some())
                }
                Part::Furniture(marks) => {
                    (Arc::new(Snippet::of(marks, coder)), Place { block: 0, origin: Point::default(), within: None }, true)
                }
            };
            let next = if own { Likeness::Own } else { Likeness::Common };
            if let Some(last) = likeness.replace(next).filter(|last| *last != next) {
                cursor.end(&mut bytes);
                streams.push(content_stream(&bytes, last, writer)?);
                bytes.clear();
                cursor = Cursor::begin(&mut bytes);
            }
            cursor.go(place.origin, &mut bytes);
            for segment in &snippet.segments {
                tree.begin(index, &place, segment, &mut bytes);
                bytes.extend(&snippet.bytes[segment.bytes.clone()]);
                bytes.extend(b"EMC\n");
            }
        }
        cursor.end(&mut bytes);
        streams.push(content_stream(&bytes, likeness.unwrap_or(Likeness::Own), writer)?);
        Ok(streams)
    }

    /// Everything small: pages, structure, links, catalog; gives the catalog's number.
    fn catalog(
        &self,
        pages: &Pages,
        resources: &[u8],
        tree: &StructureTree,
        contents: &[Vec<u32>],
        writer: &mut DocumentWriter<Vec<u8>>,
    ) -> io::Result<u32> {
        let mut row = |count: usize| (0..count).map(|_| writer.reserve()).collect::<Vec<u32>>();
        let (catalog, page_tree, root, metadata, shared) = (row(1)[0], row(1)[0], row(1)[0], row(1)[0], row(1)[0]);
        let page_numbers = row(pages.pages.len());
        let elements = row(tree.element_count());
        let annotations = row(tree.annotation_count());
        let first = |numbers: &[u32]| numbers.first().copied().unwrap_or_default();
        let numbers = Numbers { root, first_element: first(&elements), first_annotation: first(&annotations), pages: page_numbers };
        let intents = self.output_intent(writer)?;
        writer.pack(catalog, |out| {
            let (language, viewer) = (pages.language, "/ViewerPreferences<</DisplayDocTitle true>>");
            put(out, format_args!("<</Type/Catalog/Pages {page_tree} 0 R/Lang({language})/MarkInfo<</Marked true>>{viewer}"));
            put(out, format_args!("/StructTreeRoot {root} 0 R/Metadata {metadata} 0 R{intents}>>"));
        })?;
        writer.pack(shared, |out| out.extend(resources))?;
        writer.pack(page_tree, |out| {
            put(out, format_args!("<</Type/Pages/Count {}/MediaBox[0 0 612 792]/Kids[", pages.pages.len()));
            numbers.pages.iter().for_each(|page| put(out, format_args!("{page} 0 R ")));
            out.extend(b"]>>");
        })?;
        for (index, (page, contents)) in numbers.pages.iter().zip(contents).enumerate() {
            writer.pack(*page, |out| {
                // Not inherited from the page tree: an archive copy may not (ISO 19005-2, 6.2.2).
                put(out, format_args!("<</Type/Page/Parent {page_tree} 0 R/Resources {shared} 0 R"));
                put(out, format_args!("/StructParents {index}/Tabs/S/Contents["));
                contents.iter().for_each(|stream| put(out, format_args!("{stream} 0 R ")));
                out.push(b']');
                let mut links = tree.annotations_of(index).peekable();
                if links.peek().is_some() {
                    out.extend(b"/Annots[");
                    links.for_each(|link| put(out, format_args!("{} 0 R ", annotations[link])));
                    out.push(b']');
                }
                out.extend(b">>");
            })?;
        }
        writer.pack(root, |out| tree.write_root(&numbers, out))?;
        for (index, element) in elements.iter().enumerate() {
            writer.pack(*element, |out| tree.write_element(index, &numbers, out))?;
        }
        for (index, annotation) in annotations.iter().enumerate() {
            writer.pack(*annotation, |out| tree.write_annotation(index, &numbers, out))?;
        }
        let packet = xmp(&pages.title, pages.language, self.standard == Standard::Archive);
        writer.raw_stream(metadata, "/Type/Metadata/Subtype/XML", packet.as_bytes())?;
        Ok(catalog)
    }

    /// What black and grey mean, which an archive copy must say (ISO 19005-2, 6.2.3).
    fn output_intent(&self, writer: &mut DocumentWriter<Vec<u8>>) -> io::Result<String> {
        if self.standard == Standard::Plain {
            return Ok(String::new());
        }
        let profile = writer.reserve();
        writer.stream(profile, "/N 1", &grey_profile(), Likeness::Common)?;
        let condition = "/OutputConditionIdentifier(Grey, gamma 2.2)/Info(Grey, gamma 2.2)";
        Ok(format!("/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1{condition}/DestOutputProfile {profile} 0 R>>]"))
    }
}

fn content_stream(bytes: &[u8], likeness: Likeness, writer: &mut DocumentWriter<Vec<u8>>) -> io::Result<u32> {
    let number = writer.reserve();
    writer.stream(number, "", bytes, likeness)?;
    Ok(number)
}

/// Writes a letter's images and their names among its resources.
fn write_images(images: &[(usize, &Image)], writer: &mut DocumentWriter<Vec<u8>>, resources: &mut Vec<u8>) -> io::Result<()> {
    if images.is_empty() {
        return Ok(());
    }
    resources.extend(b"/XObject<<");
    for (name, image) in images {
        let number = writer.reserve();
        writer.raw_stream(number, &image.entries, &image.bytes)?;
        write_resources([(*name, number)], resources);
    }
    resources.extend(b">>");
    Ok(())
}

/// Title and producer.
pub(super) fn write_info(title: &str, out: &mut Vec<u8>) {
    out.extend(b"<</Title ");
    write_text(title, out);
    put(out, format_args!("/Producer(breachnotice {})>>", env!("CARGO_PKG_VERSION")));
}
