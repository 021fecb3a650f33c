//! Files in both shapes, every text operator, forms, symbols however drawn, and bytes that are broken.

use super::*;
use libdeflater::{CompressionLvl, Compressor};
use proptest::prelude::*;

/// A file in the making: objects by number, packed into an object stream or standing alone.
#[derive(Default)]
struct Builder {
    alone: Vec<(u32, Vec<u8>)>,
    packed: Vec<(u32, Vec<u8>)>,
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::default());
    let mut out = vec![0; compressor.zlib_compress_bound(bytes.len())];
    let length = compressor.zlib_compress(bytes, &mut out).unwrap();
    out.truncate(length);
    out
}

fn stream(entries: &str, content: &[u8]) -> Vec<u8> {
    let content = deflated(content);
    let mut bytes = format!("<<{entries}/Filter/FlateDecode/Length {}>>\nstream\n", content.len()).into_bytes();
    bytes.extend(content);
    bytes.extend(b"\nendstream");
    bytes
}

impl Builder {
    fn alone(mut self, number: u32, bytes: impl Into<Vec<u8>>) -> Self {
        self.alone.push((number, bytes.into()));
        self
    }

    fn packed(mut self, number: u32, text: &str) -> Self {
        self.packed.push((number, text.as_bytes().to_vec()));
        self
    }

    fn begun(&self) -> (Vec<u8>, Vec<(u32, usize)>) {
        let mut bytes = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
        let mut places = Vec::new();
        for (number, object) in &self.alone {
            places.push((*number, bytes.len()));
            bytes.extend(format!("{number} 0 obj\n").bytes());
            bytes.extend(object);
            bytes.extend(b"\nendobj\n");
        }
        (bytes, places)
    }

    /// With a cross-reference stream; packed objects in one object stream.
    fn modern(mut self) -> Vec<u8> {
        let (mut heads, mut bodies) = (String::new(), Vec::new());
        for (number, body) in &self.packed {
            heads.push_str(&format!("{number} {} ", bodies.len()));
            bodies.extend(body);
            bodies.push(b' ');
        }
        let content = [heads.as_bytes(), &bodies].concat();
        let container = 90;
        let entries = format!("/Type/ObjStm/N {}/First {}", self.packed.len(), heads.len());
        self.alone.push((container, stream(&entries, &content)));
        let (mut bytes, places) = self.begun();
        let start = bytes.len();
        let mut table = vec![[0_u8; 5]; 92];
        for (number, at) in places.into_iter().chain([(91, start)]) {
            table[number as usize] = [1, (at >> 16) as u8, (at >> 8) as u8, at as u8, 0];
        }
        for (index, (number, _)) in self.packed.iter().enumerate() {
            table[*number as usize] = [2, 0, 0, container as u8, index as u8];
        }
        bytes.extend(b"91 0 obj\n");
        bytes.extend(stream("/Type/XRef/Size 92/W[1 3 1]/Root 1 0 R", &table.concat()));
        bytes.extend(format!("\nendobj\nstartxref\n{start}\n%%EOF\n").bytes());
        bytes
    }

    /// With a cross-reference table; nothing is packed.
    fn classic(mut self) -> Vec<u8> {
        self.alone.append(&mut self.packed);
        let (mut bytes, places) = self.begun();
        let start = bytes.len();
        bytes.extend(b"xref\n0 92\n");
        for number in 0..92 {
            match places.iter().find(|(known, _)| *known == number) {
                Some((_, at)) => bytes.extend(format!("{at:010} 00000 n \n").bytes()),
                None => bytes.extend(b"0000000000 65535 f \n"),
            }
        }
        bytes.extend(format!("trailer\n<</Size 92/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").bytes());
        bytes
    }
}

const MAP: &[u8] = b"/CIDInit /ProcSet findresource begin 1 begincodespacerange <0000><FFFF> endcodespacerange\n\
    2 beginbfrange <0020> <007D> <0020> <0100><0101>[<00660069><D83DDE00>] endbfrange\n1 beginbfchar <0102> <00E9> endbfchar end";

/// One page with a content; object 20 is a form, 21 a form that paints it.
fn one_page(content: &[u8]) -> Builder {
    paged(content, b"BT /F 10 Tf 5 5 Td (\0f\0o\0r\0m)Tj ET")
}

fn paged(content: &[u8], form: &[u8]) -> Builder {
    Builder::default()
        .packed(1, "<</Type/Catalog/Pages 2 0 R/Lang(es)>>")
        .packed(2, "<</Type/Pages/Count 1/Kids[3 0 R]/Resources 7 0 R>>")
        .packed(3, "<</Type/Page/Parent 2 0 R/Contents 4 0 R>>")
        .alone(4, stream("", content))
        .alone(5, "<</Type/Font/Subtype/Type0/BaseFont/T/Encoding/Identity-H/DescendantFonts[6 0 R]/ToUnicode 8 0 R>>")
        .alone(6, "<</Type/Font/Subtype/CIDFontType2/DW 500/W[65[600 700] 67 69 250]>>")
        .packed(7, "<</Font<</F 5 0 R>>/XObject<</X#41 20 0 R/XB 21 0 R>>>>")
        .alone(8, stream("", MAP))
        .alone(20, stream("/Type/XObject/Subtype/Form/BBox[0 0 100 100]/Matrix[1 0 0 1 100 0]/Resources<</Font<</F 5 0 R>>>>", form))
        .alone(21, stream("/Subtype/Form/BBox[0 0 999 999]/Resources<</XObject<</I 20 0 R>>>>", b"q 2 0 0 2 0 30 cm /I Do Q"))
}

/// Codes of ASCII text.
fn codes(text: &str) -> Vec<u8> {
    text.bytes().flat_map(|byte| [0, byte]).collect()
}

fn shown(content: &[u8]) -> Vec<(i32, i32, String)> {
    let read = |bytes: &[u8]| read(bytes).unwrap().remove(0).texts;
    let modern = read(&one_page(content).modern());
    assert_eq!(modern, read(&one_page(content).classic()), "both shapes say the same");
    modern.into_iter().map(|text| (text.x.round() as i32, text.y.round() as i32, text.text.to_string())).collect()
}

#[test]
fn every_operator_that_places_text_is_followed() {
    let a = String::from_utf8(codes("A")).unwrap();
    let content = format!(
        "BT /F 10 Tf 1 0 0 1 50 700 Tm ({a})Tj ({a})Tj 20 TL T* [({a})-1000({a})]TJ 5 -10 Td ({a})Tj 0 -30 TD ({a})Tj ({a})' \
         0 2 ({a})\" ({a})Tj 0 Tc 200 Tz 3 Ts <0041>Tj ({a})Tj ET q 2 0 0 2 10 10 cm BT /F 5 Tf 1 0 0 1 1 1 Tm ({a})Tj ET Q BT 3 Tr ({a})Tj ET"
    );
    let places = shown(content.as_bytes());
    let expected = [(50, 700, "AA"), (50, 680, "AA"), (55, 670, "A"), (55, 640, "A"), (55, 610, "A"), (55, 580, "AAAA"), (12, 12, "A")];
    let places: Vec<(i32, i32, &str)> = places.iter().map(|(x, y, text)| (*x, *y, text.as_str())).collect();
    assert_eq!(places, expected);
}

#[test]
fn text_is_what_the_font_says_and_carries_its_size() {
    let bytes = one_page(b"BT /F 10 Tf 1 0 0 2 7 9 Tm <010001010102>Tj 0 1 -1 0 0 0 Tm <0043>Tj ET").modern();
    let texts = read(&bytes).unwrap().remove(0).texts;
    assert_eq!((&*texts[0].text, texts[0].size, texts[0].width, texts[0].upright), ("fi\u{1F600}é", 20.0, 15.0, true));
    assert_eq!((&*texts[1].text, texts[1].width, texts[1].upright), ("C", 2.5, false));
    let unknown = one_page(b"BT /F 10 Tf <0200>Tj ET").modern();
    assert_eq!(read(&unknown), Err(Unreadable::GlyphWithoutText));
    assert_eq!(open(&bytes).unwrap().language(), Some("es"));
}

#[test]
fn an_alternate_text_is_not_believed() {
    let content = [b"/Span<</ActualText(Ben)>>BDC BT /F 9 Tf (".to_vec(), codes("Ada"), b")Tj ET EMC".to_vec()].concat();
    assert_eq!(shown(&content)[0].2, "Ada");
}

#[test]
fn forms_are_placed_by_their_matrix_and_that_of_the_page() {
    let content = b"q 1 0 0 1 0 300 cm /XA Do Q /XB Do 1 g /XA Do 0 g";
    let texts = shown(content);
    let place = |x, y| (x, y, "form".to_owned());
    assert_eq!(texts[..2], [place(105, 305), place(210, 40)]);
    let outside = paged(b"/XA Do", b"BT /F 10 Tf 500 5 Td (\0f)Tj ET").modern();
    assert_eq!(read(&outside), Err(Unreadable::CutOff));
}

#[test]
fn forms_that_paint_themselves_end() {
    let mut circle = one_page(b"/XC Do").alone(22, stream("/Subtype/Form/BBox[0 0 9 9]/Resources 7 0 R", b"/XC Do /XC Do"));
    circle.packed.retain(|(number, _)| *number != 7);
    let circle = circle.packed(7, "<</XObject<</XC 22 0 R>>>>");
    assert!(matches!(read(&circle.modern()), Err(Unreadable::Damaged("forms nested too deep"))));
}

#[test]
fn a_font_is_parsed_once_for_all_files() {
    let reader = Arc::new(Reader::default());
    let bytes = one_page(b"BT /F 10 Tf <0041>Tj ET").modern();
    for _ in 0..3 {
        let opened = reader.open(&bytes).unwrap();
        assert_eq!(&*opened.page(0).unwrap().texts[0].text, "A");
    }
    assert_eq!((reader.fonts.len(), reader.fonts.told_by_objects()), (1, 1));
    let mut other = one_page(b"BT /F 10 Tf <0041>Tj ET");
    let map = other.alone.iter_mut().find(|(number, _)| *number == 8).unwrap();
    map.1 = stream("", b"1 beginbfchar <0041> <0042> endbfchar");
    assert_eq!(&*reader.open(&other.modern()).unwrap().page(0).unwrap().texts[0].text, "B");
}

/// One page whose content is split into streams 40, 41, ...
fn split(contents: &[Vec<u8>]) -> Vec<u8> {
    let mut builder = one_page(b"");
    builder.packed.retain(|(number, _)| *number != 3);
    let numbers: String = (40..).take(contents.len()).map(|number| format!("{number} 0 R ")).collect();
    let builder = builder.packed(3, &format!("<</Type/Page/Parent 2 0 R/Contents[{numbers}]>>"));
    let add = |builder: Builder, (number, content): (u32, &Vec<u8>)| builder.alone(number, stream("", content));
    (40..).zip(contents).fold(builder, add).modern()
}

#[test]
fn what_files_have_in_common_is_painted_once() {
    let reader = Arc::new(Reader::default());
    let text = |place: u32, text: &str| {
        [format!("q BT /F 9 Tf 1 0 0 1 {place} 700 Tm (").into_bytes(), codes(text), b")Tj ET Q".to_vec()].concat()
    };
    for own in ["Ada", "Ben", "Cy", "Dot"] {
        let bytes = split(&[text(10, "Dear "), text(50, own), text(90, ", hello")]);
        let page = reader.open(&bytes).unwrap().page(0).unwrap();
        assert_eq!(page.lines(), [format!("Dear {own}, hello")]);
        assert_eq!(page, read(&bytes).unwrap()[0]);
    }
    assert_eq!((reader.contents.len(), reader.objects.len()), (2, 1));
    // The same bytes mean another text in another font.
    let mut other = split(&[text(10, "Dear ")]);
    let widths = other.windows(7).position(|window| window == b"600 700").unwrap();
    other[widths..widths + 7].copy_from_slice(b"900 700");
    let page = reader.open(&other).unwrap().page(0).unwrap();
    assert_eq!(page, read(&other).unwrap()[0]);
}

#[test]
fn a_font_is_told_by_its_bytes_wherever_its_descendant_stands() {
    let inline = |width: u32| {
        let mut file = one_page(b"BT /F 10 Tf <0041>Tj ET");
        file.alone.retain(|(number, _)| *number != 5 && *number != 6);
        let descendant = format!("<</Subtype/CIDFontType2/DW {width}>>");
        file.alone(5, format!("<</Subtype/Type0/Encoding/Identity-H/DescendantFonts[{descendant}]/ToUnicode 8 0 R>>")).modern()
    };
    let reader = Arc::new(Reader::default());
    for width in [500, 500, 700, 500] {
        assert_eq!(reader.open(&inline(width)).unwrap().page(0).unwrap().texts[0].width, width as f32 / 100.0);
    }
    assert_eq!((reader.fonts.len(), reader.fonts.told_by_objects()), (2, 2));
}

/// Dark modules of a symbol, top row first.
fn modules(digits: &str) -> Vec<Vec<bool>> {
    let symbol = datamatrix::DataMatrix::encode(digits.as_bytes(), datamatrix::SymbolSize::Square16).unwrap();
    let mut rows = vec![vec![false; 16]; 16];
    for (x, y) in symbol.bitmap().pixels() {
        rows[y][x] = true;
    }
    rows
}

/// Rectangles `x y width height` that join dark modules along rows, along columns or not at all.
fn rectangles(rows: &[Vec<bool>], joined: &str) -> Vec<String> {
    let mut found = Vec::new();
    #[allow(clippy::needless_range_loop, reason = "both directions are walked")]
    for outer in 0..16 {
        let mut inner = 0;
        while inner < 16 {
            let dark = |at: usize| if joined == "columns" { rows[at][outer] } else { rows[outer][at] };
            let mut end = inner;
            while end < 16 && dark(end) && (joined != "single" || end == inner) {
                end += 1;
            }
            if end > inner {
                let (column, row, width, height) =
                    if joined == "columns" { (outer, end, 1, end - inner) } else { (inner, outer + 1, end - inner, 1) };
                let [x, y, width, height] = [column, 16 - row, width, height].map(|at| at as f64 * 1.44);
                found.push(format!("{:.2} {:.2} {width:.2} {height:.2} re", 27.0 + x, 400.0 + y));
            }
            inner = end.max(inner + 1);
        }
    }
    found
}

#[test]
fn a_symbol_is_read_however_its_modules_are_joined() {
    let digits = "000000121234567010200574";
    let rows = modules(digits);
    let whole = |joined: &str| rectangles(&rows, joined).join(" ");
    let polygons: Vec<String> = rectangles(&rows, "rows")
        .iter()
        .map(|rectangle| {
            let numbers: Vec<f64> = rectangle.split(' ').filter_map(|number| number.parse().ok()).collect();
            let &[x, y, width, height] = numbers.as_slice() else { unreachable!() };
            format!("{x} {y} m {} {y} l {} {} l {x} {} l h", x + width, x + width, y + height, y + height)
        })
        .collect();
    let contents = [
        format!("0 g {} f", whole("rows")),
        format!("0 g {} f", whole("columns")),
        format!("0 0 0 rg {} f*", whole("single")),
        format!("{} f", rectangles(&rows, "rows").join(" f ")),
        format!("0 0 0 1 k {} f", polygons.join(" ")),
        format!("q 2 0 0 2 10 -200 cm {} f Q", whole("rows")),
        format!("q 1 0 0 1 200 -90 cm {} f Q 100 100 50 10 re f", whole("columns")),
    ];
    for (index, content) in contents.iter().enumerate() {
        let page = read(&one_page(format!("BT /F 9 Tf <0041>Tj ET {content} BT /F 9 Tf <0041>Tj ET").as_bytes()).modern());
        let page = page.unwrap().remove(0);
        if index == 6 {
            // A shape painted right after it spoils the frame: nothing is read rather than something wrong.
            assert_eq!(page.symbols, []);
            continue;
        }
        assert_eq!(page.symbols.len(), 1, "way {index}");
        assert_eq!(page.symbols[0].text, digits, "way {index}");
    }
    let place = read(&one_page(contents[0].as_bytes()).modern()).unwrap().remove(0).symbols.remove(0);
    assert_eq!([place.x, place.y, place.side].map(|edge| (edge * 100.0).round() / 100.0), [27.0, 400.0, 23.04]);
    assert!(read(&one_page(format!(".5 g {} f", whole("rows")).as_bytes()).modern()).unwrap()[0].symbols.is_empty());
    let mut broken = rows.clone();
    for row in broken.iter_mut().skip(1).take(10) {
        row[3..12].iter_mut().for_each(|dark| *dark = !*dark);
    }
    let content = format!("{} f", rectangles(&broken, "rows").join(" "));
    assert_eq!(read(&one_page(content.as_bytes()).modern()), Err(Unreadable::Symbol));
}

#[test]
fn a_symbol_inside_a_form_is_read() {
    let form = format!("{} f", rectangles(&modules("123456789012345678901234"), "rows").join(" "));
    let page = read(&paged(b"q 1 0 0 1 5 5 cm /XA Do Q", form.as_bytes()).modern()).unwrap().remove(0);
    assert_eq!(page.symbols[0].text, "123456789012345678901234");
    assert!(read(&paged(b".9 g /XA Do", form.as_bytes()).modern()).unwrap()[0].symbols.is_empty());
}

#[test]
fn what_we_never_write_is_refused() {
    let good = one_page(b"").classic();
    let text = String::from_utf8_lossy(&good).into_owned();
    assert!(text.contains("/Root 1 0 R>>"));
    let changed = |from: &str, to: &str| {
        assert_eq!(from.len(), to.len());
        let at = good.windows(from.len()).rposition(|window| window == from.as_bytes()).unwrap();
        let mut bytes = good.clone();
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
        read(&bytes)
    };
    assert_eq!(changed("/Size 92", "/Prev 99"), Err(Unreadable::Foreign("an update or encryption")));
    assert_eq!(changed("/Identity-H", "/Identity-V"), Err(Unreadable::Foreign("a font that is not Identity-H")));
    assert_eq!(changed("/Count 1", "/Count 2"), Err(Unreadable::Damaged("the count of pages")));
    assert_eq!(changed("/Kids[3 ", "/Kids[2 "), Err(Unreadable::Damaged("a page tree without an end")));
    assert_eq!(changed("%%EOF", "%%EO "), Err(Unreadable::Damaged("the end")));
    assert_eq!(read(b""), Err(Unreadable::Damaged("the header")));
    assert_eq!(read(&good[..good.len() / 2]), Err(Unreadable::Damaged("the end")));
}

/// Contents that do and do not lean on what stands around them.
const PARTS: [&[u8]; 16] = [
    b"q 1 0 0 1 5 5 cm ",
    b"Q ",
    b"BT /F 10 Tf 1 0 0 1 9 9 Tm (\0A)Tj ET ",
    b"q 1 0 0 1 7 7 cm BT /F 10 Tf (\0B)Tj ET Q ",
    b"q BT /F 9 Tf 3 3 Td [(\0A)-200(\0B)]TJ ET 40 40 9 9 re f Q ",
    b"10 10 9 9 re f ",
    b"0 0 300 300 re f ",
    b"BT ",
    b"ET ",
    b"(\0A)Tj ",
    b"1 g ",
    b"5 5 9 9 re ",
    b"f ",
    b"/XA Do ",
    b"100 700 m 110 700 l S ",
    b"/F 8 Tf ",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Neither a panic nor a loop, whatever the bytes are.
    #[test]
    fn broken_files_are_errors(modern: bool, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12), cut in 0..40_usize) {
        let content = [b"q BT /F 9 Tf [(".to_vec(), codes("Ada"), b")12(\0R)]TJ ET Q /XA Do /XB Do 1 2 3 4 re f".to_vec()].concat();
        let mut bytes = if modern { one_page(&content).modern() } else { one_page(&content).classic() };
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(bytes.len() - cut.saturating_sub(30));
        let _ = read(&bytes);
    }

    #[test]
    fn broken_contents_are_errors(content in "[ 0-9a-zA-Z()<>/.'\"\\[\\]*\\\\-]{0,120}") {
        let _ = read(&one_page(content.as_bytes()).classic());
        let _ = read(&paged(b"/XA Do /XB Do", content.as_bytes()).classic());
    }

    /// However a page's content is split into streams, and whatever was read before.
    #[test]
    fn streams_of_a_page_count_as_one(parts in prop::collection::vec((0..PARTS.len(), any::<bool>()), 1..12)) {
        let (mut contents, mut whole) = (vec![Vec::new()], Vec::new());
        for (part, is_last) in parts {
            whole.extend(PARTS[part]);
            contents.last_mut().unwrap().extend(PARTS[part]);
            if is_last {
                contents.push(Vec::new());
            }
        }
        let expected = read(&split(&[whole]));
        let reader = Arc::new(Reader::default());
        let bytes = split(&contents);
        for _ in 0..3 {
            let found = reader.open(&bytes).and_then(|opened| opened.page(0)).map(|page| vec![page]);
            prop_assert_eq!(&found, &expected);
        }
    }

    #[test]
    fn tokens_of_any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = lexer::items(&bytes);
        let _ = lexer::pairs(&bytes);
        let mut font = Vec::new();
        push_literal(&bytes, &mut font);
        push_hex(&bytes, &mut font);
    }
}
