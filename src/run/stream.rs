//! The print stream: many pieces in one file, for a mail house's machines.

use super::press::{BATCH, Progress, Set, Workers, set_again};
use super::proof::{Written, index_agrees, proved};
use super::render::index_row;
use super::{Job, Proofed};
use crate::deliver::mailhouse::IndexWriter;
use crate::error::{Error, Result};
use crate::files::{self, Writing};
use crate::pdf::StreamPart;
use crate::typeset::Typesetter;
use std::collections::BTreeSet;
use std::path::Path;

/// Pieces in a part of the print stream: what a house's machine takes in comfort.
pub(super) const PART_PIECES: usize = 2_000;

/// File name of a part, by sheets of each piece, number of the part and of parts.
type PartName<'a> = dyn Fn(u16, usize, usize) -> String + 'a;

/// Writes the print stream: grouped by sheets, in parts, each complete or absent.
pub(super) fn write_stream(
    job: &Job,
    folder: &Path,
    name: &PartName<'_>,
    part_pieces: usize,
    chosen: &[Set],
    index: &mut IndexWriter,
    progress: &dyn Progress,
) -> Result<()> {
    files::create_own_folder(folder)?;
    let duplex = job.proofed.case.incident.print.duplex;
    let sheets_of = |set: &Set| if duplex { set.pages.div_ceil(2) } else { set.pages };
    let kinds: BTreeSet<u16> = chosen.iter().map(sheets_of).collect();
    let Proofed { press, layout, fonts, .. } = &job.proofed;
    let typesetters = press.workers(|| press.typesetter(layout, fonts))?;
    progress.begin("stream", chosen.len() as u64);
    for sheets in kinds {
        let mut group = chosen.iter().filter(|set| sheets_of(set) == sheets).copied();
        let count = group.clone().count().div_ceil(part_pieces);
        for number in 1..=count {
            let part: Vec<Set> = group.by_ref().take(part_pieces).collect();
            write_part(job, &typesetters, &folder.join(name(sheets, number, count)), &part, index, progress)?;
        }
    }
    progress.end();
    Ok(())
}

fn write_part(
    job: &Job,
    typesetters: &Workers<Typesetter>,
    path: &Path,
    sets: &[Set],
    index: &mut IndexWriter,
    progress: &dyn Progress,
) -> Result<()> {
    let proofed = &job.proofed;
    let Proofed { case, plate, press, .. } = proofed;
    let failed = |error: std::io::Error| Error::unwritable(path, &error);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut part = StreamPart::begin(Writing::begin(path)?, plate, case.incident.print.duplex).map_err(failed)?;
    let stream = name.trim_end_matches(".pdf");
    let mut sequence = 0;
    let mut starts = Vec::with_capacity(sets.len());
    let mut rows = Vec::with_capacity(sets.len());
    for batch in sets.chunks(BATCH / 2) {
        let pages = press.map(typesetters, batch, |typesetter, set| set_again(proofed, typesetter, set))?;
        for (set, pages) in batch.iter().zip(&pages) {
            let placed = part.add(pages).map_err(failed)?;
            starts.push((*set, placed.first_page as usize - 1));
            sequence += 1;
            rows.push(index_row(job, set, &format!("stream/{name}"), stream, sequence, &placed));
        }
        progress.advance(batch.len() as u64);
    }
    let mut part = part.finish("Print stream").map_err(failed)?;
    let bytes = part.contents()?;
    let proved = proved(proofed, Written::PrintFile, &starts, &bytes)?;
    for ((row, (set, first)), proved) in rows.iter().zip(&starts).zip(&proved) {
        index_agrees(proofed, row, set, *first, proved, Some(&bytes))?;
        index.push(row)?;
    }
    part.finish()
}
