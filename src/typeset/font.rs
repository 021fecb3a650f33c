//! The fonts of a job: built-in Noto Sans (SIL Open Font License 1.1, from the crate `notosans`).

/// A face of the letter's family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Face {
    /// Upright.
    Regular,
    /// Bold.
    Bold,
    /// Italic.
    Italic,
    /// Bold italic.
    BoldItalic,
}

impl Face {
    /// Every face; its position is its index.
    pub const ALL: [Face; 4] = [Face::Regular, Face::Bold, Face::Italic, Face::BoldItalic];

    /// Position in [`Face::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }
}

/// Font files by face.
#[derive(Debug, Clone, Copy)]
pub struct Fonts {
    files: [&'static [u8]; 4],
}

impl Fonts {
    /// Family name that the files carry.
    pub const FAMILY: &'static str = "Noto Sans";

    /// The built-in family.
    pub fn built_in() -> Fonts {
        Fonts { files: [notosans::REGULAR_TTF, notosans::BOLD_TTF, notosans::ITALIC_TTF, notosans::BOLD_ITALIC_TTF] }
    }

    /// The font file of a face.
    pub fn bytes(&self, face: Face) -> &'static [u8] {
        self.files[face.index()]
    }
}
