//! The facts -> an answer to each question of a state's form.

use super::residents::OfResidents;
use crate::incident::IdentityService;
use crate::intake::Element;
use crate::obligations::Duty;
use crate::report::form::{Answer, Answers, Form, picked};
use crate::report::statements::{Contact, REPORT_FILE};

/// Everything that the facts answer of a provider's residents of a jurisdiction.
pub(super) fn answers(form: &Form, of: &OfResidents<'_>) -> Answers {
    let mut all = Answers::new();
    organization(of, &mut all);
    filer(of, &mut all);
    breach(form, of, &mut all);
    notice(of, &mut all);
    measures(of, &mut all);
    all
}

fn yes_or_no(yes: bool) -> Answer {
    Answer::option(if yes { "Yes" } else { "No" })
}

/// What only the office knows.
fn stated(key: &str) -> String {
    format!("write `{key}` into {REPORT_FILE}, under [regulators]")
}

fn organization(of: &OfResidents<'_>, all: &mut Answers) {
    let provider = of.provider.provider;
    let street = [provider.address1.as_str(), provider.address2.as_str()].into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>();
    for (id, value) in [
        ("organization_name", provider.legal_name.clone()),
        ("organization_type", format!("Health care: {}", provider.kind)),
        ("organization_street", street.join(", ")),
        ("organization_city", provider.city.clone()),
        ("organization_state", of.provider.dossier.state(&provider.state).to_owned()),
        ("organization_zip", provider.postal_code.clone()),
    ] {
        all.insert(id, Answer::text(value));
    }
}

fn filer(of: &OfResidents<'_>, all: &mut Answers) {
    let provider = of.provider.provider;
    let (name, title, email, phone) = match of.provider.dossier.statements.contact(&provider.id) {
        Some(Contact { first_name, last_name, title, email, phone, .. }) => {
            (format!("{first_name} {last_name}"), title.clone().unwrap_or_default(), email.clone(), phone.clone())
        }
        None => (provider.signatory_name.clone(), provider.signatory_title.clone(), provider.email.clone(), provider.phone.clone()),
    };
    let what = format!("name whom regulators may ask under [[contacts]] in {REPORT_FILE}");
    for (id, value) in [("filer_name", name), ("filer_title", title), ("filer_email", email), ("filer_phone", phone)] {
        all.insert(id, Answer::text(value).or_missing(&what));
    }
    all.insert("filer_relationship", Answer::text("Employee").noted("of the organization; counsel who files says so"));
}

fn breach(form: &Form, of: &OfResidents<'_>, all: &mut Answers) {
    let (incident, provider) = (of.provider.dossier.incident, of.provider.provider);
    all.insert("breach_began", Answer::date(provider.breach_began));
    let ended = provider.breach_ended.map_or_else(|| Answer::default().noted("not known"), Answer::date);
    all.insert("breach_ended", ended);
    all.insert("discovered", Answer::date(of.provider.discovered()));
    let has_list = form.question("cause").is_some_and(|question| !question.answers.is_empty());
    let cause = if has_list {
        let (chosen, _) = picked(form, "cause", std::iter::once(incident.cause.as_str()));
        Answer { chosen, ..Answer::default() }
    } else {
        Answer::text(incident.cause.replace('_', " ").replace("hacking it", "hacking or IT"))
    };
    all.insert("cause", cause);
    all.insert("description", of.provider.description());
    let ids: Vec<&str> = of.all().information.iter().map(Element::id).collect();
    let (chosen, _) = picked(form, "information", ids.into_iter());
    all.insert("information", Answer { chosen, ..Answer::default() });
    let (count, everyone) = (of.count(), of.all().count);
    let note = match count == everyone {
        true => "everyone who lives there, also the dead and those whom no letter reaches".to_owned(),
        false => format!("of {everyone} who live there: those whose information comes under the state's law"),
    };
    all.insert("residents", Answer::text(count.to_string()).noted(note));
    all.insert("total", Answer::text(of.provider.individuals().to_string()).noted("everyone of this provider"));
}

fn notice(of: &OfResidents<'_>, all: &mut Answers) {
    let (left, planned) = (of.left(), of.provider.provider.mail_date);
    let is_past = planned < of.provider.dossier.plan.as_of;
    let expected = |note: &str| match is_past {
        true => Answer::missing("no notice is known to have gone, and the planned mail date has passed: take in the house's report"),
        false => Answer::date(planned).noted(note),
    };
    all.insert("notified_from", left.first.map_or_else(|| expected("the mail date that is planned"), Answer::date));
    let last = match left.last {
        Some(last) if left.is_complete() => Answer::date(last),
        Some(last) => {
            Answer::date(last.max(planned)).noted(format!("expected: {} of {} notices are known to have gone", left.gone, left.wanted))
        }
        None => expected("the mail date that is planned"),
    };
    all.insert("notified_to", last);
    all.insert("residents_told", Answer::text(left.gone.to_string()).noted(format!("of {} to whom a notice is to go", left.wanted)));
    let told_otherwise = of.provider.unreachable();
    let ways = [
        ("Written", left.wanted > left.emails || of.provider.dossier.status.is_none()),
        ("Electronic", left.emails > 0),
        ("Substitute notice", told_otherwise.is_some()),
    ];
    let channels = ways.into_iter().filter(|(_, is_used)| *is_used).map(|(way, _)| way.to_owned()).collect();
    all.insert("channels", Answer { chosen: channels, ..Answer::default() });
    all.insert("substitute", yes_or_no(told_otherwise.is_some()));
    let holds = of.provider.dossier.incident.holds.iter().filter(|hold| hold.binds(of.provider.provider));
    let holds: Vec<String> = holds.map(|hold| format!("{} asked for a delay on {}", hold.agency, hold.received)).collect();
    all.insert("delayed", yes_or_no(!holds.is_empty()));
    all.insert("delay_reason", Answer::text(holds.join("; ")));
    let agencies = of.provider.obligations(Duty::ConsumerReportingAgencyNotice).filter(|obligation| obligation.jurisdiction == of.code);
    let told = agencies.flat_map(|obligation| of.provider.dossier.statements.filings(obligation)).map(|filing| filing.on).max();
    let agencies = yes_or_no(told.is_some());
    all.insert("agencies_told", told.map_or(agencies.clone(), |on| agencies.noted(format!("on {on}"))));
    let samples = of.samples();
    let sample = Answer::text(samples.join(", "))
        .or_missing("no wording is approved: the proofs of a seal are samples without personal information");
    all.insert(
        "sample",
        if samples.is_empty() {
            sample
        } else {
            sample.noted("files of this report: proofs as counsel approved them, to an invented person")
        },
    );
}

fn measures(of: &OfResidents<'_>, all: &mut Answers) {
    let dossier = of.provider.dossier;
    let prose = |text: &str| Answer::text(crate::compose::as_plain_text(text));
    all.insert("contained", prose(&[dossier.incident.investigation.as_str(), &dossier.incident.mitigation].join("\n\n")));
    all.insert("planned", prose(&dossier.incident.prevention));
    let service = dossier.incident.identity_service.as_ref();
    all.insert("service", yes_or_no(service.is_some()));
    let detail = service.map(|IdentityService { vendor, product, months, .. }| format!("{months} months, {vendor}: {product}"));
    all.insert("service_detail", Answer::text(detail.unwrap_or_default()));
    let office = &dossier.statements.regulators;
    let told = |id: &'static str, value: Option<bool>| match value {
        Some(yes) => yes_or_no(yes),
        None => Answer::missing(stated(id)),
    };
    all.insert("law_enforcement", told("law_enforcement", office.law_enforcement.or((!dossier.incident.holds.is_empty()).then_some(true))));
    all.insert("written_program", told("written_program", office.written_program));
    all.insert("small_business", told("small_business", office.small_business));
    let previous = office.previous_notices.clone().unwrap_or_default();
    all.insert("previous_notices", Answer::text(previous).or_missing(stated("previous_notices")));
}
