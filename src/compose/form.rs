//! A form letter: templates rendered once for everyone whose letters differ only in the values printed.
//!
//! Values of the recipient's own are rendered as code points that stand for them and filled in per recipient. What a
//! template could tell apart (provider, role, which values there are, which elements conditions ask for) is the form's
//! key, so a form filled in is the letter that rendering would have given; a test holds the two against each other.

use super::escape::printed;
use super::residence::{Laws, Residence};
use super::slots::{self, Person, Slots, addressed};
use super::wording::Wording;
use super::{Block, BlockKind, BodyBlock, Inline, specimen};
use crate::incident::ProviderIndex;
use crate::intake::{Element, Elements};
use crate::recipients::Role;
use std::borrow::Cow;
use std::sync::Arc;
use tera::Value;

/// Code points that stand for values: Unicode leaves them unassigned, templates and values may not hold them.
const STANDS_FOR: [char; 5] = ['\u{1FFF0}', '\u{1FFF1}', '\u{1FFF2}', '\u{1FFF3}', '\u{1FFF4}'];
const NAME: usize = 0;
const REPRESENTATIVE: usize = 1;
const SALUTATION: usize = 2;
const PERSON: usize = 3;
const CODE: usize = 4;
/// Stand for a first and a further element.
const ELEMENTS: [char; 2] = ['\u{1FFF5}', '\u{1FFF6}'];

/// Whether a character stands for a value.
pub(super) fn stands_for_value(character: char) -> bool {
    (STANDS_FOR[0]..=ELEMENTS[1]).contains(&character)
}

/// Everything that a template can tell apart, besides the language.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct FormKey {
    providers: Arc<[ProviderIndex]>,
    role: Role,
    represented_by_name: bool,
    with_code: bool,
    several_elements: bool,
    credit: bool,
    medical: bool,
    asked: Elements,
    residence: Residence,
}

impl FormKey {
    /// The form of a person, whose templates ask for these elements.
    /// `residence` is the person's as templates can tell it apart.
    pub(super) fn of(providers: &Arc<[ProviderIndex]>, person: &Person<'_>, asked: &[Element], residence: Residence) -> FormKey {
        let mut known = Elements::default();
        asked.iter().filter(|element| person.elements.contains(**element)).for_each(|element| known.insert(*element));
        FormKey {
            providers: Arc::clone(providers),
            role: person.role,
            represented_by_name: person.representative.is_some_and(|name| !name.is_empty()),
            with_code: person.code.is_some_and(|code| !code.is_empty()),
            several_elements: person.elements.iter().nth(1).is_some(),
            credit: slots::at_risk(person.elements, &slots::CREDIT),
            medical: slots::at_risk(person.elements, &slots::MEDICAL),
            asked: known,
            residence,
        }
    }

    /// How the residence shows.
    pub(super) fn residence(&self) -> Residence {
        self.residence
    }

    /// Everything that can have been involved for somebody with this form.
    pub(super) fn elements_at_most(&self, asked: &[Element]) -> Elements {
        let mut elements = self.asked;
        for (at_risk, group) in [(self.credit, slots::CREDIT.as_slice()), (self.medical, slots::MEDICAL.as_slice())] {
            group.iter().filter(|element| at_risk && !asked.contains(element)).for_each(|element| elements.insert(*element));
        }
        elements
    }
}

/// A form letter, with what is everybody's and what is filled in.
pub(super) struct Form {
    parts: Vec<Part>,
    /// Ids in print order.
    pub(super) paragraphs: Arc<[Arc<str>]>,
}

/// A block of a form.
struct Part {
    block: BodyBlock,
    /// The list item of each element in the order of all; none when the block lists no elements, or an item holds more of the
    /// recipient's own.
    element_items: Vec<Vec<BodyBlock>>,
}

/// Slots of a person with code points in place of the values.
pub(super) fn stand_ins(person: &Person<'_>, wording: &Wording, laws: &Laws) -> Slots {
    let mut all = slots::of_person(person, wording, laws);
    let mut stand = |name: &'static str, slot: usize| {
        let empty = all.get(name).and_then(Value::as_str).is_none_or(str::is_empty);
        if !empty {
            all.insert(name, Value::from(STANDS_FOR[slot].to_string()));
        }
    };
    stand("representative", REPRESENTATIVE);
    stand("salutation", SALUTATION);
    if wording.person_by_name(person.role) {
        stand("person", PERSON);
    }
    stand("code", CODE);
    all.insert("patient", slots::map([("name", Value::from(STANDS_FOR[NAME].to_string()))]));
    let several = person.elements.iter().count().min(ELEMENTS.len());
    all.insert("elements", Value::from(ELEMENTS[..several].iter().map(|stand_in| Value::from(stand_in.to_string())).collect::<Vec<_>>()));
    all
}

impl Form {
    /// Makes a form of blocks that were rendered with stand-ins; `share` hands out one copy of equal fixed blocks. Absent
    /// when elements are printed otherwise than one list item each.
    pub(super) fn new(blocks: Vec<Block>, wording: &Wording, share: &dyn Fn(Block) -> Arc<Block>) -> Option<Form> {
        let paragraphs = specimen::paragraphs(&blocks).into();
        let mut parts = Vec::with_capacity(blocks.len());
        for block in blocks {
            let in_link = |inline: &Inline| inline.link.as_ref().is_some_and(|link| link.contains(stands_for_value));
            if !elements_are_items(&block) || any_inline(&block, &mut |inline| in_link(inline)) {
                return None;
            }
            parts.push(Part { element_items: element_items(&block, wording, share), block: parted(&BodyBlock::Own(block), share) });
        }
        Some(Form { parts, paragraphs })
    }

    /// The body of one person's letter.
    pub(super) fn fill(&self, person: &Person<'_>, wording: &Wording) -> Vec<BodyBlock> {
        let name = person.name.full();
        let salutation = wording.salutation(person.role, &addressed(person.name), person.representative);
        let about = wording.person(person.role, &name);
        let values = [&name, person.representative.unwrap_or_default(), &salutation, &about, person.code.unwrap_or_default()];
        let own = values.map(printed);
        let fill = |part: &Part| Values { own: &own, elements: person.elements, wording, part }.block(&part.block, None);
        self.parts.iter().map(fill).collect()
    }
}

/// A block with all that is everybody's in it parted from what is the recipient's own.
fn parted(block: &BodyBlock, share: &dyn Fn(Block) -> Arc<Block>) -> BodyBlock {
    if !any_inline(block, &mut |inline| inline.text.contains(stands_for_value)) {
        return BodyBlock::Fixed(share(Block::clone(block)));
    }
    let inner = |blocks: &[BodyBlock]| blocks.iter().map(|block| parted(block, share)).collect();
    let kind = match &block.kind {
        BlockKind::List { start, items } => BlockKind::List { start: *start, items: items.iter().map(|item| inner(item)).collect() },
        BlockKind::Framed(blocks) => BlockKind::Framed(inner(blocks)),
        BlockKind::Together(blocks) => BlockKind::Together(inner(blocks)),
        text => text.clone(),
    };
    BodyBlock::Own(Block { paragraph: Arc::clone(&block.paragraph), kind })
}

/// See [`Part::element_items`].
fn element_items(block: &Block, wording: &Wording, share: &dyn Fn(Block) -> Arc<Block>) -> Vec<Vec<BodyBlock>> {
    let BlockKind::List { items, .. } = &block.kind else { return Vec::new() };
    let Some(item) = items.iter().find(|item| holds(item, ELEMENTS[0])) else { return Vec::new() };
    if STANDS_FOR.into_iter().any(|stand_in| holds(item, stand_in)) {
        return Vec::new();
    }
    let part = Part { block: BodyBlock::Own(block.clone()), element_items: Vec::new() };
    let values = Values { own: &Default::default(), elements: Elements::default(), wording, part: &part };
    let filled = |label: &str| item.iter().map(|block| parted(&values.block(block, Some(label)), share)).collect();
    Element::ALL.iter().map(|(element, _)| filled(wording.element(*element))).collect()
}

/// The values of one person, for one part of the form.
struct Values<'a> {
    own: &'a [Cow<'a, str>; 5],
    elements: Elements,
    wording: &'a Wording,
    part: &'a Part,
}

impl Values<'_> {
    fn block(&self, block: &BodyBlock, element: Option<&str>) -> BodyBlock {
        let block = match block {
            BodyBlock::Fixed(block) => return BodyBlock::Fixed(Arc::clone(block)),
            BodyBlock::Own(block) => block,
        };
        let inner = |blocks: &[BodyBlock]| blocks.iter().map(|block| self.block(block, element)).collect();
        let cells = |cells: &[Vec<Inline>]| cells.iter().map(|cell| self.inlines(cell, element)).collect();
        let kind = match &block.kind {
            BlockKind::Title(inlines) => BlockKind::Title(self.inlines(inlines, element)),
            BlockKind::Heading(inlines) => BlockKind::Heading(self.inlines(inlines, element)),
            BlockKind::Paragraph(inlines) => BlockKind::Paragraph(self.inlines(inlines, element)),
            BlockKind::List { start, items } => BlockKind::List { start: *start, items: self.items(items, element) },
            BlockKind::Table { header, rows } => {
                BlockKind::Table { header: cells(header), rows: rows.iter().map(|row| cells(row)).collect() }
            }
            BlockKind::Framed(blocks) => BlockKind::Framed(inner(blocks)),
            BlockKind::Together(blocks) => BlockKind::Together(inner(blocks)),
        };
        BodyBlock::Own(Block { paragraph: Arc::clone(&block.paragraph), kind })
    }

    /// One item for each element where the form has the item of the first.
    fn items(&self, items: &[Vec<BodyBlock>], element: Option<&str>) -> Vec<Vec<BodyBlock>> {
        let mut filled = Vec::with_capacity(items.len() + 16);
        for item in items {
            if holds(item, ELEMENTS[0]) && !self.part.element_items.is_empty() {
                filled.extend(self.elements.iter().map(|element| self.part.element_items[element as usize].clone()));
            } else if holds(item, ELEMENTS[0]) {
                let labels = self.elements.iter().map(|element| self.wording.element(element));
                filled.extend(labels.map(|label| item.iter().map(|block| self.block(block, Some(label))).collect()));
            } else if !holds(item, ELEMENTS[1]) {
                filled.push(item.iter().map(|block| self.block(block, element)).collect());
            }
        }
        filled
    }

    fn inlines(&self, inlines: &[Inline], element: Option<&str>) -> Vec<Inline> {
        inlines.iter().map(|inline| Inline { text: self.text(&inline.text, element), ..inline.clone() }).collect()
    }

    /// Puts values in; one that ends in a period spares the template's own, as rendering does (`Records, Inc.`).
    fn text(&self, pattern: &str, element: Option<&str>) -> String {
        let mut filled = String::with_capacity(pattern.len() + 32);
        let mut rest = pattern;
        while let Some(at) = rest.find(stands_for_value) {
            filled.push_str(&rest[..at]);
            let Some(stand_in) = rest[at..].chars().next() else { break };
            rest = &rest[at + stand_in.len_utf8()..];
            let value = match STANDS_FOR.iter().position(|known| *known == stand_in) {
                Some(slot) => self.own[slot].as_ref(),
                None => element.unwrap_or_default(),
            };
            filled.push_str(value);
            if value.ends_with('.') {
                rest = rest.strip_prefix('.').unwrap_or(rest);
            }
        }
        filled.push_str(rest);
        filled
    }
}

/// Whether elements stand in a block only as list items of their own, the further ones like the first.
fn elements_are_items(block: &Block) -> bool {
    let BlockKind::List { items, .. } = &block.kind else {
        return !any_inline(block, &mut |inline| inline.text.contains(ELEMENTS));
    };
    let first = items.iter().position(|item| holds(item, ELEMENTS[0]));
    let Some(first) = first else { return !items.iter().any(|item| holds(item, ELEMENTS[1])) };
    let others = items.iter().skip(first + 1).filter(|item| holds(item, ELEMENTS[0])).count();
    let further = items.get(first + 1).is_none_or(|item| !holds(item, ELEMENTS[1]) || same_but_for_element(&items[first], item));
    let strays = items.iter().enumerate().filter(|(index, item)| *index != first + 1 && holds(item, ELEMENTS[1])).count();
    others == 0 && strays == 0 && further
}

fn same_but_for_element(first: &[BodyBlock], further: &[BodyBlock]) -> bool {
    let texts = |item: &[BodyBlock]| {
        let mut texts = Vec::new();
        for block in item {
            any_inline(block, &mut |inline| {
                texts.push(Inline { text: inline.text.replace(ELEMENTS[1], ELEMENTS[0].encode_utf8(&mut [0; 4])), ..inline.clone() });
                false
            });
        }
        texts
    };
    let kinds = |item: &[BodyBlock]| item.iter().map(|block| std::mem::discriminant(&block.kind)).collect::<Vec<_>>();
    texts(first) == texts(further) && kinds(first) == kinds(further)
}

fn holds(item: &[BodyBlock], stand_in: char) -> bool {
    item.iter().any(|block| any_inline(block, &mut |inline| inline.text.contains(stand_in)))
}

/// Whether any text of a block meets a condition.
pub(super) fn any_inline(block: &Block, condition: &mut dyn FnMut(&Inline) -> bool) -> bool {
    match &block.kind {
        BlockKind::Title(inlines) | BlockKind::Heading(inlines) | BlockKind::Paragraph(inlines) => inlines.iter().any(&mut *condition),
        BlockKind::List { items, .. } => items.iter().flatten().any(|block| any_inline(block, condition)),
        BlockKind::Table { header, rows } => header.iter().chain(rows.iter().flatten()).flatten().any(&mut *condition),
        BlockKind::Framed(blocks) | BlockKind::Together(blocks) => blocks.iter().any(|block| any_inline(block, condition)),
    }
}
