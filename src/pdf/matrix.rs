//! Marks of squares and bars as filled rectangles (ISO 32000-1, 8.5.2).
//!
//! A module or a dot is the unit inside, so that every number is a whole one; places are as in content: the origin above,
//! the y axis upwards.

use super::number;
use crate::typeset::imb::{BAR_WIDTH, BARS, Bar, DOT, HEIGHT, PITCH};
use crate::typeset::{MODULE, MODULES, Point, Pt};

/// Writes a mark's dark modules, those that touch in a row or column as one rectangle. Rectangles may cross: the inside is
/// what any of them covers.
pub(super) fn write(modules: &[u16; MODULES], at: Point, out: &mut Vec<u8>) {
    begin(MODULE, at.x, at.y + MODULE * MODULES as f32, out);
    // From the bottom, as y counts.
    let mut dark = *modules;
    dark.reverse();
    let mut rest = dark;
    for y in 0..MODULES {
        while rest[y] != 0 {
            let x = rest[y].leading_zeros();
            let width = (dark[y] << x).leading_ones();
            let row = (u16::MAX << (16 - width)) >> x;
            let column = 0x8000 >> x;
            let height = dark[y..].iter().take_while(|bits| **bits & column != 0).count();
            let above = rest[y..y + height].iter().filter(|bits| **bits & column != 0).count();
            if above as u32 > (rest[y] & row).count_ones() {
                rectangle([x, y as u32, 1, height as u32], out);
                rest[y..y + height].iter_mut().for_each(|bits| *bits &= !column);
            } else {
                rectangle([x, y as u32, width, 1], out);
                rest[y] &= !row;
            }
        }
    }
    out.extend(b"f Q\n");
}

/// Writes the bars of an Intelligent Mail barcode.
pub(super) fn write_bars(bars: &[Bar; BARS], at: Point, out: &mut Vec<u8>) {
    begin(DOT, at.x, at.y + DOT * HEIGHT as f32, out);
    for (x, bar) in (0..).step_by(PITCH as usize).zip(bars) {
        let (low, high) = bar.ends();
        rectangle([x, low, BAR_WIDTH, high - low], out);
    }
    out.extend(b"f Q\n");
}

/// A coordinate system of its own, with the origin in a lower left corner.
fn begin(unit: Pt, left: Pt, bottom: Pt, out: &mut Vec<u8>) {
    out.extend(b"q ");
    number::push_all(&[unit.0, 0.0, 0.0, unit.0, left.0, -bottom.0], out);
    out.extend(b" cm 0 g\n");
}

fn rectangle(edges: [u32; 4], out: &mut Vec<u8>) {
    for edge in edges {
        number::push_integer(edge.into(), out);
        out.push(b' ');
    }
    out.extend(b"re\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn touching_modules_are_one_rectangle_and_rows_count_from_the_bottom() {
        let mut modules = [0x8000; MODULES];
        (modules[0], modules[14], modules[15]) = (0b1010_0000_0000_0001, 0b1111_0000_0000_0110, 0xFFFF);
        let mut out = Vec::new();
        write(&modules, Point { x: Pt(27.0), y: Pt(360.0) }, &mut out);
        let wanted =
            "q 1.44 0 0 1.44 27 -383.04 cm 0 g\n0 0 16 1 re\n0 1 1 15 re\n1 1 3 1 re\n13 1 2 1 re\n2 15 1 1 re\n15 15 1 1 re\nf Q\n";
        assert_eq!(String::from_utf8(out).unwrap(), wanted);
    }
}
