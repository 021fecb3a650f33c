//! A document for the office, such as a memo: Markdown of our own -> the blocks that letters are made of.

use super::markdown::{self, Origin};
use super::{BlockKind, BodyBlock};
use crate::error::{Error, Result};
use crate::incident::Language;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A text that goes into no envelope: nobody's address, no piece number, no seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Language of the text.
    pub language: Language,
    /// Title of the file.
    pub title: Arc<str>,
    /// The text.
    pub blocks: Vec<BodyBlock>,
    /// What stands in the footer's left corner; short.
    pub mark: String,
    /// What stands in its right corner, with `{page}` and `{pages}` to be filled in.
    pub footer: &'static str,
}

impl Document {
    /// Reads Markdown: its title is that of the file.
    ///
    /// # Errors
    /// A bug of ours when the Markdown has no title, or holds what the press cannot print: whoever wrote it escaped every value.
    pub fn read(text: &str, mark: &str) -> Result<Document> {
        let reading = markdown::read(text, Origin::Document, &BTreeMap::new());
        let blocks = reading.map_err(|fault| Error::bug(format!("a document holds {}", fault.reason)))?.blocks;
        let title = blocks.iter().find_map(|block| match &block.kind {
            BlockKind::Title(inlines) => Some(inlines.iter().map(|inline| inline.text.as_str()).collect::<String>()),
            _ => None,
        });
        let title = title.ok_or_else(|| Error::bug("a document has no title"))?.into();
        let blocks = blocks.into_iter().map(BodyBlock::Own).collect();
        Ok(Document { language: Language::English, title, blocks, mark: mark.to_owned(), footer: "Page {page} of {pages}" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_has_the_title_of_its_text_and_no_markers() {
        let document = Document::read("# A *memo*\n\ntext\n\n| A | B |\n|-|-|\n| 1 | 2 |\n\n## More\n", "x").unwrap();
        assert_eq!((document.title.as_ref(), document.blocks.len()), ("A memo", 4));
        assert!(matches!(document.blocks[2].kind, BlockKind::Table { .. }));
    }

    #[test]
    fn what_cannot_be_printed_is_a_bug() {
        for text in ["no title", "# T\n\n<b>raw</b>", "# T\n\n<!-- paragraph: x -->\n", "# T\n\n### deep"] {
            assert_eq!(Document::read(text, "x").unwrap_err().kind.exit_code(), 70, "{text}");
        }
    }
}
