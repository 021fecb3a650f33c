//! A Data Matrix of 16 x 16 modules (ISO/IEC 16022) from the black shapes that were drawn, however they are joined.

use super::matrix::Span;
use super::shapes::{Fill, Group};
use super::{ReadSymbol, Unreadable};
use datamatrix::placement::MatrixMap;
use datamatrix::{DataMatrix, SymbolSize, errorcode};
use std::sync::LazyLock;

/// Modules along a side.
const MODULES: usize = 16;
/// Smallest and largest side of a symbol in points: a quarter of an inch, two inches.
const SIDES: std::ops::RangeInclusive<f64> = 18.0..=144.0;
/// How far an edge may lie from the grid, in modules.
const SLACK: f64 = 0.2;

/// Modules of a symbol, top row first.
type Modules = [[bool; MODULES]; MODULES];

/// Reads the symbol that a group of shapes makes; `None` when it makes none.
pub(super) fn read(group: &Group) -> Result<Option<ReadSymbol>, Unreadable> {
    let Some(span) = group.span else { return Ok(None) };
    let (width, height) = (span.x1 - span.x0, span.y1 - span.y0);
    let module = width / MODULES as f64;
    if !SIDES.contains(&width) || (width - height).abs() > module * SLACK {
        return Ok(None);
    }
    let mut modules = [[false; MODULES]; MODULES];
    for fill in &group.fills {
        if !draw(fill, span, module, &mut modules) {
            return Ok(None);
        }
    }
    if !has_finder(&modules) {
        return Ok(None);
    }
    let text = match digits(&modules) {
        Some(digits) => digits,
        None => {
            let bits: Vec<bool> = modules.iter().flatten().copied().collect();
            let bytes = DataMatrix::decode(&bits, MODULES).map_err(|_| Unreadable::Symbol)?;
            String::from_utf8(bytes).map_err(|_| Unreadable::Symbol)?
        }
    };
    Ok(Some(ReadSymbol { x: span.x0 as f32, y: span.y0 as f32, side: width as f32, text }))
}

/// Codewords of text, and those that correct errors in them.
const CODEWORDS: usize = 12;

/// Where the bits of each codeword lie, from the highest: row and column. Asked of the library once.
static PLACES: LazyLock<[[(usize, usize); 8]; 2 * CODEWORDS]> = LazyLock::new(|| {
    let dark = |codewords: &[u8; 2 * CODEWORDS]| -> Vec<(usize, usize)> {
        MatrixMap::new_with_codewords(codewords, SymbolSize::Square16).bitmap().pixels().map(|(x, y)| (y, x)).collect()
    };
    let always = dark(&[0; 2 * CODEWORDS]);
    std::array::from_fn(|codeword| {
        std::array::from_fn(|bit| {
            let mut codewords = [0; 2 * CODEWORDS];
            codewords[codeword] = 0x80 >> bit;
            dark(&codewords).into_iter().find(|place| !always.contains(place)).unwrap_or_default()
        })
    })
});

/// The digits of a symbol that holds nothing else, two a codeword, and in which no module is wrong; `None` for any other,
/// which is for the library to read.
fn digits(modules: &Modules) -> Option<String> {
    let read = |places: &[(usize, usize); 8]| places.iter().fold(0_u8, |byte, (row, column)| byte << 1 | u8::from(modules[*row][*column]));
    let (text, correction) = PLACES.split_at(CODEWORDS);
    let text: Vec<u8> = text.iter().map(read).collect();
    if !errorcode::encode_error(&text, SymbolSize::Square16).iter().copied().eq(correction.iter().map(read)) {
        return None;
    }
    let mut digits = String::with_capacity(2 * CODEWORDS);
    for codeword in text {
        let pair = codeword.checked_sub(130).filter(|pair| *pair < 100)?;
        digits.extend([char::from(b'0' + pair / 10), char::from(b'0' + pair % 10)]);
    }
    Some(digits)
}

/// Darkens the modules that a fill covers; false when a box of it does not lie on the grid.
fn draw(fill: &Fill, span: Span, module: f64, modules: &mut Modules) -> bool {
    // How often a module is covered: by the non-zero rule any cover is dark, by the even-odd rule an odd one.
    let mut covers = [[0_i32; MODULES]; MODULES];
    for part in &fill.boxes {
        let edges = [part.x0 - span.x0, part.x1 - span.x0, span.y1 - part.y1, span.y1 - part.y0].map(|edge| edge / module);
        // No edge lies far below zero, so dropping what is behind the point of a half more rounds; `round` would be a call.
        let lines = edges.map(|edge| (edge + 0.5) as usize);
        if edges.iter().zip(lines).any(|(edge, line)| (edge - line as f64).abs() > SLACK) {
            return false;
        }
        let [left, right, top, bottom] = lines.map(|line| line.min(MODULES));
        for row in &mut covers[top..bottom.max(top)] {
            row[left..right.max(left)].iter_mut().for_each(|cover| *cover += 1);
        }
    }
    if !fill.outlines.is_empty() {
        for (row, line) in covers.iter_mut().enumerate() {
            for (column, cover) in line.iter_mut().enumerate() {
                let center = (span.x0 + (column as f64 + 0.5) * module, span.y1 - (row as f64 + 0.5) * module);
                *cover += fill.outlines.iter().map(|outline| windings(outline, center, fill.even_odd)).sum::<i32>();
            }
        }
    }
    for (row, line) in modules.iter_mut().zip(covers) {
        for (dark, cover) in row.iter_mut().zip(line) {
            *dark |= if fill.even_odd { cover % 2 != 0 } else { cover != 0 };
        }
    }
    true
}

/// How often a closed outline goes around a point; by the even-odd rule, how often a ray from it is crossed.
fn windings(outline: &[(f64, f64)], (x, y): (f64, f64), even_odd: bool) -> i32 {
    let ends = outline.iter().zip(outline.iter().cycle().skip(1));
    ends.map(|(&(x0, y0), &(x1, y1))| {
        let rises = y0 <= y && y < y1;
        let falls = y1 <= y && y < y0;
        let to_the_right = (rises || falls) && x0 + (y - y0) / (y1 - y0) * (x1 - x0) > x;
        match (to_the_right, rises || even_odd) {
            (false, _) => 0,
            (true, true) => 1,
            (true, false) => -1,
        }
    })
    .sum()
}

/// The full left column and bottom row, the broken top row and right column.
fn has_finder(modules: &Modules) -> bool {
    let last = MODULES - 1;
    let sides = (0..MODULES).all(|at| modules[at][0] && modules[last][at]);
    sides && (0..MODULES).all(|at| modules[0][at] == (at % 2 == 0) && modules[at][last] == (at % 2 == 1))
}
