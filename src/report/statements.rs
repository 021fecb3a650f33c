//! report.toml: what regulators ask for and letters do not print, and what has been filed.
//!
//! The file is no part of what a seal or a job binds: it is written while letters are under way, and after.

use super::form::{Form, Question};
use crate::error::{Error, Finding, Result};
use crate::incident::toml_file::TomlFile;
use crate::incident::toml_section::Section;
use crate::incident::{Incident, in_reading_order, suggestion, toml_text};
use crate::obligations::{Duty, Obligation};
use crate::rules::{Jurisdiction, Rules};
use jiff::civil::Date;
use std::path::Path;

/// The file in the incident folder.
pub const REPORT_FILE: &str = "report.toml";

/// Everything that the office stated for its reports. Nothing is stated in a folder without the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statements {
    /// Ids of safeguards that were in place before the breach; empty when not told.
    pub(super) safeguards_before: Vec<String>,
    /// Ids of actions that were taken in response; empty when not told.
    pub(super) actions_taken: Vec<String>,
    /// Other actions, in words.
    pub(super) actions_other: Option<String>,
    /// The breach in words for the portal; absent when the letters' own words do.
    pub(super) description: Option<String>,
    /// Who attests.
    pub(super) attested_by: Option<String>,
    /// What the regulators of states ask.
    pub(super) regulators: ForRegulators,
    contacts: Vec<Contact>,
    /// Where the business associate is, and whom to ask there.
    pub(super) associate: Option<Associate>,
    filings: Vec<Filing>,
}

/// The `[regulators]` of the file: what states' forms ask and no other file tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ForRegulators {
    /// Whether law enforcement looks into the breach; absent when not told.
    pub(super) law_enforcement: Option<bool>,
    /// Whether a written information security program is kept; likewise.
    pub(super) written_program: Option<bool>,
    /// Whether the providers are small businesses; likewise.
    pub(super) small_business: Option<bool>,
    /// Notices of other breaches within twelve months, in words; absent when not told.
    pub(super) previous_notices: Option<String>,
}

/// Whom a regulator asks at a provider: a `[[contacts]]` of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Contact {
    /// Id of the provider; absent for all of them.
    provider: Option<String>,
    pub(super) first_name: String,
    pub(super) last_name: String,
    /// Absent when the entry has none.
    pub(super) title: Option<String>,
    pub(super) email: String,
    pub(super) phone: String,
    pub(super) at_work: bool,
}

/// The `[business_associate]` of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Associate {
    pub(super) address1: String,
    pub(super) address2: Option<String>,
    pub(super) city: String,
    pub(super) state: String,
    pub(super) postal_code: String,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) email: String,
    pub(super) phone: String,
    pub(super) at_work: bool,
}

/// A notice that was given to somebody other than the patients: a `[[filings]]` of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filing {
    /// Which duty it meets.
    pub duty: Duty,
    /// Id of the provider whose duty it was.
    pub provider: String,
    /// `US` or a two-letter code.
    pub jurisdiction: String,
    /// The offices that it was given to, where a jurisdiction wants several told: the last parts of the ids that `plan --json` prints.
    pub offices: Vec<String>,
    /// The day on which it was given.
    pub on: Date,
    /// The other side's number for it; absent when there is none.
    pub reference: Option<String>,
    /// People whom it told of; absent when it told no number.
    pub individuals: Option<u32>,
}

impl Filing {
    /// Whether it was given for an obligation: to the office that it names, where there are several.
    pub(super) fn meets(&self, obligation: &Obligation) -> bool {
        let same = self.duty == obligation.duty && self.provider == obligation.provider_id && self.jurisdiction == obligation.jurisdiction;
        same && office(obligation).is_none_or(|office| self.offices.iter().any(|named| named == office))
    }
}

/// The office that an obligation of a jurisdiction with offices of its own is owed to: the fourth part of its id.
pub(super) fn office(obligation: &Obligation) -> Option<&str> {
    obligation.id.splitn(4, ':').nth(3)
}

/// Duties that a filing can meet: the others are met by letters, which the ledger knows.
const FILED: [(&str, Duty); 5] = [
    ("hhs_notice", Duty::HhsNotice),
    ("hhs_annual_log", Duty::HhsAnnualLog),
    ("media_notice", Duty::MediaNotice),
    ("regulator_notice", Duty::RegulatorNotice),
    ("consumer_reporting_agency_notice", Duty::ConsumerReportingAgencyNotice),
];

impl Statements {
    /// Reads the file of an incident folder. `latest` is the last day that a filing can have.
    ///
    /// # Errors
    /// Refused with one finding per fault: an unknown key, id or provider, a missing or wrong value, a day that has not come.
    pub fn load(incident: &Incident, rules: &Rules, portal: &Form, latest: Date) -> Result<Statements> {
        let path = incident.folder.join(REPORT_FILE);
        match fs_err::read(&path) {
            Ok(bytes) => Known { incident, rules, portal, latest }.read(&toml_text(REPORT_FILE, &bytes)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Statements::default()),
            Err(error) => Err(Error::unreadable(Path::new(&path), &error)),
        }
    }

    /// The same, without what was filed after a day: it was not known then.
    #[must_use]
    pub fn up_to(mut self, day: Date) -> Statements {
        self.filings.retain(|filing| filing.on <= day);
        self
    }

    /// Whom to ask at a provider: its own entry before that of all.
    pub(super) fn contact(&self, provider: &str) -> Option<&Contact> {
        let of = |whose: Option<&str>| self.contacts.iter().find(|contact| contact.provider.as_deref() == whose);
        of(Some(provider)).or_else(|| of(None))
    }

    /// What was filed towards an obligation, oldest first.
    pub(super) fn filings(&self, obligation: &Obligation) -> Vec<&Filing> {
        let mut filings: Vec<&Filing> = self.filings.iter().filter(|filing| filing.meets(obligation)).collect();
        filings.sort_by_key(|filing| filing.on);
        filings
    }

    /// The day on which a provider first told HHS, by either track; absent while it did not.
    pub fn hhs_told(&self, provider: &str) -> Option<Date> {
        let is_hhs = |filing: &&Filing| matches!(filing.duty, Duty::HhsNotice | Duty::HhsAnnualLog) && filing.provider == provider;
        self.filings.iter().filter(is_hhs).map(|filing| filing.on).min()
    }

    /// Every filing, in file order.
    pub(super) fn all_filings(&self) -> &[Filing] {
        &self.filings
    }
}

/// What values are held against.
struct Known<'a> {
    incident: &'a Incident,
    rules: &'a Rules,
    portal: &'a Form,
    latest: Date,
}

impl Known<'_> {
    fn read(&self, text: &str) -> Result<Statements> {
        let (file, table) = TomlFile::parse(REPORT_FILE, text);
        let mut statements = Statements::default();
        if let Some(table) = &table {
            let root = file.root(table);
            if let Some(section) = root.table("hhs") {
                self.hhs(&section, &mut statements);
            }
            if let Some(section) = root.table("regulators") {
                statements.regulators = regulators(&section);
            }
            for section in root.tables("contacts") {
                let contact = self.contact(&section);
                if statements.contacts.iter().any(|other| other.provider == contact.provider) {
                    let hint = "keep one entry for each provider, and one without a provider for all others";
                    section.refuse("provider", "second-contact", "two contacts are for the same provider", hint);
                }
                statements.contacts.push(contact);
            }
            statements.associate = root.table("business_associate").map(|section| associate(&section));
            for section in root.tables("filings") {
                let Some(filing) = self.filing(&section) else { continue };
                if statements.filings.contains(&filing) {
                    section.refuse("on", "filing-twice", "the same filing is entered twice", "keep one of the two");
                }
                statements.filings.push(filing);
            }
            root.finish();
        }
        let findings: Vec<Finding> = in_reading_order(file.into_findings());
        if findings.is_empty() { Ok(statements) } else { Err(Error::refused_all(findings)) }
    }

    fn hhs(&self, section: &Section<'_, '_>, statements: &mut Statements) {
        statements.safeguards_before = self.ids(section, "safeguards_before", "safeguards");
        if statements.safeguards_before.len() > 1 && statements.safeguards_before.iter().any(|id| id == "none") {
            let reason = format!("`{}` names `none` beside others", section.path("safeguards_before"));
            section.refuse("safeguards_before", "contradictory-safeguards", reason, "leave `none` out, or the others");
        }
        statements.actions_taken = self.ids(section, "actions_taken", "actions");
        statements.actions_other = section.prose("actions_other");
        statements.description = section.prose("description");
        statements.attested_by = section.text("attested_by");
        section.finish();
    }

    /// The ids that a question of the portal knows.
    fn ids(&self, section: &Section<'_, '_>, key: &'static str, question: &str) -> Vec<String> {
        let written = section.texts(key).unwrap_or_default();
        let known: Vec<&str> = self.portal.question(question).into_iter().flat_map(Question::ids).collect();
        for id in written.iter().filter(|id| !known.contains(&id.as_str())) {
            let reason = format!("`{}` has `{id}`, which the portal's list does not have", section.path(key));
            section.refuse(key, "unknown-choice", reason, suggestion(id, known.iter().copied()));
        }
        written
    }

    fn contact(&self, section: &Section<'_, '_>) -> Contact {
        let text = |key| section.required(key, Section::text).unwrap_or_default();
        let provider = section.text("provider");
        if let Some(id) = &provider {
            self.check_provider(section, id);
        }
        let contact = Contact {
            provider,
            first_name: text("first_name"),
            last_name: text("last_name"),
            title: section.text("title"),
            email: text("email"),
            phone: text("phone"),
            at_work: at_work(section),
        };
        section.finish();
        contact
    }

    /// One filing; absent when something in it is refused.
    fn filing(&self, section: &Section<'_, '_>) -> Option<Filing> {
        let duty = section.required("duty", |section, key| section.choice(key, &FILED));
        let provider = section.required("provider", Section::text);
        if let Some(id) = &provider {
            self.check_provider(section, id);
        }
        let jurisdiction = section.text("jurisdiction").unwrap_or_else(|| "US".to_owned());
        if jurisdiction != "US" && Jurisdiction::from_code(&jurisdiction).is_none_or(|code| !self.rules.jurisdictions.contains_key(&code)) {
            let hint = "write a two-letter code such as `CA`; leave the key out for the federal duties";
            section.refuse("jurisdiction", "unknown-jurisdiction", format!("`{jurisdiction}` is no jurisdiction"), hint);
        }
        let on = section.required("on", Section::date);
        if on.is_some_and(|on| on > self.latest) {
            let reason = "a filing has a day that has not come";
            section.refuse("on", "filing-to-come", reason, "enter it once it was made");
        }
        let offices = section.texts("offices").unwrap_or_default();
        let (reference, individuals) = (section.text("reference"), section.whole_number("individuals", 0..=400_000_000));
        section.finish();
        Some(Filing { duty: duty?, provider: provider?, jurisdiction, offices, on: on?, reference, individuals })
    }

    fn check_provider(&self, section: &Section<'_, '_>, id: &str) {
        if self.incident.provider_by_id(id).is_none() {
            let known = self.incident.providers.iter().map(|provider| provider.id.as_str());
            let reason = format!("`{id}` is no provider of providers.csv");
            section.refuse("provider", "unknown-provider", reason, suggestion(id, known.collect::<Vec<_>>()));
        }
    }
}

fn regulators(section: &Section<'_, '_>) -> ForRegulators {
    let regulators = ForRegulators {
        law_enforcement: section.flag("law_enforcement"),
        written_program: section.flag("written_program"),
        small_business: section.flag("small_business"),
        previous_notices: section.prose("previous_notices"),
    };
    section.finish();
    regulators
}

/// Whether a number is one of work, as it is unless something else is told.
fn at_work(section: &Section<'_, '_>) -> bool {
    section.choice("phone_usage", &[("work", true), ("home_or_cell", false)]).unwrap_or(true)
}

fn associate(section: &Section<'_, '_>) -> Associate {
    let text = |key| section.required(key, Section::text).unwrap_or_default();
    let associate = Associate {
        address1: text("address1"),
        address2: section.text("address2"),
        city: text("city"),
        state: text("state"),
        postal_code: text("postal_code"),
        first_name: text("first_name"),
        last_name: text("last_name"),
        email: text("email"),
        phone: text("phone"),
        at_work: at_work(section),
    };
    section.finish();
    associate
}
