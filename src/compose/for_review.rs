//! What reviewers need of the templates: letters to invented people, also such as must not go out, and what they cannot show.

use super::content::{self, CheckedRule, Verdicts};
use super::edition::Edition;
use super::own_slots;
use super::readability::SensitiveWords;
use super::residence::Laws;
use super::sources::Sources;
use super::{Composer, Letter, Variant};
use crate::error::{Error, Finding, Place, Result, Severity};
use crate::incident::{Incident, Language};
use crate::obligations;
use crate::recipients::{Recipient, Recipients};
use crate::rules::Rules;
use std::collections::BTreeMap;
use std::sync::Arc;

impl Composer {
    /// As [`Composer::load`], and also where letters lack something that the law asks for, so that a person can look at them:
    /// [`Composer::faults`] says what. Only [`Composer::compose_invented`] composes them.
    ///
    /// # Errors
    /// As [`Composer::load`], except for what a letter must hold.
    pub fn load_for_review(incident: &Incident, rules: &Rules, recipients: &Recipients) -> Result<Composer> {
        let laws = Arc::new(Laws::new(rules, obligations::residents(recipients)));
        let sources = Sources::load(&incident.folder)?;
        let mut refused = Vec::new();
        let mut editions = BTreeMap::new();
        for language in Language::ALL {
            match Edition::load(language, &sources, incident, rules, &laws)? {
                Ok(edition) => _ = editions.insert(language, edition),
                Err(found) => refused.extend(found),
            }
        }
        let sensitive_words = SensitiveWords::load()?;
        let verdicts = Verdicts { rules: &rules.content, waivers: &incident.waivers };
        let mut findings = content::return_addresses(incident, &sensitive_words, &verdicts);
        findings.extend(content::email_subject(incident, &sensitive_words, &verdicts));
        findings.extend(content::part2_names(incident, &sensitive_words, &verdicts));
        findings.extend(content::offers(incident, rules, recipients, &verdicts));
        if !refused.is_empty() {
            refused.extend(findings.into_iter().filter(|finding| finding.severity == Severity::Refuses));
            return Err(Error::refused_all(refused));
        }
        Ok(Composer { sources, editions, sensitive_words, rules: rules.content.clone(), findings })
    }

    /// Composes a letter for an invented person, to be looked at: it may lack what the law asks for. What hangs on who the recipients are,
    /// the number of residents, is invented as well, so that the same wording gives the same letter whoever they are.
    ///
    /// # Errors
    /// As [`Composer::compose`].
    pub fn compose_invented(&self, incident: &Incident, invented: &Recipient) -> Result<Letter> {
        self.edition(invented.language)?.compose_invented(&self.sources, incident, invented)
    }

    /// The variant of the letter that [`Composer::compose_invented`] gives, without composing it again for everybody alike.
    ///
    /// # Errors
    /// As [`Composer::compose`].
    pub fn variant_of_invented(&self, incident: &Incident, invented: &Recipient) -> Result<Variant> {
        let edition = self.edition(invented.language)?;
        let paragraphs = edition.paragraphs_of_invented(&self.sources, incident, invented)?;
        Ok(Variant { language: invented.language, role: invented.role.id(), paragraphs })
    }

    /// What no letter to an invented person shows, once the variant of every kind of recipient was asked for: templates that ask for more of
    /// a person's own values than whether they are there, and paragraphs that read differently within one variant.
    pub fn hidden(&self) -> Vec<Finding> {
        let of_language = |language| self.sources.of(language).map(move |(name, text)| (language, name, text));
        let hanging = self.editions.keys().flat_map(|language| of_language(*language)).filter_map(|(language, name, text)| {
            let place = self.sources.place(language, name, own_slots::hangs_on_values(text)?);
            let reason = "the words hang on a person's own values, such as a name, and no proof can show them";
            let hint = "ask in conditions only for the role, the elements, the residence, the provider, and whether there is a code";
            Some(Finding::refuses("wording-hidden", place, reason, hint))
        });
        hanging.chain(self.editions.values().flat_map(Edition::varies)).collect()
    }

    /// Each rule that the letter of an invented person comes under, with what the letter shows of it; then the rules that are found by other
    /// means, with what was found in letters of its language and on the incident.
    ///
    /// # Errors
    /// As [`Composer::compose`].
    pub fn checklist(&self, incident: &Incident, invented: &Recipient) -> Result<Vec<CheckedRule>> {
        let edition = self.edition(invented.language)?;
        let mut checked = edition.checklist(&self.sources, incident, invented)?;
        checked.extend(content::computed(&self.rules, &edition.findings.iter().chain(&self.findings)));
        Ok(checked)
    }

    /// The slots that some paragraphs of a language print, as dotted names in print order.
    pub fn slots_printed(&self, language: Language, paragraphs: &[Arc<str>]) -> Vec<&str> {
        self.editions.get(&language).map(|edition| edition.slots_printed(paragraphs)).unwrap_or_default()
    }

    /// What fills a slot in letters of the recipient's provider or providers; absent when it is each person's own.
    pub fn slot_value(&self, incident: &Incident, recipient: &Recipient, slot: &str) -> Option<String> {
        self.editions.get(&recipient.language)?.slot_value(incident, recipient, slot)
    }

    /// Where a paragraph of a language begins in the templates.
    pub fn place_of(&self, language: Language, paragraph: &str) -> Option<&Place> {
        self.editions.get(&language)?.place_of(paragraph)
    }
}
