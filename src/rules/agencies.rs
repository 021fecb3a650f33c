//! agencies.toml -> bureaus and offices, checked: every value here is printed in letters.

use super::load::{broken, parse, printable};
use super::{Agency, Bureau, Confidence};
use crate::error::Result;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AgenciesFile {
    bureau: Vec<RawBureau>,
    federal: BTreeMap<String, RawAgency>,
    state: BTreeMap<String, RawAgency>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBureau {
    id: String,
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
    fn check(self) -> Result<Bureau> {
        printable("agencies.toml", &self.id, &[&self.id, &self.name, &self.phone, &self.web, &self.source])?;
        for lines in [&self.freeze_lines, &self.fraud_alert_lines, &self.minor_freeze_lines] {
            if lines.is_empty() {
                return Err(broken("agencies.toml", &self.id, "has a desk without an address"));
            }
            printable("agencies.toml", &self.id, &lines.iter().map(String::as_str).collect::<Vec<_>>())?;
        }
        web_address(&self.id, &self.web)?;
        Ok(Bureau {
            id: self.id,
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
    fn check(self, id: String) -> Result<Agency> {
        printable("agencies.toml", &id, &[&self.name, &self.source])?;
        printable("agencies.toml", &id, &self.lines.iter().map(String::as_str).collect::<Vec<_>>())?;
        if !self.phone.is_empty() {
            printable("agencies.toml", &id, &[&self.phone])?;
        }
        for web in &self.web {
            web_address(&id, web)?;
        }
        Ok(Agency { id, name: self.name, lines: self.lines, phone: self.phone, web: self.web })
    }
}

/// Letters print web addresses without a scheme, and nothing else beside them.
fn web_address(id: &str, web: &str) -> Result<()> {
    if web.contains("://") || web.contains(char::is_whitespace) || !web.contains('.') {
        return Err(broken("agencies.toml", id, "has a web address that is not host and path alone"));
    }
    Ok(())
}

/// The bureaus in print order, and every other office by id.
pub(super) fn agencies(text: &str) -> Result<(Vec<Bureau>, BTreeMap<String, Agency>)> {
    let raw: AgenciesFile = parse("agencies.toml", text)?;
    let bureaus = raw.bureau.into_iter().map(RawBureau::check).collect::<Result<Vec<_>>>()?;
    let ids: BTreeSet<&str> = bureaus.iter().map(|bureau| bureau.id.as_str()).collect();
    if bureaus.len() != 3 || ids != BTreeSet::from(["equifax", "experian", "transunion"]) {
        return Err(broken("agencies.toml", "bureau", "is not the three nationwide bureaus"));
    }
    let mut agencies = BTreeMap::new();
    let groups = [("federal", raw.federal), ("state", raw.state)];
    for (group, members) in groups {
        for (key, member) in members {
            let id = format!("{group}.{key}");
            agencies.insert(id.clone(), member.check(id)?);
        }
    }
    for id in ["federal.ftc", "federal.annual_credit_report"] {
        if !agencies.contains_key(id) {
            return Err(broken("agencies.toml", id, "is missing"));
        }
    }
    Ok((bureaus, agencies))
}
