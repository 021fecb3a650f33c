//! Notices that go to nobody by name: to media, onto the web, to the consumer reporting agencies, and what a call center says.
//!
//! They are made from the paragraphs of the letters and from the same incident, so that one account is given everywhere.

use super::edition::Edition;
use super::residence::{Laws, Residence, with_separators};
use super::slots::{self, Person, Slots};
use super::wording::Wording;
use super::{Block, BlockKind, BodyBlock, Composer, Letter, PieceNumber, specimen};
use crate::error::Result;
use crate::incident::{Incident, Language, ProviderIndex};
use crate::intake::Elements;
use crate::recipients::{PersonName, Role};
use crate::rules::ContentRule;
use jiff::civil::Date;
use tera::Value;

/// A kind of notice that goes to nobody by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoticeKind {
    /// For prominent media outlets that serve a state (45 CFR 164.406).
    Media,
    /// For the home page of a provider, or major media: the substitute notice (45 CFR 164.404(d)(2)(ii)).
    Web,
    /// For the nationwide consumer reporting agencies, as laws of the states ask.
    ConsumerReportingAgencies,
    /// What a call center says to those who call.
    CallCenter,
}

impl NoticeKind {
    /// Every kind, in the order in which reports list them.
    pub const ALL: [NoticeKind; 4] = [NoticeKind::Media, NoticeKind::Web, NoticeKind::ConsumerReportingAgencies, NoticeKind::CallCenter];

    /// Its id, in names of files.
    pub fn id(self) -> &'static str {
        match self {
            NoticeKind::Media => "media",
            NoticeKind::Web => "web",
            NoticeKind::ConsumerReportingAgencies => "consumer-reporting-agencies",
            NoticeKind::CallCenter => "call-center",
        }
    }

    pub(super) fn template(self) -> &'static str {
        match self {
            NoticeKind::Media => "notices/media.md",
            NoticeKind::Web => "notices/web.md",
            NoticeKind::ConsumerReportingAgencies => "notices/consumer_reporting_agencies.md",
            NoticeKind::CallCenter => "notices/call_center.md",
        }
    }

    /// Whether it has to hold elements (A) to (E) of 45 CFR 164.404(c)(1).
    fn holds_what_letters_hold(self) -> bool {
        matches!(self, NoticeKind::Media | NoticeKind::Web)
    }
}

/// What a notice tells besides what letters of its provider tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeFacts {
    /// Whose people.
    pub provider: ProviderIndex,
    /// The state whose media are told, by its name; absent in other notices.
    pub state: Option<String>,
    /// Every type of information that was involved for anybody whom it is about.
    pub elements: Elements,
    /// The day on which the first notice to a person went; absent while none did.
    pub first: Option<Date>,
    /// The day on which the last one went; absent while not all did.
    pub last: Option<Date>,
    /// Letters that go or went.
    pub letters: u64,
    /// E-mails likewise.
    pub emails: u64,
    /// People by the name of the state in which they live, where its law has the agencies told.
    pub residents: Vec<(String, u64)>,
}

/// A notice as it can be published or sent.
pub struct Notice {
    /// The text; a letter to nobody.
    pub text: Letter,
    /// What the law asks of it and it does not hold: what is missing, with the clause.
    pub lacks: Vec<String>,
}

impl Composer {
    /// Makes a notice; absent when the incident's prose is not written in the language, or there is no such notice in it.
    ///
    /// # Errors
    /// Refused when a template fails to render.
    pub fn notice(&self, incident: &Incident, kind: NoticeKind, language: Language, facts: &NoticeFacts) -> Result<Option<Notice>> {
        let edition = self.edition(language)?;
        if !edition.is_written() || self.sources.text(language, kind.template()).trim().is_empty() {
            return Ok(None);
        }
        let own = own_slots(facts, &edition.wording, &edition.laws);
        let blocks = edition.render_notice(&self.sources, kind.template(), facts.provider, &own)?;
        let broken = edition.broken_by_notice(facts.provider, &blocks, facts.elements, &own);
        let asked = broken.into_iter().filter(|rule| kind.holds_what_letters_hold() && is_federal(rule));
        let lacks = asked.map(|rule| format!("{} ({})", rule.what, rule.clause)).collect();
        Ok(Some(Notice { text: letter(edition, incident, facts.provider, language, blocks), lacks }))
    }
}

/// Whether a rule is one of HIPAA's for every notice: laws of the states ask for more in letters to their residents.
fn is_federal(rule: &ContentRule) -> bool {
    rule.residents.is_none() && rule.clause.starts_with("45 CFR 164.404(c)(1)")
}

/// What a notice may read besides the slots of its provider: those of an adult of no name, and its own.
pub(super) fn own_slots(facts: &NoticeFacts, wording: &Wording, laws: &Laws) -> Slots {
    let nobody = PersonName::default();
    let person = Person {
        role: Role::Adult,
        name: &nobody,
        representative: None,
        elements: facts.elements,
        code: None,
        residence: Residence::default(),
    };
    let mut own = slots::of_person(&person, wording, laws);
    own.extend([("public", Value::from(true)), ("notice", slot(Some(facts), wording))]);
    own
}

/// Slot `notice`; all of it empty in letters.
pub(super) fn slot(facts: Option<&NoticeFacts>, wording: &Wording) -> Value {
    let number = |count: u64| if count == 0 { Value::from("") } else { slots::text(&with_separators(count)) };
    let day = |day: Option<Date>| slots::text(&day.map(|day| wording.date(day)).unwrap_or_default());
    let residents = facts.iter().flat_map(|facts| &facts.residents);
    let residents = residents.map(|(state, people)| slots::map([("state", slots::text(state)), ("people", number(*people))]));
    slots::map([
        ("state", slots::text(facts.and_then(|facts| facts.state.as_deref()).unwrap_or_default())),
        ("first", day(facts.and_then(|facts| facts.first))),
        ("last", day(facts.and_then(|facts| facts.last))),
        ("letters", number(facts.map_or(0, |facts| facts.letters))),
        ("emails", number(facts.map_or(0, |facts| facts.emails))),
        ("residents", Value::from(residents.collect::<Vec<_>>())),
    ])
}

fn letter(edition: &Edition, incident: &Incident, provider: ProviderIndex, language: Language, blocks: Vec<Block>) -> Letter {
    let provider = incident.provider(provider);
    let title = blocks.iter().find_map(|block| match &block.kind {
        BlockKind::Title(inlines) => Some(inlines.iter().map(|inline| inline.text.as_str()).collect::<String>()),
        _ => None,
    });
    Letter {
        piece: PieceNumber(0),
        language,
        title: title.unwrap_or_else(|| edition.wording.title.clone()).into(),
        return_address: super::address::return_lines(provider).into(),
        logo: provider.logo.clone(),
        recipient_address: Vec::new(),
        addressee_lines: 0,
        paragraphs: specimen::paragraphs(&blocks).into(),
        blocks: blocks.into_iter().map(BodyBlock::Own).collect(),
        large_print: false,
        footer: edition.wording.footer.as_str().into(),
    }
}
