//! incident.toml and providers.csv: what happened, whom it concerns, who sends.

mod check;
pub(crate) mod csv_rows;
pub mod dates;
mod lists;
mod logo;
pub(crate) mod nearest;
mod provider;
mod provider_checks;
mod providers;
mod purged;
#[cfg(test)]
pub(crate) mod sample;
mod sections;
mod settings;
#[cfg(test)]
mod tests;
mod text_encoding;
pub(crate) mod text_file;
pub(crate) mod toml_file;
pub(crate) mod toml_section;
mod verified;

pub(crate) use check::is_toll_free;
pub(crate) use lists::mended;
pub use logo::{Logo, Picture};
pub(crate) use nearest::suggestion;
pub use provider::{Provider, ProviderIndex};
pub use purged::{PURGED_FILE, purged, refuse_purged};
pub use settings::{
    Agency, BusinessAssociate, CallCenter, Choices, CodeAudience, CodePool, DateOrder, DayZero, EmailSettings, Encryption, Hold,
    HoldEffect, IdentityService, Imb, KeysTaken, List, OneMailing, Print, Sender, Waiver,
};
pub(crate) use toml_file::is_direction_control;
pub use verified::{VERIFIED_FILE, Verdict, Verification, Verified};

use crate::error::{Error, Finding, Place, Result, Severity};
use crate::rules::Rules;
use jiff::civil::Date;
use std::path::{Path, PathBuf};

/// One incident, as its folder describes it.
#[derive(Debug, Clone)]
pub struct Incident {
    /// The incident folder.
    pub folder: PathBuf,
    /// `[incident] id`: letters, digits, `-` and `_`; used in file names.
    pub id: String,
    /// Title for people in the office; not printed in letters.
    pub title: String,
    /// `[incident] cause`.
    pub cause: String,
    /// Places where the data lay.
    pub locations: Vec<String>,
    /// First day of the breach.
    pub breach_began: Date,
    /// Last day; absent when not known.
    pub breach_ended: Option<Date>,
    /// Discovery day of the incident (a provider's own date overrides it).
    pub discovered: Date,
    /// Day on which the breach was determined; absent when the incident does not tell it apart.
    pub determined: Option<Date>,
    /// Day on which the letters are mailed: printed in them, and the day at which ages and agreements are judged.
    pub mail_date: Date,
    /// Markdown: element (A) of 45 CFR 164.404(c)(1).
    pub what_happened: String,
    /// Markdown: element (D), investigation.
    pub investigation: String,
    /// Markdown: element (D), mitigation.
    pub mitigation: String,
    /// Markdown: element (D), prevention.
    pub prevention: String,
    /// The same prose in other languages: `[incident.es] what_happened = …`; keys as above.
    pub translations: std::collections::BTreeMap<Language, Prose>,
    /// The vendor at which it happened; absent when the provider itself was breached.
    pub business_associate: Option<BusinessAssociate>,
    /// How the information was encrypted; absent when it was not, or that is not known.
    pub encryption: Option<Encryption>,
    /// Law-enforcement holds in file order.
    pub holds: Vec<Hold>,
    /// Credit monitoring or the like; absent when none is offered.
    pub identity_service: Option<IdentityService>,
    /// `[[code_pools]]`, in file order.
    pub code_pools: Vec<CodePool>,
    /// Where people can ask.
    pub call_center: CallCenter,
    /// Who sends.
    pub sender: Sender,
    /// `[print]`.
    pub print: Print,
    /// `[email]`; absent when nothing goes by e-mail.
    pub email: Option<EmailSettings>,
    /// Roles that must approve; empty means any one.
    pub require_approvals: Vec<String>,
    /// OpenSSH `allowed_signers` file for signed approvals, relative to the incident folder; absent when none is asked for.
    pub allowed_signers: Option<PathBuf>,
    /// `[[waivers]]` in file order.
    pub waivers: Vec<Waiver>,
    /// `[choices]`: what law leaves open.
    pub choices: Choices,
    /// `[[lists]]` in file order.
    pub lists: Vec<List>,
    /// providers.csv in file order; never empty.
    pub providers: Vec<Provider>,
}

/// Incident prose in one language, as Markdown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prose {
    /// Element (A).
    pub what_happened: String,
    /// Element (D), investigation.
    pub investigation: String,
    /// Element (D), mitigation.
    pub mitigation: String,
    /// Element (D), prevention.
    pub prevention: String,
}

/// A language that letters exist in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// `en`
    English,
    /// `es`
    Spanish,
}

impl Language {
    /// Every language, in the order in which tables list them.
    pub const ALL: [Language; 2] = [Language::English, Language::Spanish];

    /// BCP 47 tag, also the folder name under `templates/`.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Spanish => "es",
        }
    }
}

impl Incident {
    /// The provider at an index that this incident handed out.
    pub fn provider(&self, index: ProviderIndex) -> &Provider {
        &self.providers[usize::from(index.0)]
    }

    /// The first of the providers for all of which one letter may speak: where the business associate sends, those of equal mail dates
    /// and breach dates; else every provider speaks for itself.
    pub fn family(&self, index: ProviderIndex) -> ProviderIndex {
        if self.sender != Sender::BusinessAssociate {
            return index;
        }
        let says = |provider: &Provider| (provider.mail_date, provider.breach_began, provider.breach_ended);
        let own = says(self.provider(index));
        self.providers.iter().position(|provider| says(provider) == own).map_or(index, |first| ProviderIndex(first as u16))
    }

    /// Whether the information was secured in the sense of 45 CFR 164.402: encrypted, and the keys not taken.
    pub fn is_secured(&self) -> bool {
        self.encryption.as_ref().is_some_and(|encryption| encryption.keys_taken == KeysTaken::No)
    }

    /// Finds a provider by its `provider_id`, blind to case and outer blanks.
    pub fn provider_by_id(&self, id: &str) -> Option<ProviderIndex> {
        let wanted = id.trim();
        self.providers.iter().position(|p| p.id.eq_ignore_ascii_case(wanted)).map(|index| ProviderIndex(index as u16))
    }
}

/// The file that describes the incident.
const FILE: &str = "incident.toml";

/// Reads an incident folder.
///
/// # Errors
/// Refused with one finding per fault (unknown key with the nearest known one, missing key, impossible or contradictory
/// date, unreadable file), and when its patient data was removed. Findings returned beside the incident only warn.
pub fn load(folder: &Path, rules: &Rules) -> Result<(Incident, Vec<Finding>)> {
    refuse_purged(folder)?;
    read(folder, rules, Listed::MustBeThere)
}

/// Reads what of an incident folder is kept when its patient data is removed: lists and codes may be gone.
///
/// # Errors
/// As [`load`], but neither because patient data was removed nor because a list or pool of codes is missing.
pub fn load_kept(folder: &Path, rules: &Rules) -> Result<(Incident, Vec<Finding>)> {
    read(folder, rules, Listed::MayBeGone)
}

/// Whether the files with patient data that incident.toml names have to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Listed {
    MustBeThere,
    MayBeGone,
}

fn read(folder: &Path, rules: &Rules, listed: Listed) -> Result<(Incident, Vec<Finding>)> {
    let path = folder.join(FILE);
    let bytes = fs_err::read(&path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Error::refused(
            "missing-file",
            Place::file(path.display().to_string()),
            "there is no incident.toml in this folder",
            "name an incident folder; `breachnotice init DIR` makes a new one",
        ),
        _ => Error::unreadable(&path, &error),
    })?;
    let text = toml_text(FILE, &bytes)?;
    let (toml, table) = toml_file::TomlFile::parse(FILE, &text);
    let Some(table) = table else {
        return Err(Error::refused_all(in_reading_order(toml.into_findings())));
    };
    let mut incident = sections::read(folder, &toml, &table);
    let mut provider_findings = Vec::new();
    incident.providers = providers::read(&incident, rules, &mut provider_findings)?;
    lists::settle(&mut incident, &toml, listed);
    check::check(&incident, &toml, listed);
    let mut findings = in_reading_order(toml.into_findings());
    findings.extend(in_reading_order(provider_findings));
    if findings.iter().any(|finding| finding.severity == Severity::Refuses) {
        return Err(Error::refused_all(findings));
    }
    Ok((incident, findings))
}

/// The text of a TOML file, which is UTF-8 by definition.
///
/// # Errors
/// Refused when the bytes are no UTF-8, hold NUL or are a spreadsheet.
pub(crate) fn toml_text(name: &str, bytes: &[u8]) -> Result<String> {
    let file = text_file::decode(name, bytes)?;
    match file.assumed {
        None => Ok(file.text),
        Some(assumed) => {
            let hint = "save it as UTF-8: TOML allows nothing else";
            Err(Error::refused("not-utf-8", assumed.place, "the file is not valid UTF-8 from this line on", hint))
        }
    }
}

/// By line; findings of one line stay in the order in which they were made.
pub(crate) fn in_reading_order(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_key(|finding| finding.place.line);
    findings
}
