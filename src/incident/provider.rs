//! A provider: one row of providers.csv.

use super::Logo;
use jiff::civil::Date;

/// Index of a provider in [`super::Incident::providers`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderIndex(pub u16);

/// A covered entity: one row of providers.csv. Dates given there override the incident's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Key used in patient lists.
    pub id: String,
    /// Line in providers.csv.
    pub line: u64,
    /// Name as printed.
    pub legal_name: String,
    /// `hospital`, `clinic`, … as written.
    pub kind: String,
    /// Name in the return window: neutral where the legal name would tell too much.
    pub return_name: String,
    /// Street line.
    pub address1: String,
    /// Second line; may be empty.
    pub address2: String,
    /// City.
    pub city: String,
    /// Two-letter state.
    pub state: String,
    /// ZIP.
    pub postal_code: String,
    /// Telephone; may be empty.
    pub phone: String,
    /// E-mail; may be empty.
    pub email: String,
    /// Web site; may be empty.
    pub website: String,
    /// Who signs.
    pub signatory_name: String,
    /// Title of who signs.
    pub signatory_title: String,
    /// Printed at the head of its letters; absent when it has none.
    pub logo: Option<Logo>,
    /// Clinic licensed under Cal. Health & Safety Code 1204, 1250, 1725 or 1745.
    pub ca_licensed_facility: bool,
    /// 42 CFR Part 2 program.
    pub part2_program: bool,
    /// Parent or affiliated corporation, which Massachusetts wants named (M.G.L. c. 93H, 3(b)); empty when there is none.
    pub parent_organization: String,
    /// First day of the breach at this provider (own or the incident's).
    pub breach_began: Date,
    /// Last day; absent when not known.
    pub breach_ended: Option<Date>,
    /// This provider's discovery day by its own knowledge, when its row gives one.
    pub own_discovered: Option<Date>,
    /// Day on which the business associate told it (own or the incident's); absent without one.
    pub informed: Option<Date>,
    /// Day on which its list came in; absent when not told.
    pub list_received: Option<Date>,
    /// Determination day (own or the incident's).
    pub determined: Option<Date>,
    /// Day on which its letters are mailed (own or the incident's).
    pub mail_date: Date,
}
