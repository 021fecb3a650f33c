//! An incident, its rules and its people, for the tests of this stage.

use crate::incident::{
    Agency as Agent, BusinessAssociate, CallCenter, Choices, IdentityService, Incident, Language, Print, Prose, Provider, ProviderIndex,
    Sender,
};
use crate::intake::{Element, Elements, RowIndex};
use crate::privacy::Private;
use crate::recipients::{Disposition, PersonKey, PersonName, Recipient, Role};
use crate::rules::Rules;
use jiff::civil::date;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A vendor's servers were copied; one hospital writes to its patients.
pub(super) fn incident() -> Incident {
    let spanish = Prose {
        what_happened: "Un intruso copió archivos de los servidores antiguos de Meridian Records.".into(),
        investigation: "Contratamos a una empresa de seguridad que revisó los archivos copiados.".into(),
        mitigation: "Meridian Records cerró los servidores y cambió todas las contraseñas.".into(),
        prevention: "Trasladamos los expedientes restantes a sistemas que exigen un segundo paso para entrar.".into(),
    };
    Incident {
        folder: PathBuf::from("/nonexistent"),
        id: "lakeside-2025".into(),
        title: "Legacy servers".into(),
        cause: "hacking".into(),
        locations: vec!["network server".into()],
        breach_began: date(2025, 1, 22),
        breach_ended: Some(date(2025, 2, 20)),
        discovered: date(2025, 3, 15),
        determined: None,
        mail_date: date(2025, 4, 21),
        what_happened: "An intruder used a stolen password to copy files from old servers of Meridian Records.".into(),
        investigation: "We hired a security firm. It studied the copied files and told us whose information they hold.".into(),
        mitigation: "Meridian Records shut the old servers down and changed every password.".into(),
        prevention: "We are moving all remaining records to systems that ask for a second sign-in step.".into(),
        translations: BTreeMap::from([(Language::Spanish, spanish)]),
        business_associate: Some(BusinessAssociate {
            name: "Meridian Records, Inc.".into(),
            discovered: date(2025, 2, 20),
            informed: date(2025, 3, 15),
            agent: Agent::No,
        }),
        encryption: None,
        holds: Vec::new(),
        identity_service: Some(service()),
        code_pools: Vec::new(),
        call_center: CallCenter {
            phone: "1-833-555-0142".into(),
            hours: "Monday through Friday, 8 a.m. to 8 p.m. Central Time".into(),
            open_until: Some(date(2025, 7, 31)),
            languages: vec!["English".into(), "Spanish".into()],
        },
        sender: Sender::Provider,
        print: Print {
            envelope: "double-window-10".into(),
            duplex: true,
            house: "house".into(),
            baa_reference: "B-1".into(),
            fonts: None,
            encrypt_to: None,
            imb: None,
        },
        email: None,
        require_approvals: Vec::new(),
        allowed_signers: None,
        waivers: Vec::new(),
        choices: Choices::default(),
        lists: Vec::new(),
        providers: vec![provider()],
    }
}

fn service() -> IdentityService {
    IdentityService {
        vendor: "Northlight Identity".into(),
        product: "Northlight Watch".into(),
        months: 24,
        enroll_url: "https://enroll.northlight.example".into(),
        enroll_phone: "1-833-555-0177".into(),
        enroll_by: date(2025, 8, 31),
    }
}

fn provider() -> Provider {
    Provider {
        id: "H1".into(),
        line: 2,
        legal_name: "Lakeside Community Hospital".into(),
        kind: "hospital".into(),
        return_name: "Lakeside Hospital".into(),
        address1: "100 Shore Drive".into(),
        address2: String::new(),
        city: "Springfield".into(),
        state: "IL".into(),
        postal_code: "62701".into(),
        phone: "1-217-555-0100".into(),
        email: "privacy@lakeside.example".into(),
        website: "www.lakeside.example".into(),
        signatory_name: "Dana Whitfield".into(),
        signatory_title: "Chief Privacy Officer".into(),
        logo: None,
        ca_licensed_facility: false,
        part2_program: false,
        parent_organization: String::new(),
        breach_began: date(2025, 1, 22),
        breach_ended: Some(date(2025, 2, 20)),
        own_discovered: None,
        informed: Some(date(2025, 3, 15)),
        list_received: None,
        determined: None,
        mail_date: date(2025, 4, 21),
    }
}

/// The built-in rules.
pub(super) fn rules() -> Rules {
    Rules::load().unwrap()
}

/// A recipient without postal address, so that only the body is composed.
pub(super) fn recipient(role: Role, language: Language, elements: &[Element]) -> Recipient {
    let mut set = Elements::default();
    elements.iter().for_each(|element| set.insert(*element));
    Recipient {
        key: PersonKey("0".repeat(32)),
        record: "patients.csv:1".into(),
        rows: vec![RowIndex(0)],
        provider: Some(ProviderIndex(0)),
        also_at: Vec::new(),
        role,
        name: Private::new(PersonName { first: "Ana".into(), middle: "M.".into(), last: "Rivera".into(), ..PersonName::default() }),
        representative: None,
        address: None,
        residence: None,
        email: Some(Private::new("ana@mail.example".into())),
        birth_date: Some(Private::new(date(1980, 5, 17))),
        elements: set,
        language,
        large_print: false,
        activation_code: None,
        unreachable: false,
        disposition: Disposition::Email,
        changes: Vec::new(),
    }
}

/// An adult with the usual elements and a code.
pub(super) fn adult() -> Recipient {
    let elements = [Element::Name, Element::BirthDate, Element::Ssn, Element::Mrn, Element::Diagnosis, Element::Insurance];
    let mut recipient = recipient(Role::Adult, Language::English, &elements);
    recipient.activation_code = Some(Private::new("NLW-7Q4K-22XD".into()));
    recipient
}
