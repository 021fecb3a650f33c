//! A person's word on a piece whose fate nobody knows.

use crate::error::Result;
use crate::ledger::{Ledger, Piece};

/// What a person found out about an uncertain piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// The message arrived: the piece is sent.
    Sent,
    /// It did not: the next send may send it again.
    Resend,
}

/// Records what a person found out about an uncertain piece.
///
/// # Errors
/// Refused when the piece is not uncertain or another process sends; failed when the ledger cannot be written.
pub fn resolve(ledger: &mut dyn Ledger, owner: &str, piece: Piece, resolution: Resolution) -> Result<()> {
    ledger.begin_sending(owner)?;
    ledger.resolve(piece, resolution == Resolution::Sent, owner)
}
