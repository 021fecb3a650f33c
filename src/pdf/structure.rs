//! The structure tree of a letter: what a screen reader follows (ISO 32000-1, 14.7 and 14.8; ISO 14289-1).

use super::content::{Figure, Segment};
use super::number::{push_all, push_integer};
use super::object::{put, write_text};
use crate::typeset::{Point, Pt, Rect, SHEET, Structure, Tag, TagRole, Within};
use std::sync::Arc;

/// A structure element.
struct Element {
    role: Role,
    /// Which block and ordinal it stands for; links and the document stand for none.
    identity: Option<(u32, Tag)>,
    parent: usize,
    kids: Vec<Kid>,
    /// What a picture shows, and where it stands on its page.
    figure: Option<Figure>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Document,
    Link,
    Tag(TagRole),
}

/// What stands in an element.
enum Kid {
    Element(usize),
    Content { page: usize, id: usize },
    Annotation(usize),
}

/// A link on one line of a page.
struct Annotation {
    page: usize,
    area: Rect,
    target: Arc<str>,
    element: usize,
}

/// The structure of a letter as it grows, segment by segment in reading order.
pub(super) struct StructureTree {
    elements: Vec<Element>,
    /// For each page, the element of each marked content.
    contents: Vec<Vec<usize>>,
    annotations: Vec<Annotation>,
    /// The link that the next segment may go on with.
    open_link: Option<(usize, Arc<str>)>,
}

/// Where a snippet stands, on its page and in the structure.
pub(super) struct Place<'p> {
    /// Which block of the letter it is of.
    pub(super) block: u32,
    /// Its origin.
    pub(super) origin: Point,
    /// The elements around it, when its own tags do not tell.
    pub(super) within: Option<&'p Within>,
}

/// Object numbers of the tree's objects.
pub(super) struct Numbers {
    /// Root of the tree.
    pub(super) root: u32,
    /// The first of the elements, which are numbered in a row.
    pub(super) first_element: u32,
    /// The first of the link annotations, which are numbered in a row.
    pub(super) first_annotation: u32,
    /// Pages.
    pub(super) pages: Vec<u32>,
}

impl StructureTree {
    pub(super) fn new(pages: usize) -> StructureTree {
        let document = Element { role: Role::Document, identity: None, parent: 0, kids: Vec::new(), figure: None };
        StructureTree { elements: vec![document], contents: vec![Vec::new(); pages], annotations: Vec::new(), open_link: None }
    }

    pub(super) fn element_count(&self) -> usize {
        self.elements.len()
    }

    pub(super) fn annotation_count(&self) -> usize {
        self.annotations.len()
    }

    /// Links of a page, by their position among all.
    pub(super) fn annotations_of(&self, page: usize) -> impl Iterator<Item = usize> {
        self.annotations.iter().enumerate().filter(move |(_, annotation)| annotation.page == page).map(|(index, _)| index)
    }

    /// Adds a segment of a page whose snippet stands at a place, and writes the operator that begins its content.
    pub(super) fn begin(&mut self, page: usize, place: &Place<'_>, segment: &Segment, out: &mut Vec<u8>) {
        let Place { block, origin, within } = *place;
        let Structure::Tagged { path, .. } = &segment.structure else {
            out.extend(b"/Artifact BMC ");
            return;
        };
        let (around, ordinals) = within.map_or((&[][..], 0), |within| (&*within.path, within.ordinals_before));
        let own = path.iter().map(|tag| Tag { ordinal: tag.ordinal + ordinals, ..*tag });
        let mut element = around.iter().copied().chain(own).fold(0, |parent, tag| self.child(parent, block, tag));
        match &segment.link {
            Some(link) => {
                element = self.link(element, &link.target);
                let area = link.area.moved(origin);
                let kid = Kid::Annotation(self.annotations.len());
                self.annotations.push(Annotation { page, area, target: Arc::clone(&link.target), element });
                self.content(page, element, out);
                self.elements[element].kids.push(kid);
            }
            None => {
                self.open_link = None;
                if let Some(Figure { alt, area }) = &segment.figure {
                    self.elements[element].figure = Some(Figure { alt: Arc::clone(alt), area: area.moved(origin) });
                }
                self.content(page, element, out);
            }
        }
    }

    fn content(&mut self, page: usize, element: usize, out: &mut Vec<u8>) {
        let id = self.contents[page].len();
        self.contents[page].push(element);
        self.elements[element].kids.push(Kid::Content { page, id });
        out.push(b'/');
        out.extend(self.elements[element].role.name());
        out.extend(b"<</MCID ");
        push_integer(id as u64, out);
        out.extend(b">>BDC ");
    }

    /// The element of a tag in a parent; the newest elements are the likeliest.
    fn child(&mut self, parent: usize, block: u32, tag: Tag) -> usize {
        let identity = Some((block, tag));
        let found = self.elements.iter().rposition(|element| element.identity == identity);
        found.unwrap_or_else(|| self.add(parent, Role::Tag(tag.role), identity))
    }

    fn add(&mut self, parent: usize, role: Role, identity: Option<(u32, Tag)>) -> usize {
        let index = self.elements.len();
        self.elements.push(Element { role, identity, parent, kids: Vec::new(), figure: None });
        self.elements[parent].kids.push(Kid::Element(index));
        index
    }

    /// A link that goes on over a line's end is one element.
    fn link(&mut self, parent: usize, target: &Arc<str>) -> usize {
        if let Some((link, open)) = &self.open_link
            && open == target
            && self.elements[*link].parent == parent
        {
            return *link;
        }
        let link = self.add(parent, Role::Link, None);
        self.open_link = Some((link, Arc::clone(target)));
        link
    }

    /// Writes an element's dictionary.
    pub(super) fn write_element(&self, index: usize, numbers: &Numbers, out: &mut Vec<u8>) {
        let element = &self.elements[index];
        out.extend(b"<</S/");
        out.extend(element.role.name());
        out.extend(b"/P ");
        let parent = if index == 0 { numbers.root } else { numbers.first_element + element.parent as u32 };
        push_reference(parent, out);
        match element.role {
            Role::Tag(TagRole::TH) => out.extend(b"/A<</O/Table/Scope/Column>>"),
            Role::Tag(TagRole::RowTH) => out.extend(b"/A<</O/Table/Scope/Row>>"),
            // A list whose items have labels says of which kind they are (ISO 14289-1, 7.6).
            Role::Tag(TagRole::L) => out.extend(b"/A<</O/List/ListNumbering/Disc>>"),
            Role::Tag(TagRole::NumberedL) => out.extend(b"/A<</O/List/ListNumbering/Decimal>>"),
            _ => {}
        }
        if let Some(Figure { alt, area }) = &element.figure {
            out.extend(b"/Alt");
            write_text(alt, out);
            out.extend(b"/A<</O/Layout/BBox[");
            push_all(&[area.x0.0, up(area.y1), area.x1.0, up(area.y0)], out);
            out.extend(b"]>>");
        }
        let own_page = element.kids.iter().find_map(|kid| if let Kid::Content { page, .. } = kid { Some(*page) } else { None });
        if let Some(page) = own_page {
            out.extend(b"/Pg ");
            push_reference(numbers.pages[page], out);
        }
        out.extend(b"/K[");
        for kid in &element.kids {
            match *kid {
                Kid::Element(kid) => push_reference(numbers.first_element + kid as u32, out),
                Kid::Content { page, id } if Some(page) == own_page => push_integer(id as u64, out),
                Kid::Content { page, id } => put(out, format_args!("<</Type/MCR/Pg {} 0 R/MCID {id}>>", numbers.pages[page])),
                Kid::Annotation(index) => {
                    let page = numbers.pages[self.annotations[index].page];
                    put(out, format_args!("<</Type/OBJR/Pg {page} 0 R/Obj {} 0 R>>", numbers.first_annotation + index as u32));
                }
            }
            out.push(b' ');
        }
        out.extend(b"]>>");
    }

    /// Writes the root with the way back from content and links to their elements.
    pub(super) fn write_root(&self, numbers: &Numbers, out: &mut Vec<u8>) {
        let pages = self.contents.len();
        put(
            out,
            format_args!("<</Type/StructTreeRoot/K {} 0 R/ParentTreeNextKey {}", numbers.first_element, pages + self.annotations.len()),
        );
        out.extend(b"/ParentTree<</Nums[");
        for (page, elements) in self.contents.iter().enumerate() {
            push_integer(page as u64, out);
            out.push(b'[');
            for element in elements {
                push_reference(numbers.first_element + *element as u32, out);
                out.push(b' ');
            }
            out.push(b']');
        }
        for (index, annotation) in self.annotations.iter().enumerate() {
            put(out, format_args!("{} {} 0 R ", pages + index, numbers.first_element + annotation.element as u32));
        }
        out.extend(b"]>>>>");
    }

    /// Writes a link's annotation; its description is its target.
    pub(super) fn write_annotation(&self, index: usize, numbers: &Numbers, out: &mut Vec<u8>) {
        let annotation = &self.annotations[index];
        let Rect { x0, y0, x1, y1 } = annotation.area;
        out.extend(b"<</Type/Annot/Subtype/Link/F 4/Border[0 0 0]/Rect[");
        push_all(&[x0.0, up(y1), x1.0, up(y0)], out);
        put(out, format_args!("]/P {} 0 R/StructParent {}/Contents", numbers.pages[annotation.page], self.contents.len() + index));
        write_text(annotation.target.strip_prefix("mailto:").unwrap_or(&annotation.target), out);
        out.extend(b"/A<</S/URI/URI");
        write_text(&annotation.target, out);
        out.extend(b">>>>");
    }
}

/// From downwards to upwards.
fn up(y: Pt) -> f32 {
    (SHEET.y - y).0
}

impl Role {
    fn name(self) -> &'static [u8] {
        match self {
            Role::Document => b"Document",
            Role::Link => b"Link",
            Role::Tag(TagRole::H1) => b"H1",
            Role::Tag(TagRole::H2) => b"H2",
            Role::Tag(TagRole::P) => b"P",
            Role::Tag(TagRole::L | TagRole::NumberedL) => b"L",
            Role::Tag(TagRole::LI) => b"LI",
            Role::Tag(TagRole::Lbl) => b"Lbl",
            Role::Tag(TagRole::LBody) => b"LBody",
            Role::Tag(TagRole::Table) => b"Table",
            Role::Tag(TagRole::TR) => b"TR",
            Role::Tag(TagRole::TH | TagRole::RowTH) => b"TH",
            Role::Tag(TagRole::TD) => b"TD",
            Role::Tag(TagRole::Sect) => b"Sect",
            Role::Tag(TagRole::Figure) => b"Figure",
        }
    }
}

fn push_reference(number: u32, out: &mut Vec<u8>) {
    push_integer(number.into(), out);
    out.extend(b" 0 R");
}
