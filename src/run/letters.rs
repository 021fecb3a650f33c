//! A file for each letter: what goes out by itself, and the copy for the archive.

use super::press::{BATCH, Progress, Set, set_again};
use super::proof::{Proved, Written, index_agrees, proved};
use super::render::index_row;
use super::{Job, Proofed};
use crate::compose::PieceNumber;
use crate::deliver::mailhouse::IndexRow;
use crate::error::Result;
use crate::files;
use crate::pdf::{Piece, PieceWriter, Standard, StreamedPiece};
use crate::typeset::Typesetter;
use std::path::Path;

/// What the files are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Copies {
    /// To be mailed.
    Letters,
    /// To be kept: PDF/A-2a.
    Archive,
}

impl Copies {
    fn folder(self) -> &'static str {
        match self {
            Copies::Letters => "letters",
            Copies::Archive => "archive",
        }
    }

    fn standard(self) -> Standard {
        match self {
            Copies::Letters => Standard::Plain,
            Copies::Archive => Standard::Archive,
        }
    }

    fn file(self, piece: PieceNumber) -> String {
        format!("{}/{:02}/{piece}.pdf", self.folder(), piece.0 % 100)
    }
}

/// Takes a row of the index.
type TakeRow<'a> = dyn FnMut(&IndexRow) -> Result<()> + 'a;

/// Writes a file for each letter, below a folder of their own.
pub(super) fn write_letters(
    job: &Job,
    out: &Path,
    copies: Copies,
    chosen: &[Set],
    row: &mut TakeRow<'_>,
    progress: &dyn Progress,
) -> Result<()> {
    let proofed = &job.proofed;
    let Proofed { case, press, .. } = proofed;
    let above = out.join(copies.folder());
    files::create_own_folder(&above)?;
    let used = |folder: &u32| chosen.iter().any(|set| set.piece.0 % 100 == *folder);
    let folders: Vec<_> = (0..100).filter(used).map(|folder| above.join(format!("{folder:02}"))).collect();
    folders.iter().try_for_each(|folder| files::create_own_folder(folder))?;
    let workers = press.workers(|| Desk::new(proofed, copies))?;
    let mut sequence = 0;
    progress.begin(copies.folder(), chosen.len() as u64);
    for batch in chosen.chunks(BATCH) {
        let digests = press.map(&workers, batch, |desk, set| {
            let (piece, proved) = desk.press(proofed, set)?;
            files::write_of_many(&out.join(copies.file(set.piece)), &piece.bytes)?;
            Ok((piece.sha256, proved))
        })?;
        for (set, (sha256, proved)) in batch.iter().zip(digests) {
            let pages = u32::from(set.pages);
            let sides = if case.incident.print.duplex { 2 } else { 1 };
            let sheets = pages.div_ceil(sides);
            let placed = StreamedPiece { first_page: 1, last_page: pages, pages, blank_pages: sheets * sides - pages, sheets, sha256 };
            sequence += 1;
            let index_row = index_row(job, set, &copies.file(set.piece), copies.folder(), sequence, &placed);
            proved.iter().try_for_each(|proved| index_agrees(proofed, &index_row, set, 0, proved, None))?;
            row(&index_row)?;
        }
        progress.advance(batch.len() as u64);
    }
    folders.iter().try_for_each(|folder| files::sync_folder(folder))?;
    progress.end();
    Ok(())
}

/// What one core needs to make letters.
struct Desk {
    typesetter: Typesetter,
    writer: PieceWriter,
}

impl Desk {
    fn new(proofed: &Proofed, copies: Copies) -> Result<Desk> {
        let typesetter = proofed.press.typesetter(&proofed.layout, &proofed.fonts)?;
        Ok(Desk { typesetter, writer: PieceWriter::new(&proofed.plate, copies.standard()) })
    }

    /// Composes, sets, writes and proves a letter in memory.
    fn press(&mut self, proofed: &Proofed, set: &Set) -> Result<(Piece, Vec<Proved>)> {
        let piece = self.writer.write(&set_again(proofed, &mut self.typesetter, set)?)?;
        let proved = proved(proofed, Written::Letter, &[(*set, 0)], &piece.bytes)?;
        Ok((piece, proved))
    }
}

/// Makes and proves every letter in memory and keeps none: what a letter costs without the disk. Gives how many there are.
///
/// # Errors
/// A bug of ours when a letter is not its rows'.
pub fn press_in_memory(proofed: &Proofed) -> Result<usize> {
    let mut desk = Desk::new(proofed, Copies::Letters)?;
    proofed.sets.iter().try_for_each(|set| desk.press(proofed, set).map(|_| ()))?;
    Ok(proofed.sets.len())
}
