//! A plan as rows of text, for whoever draws a table.

use super::{Obligation, Plan};
use jiff::civil::Date;

impl Plan {
    /// Headings of [`Plan::rows`].
    pub const COLUMNS: [&str; 8] = ["Provider", "Duty", "Jurisdiction", "Count", "Required", "Last day", "Mail by", "Clause"];

    /// One row for each obligation, in plan order; a day that does not exist is empty. Basis and note are left to the caller:
    /// they are sentences.
    pub fn rows(&self) -> impl Iterator<Item = [String; 8]> + '_ {
        self.obligations.iter().map(Obligation::row)
    }
}

impl Obligation {
    fn row(&self) -> [String; 8] {
        let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
        [
            self.provider_id.clone(),
            self.duty.id().replace('_', " "),
            self.jurisdiction.clone(),
            self.count.to_string(),
            if self.required { "yes" } else { "no" }.to_owned(),
            day(self.deadline),
            day(self.mail_by),
            self.clause.clone(),
        ]
    }
}
