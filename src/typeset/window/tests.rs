//! Every profile, every kind of address: looked at by a second pair of eyes, which shares no code with the first.

use super::super::envelope::profile_ids;
use super::super::{Fonts, Ink, Layout, Pages, Passage, Picture, PlacedImage, PlacedPassage, Tag, TagRole, Typesetter, profile};
use super::*;
use crate::compose::{Block, BlockKind, BodyBlock, Inline, Letter, Logo, PieceNumber};
use crate::incident::Language;
use proptest::prelude::*;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, GlyphId, MetadataProvider as _};
use std::sync::Arc;

fn letter(address: &[String], body: &str, large_print: bool) -> Letter {
    let inlines = vec![Inline { text: body.to_owned(), ..Inline::default() }];
    let paragraph = Block { paragraph: Arc::from("body"), kind: BlockKind::Paragraph(inlines.clone()) };
    let framed = Block { paragraph: Arc::from("code"), kind: BlockKind::Framed(vec![BodyBlock::Own(paragraph.clone())]) };
    let title = Block { paragraph: Arc::from("title"), kind: BlockKind::Title(inlines) };
    Letter {
        piece: PieceNumber(42),
        language: Language::English,
        title: "Notice of Data Breach".into(),
        return_address: ["Lakeside Regional Medical Center", "PO Box 1", "Anytown, OH 43001"].map(String::from).into(),
        logo: None,
        recipient_address: address.to_vec(),
        addressee_lines: 1,
        blocks: vec![
            BodyBlock::Own(title),
            BodyBlock::Own(framed),
            BodyBlock::Fixed(Arc::new(paragraph.clone())),
            BodyBlock::Own(paragraph),
        ],
        paragraphs: Arc::new([]),
        large_print,
        footer: "Page {page} of {pages}".into(),
    }
}

fn picture(width: u32, height: u32) -> Arc<Picture> {
    Arc::new(Picture { width, height, grey: vec![0; (width * height) as usize], sha256: [0; 32] })
}

fn typesetter(id: &str, draft: bool, duplex: bool) -> Typesetter {
    with_mailer(id, draft, duplex, None)
}

fn with_mailer(id: &str, draft: bool, duplex: bool, mailer: Option<imb::Mailer>) -> Typesetter {
    let layout = Layout { envelope: profile(id).unwrap(), draft, job: 3, duplex, inserts: 0, mailer };
    Typesetter::new(layout, &Fonts::built_in().unwrap(), &Arc::default()).unwrap()
}

fn lines(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

/// Left, top, right and bottom in points.
type Edges = [f32; 4];

fn edges(rect: Rect) -> Edges {
    [rect.x0.0, rect.y0.0, rect.x1.0, rect.y1.0]
}

fn meet(a: Edges, b: Edges) -> bool {
    !(a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1])
}

/// Everything that is printed on a page, as boxes with the name of what it is.
fn printed(page: &Page) -> Vec<(String, Edges)> {
    let fonts = Fonts::built_in().unwrap();
    let metrics: Vec<(f32, GlyphMetrics<'_>)> = fonts
        .faces()
        .map(|face| {
            let font = FontRef::from_index(fonts.bytes(face).0, fonts.bytes(face).1).unwrap();
            let units = font.metrics(Size::unscaled(), LocationRef::default()).units_per_em;
            (units.into(), font.glyph_metrics(Size::unscaled(), LocationRef::default()))
        })
        .collect();
    let mut found = Vec::new();
    page.for_each_mark(&mut |mark, shift| {
        match mark {
            Mark::Text(placed) => {
                let name = match &placed.structure {
                    Structure::Tagged { paragraph, .. } => paragraph.to_string(),
                    Structure::Artifact => "footer".to_owned(),
                };
                let top = placed.text.lines[placed.lines.start].top.0 - shift.y.0;
                for line in &placed.text.lines[placed.lines.clone()] {
                    for (run, glyph) in line.runs.iter().flat_map(|run| run.glyphs.iter().map(move |glyph| (run, glyph))) {
                        let (units, metrics) = &metrics[run.face.index()];
                        let Some(bounds) = metrics.bounds(GlyphId::new(glyph.id.into())) else { continue };
                        let em = run.size.0 / units;
                        let x = placed.at.x.0 + shift.x.0 + run.x.0 + glyph.x.0;
                        let y = placed.at.y.0 - top + line.baseline.0 - glyph.rise.0;
                        let ink = [x + bounds.x_min * em, y - bounds.y_max * em, x + bounds.x_max * em, y - bounds.y_min * em];
                        if ink[0] < ink[2] {
                            found.push((name.clone(), ink));
                        }
                    }
                }
            }
            Mark::Image(placed) => found.push(("logo".to_owned(), edges(placed.rect.moved(shift)))),
            Mark::Frame { rect, pen } => {
                let half = pen.0 / 2.0;
                let [x0, y0, x1, y1] = edges(rect.moved(shift));
                found.push(("frame".to_owned(), [x0 - half, y0 - half, x1 + half, y1 + half]));
            }
            Mark::Watermark { text, at } => {
                // The corners of the whole word, capitals of 120 points, turned around its start.
                let (width, height) = (text.width.0, 120.0 * 0.73);
                let corner = |along: f32, up: f32| (at.x.0 + (along - up) / 2_f32.sqrt(), at.y.0 - (along + up) / 2_f32.sqrt());
                let corners = [corner(0.0, -3.0), corner(width, -3.0), corner(0.0, height), corner(width, height)];
                let least = |pick: fn(&(f32, f32)) -> f32| corners.iter().map(pick).fold(f32::MAX, f32::min);
                let most = |pick: fn(&(f32, f32)) -> f32| corners.iter().map(pick).fold(f32::MIN, f32::max);
                found.push(("watermark".to_owned(), [least(|c| c.0), least(|c| c.1), most(|c| c.0), most(|c| c.1)]));
            }
            // 65 bars, 24 to the inch, each 0.02 in wide and at most 0.145 in high.
            Mark::Imb { at, .. } => {
                let (width, height) = ((64.0 / 24.0 + 0.02) * 72.0, 0.145 * 72.0);
                found.push(("imb".to_owned(), [at.x.0, at.y.0, at.x.0 + width, at.y.0 + height]));
            }
            Mark::Matrix { at, .. } => found.push(("matrix".to_owned(), [at.x.0, at.y.0, at.x.0 + 23.04, at.y.0 + 23.04])),
            Mark::Passage(_) => unreachable!("its marks are shown one by one"),
        }
    });
    found
}

/// What is wrong with a letter's pages, in words.
fn faults(pages: &Pages, id: &str, duplex: bool) -> Vec<String> {
    let envelope = profile(id).unwrap();
    let mut faults = Vec::new();
    for (index, page) in pages.pages.iter().enumerate() {
        let printed = printed(page);
        let matrices: Vec<Edges> = printed.iter().filter(|(name, _)| name == "matrix").map(|(_, ink)| *ink).collect();
        if matrices.len() != usize::from(!duplex || index % 2 == 0) {
            faults.push(format!("page {} has {} sheet marks", index + 1, matrices.len()));
        }
        for (_, [x0, y0, x1, y1]) in printed.iter().filter(|(name, _)| name == "imb") {
            let clear = [x0 - 9.0, y0 - 2.016, x1 + 9.0, y1 + 2.016];
            let always = edges(envelope.recipient.always);
            if clear[0] < always[0] || clear[1] < always[1] || clear[2] > always[2] || clear[3] > always[3] {
                faults.push("the barcode does not show at every position".to_owned());
            }
            let near = printed.iter().find(|(name, ink)| name != "imb" && meet(*ink, clear));
            faults.extend(near.map(|(name, _)| format!("{name} comes near the barcode")));
        }
        for (name, ink) in &printed {
            for [x0, y0, x1, y1] in &matrices {
                if name != "matrix" && meet(*ink, [x0 - 9.0, y0 - 9.0, x1 + 9.0, y1 + 9.0]) {
                    faults.push(format!("{name} on page {} comes near the sheet mark", index + 1));
                }
            }
            let home = match name.as_str() {
                "recipient_address" | "imb" => Some(envelope.recipient.seated),
                "return_address" => Some(envelope.return_window.unwrap().seated),
                _ => None,
            };
            let inside = |zone: Rect| {
                let zone = edges(zone);
                // Units of the font's design are whole: half of one at 11 points.
                let slack = 0.006;
                ink[0] >= zone[0] - slack && ink[1] >= zone[1] - slack && ink[2] <= zone[2] + slack && ink[3] <= zone[3] + slack
            };
            if home.is_some_and(|zone| !inside(zone)) {
                faults.push(format!("{name} leaves its zone"));
            }
            if index == 0 && home.is_none() && envelope.ever_visible().any(|zone| meet(*ink, edges(zone))) {
                faults.push(format!("{name} shows in a window"));
            }
        }
    }
    faults
}

/// Sizes and baselines of the recipient's lines.
fn recipient_lines(pages: &Pages) -> Vec<(f32, f32)> {
    let texts = pages.pages[0].marks.iter().filter_map(|mark| match mark {
        Mark::Text(placed) if block_of(placed) == Some(RECIPIENT) => Some(placed),
        _ => None,
    });
    texts.map(|placed| (placed.text.lines[0].runs[0].size.0, placed.at.y.0 + placed.text.lines[0].baseline.0)).collect()
}

#[test]
fn addresses_of_three_to_seven_lines_fit_every_profile() {
    let all = ["MARÍA LUZ FERNÁNDEZ", "C/O JOHN SMITH", "ATTN BILLING", "PMB 12", "UNIT 4", "1234 LONG STREET AVE APT 5"];
    let last = "SAN FRANCISCO CA 94080-1234";
    // Lines of the address -> the size of its type in each profile, in the order of their names.
    let table = [
        (3, [11.0, 11.0, 11.0, 11.0]),
        (4, [11.0, 11.0, 11.0, 11.0]),
        (5, [10.0, 9.0, 10.0, 10.0]),
        (6, [9.0, 8.0, 8.5, 9.0]),
        (7, [8.0, 0.0, 0.0, 9.0]),
    ];
    for (count, sizes) in table {
        let address: Vec<String> = lines(&[&all[..count - 2], &all[5..], &[last]].concat());
        let mut got = Vec::new();
        for id in ["lob-10-double", "no9-double", "postalmethods-10-double", "single-10"] {
            let envelope = profile(id).unwrap();
            match typesetter(id, true, true).set(&letter(&address, "Some text of the letter.", false)) {
                Err(misfit) => {
                    assert_eq!(misfit, Misfit::AddressTooTall, "{id} {count}");
                    got.push(0.0);
                }
                Ok(pages) => {
                    assert_eq!(faults(&pages, id, true), Vec::<String>::new(), "{id} {count}");
                    let set = recipient_lines(&pages);
                    let (size, baseline) = set[count - 1];
                    assert!((baseline - envelope.anchor.0).abs() < 0.01, "{id}: the last line stands at {baseline}");
                    // Street and city with state and ZIP can be read at every position of the sheet.
                    let always = edges(envelope.recipient.always);
                    let street = set[count - 2].1;
                    assert!(street - size * 0.72 >= always[1] && baseline + size * 0.2 <= always[3], "{id} {count} lines: {set:?}");
                    got.push(size);
                }
            }
        }
        assert_eq!(got, sizes, "{count} lines");
    }
}

#[test]
fn barcodes_stand_below_the_block_in_every_profile() {
    let mailer = imb::Mailer::new("270", "123456", 100).unwrap();
    let all = ["ANN GRAY", "C/O QING JONES", "ATTN BILLING", "PMB 12", "12 MAIN ST", "ANYTOWN OH 43001-1234"];
    for id in profile_ids() {
        for count in 3..=5 {
            let address = lines(&[&all[..count - 2], &all[4..]].concat());
            let set = with_mailer(&id, true, true, Some(mailer.clone())).set(&letter(&address, "Text.", false));
            if (id.as_str(), count) == ("no9-double", 5) {
                // The lowest window: four lines and a barcode are all it shows.
                assert_eq!(set.err(), Some(Misfit::AddressTooTall));
                continue;
            }
            let pages = set.unwrap();
            assert_eq!(faults(&pages, &id, true), Vec::<String>::new(), "{id} {count}");
            let printed = pages.pages[0].marks.iter().find_map(|mark| match mark {
                Mark::Imb { bars, .. } => Some(**bars),
                _ => None,
            });
            assert_eq!(printed, imb::encode("00270123456000000142", "43001").ok(), "{id} {count}");
        }
        let abroad = lines(&["ANN GRAY", "12 RUE DES ÉCOLES", "75005 PARIS", "FRANCE"]);
        let pages = with_mailer(&id, true, true, Some(mailer.clone())).set(&letter(&abroad, "Text.", false)).unwrap();
        assert!(!pages.pages[0].marks.iter().any(|mark| matches!(mark, Mark::Imb { .. })));
    }
    let spent = imb::Mailer::new("270", "912345678", 999_990).unwrap();
    let outcome = with_mailer("lob-10-double", true, true, Some(spent)).set(&letter(&lines(&all), "Text.", false));
    assert_eq!(outcome.err(), Some(Misfit::Barcode(ImbFault::Serial)));
}

#[test]
fn long_lines_step_down_and_then_are_refused() {
    let address = |name: &str| lines(&[name, "1 MAIN ST", "ANYTOWN OH 43001"]);
    let set = |name: &str| typesetter("lob-10-double", false, true).set(&letter(&address(name), "Text.", false));
    let name = "MARIA GUADALUPE HERNANDEZ-RODRIGUEZ DE ";
    assert_eq!(recipient_lines(&set("ANN").unwrap())[0].0, 11.0);
    let longer = recipient_lines(&set(name).unwrap())[0].0;
    assert!((8.0..11.0).contains(&longer), "{longer}");
    let broken = set(&name.repeat(2)).unwrap();
    assert_eq!(faults(&broken, "lob-10-double", true), Vec::<String>::new());
    assert_eq!(recipient_lines(&broken).len(), 4, "the name has two");
    assert_eq!(set(&name.repeat(4)).err(), Some(Misfit::AddressTooWide { line: 0 }));
    assert_eq!(set(&"W".repeat(60)).err(), Some(Misfit::AddressTooWide { line: 0 }));
    let street = lines(&["ANN", &name.repeat(2), "ANYTOWN OH 43001"]);
    let refused = typesetter("lob-10-double", false, true).set(&letter(&street, "Text.", false));
    assert_eq!(refused.err(), Some(Misfit::AddressTooWide { line: 1 }));
}

#[test]
fn a_foreign_address_keeps_its_country_line_in_sight() {
    let address = lines(&["NGUYỄN THỊ ẤU", "12 RUE DES ÉCOLES", "75005 PARIS", "FRANCE"]);
    for id in profile_ids() {
        let pages = typesetter(&id, false, false).set(&letter(&address, "Text.", false)).unwrap();
        assert_eq!(faults(&pages, &id, false), Vec::<String>::new(), "{id}");
    }
}

#[test]
fn what_stands_in_a_window_is_found() {
    let address = lines(&["ANN O\u{2019}BRIEN", "12 MAIN ST", "ANYTOWN OH 43001"]);
    for id in profile_ids() {
        let envelope = profile(&id).unwrap();
        let mut outlines = Outlines::new(&Fonts::built_in().unwrap()).unwrap();
        let mut typesetter = typesetter(&id, true, true);
        let clean = typesetter.set(&letter(&address, "Text.", false)).unwrap().pages;
        let mut check =
            |pages: &[Page]| Watch { outlines: &mut outlines, envelope: &envelope, seen: &mut Seen::new(), lines: 0 }.check(pages);
        assert_eq!(check(&clean), Ok(()), "{id}");
        let path: Arc<[Tag]> = Arc::new([Tag { role: TagRole::P, ordinal: 1 }]);
        let text = |at: Point, paragraph: &str| {
            let mut shaper = super::super::shape::Shaper::new(&Fonts::built_in().unwrap());
            let text = shaper.line("HIV", super::super::shape::Style::regular(11.0, 14.0), false);
            let structure = Structure::Tagged { path: Arc::clone(&path), paragraph: Arc::from(paragraph) };
            Mark::Text(PlacedText { text, lines: 0..1, at, ink: Ink::Black, structure })
        };
        let in_body = |mark: Mark, y: Pt| {
            let (passage, at) = (Arc::new(Passage::of(vec![mark], false, Pt(14.0))), Point { x: Pt(0.0), y });
            Mark::Passage(PlacedPassage { passage, lines: None, at, block: 1, within: None })
        };
        let image = |rect: Rect| {
            let structure = Structure::Tagged { path: Arc::clone(&path), paragraph: Arc::from("logo") };
            Mark::Image(PlacedImage { picture: picture(2, 1), rect, alt: Arc::from("Clinic"), structure })
        };
        let zone = envelope.recipient.ever;
        // The lower right corner of the zone: the first capital just reaches into it.
        let corner = Point { x: zone.x1 - Pt(2.0), y: zone.y1 - Pt(4.0) };
        let beside = Point { x: zone.x1 + Pt(1.0), y: zone.y1 - Pt(4.0) };
        let below = Point { x: zone.x0, y: zone.y1 };
        let mut watermark = None;
        clean[0].for_each_mark(&mut |mark, _| {
            if let Mark::Watermark { text, .. } = mark {
                watermark = Some(Mark::Watermark { text: Arc::clone(text), at: Point { x: Pt(100.0), y: zone.y1 + Pt(150.0) } });
            }
        });
        let rect = Rect { x0: zone.x0, y0: zone.y1 - Pt(1.0), x1: zone.x1, y1: zone.y1 - Pt(1.0) };
        let table = [
            (text(corner, "body"), Err(Misfit::Intrusion)),
            (text(beside, "body"), Ok(())),
            (text(below, "body"), Ok(())),
            // What calls itself an address but stands in the body is none.
            (in_body(text(corner, "body"), Pt(0.0)), Err(Misfit::Intrusion)),
            (in_body(text(corner, RECIPIENT), Pt(0.0)), Err(Misfit::Intrusion)),
            (in_body(text(corner, "body"), Pt(20.0)), Ok(())),
            (text(corner, RECIPIENT), Err(Misfit::AddressTooWide { line: 3 })),
            (text(corner, RETURN), Err(Misfit::ReturnAddress)),
            (watermark.unwrap(), Err(Misfit::Intrusion)),
            (image(Rect { x0: zone.x1 - Pt(0.1), y0: zone.y1 - Pt(9.0), x1: Pt(546.0), y1: zone.y1 }), Err(Misfit::Intrusion)),
            (image(Rect { x0: zone.x1, y0: zone.y1 - Pt(9.0), x1: Pt(546.0), y1: zone.y1 }), Ok(())),
            (Mark::Frame { rect, pen: Pt(0.6) }, Err(Misfit::Intrusion)),
            (Mark::Matrix { modules: [0; 16], at: corner }, Err(Misfit::Intrusion)),
            (Mark::Imb { bars: Arc::new([imb::Bar::Full; 65]), at: corner }, Err(Misfit::Barcode(ImbFault::NoRoom))),
            // The clear paper of a barcode that would fit reaches into the address's last line.
            (Mark::Imb { bars: Arc::new([imb::Bar::Full; 65]), at: imb::place(envelope.recipient.always) }, Err(Misfit::Intrusion)),
            (text(Point { x: Pt(40.0), y: Pt(360.0) }, "body"), Err(Misfit::Intrusion)),
        ];
        for (planted, wanted) in table {
            let mut pages = clean.clone();
            pages[0].marks.push(planted.clone());
            assert_eq!(check(&pages), wanted, "{id}: {planted:?}");
        }
    }
}

#[test]
fn a_logo_of_any_shape_stands_beside_every_window() {
    for id in profile_ids() {
        let mut typesetter = typesetter(&id, true, true);
        for (width, height) in [(1, 600), (600, 600), (208, 100), (1248, 600), (1248, 1)] {
            let mut letter = letter(&lines(&["JANE DOE", "1 MAIN ST", "ANYTOWN OH 43001"]), "Text.", false);
            let plain = typesetter.set(&letter).unwrap();
            letter.logo = Some(Logo { file: "logo.png".into(), alt: "Clinic".into(), picture: picture(width, height) });
            let pages = typesetter.set(&letter).unwrap();
            assert_eq!(faults(&pages, &id, true), Vec::<String>::new(), "{id}");
            // Beneath it lies only the watermark: it comes first in reading order, and moves nothing.
            let Mark::Image(placed) = &pages.pages[0].marks[1] else { panic!("the logo is not first") };
            assert_eq!(printed(&pages.pages[0]).len(), printed(&plain.pages[0]).len() + 1);
            let room = Rect { x0: Pt::inches(5.5), y0: Pt::inches(0.5), x1: Pt(549.0), y1: Pt::inches(1.5) };
            assert!(room.grown(Pt(0.01)).contains(&placed.rect), "{:?}", placed.rect);
            assert!(!profile(&id).unwrap().ever_visible().any(|zone| zone.touches(&room)), "{id}");
            let shape = placed.rect.width().0 / (placed.rect.y1 - placed.rect.y0).0;
            assert!((shape * height as f32 / width as f32 - 1.0).abs() < 1e-3);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn whatever_the_address_the_window_is_clean_or_the_person_is_held(
        address in prop::collection::vec("[A-Z0-9 ÀÉÑÇẤỆỘỮŻẶJQjgpyf.,/#()\u{301}\u{323}-]{0,34}|W{1,40}|[ẤỄỘ]{1,20}", 0..9),
        which in 0..4_usize,
        draft: bool,
        duplex: bool,
        large_print: bool,
        words in 1..400_usize,
        zip in prop::option::of("ANYTOWN OH [0-9]{5}(-[0-9]{4})?"),
    ) {
        let mailer = zip.is_some().then(|| imb::Mailer::new("270", "123456", 100).unwrap());
        let address: Vec<String> = address.into_iter().chain(zip).collect();
        let id = &profile_ids()[which];
        let letter = letter(&address, &"Ậgj Word ".repeat(words), large_print);
        match with_mailer(id, draft, duplex, mailer).set(&letter) {
            Ok(pages) => prop_assert_eq!(faults(&pages, id, duplex), Vec::<String>::new()),
            Err(misfit) => prop_assert!(
                matches!(misfit, Misfit::AddressTooWide { .. } | Misfit::AddressTooTall | Misfit::Uncovered(_)),
                "{:?}", misfit
            ),
        }
    }
}
