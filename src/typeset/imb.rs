//! The Intelligent Mail barcode (USPS-B-3200): 65 bars of four kinds, of which a sorting machine reads service, mailer,
//! serial number and ZIP code.

use super::unit::{Point, Pt, Rect};

/// Bars of a barcode.
pub const BARS: usize = 65;
/// A dot of a press with 600 to the inch: every edge of every bar falls on one.
pub const DOT: Pt = Pt::inches(1.0 / 600.0);
/// From bar to bar in dots: 24 bars to the inch, the narrowest that is allowed, because windows are.
pub const PITCH: u32 = 25;
/// Width of a bar in dots: 0.020 in.
pub const BAR_WIDTH: u32 = 12;
/// Height of a full bar in dots: 0.145 in.
pub const HEIGHT: u32 = 87;
/// Clear paper left and right of the outer bars (DMM 202.5).
const CLEAR_BESIDE: Pt = Pt::inches(0.125);
/// Clear paper above and below the bars (DMM 202.5).
const CLEAR_ABOVE: Pt = Pt::inches(0.028);
/// Keeps the clear paper from the very edge of the window, and leaves room for the way to the nearest dot.
const SPARE: Pt = DOT;

/// Where the barcode stands in a window: its clear paper in the lower left corner of what shows at every position.
pub(super) fn place(always: Rect) -> Point {
    let height = DOT * HEIGHT as f32;
    let on_a_dot = |length: Pt| DOT * (length.0 / DOT.0).round();
    Point { x: on_a_dot(always.x0 + CLEAR_BESIDE + SPARE), y: on_a_dot(always.y1 - CLEAR_ABOVE - SPARE - height) }
}

/// The barcode with the clear paper around it.
pub(super) fn clear(at: Point) -> Rect {
    let (width, height) = (DOT * ((BARS as u32 - 1) * PITCH + BAR_WIDTH) as f32, DOT * HEIGHT as f32);
    Rect { x0: at.x - CLEAR_BESIDE, y0: at.y - CLEAR_ABOVE, x1: at.x + width + CLEAR_BESIDE, y1: at.y + height + CLEAR_ABOVE }
}

/// The first five digits of the ZIP code at the end of an address's last line; absent abroad.
///
/// More digits route only when an address check (CASS) gave them, which what is printed does not tell.
pub(super) fn routing(last_line: &str) -> Option<&str> {
    let zip = last_line.rsplit(' ').next()?;
    let (five, four) = zip.split_once('-').unwrap_or((zip, "0000"));
    (five.len() == 5 && four.len() == 4 && all_digits(five) && all_digits(four)).then_some(five)
}

/// Kinds of bars; all of them cover the middle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bar {
    /// Neither up nor down.
    Tracker,
    /// Up.
    Ascender,
    /// Down.
    Descender,
    /// Both.
    Full,
}

impl Bar {
    /// The letter that stands for it: T, A, D or F.
    pub fn letter(self) -> char {
        match self {
            Bar::Tracker => 'T',
            Bar::Ascender => 'A',
            Bar::Descender => 'D',
            Bar::Full => 'F',
        }
    }

    /// Lower and upper end above the lower end of a full bar, in dots.
    pub fn ends(self) -> (u32, u32) {
        match self {
            Bar::Tracker => (29, 58),
            Bar::Ascender => (29, 87),
            Bar::Descender => (0, 58),
            Bar::Full => (0, 87),
        }
    }
}

/// Why there is no barcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ImbFault {
    /// The tracking code.
    #[error("a tracking code has 20 digits")]
    Tracking,
    /// Its second digit.
    #[error("the second digit of a barcode identifier is one of 0 to 4")]
    BarcodeIdentifier,
    /// The routing code.
    #[error("a routing code has 0, 5, 9 or 11 digits")]
    Routing,
    /// The service type (STID).
    #[error("a service type has three digits")]
    ServiceType,
    /// A breach notice goes by first-class mail (45 CFR 164.404(d)(1)(i)).
    #[error("this service type is Marketing Mail's, and a notice goes by first-class mail")]
    MarketingMail,
    /// The mailer id (MID).
    #[error("a mailer id has nine digits and begins with 9, or six and does not")]
    MailerId,
    /// The mailer's serial numbers.
    #[error("the serial number has more digits than the mailer id leaves room for")]
    Serial,
    /// The envelope's window.
    #[error("the barcode with its clear paper does not show at every position of the sheet in the window")]
    NoRoom,
}

/// The mailer's part of the barcode of every piece of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailer {
    service_type: String,
    id: String,
    first_serial: u32,
}

/// Service types of Marketing Mail that are easily taken for those of first-class mail (USPS service type identifiers, 2024).
const MARKETING_MAIL: [&str; 4] = ["261", "271", "301", "311"];

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

impl Mailer {
    /// A mailer with its own range of serial numbers: piece n gets the serial `first_serial + n`.
    ///
    /// # Errors
    /// When the service type is not of three digits or is Marketing Mail's, the id is none, or the range cannot begin there.
    pub fn new(service_type: &str, id: &str, first_serial: u32) -> Result<Mailer, ImbFault> {
        if service_type.len() != 3 || !all_digits(service_type) {
            return Err(ImbFault::ServiceType);
        }
        if MARKETING_MAIL.contains(&service_type) {
            return Err(ImbFault::MarketingMail);
        }
        // Postal Bulletin 22290: nine-digit ids begin with 9, six-digit ones with 0 to 8.
        if ![6, 9].contains(&id.len()) || !all_digits(id) || id.starts_with('9') != (id.len() == 9) {
            return Err(ImbFault::MailerId);
        }
        let mailer = Mailer { service_type: service_type.to_owned(), id: id.to_owned(), first_serial };
        mailer.tracking(0).map(|_| mailer)
    }

    /// The 20 digits of a piece: identifier 00, service type, mailer, serial.
    ///
    /// # Errors
    /// When the serial is too long: six digits beside a mailer id of nine, nine beside one of six.
    pub fn tracking(&self, piece: u32) -> Result<String, ImbFault> {
        let serial = u64::from(self.first_serial) + u64::from(piece);
        let width = 15 - self.id.len();
        let tracking = format!("00{}{}{serial:0width$}", self.service_type, self.id);
        if tracking.len() == 20 { Ok(tracking) } else { Err(ImbFault::Serial) }
    }
}

/// The barcode's bars from left to right.
///
/// The standard's own encoding, of any service type; [`Mailer`] gives tracking codes fit for a notice. The routing code is a
/// ZIP code of 5, 9 or 11 digits without hyphen, or empty.
///
/// # Errors
/// When a code has other characters or another length, or the barcode identifier is none.
pub fn encode(tracking: &str, routing: &str) -> Result<[Bar; BARS], ImbFault> {
    let characters = characters(number(tracking, routing)?);
    Ok(PLACES.map(|[down, down_bit, up, up_bit]| {
        let is_set = |character: u8, bit: u8| characters[usize::from(character)] >> bit & 1 == 1;
        match (is_set(down, down_bit), is_set(up, up_bit)) {
            (false, false) => Bar::Tracker,
            (false, true) => Bar::Ascender,
            (true, false) => Bar::Descender,
            (true, true) => Bar::Full,
        }
    }))
}

/// Step 1: both codes as one number of 102 bits.
fn number(tracking: &str, routing: &str) -> Result<u128, ImbFault> {
    if tracking.len() != 20 || !all_digits(tracking) {
        return Err(ImbFault::Tracking);
    }
    // Each length has a range of its own, so that 00000 differs from no code.
    let before = match routing.len() {
        0 => 0,
        5 => 1,
        9 => 100_001,
        11 => 1_000_100_001,
        _ => return Err(ImbFault::Routing),
    };
    let digits = |text: &str| text.bytes().map(|byte| u128::from(byte - b'0')).collect::<Vec<_>>();
    if !all_digits(routing) {
        return Err(ImbFault::Routing);
    }
    let zip = digits(routing).into_iter().fold(0, |zip, digit| zip * 10 + digit);
    let tracking = digits(tracking);
    if tracking[1] > 4 {
        return Err(ImbFault::BarcodeIdentifier);
    }
    let identified = ((before + zip) * 10 + tracking[0]) * 5 + tracking[1];
    Ok(tracking[2..].iter().fold(identified, |number, digit| number * 10 + digit))
}

/// Step 2: the frame check sequence, a CRC of 11 bits over the 102 bits.
fn frame_check(number: u128) -> u16 {
    (0..102).rev().fold(0x7FF, |check: u16, bit| {
        let out = (check >> 10) ^ (number >> bit & 1) as u16;
        (check << 1 & 0x7FF) ^ (out * 0x735)
    })
}

/// Steps 3 to 5: ten characters of 13 bits, A to J.
fn characters(number: u128) -> [u16; 10] {
    let check = frame_check(number);
    let mut codewords = [0; 10];
    let mut rest = number;
    for (at, codeword) in codewords.iter_mut().enumerate().rev() {
        let radix = match at {
            9 => 636,
            0 => u128::MAX,
            _ => 1365,
        };
        *codeword = (rest % radix) as usize;
        rest /= radix;
    }
    codewords[9] *= 2;
    codewords[0] += if check >> 10 == 1 { 659 } else { 0 };
    let mut characters = codewords.map(|codeword| match codeword.checked_sub(FIVE_OF_13.len()) {
        None => FIVE_OF_13[codeword],
        Some(beyond) => TWO_OF_13[beyond],
    });
    for (bit, character) in characters.iter_mut().enumerate() {
        if check >> bit & 1 == 1 {
            *character ^= 0x1FFF;
        }
    }
    characters
}

const FIVE_OF_13: [u16; 1287] = with_bits_set(5);
const TWO_OF_13: [u16; 78] = with_bits_set(2);

/// The numbers of 13 bits with so many set: pairs of mirror images from the front, those that mirror themselves from the end.
const fn with_bits_set<const LENGTH: usize>(bits: u32) -> [u16; LENGTH] {
    let mut table = [0; LENGTH];
    let (mut front, mut end) = (0, LENGTH);
    let mut value: u16 = 0;
    while value < 1 << 13 {
        let mirrored = value.reverse_bits() >> 3;
        if value.count_ones() == bits && mirrored == value {
            end -= 1;
            table[end] = value;
        } else if value.count_ones() == bits && value < mirrored {
            table[front] = value;
            table[front + 1] = mirrored;
            front += 2;
        }
        value += 1;
    }
    table
}

/// Step 6, the standard's table: which bit of which character makes each bar go down, and which up.
const PLACES: [[u8; 4]; BARS] = places(
    b"H2E3 B10A0 J12C8 F5G11 I9D1 A1F12 C5B8 E4J11 G3I10 D9H6 F11B4 I5C12 J10A2 H1G7 D6E9 A3I6 G4C7 B1J9 H10F2 \
      E0D8 G2A4 I11B0 J8D12 C6H7 F1E10 B12G9 H3I0 F8J7 E6C10 D4A5 I4F7 H11B9 G0J6 A6E8 C1D2 F9I12 E11G1 J5H4 D3B2 A7C0 \
      B3E1 G10D5 I7J4 C11F6 A8H12 E2I1 F10D0 J3A9 G5C4 H8B7 F0E5 C3A10 G12J2 D11B6 I8H9 F4A11 B5C2 J1E12 I3G6 H0D7 \
      E7H5 A12B11 C9J0 G8F3 D10I2 ",
);

/// Reads the table: a letter is a character, the number behind it one of its bits.
const fn places(text: &[u8]) -> [[u8; 4]; BARS] {
    let mut places = [[0; 4]; BARS];
    let (mut bar, mut half, mut at) = (0, 0, 0);
    while at < text.len() {
        match text[at] {
            letter @ b'A'..=b'J' => {
                places[bar][half] = letter - b'A';
                half += 2;
            }
            b' ' => {
                bar += 1;
                half = 0;
            }
            digit => places[bar][half - 1] = places[bar][half - 1] * 10 + digit - b'0',
        }
        at += 1;
    }
    places
}

#[cfg(test)]
mod tests;
