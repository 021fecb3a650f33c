//! What the proof has to know of templates and envelope, found out once per job.
//!
//! Whether a template prints a thing is told by an invented letter, since templates may be a user's own.

use super::Case;
use crate::compose::{Block, BlockKind, BodyBlock, Composer, FixedWords, Inline, Letter, PieceNumber, RoleWords};
use crate::incident::{Incident, Language, Provider, ProviderIndex};
use crate::intake::{Element, Elements};
use crate::privacy::Private;
use crate::prove::{Area, LanguageWording, Listing, Phrase, Prints, ProviderWording, RoleWording, Wording, speaks_for_another};
use crate::recipients::{Disposition, PersonKey, PersonName, Recipient, Role};
use crate::typeset::{Layout, Rect, SHEET};

/// Words that no template has of its own.
const FIRST: &str = "Xanthippe";
const LAST: &str = "Quillfeather";
const REPRESENTATIVE: &str = "Zebulon Quillfeather";
const CODE: &str = "XQZ7-QJX4-ZKQ9";

/// Everything that a proof looks for beside the rows' own values.
pub fn of(case: &Case, composer: &Composer, layout: &Layout) -> Wording {
    let Case { incident, .. } = case;
    let envelope = &layout.envelope;
    let area = |rect: Rect| Area { x0: rect.x0.0, y0: (SHEET.y - rect.y1).0, x1: rect.x1.0, y1: (SHEET.y - rect.y0).0 };
    let words = |language: Language| language_wording(incident, composer, language).map(|words| (language.tag(), words));
    Wording {
        languages: Language::ALL.into_iter().filter_map(words).collect(),
        providers: incident.providers.iter().map(provider_wording).collect(),
        windows: envelope.ever_visible().map(area).collect(),
        has_return_address: envelope.return_window.is_some(),
        has_codes: incident.identity_service.is_some(),
        joint: (0..incident.providers.len() as u16).map(ProviderIndex).any(|index| incident.family(index) != index),
    }
}

fn provider_wording(provider: &Provider) -> ProviderWording {
    let place = format!("{}, {} {}", provider.city, provider.state, provider.postal_code);
    let lines = [&provider.return_name, &provider.address1, &provider.address2, &place];
    let return_lines = lines.into_iter().filter(|line| !line.trim().is_empty()).map(|line| line.as_str().into()).collect();
    ProviderWording { name: provider.legal_name.as_str().into(), return_lines }
}

/// `None` when nobody can be written to in this language: the incident's prose is not written in it.
fn language_wording(incident: &Incident, composer: &Composer, language: Language) -> Option<LanguageWording> {
    let fixed = composer.fixed_words(language)?;
    let providers: Vec<ProviderWording> = incident.providers.iter().map(provider_wording).collect();
    let joints: Vec<Phrase> = fixed.joints.iter().map(|joint| joint.as_str().into()).collect();
    let mut roles = Vec::new();
    for (role, named) in Role::ALL.into_iter().flat_map(|role| [(role, false), (role, true)]) {
        let words = composer.role_words(language, role, named)?;
        let invented = invented(role, named, language, incident.identity_service.is_some());
        let letter = composer.compose(incident, &invented, PieceNumber(0)).ok()?;
        let provider = &incident.providers.first()?.legal_name;
        let mut prints = prints(&letter, &fixed, &words, provider);
        prints.alone = !speaks_for_another(&texts(&letter), &[providers.first()?], &providers, &joints);
        roles.push(RoleWording { role, named, salutation: words.salutation, addressee: words.addressee, prints });
    }
    let elements = fixed.elements.into_iter().map(|(element, label)| (element, label.into())).collect();
    Some(LanguageWording { title: fixed.title.into(), footer: fixed.footer, elements, joints, roles })
}

/// Somebody whom every type of information concerns.
fn invented(role: Role, named: bool, language: Language, with_code: bool) -> Recipient {
    let mut elements = Elements::default();
    Element::ALL.iter().for_each(|(element, _)| elements.insert(*element));
    let name = PersonName { first: FIRST.to_owned(), last: LAST.to_owned(), ..PersonName::default() };
    Recipient {
        key: PersonKey(String::new()),
        record: "invented".to_owned(),
        rows: Vec::new(),
        provider: Some(ProviderIndex(0)),
        also_at: Vec::new(),
        role,
        name: Private::new(name),
        representative: named.then(|| Private::new(REPRESENTATIVE.to_owned())),
        address: None,
        residence: None,
        email: None,
        birth_date: None,
        elements,
        language,
        large_print: false,
        activation_code: (with_code && role != Role::Deceased).then(|| Private::new(CODE.to_owned())),
        unreachable: false,
        disposition: Disposition::Email,
        changes: Vec::new(),
    }
}

fn prints(letter: &Letter, fixed: &FixedWords, words: &RoleWords, provider: &str) -> Prints {
    let name = format!("{FIRST} {LAST}");
    let salutation = words.salutation.replace("{name}", &name).replace("{representative}", REPRESENTATIVE);
    let seen = Seen::of(letter);
    let all = seen.paragraphs.join(" ");
    let labels: Vec<&str> = fixed.elements.iter().map(|(_, label)| label.as_str()).collect();
    let elements = if seen.lists.iter().any(|items| *items == labels) {
        Listing::List
    } else if labels.iter().all(|label| all.contains(label)) {
        Listing::Text
    } else {
        Listing::Absent
    };
    let alone = |text: &str| seen.paragraphs.iter().any(|paragraph| paragraph == text);
    // The salutation holds a name too; what counts is one outside it.
    let elsewhere = seen.paragraphs.iter().any(|paragraph| *paragraph != salutation && paragraph.contains(&name));
    let provider = all.contains(provider);
    let code = all.contains(CODE);
    Prints { title: alone(&fixed.title), salutation: alone(&salutation), name: elsewhere, provider, alone: false, code, elements }
}

fn texts(letter: &Letter) -> String {
    Seen::of(letter).paragraphs.join(" ")
}

/// The texts of a letter.
#[derive(Default)]
struct Seen {
    paragraphs: Vec<String>,
    lists: Vec<Vec<String>>,
}

impl Seen {
    fn of(letter: &Letter) -> Seen {
        let mut seen = Seen::default();
        letter.blocks.iter().for_each(|block| seen.block(block));
        seen
    }

    fn look(&mut self, blocks: &[BodyBlock]) {
        blocks.iter().for_each(|block| self.block(block));
    }

    fn block(&mut self, block: &Block) {
        match &block.kind {
            BlockKind::Title(inlines) | BlockKind::Heading(inlines) | BlockKind::Paragraph(inlines) => self.paragraphs.push(text(inlines)),
            BlockKind::List { items, .. } => {
                let before = self.paragraphs.len();
                items.iter().for_each(|item| self.look(item));
                self.lists.push(self.paragraphs[before..].to_vec());
            }
            BlockKind::Table { header, rows } => {
                self.paragraphs.extend(header.iter().chain(rows.iter().flatten()).map(|cell| text(cell)));
            }
            BlockKind::Framed(blocks) | BlockKind::Together(blocks) => self.look(blocks),
        }
    }
}

fn text(inlines: &[Inline]) -> String {
    let whole: String = inlines.iter().map(|inline| inline.text.as_str()).collect();
    whole.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn paragraph(text: &str) -> Block {
        let inline = Inline { text: text.to_owned(), ..Inline::default() };
        Block { paragraph: "p".into(), kind: BlockKind::Paragraph(vec![inline]) }
    }

    fn prints_of(blocks: Vec<Block>) -> Prints {
        let letter = Letter {
            piece: PieceNumber(0),
            language: Language::English,
            title: "Notice".into(),
            return_address: Arc::new([]),
            logo: None,
            recipient_address: Vec::new(),
            addressee_lines: 0,
            blocks: blocks.into_iter().map(BodyBlock::Own).collect(),
            paragraphs: Arc::new([]),
            large_print: false,
            footer: "".into(),
        };
        let elements = vec![(Element::Name, "Name".to_owned()), (Element::Ssn, "Social Security number".to_owned())];
        let fixed = FixedWords { title: "Notice".into(), footer: String::new(), elements, joints: Vec::new() };
        let words = RoleWords { salutation: "Dear {name}:".into(), addressee: Vec::new() };
        prints(&letter, &fixed, &words, "Lakeside Hospital")
    }

    #[test]
    fn what_a_template_does_not_print_is_not_looked_for() {
        let items = ["Name", "Social Security number"].map(|text| vec![BodyBlock::Own(paragraph(text))]).to_vec();
        let list = Block { paragraph: "l".into(), kind: BlockKind::List { start: None, items } };
        let usual =
            prints_of(vec![paragraph("Notice"), paragraph("Dear Xanthippe Quillfeather:"), list, paragraph("Lakeside Hospital lost it.")]);
        let expected =
            Prints { title: true, salutation: true, name: false, provider: true, alone: false, code: false, elements: Listing::List };
        assert_eq!(usual, expected);
        let running =
            prints_of(vec![paragraph("Dear Xanthippe Quillfeather: we lost your Name and Social Security number. Code XQZ7-QJX4-ZKQ9.")]);
        let expected =
            Prints { title: false, salutation: false, name: true, provider: false, alone: false, code: true, elements: Listing::Text };
        assert_eq!(running, expected);
        assert_eq!(prints_of(vec![paragraph("Something was lost.")]), Prints::default());
    }
}
