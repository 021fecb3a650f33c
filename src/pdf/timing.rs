#![allow(clippy::print_stderr, reason="x")]
use super::*;
use crate::compose::{Block, BlockKind, Inline, Letter, PieceNumber};
use crate::incident::Language;
use crate::typeset::{Fonts, Layout, Pages, Typesetter, profile};
use std::sync::Arc;
use std::time::Instant;

fn letter(text: &str, address: &str) -> Letter {
    let inlines = vec![Inline { text: text.to_owned(), ..Inline::default() }];
    let block = Block { paragraph: Arc::from("body"), kind: BlockKind::Paragraph(inlines) };
    Letter { piece: PieceNumber(7), language: Language::Spanish, title: "t".into(), return_address: vec!["Clinic".into()], recipient_address: vec![address.into()], blocks: vec![block], large_print: false, footer: "{page}/{pages}".into() }
}
#[test]
fn timing() {
    let t = Instant::now();
    let fonts = Fonts::built_in().unwrap();
    eprintln!("built_in {:?}", t.elapsed());
    let t = Instant::now();
    let fonts2 = Fonts::with_folder(std::path::Path::new("/tmp/sc/inc/fonts"), "fonts").unwrap();
    eprintln!("with_folder {:?}", t.elapsed());
    let layout = Layout { envelope: profile("lob-10-double").unwrap(), draft: false };
    let t = Instant::now();
    let mut setter = Typesetter::new(layout.clone(), &fonts);
    eprintln!("typesetter {:?}", t.elapsed());
    let mut setter2 = Typesetter::new(layout, &fonts2);
    let all: String = (' '..='~').chain('\u{a1}'..='\u{17f}').collect();
    let base = setter.set(&letter(&all, "X")).unwrap();
    let mut glyphs = GlyphUse::default();
    glyphs.add(&base);
    for _ in 0..3 { let t = Instant::now(); let p = Plate::new(&fonts, &glyphs, 1).unwrap(); eprintln!("plate latin {:?} {} bytes", t.elapsed(), p.objects().iter().map(Vec::len).sum::<usize>()); }
    let plate = Plate::new(&fonts, &glyphs, 1).unwrap();
    let rare = setter.set(&letter("Nguyễn Thị Ngọc Ánh", "NGUYỄN")).unwrap();
    for _ in 0..3 { let t = Instant::now(); for _ in 0..20 { plate.supplement(&rare).unwrap(); } eprintln!("supplement latin {:?} {} bytes", t.elapsed()/20, plate.supplement(&rare).unwrap().unwrap().objects(1).iter().map(Vec::len).sum::<usize>()); }
    let none = setter.set(&letter(&"Lorem ipsum dolor sit amet ".repeat(40), "ANN")).unwrap();
    let t = Instant::now(); for _ in 0..1000 { plate.supplement(&none).unwrap(); } eprintln!("no supplement {:?}", t.elapsed()/1000);
    let mut g = GlyphUse::default();
    let t = Instant::now(); for _ in 0..1000 { g.add(&none); } eprintln!("glyph use of 1080 characters {:?}", t.elapsed()/1000);
    let plate2 = Plate::new(&fonts2, &glyphs, 1).unwrap();
    for name in ["محمد العربي", "王小明", "अनीता शर्मा"] {
        let t = Instant::now(); let p: Pages = setter2.set(&letter(name, name)).unwrap(); eprintln!("set {:?}", t.elapsed());
        for _ in 0..3 { let t = Instant::now(); plate2.supplement(&p).unwrap(); eprintln!("supplement {name} {:?} {} bytes", t.elapsed(), plate2.supplement(&p).unwrap().unwrap().objects(1).iter().map(Vec::len).sum::<usize>()); }
    }
}
