//! Whom an address vendor is asked about.

use crate::compose::PieceNumber;
use crate::intake::{Field, Intake};
use crate::privacy::Private;
use crate::recipients::{Disposition, Outline, PostalAddress, Recipients};

/// Everyone a vendor is asked about, in the order of piece numbers: whatever the order of the lists.
pub struct Asked<'a> {
    recipients: &'a Recipients,
    /// Piece number and place among the people, ascending.
    places: Vec<(PieceNumber, u32)>,
}

/// What a vendor is told of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Our number.
    pub piece: PieceNumber,
    /// Place among the people.
    pub place: usize,
    /// Whom the letter is addressed to: the patient, or who acts for the patient.
    pub name: Private<String>,
    /// Where the letter goes as the lists have it.
    pub address: Private<PostalAddress>,
}

impl<'a> Asked<'a> {
    /// Of people as the lists have them, without earlier answers, those whose letter a better address would change. `numbers` are
    /// their piece numbers, by place.
    ///
    /// That is everyone who gets a letter at an American address, and everyone who is held only because such an address is
    /// doubtful. It is nobody with a confidential address: it was asked for so that others do not learn it.
    pub fn of(intake: &Intake, recipients: &'a Recipients, numbers: &[Option<PieceNumber>]) -> Asked<'a> {
        let people = &recipients.people;
        let wanted = |place: &usize| {
            let outline = people.outline(*place);
            may_get_a_letter(outline) && people.has_domestic_address(*place) && !is_confidential(intake, outline)
        };
        let places = (0..people.len()).filter(wanted);
        let mut places: Vec<(PieceNumber, u32)> = places.filter_map(|place| Some((numbers[place]?, place as u32))).collect();
        places.sort_unstable();
        Asked { recipients, places }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Their places among the people.
    pub fn places(&self) -> impl Iterator<Item = usize> {
        self.places.iter().map(|(_, place)| *place as usize)
    }

    /// Everyone, one after the other.
    pub fn iter(&self) -> impl Iterator<Item = Question> {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// Where a number stands among them.
    pub fn position(&self, piece: PieceNumber) -> Option<usize> {
        self.places.binary_search_by_key(&piece, |(known, _)| *known).ok()
    }

    /// One of them, by its position.
    pub fn get(&self, position: usize) -> Option<Question> {
        let (piece, place) = *self.places.get(position)?;
        let recipient = self.recipients.people.get(place as usize);
        Some(Question { piece, place: place as usize, name: recipient.addressee(), address: recipient.address? })
    }
}

/// Gets a letter, or would if the address were beyond doubt.
fn may_get_a_letter(outline: Outline<'_>) -> bool {
    match outline.disposition {
        Disposition::Letter => true,
        Disposition::Held(finding) => ["address-", "zip-"].iter().any(|about| finding.code.starts_with(about)),
        Disposition::Email | Disposition::Excluded { .. } => false,
    }
}

fn is_confidential(intake: &Intake, outline: Outline<'_>) -> bool {
    let written = |field: &Field| outline.rows.iter().any(|row| !intake.row(*row).get(*field).is_empty());
    Field::CONFIDENTIAL[..5].iter().any(written)
}
