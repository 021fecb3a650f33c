//! What was read back from written bytes against the source rows and the recorded changes.
//!
//! The comparison starts from the rows as they came in, never from the recipient's own copy of a value, so that a swap
//! anywhere between list and bytes is caught.

mod expected;

use crate::intake::{Field, Intake};
use crate::pdf::readback::ReadPage;
use crate::recipients::{Disposition, Recipient};

/// Something that a written piece should hold and does not. Names the kind of value, never the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// Another number of pages than was set.
    #[error("has another number of pages")]
    Pages,
    /// The piece number is not on every page.
    #[error("does not carry its piece number on every page")]
    PieceNumber,
    /// The window shows another address than the rows have.
    #[error("does not show its rows' address in the window")]
    Address,
    /// The patient's name is not in the letter.
    #[error("does not hold its rows' name")]
    Name,
    /// The activation code is not that of the rows.
    #[error("does not hold its rows' activation code")]
    ActivationCode,
}

/// Proves one piece.
///
/// # Errors
/// The first thing that is not as the rows have it.
pub fn prove(intake: &Intake, recipient: &Recipient, piece: &str, pages: usize, read: &[ReadPage]) -> Result<(), Mismatch> {
    if read.len() != pages {
        return Err(Mismatch::Pages);
    }
    let texts: Vec<Vec<String>> = read.iter().map(ReadPage::lines).collect();
    if !texts.iter().all(|lines| lines.iter().any(|line| line.starts_with(piece))) {
        return Err(Mismatch::PieceNumber);
    }
    // A notice by e-mail has no window.
    if recipient.disposition == Disposition::Letter && !expected::window_shows_rows(intake, recipient, &read[0]) {
        return Err(Mismatch::Address);
    }
    let whole = expected::comparable(&texts.concat().join(" "));
    if !expected::names(intake, recipient).iter().any(|name| expected::holds_words(&whole, name)) {
        return Err(Mismatch::Name);
    }
    let codes: Vec<&str> =
        recipient.rows.iter().map(|row| intake.row(*row).get(Field::ActivationCode)).filter(|code| !code.is_empty()).collect();
    let printed = |code: &&str| texts.iter().flatten().any(|line| line.contains(code));
    if recipient.activation_code.is_some() && !codes.is_empty() && !codes.iter().any(printed) {
        return Err(Mismatch::ActivationCode);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
