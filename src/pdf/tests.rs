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
        logo: None,
        recipient_address: vec!["NGUYỄN VĂN (A\\B)".into(), "1 MAIN ST".into()],
        addressee_lines: 1,
        blocks: vec![BodyBlock::Own(block); paragraphs],
        paragraphs: Arc::new([]),
        large_print: false,
        footer: "{page}/{pages}".into(),
    };
    let layout = Layout { envelope: profile("lob-10-double").unwrap(), draft: true, job: 12, duplex: true, inserts: 0, mailer: None };
    Typesetter::new(layout, &Fonts::built_in().unwrap(), &Arc::default()).unwrap().set(&letter).unwrap()
}

fn plate(pages: &Pages) -> Arc<Plate> {
    let mut glyphs = GlyphUse::default();
    glyphs.add(pages);
    Arc::new(Plate::new(&Fonts::built_in().unwrap(), &glyphs, glyphs.letters()).unwrap())
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
    let made = |glyphs: &GlyphUse| Plate::new(&Fonts::built_in().unwrap(), glyphs, 2).unwrap().objects().to_vec();
    assert_eq!(made(&forward), made(&backward));
}

#[test]
fn every_piece_of_a_duplex_stream_starts_on_a_sheet_front() {
    let (short, long) = (pages("Short.", 1), pages("A line of text.", 60));
    let mut glyphs = GlyphUse::default();
    glyphs.add(&short);
    glyphs.add(&long);
    let plate = Plate::new(&Fonts::built_in().unwrap(), &glyphs, glyphs.letters()).unwrap();
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

/// The plate of a job of 1000 letters, of which all but one say the same.
fn plate_of_many(common: &Pages, rare: &Pages) -> Arc<Plate> {
    let mut glyphs = GlyphUse::default();
    (0..999).for_each(|_| glyphs.add(common));
    glyphs.add(rare);
    assert_eq!(glyphs.letters(), 1000);
    Arc::new(Plate::new(&Fonts::built_in().unwrap(), &glyphs, glyphs.letters()).unwrap())
}

#[test]
fn rare_letters_come_in_a_supplement_and_are_the_same_letters() {
    let (common, rare) = (pages("Dear Ann Olsen:", 1), pages("Dear Čeněk Ǆurđević, 漢-free:".replace("漢-", "").as_str(), 1));
    let plate = plate_of_many(&common, &rare);
    assert!(plate.supplement(&common).unwrap().is_none());
    assert!(plate.supplement(&rare).unwrap().is_some());
    let mut writer = PieceWriter::new(&plate, Standard::Plain);
    let plain = writer.write(&common).unwrap().bytes;
    let first = writer.write(&rare).unwrap().bytes;
    assert!(text_of(&first, 1).contains("Dear Čeněk Ǆurđević, free:"), "{}", text_of(&first, 1));
    assert!(first.len() > plain.len() && first.len() < plain.len() + 4000, "{} and {}", plain.len(), first.len());
    // Whatever was written before, by this plate or another of the same job.
    let again = PieceWriter::new(&plate_of_many(&common, &rare), Standard::Plain).write(&rare).unwrap().bytes;
    assert!(first == again && first == writer.write(&rare).unwrap().bytes);
}

#[test]
fn pieces_of_the_same_rare_letters_share_a_supplement_in_a_stream() {
    let (common, rare) = (pages("Dear Ann Olsen:", 1), pages("Dear Čeněk Dvořák:", 1));
    let plate = plate_of_many(&common, &rare);
    let stream = |letters: &[&Pages]| {
        let mut part = StreamPart::begin(Vec::new(), &plate, false).unwrap();
        letters.iter().for_each(|pages| _ = part.add(pages).unwrap());
        part.finish("Print stream").unwrap()
    };
    let (one, two) = (stream(&[&common, &rare]), stream(&[&common, &rare, &rare]));
    assert!(text_of(&two, 2).contains("Čeněk Dvořák") && text_of(&two, 3).contains("Čeněk Dvořák"));
    assert!(two.len() - one.len() < 1500, "{} and {}", one.len(), two.len());
}

#[test]
fn every_digit_is_on_every_plate() {
    let plate = plate(&pages("No digits but those of its own number.", 1));
    let mut writer = PieceWriter::new(&plate, Standard::Plain);
    let plain = writer.write(&pages("x", 1)).unwrap().bytes.len();
    assert!(writer.write(&pages("0123456789", 1)).unwrap().bytes.len() < plain + 200);
    assert!(plate.supplement(&pages("0123456789", 1)).unwrap().is_none());
}

#[test]
fn a_glyph_that_stands_for_two_texts_is_read_as_each() {
    // The letter with a caron apart and together are one glyph to the font.
    let text = "Z\u{30C} Ž c\u{327} ç";
    let pages = pages(text, 1);
    assert!(text_of(&piece(&pages), 1).contains(text));
}
