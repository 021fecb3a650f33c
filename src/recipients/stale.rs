//! Lists whose addresses were checked too long ago.

use super::context::Context;
use super::vocabulary::POST;
use crate::error::{Finding, Place};
use crate::incident::List;
use jiff::civil::Date;

/// A warning for every list that was checked for moves or standardized more days before mailing than the post allows.
pub(super) fn warnings(context: &Context) -> Vec<Finding> {
    let incident = context.incident;
    let latest = incident.providers.iter().map(|provider| provider.mail_date).max().unwrap_or(incident.mail_date);
    let warn = |list: &List| {
        let own = list.provider.as_ref().and_then(|id| incident.provider_by_id(id));
        let mail_date = own.map_or(latest, |provider| incident.provider(provider).mail_date);
        [("cass_on", list.cass_on), ("ncoa_on", list.ncoa_on)].map(|(key, on)| on.and_then(|on| stale(list, key, on, mail_date)))
    };
    incident.lists.iter().flat_map(warn).flatten().collect()
}

fn stale(list: &List, key: &str, on: Date, mail_date: Date) -> Option<Finding> {
    let days = (mail_date - on).get_days();
    let what = if key == "ncoa_on" { "checked for moves" } else { "standardized" };
    let most = POST.move_update_days;
    let reason =
        format!("the addresses of {} were {what} {days} days before the mail date; the post asks for {most} at the most", list.file);
    let hint = "run `breachnotice export DIR --addresses F`, have the list checked again, and set the day in incident.toml (DMM 602.5.1)";
    (days > most).then(|| Finding::warns("addresses-stale", Place::line("incident.toml", list.line).column(key), reason, hint))
}
