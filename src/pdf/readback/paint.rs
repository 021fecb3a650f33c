//! A content stream -> the texts and black shapes that it paints (ISO 32000-1, 8 and 9).

use super::font::Font;
use super::lexer::{Lexer, Value, push_hex};
use super::matrix::{Matrix, Span};
use super::resources::Resources;
use super::shapes::{Fill, Shapes};
use super::{Context, ReadText, Unreadable};
use std::sync::Arc;

/// Deepest nesting of saved graphics states.
const DEEPEST_STATES: usize = 64;
/// Deepest nesting of forms in forms.
const DEEPEST_FORMS: usize = 8;
/// No page of ours shows as much: forms of forms can multiply without bound.
const MOST_PAINTED: usize = 100_000;
/// No operator takes more operands.
const MOST_OPERANDS: usize = 40;

/// What a content stream paints, in its own coordinates.
#[derive(Debug, Clone, Default)]
pub(super) struct Painted {
    pub(super) texts: Vec<ReadText>,
    pub(super) shapes: Shapes,
}

impl Painted {
    /// Adds what was painted right after it.
    pub(super) fn append(&mut self, next: Painted) -> Result<(), Unreadable> {
        self.texts.extend(next.texts);
        self.shapes.append(next.shapes);
        self.check()
    }

    fn check(&self) -> Result<(), Unreadable> {
        if self.texts.len() + self.shapes.groups.len() > MOST_PAINTED { Err(Unreadable::TooLarge) } else { Ok(()) }
    }
}

/// What a content stream paints whatever stands around it.
pub(super) struct Apart<'r> {
    pub(super) painted: Painted,
    /// The fonts that it names; all that it depends on beside its bytes. Absent when it paints a form.
    pub(super) fonts: Option<Vec<(&'r [u8], &'r Arc<Font>)>>,
}

/// How the inside of a shape or letter is coloured, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tint {
    /// A form's begin: as its painter has it.
    Inherited,
    Black,
    White,
    Other,
}

#[derive(Clone, Copy)]
struct State<'r> {
    matrix: Matrix,
    tint: Tint,
    font: Option<&'r Font>,
    size: f64,
    character_space: f64,
    scale: f64,
    leading: f64,
    mode: f64,
}

const SHOW: u32 = packed(b"TJ");
const SHOW_ONE: u32 = packed(b"Tj");
const FONT: u32 = packed(b"Tf");
const RECTANGLE: u32 = packed(b"re");
const CONCATENATE: u32 = packed(b"cm");
const PAINT_FORM: u32 = packed(b"Do");
const NEXT_LINE: u32 = packed(b"Td");

/// An operator of two letters as a number; 0 for others.
const fn packed(operator: &[u8]) -> u32 {
    match operator {
        [first, second] => (*first as u32) << 8 | *second as u32,
        _ => 0,
    }
}

/// Paints a content stream.
///
/// `word spacing` is read over: it widens one-byte blanks only, and codes here have two bytes (ISO 32000-1, 9.3.3).
pub(super) fn paint<'r>(
    context: Context<'r>,
    resources: &'r Resources,
    content: &'r [u8],
    tint: Tint,
    depth: usize,
) -> Result<Painted, Unreadable> {
    let mut painter = Painter::new(context, resources, tint, depth);
    painter.run(Lexer::new(content))?;
    Ok(painter.painted)
}

/// Paints one of the streams of a page by itself; `None` when what stands before or after it could matter: it does not end
/// in the state in which it begins. What is wrong with it is for [`paint`] to say, which sees the whole page.
pub(super) fn paint_apart<'r>(context: Context<'r>, resources: &'r Resources, content: &'r [u8]) -> Option<Apart<'r>> {
    let mut painter = Painter::new(context, resources, Tint::Black, 0);
    painter.run(Lexer::new(content)).ok()?;
    let fonts = std::mem::take(&mut painter.fonts);
    let fonts = (!painter.has_forms).then_some(fonts);
    painter.is_as_begun().then_some(Apart { painted: painter.painted, fonts })
}

struct Painter<'r> {
    context: Context<'r>,
    resources: &'r Resources,
    depth: usize,
    state: State<'r>,
    saved: Vec<State<'r>>,
    /// Between `BT` and `ET`.
    in_text: bool,
    text: Matrix,
    line: Matrix,
    /// Operands that wait for their operator.
    numbers: Vec<f64>,
    name: Option<&'r [u8]>,
    codes: Vec<u8>,
    /// Moves between codes: how many bytes of `codes` stand before, thousandths of an em to the left.
    moves: Vec<(usize, f64)>,
    /// The text that is being shown.
    letters: String,
    /// In the coordinates of the content.
    path: Fill,
    here: (f64, f64),
    /// Whether the next text goes on where the last one ended: another font or rise within a word.
    goes_on: bool,
    /// Fonts that were named, and whether a form was.
    fonts: Vec<(&'r [u8], &'r Arc<Font>)>,
    has_forms: bool,
    painted: Painted,
}

impl<'r> State<'r> {
    /// Equal in every part.
    fn is(&self, other: State<'_>) -> bool {
        let numbers = |state: &State<'_>| [state.size, state.character_space, state.scale, state.leading, state.mode];
        let fonts = self.font.map(std::ptr::from_ref) == other.font.map(std::ptr::from_ref);
        fonts && self.matrix == other.matrix && self.tint == other.tint && numbers(self) == numbers(&other)
    }

    const fn begun(tint: Tint) -> State<'r> {
        State { matrix: Matrix::IDENTITY, tint, font: None, size: 0.0, character_space: 0.0, scale: 1.0, leading: 0.0, mode: 0.0 }
    }
}

impl<'r> Painter<'r> {
    fn new(context: Context<'r>, resources: &'r Resources, tint: Tint, depth: usize) -> Painter<'r> {
        Painter {
            context,
            resources,
            depth,
            state: State::begun(tint),
            saved: Vec::new(),
            in_text: false,
            text: Matrix::IDENTITY,
            line: Matrix::IDENTITY,
            numbers: Vec::with_capacity(8),
            name: None,
            codes: Vec::with_capacity(256),
            moves: Vec::new(),
            letters: String::with_capacity(128),
            path: Fill::default(),
            here: (0.0, 0.0),
            goes_on: false,
            fonts: Vec::new(),
            has_forms: false,
            painted: Painted::default(),
        }
    }

    /// Whether nothing of what it read reaches beyond its end.
    fn is_as_begun(&self) -> bool {
        let operands = self.numbers.is_empty() && self.codes.is_empty() && self.moves.is_empty() && self.name.is_none();
        let path = self.path.boxes.is_empty() && self.path.outlines.is_empty();
        self.saved.is_empty() && !self.in_text && operands && path && self.state.is(State::begun(Tint::Black))
    }

    fn run(&mut self, mut lexer: Lexer<'r>) -> Result<(), Unreadable> {
        loop {
            lexer.skip_blanks();
            match lexer.peek() {
                None => return Ok(()),
                Some(b'0'..=b'9' | b'+' | b'-' | b'.') => {
                    if self.numbers.len() == MOST_OPERANDS {
                        return Err(Unreadable::Damaged("an operator's operands"));
                    }
                    self.numbers.push(lexer.number()?);
                }
                Some(b'[') => {
                    lexer.at += 1;
                    self.array(&mut lexer)?;
                }
                Some(b'(') => lexer.push_string(&mut self.codes)?,
                Some(_) => match lexer.single()? {
                    Some(Value::Word(operator)) => {
                        self.operate(operator)?;
                        self.numbers.clear();
                        self.codes.clear();
                        self.moves.clear();
                        self.name = None;
                    }
                    Some(Value::Name(name)) => self.name = Some(name),
                    Some(Value::Hex(raw)) => push_hex(raw, &mut self.codes),
                    _ => {}
                },
            }
        }
    }

    /// The operand of `TJ`, or dashes: strings and moves.
    fn array(&mut self, lexer: &mut Lexer<'_>) -> Result<(), Unreadable> {
        loop {
            lexer.skip_blanks();
            match lexer.peek() {
                Some(b']') => {
                    lexer.at += 1;
                    return Ok(());
                }
                Some(b'(') => lexer.push_string(&mut self.codes)?,
                Some(b'<') => match lexer.single()? {
                    Some(Value::Hex(raw)) => push_hex(raw, &mut self.codes),
                    _ => return Err(Unreadable::Damaged("an array of strings")),
                },
                Some(b'0'..=b'9' | b'+' | b'-' | b'.') => {
                    let number = lexer.number()?;
                    self.moves.push((self.codes.len(), number));
                }
                _ => return Err(Unreadable::Damaged("an array of strings")),
            }
        }
    }

    fn operands<const N: usize>(&self) -> Result<[f64; N], Unreadable> {
        self.numbers.as_slice().try_into().map_err(|_| Unreadable::Damaged("an operator's operands"))
    }

    fn operate(&mut self, operator: &[u8]) -> Result<(), Unreadable> {
        // The usual ones first, told by a number: comparing bytes by bytes with each would take longer than the work.
        match packed(operator) {
            SHOW | SHOW_ONE => return self.show(),
            FONT => return self.set_font(),
            RECTANGLE => return self.rectangle(),
            CONCATENATE => {
                self.state.matrix = Matrix(self.operands()?).then(self.state.matrix);
                return Ok(());
            }
            PAINT_FORM => return self.paint_form(),
            NEXT_LINE => {
                let [x, y] = self.operands()?;
                return self.next_line(x, y);
            }
            _ => {}
        }
        match operator {
            b"Tm" => {
                self.within_text()?;
                self.text = Matrix(self.operands()?);
                self.line = self.text;
                self.goes_on = false;
                Ok(())
            }
            b"BDC" | b"BMC" | b"EMC" | b"W" | b"W*" => Ok(()),
            b"ET" => {
                self.in_text = false;
                Ok(())
            }
            b"BT" => {
                self.in_text = true;
                (self.text, self.line) = (Matrix::IDENTITY, Matrix::IDENTITY);
                self.goes_on = false;
                Ok(())
            }
            b"TD" | b"T*" | b"'" | b"\"" | b"TL" | b"Tc" | b"Tz" | b"Ts" | b"Tr" => self.text_operator(operator),
            b"q" => {
                if self.saved.len() == DEEPEST_STATES {
                    return Err(Unreadable::Damaged("graphics states nested too deep"));
                }
                self.saved.push(self.state);
                Ok(())
            }
            b"Q" => {
                self.state = self.saved.pop().ok_or(Unreadable::Damaged("a graphics state that was not saved"))?;
                Ok(())
            }
            b"g" | b"rg" | b"k" | b"cs" | b"sc" | b"scn" => self.color_operator(operator),
            b"BI" => Err(Unreadable::Foreign("an inline image")),
            _ => self.path_operator(operator),
        }
    }

    fn set_font(&mut self) -> Result<(), Unreadable> {
        let [size] = self.operands()?;
        let name = self.name.ok_or(Unreadable::Missing("the name of a font"))?;
        let known = self.fonts.iter().find(|(known, _)| *known == name);
        let font = match known {
            Some((_, font)) => *font,
            None => {
                let font = self.resources.font(name).ok_or(Unreadable::Missing("a font"))?;
                self.fonts.push((name, font));
                font
            }
        };
        self.state.font = Some(font);
        self.state.size = size;
        Ok(())
    }

    fn text_operator(&mut self, operator: &[u8]) -> Result<(), Unreadable> {
        match operator {
            b"TD" => {
                let [x, y] = self.operands()?;
                self.state.leading = -y;
                self.next_line(x, y)?;
            }
            b"T*" => self.next_line(0.0, -self.state.leading)?,
            b"'" => {
                self.next_line(0.0, -self.state.leading)?;
                self.show()?;
            }
            b"\"" => {
                [_, self.state.character_space] = self.operands()?;
                self.next_line(0.0, -self.state.leading)?;
                self.show()?;
            }
            b"TL" => [self.state.leading] = self.operands()?,
            b"Tc" => [self.state.character_space] = self.operands()?,
            b"Tz" => self.state.scale = self.operands::<1>()?[0] / 100.0,
            // The baseline is what counts; marks above letters are raised from it.
            b"Ts" => {}
            _ => [self.state.mode] = self.operands()?,
        }
        Ok(())
    }

    fn next_line(&mut self, x: f64, y: f64) -> Result<(), Unreadable> {
        self.within_text()?;
        self.line = Matrix::moved(x, y).then(self.line);
        self.text = self.line;
        self.goes_on = false;
        Ok(())
    }

    fn within_text(&self) -> Result<(), Unreadable> {
        if self.in_text { Ok(()) } else { Err(Unreadable::Damaged("a text without a begin")) }
    }

    /// Shows the codes at hand and moves on by their widths.
    fn show(&mut self) -> Result<(), Unreadable> {
        self.within_text()?;
        let state = self.state;
        let font = state.font.ok_or(Unreadable::Missing("a font"))?;
        if !self.codes.len().is_multiple_of(2) {
            return Err(Unreadable::Damaged("a code of a font"));
        }
        let (mut thousandths, mut from) = (0.0_f64, 0);
        self.letters.clear();
        self.letters.reserve(self.codes.len());
        let ends = self.moves.iter().copied().chain([(self.codes.len(), 0.0)]);
        for (end, back) in ends {
            if !(end - from).is_multiple_of(2) {
                return Err(Unreadable::Damaged("a code of a font"));
            }
            for code in self.codes[from..end].chunks_exact(2) {
                thousandths += f64::from(font.push_text(u16::from_be_bytes([code[0], code[1]]), &mut self.letters)?);
            }
            thousandths -= back;
            from = end;
        }
        let glyphs = (self.codes.len() / 2) as f64;
        let advance = (thousandths / 1000.0 * state.size + glyphs * state.character_space) * state.scale;
        let whole = self.text.then(state.matrix);
        self.text = Matrix::moved(advance, 0.0).then(self.text);
        // Text in white or in a mode without paint is seen by nobody.
        let seen = state.tint != Tint::White && state.mode != 3.0 && state.mode != 7.0;
        if seen && !self.letters.is_empty() {
            let text = self.letters.as_str();
            let Matrix(m) = whole;
            let width = (advance * m[0].hypot(m[1])) as f32;
            if let Some(last) = self.painted.texts.last_mut().filter(|_| self.goes_on) {
                last.text = format!("{}{text}", last.text).into();
                last.width += width;
                return Ok(());
            }
            self.goes_on = true;
            let (x, y) = whole.apply(0.0, 0.0);
            self.painted.texts.push(ReadText {
                x: x as f32,
                y: y as f32,
                size: (state.size * m[2].hypot(m[3])) as f32,
                width,
                upright: whole.is_upright() && state.size > 0.0,
                text: text.into(),
            });
            self.painted.shapes.interrupt();
        }
        Ok(())
    }

    fn paint_form(&mut self) -> Result<(), Unreadable> {
        let name = self.name.ok_or(Unreadable::Missing("the name of a form"))?;
        self.has_forms = true;
        if self.depth == DEEPEST_FORMS {
            return Err(Unreadable::Damaged("forms nested too deep"));
        }
        if let Some(form) = self.resources.form(self.context, name, self.depth + 1)? {
            form.place(self.state.matrix, self.state.tint, &mut self.painted);
            self.painted.check()?;
        }
        Ok(())
    }

    fn color_operator(&mut self, operator: &[u8]) -> Result<(), Unreadable> {
        let all = |value: f64, parts: &[f64]| parts.iter().all(|part| *part == value);
        let tint = match (operator, self.numbers.as_slice()) {
            (b"g" | b"rg", parts) if all(0.0, parts) => Tint::Black,
            (b"g" | b"rg", parts) if all(1.0, parts) => Tint::White,
            (b"k", [.., key]) if *key == 1.0 => Tint::Black,
            (b"k", parts) if all(0.0, parts) => Tint::White,
            _ => Tint::Other,
        };
        self.state.tint = tint;
        Ok(())
    }

    fn rectangle(&mut self) -> Result<(), Unreadable> {
        let [x, y, width, height] = self.operands()?;
        self.here = (x, y);
        let corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)].map(|(x, y)| self.state.matrix.apply(x, y));
        if self.state.matrix.keeps_boxes() {
            self.path.boxes.push(Span::of(corners[0], corners[2]));
        } else {
            self.path.outlines.push(corners.to_vec());
        }
        Ok(())
    }

    fn path_operator(&mut self, operator: &[u8]) -> Result<(), Unreadable> {
        let numbers = self.numbers.as_slice();
        match (operator, numbers) {
            (b"m", [x, y]) => {
                self.here = (*x, *y);
                let start = self.state.matrix.apply(*x, *y);
                self.path.outlines.push(vec![start]);
            }
            // A curve is taken by its end points: what counts here has straight edges.
            (b"l", [x, y]) | (b"c", [_, _, _, _, x, y]) | (b"v" | b"y", [_, _, x, y]) => {
                self.here = (*x, *y);
                let point = self.state.matrix.apply(*x, *y);
                self.path.outlines.last_mut().ok_or(Unreadable::Damaged("a path without a begin"))?.push(point);
            }
            (b"h", []) => {}
            (b"f" | b"F" | b"B" | b"b", _) => self.fill(false),
            (b"f*" | b"B*" | b"b*", _) => self.fill(true),
            (b"S" | b"s", _) => {
                self.path = Fill::default();
                self.painted.shapes.interrupt();
            }
            (b"n", _) => self.path = Fill::default(),
            // Pens, dashes, strokes' colours, states by name, shadings: nothing that is read back.
            (
                b"w" | b"J" | b"j" | b"M" | b"d" | b"ri" | b"i" | b"gs" | b"G" | b"RG" | b"K" | b"CS" | b"SC" | b"SCN" | b"Tw" | b"MP"
                | b"DP" | b"sh" | b"BX" | b"EX",
                _,
            ) => {}
            _ => return Err(Unreadable::Damaged("an operator or its operands")),
        }
        Ok(())
    }

    fn fill(&mut self, even_odd: bool) {
        let fill = Fill { even_odd, ..std::mem::take(&mut self.path) };
        match self.state.tint {
            Tint::Black | Tint::Inherited => self.painted.shapes.add(fill, self.state.tint == Tint::Inherited),
            Tint::White | Tint::Other => self.painted.shapes.interrupt(),
        }
    }
}
