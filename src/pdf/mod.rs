//! Pages -> bytes: the plate (once per job), the piece (one file per letter) and the stream (many pieces in one print file).
//!
//! Fonts are subset and set up once per job through `printpdf`, handed over as `lopdf` objects, compressed once and frozen:
//! the plate. Each letter then writes only its own content beside it.

mod content;
mod deflate;
mod document;
mod embed;
mod glyphs;
mod images;
mod matrix;
mod metadata;
mod number;
mod object;
mod outline;
mod piece;
mod plate;
pub mod readback;
mod stream;
mod structure;
mod to_unicode;
mod type_case;

pub use glyphs::GlyphUse;
pub use piece::{Piece, PieceWriter, Standard};
pub use plate::Plate;
pub use stream::{StreamPart, StreamedPiece};

#[cfg(test)]
mod tests;
