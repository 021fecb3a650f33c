//! Composing and setting on all cores: the work of each letter is its own, so that any number of cores gives the same bytes.

use super::{Case, Proofed, misfit};
use crate::compose::{Composer, PieceNumber, Variant};
use crate::error::{Error, Finding, Result};
use crate::intake::Field;
use crate::pdf::GlyphUse;
use crate::recipients::{Disposition, Outline};
use crate::typeset::{Fonts, Layout, Pages, StandingType, Typesetter};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Hears how far a long work is; drawn by the command line.
pub trait Progress: Sync {
    /// A phase begins, of so many letters.
    fn begin(&self, phase: &str, letters: u64);
    /// So many more are done.
    fn advance(&self, letters: u64);
    /// The phase is over.
    fn end(&self);
}

/// Hears nothing.
#[cfg(any(test, feature = "preview"))]
pub(super) struct Silent;

#[cfg(any(test, feature = "preview"))]
impl Progress for Silent {
    fn begin(&self, _phase: &str, _letters: u64) {}
    fn advance(&self, _letters: u64) {}
    fn end(&self) {}
}

/// The number of the recipient at a place; absent when the ledger gave none.
pub(super) type Numbering<'a> = &'a dyn Fn(usize) -> Option<PieceNumber>;

/// A pool of cores, and the type that they set once for all letters.
pub(super) struct Press {
    pool: rayon::ThreadPool,
    standing: Arc<StandingType>,
}

/// A letter that was set once. There may be a million of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Set {
    /// Index of its recipient, of whom there are never more than rows, and [`SEED`].
    recipient: u32,
    /// Its number.
    pub(super) piece: PieceNumber,
    /// Pages.
    pub(super) pages: u16,
}

/// Set in the index of a recipient who is a seed.
const SEED: u32 = 1 << 31;

impl Set {
    pub(super) fn new(recipient: usize, piece: PieceNumber, pages: usize) -> Set {
        Set { recipient: recipient as u32, piece, pages: pages as u16 }
    }

    /// The same, of a recipient among the seeds.
    pub(super) fn of_seed(self) -> Set {
        Set { recipient: self.recipient | SEED, ..self }
    }

    /// Whether it goes to ourselves.
    pub(super) fn is_seed(&self) -> bool {
        self.recipient & SEED != 0
    }

    /// Index of its recipient, among the seeds for a seed.
    pub(super) fn recipient(&self) -> usize {
        (self.recipient & !SEED) as usize
    }
}

/// What everything is set once for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To judge it.
    Check,
    /// To write it down afterwards, from a plate of its glyphs.
    Print,
}

/// What setting everything once told.
#[derive(Default)]
pub(super) struct Proofs {
    pub(super) sets: Vec<Set>,
    /// None that were set only to be judged.
    pub(super) glyphs: GlyphUse,
    pub(super) variants: BTreeMap<Variant, u64>,
    /// Recipients whose letter cannot be set, with the finding that holds each.
    pub(super) misfits: Vec<(usize, Finding)>,
}

/// Letters in one go of all cores: enough to keep them busy, few enough to hold in memory.
pub(super) const BATCH: usize = 512;

impl Press {
    pub(super) fn new(jobs: Option<usize>) -> Result<Press> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs.unwrap_or(0)).build();
        let pool = pool.map_err(|error| Error::bug(format!("no threads can be started: {error}")))?;
        Ok(Press { pool, standing: Arc::default() })
    }

    /// A typesetter that shares the standing type.
    pub(super) fn typesetter(&self, layout: &Layout, fonts: &Fonts) -> Result<Typesetter> {
        Typesetter::new(layout.clone(), fonts, &self.standing)
    }

    /// A worker for each core.
    pub(super) fn workers<W>(&self, hire: impl Fn() -> Result<W>) -> Result<Workers<W>> {
        Ok(Workers((0..self.pool.current_num_threads()).map(|_| hire().map(Mutex::new)).collect::<Result<_>>()?))
    }

    /// Does a work for each item on all cores; results come in the order of the items.
    pub(super) fn map<W: Send, I: Sync, T: Send>(
        &self,
        workers: &Workers<W>,
        items: &[I],
        work: impl Fn(&mut W, &I) -> Result<T> + Sync,
    ) -> Result<Vec<T>> {
        self.pool.install(|| {
            let one = |item: &I| {
                let own = rayon::current_thread_index().unwrap_or(0);
                let mut worker = workers.0[own].lock().unwrap_or_else(PoisonError::into_inner);
                work(&mut worker, item)
            };
            items.par_iter().map(one).collect()
        })
    }

    /// Does a work for each item on all cores, without a typesetter; results come in the order of the items.
    pub(super) fn each<I: Sync, T: Send>(&self, items: &[I], work: impl Fn(&I) -> Result<T> + Sync) -> Result<Vec<T>> {
        if let [item] = items {
            return Ok(vec![work(item)?]);
        }
        self.pool.install(|| items.par_iter().map(&work).collect())
    }

    /// Composes and sets every letter and e-mail once.
    pub(super) fn proof(
        &self,
        case: &Case,
        composer: &Composer,
        layout: &Layout,
        fonts: &Fonts,
        (purpose, number): (Purpose, Numbering<'_>),
        progress: &dyn Progress,
    ) -> Result<Proofs> {
        let goes_out = |recipient: &Outline<'_>| matches!(recipient.disposition, Disposition::Letter | Disposition::Email);
        let wanted = || {
            let people = case.recipients.people.outlines().enumerate().filter(|(_, recipient)| goes_out(recipient));
            people.filter_map(|(index, _)| Some((index, number(index)?)))
        };
        let glyphs = (purpose == Purpose::Print).then(GlyphUse::default);
        let mut proofers = self.workers(|| Ok((self.typesetter(layout, fonts)?, glyphs.clone())))?;
        let count = wanted().count();
        let mut proofs = Proofs { sets: Vec::with_capacity(count), ..Proofs::default() };
        progress.begin("proofing", count as u64);
        let mut wanted = wanted();
        loop {
            let batch: Vec<(usize, PieceNumber)> = wanted.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                break;
            }
            let chunks: Vec<&[(usize, PieceNumber)]> = batch.chunks(BATCH / 16).collect();
            let results = self.map(&proofers, &chunks, |(typesetter, glyphs), chunk| {
                proof_chunk(case, composer, fonts, typesetter, glyphs.as_mut(), chunk)
            })?;
            for result in results {
                proofs.sets.extend(result.sets);
                proofs.misfits.extend(result.misfits);
                for (variant, count) in result.variants {
                    *proofs.variants.entry(variant).or_default() += count;
                }
            }
            progress.advance(batch.len() as u64);
        }
        // Who counted which letters is chance; the sum is not.
        proofers.each_mut(|(_, glyphs)| glyphs.iter().for_each(|glyphs| proofs.glyphs.merge(glyphs)));
        progress.end();
        Ok(proofs)
    }
}

/// What each core of a press works with.
pub(super) struct Workers<W>(Vec<Mutex<W>>);

impl<W> Workers<W> {
    fn each_mut(&mut self, mut work: impl FnMut(&mut W)) {
        self.0.iter_mut().for_each(|worker| work(worker.get_mut().unwrap_or_else(PoisonError::into_inner)));
    }
}

fn proof_chunk(
    case: &Case,
    composer: &Composer,
    fonts: &Fonts,
    typesetter: &mut Typesetter,
    mut glyphs: Option<&mut GlyphUse>,
    chunk: &[(usize, PieceNumber)],
) -> Result<Proofs> {
    let mut proofs = Proofs::default();
    for (index, piece) in chunk {
        let recipient = &case.recipients.people.get(*index);
        let letter = composer.compose(&case.incident, recipient, *piece)?;
        let rows = recipient.rows.iter().map(|row| case.intake.row(*row).get(Field::PatientId));
        if let Some(fault) = composer.piece_fault(&letter, recipient, &rows) {
            proofs.misfits.push((*index, misfit::of_piece(case, recipient, &fault)));
            continue;
        }
        match typesetter.set(&letter) {
            Ok(pages) => {
                glyphs.iter_mut().for_each(|glyphs| glyphs.add(&pages));
                *proofs.variants.entry(letter.variant(recipient.role.id())).or_default() += 1;
                proofs.sets.push(Set::new(*index, *piece, pages.pages.len()));
            }
            Err(misfit) => proofs.misfits.push((*index, misfit::judge(case, composer, fonts, recipient, &letter, misfit)?)),
        }
    }
    Ok(proofs)
}

/// Sets a letter again, which was set before.
pub(super) fn set_again(proofed: &Proofed, typesetter: &mut Typesetter, set: &Set) -> Result<Pages> {
    let case = proofed.case_of(set);
    let letter = proofed.composer.compose(&case.incident, &case.recipients.people.get(set.recipient()), set.piece)?;
    let pages = typesetter.set(&letter).map_err(|_| Error::bug("a letter that was set once cannot be set again"))?;
    if pages.pages.len() != usize::from(set.pages) {
        return Err(Error::bug("a letter has other pages when it is set again"));
    }
    Ok(pages)
}
