//! The sheet for the breach portal of HHS, one for each provider: every question in the order of the screens, with what to paste.
//!
//! One form serves both tracks of 45 CFR 164.408: 500 people or more with the letters, fewer within 60 days of the year's end; and
//! addenda to a report that was filed.

mod answers;
mod log;

pub use log::yearly_log;

use super::dossier::OfProvider;
use super::form::{Form, Missing, Screen, screens};
use crate::compose::with_separators;
use crate::error::Result;
use crate::obligations::Duty;
use serde::Serialize;

/// The portal's form.
///
/// # Errors
/// A bug of ours when the data cannot be read.
pub fn portal() -> Result<Form> {
    Form::built_in("portal.toml", include_str!("portal.toml"))
}

/// The sheet of one provider.
#[derive(Debug, Clone, Serialize)]
pub struct Sheet {
    /// Id of the provider.
    pub provider_id: String,
    /// Its legal name.
    pub provider: String,
    /// Whether it tells HHS with the letters, and not in the yearly log.
    pub at_once: bool,
    /// Last day; absent when there is none.
    pub deadline: Option<String>,
    /// People whom HHS is told of.
    pub individuals: String,
    /// Where the duty comes from.
    pub clause: String,
    /// Why it is too early to file; absent when it is not.
    pub too_early: Option<String>,
    /// What keeps the form from being filled in.
    pub missing: Vec<Missing>,
    /// What the screens ask.
    pub screens: Vec<Screen>,
}

/// Fills the form for a provider.
pub fn sheet(portal: &Form, of: OfProvider<'_>) -> Sheet {
    let (screens, mut missing) = screens(portal, &answers::answers(portal, of));
    if let Some(until) = of.held_until() {
        let hint = format!("a law-enforcement hold forbids it until {until} (45 CFR 164.412)");
        missing.insert(0, Missing { label: "Filing now".to_owned(), hint, anchor: "report-type".to_owned() });
    }
    let at_once = of.tells_hhs_at_once();
    let duty = of.obligations(if at_once { Duty::HhsNotice } else { Duty::HhsAnnualLog }).next();
    Sheet {
        provider_id: of.provider.id.clone(),
        provider: of.provider.legal_name.clone(),
        at_once,
        deadline: duty.and_then(|duty| duty.deadline).map(|day| day.to_string()),
        individuals: with_separators(of.individuals()),
        too_early: too_early(of),
        clause: duty.map(|duty| duty.clause.clone()).unwrap_or_default(),
        missing,
        screens,
    }
}

/// The form asks when notices went, and it cannot be saved to be ended later.
fn too_early(of: OfProvider<'_>) -> Option<String> {
    let planned = of.provider.mail_date;
    let nothing_went = of.left().first.is_none() && planned >= of.dossier.plan.as_of;
    nothing_went.then(|| {
        format!("no letter is known to have gone; {planned} is the planned mail date. File when they have gone, from this page made anew")
    })
}

#[cfg(test)]
mod tests {
    use super::portal;
    use crate::intake::Element;
    use crate::report::form::assert_sound;

    #[test]
    fn every_type_of_information_has_its_boxes() {
        let portal = portal().unwrap();
        assert_sound(&portal);
        for (_, id) in Element::ALL {
            let group = &portal.question("information").unwrap().answers[id];
            let inner = portal.question(&group.to_lowercase()).unwrap();
            assert!(inner.answers.contains_key(id), "{id} in {group}");
        }
    }
}
