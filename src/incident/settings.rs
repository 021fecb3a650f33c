//! The tables of incident.toml as types.

use super::Provider;
use jiff::civil::Date;
use std::path::PathBuf;

/// `[business_associate]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusinessAssociate {
    /// Name as printed.
    pub name: String,
    /// The vendor's own discovery day.
    pub discovered: Date,
    /// Day on which it told the providers (a provider's own date overrides it).
    pub informed: Date,
    /// Whether it is the providers' agent (federal common law of agency).
    pub agent: Agency,
}

/// Whether the business associate is an agent of the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Agency {
    /// Its discovery is the provider's.
    Yes,
    /// The provider discovers when it is told.
    No,
    /// Both are computed; the earlier governs.
    Unknown,
}

/// `[[law_enforcement_holds]]` (45 CFR 164.412).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Written with a stated time, or oral.
    pub written: bool,
    /// The agency that asked.
    pub agency: String,
    /// The official's name.
    pub official: String,
    /// Day of the statement.
    pub received: Date,
    /// Stated end; absent for oral ones.
    pub until: Option<Date>,
    /// Providers it binds; absent means all.
    pub providers: Option<Vec<String>>,
}

impl Hold {
    /// Whether it binds a provider.
    pub fn binds(&self, provider: &Provider) -> bool {
        match &self.providers {
            None => true,
            Some(ids) => ids.iter().any(|id| id.trim().eq_ignore_ascii_case(&provider.id)),
        }
    }
}

/// `[encryption]`: how the information was encrypted when it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encryption {
    /// By which method, such as `AES-256 at rest (NIST SP 800-111)`.
    pub method: String,
    /// Whether the keys, or credentials that decrypt, were taken too.
    pub keys_taken: KeysTaken,
}

/// Whether the keys of encrypted information were taken too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeysTaken {
    /// Then it was not secured.
    Yes,
    /// Then it was secured, and no notice is owed (45 CFR 164.402).
    No,
    /// Counts as taken.
    Unknown,
}

/// `[identity_service]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityService {
    /// Company that runs it.
    pub vendor: String,
    /// Name of the product.
    pub product: String,
    /// Months of membership.
    pub months: u32,
    /// Web address to enrol.
    pub enroll_url: String,
    /// Telephone to enrol.
    pub enroll_phone: String,
    /// Last day to enrol.
    pub enroll_by: Date,
}

/// `[[code_pools]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodePool {
    /// File with one code a line.
    pub file: String,
    /// Whom the codes are for.
    pub audience: CodeAudience,
}

/// Whom a pool of activation codes is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CodeAudience {
    /// People of full age.
    Adult,
    /// Minors.
    Minor,
}

/// `[call_center]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallCenter {
    /// Telephone as printed.
    pub phone: String,
    /// Opening hours as printed.
    pub hours: String,
    /// Last day it answers; absent when open-ended.
    pub open_until: Option<Date>,
    /// Languages it speaks, as printed.
    pub languages: Vec<String>,
}

/// Whose letter it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sender {
    /// Each provider writes to its own patients.
    Provider,
    /// The business associate writes and names the provider.
    BusinessAssociate,
}

/// `[print]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Print {
    /// Envelope profile id.
    pub envelope: String,
    /// Both sides of the sheet.
    pub duplex: bool,
    /// House profile id.
    pub house: String,
    /// Reference of the business associate agreement with the house; empty refuses an export.
    pub baa_reference: String,
    /// Folder with more fonts, relative to the incident folder.
    pub fonts: Option<PathBuf>,
    /// File with the house's key that packages are encrypted to, relative to the incident folder; absent leaves them as they are.
    pub encrypt_to: Option<String>,
    /// Prints an Intelligent Mail barcode; absent when the mail house does.
    pub imb: Option<Imb>,
}

/// `[print.imb]`: the mailer's part of the Intelligent Mail barcode, as the Postal Service assigned it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imb {
    /// Line of the table in incident.toml, 1-based.
    pub line: u64,
    /// Three digits of the service type (STID).
    pub service_type: String,
    /// Six or nine digits of the mailer id (MID).
    pub mailer_id: String,
    /// Serial number before that of piece 1: the start of a range that no other mailing of these weeks uses.
    pub first_serial: u32,
}

/// `[email]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EmailSettings {
    /// Sender address, with or without display name.
    pub from: String,
    /// Reply address.
    pub reply_to: String,
    /// Subject: neutral, no patient data.
    pub subject: String,
    /// `smtp://host:port`, `smtp+starttls://host:port` or `smtps://host:port`, user allowed, password not; absent: `send` refuses.
    pub smtp: Option<String>,
    /// Whether the letter goes along as PDF; the text is in the message either way.
    pub attach_pdf: bool,
    /// Messages to one domain in a minute; absent for no limit.
    pub per_minute: Option<u32>,
    /// File of more certificates to trust, PEM; absent for a server with a public one.
    pub authority: Option<PathBuf>,
}

/// `[[waivers]]`: a rule that a person set aside for this incident, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// Id of the rule or code of the finding.
    pub rule: String,
    /// Who set it aside.
    pub by: String,
    /// On which day.
    pub on: Date,
    /// Why.
    pub reason: String,
}

impl Waiver {
    /// Who set the rule aside, when and why.
    pub fn in_words(&self) -> String {
        format!("set aside by {} on {}: {}", self.by, self.on, self.reason)
    }
}

/// `[choices]`: what law leaves open, each with its default. Agency stands in [`BusinessAssociate::agent`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choices {
    /// Discovery day counts as day 0 (default) or as day 1.
    pub day_zero: DayZero,
    /// What a law-enforcement hold does to the 60 days.
    pub hold_effect: HoldEffect,
    /// Whether offices are told also where the law of the state is satisfied by HIPAA's notice.
    pub courtesy_filings: bool,
    /// Whether letters enclose the notice on language assistance (45 CFR 92.11).
    pub language_sheet: bool,
    /// Whether one mailing, on the earliest day, serves everyone.
    pub one_mailing: OneMailing,
    /// Keys that incident.toml sets; the others have their default.
    pub stated: Vec<&'static str>,
}

impl Default for Choices {
    fn default() -> Choices {
        Choices {
            day_zero: DayZero::default(),
            hold_effect: HoldEffect::default(),
            courtesy_filings: false,
            language_sheet: true,
            one_mailing: OneMailing::default(),
            stated: Vec::new(),
        }
    }
}

/// Whether one mailing serves everyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OneMailing {
    /// The earliest last day of anyone is everyone's.
    #[default]
    Earliest,
    /// Residents of each state have the last day of their own.
    PerState,
}

/// How the discovery day is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DayZero {
    /// Discovery is day 0: 60 days later is in time.
    #[default]
    Excluded,
    /// Discovery is day 1: the cautious reading.
    Included,
}

/// What a hold does to the outer limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldEffect {
    /// The later of the limit and the hold's end.
    #[default]
    LaterOf,
    /// The held days are added.
    Tolling,
}

/// `[[lists]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// Line of the `[[lists]]` table in incident.toml, 1-based.
    pub line: u64,
    /// File name inside the incident folder.
    pub file: String,
    /// Name of the list in row keys: the file name, with the sheet in brackets when one is named (`list.xlsx[Affected]`), or that of
    /// the list it mends.
    pub name: String,
    /// Provider of every row when the list has no `provider_id` column.
    pub provider: Option<String>,
    /// Day on which the list came in.
    pub received: Option<Date>,
    /// Day of the CASS address check that the list went through before it came in; absent when none is known.
    pub cass_on: Option<Date>,
    /// Day of the NCOA move check; absent when none is known.
    pub ncoa_on: Option<Date>,
    /// The list whose rows it supersedes: its file, with the sheet in brackets where several lists are sheets of one file.
    pub mends: Option<String>,
    /// Our column name -> the file's.
    pub columns: Vec<(String, String)>,
    /// The file's columns that somebody looked into and found to decide nothing: they are not read, whatever they are called.
    pub unread: Vec<String>,
    /// Whether day or month stands first in its dates; absent when the dates themselves are to tell.
    pub dates: Option<DateOrder>,
    /// Name of the sheet in a spreadsheet; absent when it has only one with rows.
    pub sheet: Option<String>,
}

/// What stands first in a date of numbers that does not begin with the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// As in the United States: 12/25/1990.
    MonthFirst,
    /// As in most other countries: 25/12/1990.
    DayFirst,
}
