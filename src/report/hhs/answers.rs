//! The facts -> an answer to each question of the portal.

use crate::incident::{Incident, Provider, Sender};
use crate::report::dossier::OfProvider;
use crate::report::form::{Answer, Answers, Form, picked};
use crate::report::statements::{Associate, Contact, REPORT_FILE};

/// Everything that the facts answer for a provider.
pub(super) fn answers(form: &Form, of: OfProvider<'_>) -> Answers {
    let mut all = Answers::new();
    general(of, &mut all);
    entity(of, &mut all);
    associate(of, &mut all);
    breach(form, of, &mut all);
    notice(of, &mut all);
    actions(form, of, &mut all);
    all
}

fn stated(key: &str) -> String {
    format!("write `{key}` into {REPORT_FILE}")
}

fn general(of: OfProvider<'_>, all: &mut Answers) {
    let filings = of.told_hhs();
    let Some(last) = filings.last() else {
        all.insert("report_type", Answer::option("Initial Breach Report"));
        return;
    };
    let told = last.individuals.map(|individuals| format!(", of {}", people(individuals.into()))).unwrap_or_default();
    let note = format!("HHS was told on {}{told}: file again only if something has changed", last.on);
    all.insert("report_type", Answer::option("Addendum to Previous Report").noted(note));
    let reference = filings.iter().find_map(|filing| filing.reference.clone());
    let what = format!("write the number that the portal gave as `reference` of the filing in {REPORT_FILE}");
    all.insert("tracking_number", Answer::text(reference.unwrap_or_default()).or_missing(what));
}

fn filer(incident: &Incident) -> &'static str {
    match (&incident.business_associate, incident.sender) {
        (None, _) => "Covered Entity filing for itself",
        (Some(_), Sender::BusinessAssociate) => "Business Associate filing on behalf of a Covered Entity",
        (Some(_), Sender::Provider) => "Covered Entity filing because its Business Associate experienced a breach",
    }
}

fn entity(of: OfProvider<'_>, all: &mut Answers) {
    let Provider { legal_name, kind, address1, address2, city, state, postal_code, .. } = of.provider;
    all.insert("filer", Answer::option(filer(of.dossier.incident)));
    all.insert("entity_name", Answer::text(legal_name));
    let kind = kind.to_lowercase();
    let entity = match kind.as_str() {
        _ if kind.contains("plan") => "Health Plan",
        _ if kind.contains("clearing") => "Healthcare Clearing House",
        _ => "Healthcare Provider",
    };
    all.insert("entity_type", Answer::option(entity));
    for (id, value) in [("entity_street", address1), ("entity_street2", address2), ("entity_city", city), ("entity_zip", postal_code)] {
        all.insert(id, Answer::text(value));
    }
    all.insert("entity_state", Answer::text(of.dossier.state(state)));
    match of.dossier.statements.contact(&of.provider.id) {
        Some(Contact { first_name, last_name, email, phone, at_work, .. }) => {
            let ids = ["contact_first_name", "contact_last_name", "contact_email", "contact_phone"];
            ids.into_iter().zip([first_name, last_name, email, phone]).for_each(|(id, value)| drop(all.insert(id, Answer::text(value))));
            all.insert("contact_phone_usage", usage(*at_work));
        }
        None => signatory(of.provider, all),
    }
}

/// The parts of a name as it is signed: degrees behind a comma and what tells generations apart are no last name.
fn first_and_last(signed: &str) -> (&str, &str) {
    let name = signed.split(',').next().unwrap_or(signed).trim();
    let is_suffix =
        |word: &str| ["jr", "sr", "ii", "iii", "iv", "md", "do", "rn", "phd"].contains(&word.replace('.', "").to_lowercase().as_str());
    let name = match name.rsplit_once(' ') {
        Some((rest, suffix)) if rest.contains(' ') && is_suffix(suffix) => rest.trim_end(),
        _ => name,
    };
    name.rsplit_once(' ').unwrap_or(("", name))
}

fn people(count: u64) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}

/// Who signs the letters answers for the provider, unless somebody else is named.
fn signatory(provider: &Provider, all: &mut Answers) {
    let (first, last) = first_and_last(&provider.signatory_name);
    let note = format!("who signs the letters; to give somebody else, add [[contacts]] to {REPORT_FILE}");
    let what = format!("name whom HHS may ask under [[contacts]] in {REPORT_FILE}");
    for (id, value) in [("contact_first_name", first), ("contact_last_name", last)] {
        all.insert(id, Answer::text(value).or_missing(&what).noted(&note));
    }
    for (id, value) in [("contact_email", &provider.email), ("contact_phone", &provider.phone)] {
        all.insert(id, Answer::text(value).or_missing(&what).noted("of the provider, as the letters print it"));
    }
    all.insert("contact_phone_usage", usage(true));
}

fn usage(at_work: bool) -> Answer {
    Answer::option(if at_work { "Work" } else { "Home/Cell" })
}

fn associate(of: OfProvider<'_>, all: &mut Answers) {
    let Some(associate) = &of.dossier.incident.business_associate else { return };
    all.insert("associate_name", Answer::text(&associate.name));
    let ids = [
        "associate_street",
        "associate_city",
        "associate_state",
        "associate_zip",
        "associate_first_name",
        "associate_last_name",
        "associate_email",
        "associate_phone",
    ];
    let Some(Associate { address1, address2, city, state, postal_code, first_name, last_name, email, phone, at_work }) =
        &of.dossier.statements.associate
    else {
        let what = format!("write the address and the contact of {} into {REPORT_FILE}, under [business_associate]", associate.name);
        ids.into_iter().chain(["associate_phone_usage"]).for_each(|id| drop(all.insert(id, Answer::missing(&what))));
        return;
    };
    let state = of.dossier.state(state).to_owned();
    let values = [address1, city, &state, postal_code, first_name, last_name, email, phone];
    ids.into_iter().zip(values).for_each(|(id, value)| drop(all.insert(id, Answer::text(value))));
    all.insert("associate_street2", Answer::text(address2.clone().unwrap_or_default()));
    all.insert("associate_phone_usage", usage(*at_work));
}

fn breach(form: &Form, of: OfProvider<'_>, all: &mut Answers) {
    let (incident, provider) = (of.dossier.incident, of.provider);
    all.insert("affecting", Answer::option(if of.tells_hhs_at_once() { "500 or More Individuals" } else { "Fewer Than 500 Individuals" }));
    let is_other = (provider.breach_began, provider.breach_ended) != (incident.breach_began, incident.breach_ended);
    let own = |answer: Answer| if is_other { answer.noted("of this provider; others of the incident have another") } else { answer };
    all.insert("breach_began", own(Answer::date(provider.breach_began)));
    all.insert(
        "breach_ended",
        provider.breach_ended.map_or_else(
            || Answer::missing("write `breach_ended` into providers.csv or incident.toml, once it is known"),
            |day| own(Answer::date(day)),
        ),
    );
    for id in ["discovered_from", "discovered_to"] {
        all.insert(id, Answer::date(of.discovered()).noted(of.discovered_because()));
    }
    all.insert(
        "individuals",
        Answer::text(of.individuals().to_string()).noted("with those who have died and those who have no usable address"),
    );
    let (kind, unknown) = picked(form, "breach_type", std::iter::once(incident.cause.as_str()));
    let what = format!("`{}` is none of the portal's: choose one", incident.cause);
    all.insert("breach_type", Answer { chosen: kind, missing: (!unknown.is_empty()).then_some(what), ..Answer::default() });
    let (mut places, others) = picked(form, "location", incident.locations.iter().map(String::as_str));
    if !others.is_empty() {
        places.push("Other".to_owned());
    }
    all.insert("location_other", Answer::text(others.join(", ").replace('_', " ")));
    all.insert("location", Answer { chosen: places, ..Answer::default() });
    for question in ["information", "clinical", "demographic", "financial"] {
        let ids: Vec<&str> = of.all().information.iter().map(crate::intake::Element::id).collect();
        let (chosen, _) = picked(form, question, ids.iter().copied());
        all.insert(question, Answer { chosen, note: behind_other(form, question, &ids), ..Answer::default() });
    }
    all.insert("description", of.description());
    let (safeguards, _) = picked(form, "safeguards", of.dossier.statements.safeguards_before.iter().map(String::as_str));
    all.insert("safeguards", Answer { chosen: safeguards, ..Answer::default() }.or_missing(stated("hhs.safeguards_before")));
}

/// What is meant by a box for whatever has none of its own; absent when it is not ticked.
fn behind_other(form: &Form, question: &str, ids: &[&str]) -> Option<String> {
    let answers = &form.question(question)?.answers;
    let is_other = |id: &&str| answers.get(*id).is_some_and(|option| option.starts_with("Other "));
    let named = |id: &str| if id == "mrn" { "medical record number".to_owned() } else { id.replace('_', " ") };
    let others: Vec<String> = ids.iter().copied().filter(is_other).map(named).collect();
    (!others.is_empty()).then(|| format!("other: {}", others.join(", ")))
}

fn notice(of: OfProvider<'_>, all: &mut Answers) {
    let left = of.left();
    let planned = of.provider.mail_date;
    let is_past = planned < of.dossier.plan.as_of;
    let nothing = "no letter is known to have gone, and the planned mail date has passed: take in the house's report";
    let began = match left.first {
        Some(first) => Answer::date(first),
        None if is_past => Answer::missing(nothing),
        None => Answer::date(planned).noted("the planned mail date: no letter is known to have gone yet"),
    };
    all.insert("notice_began", began);
    let ended = match left.last {
        Some(last) if left.is_complete() => Answer::date(last),
        None if is_past => Answer::missing(nothing),
        None => Answer::date(planned).noted("the planned mail date"),
        Some(last) => {
            Answer::date(last.max(planned)).noted(format!("expected: {} of {} notices are known to have gone", left.gone, left.wanted))
        }
    };
    all.insert("notice_ended", ended);
    match of.unreachable() {
        Some(unreachable) => {
            all.insert("substitute", Answer::option("Yes").noted(people(unreachable.count)));
            all.insert("substitute_size", Answer::option(if unreachable.is_public() { "10 or more" } else { "Fewer than 10" }));
        }
        None => {
            let later = if left.is_complete() { "" } else { "; look again when letters have gone and some have come back" };
            let note = format!("nobody is known to be out of reach as of {}{later}", of.dossier.plan.as_of);
            all.insert("substitute", Answer::option("No").noted(note));
        }
    }
    let states = of.media_states();
    let none = format!("in no state do more than {} of the people live", of.dossier.rules.federal.media_above.value);
    all.insert("media", if states.is_empty() { Answer::option("No").noted(none) } else { Answer::option("Yes") });
    all.insert("media_states", Answer::text(states.join(", ")).noted("where it is owed; the report's first page says where it was given"));
}

fn actions(form: &Form, of: OfProvider<'_>, all: &mut Answers) {
    let statements = of.dossier.statements;
    let offered = of.dossier.incident.identity_service.iter().map(|_| "credit_monitoring");
    let (mut chosen, _) = picked(form, "actions", statements.actions_taken.iter().map(String::as_str).chain(offered));
    if statements.actions_other.is_some() {
        chosen.push("Other".to_owned());
    }
    let told = !statements.actions_taken.is_empty() || statements.actions_other.is_some();
    let note = of.dossier.incident.identity_service.as_ref().map(|_| "free credit monitoring is what the letters offer".to_owned());
    all.insert("actions", Answer { chosen, note, missing: (!told).then(|| stated("hhs.actions_taken")), ..Answer::default() });
    all.insert("actions_other", Answer::text(statements.actions_other.as_deref().map(crate::compose::as_plain_text).unwrap_or_default()));
    let name = statements.attested_by.clone().unwrap_or_default();
    all.insert("attested_by", Answer::text(name).or_missing(stated("hhs.attested_by")).noted("who attests for every provider"));
    all.insert("attested_on", Answer::default().noted("leave it until the report is filed: it is that day"));
}

#[cfg(test)]
mod tests {
    use super::first_and_last;

    #[test]
    fn a_signature_gives_first_and_last_name() {
        for (signed, first, last) in [
            ("Ingrid Sandvik", "Ingrid", "Sandvik"),
            ("Ann B. Lee, MD, MPH", "Ann B.", "Lee"),
            ("Robert King Jr.", "Robert", "King"),
            ("Robert King III", "Robert", "King"),
            ("Mary Do", "Mary", "Do"),
            ("Cher", "", "Cher"),
        ] {
            assert_eq!(first_and_last(signed), (first, last), "{signed}");
        }
    }
}
