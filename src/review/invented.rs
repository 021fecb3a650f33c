//! The invented people of proofs: fixed names by role, an address that exists nowhere, and of a recipient only the kind.

use super::Kind;
use crate::incident::Incident;
use crate::privacy::Private;
use crate::recipients::{Disposition, PersonKey, PersonName, PostalAddress, Recipient, Role};

/// Family name of every patient of a proof.
const FAMILY: &str = "Sample";
/// Who acts for the patient, where somebody is known by name.
const REPRESENTATIVE: &str = "Morgan Sample";
/// Activation code of every proof.
const CODE: &str = "SAMP-LE00-0000";

/// Given name of the patient.
fn given_name(role: Role) -> &'static str {
    match role {
        Role::Adult => "Jordan",
        Role::Minor => "Riley",
        Role::Deceased => "Avery",
        Role::Represented => "Casey",
    }
}

/// Somebody of a kind, who lives in the kind's state, else in the provider's.
pub(super) fn person(kind: &Kind, incident: &Incident) -> Recipient {
    let name = PersonName { first: given_name(kind.role).to_owned(), last: FAMILY.to_owned(), ..PersonName::default() };
    let state = kind.lives.map_or_else(|| incident.provider(kind.provider).state.clone(), |code| code.code().to_owned());
    let address = PostalAddress {
        address1: "100 SAMPLE ST".to_owned(),
        city: "ANYTOWN".to_owned(),
        state,
        postal_code: "00000".to_owned(),
        ..PostalAddress::default()
    };
    Recipient {
        key: PersonKey(String::new()),
        record: "invented".to_owned(),
        rows: Vec::new(),
        provider: Some(kind.provider),
        also_at: kind.also_at.clone(),
        role: kind.role,
        name: Private::new(name),
        representative: kind.named.then(|| Private::new(REPRESENTATIVE.to_owned())),
        address: Some(Private::new(address)),
        residence: kind.lives,
        email: None,
        birth_date: None,
        elements: kind.elements,
        language: kind.language,
        large_print: false,
        activation_code: kind.with_code.then(|| Private::new(CODE.to_owned())),
        unreachable: false,
        disposition: Disposition::Letter,
        changes: Vec::new(),
    }
}
