//! Small black shapes, grouped as they were painted one after the other: what a symbol is made of.

use super::matrix::{Matrix, Span};

/// Larger shapes belong to no symbol: two inches.
const LARGEST: f64 = 144.0;

/// One filled path, corners in the coordinates of the content.
#[derive(Debug, Clone, Default)]
pub(super) struct Fill {
    pub(super) boxes: Vec<Span>,
    pub(super) outlines: Vec<Vec<(f64, f64)>>,
    pub(super) even_odd: bool,
}

impl Fill {
    fn span(&self) -> Option<Span> {
        let boxes = self.boxes.iter().copied();
        let points = self.outlines.iter().flatten().map(|point| Span::of(*point, *point));
        boxes.chain(points).reduce(Span::with)
    }

    fn placed(&self, matrix: Matrix) -> Fill {
        let mut placed = Fill { even_odd: self.even_odd, ..Fill::default() };
        for Span { x0, y0, x1, y1 } in self.boxes.iter().copied() {
            if matrix.keeps_boxes() {
                placed.boxes.push(Span::of(matrix.apply(x0, y0), matrix.apply(x1, y1)));
            } else {
                placed.outlines.push([(x0, y0), (x1, y0), (x1, y1), (x0, y1)].map(|(x, y)| matrix.apply(x, y)).to_vec());
            }
        }
        let moved = |outline: &Vec<(f64, f64)>| outline.iter().map(|(x, y)| matrix.apply(*x, *y)).collect();
        placed.outlines.extend(self.outlines.iter().map(moved));
        placed
    }
}

/// Fills that nothing else was painted between.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    pub(super) fills: Vec<Fill>,
    pub(super) span: Option<Span>,
    /// Black only if the painter of the form had black in hand.
    inherits: bool,
}

/// The groups of a content stream.
#[derive(Debug, Clone, Default)]
pub(super) struct Shapes {
    pub(super) groups: Vec<Group>,
    closed: bool,
    /// Something else was painted before the first group.
    led: bool,
}

impl Shapes {
    /// Something else was painted: what comes is another group.
    #[inline]
    pub(super) fn interrupt(&mut self) {
        self.closed = true;
        self.led |= self.groups.is_empty();
    }

    /// Adds what was painted right after it.
    pub(super) fn append(&mut self, next: Shapes) {
        let goes_on = !self.closed && !next.led;
        self.led |= self.groups.is_empty() && next.led;
        self.closed = next.closed || self.closed && next.groups.is_empty();
        let mut groups = next.groups.into_iter().peekable();
        if let Some(last) = self.groups.last_mut().filter(|_| goes_on)
            && let Some(first) = groups.next_if(|first| first.inherits == last.inherits)
        {
            last.span = last.span.zip(first.span).map(|(one, other)| one.with(other));
            last.fills.extend(first.fills);
        }
        self.groups.extend(groups);
    }

    /// Adds a fill to the group at hand; one that is too large ends it.
    pub(super) fn add(&mut self, fill: Fill, inherits: bool) {
        let Some(span) = fill.span() else { return };
        if span.x1 - span.x0 > LARGEST || span.y1 - span.y0 > LARGEST {
            self.interrupt();
            return;
        }
        let open = self.groups.last_mut().filter(|group| !self.closed && group.inherits == inherits);
        match open {
            Some(group) => {
                group.span = group.span.map(|known| known.with(span));
                group.fills.push(fill);
            }
            None => self.groups.push(Group { fills: vec![fill], span: Some(span), inherits }),
        }
        self.closed = false;
    }

    /// Adds the groups of a form, where it is painted and with black or the colour in hand.
    pub(super) fn place(&mut self, form: &Shapes, matrix: Matrix, black: bool, inherited: bool) {
        for group in &form.groups {
            if group.inherits && !black {
                continue;
            }
            self.interrupt();
            for fill in &group.fills {
                self.add(fill.placed(matrix), group.inherits && inherited);
            }
        }
        self.interrupt();
    }
}
