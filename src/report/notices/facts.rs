//! Which notices a provider owes to nobody by name, and what they tell.

use crate::compose::{NoticeFacts, NoticeKind};
use crate::incident::ProviderIndex;
use crate::obligations::{Duty, Obligation};
use crate::report::dossier::OfProvider;
use jiff::ToSpan as _;
use jiff::civil::Date;

/// A notice that is owed, or of use to everyone.
pub(super) struct Owed<'d> {
    pub(super) kind: NoticeKind,
    /// Two-letter code of the state whose media are told; absent in other notices.
    pub(super) code: Option<&'d str>,
    /// What it meets; none for what a call center says.
    pub(super) obligations: Vec<&'d Obligation>,
    pub(super) facts: NoticeFacts,
    /// The last day of a posting that begins on the day of the report.
    pub(super) until: Date,
}

/// The notices of a provider, in the order in which they are listed.
pub(super) fn owed(of: OfProvider<'_>, provider: ProviderIndex) -> Vec<Owed<'_>> {
    let facts = NoticeFacts {
        provider,
        state: None,
        elements: of.all().information,
        first: None,
        last: None,
        letters: 0,
        emails: 0,
        residents: Vec::new(),
    };
    let days = i32::try_from(of.dossier.rules.federal.substitute_posting_days.value).unwrap_or(i32::MAX);
    let as_of = of.dossier.plan.as_of;
    let until = as_of.saturating_add(days.days());
    let notice = |kind, code, obligations, facts| Owed { kind, code, obligations, facts, until };
    let required = |duty| of.obligations(duty).filter(|obligation| obligation.required);
    let mut owed = Vec::new();
    for obligation in required(Duty::MediaNotice) {
        let code = obligation.jurisdiction.as_str();
        let state = Some(of.dossier.state(code).to_owned());
        let facts = NoticeFacts { state, elements: of.residents_of(code).information, ..facts.clone() };
        owed.push(notice(NoticeKind::Media, Some(code), vec![obligation], facts));
    }
    let public_from = u64::from(of.dossier.rules.federal.substitute_public_from.value);
    for obligation in required(Duty::SubstituteNotice).filter(|obligation| obligation.count >= public_from) {
        owed.push(notice(NoticeKind::Web, None, vec![obligation], facts.clone()));
    }
    let of_agencies: Vec<&Obligation> = required(Duty::ConsumerReportingAgencyNotice).collect();
    if !of_agencies.is_empty() {
        let facts = for_agencies(of, &of_agencies, facts.clone());
        owed.push(notice(NoticeKind::ConsumerReportingAgencies, None, of_agencies, facts));
    }
    owed.push(notice(NoticeKind::CallCenter, None, Vec::new(), facts));
    owed
}

/// What the agencies are told: when, how many and where, of the states whose laws ask for it.
fn for_agencies(of: OfProvider<'_>, obligations: &[&Obligation], mut facts: NoticeFacts) -> NoticeFacts {
    let mut lefts = Vec::new();
    for obligation in obligations {
        let code = obligation.jurisdiction.as_str();
        let part = of.residents_of(code);
        facts.letters += part.letters;
        facts.emails += part.emails;
        facts.residents.push((of.dossier.state(code).to_owned(), obligation.count));
        lefts.push(of.left_in(code));
    }
    facts.residents.sort();
    facts.first = lefts.iter().filter_map(|left| left.first).min();
    // Until all went there is no last day.
    let days: Option<Vec<Option<Date>>> = lefts.iter().map(|left| left.is_complete().then_some(left.last)).collect();
    facts.last = days.and_then(|days| days.into_iter().max().flatten());
    facts
}
