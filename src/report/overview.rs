//! The first page of a report: what is open, where everyone stands, what was owed and when it was met.

use super::dossier::{Dossier, OfProvider};
use super::form::Missing;
use super::hhs::Sheet;
use super::met::{Met, met};
use super::notices::{self, NoticeSheet};
use super::standing::{Channel, Status};
use super::statements::{Filing, REPORT_FILE, office};
use super::states::StateSheet;
use crate::compose::with_separators;
use crate::obligations::{Duty, Obligation};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What the first page shows.
#[derive(Debug, Clone, Serialize)]
pub struct Overview {
    /// What is still to do, the nearest first.
    pub open: Vec<Open>,
    /// Duties that were met after their last day.
    pub late: usize,
    /// Whether every row and every recipient is accounted for.
    pub closes: bool,
    counts: Vec<Count>,
    providers: Vec<Provider>,
    /// Name of the yearly log; absent when nobody owes one.
    pub(super) log: Option<&'static str>,
}

/// Something that is still to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Open {
    /// What.
    pub what: String,
    /// How.
    pub hint: String,
    /// The page on which it stands; absent when it stands on none.
    pub link: Option<String>,
}

/// A line of the counts.
#[derive(Debug, Clone, Serialize)]
struct Count {
    what: &'static str,
    count: String,
    parts: String,
}

#[derive(Debug, Clone, Serialize)]
struct Provider {
    name: String,
    sheets: Vec<Link>,
    notices: Vec<Link>,
    duties: Vec<Owed>,
}

#[derive(Debug, Clone, Serialize)]
struct Link {
    what: String,
    link: String,
}

/// A duty with what became of it.
#[derive(Debug, Clone, Serialize)]
struct Owed {
    title: String,
    to: String,
    count: String,
    deadline: String,
    /// The day, and how early or late; absent while it is open.
    met: Option<String>,
    late: bool,
    how: String,
    clause: String,
}

/// The page of the notices that go to nobody by name.
pub(super) const NOTICES_PAGE: &str = "notices/index.html";

/// Where a provider's sheet for HHS stands in the folder.
pub(super) fn hhs_file(provider_id: &str) -> String {
    format!("hhs/{}.html", super::folder::file_name(provider_id))
}

/// Where a sheet for a state's regulators stands.
pub(super) fn state_file(sheet: &StateSheet) -> String {
    format!("states/{}-{}.html", super::folder::file_name(&sheet.provider_id), sheet.jurisdiction)
}

/// The sheets of a report, which say what is missing on them.
pub(super) struct Sheets<'s> {
    pub(super) hhs: &'s [Sheet],
    pub(super) states: &'s [StateSheet],
    pub(super) notices: &'s [NoticeSheet],
}

/// Puts the first page together.
pub(super) fn overview(dossier: &Dossier<'_>, sheets: &Sheets<'_>) -> Overview {
    let providers: Vec<Provider> = dossier.providers().map(|of| provider(of, sheets)).collect();
    let mut open = dossier.status.as_ref().map(loose).unwrap_or_default();
    open.splice(0..0, dossier.doubts.iter().map(|(what, hint)| Open { what: what.clone(), hint: hint.clone(), link: None }));
    open.extend(dossier.providers().filter_map(|of| {
        let hint = format!("until {}: neither letters nor filings may leave", of.held_until()?);
        Some(Open { what: format!("{}: law-enforcement hold", of.provider.id), hint, link: None })
    }));
    open.extend(dossier.providers().filter_map(grown));
    open.extend(unmet(dossier));
    open.extend(stray_filings(dossier));
    open.extend(
        sheets
            .hhs
            .iter()
            .filter_map(|sheet| unanswered(format!("HHS sheet of {}", sheet.provider_id), &sheet.missing, hhs_file(&sheet.provider_id))),
    );
    open.extend(
        sheets
            .states
            .iter()
            .filter_map(|sheet| unanswered(format!("{} sheet of {}", sheet.state, sheet.provider_id), &sheet.missing, state_file(sheet))),
    );
    open.extend(sheets.notices.iter().flat_map(unready));
    let closes = dossier.status.as_ref().is_some_and(|status| status.closes);
    let late = providers.iter().flat_map(|provider| &provider.duties).filter(|duty| duty.late).count();
    Overview { open, late, closes, counts: dossier.status.as_ref().map(counts).unwrap_or_default(), providers, log: None }
}

/// A sheet with questions that have no answer yet, or one that the form does not take.
fn unanswered(what: String, missing: &[Missing], link: String) -> Option<Open> {
    let labels: Vec<&str> = missing.iter().map(|missing| missing.label.as_str()).collect();
    (!labels.is_empty()).then(|| Open { what, hint: format!("not ready yet: {}", labels.join(", ")), link: Some(link) })
}

/// What stands against a notice that the law asks for, and is its own: holds and approvals are told once for all.
fn unready(sheet: &NoticeSheet) -> Vec<Open> {
    let own = sheet.missing.iter().filter(|missing| missing.is_own && !sheet.clauses.is_empty());
    let open = |missing: &notices::Against| Open {
        what: format!("{}: {}", sheet.provider_id, sheet.title),
        hint: missing.hint.clone(),
        link: Some(NOTICES_PAGE.to_owned()),
    };
    own.map(open).collect()
}

/// A count that is no longer what HHS was told.
fn grown(of: OfProvider<'_>) -> Option<Open> {
    let told = of.told_hhs().last()?.individuals.map(u64::from).filter(|told| *told != of.individuals())?;
    let hint = format!("HHS was told of {told}, it is {} now: file an addendum, then enter it in {REPORT_FILE}", of.individuals());
    Some(Open { what: format!("{}: people told to HHS", of.provider.id), hint, link: Some(hhs_file(&of.provider.id)) })
}

/// Duties that are not met; one line stands for all of a provider's that letters meet, with the nearest of their days that is open.
fn unmet(dossier: &Dossier<'_>) -> Vec<Open> {
    let mut with_letters = BTreeSet::new();
    let mut open = Vec::new();
    for obligation in due(dossier) {
        let Met::Open { hint } = met(dossier, obligation) else { continue };
        let is_letters = matches!(obligation.duty, Duty::IndividualNotice | Duty::IdentityService);
        if is_letters && !with_letters.insert(&obligation.provider_id) {
            continue;
        }
        let what = if is_letters { "letters".to_owned() } else { format!("{} ({})", obligation.title(), obligation.to) };
        open.push(Open {
            what: format!("{}: {what}", obligation.provider_id),
            hint: by(obligation, dossier.plan.as_of, &hint),
            link: is_notice(obligation.duty).then(|| NOTICES_PAGE.to_owned()),
        });
    }
    open
}

/// Whether a text for it stands among the notices.
fn is_notice(duty: Duty) -> bool {
    matches!(duty, Duty::MediaNotice | Duty::ConsumerReportingAgencyNotice | Duty::SubstituteNotice)
}

/// The last day, the day to act by where that comes before it, and what to do.
fn by(obligation: &Obligation, as_of: Date, hint: &str) -> String {
    let Some(day) = obligation.deadline else { return hint.to_owned() };
    if day < as_of {
        return format!("was due by {day}; {hint}");
    }
    match obligation.mail_by.filter(|mail_by| *mail_by < day) {
        Some(mail_by) => format!("by {day}, act by {mail_by}; {hint}"),
        None => format!("by {day}; {hint}"),
    }
}

/// What is required, by the last day.
fn due<'d>(dossier: &'d Dossier<'_>) -> Vec<&'d Obligation> {
    let mut due: Vec<&Obligation> = dossier.plan.obligations.iter().filter(|obligation| obligation.required).collect();
    due.sort_by_key(|obligation| (obligation.deadline.is_none(), obligation.deadline));
    due
}

/// People whom nothing in the plan accounts for.
fn loose(status: &Status) -> Vec<Open> {
    let people = |count: u64, what: &str, hint: &str| {
        (count > 0).then(|| Open { what: format!("{} {what}", with_separators(count)), hint: hint.to_owned(), link: None })
    };
    let counts = (!status.closes).then(|| Open {
        what: "the counts in the ledger".to_owned(),
        hint: "they do not close: run status".to_owned(),
        link: None,
    });
    [
        counts,
        people(status.held_total(), "held", "held.csv says why; each is owed a notice until then"),
        people(status.uncertain.len() as u64, "uncertain e-mails", "find out whether they arrived, then send --resolve"),
        people(status.failed.len() as u64, "failed e-mails", "the next export mails them"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Filings that meet no duty of the plan: entered for the wrong provider, state or office, or the duty fell away.
fn stray_filings(dossier: &Dossier<'_>) -> Vec<Open> {
    let obligations = &dossier.plan.obligations;
    // Of the two ways to tell HHS one is required, and the other is considered.
    let is_hhs = |duty: Duty| matches!(duty, Duty::HhsNotice | Duty::HhsAnnualLog);
    let is_met = |obligation: &&Obligation| !dossier.statements.filings(obligation).is_empty();
    let instead = |filing: &Filing| {
        let of_provider = |obligation: &&Obligation| is_hhs(obligation.duty) && obligation.provider_id == filing.provider;
        let required = obligations.iter().filter(of_provider).find(|obligation| obligation.required);
        // Who filed the way that was required before the count crossed the line did right.
        required.filter(|obligation| is_hhs(filing.duty) && obligation.duty != filing.duty && !is_met(obligation))
    };
    let is_stray = |filing: &&Filing| instead(filing).is_some() || !obligations.iter().any(|obligation| filing.meets(obligation));
    let stray = dossier.statements.all_filings().iter().filter(is_stray);
    let told = |filing: &Filing| {
        let alike = |obligation: &&Obligation| obligation.duty == filing.duty && obligation.jurisdiction == filing.jurisdiction;
        let of_provider = obligations.iter().filter(|obligation| obligation.provider_id == filing.provider).filter(alike);
        let offices: Vec<&str> = of_provider.filter_map(office).collect();
        let hint = match offices.as_slice() {
            _ if instead(filing).is_some() => {
                let asked = instead(filing).map(|obligation| obligation.duty.words()).unwrap_or_default();
                format!("the plan asks for the {asked} of this provider: correct `duty` in {REPORT_FILE}")
            }
            [] => format!("the plan has no {} in {}: check the entry in {REPORT_FILE}", filing.duty.words(), filing.jurisdiction),
            offices => format!("write into {REPORT_FILE} which `offices` it was given to: {}", offices.join(", ")),
        };
        Open { what: format!("filing of {} on {}", filing.provider, filing.on), hint, link: None }
    };
    stray.map(told).chain(strange_offices(dossier)).collect()
}

/// Offices of a filing that the plan does not have: misspelt, beside others that meet a duty.
fn strange_offices(dossier: &Dossier<'_>) -> Vec<Open> {
    let of_filing = |filing: &Filing| {
        let alike = |obligation: &&Obligation| {
            (obligation.duty, &obligation.provider_id, &obligation.jurisdiction) == (filing.duty, &filing.provider, &filing.jurisdiction)
        };
        let known: Vec<&str> = dossier.plan.obligations.iter().filter(alike).filter_map(office).collect();
        let strange: Vec<&str> = filing.offices.iter().map(String::as_str).filter(|named| !known.contains(named)).collect();
        let is_partly_right = strange.len() < filing.offices.len();
        (is_partly_right && !strange.is_empty()).then(|| Open {
            what: format!("filing of {} on {}", filing.provider, filing.on),
            hint: format!("the plan has no office {} in {}; it has {}", strange.join(", "), filing.jurisdiction, known.join(", ")),
            link: None,
        })
    };
    dossier.statements.all_filings().iter().filter_map(of_filing).collect()
}

fn provider(of: OfProvider<'_>, sheets: &Sheets<'_>) -> Provider {
    let dossier = of.dossier;
    let mut links = vec![Link { what: "HHS breach portal".to_owned(), link: hhs_file(&of.provider.id) }];
    let own = sheets.states.iter().filter(|sheet| sheet.provider_id == of.provider.id);
    links.extend(own.map(|sheet| Link { what: sheet.state.clone(), link: state_file(sheet) }));
    let own = sheets.notices.iter().filter(|sheet| sheet.provider_id == of.provider.id);
    let notices = own.map(|sheet| Link { what: sheet.title.clone(), link: NOTICES_PAGE.to_owned() }).collect();
    let own = due(dossier).into_iter().filter(|obligation| obligation.provider_id == of.provider.id);
    Provider {
        name: format!("{} ({})", of.provider.legal_name, of.provider.id),
        sheets: links,
        notices,
        duties: own.map(|obligation| owed(dossier, obligation)).collect(),
    }
}

fn owed(dossier: &Dossier<'_>, obligation: &Obligation) -> Owed {
    let became = met(dossier, obligation);
    let late = became.is_late();
    let (met, how) = match became {
        Met::On { day, by, late } => match early_or_late(late) {
            words if words.is_empty() => (Some(day.to_string()), by),
            words => (Some(format!("{day}, {words}")), by),
        },
        Met::Open { hint } => (None, hint),
    };
    Owed {
        title: obligation.title(),
        to: obligation.to.clone(),
        count: with_separators(obligation.count),
        deadline: obligation.deadline.map_or_else(|| "promptly".to_owned(), |day| day.to_string()),
        met,
        late,
        how,
        clause: obligation.clause.clone(),
    }
}

/// How a day stands to the last one, in words; none where the law gives no day.
pub(super) fn early_or_late(late: Option<i32>) -> String {
    let days = |count: i32| if count == 1 { "1 day".to_owned() } else { format!("{count} days") };
    match late {
        None => String::new(),
        Some(0) => "on the last day".to_owned(),
        Some(late) if late > 0 => format!("{} late", days(late)),
        Some(early) => format!("{} early", days(-early)),
    }
}

fn counts(status: &Status) -> Vec<Count> {
    let parts = |parts: Vec<(String, u64)>| {
        parts.into_iter().map(|(what, count)| format!("{} {what}", with_separators(count))).collect::<Vec<_>>().join(", ")
    };
    let named = |parts: &BTreeMap<String, u64>| parts.iter().map(|(what, count)| (what.clone(), *count)).collect::<Vec<_>>();
    let states = |channel: &Channel| channel.states.iter().map(|(what, count)| ((*what).to_owned(), *count)).collect::<Vec<_>>();
    let line = |what, count: u64, of: Vec<(String, u64)>| Count { what, count: with_separators(count), parts: parts(of) };
    let excluded = status.excluded.iter().map(|(clause, count)| (format!("by {clause}"), *count)).collect();
    let gone = status.gone.iter().map(|(what, count)| ((*what).to_owned(), *count)).collect::<Vec<_>>();
    let no_longer = line("No longer listed, though something left", status.gone.values().sum(), gone);
    let mut counts = vec![
        line(
            "Rows that came in",
            status.rows,
            vec![("merged into others".to_owned(), status.merged), ("people".to_owned(), status.recipients)],
        ),
        line("Letters", status.letters.total, states(&status.letters)),
        line("E-mails", status.emails.total, states(&status.emails)),
        line("Held", status.held_total(), named(&status.held)),
        line("Owed no letter", status.excluded_total(), excluded),
    ];
    counts.extend((!status.gone.is_empty()).then_some(no_longer));
    counts
}

#[cfg(test)]
mod tests {
    use super::early_or_late;

    #[test]
    fn a_day_is_told_against_the_last_one() {
        let cases = [(None, ""), (Some(0), "on the last day"), (Some(1), "1 day late"), (Some(-12), "12 days early")];
        for (late, words) in cases {
            assert_eq!(early_or_late(late), words);
        }
    }
}
