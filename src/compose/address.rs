//! The two address blocks of page 1.

use super::slots::addressed;
use super::wording::{Wording, fill};
use crate::incident::Provider;
use crate::recipients::{Recipient, Role};

/// The return address, 3-4 lines: a neutral name, so that the window does not tell what kind of care it was.
pub(super) fn return_lines(provider: &Provider) -> Vec<String> {
    let place = format!("{}, {} {}", provider.city, provider.state, provider.postal_code);
    [&provider.return_name, &provider.address1, &provider.address2, &place]
        .into_iter()
        .filter(|line| !line.trim().is_empty())
        .cloned()
        .collect()
}

/// Addressee and address, 3-6 lines, and how many of them name the addressee; empty without a postal address.
pub(super) fn recipient_lines(recipient: &Recipient, wording: &Wording) -> (Vec<String>, usize) {
    let Some(address) = &recipient.address else { return (Vec::new(), 0) };
    let representative = recipient.representative.as_ref().map(|name| name.reveal().as_str());
    let mut lines = addressee(recipient.role, &addressed(recipient.name.reveal()), representative, wording);
    let addressee_lines = lines.len();
    lines.extend(address.reveal().lines());
    (lines, addressee_lines)
}

/// The lines above the street. Next of kin and representatives who are known by name are addressed by it alone: the
/// window need not tell that someone has died or needs another to act.
pub(super) fn addressee(role: Role, name: &str, representative: Option<&str>, wording: &Wording) -> Vec<String> {
    let prefix = &wording.addressee;
    match (role, representative) {
        (Role::Adult, _) => vec![name.to_owned()],
        (Role::Minor, Some(guardian)) => vec![guardian.to_owned(), fill(&prefix.minor_named, &[("name", name)])],
        (Role::Deceased | Role::Represented, Some(representative)) => vec![representative.to_owned()],
        (Role::Minor, None) => vec![prefix.minor.clone(), name.to_owned()],
        (Role::Deceased, None) => vec![prefix.deceased.clone(), name.to_owned()],
        (Role::Represented, None) => vec![prefix.represented.clone(), name.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::{fixture, sources::Sources};
    use crate::incident::Language;

    #[test]
    fn each_role_is_addressed_as_is_custom() {
        let wording = Wording::load(Language::English, &Sources::built_in()).unwrap();
        for (role, representative, lines) in [
            (Role::Adult, None, vec!["Ada Roe"]),
            (Role::Minor, None, vec!["To the Parent or Guardian of", "Ada Roe"]),
            (Role::Minor, Some("Max Roe"), vec!["Max Roe", "Parent or Guardian of Ada Roe"]),
            (Role::Deceased, None, vec!["To the Next of Kin of", "Ada Roe"]),
            (Role::Deceased, Some("Max Roe"), vec!["Max Roe"]),
            (Role::Represented, None, vec!["To the Representative of", "Ada Roe"]),
            (Role::Represented, Some("Max Roe"), vec!["Max Roe"]),
        ] {
            assert_eq!(addressee(role, "Ada Roe", representative, &wording), lines);
        }
    }

    #[test]
    fn the_return_address_leaves_out_an_empty_line() {
        let provider = &fixture::incident().providers[0];
        assert_eq!(return_lines(provider), ["Lakeside Hospital", "100 Shore Drive", "Springfield, IL 62701"]);
    }
}
