//! What must hold of every set letter.

use super::*;
use crate::compose::{Block, BlockKind, BodyBlock, Inline, Letter, PieceNumber};
use crate::incident::Language;
use proptest::prelude::*;

fn inline(text: &str) -> Vec<Inline> {
    vec![Inline { text: text.to_owned(), ..Inline::default() }]
}

fn block(kind: BlockKind) -> Block {
    Block { paragraph: Arc::from("body"), kind }
}

fn letter(blocks: Vec<Block>, address: &[&str]) -> Letter {
    Letter {
        piece: PieceNumber(42),
        language: Language::English,
        title: "Notice of Data Breach".into(),
        return_address: ["Lakeside Health", "PO Box 1", "Anytown, OH 43001"].map(String::from).into(),
        logo: None,
        recipient_address: address.iter().map(|line| (*line).to_owned()).collect(),
        addressee_lines: 1,
        blocks: blocks.into_iter().map(BodyBlock::Own).collect(),
        paragraphs: Arc::new([]),
        large_print: false,
        footer: "Page {page} of {pages}".into(),
    }
}

fn typesetter(draft: bool) -> Typesetter {
    let layout = Layout { envelope: profile("lob-10-double").unwrap(), draft, job: 12, duplex: true, inserts: 0, mailer: None };
    Typesetter::new(layout, &Fonts::built_in().unwrap(), &Arc::default()).unwrap()
}

/// Every text of a page where it stands, in reading order.
fn texts(page: &Page) -> Vec<PlacedText> {
    let mut texts = Vec::new();
    page.for_each_mark(&mut |mark, shift| {
        if let Mark::Text(placed) = mark {
            let at = Point { x: placed.at.x + shift.x, y: placed.at.y + shift.y };
            texts.push(PlacedText { at, ..placed.clone() });
        }
    });
    texts
}

/// Every text of a letter in reading order, a line each.
fn text_of(pages: &Pages) -> String {
    let mut text = String::new();
    for placed in pages.pages.iter().flat_map(texts) {
        for line in &placed.text.lines[placed.lines.clone()] {
            for run in &line.runs {
                text.push_str(&run.text);
            }
            text.push('\n');
        }
    }
    text
}

const ADDRESS: [&str; 3] = ["ANN O\u{2019}BRIEN", "12 MAIN ST", "ANYTOWN OH 43001"];

#[test]
fn address_stands_in_the_window_and_nothing_else_does() {
    let long = "Lorem ipsum dolor sit amet, consectetur adipiscing elit. ".repeat(60);
    let envelope = profile("lob-10-double").unwrap();
    let pages = typesetter(true).set(&letter(vec![block(BlockKind::Paragraph(inline(&long)))], &ADDRESS)).unwrap();
    for placed in texts(&pages.pages[0]) {
        let clear = envelope.ever_visible().all(|zone| placed.at.y >= zone.y1 || placed.at.x >= zone.x1);
        let id = match &placed.structure {
            Structure::Tagged { paragraph, .. } => paragraph.as_ref(),
            Structure::Artifact => "artifact",
        };
        match id {
            "recipient_address" => assert!(placed.at.y >= envelope.recipient.seated.y0 && placed.at.y < envelope.recipient.seated.y1),
            "return_address" => assert!(placed.at.y < envelope.return_window.unwrap().seated.y1),
            _ => assert!(clear, "{id} shows in a window"),
        }
    }
}

#[test]
fn an_address_that_does_not_fit_is_refused_not_cut() {
    let wide = "W".repeat(60);
    let mut typesetter = typesetter(false);
    let outcome = |typesetter: &mut Typesetter, lines: &[&str]| typesetter.set(&letter(Vec::new(), lines)).err();
    assert_eq!(outcome(&mut typesetter, &["ANN", &wide, "X"]), Some(Misfit::AddressTooWide { line: 1 }));
    assert_eq!(outcome(&mut typesetter, &["A", "B", "C", "D", "E", "F"]), None);
    assert_eq!(outcome(&mut typesetter, &["A"; 9]), Some(Misfit::AddressTooTall));
}

#[test]
fn a_character_that_no_font_has_is_named_every_time() {
    let mut typesetter = typesetter(false);
    for _ in 0..2 {
        let letter = letter(vec![block(BlockKind::Paragraph(inline("name \u{4E2D}")))], &ADDRESS);
        assert_eq!(typesetter.set(&letter).err(), Some(Misfit::Uncovered('\u{4E2D}')));
    }
    assert!(typesetter.set(&letter(vec![block(BlockKind::Paragraph(inline("Nguyễn Wałęsa Peña")))], &ADDRESS)).is_ok());
}

#[test]
fn accents_that_stand_alone_have_room_of_their_own() {
    for accent in ['`', '\u{B4}', '\u{A8}'] {
        let text = format!("O{accent}Brien");
        let pages = typesetter(false).set(&letter(vec![block(BlockKind::Paragraph(inline(&text)))], &ADDRESS)).unwrap();
        let body = texts(&pages.pages[0]).into_iter().find(|placed| placed.at.y > Pt(200.0)).unwrap();
        let glyphs = &body.text.lines[0].runs[0].glyphs;
        assert!(glyphs[2].x > glyphs[1].x + Pt(1.0), "{accent} is overprinted");
    }
}

#[test]
fn a_heading_never_ends_a_page() {
    for lines in 20..40 {
        let mut blocks: Vec<Block> = (0..lines).map(|_| block(BlockKind::Paragraph(inline("One line.")))).collect();
        blocks.push(block(BlockKind::Heading(inline("A heading"))));
        blocks.push(block(BlockKind::Paragraph(inline("After the heading."))));
        let pages = typesetter(false).set(&letter(blocks, &ADDRESS)).unwrap();
        for page in &pages.pages {
            let Some(placed) = texts(page).into_iter().rfind(|placed| placed.structure != Structure::Artifact) else { continue };
            let Structure::Tagged { path, .. } = &placed.structure else { continue };
            assert_ne!(path[0].role, TagRole::H2, "heading at the end of a page with {lines} lines above");
        }
    }
}

#[test]
fn a_signature_never_stands_alone() {
    for lines in 1..60 {
        let mut blocks: Vec<Block> = (0..lines).map(|_| block(BlockKind::Paragraph(inline("One line.")))).collect();
        blocks.push(block(BlockKind::Together(vec![BodyBlock::Own(block(BlockKind::Paragraph(inline("Sincerely,"))))])));
        let pages = typesetter(false).set(&letter(blocks, &ADDRESS)).unwrap();
        let last = texts(pages.pages.last().unwrap()).into_iter();
        let body = last.filter(|placed| placed.structure != Structure::Artifact).count();
        assert!(body >= 2, "a signature alone after {lines} lines");
    }
}

/// Everything that a letter prints, in reading order.
fn words(pages: &Pages) -> Vec<String> {
    let texts = pages.pages.iter().flat_map(texts).filter(|placed| placed.structure != Structure::Artifact);
    texts
        .flat_map(|placed| {
            placed.text.lines[placed.lines.clone()]
                .iter()
                .flat_map(|line| line.runs.iter().map(|run| run.text.trim().to_owned()))
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn what_does_not_fit_on_a_page_is_split_and_never_lost() {
    let many = |count: usize| {
        (0..count).map(|number| BodyBlock::Own(block(BlockKind::Paragraph(inline(&format!("Line {number}.")))))).collect::<Vec<_>>()
    };
    let long = inline(&"word ".repeat(3000));
    let cell = |number: usize| vec![inline(&format!("Line {number}.")), inline("x")];
    let list = |items: Vec<BodyBlock>| BlockKind::List { start: None, items: items.into_iter().map(|item| vec![item]).collect() };
    let kinds = [
        (BlockKind::Framed(many(90)), 90, 4),
        (BlockKind::Together(many(90)), 90, 4),
        (list(many(150)), 150, 4),
        (BlockKind::Framed(vec![BodyBlock::Own(block(BlockKind::Framed(many(90))))]), 90, 5),
        (BlockKind::Table { header: vec![inline("a"), inline("b")], rows: (0..90).map(cell).collect() }, 90, 3),
        (BlockKind::Table { header: vec![inline("a"), inline("b")], rows: vec![vec![long.clone(), inline("Line 0.")]] }, 1, 6),
        (BlockKind::Framed(vec![BodyBlock::Own(block(BlockKind::Paragraph(long)))]), 0, 6),
    ];
    for (index, (kind, lines, most)) in kinds.into_iter().enumerate() {
        for large_print in [false, true] {
            let letter = Letter { large_print, ..letter(vec![block(kind.clone())], &ADDRESS) };
            let pages = typesetter(false).set(&letter).unwrap();
            let found: Vec<String> = words(&pages).into_iter().filter(|text| text.starts_with("Line ")).collect();
            let mut once = found.clone();
            once.sort();
            once.dedup();
            assert_eq!((found.len(), once.len()), (lines, lines), "{index}");
            assert!(large_print || pages.pages.len() <= most, "{index}: {} pages", pages.pages.len());
            for placed in pages.pages.iter().flat_map(texts).filter(|placed| placed.structure != Structure::Artifact) {
                let lines = &placed.text.lines[placed.lines.clone()];
                let below = placed.at.y + lines[lines.len() - 1].top - lines[0].top + lines[lines.len() - 1].height;
                assert!(below <= Pt::inches(10.41), "{index}: text at {}", below.0);
            }
        }
    }
}

#[test]
fn numbers_of_a_list_stand_clear_of_their_items() {
    let items = (0..12).map(|_| vec![BodyBlock::Own(block(BlockKind::Paragraph(inline("Item"))))]).collect();
    let pages = typesetter(false).set(&letter(vec![block(BlockKind::List { start: Some(1), items })], &ADDRESS)).unwrap();
    let texts = texts(&pages.pages[0]);
    let pairs: Vec<&[PlacedText]> = texts.windows(2).filter(|pair| pair[1].text.lines[0].runs[0].text == "Item").collect();
    assert_eq!(pairs.len(), 12);
    for pair in pairs {
        let gap = pair[1].at.x - (pair[0].at.x + pair[0].text.width);
        assert!(gap > Pt(3.0), "{gap:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn breaking_into_lines_and_pages_loses_no_text(words in prop::collection::vec("[A-Za-zÀ-ÿ0-9,.]{1,14}", 1..900)) {
        let text = words.join(" ");
        let pages = typesetter(false).set(&letter(vec![block(BlockKind::Paragraph(inline(&text)))], &ADDRESS)).unwrap();
        let set = text_of(&pages);
        let body: String = set.split_whitespace().collect();
        let wanted: String = text.split_whitespace().collect();
        prop_assert!(body.replace("0000042", "").contains(&wanted) || pages.pages.len() > 1);
        let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
        let frame = letters(&text_of(&typesetter(false).set(&letter(Vec::new(), &ADDRESS)).unwrap()));
        let more_footers = (pages.pages.len() - 1) * letters("0000042Page1of1");
        prop_assert_eq!(letters(&set), frame + letters(&text) + more_footers);
    }
}

/// A text of a letter: page, block, what it says, where in hundredths of a point, and in which elements.
type StandingText = (usize, u32, String, [i32; 2], Option<Vec<Tag>>);

fn placed_texts(pages: &Pages) -> Vec<StandingText> {
    let mut found = Vec::new();
    let mut note = |page: usize, mark: &Mark, shift: Point, block: u32, within: Option<&Within>| {
        let Mark::Text(placed) = mark else { return };
        let text = placed.text.lines[placed.lines.clone()].iter().flat_map(|line| &line.runs).map(|run| run.text.as_str()).collect();
        let at = [placed.at.x + shift.x, placed.at.y + shift.y].map(|length| (length.0 * 100.0).round() as i32);
        let path = match &placed.structure {
            Structure::Tagged { path, .. } => {
                let (around, before) = within.map_or((&[][..], 0), |within| (&*within.path, within.ordinals_before));
                let own = path.iter().map(|tag| Tag { ordinal: tag.ordinal + before, ..*tag });
                Some(around.iter().copied().chain(own).collect())
            }
            Structure::Artifact => None,
        };
        found.push((page, block, text, at, path));
    };
    for (number, page) in pages.pages.iter().enumerate() {
        for mark in &page.marks {
            match mark {
                Mark::Passage(placed) => {
                    placed.marks().iter().for_each(|mark| note(number, mark, placed.at, placed.block, placed.within.as_ref()));
                }
                mark => note(number, mark, Point::default(), 0, None),
            }
        }
    }
    found
}

/// The same block with every paragraph in it marked as everybody's.
fn with_shared_parts(block: &BodyBlock) -> BodyBlock {
    let inner = |blocks: &[BodyBlock]| blocks.iter().map(with_shared_parts).collect();
    let kind = match &block.kind {
        BlockKind::Paragraph(_) => return BodyBlock::Fixed(Arc::new(Block::clone(block))),
        BlockKind::List { start, items } => BlockKind::List { start: *start, items: items.iter().map(|item| inner(item)).collect() },
        BlockKind::Framed(blocks) => BlockKind::Framed(inner(blocks)),
        BlockKind::Together(blocks) => BlockKind::Together(inner(blocks)),
        other => other.clone(),
    };
    BodyBlock::Own(Block { paragraph: Arc::clone(&block.paragraph), kind })
}

fn nested_block() -> impl Strategy<Value = BodyBlock> {
    let paragraph = "[A-Za-z ,.]{1,160}".prop_map(|text| BodyBlock::Own(block(BlockKind::Paragraph(inline(&text)))));
    paragraph.prop_recursive(2, 24, 8, |inner| {
        let blocks = prop::collection::vec(inner.clone(), 1..4);
        let items = prop::collection::vec(prop::collection::vec(inner, 1..3), 1..9);
        prop_oneof![
            (prop::option::of(1..4_u64), items).prop_map(|(start, items)| BlockKind::List { start, items }),
            blocks.clone().prop_map(BlockKind::Framed),
            blocks.prop_map(BlockKind::Together),
        ]
        .prop_map(|kind| BodyBlock::Own(block(kind)))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_letters_share_stands_and_is_tagged_as_if_each_had_set_it(blocks in prop::collection::vec(nested_block(), 1..6), large: bool) {
        let mut own = letter(Vec::new(), &ADDRESS);
        own.large_print = large;
        own.blocks = blocks;
        let mut shared = letter(Vec::new(), &ADDRESS);
        shared.large_print = large;
        // A paragraph that stands alone is fixed as a whole; here it is what stands within that counts.
        let is_text = |block: &BodyBlock| matches!(block.kind, BlockKind::Paragraph(_));
        shared.blocks = own.blocks.iter().map(|block| if is_text(block) { block.clone() } else { with_shared_parts(block) }).collect();
        let mut typesetter = typesetter(false);
        let (own, shared) = (typesetter.set(&own).unwrap(), typesetter.set(&shared).unwrap());
        prop_assert_eq!(placed_texts(&own), placed_texts(&shared));
    }
}

#[test]
fn no_text_of_a_letter_is_smaller_than_ten_points() {
    // Cal. Civ. Code 1798.82(d)(1)(C); the footer, the address and what is no part of the text may be smaller.
    let paragraph = || BodyBlock::Own(block(BlockKind::Paragraph(vec![Inline { code: true, ..inline("CODE-1").remove(0) }])));
    let kinds = [
        BlockKind::Title(inline("Notice of Data Breach")),
        BlockKind::Heading(inline("What Happened")),
        BlockKind::Paragraph(inline("An intruder copied files.")),
        BlockKind::List { start: Some(1), items: vec![vec![paragraph()]] },
        BlockKind::Table { header: vec![inline("a"), inline("b")], rows: vec![vec![inline("c"), inline("d")]] },
        BlockKind::Framed(vec![paragraph()]),
        BlockKind::Together(vec![paragraph()]),
    ];
    let mut seen = 0;
    for large_print in [false, true] {
        let letter = Letter { large_print, ..letter(kinds.iter().cloned().map(block).collect(), &ADDRESS) };
        for placed in typesetter(false).set(&letter).unwrap().pages.iter().flat_map(texts) {
            let body = matches!(&placed.structure, Structure::Tagged { paragraph, .. } if **paragraph == *"body");
            for run in placed.text.lines[placed.lines.clone()].iter().flat_map(|line| &line.runs).filter(|_| body) {
                assert!(run.size.0 >= if large_print { 18.0 } else { 10.0 }, "{} at {:?}", run.text, run.size);
                seen += 1;
            }
        }
    }
    assert!(seen > 16, "{seen}");
}
