//! The letters of one language: templates, wording and the slots of every provider, ready for the recipients.

use super::check::{self, Markers};
use super::content::{CheckedRule, Subject, Texts, Verdicts};
use super::engine::{self, Trouble};
use super::form::{self, Form, FormKey};
use super::offices::Offices;
use super::readability::Readability;
use super::residence::{Laws, Residence};
use super::slot_sheet::{self, SlotSheet};
use super::slots::{self, Person, Slots};
use super::sources::Sources;
use super::specimen::Specimens;
use super::wording::Wording;
use super::{Block, BodyBlock, Letter, Logo, PieceNumber, address, content, own_slots, prose, specimen};
use crate::error::{Error, Finding, Kind, Place, Result, Severity};
use crate::incident::{Incident, Language, ProviderIndex, Waiver};
use crate::intake::{Element, Elements};
use crate::recipients::{Disposition, Recipient, Role};
use crate::rules::{ContentRule, Jurisdiction, Rules};
use hashbrown::HashMap;
use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tera::{Context, Tera};

/// What letters of one language are made of.
pub(super) struct Edition {
    language: Language,
    tera: Tera,
    pub(super) wording: Wording,
    markers: Markers,
    title: Arc<str>,
    footer: Arc<str>,
    /// One per provider, in their order; absent when the incident's prose is not written in this language.
    providers: Option<Vec<Arc<ProviderPart>>>,
    /// One for each set of providers that a letter was composed for.
    several: RwLock<HashMap<Vec<ProviderIndex>, Arc<ProviderPart>>>,
    /// Elements that conditions of the templates ask for; absent when each letter must be rendered for itself.
    asked_for: Option<Vec<Element>>,
    /// Jurisdictions that templates tell apart; absent when they may tell all apart.
    asked_residents: Option<BTreeSet<String>>,
    forms: RwLock<HashMap<FormKey, Option<Arc<Form>>>>,
    room_for_forms: usize,
    invented: Mutex<InventedForms>,
    /// One copy of each fixed block.
    fixed: Mutex<HashSet<Arc<Block>>>,
    pub(super) laws: Arc<Laws>,
    /// Which contact blocks were seen in what was composed.
    pub(super) offices: Offices,
    rules: Vec<ContentRule>,
    waivers: Vec<Waiver>,
    slot_sheet: SlotSheet,
    /// What the checks found of what the law asks for, and what waivers set aside.
    pub(super) findings: Vec<Finding>,
}

/// What letters of one provider, or of one set of them, share.
struct ProviderPart {
    /// The providers, in their order.
    providers: Arc<[ProviderIndex]>,
    /// Their names, in the same order.
    names: Vec<String>,
    slots: Slots,
    context: Context,
    return_address: Arc<[String]>,
    logo: Option<Logo>,
}

/// Who has one wording, as far as only types of information and residence can make it another: providers, role, whether several types of
/// information were involved, paragraphs.
type Alike = (Arc<[ProviderIndex]>, Role, bool, Arc<[Arc<str>]>);

/// What is known of the forms of invented people, who need no form: there are few proofs, and many kinds of recipients.
#[derive(Default)]
struct InventedForms {
    sets: HashSet<Arc<[Arc<str>]>>,
    paragraphs: HashMap<FormKey, Arc<[Arc<str>]>>,
    /// The first letter of each wording, with stand-ins for all that is a person's own.
    masked: HashMap<Alike, Vec<Fingerprint>>,
    varies: Vec<Finding>,
}

impl InventedForms {
    /// One copy of equal paragraphs: there are many forms, and few wordings.
    fn shared(&mut self, paragraphs: Arc<[Arc<str>]>) -> Arc<[Arc<str>]> {
        match self.sets.get(&paragraphs) {
            Some(known) => Arc::clone(known),
            None => {
                self.sets.insert(Arc::clone(&paragraphs));
                paragraphs
            }
        }
    }
}

/// A block by its paragraph and a number that tells it from others: a thousand wordings are remembered at once.
type Fingerprint = (Arc<str>, u64);

fn fingerprints(blocks: Vec<Block>) -> Vec<Fingerprint> {
    let number = |block: &Block| {
        let mut hasher = DefaultHasher::new();
        block.hash(&mut hasher);
        hasher.finish()
    };
    blocks.into_iter().map(|block| (Arc::clone(&block.paragraph), number(&block))).collect()
}

/// Stands for the number of residents in letters to invented people.
const INVENTED_NUMBER: &str = "1,234";

/// Forms kept: far above what an incident needs; beyond, a form is made again for each letter that has it.
const KEPT_FORMS: usize = 20_000;

impl Edition {
    /// Loads and checks the templates of a language; the inner error holds one finding per fault.
    ///
    /// # Errors
    /// A bug of ours when the rules lack an office that letters print.
    pub(super) fn load(
        language: Language,
        sources: &Sources,
        incident: &Incident,
        rules: &Rules,
        laws: &Arc<Laws>,
    ) -> Result<Result<Edition, Vec<Finding>>> {
        let (wording, tera, markers) = match parse(language, sources, rules) {
            Ok(parsed) => parsed,
            Err(findings) => return Ok(Err(findings)),
        };
        let specimens = Specimens { language, sources, tera: &tera, markers: &markers, wording: &wording, incident, rules, laws };
        let mut findings = specimens.check()?;
        let prose = prose::of(incident, language);
        if let Some(prose) = &prose {
            findings.extend(prose::check(incident, language, prose));
        }
        let of_content = |finding: &Finding| rules.content.iter().any(|rule| rule.id == finding.code);
        if findings.iter().any(|finding| finding.severity == Severity::Refuses && !of_content(finding)) {
            return Ok(Err(findings));
        }
        let written = prose.is_some();
        let providers = prose.map(|prose| {
            let parts = incident.providers.iter().enumerate().map(|(index, provider)| {
                let slots = slots::of_provider(incident, provider, rules, &wording, &prose)?;
                Ok(Arc::new(ProviderPart {
                    providers: [ProviderIndex(index as u16)].into(),
                    names: vec![provider.legal_name.clone()],
                    context: slots::context(&slots),
                    slots,
                    return_address: address::return_lines(provider).into(),
                    logo: provider.logo.clone(),
                }))
            });
            parts.collect::<Result<Vec<_>>>()
        });
        let texts: Vec<&str> = sources.of(language).map(|(_, text)| text).collect();
        let mut edition = Edition {
            language,
            tera,
            markers,
            title: wording.title.as_str().into(),
            footer: wording.footer.as_str().into(),
            wording,
            providers: providers.transpose()?,
            several: RwLock::default(),
            asked_for: own_slots::asked_for(&texts),
            asked_residents: own_slots::asked_residents(&texts),
            forms: RwLock::default(),
            room_for_forms: KEPT_FORMS,
            invented: Mutex::default(),
            fixed: Mutex::default(),
            laws: Arc::clone(laws),
            offices: Offices::new(rules),
            rules: rules.content.clone(),
            waivers: incident.waivers.clone(),
            slot_sheet: SlotSheet::read(language, sources),
            findings,
        };
        if written {
            match edition.check_texts(sources, incident) {
                Ok(findings) => edition.findings.extend(findings),
                Err(error) if error.kind == Kind::Refused => return Ok(Err(error.findings)),
                Err(error) => return Err(error),
            }
        }
        Ok(Ok(edition))
    }

    /// Checks the running text of a letter with the incident's own prose.
    fn check_texts(&self, sources: &Sources, incident: &Incident) -> Result<Vec<Finding>> {
        let Some(part) = self.providers.as_ref().and_then(|parts| parts.first()) else { return Ok(Vec::new()) };
        let adult = specimen::adult(incident.identity_service.is_some());
        let person = adult.as_person(&self.laws);
        let own = slots::of_person(&person, &self.wording, &self.laws);
        let blocks = self.render(sources, part, &own, "")?;
        let letter = || Place::file(sources.shown(self.language, "letter.md"));
        let marker = |id: &str| self.markers.get(id).cloned().unwrap_or_else(letter);
        let residences: Vec<_> = self.laws.present().flatten().collect();
        let texts = Texts { language: self.language, incident, blocks: &blocks, marker: &marker };
        Ok(texts.check(&Readability::load()?, &self.verdicts(), &residences))
    }

    /// Whether the incident's prose is written in this language.
    pub(super) fn is_written(&self) -> bool {
        self.providers.is_some()
    }

    fn verdicts(&self) -> Verdicts<'_> {
        Verdicts { rules: &self.rules, waivers: &self.waivers }
    }

    /// Composes one letter; see [`super::Composer::compose`].
    pub(super) fn compose(&self, sources: &Sources, incident: &Incident, recipient: &Recipient, piece: PieceNumber) -> Result<Letter> {
        let part = self.part(incident, recipient)?;
        let part = part.as_ref();
        let person = self.person(incident, recipient)?;
        let (blocks, paragraphs) = match self.form(sources, part, &person)? {
            Some(form) => (form.fill(&person, &self.wording), Arc::clone(&form.paragraphs)),
            None => {
                let own = self.with_residents(part, &person, slots::of_person(&person, &self.wording, &self.laws));
                let blocks = self.render(sources, part, &own, &recipient.record)?;
                self.check(sources, part, &blocks, (person.role, person.elements, &[person.residence]), &own)?;
                if self.asked_for.is_none() {
                    self.offices.see(&blocks);
                }
                let paragraphs = specimen::paragraphs(&blocks).into();
                (blocks.into_iter().map(BodyBlock::Own).collect(), paragraphs)
            }
        };
        Ok(self.letter(part, recipient, piece, blocks, paragraphs))
    }

    /// See [`super::Composer::compose_invented`].
    pub(super) fn compose_invented(&self, sources: &Sources, incident: &Incident, invented: &Recipient) -> Result<Letter> {
        let (part, _, blocks) = self.rendered(sources, incident, invented)?;
        let paragraphs = specimen::paragraphs(&blocks).into();
        let blocks = blocks.into_iter().map(BodyBlock::Own).collect();
        Ok(self.letter(&part, invented, PieceNumber(0), blocks, paragraphs))
    }

    /// See [`super::Composer::variant_of_invented`].
    pub(super) fn paragraphs_of_invented(&self, sources: &Sources, incident: &Incident, invented: &Recipient) -> Result<Arc<[Arc<str>]>> {
        let render = || Ok(specimen::paragraphs(&self.rendered(sources, incident, invented)?.2).into());
        let Some(asked_for) = &self.asked_for else { return render() };
        let person = self.person(incident, invented)?;
        let key = FormKey::of(&self.part(incident, invented)?.providers, &person, asked_for, self.shown(person.residence));
        let mut known = self.invented.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(paragraphs) = known.paragraphs.get(&key) {
            return Ok(Arc::clone(paragraphs));
        }
        let part = self.part(incident, invented)?;
        let paragraphs = known.shared(render()?);
        known.paragraphs.insert(key, Arc::clone(&paragraphs));
        let masked = self.render(sources, &part, &form::stand_ins(&person, &self.wording, &self.laws), &invented.record)?;
        let several = person.elements.iter().nth(1).is_some();
        let alike = (Arc::clone(&part.providers), person.role, several, Arc::clone(&paragraphs));
        let prints = fingerprints(masked);
        let first = known.masked.entry(alike).or_insert_with(|| prints.clone());
        let other = first.iter().zip(&prints).find(|(one, two)| one != two).map(|(one, _)| one);
        let other = other.or_else(|| if first.len() == prints.len() { None } else { first.last() });
        let varies = other.map(|(paragraph, _)| specimen::varies(paragraph, self.language, sources, &self.markers));
        known.varies.extend(varies);
        Ok(paragraphs)
    }

    /// Paragraphs that were found to read differently for people of one variant, each once.
    pub(super) fn varies(&self) -> Vec<Finding> {
        let mut found = self.invented.lock().unwrap_or_else(PoisonError::into_inner).varies.clone();
        found.sort();
        found.dedup();
        found
    }

    /// A letter of an invented person, rendered for itself, with the slots of the person.
    fn rendered(&self, sources: &Sources, incident: &Incident, invented: &Recipient) -> Result<(Arc<ProviderPart>, Slots, Vec<Block>)> {
        let part = self.part(incident, invented)?;
        let person = self.person(incident, invented)?;
        let mut own = slots::of_person(&person, &self.wording, &self.laws);
        if self.laws.affected(person.residence, ProviderIndex(0)).is_some() {
            own.insert("affected_residents", slots::text(INVENTED_NUMBER));
        }
        let blocks = self.render(sources, &part, &own, &invented.record)?;
        self.offices.see(&blocks);
        Ok((part, own, blocks))
    }

    fn letter(
        &self,
        part: &ProviderPart,
        recipient: &Recipient,
        piece: PieceNumber,
        blocks: Vec<BodyBlock>,
        paragraphs: Arc<[Arc<str>]>,
    ) -> Letter {
        let by_mail = recipient.disposition != Disposition::Email;
        let (recipient_address, addressee_lines) =
            if by_mail { address::recipient_lines(recipient, &self.wording) } else { Default::default() };
        Letter {
            piece,
            language: self.language,
            title: Arc::clone(&self.title),
            return_address: Arc::clone(&part.return_address),
            logo: part.logo.clone(),
            recipient_address,
            addressee_lines,
            blocks,
            paragraphs,
            large_print: recipient.large_print,
            footer: Arc::clone(&self.footer),
        }
    }

    /// See [`super::Composer::checklist`].
    pub(super) fn checklist(&self, sources: &Sources, incident: &Incident, invented: &Recipient) -> Result<Vec<CheckedRule>> {
        let (part, own, blocks) = self.rendered(sources, incident, invented)?;
        let subject = Subject {
            language: self.language,
            blocks: &blocks,
            role: invented.role,
            elements: invented.elements,
            residences: &[self.laws.residence(invented.residence, invented.elements)],
            slot: &|root| own.get(root).or_else(|| part.slots.get(root)),
        };
        Ok(content::checklist(&self.verdicts(), &subject))
    }

    /// See [`super::Composer::slots_printed`].
    pub(super) fn slots_printed(&self, paragraphs: &[Arc<str>]) -> Vec<&str> {
        self.slot_sheet.of(paragraphs)
    }

    /// See [`super::Composer::slot_value`].
    pub(super) fn slot_value(&self, incident: &Incident, recipient: &Recipient, slot: &str) -> Option<String> {
        slot_sheet::value(&self.part(incident, recipient).ok()?.slots, slot)
    }

    /// See [`super::Composer::place_of`].
    pub(super) fn place_of(&self, paragraph: &str) -> Option<&Place> {
        self.markers.get(paragraph)
    }

    /// What letters of the recipient's provider or providers share.
    fn part(&self, incident: &Incident, recipient: &Recipient) -> Result<Arc<ProviderPart>> {
        let providers = self.providers.as_ref().ok_or_else(|| {
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
        let part = |index: ProviderIndex| {
            let part = providers.get(usize::from(index.0));
            part.ok_or_else(|| Error::bug("a recipient's provider is not one of the incident's"))
        };
        let first = part(index)?;
        if recipient.also_at.is_empty() {
            return Ok(Arc::clone(first));
        }
        let all: Vec<ProviderIndex> = std::iter::once(index).chain(recipient.also_at.iter().copied()).collect();
        if let Some(known) = self.several.read().unwrap_or_else(PoisonError::into_inner).get(&all) {
            return Ok(Arc::clone(known));
        }
        all.iter().try_for_each(|index| part(*index).map(|_| ()))?;
        let part = Arc::new(self.part_of_several(incident, &all, first));
        let mut several = self.several.write().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(several.entry(all).or_insert(part)))
    }

    /// What letters share that speak for several providers. No logo: it would be that of one of them. What comes back, comes back to
    /// the first.
    fn part_of_several(&self, incident: &Incident, all: &[ProviderIndex], first: &ProviderPart) -> ProviderPart {
        let providers: Vec<_> = all.iter().map(|index| incident.provider(*index)).collect();
        let mut slots = first.slots.clone();
        slots.extend(slots::of_several(incident, &providers, &self.wording));
        let names = providers.iter().map(|provider| provider.legal_name.clone()).collect();
        let context = slots::context(&slots);
        ProviderPart { providers: all.into(), names, slots, context, return_address: Arc::clone(&first.return_address), logo: None }
    }

    /// The form of a person's letter, rendered when it is first asked for; absent when the letter must be rendered for itself.
    fn form(&self, sources: &Sources, part: &ProviderPart, person: &Person<'_>) -> Result<Option<Arc<Form>>> {
        let Some(asked_for) = &self.asked_for else { return Ok(None) };
        let key = FormKey::of(&part.providers, person, asked_for, self.shown(person.residence));
        let known = self.forms.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(form) = known.get(&key) {
            return Ok(form.clone());
        }
        drop(known);
        let own = self.with_residents(part, person, form::stand_ins(person, &self.wording, &self.laws));
        let blocks = self.render(sources, part, &own, "")?;
        let readers: Vec<Residence> = self.laws.alike(|residence| self.shown(residence) == key.residence());
        self.check(sources, part, &blocks, (person.role, key.elements_at_most(asked_for), &readers), &own)?;
        self.offices.see(&blocks);
        let form = Form::new(blocks, &self.wording, &|block| self.share(block)).map(Arc::new);
        let mut forms = self.forms.write().unwrap_or_else(PoisonError::into_inner);
        // A letter must not depend on which forms came first: one that is not kept is the same form.
        if forms.len() < self.room_for_forms {
            forms.insert(key, form.clone());
        }
        Ok(form)
    }

    /// See [`Specimens::without_each_paragraph`].
    #[cfg(test)]
    pub(super) fn without_each_paragraph(
        language: Language,
        sources: &Sources,
        incident: &Incident,
        rules: &Rules,
        laws: &Arc<Laws>,
    ) -> std::collections::BTreeMap<String, BTreeSet<&'static str>> {
        let (wording, tera, markers) = parse(language, sources, rules).unwrap();
        Specimens { language, sources, tera: &tera, markers: &markers, wording: &wording, incident, rules, laws }.without_each_paragraph()
    }

    /// Renders each letter for itself from now on.
    #[cfg(test)]
    pub(super) fn forget_forms(&mut self) {
        self.asked_for = None;
    }

    /// Keeps no form from now on.
    #[cfg(test)]
    pub(super) fn keep_no_forms(&mut self) {
        self.room_for_forms = 0;
    }

    /// One copy of equal blocks, so that they are set once per job.
    fn share(&self, block: Block) -> Arc<Block> {
        let mut fixed = self.fixed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = fixed.get(&block) {
            return Arc::clone(known);
        }
        let block = Arc::new(block);
        fixed.insert(Arc::clone(&block));
        block
    }

    /// The slots of a person with the number of residents, where it is told.
    fn with_residents(&self, part: &ProviderPart, person: &Person<'_>, mut own: Slots) -> Slots {
        let of_each = part.providers.iter().map(|provider| self.laws.affected(person.residence, *provider));
        if let Some(numbers) = of_each.collect::<Option<Vec<_>>>() {
            let named = || part.names.iter().zip(&numbers).map(|(name, number)| format!("{name}: {number}"));
            let told = if let [number] = numbers.as_slice() { number.clone() } else { named().collect::<Vec<_>>().join("; ") };
            own.insert("affected_residents", slots::text(&told));
        }
        own
    }

    /// A residence as the templates can tell it apart from others.
    fn shown(&self, residence: Residence) -> Residence {
        let asked = |code: &Jurisdiction| self.asked_residents.as_ref().is_none_or(|asked| asked.contains(code.code()));
        let counted = self.laws.affected(residence, ProviderIndex(0)).is_some();
        Residence { code: residence.code.filter(|code| counted || asked(code)), ..residence }
    }

    fn render(&self, sources: &Sources, part: &ProviderPart, own: &Slots, record: &str) -> Result<Vec<Block>> {
        self.render_template(engine::LETTER, sources, part, own, record)
    }

    /// Renders a notice to nobody in particular for one provider.
    ///
    /// # Errors
    /// As [`super::Composer::notice`].
    pub(super) fn render_notice(&self, sources: &Sources, template: &str, provider: ProviderIndex, own: &Slots) -> Result<Vec<Block>> {
        self.render_template(template, sources, self.provider_part(provider)?, own, "")
    }

    /// The rules for letters to an adult that the blocks of a notice break.
    pub(super) fn broken_by_notice(&self, provider: ProviderIndex, blocks: &[Block], elements: Elements, own: &Slots) -> Vec<&ContentRule> {
        let Ok(part) = self.provider_part(provider) else { return Vec::new() };
        let slot = |root: &str| own.get(root).or_else(|| part.slots.get(root));
        let subject = Subject { language: self.language, blocks, role: Role::Adult, elements, residences: &[], slot: &slot };
        content::broken(&self.rules, &subject)
    }

    fn provider_part(&self, provider: ProviderIndex) -> Result<&ProviderPart> {
        let part = self.providers.as_ref().and_then(|parts| parts.get(usize::from(provider.0)));
        part.map(Arc::as_ref).ok_or_else(|| Error::bug("a provider is not one of the incident's"))
    }

    fn render_template(&self, template: &str, sources: &Sources, part: &ProviderPart, own: &Slots, record: &str) -> Result<Vec<Block>> {
        let mut context = part.context.clone();
        for (name, value) in own {
            context.insert_value(*name, value.clone());
        }
        engine::render(&self.tera, template, &context, &self.markers).map_err(|trouble| self.trouble(sources, trouble, record))
    }

    /// Refuses a letter that does not hold what its readers' laws ask for.
    fn check(
        &self,
        sources: &Sources,
        part: &ProviderPart,
        blocks: &[Block],
        (role, elements, residences): (Role, Elements, &[Residence]),
        own: &Slots,
    ) -> Result<()> {
        let subject = Subject {
            language: self.language,
            blocks,
            role,
            elements,
            residences,
            slot: &|root| own.get(root).or_else(|| part.slots.get(root)),
        };
        let place = |rule: &ContentRule| content::place(rule, self.language, sources, &self.markers);
        let broken = content::broken(&self.rules, &subject).into_iter();
        let findings: Vec<Finding> = broken
            .map(|rule| self.verdicts().lacking(rule, place(rule), &content::who(role, rule.residents)))
            .filter(|finding| finding.severity == Severity::Refuses)
            .collect();
        if findings.is_empty() { Ok(()) } else { Err(Error::refused_all(findings)) }
    }

    fn trouble(&self, sources: &Sources, trouble: Trouble, record: &str) -> Error {
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
        Error::refused_all(vec![if record.is_empty() { finding } else { finding.record(record) }])
    }

    /// What the letter says about a recipient, once it has been seen to make sense.
    fn person<'a>(&self, incident: &Incident, recipient: &'a Recipient) -> Result<Person<'a>> {
        let refuse = |code, reason: &'static str, hint: &'static str| {
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
            residence: self.laws.residence(recipient.residence, recipient.elements),
        })
    }
}

/// Wording, templates and paragraphs of a language.
fn parse(language: Language, sources: &Sources, rules: &Rules) -> Result<(Wording, Tera, Markers), Vec<Finding>> {
    let wording = Wording::load(language, sources);
    let templates =
        engine::build(language, sources).and_then(|tera| check::templates(language, sources, &tera, rules).map(|markers| (tera, markers)));
    match (wording, templates) {
        (Ok(wording), Ok((tera, markers))) => Ok((wording, tera, markers)),
        (wording, templates) => Err(wording.err().into_iter().chain(templates.err()).flatten().collect()),
    }
}
