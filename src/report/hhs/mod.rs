//! The sheet for the breach portal of HHS, one for each provider: every question in the order of the screens, with what to paste.
//!
//! One form serves both tracks of 45 CFR 164.408: 500 people or more with the letters, fewer within 60 days of the year's end; and
//! addenda to a report that was filed.

mod answers;
mod log;
mod portal;
mod sheet;

pub use log::yearly_log;
pub use portal::Portal;
pub(super) use portal::Question;
pub use sheet::{Missing, Sheet};

use super::dossier::OfProvider;
use crate::compose::with_separators;
use crate::obligations::Duty;

/// Fills the form for a provider.
pub fn sheet(portal: &Portal, of: OfProvider<'_>) -> Sheet {
    let (screens, mut missing) = sheet::screens(portal, &answers::answers(portal, of));
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
        clause: duty.map(|duty| duty.clause.clone()).unwrap_or_default(),
        missing,
        screens,
    }
}
