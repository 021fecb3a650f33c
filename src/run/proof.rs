//! The proof of what was written: each piece read back from its bytes and compared with its source rows. One mismatch
//! stops the job, and both sides are kept for a person.

use super::press::Set;
use super::{Case, Proofed, proof_wording};
use crate::compose::Composer;
use crate::deliver::mailhouse::IndexRow;
use crate::digest;
use crate::error::{Error, Result};
use crate::files;
use crate::pdf::readback::{Opened, ReadPage, Reader};
use crate::prove::{self, Mismatch, Piece, SheetMarks, Wording};
use crate::recipients::{Disposition, Rereading};
use crate::typeset::Layout;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::path::PathBuf;
use std::sync::Arc;

/// Folder below the incident's in which both sides of a mismatch are kept.
const FOLDER: &str = "mismatch";

/// What every proof of a job needs at hand.
pub(super) struct Proof {
    reader: Arc<Reader>,
    wording: Wording,
    marks: SheetMarks,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// One letter: a document in its language.
    Letter,
    /// Many pieces, in any languages.
    PrintFile,
}

/// A piece that was proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Proved {
    /// Digests of the addresses that the rows have and the window shows; absent without a window.
    addresses: Option<Vec<String>>,
}

impl Proof {
    pub(super) fn new(case: &Case, composer: &Composer, layout: &Layout) -> Proof {
        let marks = SheetMarks { job: layout.job, duplex: layout.duplex, inserts: layout.inserts };
        Proof { reader: Arc::new(Reader::default()), wording: proof_wording::of(case, composer, layout), marks }
    }
}

/// Reads written bytes back and proves each piece, which starts at a page from 0, against its source rows.
///
/// # Errors
/// A bug of ours for the first mismatch; both sides then lie in the incident folder.
pub(super) fn proved(proofed: &Proofed, written: Written, pieces: &[(Set, usize)], bytes: &[u8]) -> Result<Vec<Proved>> {
    let Proofed { case, proof, press, .. } = proofed;
    let first = pieces.first().map(|(set, _)| *set);
    let file = proof.reader.open(bytes).map_err(|unreadable| stopped(case, first, &unreadable, Some(bytes), None))?;
    let strays = |set| stopped(case, set, &"there are more pages than pieces", Some(bytes), None);
    let starts: BTreeSet<usize> = pieces.iter().map(|(_, start)| *start).collect();
    if starts.first() != Some(&0) {
        return Err(strays(first));
    }
    let end = |start: usize| starts.range(start + 1..).next().copied().unwrap_or(file.page_count());
    let spans: Vec<(Set, usize, usize)> = pieces.iter().map(|(set, start)| (*set, *start, end(*start))).collect();
    press.each(&spans, |(set, start, end)| {
        let unreadable = |unreadable| stopped(case, Some(*set), &unreadable, Some(bytes), None);
        let page = |page: usize| file.page(page).map_err(unreadable);
        let back = start + usize::from(set.pages);
        if back > *end {
            return Err(stopped(case, Some(*set), &Mismatch::Pages, Some(bytes), None));
        }
        let read: Vec<ReadPage> = (*start..back).map(page).collect::<Result<_>>()?;
        let proved = prove_piece(proofed, written, set, &read, &file, bytes)?;
        // What follows a piece is the next one, or a back without a mark.
        let is_blank = |page: ReadPage| page.texts.is_empty() && page.symbols.is_empty();
        match end - back {
            0 => Ok(proved),
            1 if is_blank(page(back)?) => Ok(proved),
            _ => Err(strays(Some(*set))),
        }
    })
}

fn prove_piece(proofed: &Proofed, written: Written, set: &Set, read: &[ReadPage], file: &Opened<'_>, bytes: &[u8]) -> Result<Proved> {
    let (case, proof) = (proofed.case_of(set), &proofed.proof);
    let recipient = &case.recipients.people.get(set.recipient());
    let rereading = Rereading::new(&case.incident, &case.rules, &case.intake, &case.recipients);
    let number = set.piece.to_string();
    let language = (written == Written::Letter).then(|| file.language().unwrap_or_default());
    let piece = Piece { recipient, number: &number, pages: usize::from(set.pages), language, marks: proof.marks, read };
    match prove::prove(&rereading, &proof.wording, &piece) {
        Ok(addresses) => {
            let mailed = recipient.disposition == Disposition::Letter;
            let digests = addresses.iter().map(|address| digest::sha256(address.join("\n").as_bytes()));
            Ok(Proved { addresses: mailed.then(|| digests.collect()) })
        }
        Err(mismatch) => {
            let account = prove::account(&rereading, &proof.wording, &piece, mismatch);
            Err(stopped(case, Some(*set), &mismatch, Some(bytes), Some(&account)))
        }
    }
}

/// Whether a row of the index is about the piece that was proved, at its place.
///
/// # Errors
/// A bug of ours when it is not.
pub(super) fn index_agrees(
    proofed: &Proofed,
    row: &IndexRow,
    set: &Set,
    first_page: usize,
    proved: &Proved,
    bytes: Option<&[u8]>,
) -> Result<()> {
    let pages = u32::from(set.pages);
    let placed = row.first_page as usize == first_page + 1 && row.pages == pages && row.last_page + 1 == row.first_page + pages;
    let addressed = proved.addresses.as_ref().is_none_or(|digests| digests.contains(&row.address_sha256));
    if row.piece == set.piece.0 && placed && addressed {
        return Ok(());
    }
    Err(stopped(&proofed.case, Some(*set), &Mismatch::Index, bytes, None))
}

/// Keeps both sides in the incident folder, and says where. The error itself names no value.
fn stopped(case: &Case, set: Option<Set>, reason: &dyn Display, bytes: Option<&[u8]>, account: Option<&str>) -> Error {
    let piece = set.map_or_else(|| "file".to_owned(), |set| set.piece.to_string());
    let folder: PathBuf = case.incident.folder.join(FOLDER).join(&piece);
    let account = account.map_or_else(|| format!("Piece {piece}: {reason}.\n"), str::to_owned);
    let kept = files::create_own_folder(&case.incident.folder.join(FOLDER))
        .and_then(|()| files::create_own_folder(&folder))
        .and_then(|()| bytes.map_or(Ok(()), |bytes| files::write(&folder.join("written.pdf"), bytes)))
        .and_then(|()| files::write(&folder.join("expected-and-found.txt"), account.as_bytes()));
    let place = match kept {
        Ok(()) => format!("both sides are in {FOLDER}/{piece} of the incident folder (patient data)"),
        Err(_) => "both sides could not be kept".to_owned(),
    };
    Error::bug(format!("piece {piece} {reason}; {place}"))
}
