//! Whether what is offered is what the law of each residence asks for.

use super::Verdicts;
use crate::compose::prose;
use crate::error::{Finding, Place};
use crate::incident::Incident;
use crate::intake::Elements;
use crate::recipients::{Recipients, Role};
use crate::rules::{Jurisdiction, Rules, ServiceMonths};
use std::collections::BTreeMap;

/// Findings on the identity service: too few months, or over before the letters come.
pub(in crate::compose) fn offers(incident: &Incident, rules: &Rules, recipients: &Recipients, verdicts: &Verdicts<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = enrollment_over(incident, verdicts).into_iter().collect();
    for (code, (service, count)) in entitled(rules, recipients) {
        findings.extend(too_few(incident, code, service, count, verdicts));
    }
    findings
}

/// How many living residents of each state a service is due to.
fn entitled<'r>(rules: &'r Rules, recipients: &Recipients) -> BTreeMap<Jurisdiction, (&'r ServiceMonths, u64)> {
    let laws = rules.jurisdictions.iter().filter_map(|(code, rule)| Some((*code, rule.identity_service.as_ref()?)));
    let laws: BTreeMap<_, _> = laws.map(|(code, service)| (code, (service, Elements::of_ids(&service.elements)))).collect();
    let mut entitled = BTreeMap::new();
    for person in recipients.people.outlines().filter(|person| person.role != Role::Deceased) {
        let Some((code, (service, elements))) = person.residence.and_then(|code| Some((code, laws.get(&code)?))) else { continue };
        if person.elements.meets(*elements) {
            entitled.entry(code).or_insert((*service, 0)).1 += 1;
        }
    }
    entitled
}

fn too_few(incident: &Incident, code: Jurisdiction, due: &ServiceMonths, count: u64, verdicts: &Verdicts<'_>) -> Option<Finding> {
    let people = if count == 1 { "1 resident".to_owned() } else { format!("{count} residents") };
    let owed = format!("{} months of an identity service are due to {people} of {code} ({})", due.months, due.clause);
    let place = Place::file("incident.toml").column("identity_service");
    match &incident.identity_service {
        Some(offered) if offered.months >= due.months => None,
        Some(offered) => {
            let hint = format!("agree on {} months with the service for everyone: one offer then satisfies every state", due.months);
            verdicts.tell(
                "service-months",
                prose::place_of_key(incident, "identity_service", "months"),
                &format!("{owed}, but {} are offered", offered.months),
                hint,
            )
        }
        None if due.if_offered => None,
        // Letters can go without it only by counsel's word, which the plan asks for as well; it is no fault of the wording.
        None => Some(Finding::warns(
            "service-not-offered",
            place,
            format!("{owed}, but none is offered"),
            "add [identity_service] to incident.toml, or ask counsel",
        )),
    }
}

fn enrollment_over(incident: &Incident, verdicts: &Verdicts<'_>) -> Option<Finding> {
    let service = incident.identity_service.as_ref()?;
    let latest = incident.providers.iter().map(|provider| provider.mail_date).max()?;
    let reason =
        format!("the last day to enroll ({}) does not lie after the day on which letters are mailed ({latest})", service.enroll_by);
    let place = prose::place_of_key(incident, "identity_service", "enroll_by");
    let hint = "agree on a later day with the service, some months after the mailing";
    (service.enroll_by <= latest).then(|| verdicts.tell("enrollment-end", place, &reason, hint)).flatten()
}
