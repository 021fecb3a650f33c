//! Composing and setting on all cores: the work of each letter is its own, so that any number of cores gives the same bytes.

use super::Case;
use crate::compose::{Composer, PieceNumber, Variant};
use crate::error::{Error, Finding, Place, Result};
use crate::incident::Incident;
use crate::intake::Field;
use crate::pdf::GlyphUse;
use crate::recipients::{Disposition, Outline, Recipient};
use crate::typeset::imb::ImbFault;
use crate::typeset::{Fonts, Layout, Misfit, Pages, StandingType, Typesetter};
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

/// A pool of cores, and the type that they set once for all letters.
pub(super) struct Press {
    pool: rayon::ThreadPool,
    standing: Arc<StandingType>,
}

/// A letter that was set once. There may be a million of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Set {
    /// Index of its recipient, of whom there are never more than rows.
    recipient: u32,
    /// Its number.
    pub(super) piece: PieceNumber,
    /// Pages.
    pub(super) pages: u16,
}

impl Set {
    pub(super) fn new(recipient: usize, piece: PieceNumber, pages: usize) -> Set {
        Set { recipient: recipient as u32, piece, pages: pages as u16 }
    }

    /// Index of its recipient.
    pub(super) fn recipient(&self) -> usize {
        self.recipient as usize
    }
}

/// What setting everything once told.
#[derive(Default)]
pub(super) struct Proofs {
    pub(super) sets: Vec<Set>,
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
        numbers: &[Option<PieceNumber>],
        progress: &dyn Progress,
    ) -> Result<Proofs> {
        let goes_out = |recipient: &Outline<'_>| matches!(recipient.disposition, Disposition::Letter | Disposition::Email);
        let wanted = || {
            let people = case.recipients.people.outlines().zip(numbers).enumerate();
            people.filter_map(|(index, (recipient, number))| number.filter(|_| goes_out(&recipient)).map(|number| (index, number)))
        };
        let mut proofers = self.workers(|| Ok((self.typesetter(layout, fonts)?, GlyphUse::default())))?;
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
            let results =
                self.map(&proofers, &chunks, |(typesetter, glyphs), chunk| proof_chunk(case, composer, fonts, typesetter, glyphs, chunk))?;
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
        proofers.each_mut(|(_, glyphs)| proofs.glyphs.merge(glyphs));
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
    glyphs: &mut GlyphUse,
    chunk: &[(usize, PieceNumber)],
) -> Result<Proofs> {
    let mut proofs = Proofs::default();
    for (index, piece) in chunk {
        let recipient = &case.recipients.people.get(*index);
        let letter = composer.compose(&case.incident, recipient, *piece)?;
        match typesetter.set(&letter) {
            Ok(pages) => {
                glyphs.add(&pages);
                *proofs.variants.entry(letter.variant(recipient.role.id())).or_default() += 1;
                proofs.sets.push(Set::new(*index, *piece, pages.pages.len()));
            }
            Err(Misfit::Uncovered(character)) if !is_own(recipient, character) => return Err(text_refused(fonts, character)),
            Err(Misfit::ReturnAddress) => return Err(return_address_refused(case, recipient)),
            Err(Misfit::Barcode(fault)) => return Err(no_barcode(&case.incident, fault)),
            Err(Misfit::Intrusion) => return Err(intrusion(case)),
            Err(misfit) => proofs.misfits.push((*index, misfit_finding(case, fonts, recipient, misfit))),
        }
    }
    Ok(proofs)
}

/// Sets a letter again, which was set before.
pub(super) fn set_again(case: &Case, composer: &Composer, typesetter: &mut Typesetter, set: &Set) -> Result<Pages> {
    let letter = composer.compose(&case.incident, &case.recipients.people.get(set.recipient()), set.piece)?;
    let pages = typesetter.set(&letter).map_err(|_| Error::bug("a letter that was set once cannot be set again"))?;
    if pages.pages.len() != usize::from(set.pages) {
        return Err(Error::bug("a letter has other pages when it is set again"));
    }
    Ok(pages)
}

/// Whether a character comes from what the lists say about a person; else it stands in everybody's text.
fn is_own(recipient: &Recipient, character: char) -> bool {
    let name = recipient.name.reveal();
    let in_name = name.full().contains(character) || name.prefix.contains(character);
    let in_address = recipient.address.as_ref().is_some_and(|address| address.reveal().lines().iter().any(|line| line.contains(character)));
    let others = [&recipient.representative, &recipient.activation_code];
    in_name || in_address || others.into_iter().flatten().any(|value| value.reveal().contains(character))
}

/// What is said of a character that no font has: its code point, its script, and where a font for it comes from.
fn uncovered(fonts: &Fonts, character: char) -> (String, String) {
    let (script, package) = fonts.package_for(character);
    let reason = format!("no font at hand has the character U+{:04X} ({script})", u32::from(character));
    let folder = "the folder that [print] fonts names in incident.toml";
    let hint = match package {
        Some(package) => format!("put a font that has it into {folder}, such as those of Debian's package {package}"),
        None => format!("put a font that has it into {folder}; no package is known for it"),
    };
    (reason, hint)
}

fn text_refused(fonts: &Fonts, character: char) -> Error {
    let (reason, hint) = uncovered(fonts, character);
    let reason = format!("{reason}, which stands in the text of the letters");
    let hint = format!("{hint}; or look for it in incident.toml, providers.csv and your templates, and write it in Latin letters");
    Error::refused("uncovered-character", Place::file("incident.toml"), reason, hint)
}

fn return_address_refused(case: &Case, recipient: &Recipient) -> Error {
    let provider = recipient.provider.map(|index| case.incident.provider(index));
    let place = provider.map_or_else(|| Place::file("providers.csv"), |provider| Place::line("providers.csv", provider.line));
    let reason = "the return address does not fit the envelope's return window";
    Error::refused(
        "return-address",
        place.column("return_name"),
        reason,
        "give a shorter return_name, and a shorter address1 if that is the long line",
    )
}

fn intrusion(case: &Case) -> Error {
    let reason = format!(
        "with the envelope profile {}, something other than the addresses would show in a window, or stand too near to the mark on a sheet",
        case.incident.print.envelope
    );
    let hint = "choose another envelope profile, and report this: the layout and the profile do not go together";
    Error::refused("window-intrusion", Place::file("incident.toml").column("print.envelope"), reason, hint)
}

/// Refuses settings of the Intelligent Mail barcode, or an envelope without room for it.
pub(super) fn no_barcode(incident: &Incident, fault: ImbFault) -> Error {
    let hint = match fault {
        ImbFault::MarketingMail => "choose a service type of First-Class Mail, such as 270 or 310",
        ImbFault::MailerId => "give the mailer id that the Postal Service assigned",
        ImbFault::Serial => "begin lower: first_serial plus the highest piece number must fit",
        ImbFault::NoRoom => "choose another envelope profile, or leave `[print.imb]` out and let the mail house print the barcode",
        _ => "write the digits that the Postal Service assigned, or leave `[print.imb]` out",
    };
    let line = incident.print.imb.as_ref().map(|imb| imb.line);
    let place = line.map_or_else(|| Place::file("incident.toml"), |line| Place::line("incident.toml", line));
    Error::refused("bad-imb", place.column("print.imb"), fault.to_string(), hint)
}

fn misfit_finding(case: &Case, fonts: &Fonts, recipient: &Recipient, misfit: Misfit) -> Finding {
    let place = |field| case.intake.place(&case.incident, recipient.rows[0], field);
    let finding = match misfit {
        Misfit::Uncovered(character) => {
            let (reason, hint) = uncovered(fonts, character);
            let hint = format!("{hint}; or write the name or address in Latin letters as well");
            Finding::holds("uncovered-character", place(Field::LastName), reason, hint)
        }
        Misfit::AddressTooWide => Finding::holds(
            "address-too-wide",
            place(Field::Address1),
            "an address line is wider than the envelope's window",
            "shorten the line by postal abbreviations, or move part of it to address2",
        ),
        Misfit::Unmarkable => Finding::holds(
            "too-many-sheets",
            place(Field::AlternateFormat),
            "the letter has more sheets than its sheet marks can count, 99",
            "shorten the prose of the incident or the templates",
        ),
        Misfit::AddressTooTall | Misfit::ReturnAddress | Misfit::Intrusion | Misfit::Barcode(_) => Finding::holds(
            "address-too-tall",
            place(Field::Address1),
            "the address has more lines than the envelope's window shows",
            "join lines of the address; six lines with the name are the most, fewer above an Intelligent Mail barcode",
        ),
    };
    finding.record(&recipient.record)
}
