//! Sheets for the regulators of the states: one for each provider and jurisdiction in which the plan requires that an office is told.
//!
//! Six states have a form of their own; all others get the record that regulators' forms have in common.

mod answers;
mod residents;

pub(super) use residents::{OfResidents, residents};

use super::form::{Form, Missing, Screen, screens};
use crate::error::Result;
use crate::obligations::Obligation;
use serde::Serialize;

const FORMS: [(&str, &str); 6] = [
    ("CA", include_str!("forms/ca.toml")),
    ("MA", include_str!("forms/ma.toml")),
    ("ME", include_str!("forms/me.toml")),
    ("NY", include_str!("forms/ny.toml")),
    ("TX", include_str!("forms/tx.toml")),
    ("WA", include_str!("forms/wa.toml")),
];
const OTHER: &str = include_str!("forms/other.toml");

/// The form for a jurisdiction; what all have in common where there is none, or `own` says that it is for another office.
fn form(code: &str, own: bool) -> Result<Form> {
    let own = FORMS.iter().find(|(known, _)| own && *known == code);
    own.map_or_else(|| Form::built_in("other.toml", OTHER), |(name, text)| Form::built_in(name, text))
}

/// The sheet of one provider for the regulators of one jurisdiction.
#[derive(Debug, Clone, Serialize)]
pub struct StateSheet {
    /// Id of the provider.
    pub provider_id: String,
    /// Its legal name.
    pub provider: String,
    /// Two-letter code.
    pub jurisdiction: String,
    /// Its name.
    pub state: String,
    /// Who is to be told, the first due first.
    pub offices: Vec<Office>,
    /// Where it is filed; empty when no form is known.
    pub address: String,
    /// What to know before; absent when there is nothing.
    pub note: Option<String>,
    /// What cannot be answered yet.
    pub missing: Vec<Missing>,
    /// What the form asks.
    pub screens: Vec<Screen>,
}

/// An office that is to be told.
#[derive(Debug, Clone, Serialize)]
pub struct Office {
    to: String,
    residents: u64,
    deadline: Option<String>,
    clause: String,
    basis: String,
}

/// Fills the form of a jurisdiction for a provider.
///
/// # Errors
/// A bug of ours when a form's data cannot be read.
pub(super) fn sheet(of: &OfResidents<'_>) -> Result<StateSheet> {
    let form = form(of.code, of.has_own_form())?;
    let (screens, mut missing) = screens(&form, &answers::answers(&form, of));
    if let Some(until) = of.provider.held_until() {
        let hint = format!("a law-enforcement hold forbids it until {until} (45 CFR 164.412)");
        missing.insert(0, Missing { label: "Filing now".to_owned(), hint, anchor: "missing".to_owned() });
    }
    Ok(StateSheet {
        provider_id: of.provider.provider.id.clone(),
        provider: of.provider.provider.legal_name.clone(),
        jurisdiction: of.code.to_owned(),
        state: of.provider.dossier.state(of.code).to_owned(),
        offices: of.obligations.iter().map(|obligation| office(obligation)).collect(),
        address: form.address,
        note: form.note,
        missing,
        screens,
    })
}

fn office(obligation: &Obligation) -> Office {
    let Obligation { to, count, deadline, clause, basis, .. } = obligation;
    let (to, clause, basis) = (to.clone(), clause.clone(), basis.clone());
    Office { to, residents: *count, deadline: deadline.map(|day| day.to_string()), clause, basis }
}

#[cfg(test)]
mod tests {
    use super::{FORMS, form};
    use crate::intake::Element;
    use crate::report::form::assert_sound;

    #[test]
    fn every_form_is_sound_and_knows_every_type_of_information() {
        for code in FORMS.map(|(code, _)| code).into_iter().chain(["VT"]) {
            let form = form(code, true).unwrap();
            assert_sound(&form);
            for (_, id) in Element::ALL {
                assert!(form.question("information").unwrap().answers.contains_key(id), "{code}: {id}");
            }
            for id in ["residents", "organization_name", "filer_name"] {
                assert!(form.question(id).is_some(), "{code}: {id}");
            }
        }
    }
}
