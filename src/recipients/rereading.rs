//! What the source rows of a recipient say, asked again for the proof: never from the recipient's own copy.

use super::codes::Pooled;
use super::context::Context;
use super::hash::hash;
use super::view::View;
use super::{PersonName, Recipients, Role, channel, roles};
use crate::incident::{Incident, ProviderIndex};
use crate::intake::{Intake, RowIndex};
use crate::rules::Rules;

/// Asks rows again.
#[derive(Clone, Copy)]
pub struct Rereading<'a> {
    context: Context<'a>,
    pooled: &'a [Pooled],
}

/// What the rows of one recipient say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reread {
    /// In which role the person is told, by status and dates.
    pub role: Role,
    /// Whether somebody who acts for the patient is named; only in roles that have one.
    pub has_representative: bool,
    /// BCP 47 tag of the letter's language.
    pub language: &'static str,
    /// The provider that the rows concern, of several the first; absent when they name none that exists.
    pub provider: Option<ProviderIndex>,
    /// The other providers that the rows concern.
    pub also_at: Vec<ProviderIndex>,
}

impl<'a> Rereading<'a> {
    /// The inputs of [`super::gather`], and what it recorded.
    pub fn new(incident: &'a Incident, rules: &'a Rules, intake: &'a Intake, recipients: &'a Recipients) -> Rereading<'a> {
        Rereading { context: Context { incident, rules, intake, provider_addresses: &[] }, pooled: &recipients.pooled }
    }

    /// Whether the person of a first row got just this code from a pool, or none.
    pub fn got_from_pool(&self, row: RowIndex, code: Option<&str>) -> bool {
        let found = self.pooled.binary_search_by_key(&row, |pooled| pooled.row);
        found.ok().map(|place| self.pooled[place].code) == code.map(hash)
    }

    /// The rows that came in.
    pub fn intake(&self) -> &'a Intake {
        self.context.intake
    }

    /// Asks the rows of one recipient, in the order in which the recipient has them.
    pub fn ask(&self, rows: &[RowIndex]) -> Reread {
        let view = View::new(self.context, rows);
        let (provider, also_at) = self.context.providers_of(rows);
        let residence = roles::jurisdiction(&self.context, view.home_state());
        let judgement = roles::judge(&view, provider, residence, &PersonName::default());
        let language = channel::language(&view, &mut Vec::new()).tag();
        Reread { role: judgement.role, has_representative: judgement.representative.is_some(), language, provider, also_at }
    }
}
