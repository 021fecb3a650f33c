//! Rendered Markdown -> typed blocks. What a letter cannot print is refused, never dropped.

use super::escape::reveal_text;
use super::runs::Runs;
use super::{Block, BlockKind, BodyBlock, Inline};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::collections::BTreeMap;
use std::iter::Peekable;
use std::ops::Range;
use std::sync::Arc;

/// How deep lists and frames may stand in one another.
const DEEPEST: u8 = 6;
/// The highest number of a list item: a longer one would stand in the margin.
const LAST_NUMBER: u64 = 99;

/// What kind of Markdown is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// A letter or a part of one: paragraph markers, headings, tables and frames are in place.
    Template,
    /// Prose of the incident: running text and lists only.
    Prose,
    /// A document of our own: as a letter, without paragraph markers.
    Document,
}

/// Something that a letter cannot print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// Where in the text that was read, in bytes.
    pub(super) range: Range<usize>,
    /// What stands there.
    pub(super) reason: &'static str,
    /// What to do about it.
    pub(super) hint: &'static str,
    /// Id of the paragraph it stands in; absent before the first marker.
    pub(super) paragraph: Option<Arc<str>>,
}

/// Where a paragraph begins: the marker that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Marker {
    pub(super) id: Arc<str>,
    pub(super) offset: usize,
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) blocks: Vec<Block>,
    pub(super) markers: Vec<Marker>,
}

/// Reads Markdown into blocks.
pub(super) fn read(text: &str, origin: Origin, known: &BTreeMap<Arc<str>, crate::error::Place>) -> Result<Reading, Fault> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let parser = Parser::new_ext(text, options);
    let definition = parser.reference_definitions().iter().map(|(_, definition)| definition.span.clone()).min_by_key(|span| span.start);
    let events = parser.into_offset_iter().collect::<Vec<_>>().into_iter().peekable();
    let mut reader = Reader { source: text, events, origin, known, section: Section::default(), reading: Reading::default() };
    if let Some(range) = definition {
        return Err(reader.fault(range, "a link definition that prints nothing", "write the link in place: [text](https://…)"));
    }
    reader.letter()?;
    Ok(reader.reading)
}

/// The paragraph that is being read.
#[derive(Debug, Default)]
struct Section {
    paragraph: Option<Arc<str>>,
    together: bool,
    blocks: Vec<Block>,
}

struct Reader<'a> {
    source: &'a str,
    events: Peekable<std::vec::IntoIter<(Event<'a>, Range<usize>)>>,
    origin: Origin,
    known: &'a BTreeMap<Arc<str>, crate::error::Place>,
    section: Section,
    reading: Reading,
}

impl<'a> Reader<'a> {
    fn fault(&self, range: Range<usize>, reason: &'static str, hint: &'static str) -> Fault {
        Fault { range, reason, hint, paragraph: self.section.paragraph.clone() }
    }

    fn take(&mut self) -> Option<(Event<'a>, Range<usize>)> {
        self.events.next()
    }

    fn peek(&mut self) -> Option<&Event<'a>> {
        self.events.peek().map(|(event, _)| event)
    }

    /// The whole text: paragraphs (in our sense), each begun by a marker.
    fn letter(&mut self) -> Result<(), Fault> {
        while let Some((event, range)) = self.take() {
            if matches!(event, Event::Start(Tag::HtmlBlock)) {
                self.marker(range)?;
            } else if self.section.paragraph.is_none() && self.origin == Origin::Template {
                return Err(self.fault(range, "text before the first paragraph marker", "begin the file with <!-- paragraph: some_id -->"));
            } else {
                let block = self.block(&event, range, 0)?;
                self.section.blocks.push(block);
            }
        }
        self.close_section();
        Ok(())
    }

    /// An HTML block: only a paragraph marker may stand in one.
    fn marker(&mut self, range: Range<usize>) -> Result<(), Fault> {
        let mut html = String::new();
        while let Some((event, _)) = self.take() {
            match event {
                Event::Html(text) | Event::Text(text) => html.push_str(&text),
                _ => break,
            }
        }
        let refused = self.fault(range.clone(), "raw HTML", "write Markdown, or a marker <!-- paragraph: some_id --> on a line of its own");
        if self.origin != Origin::Template {
            return Err(Fault { hint: "write the text as plain Markdown", ..refused });
        }
        let (id, together) = parse_marker(&html).ok_or(refused)?;
        self.close_section();
        let id = self.known.get_key_value(id).map_or_else(|| Arc::from(id), |(known, _)| known.clone());
        self.reading.markers.push(Marker { id: id.clone(), offset: range.start });
        self.section = Section { paragraph: Some(id), together, blocks: Vec::new() };
        Ok(())
    }

    fn close_section(&mut self) {
        let section = std::mem::take(&mut self.section);
        if section.together && !section.blocks.is_empty() {
            let paragraph = section.paragraph.unwrap_or_else(|| Arc::from(""));
            self.reading.blocks.push(Block { paragraph, kind: BlockKind::Together(own(section.blocks)) });
        } else {
            self.reading.blocks.extend(section.blocks);
        }
    }

    fn made(&self, kind: BlockKind) -> Block {
        Block { paragraph: self.section.paragraph.clone().unwrap_or_else(|| Arc::from("")), kind }
    }

    /// One block, whose first event has been taken.
    fn block(&mut self, event: &Event<'a>, range: Range<usize>, depth: u8) -> Result<Block, Fault> {
        if depth > DEEPEST {
            return Err(self.fault(range, "lists or frames nested too deeply", "use fewer levels"));
        }
        let only_text = "write running text or a list; headings, tables and frames belong to the templates";
        let kind = match event {
            Event::Start(Tag::Paragraph) => BlockKind::Paragraph(self.inlines(TagEnd::Paragraph)?),
            Event::Start(Tag::List(start)) => {
                let items = self.items(depth)?;
                if start.is_some_and(|start| start + items.len() as u64 > LAST_NUMBER + 1) {
                    let hint = "write `2025\\. It was …` when a sentence begins with a year; lists are numbered up to 99";
                    return Err(self.fault(range, "a list with a number above 99", hint));
                }
                BlockKind::List { start: *start, items }
            }
            Event::Start(Tag::Heading { .. } | Tag::Table(_) | Tag::BlockQuote(_)) if self.origin == Origin::Prose => {
                return Err(self.fault(range, "a heading, table or frame in prose", only_text));
            }
            Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => {
                BlockKind::Title(self.inlines(TagEnd::Heading(HeadingLevel::H1))?)
            }
            Event::Start(Tag::Heading { level: HeadingLevel::H2, .. }) => {
                BlockKind::Heading(self.inlines(TagEnd::Heading(HeadingLevel::H2))?)
            }
            Event::Start(Tag::Heading { .. }) => {
                return Err(self.fault(range, "a heading below the second level", "use # for the title and ## for headings"));
            }
            Event::Start(Tag::BlockQuote(_)) => BlockKind::Framed(own(self.quoted(depth)?)),
            Event::Start(Tag::Table(_)) => self.table()?,
            Event::Start(Tag::CodeBlock(_)) => {
                return Err(self.fault(range, "a code block", "indent by fewer than four blanks; write a code as `code` inside a line"));
            }
            Event::Rule => return Err(self.fault(range, "a horizontal rule", "take it out; headings separate the parts of a letter")),
            Event::Start(Tag::FootnoteDefinition(_)) => return Err(self.fault(range, "a footnote", "write it into the text")),
            _ => {
                return Err(self.fault(
                    range,
                    "Markdown that a letter cannot print",
                    "use paragraphs, headings, lists, tables and block quotes",
                ));
            }
        };
        Ok(self.made(kind))
    }

    /// The items of a list.
    fn items(&mut self, depth: u8) -> Result<Vec<Vec<BodyBlock>>, Fault> {
        let mut items = Vec::new();
        while let Some((event, _)) = self.take() {
            match event {
                Event::Start(Tag::Item) => items.push(own(self.item(depth)?)),
                _ => break,
            }
        }
        Ok(items)
    }

    /// One item: blocks, or running text that stands in it without a paragraph.
    fn item(&mut self, depth: u8) -> Result<Vec<Block>, Fault> {
        let mut blocks = Vec::new();
        loop {
            match self.peek() {
                None | Some(Event::End(TagEnd::Item)) => {
                    self.take();
                    return Ok(blocks);
                }
                Some(event) if is_inline(event) => {
                    let text = self.inlines(TagEnd::Item)?;
                    blocks.push(self.made(BlockKind::Paragraph(text)));
                }
                Some(_) => {
                    if let Some((event, range)) = self.take() {
                        blocks.push(self.block(&event, range, depth + 1)?);
                    }
                }
            }
        }
    }

    /// The blocks of a block quote.
    fn quoted(&mut self, depth: u8) -> Result<Vec<Block>, Fault> {
        let mut blocks = Vec::new();
        while let Some((event, range)) = self.take() {
            match event {
                Event::End(TagEnd::BlockQuote(_)) => break,
                event => blocks.push(self.block(&event, range, depth + 1)?),
            }
        }
        Ok(blocks)
    }

    /// A table: its header row and its body rows.
    fn table(&mut self) -> Result<BlockKind, Fault> {
        let (mut header, mut rows, mut row) = (Vec::new(), Vec::new(), Vec::new());
        while let Some((event, range)) = self.take() {
            match event {
                Event::Start(Tag::TableCell) => row.push(self.inlines(TagEnd::TableCell)?),
                Event::End(TagEnd::TableHead) => header = std::mem::take(&mut row),
                Event::End(TagEnd::TableRow) => rows.push(std::mem::take(&mut row)),
                Event::Start(Tag::TableRow) if cells(&self.source[range.clone()]) > header.len() => {
                    return Err(self.fault(
                        range,
                        "a table row with more cells than the table has columns",
                        "add a column to the header, or write \\| for a line that parts nothing",
                    ));
                }
                Event::Start(Tag::TableHead | Tag::TableRow) => {}
                Event::End(TagEnd::Table) => break,
                _ => return Err(self.fault(range, "Markdown that a table cell cannot print", "use running text in table cells")),
            }
        }
        Ok(BlockKind::Table { header, rows })
    }

    /// Running text up to the end of its block. In a list item it also ends, untaken, where a block begins.
    fn inlines(&mut self, end: TagEnd) -> Result<Vec<Inline>, Fault> {
        let mut text = Runs::default();
        while let Some(event) = self.peek() {
            let stops = matches!(event, Event::End(tag) if *tag == end);
            if end == TagEnd::Item && (stops || !(is_inline(event) || matches!(event, Event::End(_)))) {
                break;
            }
            let Some((event, range)) = self.take() else { break };
            if stops {
                break;
            }
            match event {
                Event::Text(part) => text.push(&part.replace('\t', " "), false),
                Event::Code(_) if self.origin == Origin::Prose => {
                    return Err(self.fault(range, "a code in prose", "take out the backticks; only codes to be typed are set that way"));
                }
                Event::Code(part) => text.push(&part, true),
                Event::SoftBreak => text.push(" ", false),
                Event::HardBreak => text.push("\n", false),
                Event::Start(Tag::Strong) => text.bold += 1,
                Event::End(TagEnd::Strong) => text.bold -= 1,
                Event::Start(Tag::Emphasis) => text.italic += 1,
                Event::End(TagEnd::Emphasis) => text.italic -= 1,
                Event::Start(Tag::Link { dest_url, link_type, .. }) => {
                    let target = reveal_text(&dest_url);
                    let target = if link_type == pulldown_cmark::LinkType::Email { format!("mailto:{target}") } else { target };
                    if !["https://", "http://", "mailto:", "tel:"].iter().any(|scheme| target.starts_with(scheme)) {
                        return Err(self.fault(range, "a link that leads nowhere", "begin links with https://, mailto: or tel:"));
                    }
                    if target.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
                        return Err(self.fault(
                            range,
                            "a link with a blank in its address",
                            "write %20 for a blank, and no value that may have one",
                        ));
                    }
                    text.link = Some(target);
                }
                Event::End(TagEnd::Link) => text.end_link(),
                event => return Err(self.unprintable(&event, range)),
            }
        }
        Ok(text.finish())
    }

    fn unprintable(&self, event: &Event<'_>, range: Range<usize>) -> Fault {
        match event {
            Event::Start(Tag::Image { .. }) => self.fault(range, "an image", "take it out; letters carry no images"),
            Event::InlineHtml(_) | Event::Html(_) => {
                self.fault(range, "raw HTML", "write Markdown; put a paragraph marker on a line of its own after an empty line")
            }
            Event::FootnoteReference(_) => self.fault(range, "a footnote", "write it into the text"),
            Event::Start(Tag::Strikethrough) => self.fault(range, "struck-out text", "take it out"),
            Event::TaskListMarker(_) => self.fault(range, "a check box", "take it out"),
            _ => self.fault(range, "Markdown that a letter cannot print", "use plain, bold or italic text and links"),
        }
    }
}

fn own(blocks: Vec<Block>) -> Vec<BodyBlock> {
    blocks.into_iter().map(BodyBlock::Own).collect()
}

/// How many cells a row of a table is written with (GitHub Flavored Markdown, 4.10): what is beyond the header's is dropped.
fn cells(row: &str) -> usize {
    let row = row.trim().replace("\\|", "");
    let row = row.strip_prefix('|').unwrap_or(&row);
    row.strip_suffix('|').unwrap_or(row).split('|').count()
}

/// Whether an event is running text.
fn is_inline(event: &Event<'_>) -> bool {
    matches!(
        event,
        Event::Text(_)
            | Event::Code(_)
            | Event::InlineHtml(_)
            | Event::SoftBreak
            | Event::HardBreak
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_)
            | Event::Start(Tag::Strong | Tag::Emphasis | Tag::Link { .. } | Tag::Image { .. } | Tag::Strikethrough)
    )
}

/// Reads `<!-- paragraph: id -->` or `<!-- paragraph: id, together -->`.
fn parse_marker(html: &str) -> Option<(&str, bool)> {
    let inside = html.trim().strip_prefix("<!--")?.strip_suffix("-->")?.trim().strip_prefix("paragraph:")?.trim();
    let (id, together) = match inside.split_once(',') {
        Some((id, option)) if option.trim() == "together" => (id.trim(), true),
        Some(_) => return None,
        None => (inside, false),
    };
    let known_form = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    known_form.then_some((id, together))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(text: &str) -> Result<Vec<Block>, Fault> {
        read(&format!("<!-- paragraph: p -->\n{text}"), Origin::Template, &BTreeMap::new()).map(|reading| reading.blocks)
    }

    fn plain(text: &str) -> Inline {
        Inline { text: text.to_owned(), ..Inline::default() }
    }

    #[test]
    fn every_block_has_its_kind() {
        let found =
            blocks("# T\n\n## H\n\ntext **bold** *it*\\\nnext\n\n- a\n- b\n\n> `X1`\n\n|A|B|\n|-|-|\n|1|[w](https://w)|\n").unwrap();
        let kinds: Vec<_> = found.iter().map(|block| &block.kind).collect();
        assert_eq!(kinds[0], &BlockKind::Title(vec![plain("T")]));
        assert_eq!(kinds[1], &BlockKind::Heading(vec![plain("H")]));
        let bold = Inline { bold: true, ..plain("bold") };
        let italic = Inline { italic: true, ..plain("it") };
        assert_eq!(kinds[2], &BlockKind::Paragraph(vec![plain("text "), bold, plain(" "), italic, plain("\nnext")]));
        assert!(matches!(kinds[3], BlockKind::List { start: None, items } if items.len() == 2));
        let code = Inline { code: true, ..plain("X1") };
        assert!(matches!(kinds[4], BlockKind::Framed(inside) if inside[0].kind == BlockKind::Paragraph(vec![code])));
        let link = Inline { link: Some("https://w".into()), ..plain("w") };
        assert_eq!(
            kinds[5],
            &BlockKind::Table { header: vec![vec![plain("A")], vec![plain("B")]], rows: vec![vec![vec![plain("1")], vec![link]]] }
        );
    }

    #[test]
    fn what_cannot_be_printed_is_refused() {
        for (text, reason) in [
            ("![a](https://b)", "an image"),
            ("a <b>c</b>", "raw HTML"),
            ("<div>\nx\n</div>", "raw HTML"),
            ("<!-- note -->", "raw HTML"),
            ("    code", "a code block"),
            ("```\ncode\n```", "a code block"),
            ("text[^1]\n\n[^1]: note", "a footnote"),
            ("### deep", "a heading below the second level"),
            ("***", "a horizontal rule"),
            ("a ~~b~~", "struck-out text"),
            ("- [ ] a", "a check box"),
            ("[a](b.html)", "a link that leads nowhere"),
            ("[a](javascript:b)", "a link that leads nowhere"),
            ("[a]: https://b\n", "a link definition that prints nothing"),
            ("- x\n  <!-- paragraph: q -->\n", "Markdown that a letter cannot print"),
        ] {
            assert_eq!(blocks(text).unwrap_err().reason, reason, "{text}");
        }
        let early = read("hello", Origin::Template, &BTreeMap::new()).unwrap_err();
        assert_eq!((early.reason, early.range), ("text before the first paragraph marker", 0..5));
        for text in ["# a", "> a", "|a|\n|-|\n|b|", "a `b`", "<!-- paragraph: x -->"] {
            assert!(read(text, Origin::Prose, &BTreeMap::new()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_period_after_a_period_of_a_value_is_spared() {
        let value = crate::compose::escape::disguise_text("Records, Inc.");
        assert_eq!(
            blocks(&format!("From {value}. Then...")).unwrap()[0].kind,
            BlockKind::Paragraph(vec![plain("From Records, Inc. Then...")])
        );
    }

    #[test]
    fn markers_name_the_blocks_that_follow() {
        let found = blocks("a\n<!-- paragraph: q, together -->\nb\n\nc\n").unwrap();
        assert_eq!(found.iter().map(|block| block.paragraph.as_ref()).collect::<Vec<_>>(), ["p", "q"]);
        assert!(matches!(&found[1].kind, BlockKind::Together(inside) if inside.len() == 2));
    }
}
