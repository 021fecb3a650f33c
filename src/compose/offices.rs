//! Which contact blocks letters print: found in what was composed, so that an office's own templates are seen as well.

use super::content::each_text;
use super::{Block, Composer};
use crate::rules::Rules;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Looks for every contact block, and keeps those that were seen.
pub(super) struct Offices {
    /// Each block's id and the texts by which it can be told.
    known: Vec<(String, Vec<String>)>,
    seen: Mutex<BTreeSet<usize>>,
}

impl Offices {
    pub(super) fn new(rules: &Rules) -> Offices {
        Offices { known: rules.contacts().collect(), seen: Mutex::default() }
    }

    /// Looks through what a letter says. To be called once for each wording and never for each letter: it reads all of it.
    pub(super) fn see(&self, blocks: &[Block]) {
        let mut text = String::new();
        each_text(blocks, &mut |inlines| {
            inlines.iter().for_each(|inline| text.push_str(&inline.text));
            // Where a link leads is printed beside it.
            inlines.iter().filter_map(|inline| inline.link.as_deref()).for_each(|link| text.extend(["\n", link]));
            text.push('\n');
        });
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let is_printed = |(_, marks): &(String, Vec<String>)| marks.iter().any(|mark| text.contains(mark));
        let new: Vec<usize> = (0..self.known.len()).filter(|at| !seen.contains(at) && is_printed(&self.known[*at])).collect();
        seen.extend(new);
    }
}

impl Composer {
    /// The contact blocks that letters composed so far print, by their ids in agencies.toml (`federal.ftc`, `bureau.equifax` …).
    pub fn offices_printed(&self) -> BTreeSet<String> {
        let of_edition = |offices: &Offices| {
            let seen = offices.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.iter().map(|at| offices.known[*at].0.clone()).collect::<Vec<_>>()
        };
        self.editions.values().flat_map(|edition| of_edition(&edition.offices)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Composer, PieceNumber, fixture};
    use crate::incident::Language;
    use crate::intake::Element;
    use crate::recipients::{Recipient, Recipients, Role};
    use crate::rules::Jurisdiction;

    /// What letters to these people print.
    fn printed(part: Option<(&str, &str)>, people: &[Recipient]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let mut incident = fixture::incident();
        if let Some((name, text)) = part {
            let path = folder.path().join("templates/en/parts").join(name);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text).unwrap();
            incident.folder = folder.path().to_owned();
        }
        let composer = Composer::load(&incident, &fixture::rules(), &Recipients::default()).unwrap();
        assert!(composer.offices_printed().is_empty(), "nothing was composed yet");
        people.iter().for_each(|person| _ = composer.compose(&incident, person, PieceNumber(1)).unwrap());
        composer.offices_printed().into_iter().collect()
    }

    fn resident(code: &str) -> Recipient {
        Recipient { residence: Jurisdiction::from_code(code), ..fixture::adult() }
    }

    const EVERYBODYS: [&str; 5] = ["bureau.equifax", "bureau.experian", "bureau.transunion", "federal.annual_credit_report", "federal.ftc"];

    #[test]
    fn offices_are_those_of_the_letters_that_were_composed() {
        assert_eq!(printed(None, &[fixture::adult()]), EVERYBODYS);
        assert_eq!(printed(None, &[resident("MD"), resident("TX")]), [EVERYBODYS.as_slice(), &["state.MD"]].concat());
        assert_eq!(
            printed(None, &[resident("NY"), resident("NM")]),
            ["bureau.equifax", "bureau.experian", "bureau.transunion", "federal.annual_credit_report", "federal.cfpb", "federal.ftc"]
                .into_iter()
                .chain(["state.NY", "state.NY_consumer_protection"])
                .collect::<Vec<_>>()
        );
        let spanish = fixture::recipient(Role::Adult, Language::Spanish, &[Element::Ssn]);
        assert_eq!(printed(None, &[spanish]), EVERYBODYS);
        let nothing_of_credit = fixture::recipient(Role::Adult, Language::English, &[Element::Name, Element::Diagnosis]);
        assert_eq!(printed(None, &[nothing_of_credit]), ["federal.ftc"]);
    }

    #[test]
    fn an_offices_own_templates_are_seen_as_well() {
        let plain = "<!-- paragraph: signature -->\nSee {{ offices.IA.web | link }} or write to {{ offices.OR.address }}.\n";
        let each_for_itself =
            format!("{plain}\n{{% if patient.name == \"Ana M. Rivera\" %}}[Ask](https://{{{{ offices.MA.web }}}}).{{% endif %}}\n");
        let with = |more: &[&'static str]| [EVERYBODYS.as_slice(), more].concat();
        assert_eq!(printed(Some(("signature.md", plain)), &[fixture::adult()]), with(&["state.IA", "state.OR"]));
        let found = printed(Some(("signature.md", &each_for_itself)), &[fixture::adult()]);
        assert_eq!(found, with(&["state.IA", "state.MA", "state.OR"]));
    }
}
