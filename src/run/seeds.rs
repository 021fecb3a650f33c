//! Seed pieces: letters to addresses of our own that go out with the others, so that somebody sees when and how the mailing arrives.
//!
//! They are pieces like any other to the mail house, which is not told which they are, and nobody of the counts.

use super::Case;
use super::press::{Press, Progress, Proofs, Purpose, Set};
use crate::compose::{Composer, PieceNumber, Variant};
use crate::error::{Error, Finding, Place, Result};
use crate::incident::List;
use crate::intake;
use crate::ledger::{Bearer, Ledger, Marks, Standing};
use crate::recipients::{self, Answers, Disposition, Recipient};
use crate::review::{self, Seal};
use crate::typeset::{Fonts, Layout};
use std::collections::{BTreeMap, BTreeSet};

/// The list of seeds in the incident folder, in the columns of any list.
pub(super) const FILE: &str = "seeds.csv";

/// Letters to ourselves, set once.
pub(super) struct Seeds {
    pub(super) case: Case,
    pub(super) sets: Vec<Set>,
    variants: BTreeMap<Variant, u64>,
}

/// Reads the seeds; `None` when the folder has none.
///
/// # Errors
/// Refused when one of them cannot be written to, or is a patient.
pub(super) fn read(case: &Case) -> Result<Option<Case>> {
    let hint = "a seed is a row like a patient's: an invented adult at an address of yours, with elements that patients have";
    let of_seeds = |finding: Finding| Finding::refuses("seed-unfit", finding.place, finding.reason, hint);
    if !case.incident.folder.join(FILE).exists() {
        return Ok(None);
    }
    let seeds = gathered(case).map_err(|error| Error::refused_all(error.findings.into_iter().map(of_seeds).collect()))?;
    let people = &seeds.recipients.people;
    let unfit = (0..people.len()).filter_map(|place| unfit(&people.get(place))).chain(patients(case, &seeds));
    let unfit: Vec<Finding> = unfit.map(of_seeds).collect();
    if unfit.is_empty() { Ok(Some(seeds)) } else { Err(Error::refused_all(unfit)) }
}

fn gathered(case: &Case) -> Result<Case> {
    let mut incident = case.incident.clone();
    let provider = incident.providers.first().map(|provider| provider.id.clone());
    incident.lists = vec![List::of_file(FILE, provider)];
    // A code that is given to ourselves is one too few for patients.
    incident.code_pools.clear();
    let rules = case.rules.clone();
    let intake = intake::read(&incident)?;
    let recipients = recipients::gather_with(&incident, &rules, &intake, Answers::AsListed)?;
    Ok(Case { rules, incident, intake, recipients, warnings: Vec::new() })
}

/// Why no letter can go to a seed.
fn unfit(seed: &Recipient) -> Option<Finding> {
    let at = |reason: String| Some(Finding::refuses("seed-unfit", Place::file(FILE), reason, ""));
    match &seed.disposition {
        Disposition::Letter => None,
        Disposition::Held(finding) => Some(finding.clone()),
        Disposition::Email => at("a seed is told by e-mail".to_owned()),
        Disposition::Excluded { reason, .. } => at(format!("a seed is owed no letter: {reason}")),
    }
}

/// Seeds that are patients by their key, or have a patient's code, or name and address: that person would get a second letter.
fn patients(case: &Case, seeds: &Case) -> Vec<Finding> {
    let plain =
        |code: &String| code.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect::<String>();
    let code = |person: &Recipient| person.activation_code.as_ref().map(|code| plain(code.reveal()));
    let home = |person: &Recipient| Some((person.name.reveal().folded(), person.address.as_ref()?.reveal().lines()));
    let all: Vec<Recipient> = seeds.recipients.people.iter().collect();
    let keys: BTreeSet<&str> = all.iter().map(|seed| seed.key.0.as_str()).collect();
    let codes: BTreeSet<String> = all.iter().filter_map(code).collect();
    let homes: BTreeSet<_> = all.iter().filter_map(home).collect();
    let is_seed = |person: &Recipient| {
        let has = keys.contains(person.key.0.as_str()) || code(person).is_some_and(|code| codes.contains(&code));
        has || home(person).is_some_and(|home| homes.contains(&home))
    };
    let found = case.recipients.people.iter().filter(is_seed);
    let told = |person: Recipient| {
        let reason = format!("a seed has the patient id, the code, or the name and address of the patient {}", person.record);
        Finding::refuses("seed-unfit", Place::file(FILE), reason, "")
    };
    found.map(told).collect()
}

/// Seeds, with the number of each.
pub(super) type NumberedSeeds = (Case, Vec<Option<PieceNumber>>);

/// Reads the seeds and gives each a number of its own, which no patient's marks can match.
///
/// # Errors
/// As [`read`]; failed when the ledger cannot be written.
pub(super) fn numbered(case: &Case, ledger: &mut dyn Ledger) -> Result<Option<NumberedSeeds>> {
    let Some(seeds) = read(case)? else { return Ok(None) };
    let mut bearers = (0..seeds.recipients.people.len()).map(|place| Bearer { person: person(&seeds, place), marks: Marks::default() });
    let numbers = ledger.allot(&mut bearers)?.into_iter().map(|piece| Some(PieceNumber(piece))).collect();
    Ok(Some((seeds, numbers)))
}

fn person(seeds: &Case, place: usize) -> String {
    format!("seed:{}", seeds.recipients.people.key(place).0)
}

impl Seeds {
    /// Composes and sets the seeds' letters; their glyphs join those of the others.
    ///
    /// # Errors
    /// Refused when one cannot be set.
    pub(super) fn set(
        (case, numbers): NumberedSeeds,
        composer: &Composer,
        layout: &Layout,
        fonts: &Fonts,
        (press, proofs): (&Press, &mut Proofs),
        progress: &dyn Progress,
    ) -> Result<Seeds> {
        let own = press.proof(&case, composer, layout, fonts, (Purpose::Print, &|place| numbers[place]), progress)?;
        if !own.misfits.is_empty() {
            return Err(Error::refused_all(own.misfits.into_iter().map(|(_, finding)| finding).collect()));
        }
        proofs.glyphs.merge(&own.glyphs);
        let sets = own.sets.into_iter().map(Set::of_seed).collect();
        Ok(Seeds { case, sets, variants: own.variants })
    }

    /// Whether the seal covers the wording of every seed.
    ///
    /// # Errors
    /// Refused when it does not.
    pub(super) fn covered(&self, seal: &Seal) -> Result<()> {
        let needed = self.variants.iter().map(|(variant, count)| (variant, *count));
        let refused = |finding: Finding| {
            let hint = "give the seeds the role, language, provider and elements of patients, and a code where those have one";
            Error::refused("seed-wording", Place::file(FILE), finding.reason, hint)
        };
        review::covers(seal, needed).map_err(refused)
    }

    /// Where the seeds stand in the ledger.
    pub(super) fn standings(&self) -> impl Iterator<Item = Standing> {
        let people = &self.case.recipients.people;
        self.sets.iter().map(|set| {
            let provider = people.outline(set.recipient()).provider;
            Standing {
                record: people.record(set.recipient()),
                person: person(&self.case, set.recipient()),
                provider: provider.map_or("", |provider| self.case.incident.provider(provider).id.as_str()).to_owned(),
                piece: Some(set.piece.0),
                disposition: "seed".to_owned(),
                reason: String::new(),
            }
        })
    }
}
