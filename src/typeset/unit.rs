//! Lengths that carry their unit.

use std::ops::{Add, AddAssign, Mul, Sub};

/// A length in points, 1/72 inch.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Pt(pub f32);

impl Pt {
    /// A length given in inches.
    pub const fn inches(inches: f32) -> Pt {
        Pt(inches * 72.0)
    }

    /// The larger of two.
    #[must_use]
    pub fn max(self, other: Pt) -> Pt {
        Pt(self.0.max(other.0))
    }

    /// The smaller of two.
    #[must_use]
    pub fn min(self, other: Pt) -> Pt {
        Pt(self.0.min(other.0))
    }
}

impl Add for Pt {
    type Output = Pt;
    fn add(self, other: Pt) -> Pt {
        Pt(self.0 + other.0)
    }
}

impl AddAssign for Pt {
    fn add_assign(&mut self, other: Pt) {
        self.0 += other.0;
    }
}

impl Sub for Pt {
    type Output = Pt;
    fn sub(self, other: Pt) -> Pt {
        Pt(self.0 - other.0)
    }
}

impl Mul<f32> for Pt {
    type Output = Pt;
    fn mul(self, factor: f32) -> Pt {
        Pt(self.0 * factor)
    }
}

/// A place on the sheet, from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// To the right.
    pub x: Pt,
    /// Downwards.
    pub y: Pt,
}

/// A rectangle on the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rect {
    /// Left.
    pub x0: Pt,
    /// Top.
    pub y0: Pt,
    /// Right.
    pub x1: Pt,
    /// Bottom.
    pub y1: Pt,
}

impl Rect {
    /// Left to right.
    pub fn width(&self) -> Pt {
        self.x1 - self.x0
    }

    /// Whether two rectangles share any area.
    pub fn touches(&self, other: &Rect) -> bool {
        self.x0 < other.x1 && other.x0 < self.x1 && self.y0 < other.y1 && other.y0 < self.y1
    }

    /// Whether another rectangle lies wholly in this one; edges may coincide.
    pub fn contains(&self, other: &Rect) -> bool {
        self.x0 <= other.x0 && other.x1 <= self.x1 && self.y0 <= other.y0 && other.y1 <= self.y1
    }

    /// Wider by a length on every side.
    #[must_use]
    pub fn grown(&self, by: Pt) -> Rect {
        Rect { x0: self.x0 - by, y0: self.y0 - by, x1: self.x1 + by, y1: self.y1 + by }
    }

    /// Further to the right and down.
    #[must_use]
    pub fn moved(&self, by: Point) -> Rect {
        Rect { x0: self.x0 + by.x, y0: self.y0 + by.y, x1: self.x1 + by.x, y1: self.y1 + by.y }
    }

    /// The smallest rectangle around two.
    #[must_use]
    pub fn around(&self, other: &Rect) -> Rect {
        Rect { x0: self.x0.min(other.x0), y0: self.y0.min(other.y0), x1: self.x1.max(other.x1), y1: self.y1.max(other.y1) }
    }
}
