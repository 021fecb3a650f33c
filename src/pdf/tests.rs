//! Written files open again and say what they should.

use super::*;
use crate::compose::{Block, BlockKind, BodyBlock, Inline, Letter, PieceNumber};
use crate::incident::Language;
use crate::typeset::{Fonts, Layout, Pages, Typesetter, profile};
use std::sync::Arc;

fn pages(text: &str, paragraphs: usize) -> Pages {
    let inlines = vec![Inline { text: text.to_owned(), ..Inline::default() }];
    let block = Block { paragraph: Arc::from("body"), kind: BlockKind::Paragraph(inlines) };
    let letter = Letter {
        piece: PieceNumber(7),
        language: Language::Spanish,
        title: "Aviso de violación de datos".into(),
        return_address: ["Clinic".to_owned()].into(),
        recipient_address: vec!["NGUYỄN VĂN (A\\B)".into(), "1 MAIN ST".into()],
        blocks: vec![BodyBlock::Own(block); paragraphs],
        paragraphs: Arc::new([]),
        large_print: false,
        footer: "{page}/{pages}".into(),
    };
    let layout = Layout { envelope: profile("lob-10-double").unwrap(), draft: true, job: 12, duplex: true, inserts: 0, mailer: None };
    Typesetter::new(layout, &Fonts::built_in(), &Arc::default()).unwrap().set(&letter).unwrap()
}

fn plate(pages: &Pages) -> Arc<Plate> {
    let mut glyphs = GlyphUse::default();
    glyphs.add(pages);
    Arc::new(Plate::new(&Fonts::built_in(), &glyphs).unwrap())
}

fn piece(pages: &Pages) -> Vec<u8> {
    PieceWriter::new(&plate(pages), Standard::Plain).write(pages).unwrap().bytes
}

fn text_of(bytes: &[u8], page: u32) -> String {
    readback::read(bytes).unwrap()[page as usize - 1].lines().join("\n")
}

#[test]
fn a_piece_opens_again_with_its_text() {
    let pages = pages("Żółć (ąę) \\ ü — “quoted” fi", 1);
    let bytes = piece(&pages);
    let text = text_of(&bytes, 1);
    for part in ["Żółć (ąę) \\ ü — “quoted” fi", "NGUYỄN VĂN (A\\B)", "0000007", "1/1"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

#[test]
fn the_same_letter_gives_the_same_bytes() {
    let pages = pages("Same input, same bytes.", 3);
    assert_eq!(piece(&pages), piece(&pages));
}

#[test]
fn glyph_use_is_the_same_in_any_order() {
    let (first, second) = (pages("abc\u{A0}d", 1), pages("x y z", 1));
    let (mut forward, mut backward) = (GlyphUse::default(), GlyphUse::default());
    forward.add(&first);
    forward.add(&second);
    backward.add(&second);
    let mut other = GlyphUse::default();
    other.add(&first);
    backward.merge(&other);
    assert_eq!(forward, backward);
}

#[test]
fn every_piece_of_a_duplex_stream_starts_on_a_sheet_front() {
    let (short, long) = (pages("Short.", 1), pages("A line of text.", 60));
    let mut glyphs = GlyphUse::default();
    glyphs.add(&short);
    glyphs.add(&long);
    let plate = Plate::new(&Fonts::built_in(), &glyphs).unwrap();
    let mut part = StreamPart::begin(Vec::new(), &plate, true).unwrap();
    let placed: Vec<StreamedPiece> = [&short, &long, &short].map(|pages| part.add(pages).unwrap()).into();
    let bytes = part.finish("Print stream").unwrap();
    let document = lopdf::Document::load_mem(&bytes).unwrap();
    assert_eq!(document.get_pages().len() as u32, placed[2].last_page + placed[2].blank_pages);
    for piece in &placed {
        assert_eq!(piece.first_page % 2, 1, "{piece:?}");
        assert!(text_of(&bytes, piece.first_page).contains("0000007"));
    }
    assert_eq!((placed[0].blank_pages, placed[0].sheets), (1, 1));
}
