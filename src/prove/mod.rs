//! What was read back from written bytes against the source rows and the recorded changes.
//!
//! The comparison starts from the rows as they came in, never from the recipient's own copy of a value, so that a swap
//! anywhere between list and bytes is caught.

mod account;
mod expected;
mod found;
mod normal;
mod providers;
mod wording;

use crate::deliberate::panic_at;
use crate::intake::{Element, Elements};
use crate::pdf::readback::ReadPage;
use crate::recipients::{Disposition, Recipient, Reread, Rereading};
use expected::{Name, Source};
use normal::Wanted;
use wording::fill;

pub use account::account;
pub use providers::speaks_for_another;
pub use wording::{Area, LanguageWording, Listing, Phrase, Prints, ProviderWording, RoleWording, Wording};

/// Something that a written piece should hold and does not. Names the kind of value, never the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// A row's values are not those that were read under its digest.
    #[error("comes from a row that changed after it was read")]
    Row,
    /// Another number of pages than was set.
    #[error("has another number of pages")]
    Pages,
    /// The piece number is not on every page.
    #[error("does not carry its piece number on every page")]
    PieceNumber,
    /// A page does not say which it is, of how many.
    #[error("has a page that is out of order")]
    PageOrder,
    /// A sheet's mark is missing or says something else.
    #[error("has a sheet whose mark is not its own")]
    SheetMark,
    /// Document or title are in another language.
    #[error("is not in its rows' language")]
    Language,
    /// Another provider is named, one is missing or too many, or the return address is not its own.
    #[error("does not name its rows' provider, or names another")]
    Provider,
    /// The window shows another address than the rows have, or something else beside it.
    #[error("does not show its rows' address in the window, and nothing else")]
    Address,
    /// The patient's name is not in the letter, or not where it should be.
    #[error("does not hold its rows' name")]
    Name,
    /// The letter speaks to somebody in another role.
    #[error("is not addressed in its rows' role")]
    Role,
    /// The activation code is not that of the rows.
    #[error("does not hold its rows' activation code")]
    ActivationCode,
    /// A type of information is missing, or one more is listed.
    #[error("does not list its rows' types of information")]
    Elements,
    /// The index says something else of it than its bytes.
    #[error("is not what the index says")]
    Index,
}

/// A piece as it was read back.
#[derive(Clone, Copy)]
pub struct Piece<'a> {
    /// Whose it is. Only its rows and recorded changes are believed.
    pub recipient: &'a Recipient,
    /// Piece number as printed.
    pub number: &'a str,
    /// Pages that were set.
    pub pages: usize,
    /// Language that the document claims; absent for a print file of many pieces.
    pub language: Option<&'a str>,
    /// What the marks on its sheets must say.
    pub marks: SheetMarks,
    /// What its pages show.
    pub read: &'a [ReadPage],
}

/// What the marks of a piece must say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SheetMarks {
    /// Ordinal of the job.
    pub job: u32,
    /// Printed on both sides.
    pub duplex: bool,
    /// One bit per feeder.
    pub inserts: u8,
}

/// Proves one piece; gives the addresses that the rows have and the window shows, as lines: none without a window, several
/// when rows write one address in different forms.
///
/// # Errors
/// The first thing that is not as the rows have it.
pub fn prove(rereading: &Rereading<'_>, wording: &Wording, piece: &Piece<'_>) -> Result<Vec<Vec<String>>, Mismatch> {
    let source = Source { intake: rereading.intake(), recipient: piece.recipient };
    if !source.is_intact() {
        return Err(Mismatch::Row);
    }
    if piece.read.len() != piece.pages || piece.pages == 0 {
        return Err(Mismatch::Pages);
    }
    panic_at("prove", piece.recipient);
    let reread = rereading.ask(&piece.recipient.rows);
    let words = wording.language(reread.language).ok_or(Mismatch::Language)?;
    furniture(piece, words)?;
    if piece.language.is_some_and(|claimed| claimed != reread.language) {
        return Err(Mismatch::Language);
    }
    let role = words.role(reread.role, reread.has_representative).ok_or(Mismatch::Role)?;
    if role.prints.title && !found::shows_paragraph(piece.read, &words.title.wanted) {
        return Err(Mismatch::Language);
    }
    let names = source.names();
    let addresses = person(source, piece, wording, words, role, &reread, &names)?;
    if role.prints.code && wording.has_codes && !has_own_code(rereading, source, piece) {
        return Err(Mismatch::ActivationCode);
    }
    elements(source, piece, words, role)?;
    Ok(addresses)
}

/// Whether the letter shows the code of its rows, else the one that its first row got from a pool.
fn has_own_code(rereading: &Rereading<'_>, source: Source<'_>, piece: &Piece<'_>) -> bool {
    if let Some(code) = source.code() {
        return found::shows_code(piece.read, code);
    }
    let code = piece.recipient.activation_code.as_ref().map(|code| code.reveal().as_str());
    let recorded = piece.recipient.rows.first().is_none_or(|row| rereading.got_from_pool(*row, code));
    recorded && code.is_none_or(|code| found::shows_code(piece.read, code))
}

/// Piece number and page number on every page, a mark on every sheet's front.
fn furniture(piece: &Piece<'_>, words: &LanguageWording) -> Result<(), Mismatch> {
    let number = Wanted::new(piece.number);
    if !piece.read.iter().all(|page| found::shows_text(page, &number)) {
        return Err(Mismatch::PieceNumber);
    }
    for (index, page) in piece.read.iter().enumerate() {
        let footer = words.footer.replace("{page}", &(index + 1).to_string()).replace("{pages}", &piece.pages.to_string());
        if !found::shows_text(page, &Wanted::new(&footer)) {
            return Err(Mismatch::PageOrder);
        }
    }
    let marks = piece.marks;
    let sides = if marks.duplex { 2 } else { 1 };
    let sheets = piece.pages.div_ceil(sides);
    for (index, page) in piece.read.iter().enumerate() {
        let said: Vec<&str> = page.symbols.iter().map(|symbol| symbol.text.as_str()).collect();
        let right = if index % sides == 0 { said == [marks.digits(piece.number, index / sides + 1, sheets)] } else { said.is_empty() };
        if !right {
            return Err(Mismatch::SheetMark);
        }
    }
    Ok(())
}

impl SheetMarks {
    /// Job 8, piece 7, sheet 2, sheets 2, inserts 3 and two digits that check them: their remainder by 97.
    fn digits(self, piece: &str, sheet: usize, sheets: usize) -> String {
        let digits = format!("{:08}{piece:0>7}{sheet:02}{sheets:02}{:03}", self.job, self.inserts);
        let check = digits.bytes().fold(0, |rest, digit| (rest * 10 + u32::from(digit.wrapping_sub(b'0'))) % 97);
        format!("{digits}{check:02}")
    }
}

/// Provider, window and salutation.
fn person(
    source: Source<'_>,
    piece: &Piece<'_>,
    wording: &Wording,
    words: &LanguageWording,
    role: &RoleWording,
    reread: &Reread,
    names: &[Name],
) -> Result<Vec<Vec<String>>, Mismatch> {
    let provider = reread.provider.and_then(|index| wording.providers.get(usize::from(index.0))).ok_or(Mismatch::Provider)?;
    let representatives = if role.named { source.representatives() } else { vec![""] };
    let mut lines = found::lines_in(&piece.read[0], &wording.windows);
    if wording.has_return_address {
        let own = provider.return_lines.len();
        let shows = |(line, wanted): (&String, &Phrase)| wanted.wanted.is(line);
        if lines.len() < own || !lines.iter().zip(&provider.return_lines).all(shows) {
            return Err(Mismatch::Provider);
        }
        lines.drain(..own);
    }
    let others = reread.also_at.iter().map(|index| wording.providers.get(usize::from(index.0)));
    let own: Option<Vec<&ProviderWording>> = std::iter::once(Some(provider)).chain(others).collect();
    providers::prove(piece, wording, words, role.prints, &own.ok_or(Mismatch::Provider)?)?;
    // A notice by e-mail has no window.
    let addresses = match piece.recipient.disposition {
        Disposition::Letter => window(source, &lines, words, role, names, &representatives)?,
        _ if lines.is_empty() => Vec::new(),
        _ => return Err(Mismatch::Address),
    };
    if role.prints.salutation {
        let greets = |role: &RoleWording| {
            filled(role, names, &representatives, |role, name, representative| {
                found::shows_paragraph(piece.read, &Wanted::new(&fill(&role.salutation, name, representative)))
            })
        };
        if !greets(role) {
            return Err(if words.roles.iter().any(greets) { Mismatch::Role } else { Mismatch::Name });
        }
    }
    if role.prints.name && !names.iter().any(|name| found::shows_words(piece.read, &name.full.as_str().into())) {
        return Err(Mismatch::Name);
    }
    Ok(addresses)
}

/// Whether something holds for a name and a representative that the rows have.
fn filled(role: &RoleWording, names: &[Name], representatives: &[&str], holds: impl Fn(&RoleWording, &str, &str) -> bool) -> bool {
    names.iter().any(|name| representatives.iter().any(|representative| holds(role, &name.addressed, representative)))
}

fn is_block(lines: &[String], wanted: &[String]) -> bool {
    lines.len() == wanted.len() && lines.iter().zip(wanted).all(|(line, wanted)| Wanted::new(wanted).is(line))
}

/// Whether some lines are the wanted ones, each in one line or, where the window is narrow, in two.
fn is_addressee(lines: &[String], wanted: &[String]) -> bool {
    let Some((first, rest)) = wanted.split_first() else { return lines.is_empty() };
    let first = Wanted::new(first);
    let in_one = lines.split_first().is_some_and(|(line, below)| first.is(line) && is_addressee(below, rest));
    in_one || lines.split_at_checked(2).is_some_and(|(parts, below)| first.is(&parts.join(" ")) && is_addressee(below, rest))
}

/// The whole block: the lines of the role above the lines of an address of the rows, and nothing else.
fn window(
    source: Source<'_>,
    lines: &[String],
    words: &LanguageWording,
    role: &RoleWording,
    names: &[Name],
    representatives: &[&str],
) -> Result<Vec<Vec<String>>, Mismatch> {
    let mut addresses = source.addresses(role.role);
    let fits = |address: &Vec<String>| lines.len() > address.len() && is_block(&lines[lines.len() - address.len()..], address);
    addresses.retain(fits);
    let longest = addresses.iter().map(Vec::len).max().ok_or(Mismatch::Address)?;
    let above = &lines[..lines.len() - longest];
    let addresses_role = |role: &RoleWording| {
        filled(role, names, representatives, |role, name, representative| {
            let wanted: Vec<String> = role.addressee.iter().map(|line| fill(line, name, representative)).collect();
            is_addressee(above, &wanted)
        })
    };
    if addresses_role(role) {
        return Ok(addresses);
    }
    Err(if words.roles.iter().any(addresses_role) { Mismatch::Role } else { Mismatch::Name })
}

/// Exactly the types of information that the rows mark.
fn elements(source: Source<'_>, piece: &Piece<'_>, words: &LanguageWording, role: &RoleWording) -> Result<(), Mismatch> {
    let marked = source.elements();
    let label = |element: Element| words.elements.iter().find(|(known, _)| *known == element).map(|(_, label)| label);
    let right = match role.prints.elements {
        Listing::Absent => true,
        Listing::List => {
            let mut listed = Elements::default();
            found::each_item(piece.read, |texts| {
                if let Some(element) = found::which_item(texts, &words.elements) {
                    listed.insert(element);
                }
            });
            listed == marked
        }
        // In running text, the name of a type can stand for other reasons too: only a missing one can be told.
        Listing::Text => marked.iter().all(|element| label(element).is_none_or(|label| found::shows_words(piece.read, label))),
    };
    if right { Ok(()) } else { Err(Mismatch::Elements) }
}

#[cfg(test)]
mod tests;
