//! Proofs: the letter of each variant as it is mailed, for an invented person.

use super::{Kind, Passage, invented, passages};
use crate::compose::{Composer, Letter, Variant};
use crate::digest;
use crate::error::{Error, Place, Result};
use crate::incident::Incident;
use crate::pdf::{GlyphUse, PieceWriter, Plate, Standard};
use crate::recipients::Recipient;
use crate::typeset::{Fonts, Layout, Mark, Pages, StandingType, Structure, Typesetter};
use rayon::prelude::*;
use std::sync::Arc;

/// The letter of one variant, made for an invented person.
pub struct Proof {
    /// The wording.
    pub variant: Variant,
    /// Whom it was made for.
    pub kind: Kind,
    /// The invented person.
    pub person: Recipient,
    /// The letter.
    pub letter: Letter,
    /// Its text.
    pub passages: Vec<Passage>,
    /// For each page the ids of the paragraphs that begin or go on there, in reading order.
    pub pages: Vec<Vec<Arc<str>>>,
    /// The letter's file: the very bytes that such a person would be mailed.
    pub pdf: Vec<u8>,
    /// SHA-256 of the file, lower-case hex.
    pub sha256: String,
}

/// Makes proofs of an incident's letters.
pub struct ProofPress<'a> {
    incident: &'a Incident,
    composer: &'a Composer,
    fonts: &'a Fonts,
    layout: Layout,
    typesetter: Typesetter,
}

impl<'a> ProofPress<'a> {
    /// A press for letters without a watermark: what is approved is what is mailed.
    ///
    /// # Errors
    /// A bug of ours when a built-in font cannot be read.
    pub fn new(incident: &'a Incident, composer: &'a Composer, fonts: &'a Fonts, layout: &Layout) -> Result<ProofPress<'a>> {
        // Marks for machines are of the job and the mailer, no part of what is approved.
        let layout = Layout { draft: false, job: 0, mailer: None, ..layout.clone() };
        let typesetter = Typesetter::new(layout.clone(), fonts, &Arc::new(StandingType::default()))?;
        Ok(ProofPress { incident, composer, fonts, layout, typesetter })
    }

    /// Does a work for each item on all cores, each with a press of its own; results come in the order of the items.
    ///
    /// # Errors
    /// The first error in the order of the items.
    pub(super) fn each<I: Sync, T: Send>(&self, items: &[I], work: impl Fn(&mut ProofPress<'a>, &I) -> Result<T> + Sync) -> Result<Vec<T>> {
        let ProofPress { incident, composer, fonts, layout, .. } = self;
        let (incident, composer, fonts) = (*incident, *composer, *fonts);
        let hire = || ProofPress::new(incident, composer, fonts, layout);
        let done: Vec<Result<T>> =
            items.par_iter().map_init(hire, |press, item| work(press.as_mut().map_err(|error| error.clone())?, item)).collect();
        done.into_iter().collect()
    }

    /// The variant that recipients of a kind get.
    ///
    /// # Errors
    /// As [`Composer::compose_invented`].
    pub fn variant(&self, kind: &Kind) -> Result<Variant> {
        self.composer.variant_of_invented(self.incident, &invented::person(kind, self.incident))
    }

    /// How many slots that a variant prints are filled for a kind.
    pub(super) fn slots_filled(&self, variant: &Variant, kind: &Kind) -> usize {
        let person = invented::person(kind, self.incident);
        let value = |slot: &&str| self.composer.slot_value(self.incident, &person, slot);
        let slots = self.composer.slots_printed(variant.language, &variant.paragraphs);
        slots.iter().filter(|slot| value(slot).is_none_or(|value| !value.is_empty())).count()
    }

    /// The proof of the wording that recipients of a kind get.
    ///
    /// # Errors
    /// As [`Composer::compose_invented`]; refused when the letter cannot be set.
    pub fn proof(&mut self, kind: &Kind) -> Result<Proof> {
        let person = invented::person(kind, self.incident);
        let letter = self.composer.compose_invented(self.incident, &person)?;
        let pages = self.set(&letter)?;
        let pdf = self.pdf(&pages)?;
        Ok(Proof {
            variant: letter.variant(kind.role.id()),
            kind: kind.clone(),
            passages: passages(&letter),
            pages: pages.pages.iter().map(paragraphs).collect(),
            sha256: digest::sha256(&pdf),
            person,
            letter,
            pdf,
        })
    }

    /// The letter of a proof in large print, as file and number of pages.
    ///
    /// # Errors
    /// As [`ProofPress::proof`].
    pub fn large_print(&mut self, proof: &Proof) -> Result<(Vec<u8>, usize)> {
        let pages = self.set(&Letter { large_print: true, ..proof.letter.clone() })?;
        Ok((self.pdf(&pages)?, pages.pages.len()))
    }

    fn set(&mut self, letter: &Letter) -> Result<Pages> {
        self.typesetter.set(letter).map_err(|misfit| {
            let reason = format!("a letter of this wording cannot be set ({misfit:?})");
            Error::refused("proof-unset", Place::file("templates"), reason, "see what `breachnotice check` says of the letters")
        })
    }

    /// The file, from a plate of its own: which other proofs there are changes none of its bytes.
    fn pdf(&self, pages: &Pages) -> Result<Vec<u8>> {
        let mut glyphs = GlyphUse::default();
        glyphs.add(pages);
        let pictures = self.incident.providers.iter().filter_map(|provider| provider.logo.as_ref()).map(|logo| &logo.picture);
        let plate = Plate::new(self.fonts, &glyphs, 1)?.with_pictures(pictures)?;
        Ok(PieceWriter::new(&Arc::new(plate), Standard::Plain).write(pages)?.bytes)
    }
}

fn paragraphs(page: &crate::typeset::Page) -> Vec<Arc<str>> {
    let mut found: Vec<Arc<str>> = Vec::new();
    page.for_each_mark(&mut |mark, _| {
        let structure = match mark {
            Mark::Text(text) => &text.structure,
            Mark::Image(image) => &image.structure,
            _ => return,
        };
        if let Structure::Tagged { paragraph, .. } = structure
            && found.last().is_none_or(|last| last != paragraph)
        {
            found.push(Arc::clone(paragraph));
        }
    });
    found
}
