//! The memo for counsel, side by side as Markdown and PDF: the same text, the second one through the press of the letters.

use super::{Case, fonts};
use crate::compose::Document;
use crate::error::{Error, Place, Result};
use crate::files;
use crate::obligations::{self, MEMO_BEGINS, Plan};
use crate::pdf::{GlyphUse, PieceWriter, Plate, Standard};
use crate::typeset::{Fonts, Misfit, Pages, set_document};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Writes the memo of a plan as Markdown and as PDF, named after `file` with or without one of the two endings; gives both paths.
///
/// # Errors
/// Refused when another file stands under one of the names, or no font has a character of the memo; failed when they cannot be
/// written.
pub fn write_memo(case: &Case, plan: &Plan, file: &Path) -> Result<[PathBuf; 2]> {
    let [markdown, pdf] = names(file);
    files::refuse_other(&markdown, MEMO_BEGINS.as_bytes(), "no memo")?;
    files::refuse_other(&pdf, b"%PDF-", "no PDF file")?;
    let text = obligations::memo(&case.incident, &case.rules, plan);
    let document = Document::read(&text, &format!("Memo for counsel, {}, as of {}", case.incident.id, plan.as_of))?;
    let bytes = press(&document, &fonts(&case.incident)?)?;
    files::write(&markdown, text.as_bytes())?;
    files::write(&pdf, &bytes)?;
    Ok([markdown, pdf])
}

/// The two names: the ending is ours, whatever else stands after a period is the user's.
fn names(file: &Path) -> [PathBuf; 2] {
    let ours = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("md") || ending.eq_ignore_ascii_case("pdf"));
    let stem = if ours { file.with_extension("") } else { file.to_owned() };
    ["md", "pdf"].map(|ending| {
        let mut name = stem.clone().into_os_string();
        name.push(".");
        name.push(ending);
        PathBuf::from(name)
    })
}

fn press(document: &Document, fonts: &Fonts) -> Result<Vec<u8>> {
    let pages = set_document(document, fonts).map_err(unprintable)?;
    let plate = Arc::new(Plate::new(fonts, &glyphs(&pages), 1)?);
    Ok(PieceWriter::new(&plate, Standard::Plain).write(&pages)?.bytes)
}

fn glyphs(pages: &Pages) -> GlyphUse {
    let mut glyphs = GlyphUse::default();
    glyphs.add(pages);
    glyphs
}

fn unprintable(misfit: Misfit) -> Error {
    match misfit {
        Misfit::Uncovered(character) => {
            let reason = format!("no font has the character U+{:04X} of the memo", u32::from(character));
            let hint = "name a folder of fonts that have it as `fonts` in [print], or write the name of incident or provider without it";
            Error::refused("uncovered-character", Place::file("incident.toml").column("print.fonts"), reason, hint)
        }
        misfit => Error::bug(format!("the memo cannot be set: {misfit:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_files_are_named_after_one() {
        for (file, markdown, pdf) in [
            ("memo", "memo.md", "memo.pdf"),
            ("out/memo.md", "out/memo.md", "out/memo.pdf"),
            ("memo.PDF", "memo.md", "memo.pdf"),
            ("memo-v1.2", "memo-v1.2.md", "memo-v1.2.pdf"),
        ] {
            assert_eq!(names(Path::new(file)), [PathBuf::from(markdown), PathBuf::from(pdf)]);
        }
    }
}
