//! Everything that a template may read: the slots, built once per provider and once per recipient.

use super::escape::{clean, disguise_text};
use super::notice;
use super::residence::{Laws, Residence, advice};
use super::wording::Wording;
use crate::error::{Error, Result};
use crate::incident::{Incident, Prose, Provider, Sender};
use crate::intake::{Element, Elements};
use crate::recipients::{PersonName, Role};
use crate::rules::{Agency, Bureau, Rules};
use std::collections::BTreeMap;
use tera::{Context, Kwargs, State, Tera, Value};

/// Slots by name.
pub(super) type Slots = BTreeMap<&'static str, Value>;

/// Elements that open the way to a person's credit or accounts.
pub(super) const CREDIT: [Element; 3] = [Element::Ssn, Element::DriversLicense, Element::FinancialAccount];

/// Elements that can be misused for medical care in a person's name.
pub(super) const MEDICAL: [Element; 9] = [
    Element::Mrn,
    Element::ProviderNames,
    Element::Diagnosis,
    Element::Medications,
    Element::TestResults,
    Element::Images,
    Element::Treatment,
    Element::Insurance,
    Element::ServiceDates,
];

/// What a letter says about one person.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person<'a> {
    pub(super) role: Role,
    pub(super) name: &'a PersonName,
    pub(super) representative: Option<&'a str>,
    pub(super) elements: Elements,
    pub(super) code: Option<&'a str>,
    pub(super) residence: Residence,
}

/// A value that is printed as typed.
pub(super) fn text(value: &str) -> Value {
    Value::from(clean(value))
}

pub(super) fn map<const N: usize>(entries: [(&'static str, Value); N]) -> Value {
    Value::from(BTreeMap::from(entries))
}

/// The slots as Tera takes them.
pub(super) fn context(slots: &Slots) -> Context {
    let mut context = Context::new();
    for (name, value) in slots {
        context.insert_value(*name, value.clone());
    }
    context
}

/// Slots that are the same for every recipient of a provider. Prose is Markdown that has been checked.
///
/// # Errors
/// A bug of ours when the rules lack an office that letters print.
pub(super) fn of_provider(incident: &Incident, provider: &Provider, rules: &Rules, wording: &Wording, prose: &Prose) -> Result<Slots> {
    Ok(Slots::from([
        ("title", text(&wording.title)),
        ("date", text(&wording.date(provider.mail_date))),
        ("incident", prose_slots(prose)),
        ("breach", breach(incident, provider, wording)),
        ("business_associate", business_associate(incident, provider, wording, true)),
        ("provider", provider_slots(incident, provider, wording)),
        ("providers", Value::from(vec![provider_slots(incident, provider, wording)])),
        ("service", service(incident, wording)),
        ("call_center", call_center(incident, wording)),
        ("bureaus", Value::from(rules.bureaus.iter().map(bureau).collect::<Vec<_>>())),
        ("ftc", agency(rules, "federal.ftc")?),
        ("credit_report", agency(rules, "federal.annual_credit_report")?),
        ("cfpb", agency(rules, "federal.cfpb")?),
        ("offices", offices(rules)?),
        // A letter is no notice to the public, and has nothing of one.
        ("public", Value::from(false)),
        ("notice", notice::slot(None, wording)),
    ]))
}

/// Slots that differ in a letter that speaks for several providers: of each, and what they have in common. Where no text can be
/// common, the slot is empty.
pub(super) fn of_several(incident: &Incident, providers: &[&Provider], wording: &Wording) -> Slots {
    let each: Vec<Value> = providers.iter().map(|provider| provider_slots(incident, provider, wording)).collect();
    let first_to_know = providers.iter().min_by_key(|provider| discovered(incident, provider));
    let mut slots = Slots::from([("provider", joined_slots(providers, wording)), ("providers", Value::from(each))]);
    if let Some(provider) = first_to_know {
        slots.insert("breach", breach(incident, provider, wording));
        let informed_at_once = providers.iter().all(|other| other.informed == provider.informed);
        slots.insert("business_associate", business_associate(incident, provider, wording, informed_at_once));
    }
    slots
}

/// Slots of one recipient.
pub(super) fn of_person(person: &Person<'_>, wording: &Wording, laws: &Laws) -> Slots {
    let name = person.name.full();
    let elements = person.elements;
    let involved: BTreeMap<&'static str, Value> =
        Element::ALL.iter().map(|(element, id)| (*id, Value::from(elements.contains(*element)))).collect();
    let any = |of: &[Element]| Value::from(at_risk(elements, of));
    Slots::from([
        ("adult", Value::from(person.role == Role::Adult)),
        ("minor", Value::from(person.role == Role::Minor)),
        ("deceased", Value::from(person.role == Role::Deceased)),
        ("represented", Value::from(person.role == Role::Represented)),
        ("patient", map([("name", text(&name))])),
        ("representative", text(person.representative.unwrap_or_default())),
        ("salutation", text(&wording.salutation(person.role, &addressed(person.name), person.representative))),
        ("person", text(&wording.person(person.role, &name))),
        ("elements", Value::from(elements.iter().map(|element| text(wording.element(element))).collect::<Vec<_>>())),
        ("involved", Value::from(involved)),
        ("risk", map([("credit", any(&CREDIT)), ("medical", any(&MEDICAL))])),
        ("advice", advice(at_risk(elements, &CREDIT), person.residence)),
        ("residents", laws.flags(person.residence)),
        ("covered", Value::from(person.residence.covered)),
        // Which provider's number it is, is for the letter to say that has the providers.
        ("affected_residents", Value::from("")),
        ("code", text(person.code.unwrap_or_default())),
    ])
}

/// Whether any of these was involved.
pub(super) fn at_risk(elements: Elements, of: &[Element]) -> bool {
    of.iter().any(|element| elements.contains(*element))
}

/// The name with its prefix, as in a salutation and in the address.
pub(super) fn addressed(name: &PersonName) -> String {
    if name.prefix.is_empty() { name.full() } else { format!("{} {}", name.prefix, name.full()) }
}

fn prose_slots(prose: &Prose) -> Value {
    map([
        ("what_happened", Value::safe_string(prose.what_happened.trim())),
        ("investigation", Value::safe_string(prose.investigation.trim())),
        ("mitigation", Value::safe_string(prose.mitigation.trim())),
        ("prevention", Value::safe_string(prose.prevention.trim())),
    ])
}

/// The day on which the provider discovered the breach: by its own knowledge, else when it was told, else the incident's.
fn discovered(incident: &Incident, provider: &Provider) -> jiff::civil::Date {
    provider.own_discovered.or(provider.informed).unwrap_or(incident.discovered)
}

fn breach(incident: &Incident, provider: &Provider, wording: &Wording) -> Value {
    let told = incident.business_associate.is_some() && provider.own_discovered.is_none() && provider.informed.is_some();
    map([
        ("began", text(&wording.date(provider.breach_began))),
        ("ended", text(&provider.breach_ended.map(|day| wording.date(day)).unwrap_or_default())),
        ("one_day", Value::from(provider.breach_ended == Some(provider.breach_began))),
        ("discovered", text(&wording.date(discovered(incident, provider)))),
        ("told", Value::from(told)),
        ("delayed", Value::from(incident.holds.iter().any(|hold| hold.binds(provider)))),
    ])
}

fn business_associate(incident: &Incident, provider: &Provider, wording: &Wording, informed_at_once: bool) -> Value {
    let known = incident.business_associate.as_ref();
    let informed = known.filter(|_| informed_at_once).map(|business_associate| provider.informed.unwrap_or(business_associate.informed));
    map([
        ("name", text(known.map_or("", |business_associate| &business_associate.name))),
        ("discovered", text(&known.map(|business_associate| wording.date(business_associate.discovered)).unwrap_or_default())),
        ("informed", text(&informed.map(|day| wording.date(day)).unwrap_or_default())),
        ("sends", Value::from(known.is_some() && incident.sender == Sender::BusinessAssociate)),
    ])
}

fn address(provider: &Provider) -> String {
    let place = format!("{}, {} {}", provider.city, provider.state, provider.postal_code);
    let lines = [provider.address1.as_str(), provider.address2.as_str(), place.as_str()];
    lines.into_iter().filter(|line| !line.trim().is_empty()).collect::<Vec<_>>().join(", ")
}

fn joined_slots(providers: &[&Provider], wording: &Wording) -> Value {
    let each = |of: fn(&Provider) -> &str| providers.iter().map(|provider| of(provider)).collect::<Vec<_>>();
    let common = |of: fn(&Provider) -> &str| match each(of).as_slice() {
        [one, others @ ..] if others.iter().all(|other| other == one) => (*one).to_owned(),
        _ => String::new(),
    };
    let addresses = providers.iter().map(|provider| address(provider)).collect::<Vec<_>>().join("; ");
    let phones: Vec<&str> = each(|provider| &provider.phone).into_iter().filter(|phone| !phone.is_empty()).collect();
    map([
        ("name", text(&wording.all_of(&each(|provider| &provider.legal_name)))),
        ("return_name", text(each(|provider| &provider.return_name).first().copied().unwrap_or_default())),
        ("address", text(&addresses)),
        ("phone", text(&phones.join("; "))),
        ("email", text(&common(|provider| &provider.email))),
        ("website", text(&common(|provider| &provider.website))),
        ("parent", text(&common(|provider| &provider.parent_organization))),
        ("signatory_name", text(&common(|provider| &provider.signatory_name))),
        ("signatory_title", text(wording.phrase(&common(|provider| &provider.signatory_title)))),
        ("informed", Value::from("")),
        ("several", Value::from(true)),
    ])
}

fn provider_slots(incident: &Incident, provider: &Provider, wording: &Wording) -> Value {
    let informed = incident.business_associate.as_ref().map(|associate| provider.informed.unwrap_or(associate.informed));
    map([
        ("name", text(&provider.legal_name)),
        ("return_name", text(&provider.return_name)),
        ("address", text(&address(provider))),
        ("phone", text(&provider.phone)),
        ("email", text(&provider.email)),
        ("website", text(&provider.website)),
        ("parent", text(&provider.parent_organization)),
        ("signatory_name", text(&provider.signatory_name)),
        ("signatory_title", text(wording.phrase(&provider.signatory_title))),
        ("informed", text(&informed.map(|day| wording.date(day)).unwrap_or_default())),
        ("several", Value::from(false)),
    ])
}

fn service(incident: &Incident, wording: &Wording) -> Value {
    let known = incident.identity_service.as_ref();
    let words = |of: fn(&crate::incident::IdentityService) -> &str| text(known.map(of).unwrap_or_default());
    map([
        ("offered", Value::from(known.is_some())),
        ("vendor", words(|service| &service.vendor)),
        ("product", words(|service| &service.product)),
        ("months", Value::from(known.map_or(0, |service| service.months))),
        ("url", words(|service| &service.enroll_url)),
        ("phone", words(|service| &service.enroll_phone)),
        ("enroll_by", text(&known.map(|service| wording.date(service.enroll_by)).unwrap_or_default())),
    ])
}

fn call_center(incident: &Incident, wording: &Wording) -> Value {
    let known = &incident.call_center;
    let languages = known.languages.iter().map(|language| wording.phrase(language)).collect::<Vec<_>>().join(", ");
    map([
        ("phone", text(&known.phone)),
        ("hours", text(wording.phrase(known.hours.trim()).trim_end_matches('.'))),
        ("open_until", text(&known.open_until.map(|day| wording.date(day)).unwrap_or_default())),
        ("languages", text(&languages)),
    ])
}

fn bureau(bureau: &Bureau) -> Value {
    map([
        ("name", text(&bureau.name)),
        ("freeze", texts(&bureau.freeze_lines)),
        ("fraud_alert", texts(&bureau.fraud_alert_lines)),
        ("minor_freeze", texts(&bureau.minor_freeze_lines)),
        ("phone", text(&bureau.phone)),
        ("web", text(&bureau.web)),
    ])
}

fn agency(rules: &Rules, id: &str) -> Result<Value> {
    let agency: &Agency = rules.agencies.get(id).ok_or_else(|| Error::bug(format!("the rules have no agency `{id}`")))?;
    Ok(map([
        ("name", text(&agency.name)),
        ("address", text(&agency.lines.join(", "))),
        ("phone", text(&agency.phone)),
        ("web", text(agency.web.first().map_or("", String::as_str))),
    ]))
}

/// The offices of the states by the last part of their ids, such as `MD`.
fn offices(rules: &Rules) -> Result<Value> {
    let ids = rules.agencies.keys().filter_map(|id| Some((id, id.strip_prefix("state.")?)));
    Ok(Value::from(ids.map(|(id, name)| Ok((name.to_owned(), agency(rules, id)?))).collect::<Result<BTreeMap<_, _>>>()?))
}

fn texts(lines: &[String]) -> Value {
    Value::from(lines.iter().map(|line| text(line)).collect::<Vec<_>>())
}

/// The filters of ours; their results are Markdown in which every value is disguised.
pub(super) const FILTERS: [&str; 3] = ["link", "mail", "lines"];

/// Filters of Tera that would hand a value to Markdown without its disguise, or mean another format.
pub(super) const REFUSED_FILTERS: [&str; 5] = ["safe", "escape", "escape_html", "escape_xml", "newlines_to_br"];

/// Registers our filters, and takes the power from Tera's `safe` and its kind.
pub(super) fn register_filters(tera: &mut Tera) {
    tera.register_filter("link", |value: &str, _: Kwargs, _: &State<'_>| {
        let shown = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://")).unwrap_or(value).trim_end_matches('/');
        let target = if value.contains("://") { value.to_owned() } else { format!("https://{value}") };
        link(shown, &target)
    });
    tera.register_filter("mail", |value: &str, _: Kwargs, _: &State<'_>| link(value, &format!("mailto:{value}")));
    tera.register_filter("lines", |value: &Value, _: Kwargs, _: &State<'_>| {
        // A text is a list of one line.
        let lines = value.as_array().unwrap_or(std::slice::from_ref(value)).iter().map(|line| disguise_text(&line.to_string()));
        let line_break = super::escape::disguise('\n').to_string();
        Value::safe_string(&lines.collect::<Vec<_>>().join(&line_break))
    });
    for name in REFUSED_FILTERS {
        tera.register_filter(name, |value: Value, _: Kwargs, _: &State<'_>| value);
    }
}

/// A Markdown link, text and target disguised; nothing for an empty value.
fn link(shown: &str, target: &str) -> Value {
    if shown.is_empty() {
        return Value::from("");
    }
    Value::safe_string(&format!("[{}](<{}>)", disguise_text(shown), disguise_text(target)))
}
