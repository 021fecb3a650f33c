//! Patient data that `Debug`, logs and errors cannot print.

use std::fmt;

/// A value from a patient list. Its `Debug` prints `[private]`, it has no `Display`, and it cannot be serialised by
/// accident: every use names [`Private::reveal`], which a reader can search for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Private<T>(T);

impl<T> Private<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Private(value)
    }

    /// The value, for composing a letter, comparing or storing in a file whose purpose is to hold it.
    pub const fn reveal(&self) -> &T {
        &self.0
    }

    /// The value itself.
    pub fn into_inner(self) -> T {
        self.0
    }

    /// The value, to be changed in place.
    pub const fn reveal_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T> From<T> for Private<T> {
    fn from(value: T) -> Self {
        Private(value)
    }
}

impl<T> fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[private]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_never_shows_the_value() {
        let name = Private::new("Ada Lovelace".to_owned());
        assert_eq!(format!("{name:?} {:?}", Some(&name)), "[private] Some([private])");
    }
}
