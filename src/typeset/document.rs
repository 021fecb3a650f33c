//! A document for the office on its pages: nothing but the text and a footer.

use super::block::{self, SIDE_MARGIN};
use super::paginate::{self, LATER_TOP};
use super::shape::Shaper;
use super::standing::Desk;
use super::{Fonts, Misfit, Page, Pages, SHEET, furniture};
use crate::compose::Document;
use std::sync::Arc;

/// Sets a document. No window shows any of it and no machine reads it, so that it has neither zones nor marks.
///
/// # Errors
/// [`Misfit::Uncovered`] for a character that no font has, [`Misfit::Overflow`] for what is taller than a page.
pub fn set_document(document: &Document, fonts: &Fonts) -> Result<Pages, Misfit> {
    let (mut shaper, mut desk) = (Shaper::new(fonts), Desk::new(&Arc::default()));
    let blocks = document.blocks.iter().map(|block| Arc::new(block::set(&mut shaper, Some(&mut desk), block, 1.0)));
    let blocks: Vec<_> = blocks.collect();
    let mut pages = paginate::paginate(&blocks, LATER_TOP)?;
    footers(&mut shaper, document, &mut pages);
    if let Some(character) = blocks.iter().find_map(|block| block.uncovered).or(shaper.take_uncovered()) {
        return Err(Misfit::Uncovered(character));
    }
    Ok(Pages { piece: String::new(), language: document.language.tag(), title: Arc::clone(&document.title), pages })
}

/// The document's mark on the left, page x of y on the right.
fn footers(shaper: &mut Shaper, document: &Document, pages: &mut [Page]) {
    let count = pages.len();
    let mark = shaper.line(&document.mark, furniture::FOOTER, true);
    for (index, page) in pages.iter_mut().enumerate() {
        page.marks.push(furniture::footer(Arc::clone(&mark), SIDE_MARGIN));
        let counter = furniture::counter(document.footer, index + 1, count);
        let counter = shaper.line(&counter, furniture::FOOTER, true);
        let right = SHEET.x - SIDE_MARGIN - counter.width;
        page.marks.push(furniture::footer(counter, right));
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Mark, PlacedText, Point, Structure};
    use super::*;

    fn texts(page: &Page) -> Vec<(PlacedText, Point)> {
        let mut texts = Vec::new();
        page.for_each_mark(&mut |mark, shift| {
            if let Mark::Text(placed) = mark {
                texts.push((placed.clone(), shift));
            }
        });
        texts
    }

    fn said(placed: &PlacedText) -> String {
        let lines = &placed.text.lines[placed.lines.clone()];
        lines.iter().flat_map(|line| &line.runs).map(|run| run.text.as_str()).collect()
    }

    fn set(markdown: &str) -> Pages {
        set_document(&Document::read(markdown, "mark").unwrap(), &Fonts::built_in().unwrap()).unwrap()
    }

    #[test]
    fn a_long_table_has_its_header_on_each_page_and_says_it_once() {
        let row = "| notice | TX | 501 | 2027-01-09 | whoever is in charge of such notices in a state with a long name |\n";
        let pages = set(&format!("# Title\n\n| Duty | In | People | Last day | To whom |\n|-|-|-|-|-|\n{}", row.repeat(90)));
        assert!(pages.pages.len() > 2);
        for (index, page) in pages.pages.iter().enumerate() {
            let headers: Vec<PlacedText> =
                texts(page).into_iter().map(|(placed, _)| placed).filter(|placed| said(placed) == "To whom").collect();
            assert_eq!(headers.len(), 1, "page {index}");
            assert_eq!(headers[0].structure == Structure::Artifact, index > 0, "page {index}");
        }
    }

    #[test]
    fn nothing_leaves_the_column_and_no_cell_touches_the_next() {
        let wide = "a recipient whose name goes on and on and on and never seems to come to an end";
        let pages = set(&format!("# T\n\n| A | B | C | D | E |\n|-|-|-|-|-|\n| {wide} | x | {wide} | 2027-01-09 | {wide} |\n"));
        let row: Vec<_> =
            texts(&pages.pages[0]).into_iter().filter(|(placed, _)| placed.structure != Structure::Artifact).skip(6).collect();
        assert_eq!(row.len(), 5);
        for cells in row.windows(2) {
            assert!(cells[0].0.at.x + cells[0].0.text.width < cells[1].0.at.x);
        }
        let (last, _) = &row[4];
        assert!(last.at.x + last.text.width <= SHEET.x - SIDE_MARGIN);
    }

    #[test]
    fn the_footer_has_the_mark_and_the_page_and_nothing_else_stands_around() {
        let pages = set("# T\n\ntext\n");
        let around = texts(&pages.pages[0]).into_iter().filter(|(placed, _)| placed.structure == Structure::Artifact);
        assert_eq!(around.map(|(placed, _)| said(&placed)).collect::<Vec<_>>(), ["mark", "Page 1 of 1"]);
        assert!(pages.pages[0].marks.iter().all(|mark| matches!(mark, Mark::Text(_) | Mark::Passage(_))));
    }

    #[test]
    fn a_character_without_a_font_is_told() {
        let document = Document::read("# T\n\n\u{E0FF}\n", "mark").unwrap();
        assert_eq!(set_document(&document, &Fonts::built_in().unwrap()).unwrap_err(), Misfit::Uncovered('\u{E0FF}'));
    }
}
