//! The address vendor's exchange: the list that goes out, and the answer that comes back.

use super::numbers::allot;
use super::{Case, read_with};
use crate::compose::PieceNumber;
use crate::deliver::received::NewAddress;
use crate::deliver::vendor::{self, Asked, SetDigest};
use crate::error::{Error, Place, Result};
use crate::files;
use crate::ledger::{self, Access, Piece};
use crate::privacy::Private;
use crate::recipients::{self, Answers, Disposition, Effect, MOVES_FILE, Move, MoveKind, RETURNED, Recipient, write_moves};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What went into a list for the vendor.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Asking {
    /// People in it.
    pub records: usize,
    /// The digest of them, as it stands in each row.
    pub set: String,
    /// People who get a letter and are not in it: abroad, or at a confidential address.
    pub left_out: u64,
    /// People who are held.
    pub held: u64,
}

/// Writes the list that an address vendor takes. It needs neither seal nor release: it is no notice, and comes before both.
///
/// # Errors
/// Refused when the incident or a list cannot be used, nobody is to be asked about, or another file stands under the name; failed
/// when ledger or file cannot be written.
pub fn export_addresses(folder: &Path, ledger: Option<&Access>, path: &Path) -> Result<Asking> {
    refuse_incident_folder(path, folder)?;
    let (case, numbers) = as_listed(folder, ledger)?;
    let asked = Asked::of(&case.intake, &case.recipients, &numbers);
    if asked.is_empty() {
        let hint = "see `breachnotice check`: nobody gets a letter at an address that a vendor could look up";
        return Err(Error::refused("nobody-to-ask-about", Place::file("--addresses"), "the list would be empty", hint));
    }
    let set = SetDigest::of(&case.incident.id, &asked);
    vendor::write(path, &set, &asked)?;
    Ok(asking(&case, &asked, &set))
}

fn asking(case: &Case, asked: &Asked, set: &SetDigest) -> Asking {
    let counts = case.counts();
    let people = &case.recipients.people;
    let gets_letter = |place: usize| *people.outline(place).disposition == Disposition::Letter;
    let letters = asked.places().filter(|place| gets_letter(*place)).count() as u64;
    Asking { records: asked.len(), set: set.mark(), left_out: counts.letters - letters, held: counts.held }
}

/// The case without earlier answers, so that an answer can be taken back twice, with everyone's piece number.
fn as_listed(folder: &Path, ledger: Option<&Access>) -> Result<(Case, Vec<Option<PieceNumber>>)> {
    let case = read_with(folder, Answers::Ignored)?;
    let mut ledger = ledger::open(folder, &case.incident.id, ledger)?;
    super::purge::refuse_purged(ledger.as_mut())?;
    let numbers = allot(&case, ledger.as_mut())?;
    Ok((case, numbers))
}

/// What an answer did.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Received {
    /// People who were asked about.
    pub records: usize,
    /// The digest of them, as it stands in each row.
    pub set: String,
    /// Letters that go to a new address.
    pub moved: u64,
    /// What each answer does -> people.
    pub effects: BTreeMap<&'static str, u64>,
    /// People who are held, with the answer.
    pub held: u64,
}

/// Takes the answer of an address vendor back: writes moves.csv, which replaces an earlier one, or changes nothing.
///
/// # Errors
/// Refused when the answer is not exactly about the people as they are now, or a ruling contradicts it; failed when it cannot be
/// written.
pub fn receive_ncoa(folder: &Path, ledger: Option<&Access>, file: &Path) -> Result<Received> {
    let (case, numbers) = as_listed(folder, ledger)?;
    let asked = Asked::of(&case.intake, &case.recipients, &numbers);
    let set = SetDigest::of(&case.incident.id, &asked);
    let answers = vendor::read(file, &set, &asked)?;
    let mut effects: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut moves: Vec<(Move, &str)> = Vec::new();
    let places: Vec<usize> = asked.places().collect();
    for vendor::Answered { position, mut answer } in answers {
        let place = places[position];
        let outline = case.recipients.people.outline(place);
        let mail_date = outline.provider.map_or(case.incident.mail_date, |provider| case.incident.provider(provider).mail_date);
        let recipient = case.recipients.people.get(place);
        let effect = answer.effect(mail_date, recipient.is_addressed_by_name());
        *effects.entry(effect.id()).or_default() += 1;
        if effect != Effect::None {
            answer.record = recipient.record;
            // The header is the first line.
            answer.line = moves.len() as u64 + 2;
            moves.push((answer, effect.id()));
        }
    }
    // What a returned letter told is newer than what the vendor was asked with, unless the vendor has an address too.
    let answered: BTreeSet<String> = moves.iter().map(|(answer, _)| answer.record.clone()).collect();
    for (answer, word) in recipients::read_moves_with_words(folder)? {
        if word == RETURNED && !answered.contains(&answer.record) {
            moves.push((Move { line: moves.len() as u64 + 2, ..answer }, RETURNED));
        }
    }
    let given: Vec<Move> = moves.iter().map(|(answer, _)| answer.clone()).collect();
    let after = recipients::gather_with(&case.incident, &case.rules, &case.intake, Answers::Given(&given))?;
    let goes_elsewhere = |person: &Recipient| {
        person.disposition == Disposition::Letter && person.changes.iter().any(|change| change.rule == recipients::NCOA_RULE)
    };
    let moved = after.people.iter().filter(goes_elsewhere).count();
    let held = after.people.outlines().filter(|person| matches!(person.disposition, Disposition::Held(_))).count();
    files::write(&case.incident.folder.join(MOVES_FILE), &write_moves(&moves)?)?;
    Ok(Received { records: asked.len(), set: set.mark(), moved: moved as u64, effects, held: held as u64 })
}

/// New addresses that came with returned letters, on their way into moves.csv.
pub(super) struct NewAddresses {
    case: Case,
    /// Piece -> place among the people.
    places: BTreeMap<Piece, usize>,
    moves: Vec<(Move, String)>,
}

impl NewAddresses {
    /// Reads the lists of an incident as they are, without earlier answers, and what moves.csv has.
    ///
    /// # Errors
    /// Refused when the incident or a list cannot be used; failed when the ledger cannot be written.
    pub(super) fn open(folder: &Path, ledger: Option<&Access>) -> Result<NewAddresses> {
        let (case, numbers) = as_listed(folder, ledger)?;
        let asked = Asked::of(&case.intake, &case.recipients, &numbers);
        let places = asked.places().filter_map(|place| Some((numbers[place]?.0, place))).collect();
        Ok(NewAddresses { places, moves: recipients::read_moves_with_words(folder)?, case })
    }

    /// Takes an address for the person of a piece, in the place of an earlier one; `false` when the person is listed no more, or has
    /// an address that is theirs alone to change.
    pub(super) fn take(&mut self, piece: Piece, address: &Private<NewAddress>, kind: MoveKind) -> bool {
        let Some(place) = self.places.get(&piece) else { return false };
        let recipient = self.case.recipients.people.get(*place);
        let Some(home) = &recipient.address else { return false };
        let name = recipient.addressee();
        let NewAddress { address1, address2, city, state, zip } = address.reveal().clone();
        let answer = Move {
            record: recipient.record.clone(),
            asked: Move::asked_about(name.reveal(), home.reveal()),
            code: NEW_ADDRESS.to_owned(),
            kind: Some(kind),
            moved_on: None,
            dpv: String::new(),
            address: Private::new([address1, address2, city, state, zip]),
            line: 0,
        };
        self.moves.retain(|(known, _)| known.record != answer.record);
        self.moves.push((answer, RETURNED.to_owned()));
        true
    }

    /// Writes moves.csv.
    ///
    /// # Errors
    /// Refused when a ruling contradicts an address; failed when it cannot be written.
    pub(super) fn write(self) -> Result<()> {
        let NewAddresses { case, moves, .. } = self;
        let given: Vec<Move> = moves.iter().map(|(answer, _)| answer.clone()).collect();
        recipients::gather_with(&case.incident, &case.rules, &case.intake, Answers::Given(&given))?;
        let moves: Vec<(Move, &str)> = moves.iter().map(|(answer, word)| (answer.clone(), word.as_str())).collect();
        files::write(&case.incident.folder.join(MOVES_FILE), &write_moves(&moves)?)
    }
}

/// The post's code of a match with a new address.
const NEW_ADDRESS: &str = "A";

/// The list goes to others: it has no place among the files of an incident.
fn refuse_incident_folder(path: &Path, folder: &Path) -> Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    files::refuse_inputs(parent, folder)
}
