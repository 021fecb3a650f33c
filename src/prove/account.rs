//! Both sides of a mismatch, written out for a person.

use super::expected::Source;
use super::{Mismatch, Piece, Wording};
use crate::digest;
use crate::intake::Element;
use crate::recipients::Rereading;
use std::fmt::Write as _;

/// What the rows ask for and what the pages show. Holds patient data: for a private file, never for a screen.
pub fn account(rereading: &Rereading<'_>, wording: &Wording, piece: &Piece<'_>, mismatch: Mismatch) -> String {
    let source = Source { intake: rereading.intake(), recipient: piece.recipient };
    let reread = rereading.ask(&piece.recipient.rows);
    let mut text = format!("Piece {} {mismatch}.\n\nEXPECTED, from the rows and the recorded changes\n", piece.number);
    let mut line = |what: &str, value: &str| _ = writeln!(text, "  {what}: {value}");
    for row in &piece.recipient.rows {
        let row = source.intake.row(*row);
        let digest = digest::hex(row.digest);
        line("row", &format!("list {} line {} sha256 {digest}", row.list + 1, row.line));
    }
    line("pages", &piece.pages.to_string());
    line("language", reread.language);
    line("role", reread.role.id());
    for name in source.names() {
        line("name", &name.addressed);
    }
    for name in source.representatives() {
        line("representative", name);
    }
    for address in source.addresses(reread.role) {
        line("address", &address.join(" | "));
    }
    for other in reread.also_at.iter().filter_map(|index| wording.providers.get(usize::from(index.0))) {
        line("also for provider", &other.name.text);
    }
    if let Some(provider) = reread.provider.and_then(|index| wording.providers.get(usize::from(index.0))) {
        line("provider", &provider.name.text);
        line("return address", &provider.return_lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join(" | "));
    }
    line("activation code", source.code().unwrap_or("none"));
    line("types of information", &source.elements().iter().map(Element::id).collect::<Vec<_>>().join(" "));
    text.push_str("\nFOUND, from the written bytes\n");
    let mut line = |what: &str, value: &str| _ = writeln!(text, "  {what}: {value}");
    line("pages", &piece.read.len().to_string());
    line("language", piece.language.unwrap_or("not told in a print file"));
    for (index, page) in piece.read.iter().enumerate() {
        for symbol in &page.symbols {
            line(&format!("page {} mark", index + 1), &symbol.text);
        }
        for shown in page.lines() {
            line(&format!("page {}", index + 1), &shown);
        }
    }
    text
}
