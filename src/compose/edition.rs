//! The letters of one language: templates, wording and the slots of every provider, ready for the recipients.

use super::check::{self, Markers};
use super::engine::{self, Trouble};
use super::slots::{self, Person};
use super::sources::Sources;
use super::wording::Wording;
use super::{Block, Letter, PieceNumber, address, prose, specimen};
use crate::error::{Error, Finding, Kind, Place, Result};
use crate::incident::{Incident, Language, Provider};
use crate::recipients::{Disposition, Recipient, Role};
use crate::rules::Rules;
use tera::{Context, Tera};

/// What letters of one language are made of.
pub(super) struct Edition {
    language: Language,
    tera: Tera,
    pub(super) wording: Wording,
    markers: Markers,
    /// One per provider, in their order; absent when the incident's prose is not written in this language.
    providers: Option<Vec<Context>>,
}

impl Edition {
    /// Loads and checks the templates of a language; the inner error holds one finding per fault.
    ///
    /// # Errors
    /// A bug of ours when the rules lack an office that letters print.
    pub(super) fn load(language: Language, sources: &Sources, incident: &Incident, rules: &Rules) -> Result<Result<Edition, Vec<Finding>>> {
        let (wording, tera, markers) = match parse(language, sources) {
            Ok(parsed) => parsed,
            Err(findings) => return Ok(Err(findings)),
        };
        let mut findings = specimen::check(language, sources, &tera, &markers, &wording, incident, rules)?;
        let prose = prose::of(incident, language);
        if let Some(prose) = &prose {
            findings.extend(prose::check(incident, language, prose));
        }
        if !findings.is_empty() {
            return Ok(Err(findings));
        }
        let providers = prose.map(|prose| {
            let contexts = incident
                .providers
                .iter()
                .map(|provider| slots::of_provider(incident, provider, rules, &wording, &prose).map(|slots| slots::context(&slots)));
            contexts.collect::<Result<Vec<_>>>()
        });
        Ok(Ok(Edition { language, tera, wording, markers, providers: providers.transpose()? }))
    }

    /// Composes one letter; see [`super::Composer::compose`].
    pub(super) fn compose(&self, sources: &Sources, incident: &Incident, recipient: &Recipient, piece: PieceNumber) -> Result<Letter> {
        let (provider, context) = self.provider(incident, recipient)?;
        let blocks = self.blocks(sources, context, &person(incident, recipient)?, &recipient.record)?;
        let by_mail = recipient.disposition != Disposition::Email;
        Ok(Letter {
            piece,
            language: self.language,
            title: self.wording.title.clone(),
            return_address: address::return_lines(provider),
            recipient_address: if by_mail { address::recipient_lines(recipient, &self.wording) } else { Vec::new() },
            blocks,
            large_print: recipient.large_print,
            footer: self.wording.footer.clone(),
        })
    }

    /// The recipient's provider and its slots.
    fn provider<'a>(&'a self, incident: &'a Incident, recipient: &Recipient) -> Result<(&'a Provider, Context)> {
        let contexts = self.providers.as_ref().ok_or_else(|| {
            let tag = self.language.tag();
            let reason = format!("a recipient's language is `{tag}`, but the incident's prose is not written in it");
            let hint = format!(
                "add what_happened, investigation, mitigation and prevention under [{}]; the first recipient is named in this finding",
                prose::table(self.language)
            );
            let finding = Finding::refuses("prose-not-translated", Place::file("incident.toml"), reason, hint);
            Error::refused_all(vec![finding.record(&recipient.record)])
        })?;
        let index = recipient.provider.ok_or_else(|| Error::bug("a recipient without provider came to be composed"))?;
        let provider = incident.providers.get(usize::from(index.0));
        match (provider, contexts.get(usize::from(index.0))) {
            (Some(provider), Some(context)) => Ok((provider, context.clone())),
            _ => Err(Error::bug("a recipient's provider is not one of the incident's")),
        }
    }

    fn blocks(&self, sources: &Sources, mut context: Context, person: &Person<'_>, record: &str) -> Result<Vec<Block>> {
        for (name, value) in slots::of_person(person, &self.wording) {
            context.insert_value(name, value);
        }
        engine::render(&self.tera, &context, &self.markers).map_err(|trouble| {
            let finding = match trouble {
                // Tera's own words could quote a value.
                Trouble::Tera(error) => Finding::refuses(
                    "template-rendering",
                    engine::error_place(&error, self.language, sources),
                    "the template cannot be rendered for this recipient",
                    "correct the expression; the built-in template shows how the slot is used",
                ),
                Trouble::Markdown(fault) => specimen::fault_finding(&fault, self.language, sources, &self.markers),
            };
            Error::refused_all(vec![finding.record(record)])
        })
    }
}

/// Wording, templates and paragraphs of a language.
fn parse(language: Language, sources: &Sources) -> Result<(Wording, Tera, Markers), Vec<Finding>> {
    let wording = Wording::load(language, sources);
    let templates =
        engine::build(language, sources).and_then(|tera| check::templates(language, sources, &tera).map(|markers| (tera, markers)));
    match (wording, templates) {
        (Ok(wording), Ok((tera, markers))) => Ok((wording, tera, markers)),
        (wording, templates) => Err(wording.err().into_iter().chain(templates.err()).flatten().collect()),
    }
}

/// What the letter says about a recipient, once it has been seen to make sense.
fn person<'a>(incident: &Incident, recipient: &'a Recipient) -> Result<Person<'a>> {
    let refuse = |code, reason: &str, hint: &str| {
        let list = recipient.record.rsplit_once(':').map_or("", |(list, _)| list);
        let finding = Finding::holds(code, Place::file(list), reason, hint).record(&recipient.record);
        Err(Error { kind: Kind::Refused, findings: vec![finding] })
    };
    if recipient.elements.is_empty() {
        return refuse(
            "no-elements",
            "no type of information is marked for this recipient, and a notice must list them (45 CFR 164.404(c)(1)(B))",
            "mark the elements in the list, or decide to exclude the recipient in decisions.csv",
        );
    }
    if recipient.activation_code.is_some() && recipient.role == Role::Deceased {
        return refuse(
            "code-for-deceased",
            "an activation code is given for a patient who has died; it cannot be used",
            "empty the activation_code of this row",
        );
    }
    if recipient.activation_code.is_some() && incident.identity_service.is_none() {
        return refuse(
            "code-without-service",
            "an activation code is given, but the incident offers no identity service",
            "add [identity_service] to incident.toml, or leave the codes out of the list",
        );
    }
    Ok(Person {
        role: recipient.role,
        name: recipient.name.reveal(),
        representative: recipient.representative.as_ref().map(|name| name.reveal().as_str()),
        elements: recipient.elements,
        code: recipient.activation_code.as_ref().map(|code| code.reveal().as_str()),
    })
}
