//! Marks of squares and bars as filled rectangles (ISO 32000-1, 8.5.2).

use super::object::put;
use crate::typeset::imb::{BAR_WIDTH, BARS, Bar, DOT, HEIGHT, PITCH};
use crate::typeset::{MODULE, MODULES, Point, SHEET};

/// Writes a mark's dark modules; those of a row that touch are one rectangle.
pub(super) fn write(modules: &[u16; MODULES], at: Point, out: &mut Vec<u8>) {
    let bottom = SHEET.y - at.y - MODULE * MODULES as f32;
    // A module is the unit inside, so that every number is a whole one; the y axis points up.
    put(out, format_args!("q {0:.2} 0 0 {0:.2} {1:.2} {2:.2} cm 0 g\n", MODULE.0, at.x.0, bottom.0));
    for (row, bits) in modules.iter().enumerate() {
        let y = MODULES - 1 - row;
        let mut rest = *bits;
        while rest != 0 {
            let x = rest.leading_zeros();
            let width = (rest << x).leading_ones();
            put(out, format_args!("{x} {y} {width} 1 re\n"));
            rest &= !((u16::MAX << (16 - width)) >> x);
        }
    }
    out.extend(b"f Q\n");
}

/// Writes the bars of an Intelligent Mail barcode.
pub(super) fn write_bars(bars: &[Bar; BARS], at: Point, out: &mut Vec<u8>) {
    let bottom = SHEET.y - at.y - DOT * HEIGHT as f32;
    put(out, format_args!("q {0:.2} 0 0 {0:.2} {1:.2} {2:.2} cm 0 g\n", DOT.0, at.x.0, bottom.0));
    for (x, bar) in (0..).step_by(PITCH as usize).zip(bars) {
        let (low, high) = bar.ends();
        put(out, format_args!("{x} {low} {BAR_WIDTH} {} re\n", high - low));
    }
    out.extend(b"f Q\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typeset::Pt;

    #[test]
    fn touching_modules_are_one_rectangle_and_rows_count_from_the_bottom() {
        let mut modules = [0; MODULES];
        (modules[0], modules[14], modules[15]) = (0b1010_0000_0000_0001, 0b0111_0000_0000_0110, 0xFFFF);
        let mut out = Vec::new();
        write(&modules, Point { x: Pt(27.0), y: Pt(360.0) }, &mut out);
        let wanted =
            "q 1.44 0 0 1.44 27.00 408.96 cm 0 g\n0 15 1 1 re\n2 15 1 1 re\n15 15 1 1 re\n1 1 3 1 re\n13 1 2 1 re\n0 0 16 1 re\nf Q\n";
        assert_eq!(String::from_utf8(out).unwrap(), wanted);
    }
}
