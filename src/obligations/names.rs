//! Duties and providers as a person in the office calls them.

use super::{Duty, Obligation, Plan};
use crate::incident::Incident;

/// Jurisdiction of the federal duties: it goes without saying.
const FEDERAL: &str = "US";

impl Duty {
    /// The duty in words, such as `HHS notice`.
    pub fn words(self) -> String {
        in_words(self.id())
    }
}

impl Obligation {
    /// The duty in words, with the jurisdiction where it is a state's: `media notice TX`.
    pub fn title(&self) -> String {
        let duty = self.duty.words();
        if self.jurisdiction == FEDERAL { duty } else { format!("{duty} {}", self.jurisdiction) }
    }
}

impl Plan {
    /// The obligations of each provider, in the order in which the plan names them.
    pub fn by_provider(&self) -> Vec<OfProvider<'_>> {
        let mut groups: Vec<OfProvider<'_>> = Vec::new();
        for obligation in &self.obligations {
            let provider_id = obligation.provider_id.as_str();
            match groups.iter_mut().find(|group| group.provider_id == provider_id) {
                Some(group) => group.obligations.push(obligation),
                None => groups.push(OfProvider { provider_id, obligations: vec![obligation] }),
            }
        }
        groups
    }
}

/// What one provider owes and does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfProvider<'a> {
    /// The provider.
    pub provider_id: &'a str,
    /// In plan order, at least one.
    pub obligations: Vec<&'a Obligation>,
}

impl<'a> OfProvider<'a> {
    /// What is required, by the last day, then by the day to act by; what has no last day comes last.
    pub fn due(&self) -> Vec<&'a Obligation> {
        let mut due: Vec<&Obligation> = self.obligations.iter().copied().filter(|obligation| obligation.required).collect();
        due.sort_by_key(|obligation| (obligation.deadline.is_none(), obligation.deadline, obligation.mail_by));
        due
    }

    /// What was considered and is not required.
    pub fn not_due(&self) -> impl Iterator<Item = &'a Obligation> {
        self.obligations.iter().copied().filter(|obligation| !obligation.required)
    }

    /// The provider's legal name and id.
    pub fn name(&self, incident: &Incident) -> String {
        let legal_name = provider_name(incident, self.obligations[0]);
        if legal_name == self.provider_id { legal_name.to_owned() } else { format!("{legal_name} ({})", self.provider_id) }
    }
}

/// An obligation's id in words: `media_notice:LRMC:TX` is `media notice LRMC TX`. Told from the id alone, because an obligation of
/// an earlier plan may not be in this one.
pub fn words_of_id(id: &str) -> String {
    let (duty, rest) = id.split_once(':').unwrap_or((id, ""));
    [&in_words(duty), &rest.replace(':', " ")].into_iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" ")
}

/// The legal name of an obligation's provider.
pub(super) fn provider_name<'a>(incident: &'a Incident, obligation: &'a Obligation) -> &'a str {
    let known = incident.provider_by_id(&obligation.provider_id);
    known.map_or(obligation.provider_id.as_str(), |provider| &incident.provider(provider).legal_name)
}

fn in_words(id: &str) -> String {
    let words = id.replace('_', " ");
    match words.strip_prefix("hhs ") {
        Some(rest) => format!("HHS {rest}"),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duties_are_called_as_in_an_office() {
        assert_eq!(Duty::HhsNotice.words(), "HHS notice");
        assert_eq!(Duty::IndividualNotice.words(), "individual notice");
    }

    #[test]
    fn an_id_reads_as_words() {
        let cases = [
            ("media_notice:LRMC:TX", "media notice LRMC TX"),
            ("hhs_annual_log:A B:US", "HHS annual log A B US"),
            ("regulator_notice:NCH:TX:attorney_general", "regulator notice NCH TX attorney_general"),
            ("odd", "odd"),
        ];
        for (id, words) in cases {
            assert_eq!(words_of_id(id), words);
        }
    }
}
