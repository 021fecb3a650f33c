//! Where everybody is, by provider, role, state and language: what the office looks at before it releases.

use super::{Disposition, Outline, Recipients};
use crate::incident::Incident;
use serde::Serialize;
use std::collections::BTreeMap;

/// The recipients of one group, by what becomes of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// What the group is by: `provider`, `role`, `state`, `language`.
    pub by: &'static str,
    /// Its name: a provider's id, a role, two letters, a tag; `several` for letters that speak for more than one provider.
    pub name: String,
    /// By first-class mail.
    pub letters: u64,
    /// Of these, in large print.
    pub large_print: u64,
    /// By e-mail.
    pub emails: u64,
    /// Held back.
    pub held: u64,
    /// Owed no letter.
    pub excluded: u64,
}

/// Every group that has somebody, in the order of providers.csv, of roles, of states and of languages. Each recipient is in one group of
/// each kind.
pub fn breakdown(incident: &Incident, recipients: &Recipients) -> Vec<Group> {
    let mut groups: BTreeMap<(u8, usize, String), Group> = BTreeMap::new();
    for recipient in recipients.people.outlines() {
        for (place, (by, order, name)) in keys(incident, &recipient).into_iter().enumerate() {
            let group = groups.entry((place as u8, order, name)).or_insert_with_key(|(_, _, name)| Group {
                by,
                name: name.clone(),
                letters: 0,
                large_print: 0,
                emails: 0,
                held: 0,
                excluded: 0,
            });
            group.count(&recipient);
        }
    }
    groups.into_values().collect()
}

fn keys(incident: &Incident, recipient: &Outline<'_>) -> [(&'static str, usize, String); 4] {
    let provider = match recipient.provider {
        Some(_) if !recipient.also_at.is_empty() => (incident.providers.len(), "several".to_owned()),
        Some(index) => (usize::from(index.0), incident.provider(index).id.clone()),
        None => (usize::MAX, "none".to_owned()),
    };
    // What is known comes first.
    let state = recipient.residence.map_or((1, "other".to_owned()), |code| (0, code.code().to_owned()));
    [
        ("provider", provider.0, provider.1),
        ("role", recipient.role as usize, recipient.role.id().to_owned()),
        ("state", state.0, state.1),
        ("language", recipient.language as usize, recipient.language.tag().to_owned()),
    ]
}

impl Group {
    fn count(&mut self, recipient: &Outline<'_>) {
        match recipient.disposition {
            Disposition::Letter => {
                self.letters += 1;
                self.large_print += u64::from(recipient.large_print);
            }
            Disposition::Email => self.emails += 1,
            Disposition::Held(_) => self.held += 1,
            Disposition::Excluded { .. } => self.excluded += 1,
        }
    }
}
