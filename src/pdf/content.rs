//! The hot path: a page's marks -> its content stream (ISO 32000-1, 8 and 9.4).

use super::object::{push_escaped, put};
use super::plate::Coder;
use crate::typeset::{GlyphRun, Ink, Mark, Page, PlacedText, Pt, SHEET};

/// Writes one page's content. Glyph codes are two bytes each, in literal strings.
pub(super) fn write(page: &Page, coder: Coder<'_>, out: &mut Vec<u8>) {
    for mark in &page.marks {
        match mark {
            Mark::Text(placed) => write_text(placed, coder, out),
            Mark::Frame { rect, pen } => {
                let (x, y) = (rect.x0.0, SHEET.y.0 - rect.y1.0);
                put(out, format_args!("{:.2} w\n", pen.0));
                if rect.y1 == rect.y0 {
                    put(out, format_args!("{x:.2} {y:.2} m {:.2} {y:.2} l S\n", rect.x1.0));
                } else {
                    put(out, format_args!("{x:.2} {y:.2} {:.2} {:.2} re S\n", rect.width().0, (rect.y1 - rect.y0).0));
                }
            }
            Mark::Watermark { text, at } => {
                let (x, y) = (at.x.0, SHEET.y.0 - at.y.0);
                put(out, format_args!("q {:.4} {:.4} {:.4} {:.4} {x:.2} {y:.2} cm\n", DIAGONAL, DIAGONAL, -DIAGONAL, DIAGONAL));
                out.extend(b"BT\n");
                set_ink(Ink::Pale, out);
                for run in text.lines.iter().flat_map(|line| &line.runs) {
                    write_run(run, run.x, Pt(0.0), coder, out);
                }
                out.extend(b"ET Q\n");
            }
        }
    }
}

/// Sine and cosine of 45 degrees.
const DIAGONAL: f32 = std::f32::consts::FRAC_1_SQRT_2;

fn set_ink(ink: Ink, out: &mut Vec<u8>) {
    out.extend(match ink {
        Ink::Black => b"0 g\n".as_slice(),
        Ink::Grey => b".35 g\n",
        Ink::Pale => b".88 g\n",
    });
}

fn write_text(placed: &PlacedText, coder: Coder<'_>, out: &mut Vec<u8>) {
    let lines = &placed.text.lines[placed.lines.clone()];
    let Some(first) = lines.first() else { return };
    out.extend(b"BT\n");
    set_ink(placed.ink, out);
    for line in lines {
        let baseline = SHEET.y - (placed.at.y + line.baseline - first.top);
        for run in &line.runs {
            write_run(run, placed.at.x + run.x, baseline, coder, out);
        }
    }
    out.extend(b"ET\n");
}

/// One place, and a TJ array for each font and rise; moves are written only where the shaper's place differs from where the
/// widths lead.
fn write_run(run: &GlyphRun, x: Pt, y: Pt, coder: Coder<'_>, out: &mut Vec<u8>) {
    let face = coder.face(run.face);
    let size = run.size.0;
    let to_thousandths = 1000.0 / size;
    let mut font = None;
    let mut pen = 0.0;
    let mut rise = Pt(0.0);
    for glyph in &run.glyphs {
        let Some(coded) = face.find(run, glyph) else { continue };
        if font != Some(coded.resource) {
            match font {
                None => put(out, format_args!("1 0 0 1 {:.2} {:.2} Tm ", x.0, y.0)),
                Some(_) => out.extend(b")] TJ\n"),
            }
            font = Some(coded.resource);
            put(out, format_args!("/{} {size:.2} Tf [(", coded.resource));
        }
        if glyph.rise != rise {
            rise = glyph.rise;
            put(out, format_args!(")] TJ {:.2} Ts [(", rise.0));
        }
        let wanted = glyph.x.0 * to_thousandths;
        let back = (pen - wanted).round();
        if back != 0.0 {
            put(out, format_args!("){back}("));
            pen -= back;
        }
        for byte in coded.code.to_be_bytes() {
            push_escaped(byte, out);
        }
        pen += coded.width;
    }
    if font.is_some() {
        out.extend(b")] TJ\n");
    }
    if rise != Pt(0.0) {
        out.extend(b"0 Ts\n");
    }
}
