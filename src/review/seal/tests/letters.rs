//! Letters to be sealed: those of the sample incident's first provider, to adults and to minors.

use super::super::proofs_again;
use super::{Desk, font};
use crate::compose::Composer;
use crate::digest::sha256;
use crate::incident::{Incident, Language, ProviderIndex, load, sample};
use crate::intake::{Element, Elements};
use crate::recipients::{Recipients, Role};
use crate::review::{Kind, ProofPress, Tally, Ways, wordings};
use crate::typeset::{Fonts, Layout, profile};
use std::path::Path;

/// The recipients of a role, of whom a name and a diagnosis were involved.
pub(super) fn kind(role: Role) -> Kind {
    let mut elements = Elements::default();
    [Element::Name, Element::Diagnosis].into_iter().for_each(|element| elements.insert(element));
    Kind {
        language: Language::English,
        role,
        provider: ProviderIndex(0),
        also_at: Vec::new(),
        lives: None,
        named: false,
        with_code: false,
        elements,
    }
}

/// Three adults and two minors, to whom nothing was sent yet.
pub(super) fn desk() -> Desk {
    let home = sample::folder(sample::TOML, sample::PROVIDERS, &[("patients.csv", b"")]);
    let incident = read(home.path());
    let desk = Desk { home, incident, texts: Vec::new(), fonts: Vec::new(), wordings: Vec::new(), again: Vec::new(), signers: None };
    let mut desk = again(desk);
    needs(&mut desk, &[(Role::Adult, 3), (Role::Minor, 2)]);
    desk
}

fn read(folder: &Path) -> Incident {
    load(folder, &sample::rules()).unwrap().0
}

/// Reads the folder anew, and makes the proofs of the stored seal again.
pub(super) fn again(mut desk: Desk) -> Desk {
    let (require, folder) = (desk.incident.require_approvals, desk.home.path());
    desk.incident = Incident { require_approvals: require, ..read(folder) };
    let composer = composer(&desk.incident);
    desk.texts = composer.sources().map(|(name, text)| (format!("templates/{name}"), text.to_owned())).collect();
    desk.texts.push(("what-letters-print.txt".to_owned(), format!("what_happened: {}", desk.incident.what_happened)));
    desk.fonts = Fonts::built_in_files().map(|(name, bytes)| font(name, &sha256(bytes))).collect();
    let stored = desk.stored();
    let again = press(&desk.incident, &composer, |press| stored.map(|seal| proofs_again(&seal, &desk.incident, press).unwrap()));
    desk.again = again.unwrap_or_default();
    desk
}

/// Sets who is to be told: so many of each role.
pub(super) fn needs(desk: &mut Desk, people: &[(Role, u64)]) {
    let mut tally = Tally::default();
    people.iter().for_each(|(role, letters)| tally.add(kind(*role), Ways { letters: *letters, ..Ways::default() }));
    desk.wordings = press(&desk.incident, &composer(&desk.incident), |press| wordings(&tally, press).unwrap());
}

fn composer(incident: &Incident) -> Composer {
    Composer::load_for_review(incident, &sample::rules(), &Recipients::default()).unwrap()
}

fn press<T>(incident: &Incident, composer: &Composer, with: impl FnOnce(&mut ProofPress<'_>) -> T) -> T {
    let envelope = profile(&incident.print.envelope).unwrap();
    let layout = Layout { envelope, draft: true, job: 7, duplex: incident.print.duplex, inserts: 0, mailer: None };
    with(&mut ProofPress::new(incident, composer, &Fonts::built_in().unwrap(), &layout).unwrap())
}
