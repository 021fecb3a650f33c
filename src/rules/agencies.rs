//! agencies.toml -> bureaus and offices, checked: every value here is printed in letters.

use super::fault::{Fault, Key, printable};
use super::{Agency, Bureau, Confidence, Rules};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AgenciesFile {
    bureau: BTreeMap<String, RawBureau>,
    federal: BTreeMap<String, RawAgency>,
    state: BTreeMap<String, RawAgency>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBureau {
    name: String,
    freeze_lines: Vec<String>,
    fraud_alert_lines: Vec<String>,
    minor_freeze_lines: Vec<String>,
    phone: String,
    web: String,
    #[serde(rename = "confidence")]
    _confidence: Confidence,
    source: String,
}

impl RawBureau {
    fn check(self, id: &str, key: &Key) -> Result<Bureau, Fault> {
        printable(key, &[&self.name, &self.phone, &self.web, &self.source])?;
        for (desk, lines) in [
            ("freeze_lines", &self.freeze_lines),
            ("fraud_alert_lines", &self.fraud_alert_lines),
            ("minor_freeze_lines", &self.minor_freeze_lines),
        ] {
            if lines.is_empty() {
                return Err(key.part(desk).broken("is empty: the desk has no address"));
            }
            printable(&key.part(desk), &lines.iter().map(String::as_str).collect::<Vec<_>>())?;
        }
        web_address(&key.part("web"), &self.web)?;
        Ok(Bureau {
            id: id.to_owned(),
            name: self.name,
            freeze_lines: self.freeze_lines,
            fraud_alert_lines: self.fraud_alert_lines,
            minor_freeze_lines: self.minor_freeze_lines,
            phone: self.phone,
            web: self.web,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAgency {
    name: String,
    lines: Vec<String>,
    phone: String,
    web: Vec<String>,
    #[serde(rename = "required", default)]
    _required: Option<bool>,
    #[serde(rename = "confidence")]
    _confidence: Confidence,
    source: String,
}

impl RawAgency {
    fn check(self, id: String, key: &Key) -> Result<Agency, Fault> {
        printable(key, &[&self.name, &self.source])?;
        printable(&key.part("lines"), &self.lines.iter().map(String::as_str).collect::<Vec<_>>())?;
        if !self.phone.is_empty() {
            printable(&key.part("phone"), &[&self.phone])?;
        }
        self.web.iter().try_for_each(|web| web_address(&key.part("web"), web))?;
        Ok(Agency { id, name: self.name, lines: self.lines, phone: self.phone, web: self.web })
    }
}

/// Letters print web addresses without a scheme, and nothing else beside them.
fn web_address(key: &Key, web: &str) -> Result<(), Fault> {
    if web.contains("://") || web.contains(char::is_whitespace) || !web.contains('.') {
        return Err(key.broken("is no web address that is host and path alone"));
    }
    Ok(())
}

/// Bureaus in print order, which is that of their ids.
pub(super) type Offices = (Vec<Bureau>, BTreeMap<String, Agency>);

/// The bureaus, and every other office by id.
pub(super) fn agencies(raw: AgenciesFile, key: &Key) -> Result<Offices, Fault> {
    let top = key.part("bureau");
    let bureaus = raw.bureau.into_iter().map(|(id, bureau)| bureau.check(&id, &top.part(&id))).collect::<Result<Vec<_>, Fault>>()?;
    if bureaus.iter().map(|bureau| bureau.id.as_str()).ne(["equifax", "experian", "transunion"]) {
        return Err(top.broken("is not the three nationwide agencies"));
    }
    let mut agencies = BTreeMap::new();
    for (group, members) in [("federal", raw.federal), ("state", raw.state)] {
        for (name, member) in members {
            let id = format!("{group}.{name}");
            agencies.insert(id.clone(), member.check(id, &key.part(group).part(&name))?);
        }
    }
    match ["federal.ftc", "federal.annual_credit_report", "federal.cfpb"].into_iter().find(|id| !agencies.contains_key(*id)) {
        Some(id) => Err(key.part("federal").broken(&format!("lacks {id}, which letters print"))),
        None => Ok((bureaus, agencies)),
    }
}

impl Rules {
    /// Every contact block by its id (`bureau.equifax`, `federal.ftc`, `state.MD` …), with each text by which a letter that prints it
    /// can be told: name, telephone, web addresses, postal addresses on one line or several.
    pub fn contacts(&self) -> impl Iterator<Item = (String, Vec<String>)> {
        let bureaus = self.bureaus.iter().map(|bureau| (format!("bureau.{}", bureau.id), bureau.marks()));
        bureaus.chain(self.agencies.iter().map(|(id, agency)| (id.clone(), agency.marks())))
    }
}

impl Bureau {
    fn marks(&self) -> Vec<String> {
        let Bureau { name, freeze_lines, fraud_alert_lines, minor_freeze_lines, phone, web, .. } = self;
        marks([name, phone, web], &[freeze_lines, fraud_alert_lines, minor_freeze_lines])
    }
}

impl Agency {
    fn marks(&self) -> Vec<String> {
        marks([&self.name, &self.phone].into_iter().chain(&self.web), &[&self.lines])
    }
}

/// Texts by which a printed block can be told. A line of an address alone may be anybody's.
fn marks<'a>(texts: impl IntoIterator<Item = &'a String>, addresses: &[&Vec<String>]) -> Vec<String> {
    let addresses = addresses.iter().flat_map(|lines| [lines.join(", "), lines.join("\n")]);
    let mut marks: Vec<String> = texts.into_iter().map(|text| text.trim_end_matches('/').to_owned()).chain(addresses).collect();
    marks.retain(|mark| !mark.is_empty());
    marks.sort();
    marks.dedup();
    marks
}
