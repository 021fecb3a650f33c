//! Places on the page: transformation matrices and boxes (ISO 32000-1, 8.3).

/// `a b c d e f`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Matrix(pub(super) [f64; 6]);

impl Matrix {
    pub(super) const IDENTITY: Matrix = Matrix([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    pub(super) fn moved(x: f64, y: f64) -> Matrix {
        Matrix([1.0, 0.0, 0.0, 1.0, x, y])
    }

    /// This one first, then the other.
    #[inline]
    pub(super) fn then(self, other: Matrix) -> Matrix {
        let (Matrix(a), Matrix(b)) = (self, other);
        Matrix([
            a[0] * b[0] + a[1] * b[2],
            a[0] * b[1] + a[1] * b[3],
            a[2] * b[0] + a[3] * b[2],
            a[2] * b[1] + a[3] * b[3],
            a[4] * b[0] + a[5] * b[2] + b[4],
            a[4] * b[1] + a[5] * b[3] + b[5],
        ])
    }

    #[inline]
    pub(super) fn apply(self, x: f64, y: f64) -> (f64, f64) {
        let Matrix(m) = self;
        (m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5])
    }

    /// Whether text that it places runs to the right and stands upright.
    pub(super) fn is_upright(self) -> bool {
        let Matrix(m) = self;
        m[0] > 0.0 && m[3] > 0.0 && m[1].abs() < 1e-6 && m[2].abs() < 1e-6
    }

    /// Whether it keeps the edges of boxes parallel to the page's.
    pub(super) fn keeps_boxes(self) -> bool {
        let Matrix(m) = self;
        (m[1] == 0.0 && m[2] == 0.0) || (m[0] == 0.0 && m[3] == 0.0)
    }
}

/// Edges parallel to the page's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    pub(super) x0: f64,
    pub(super) y0: f64,
    pub(super) x1: f64,
    pub(super) y1: f64,
}

impl Span {
    /// The smallest box that holds two points.
    pub(super) fn of(one: (f64, f64), two: (f64, f64)) -> Span {
        Span { x0: one.0.min(two.0), y0: one.1.min(two.1), x1: one.0.max(two.0), y1: one.1.max(two.1) }
    }

    /// The smallest box that holds both.
    pub(super) fn with(self, other: Span) -> Span {
        Span { x0: self.x0.min(other.x0), y0: self.y0.min(other.y0), x1: self.x1.max(other.x1), y1: self.y1.max(other.y1) }
    }

    /// Whether a point lies in it or within a hair's breadth of it.
    pub(super) fn holds(self, (x, y): (f64, f64)) -> bool {
        const HAIR: f64 = 0.01;
        (self.x0 - HAIR..=self.x1 + HAIR).contains(&x) && (self.y0 - HAIR..=self.y1 + HAIR).contains(&y)
    }
}
