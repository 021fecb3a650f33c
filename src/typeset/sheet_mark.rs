//! The mark on every sheet's front: which job, piece and sheet it is, for the machines that fold, collate and insert.
//!
//! A Data Matrix (ISO/IEC 16022, ECC 200) of 16 x 16 modules holds exactly 24 digits: job 8, piece 7, sheet 2, sheets 2,
//! inserts 3, check 2. All of them are numbers of ours: a mark can hold no patient data.

use super::unit::{Point, Pt, Rect};
use super::{Layout, Mark, Misfit, Page};
use crate::compose::PieceNumber;
use datamatrix::placement::MatrixMap;
use datamatrix::{SymbolSize, errorcode};
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

/// Modules along each side.
pub const MODULES: usize = 16;
/// Side of a module: 12 dots at 600 dpi, so that every edge falls on the press's grid.
pub const MODULE: Pt = Pt::inches(0.02);
/// Clear around the mark on all sides.
const QUIET: Pt = Pt::inches(0.125);
/// Upper left corner, on every sheet: in the left margin of the middle panel, beside the body's column, below every window
/// and away from the folds at 3.667 or 3.688 and 7.333 or 7.375 in.
const PLACE: Point = Point { x: Pt::inches(0.375), y: Pt::inches(5.0) };
/// Digits of a mark.
const DIGITS: usize = 24;
/// The check's modulus: with two digits it finds every wrong digit and every pair that changed places.
const CHECK: u128 = 97;

/// What a sheet's mark says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SheetMark {
    job: u32,
    piece: PieceNumber,
    sheet: u8,
    sheets: u8,
    inserts: u8,
}

/// Why 24 digits are no mark of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSheetMark {
    /// Something other than digits, or not 24 of them.
    #[error("a sheet mark has 24 digits")]
    Digits,
    /// The last two digits are not what the others give.
    #[error("the check digits of a sheet mark are wrong")]
    Check,
    /// No sheet has these numbers.
    #[error("no sheet has these numbers")]
    Numbers,
}

impl SheetMark {
    /// A mark for sheet `sheet` of `sheets`, from 1; `inserts` has one bit per feeder.
    ///
    /// # Errors
    /// When the job has more than eight digits, the piece more than seven, or the sheet is none of 1 to `sheets`, at most 99.
    pub fn new(job: u32, piece: PieceNumber, sheet: usize, sheets: usize, inserts: u8) -> Result<SheetMark, BadSheetMark> {
        let counted = (1..=sheets).contains(&sheet) && sheets <= 99;
        if job > 99_999_999 || piece.0 > 9_999_999 || !counted {
            return Err(BadSheetMark::Numbers);
        }
        Ok(SheetMark { job, piece, sheet: sheet as u8, sheets: sheets as u8, inserts })
    }

    /// Ordinal of the job in the ledger; 0 for letters that are only looked at.
    pub fn job(&self) -> u32 {
        self.job
    }

    /// The piece.
    pub fn piece(&self) -> PieceNumber {
        self.piece
    }

    /// Which sheet of the piece, from 1.
    pub fn sheet(&self) -> u8 {
        self.sheet
    }

    /// Sheets of the piece.
    pub fn sheets(&self) -> u8 {
        self.sheets
    }

    /// Inserts, one bit per feeder; 0 for none.
    pub fn inserts(&self) -> u8 {
        self.inserts
    }

    /// The 22 digits before the check, as a number.
    fn number(&self) -> u128 {
        let fields = [(8, self.job), (7, self.piece.0), (2, self.sheet.into()), (2, self.sheets.into()), (3, self.inserts.into())];
        fields.into_iter().fold(0, |number, (digits, field)| number * 10_u128.pow(digits) + u128::from(field))
    }

    /// All 24 digits as a number: the check is the remainder of the others by 97.
    fn with_check(&self) -> u128 {
        let number = self.number();
        number * 100 + number % CHECK
    }

    /// The symbol's dark modules: a row a number, its left module the highest of 16 bits, the top row first.
    pub fn modules(&self) -> [u16; MODULES] {
        // Two digits a codeword fill the symbol's twelve exactly, so there is nothing to choose or to pad.
        let Symbols { always, of_pair } = &*SYMBOLS;
        let (mut rest, mut rows) = (self.with_check(), *always);
        for of_pair in of_pair.iter().rev() {
            let darkened = &of_pair[(rest % 100) as usize];
            rows.iter_mut().zip(darkened).for_each(|(row, changed)| *row ^= changed);
            rest /= 100;
        }
        rows
    }
}

/// What the modules of a symbol are put together from. Its error correction is a Reed-Solomon code, which is linear: what
/// a pair of digits changes, it changes whatever the other pairs are.
struct Symbols {
    /// Dark modules of the symbol whose codewords are all zero.
    always: [u16; MODULES],
    /// Modules that change, for each pair of digits at each place, with those of its correction.
    of_pair: [[[u16; MODULES]; 100]; PAIRS],
}

/// Pairs of digits, a codeword each.
const PAIRS: usize = DIGITS / 2;

/// Asked of the library once, bit by bit.
static SYMBOLS: LazyLock<Symbols> = LazyLock::new(|| {
    let symbol = |pairs: &[u8; PAIRS]| {
        let mut codewords = [0; DIGITS];
        codewords[..PAIRS].copy_from_slice(pairs);
        codewords[PAIRS..].copy_from_slice(&errorcode::encode_error(pairs, SymbolSize::Square16));
        let mut rows = [0_u16; MODULES];
        for (x, y) in MatrixMap::new_with_codewords(&codewords, SymbolSize::Square16).bitmap().pixels() {
            rows[y] |= 0x8000 >> x;
        }
        rows
    };
    let xor = |one: [u16; MODULES], two: [u16; MODULES]| std::array::from_fn(|row| one[row] ^ two[row]);
    let always = symbol(&[0; PAIRS]);
    let of_pair = std::array::from_fn(|place| {
        let of_bit: [[u16; MODULES]; 8] = std::array::from_fn(|bit| {
            let mut pairs = [0; PAIRS];
            pairs[place] = 1 << bit;
            xor(symbol(&pairs), always)
        });
        // The codeword of a pair of digits is its value and 130.
        std::array::from_fn(|pair| {
            let bits = (0..8).filter(|bit| (pair + 130) & 1 << bit != 0);
            bits.fold([0; MODULES], |rows, bit| xor(rows, of_bit[bit]))
        })
    });
    Symbols { always, of_pair }
});

impl fmt::Display for SheetMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // In halves: dividing so long a number digit by digit takes its time.
        const HALF: u128 = 10_u128.pow(DIGITS as u32 / 2);
        let digits = self.with_check();
        write!(f, "{:012}{:012}", (digits / HALF) as u64, (digits % HALF) as u64)
    }
}

impl FromStr for SheetMark {
    type Err = BadSheetMark;

    fn from_str(digits: &str) -> Result<SheetMark, BadSheetMark> {
        if digits.len() != DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(BadSheetMark::Digits);
        }
        let mut rest: u128 = digits.parse().map_err(|_| BadSheetMark::Digits)?;
        let mut take = |count: u32| {
            let field = (rest % 10_u128.pow(count)) as u32;
            rest /= 10_u128.pow(count);
            field
        };
        // From the end to the start.
        let [check, inserts, sheets, sheet, piece, job] = [2, 3, 2, 2, 7, 8].map(&mut take);
        let inserts = u8::try_from(inserts).map_err(|_| BadSheetMark::Numbers)?;
        let mark = SheetMark::new(job, PieceNumber(piece), sheet as usize, sheets as usize, inserts)?;
        if mark.number() % CHECK == u128::from(check) { Ok(mark) } else { Err(BadSheetMark::Check) }
    }
}

/// The square of a mark with its upper left corner at a place.
pub(super) fn square(at: Point) -> Rect {
    let side = MODULE * MODULES as f32;
    Rect { x0: at.x, y0: at.y, x1: at.x + side, y1: at.y + side }
}

/// The square with the paper that must stay clear around it.
pub(super) fn quiet(at: Point) -> Rect {
    square(at).grown(QUIET)
}

/// Marks every sheet's front.
pub(super) fn sheet_marks(layout: &Layout, piece: PieceNumber, pages: &mut [Page]) -> Result<(), Misfit> {
    let sides = if layout.duplex { 2 } else { 1 };
    let sheets = pages.len().div_ceil(sides);
    for (index, front) in pages.iter_mut().step_by(sides).enumerate() {
        let mark = SheetMark::new(layout.job, piece, index + 1, sheets, layout.inserts).map_err(|_| Misfit::Unmarkable)?;
        front.marks.push(Mark::Matrix { modules: mark.modules(), at: PLACE });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mark() -> SheetMark {
        SheetMark::new(12, PieceNumber(1_234_567), 1, 2, 5).unwrap()
    }

    #[test]
    fn the_digits_are_those_worked_out_by_hand() {
        // Job 00000012, piece 1234567, sheet 01 of 02, inserts 005; 1212345670102005 leaves 74 by 97.
        assert_eq!(mark().to_string(), "000000121234567010200574");
        assert_eq!("000000121234567010200574".parse(), Ok(mark()));
        assert_eq!("000000121234567010200575".parse::<SheetMark>(), Err(BadSheetMark::Check));
        assert_eq!("00000012123456701020057".parse::<SheetMark>(), Err(BadSheetMark::Digits));
        assert_eq!("000000121234567030200588".parse::<SheetMark>(), Err(BadSheetMark::Numbers));
    }

    #[test]
    fn impossible_marks_cannot_be_built() {
        let piece = PieceNumber(1);
        for (job, piece, sheet, sheets) in [
            (100_000_000, piece, 1, 1),
            (1, PieceNumber(10_000_000), 1, 1),
            (1, piece, 0, 1),
            (1, piece, 2, 1),
            (1, piece, 1, 100),
            (1, piece, 1, 0),
        ] {
            assert_eq!(SheetMark::new(job, piece, sheet, sheets, 0), Err(BadSheetMark::Numbers));
        }
    }

    #[test]
    fn a_library_of_others_reads_the_modules() {
        let bits: Vec<bool> = mark().modules().iter().flat_map(|row| (0..MODULES).map(move |x| row & (0x8000 >> x) != 0)).collect();
        assert_eq!(datamatrix::DataMatrix::decode(&bits, MODULES).unwrap(), mark().to_string().into_bytes());
        // The finder: a full left column and bottom row, a broken top row.
        assert!(mark().modules().iter().all(|row| row & 0x8000 != 0));
        assert_eq!((mark().modules()[0], mark().modules()[15]), (0b1010_1010_1010_1010, 0xFFFF));
    }

    /// The modules of the symbol that the library chooses by itself.
    fn chosen(mark: &SheetMark) -> [u16; MODULES] {
        let chosen = datamatrix::DataMatrix::encode(mark.to_string().as_bytes(), SymbolSize::Square16).unwrap();
        let mut rows = [0; MODULES];
        for (x, y) in chosen.bitmap().pixels() {
            rows[y] |= 0x8000_u16 >> x;
        }
        rows
    }

    #[test]
    fn the_place_is_clear_of_edges_and_folds() {
        let Rect { x0, y0, x1, y1 } = quiet(PLACE);
        assert!(PLACE.x >= Pt::inches(0.375) && x1 <= super::super::block::SIDE_MARGIN && x0 > Pt(0.0));
        for fold in [3.667, 3.688, 7.333, 7.375].map(Pt::inches) {
            assert!(y1 < fold - Pt::inches(0.25) || y0 > fold + Pt::inches(0.25));
        }
    }

    proptest! {
        #[test]
        fn every_mark_reads_back(job in 0..100_000_000_u32, piece in 0..10_000_000_u32, sheets in 1..100_usize, sheet in 0..99_usize, inserts: u8) {
            let mark = SheetMark::new(job, PieceNumber(piece), sheet % sheets + 1, sheets, inserts).unwrap();
            prop_assert_eq!(mark.to_string().parse(), Ok(mark));
            prop_assert_eq!(mark.modules(), chosen(&mark));
        }

        #[test]
        fn a_wrong_digit_or_two_that_changed_places_are_found(at in 0..DIGITS, with in 1..10_u8) {
            let right = mark().to_string().into_bytes();
            let mut wrong = right.clone();
            wrong[at] = b'0' + (wrong[at] - b'0' + with) % 10;
            prop_assert!(std::str::from_utf8(&wrong).unwrap().parse::<SheetMark>().is_err());
            let mut wrong = right.clone();
            wrong.swap(at, (at + 1) % DIGITS);
            let found = std::str::from_utf8(&wrong).unwrap().parse::<SheetMark>().is_err();
            prop_assert!(found || wrong == right);
        }
    }
}
