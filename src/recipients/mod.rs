//! Rows -> people one may write to: merging, roles, addresses. Keeps which rows and which changes.

mod address;
mod address_fault;
mod address_form;
mod box_line;
mod breakdown;
mod channel;
mod codes;
mod context;
mod counts;
mod dates;
mod decisions;
mod forward;
mod gather;
mod hash;
mod hold;
mod identity;
mod kept_codes;
mod merge;
mod moves;
mod name_case;
mod name_doubt;
mod names;
mod notes;
mod packed;
mod people;
mod person;
mod possible;
mod redirect;
mod releases;
mod rereading;
mod roles;
mod settle;
mod stale;
#[cfg(test)]
mod tests;
mod view;
mod vocabulary;
mod zip;

pub use address::home_address;
pub use breakdown::{Group, breakdown};
pub use codes::Pooled;
pub use counts::Counts;
pub use decisions::{DECISIONS_FILE, last_ruling, rulings_by_kind};
pub use forward::NCOA_RULE;
pub use kept_codes::CodeDigest;
pub use moves::{Effect, MOVES_FILE, Move, MoveKind, Outcome, RETURNED, moves_by_effect, read_moves_with_words, write_moves};
pub use people::{Outline, People};
pub use redirect::Answers;
pub use rereading::{Reread, Rereading};

use crate::error::{Finding, Result};
use crate::incident::{Incident, Language, ProviderIndex};
use crate::intake::{Elements, Field, Intake, RowIndex};
use crate::privacy::Private;
use crate::rules::{Jurisdiction, Rules};
use context::Context;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// In which role a person is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The patient, of full age (or a minor who consented to the care).
    Adult,
    /// A child: the parent, guardian or named guardian is addressed.
    Minor,
    /// A dead patient: next of kin or executor is addressed.
    Deceased,
    /// A patient with a personal representative, who is addressed.
    Represented,
}

impl Role {
    /// Every role, in the order in which tables list them.
    pub const ALL: [Role; 4] = [Role::Adult, Role::Minor, Role::Deceased, Role::Represented];

    /// `adult`, `minor`, `deceased`, `represented`.
    pub fn id(self) -> &'static str {
        match self {
            Role::Adult => "adult",
            Role::Minor => "minor",
            Role::Deceased => "deceased",
            Role::Represented => "represented",
        }
    }
}

/// The patient's name as the letter prints it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PersonName {
    /// `Dr.` and the like; may be empty.
    pub prefix: String,
    /// Given name; may be empty when only `full_name` could not be split.
    pub first: String,
    /// Middle name or initial; may be empty.
    pub middle: String,
    /// Family name.
    pub last: String,
    /// `Jr.`, `III`; may be empty.
    pub suffix: String,
}

impl PersonName {
    /// Given and family name as names are compared: small letters and digits without marks.
    pub fn folded(&self) -> [String; 2] {
        [name_case::fold(&self.first), name_case::fold(&self.last)]
    }

    /// Given, middle, family name and suffix, without the prefix.
    pub fn full(&self) -> String {
        let mut name = String::new();
        for part in [&self.first, &self.middle, &self.last, &self.suffix] {
            if !part.is_empty() {
                if !name.is_empty() {
                    name.push(' ');
                }
                name.push_str(part);
            }
        }
        name
    }
}

/// A postal address in the form in which it is printed (domestic: capitals as DMM 202.1 prefers).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PostalAddress {
    /// Street, box or military unit line.
    pub address1: String,
    /// Second line; may be empty.
    pub address2: String,
    /// City, or APO, FPO, DPO.
    pub city: String,
    /// Two-letter code; a foreign region as written.
    pub state: String,
    /// ZIP or foreign postal code.
    pub postal_code: String,
    /// Country in capitals for foreign mail; empty for domestic.
    pub country: String,
}

impl PostalAddress {
    /// The lines below the name, in print order.
    pub fn lines(&self) -> Vec<String> {
        address::lines(self)
    }

    /// Whether it leaves the United States, its territories and its military post.
    pub fn is_foreign(&self) -> bool {
        !self.country.is_empty()
    }
}

/// How the notice goes out, or why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disposition {
    /// By first-class mail.
    Letter,
    /// By e-mail, with agreement in force at the mail date (45 CFR 164.404(d)(1)(i)).
    Email,
    /// Kept back; the finding says why.
    Held(Finding),
    /// Owed no letter, with the clause.
    Excluded {
        /// Such as `45 CFR 164.404(d)(1)(ii)`.
        clause: String,
        /// Why the clause applies, in a sentence without patient values.
        reason: String,
    },
}

/// A value that was changed between list and letter, for proof. What the list had is the row's own value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The row whose value was changed.
    pub row: RowIndex,
    /// The field.
    pub field: Field,
    /// Why: `address-form`, `name-form`, `ncoa` (the address vendor's answer), `ruling`.
    pub rule: &'static str,
    /// As it is used.
    pub to: Private<String>,
}

/// Who allots piece numbers by: stable across runs, opaque. SHA-256 of provider id and patient id (or row key), hex, 32 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonKey(pub String);

impl PersonKey {
    /// The key of half a digest.
    fn of(digest: &[u8; 16]) -> PersonKey {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        PersonKey(digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect())
    }

    /// The half of a digest that it was made of; zeros when it was made of none.
    fn bytes(&self) -> [u8; 16] {
        let number = u128::from_str_radix(&self.0, 16).unwrap_or_default();
        number.to_be_bytes()
    }
}

/// A person to be told about one provider, or about several in one letter.
#[derive(Debug, Clone)]
pub struct Recipient {
    /// Ledger identity.
    pub key: PersonKey,
    /// Key of the first row, `list:record_id`.
    pub record: String,
    /// The rows merged into this recipient, first row first.
    pub rows: Vec<RowIndex>,
    /// Which provider it concerns, of several the first; absent when the row named none that exists (then it is held).
    pub provider: Option<ProviderIndex>,
    /// The others that it concerns, in their order, where the business associate's letter speaks for all.
    pub also_at: Vec<ProviderIndex>,
    /// In which role.
    pub role: Role,
    /// The patient.
    pub name: Private<PersonName>,
    /// Name of parent, guardian, next of kin, executor or representative, when known.
    pub representative: Option<Private<String>>,
    /// Where the letter goes; absent when there is no usable address.
    pub address: Option<Private<PostalAddress>>,
    /// Residence by the home address, for counts; absent for foreign, military and unknown.
    pub residence: Option<Jurisdiction>,
    /// Address for an e-mail notice; present only when the channel is e-mail.
    pub email: Option<Private<String>>,
    /// Birth date when known.
    pub birth_date: Option<Private<Date>>,
    /// The types of information involved, united over the rows.
    pub elements: Elements,
    /// Language of the letter.
    pub language: Language,
    /// Large print asked for.
    pub large_print: bool,
    /// Code for the identity service; never for the deceased.
    pub activation_code: Option<Private<String>>,
    /// No usable postal address and no e-mail notice: feeds the substitute-notice duty (45 CFR 164.404(d)(2)).
    pub unreachable: bool,
    /// Letter, e-mail, held or excluded.
    pub disposition: Disposition,
    /// What was changed on the way.
    pub changes: Vec<Change>,
}

impl Recipient {
    /// Whether [`Recipient::addressee`] opens the letter, and is no child whose parent is not named.
    pub fn is_addressed_by_name(&self) -> bool {
        self.role == Role::Adult || self.representative.is_some()
    }

    /// Whom the letter is addressed to: the patient, or who acts for the patient where somebody is named.
    pub fn addressee(&self) -> Private<String> {
        self.representative.clone().unwrap_or_else(|| Private::new(self.name.reveal().full()))
    }
}

/// A row that went into another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// The row.
    pub row: RowIndex,
    /// The first row of the recipient it went into.
    pub into: RowIndex,
    /// Name of the rule.
    pub rule: &'static str,
    /// Why it may be joined.
    pub reason: &'static str,
}

/// Two rows that may be one person: for a person to rule on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PossibleMerge {
    /// One row.
    pub row: RowIndex,
    /// The other.
    pub other: RowIndex,
    /// What speaks for it and what is missing.
    pub reason: &'static str,
}

/// Everyone, with what became of each row.
#[derive(Debug, Clone, Default)]
pub struct Recipients {
    /// In the order of their first rows.
    pub people: People,
    /// In row order.
    pub merges: Vec<Merge>,
    /// In row order.
    pub possible: Vec<PossibleMerge>,
    /// Findings that warn.
    pub findings: Vec<Finding>,
    /// Who got an activation code from a pool, in the order of their first rows.
    pub pooled: Vec<Pooled>,
}

/// Gives everyone with a code from a pool the one that was theirs before, and others the first that never was anybody's. `given`
/// tells by place whose code was which, `spent` all that ever were given. Tells who has which now, by place.
///
/// # Errors
/// Refused when a pool is too short for that.
pub fn keep_codes(
    incident: &Incident,
    rules: &Rules,
    intake: &Intake,
    recipients: &mut Recipients,
    given: &dyn Fn(usize) -> Option<CodeDigest>,
    spent: &BTreeSet<CodeDigest>,
) -> Result<Vec<(usize, CodeDigest)>> {
    kept_codes::keep(&Context { incident, rules, intake, provider_addresses: &[] }, recipients, given, spent)
}

/// Makes recipients of rows. Every row ends in exactly one recipient's `rows`.
///
/// # Errors
/// Refused when the decisions file cannot be used or a code pool is too short.
pub fn gather(incident: &Incident, rules: &Rules, intake: &Intake) -> Result<Recipients> {
    gather::gather(incident, rules, intake, Answers::Received)
}

/// As [`gather`], with other answers of the address vendor than those of the folder.
///
/// # Errors
/// As [`gather`].
pub fn gather_with(incident: &Incident, rules: &Rules, intake: &Intake, answers: Answers) -> Result<Recipients> {
    gather::gather(incident, rules, intake, answers)
}
