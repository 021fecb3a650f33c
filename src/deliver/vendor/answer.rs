//! The vendor's answer: taken only when it is about exactly those who were asked about.
//!
//! An answer that was joined to the wrong list sends thousands of letters to strangers. So every number has to be there once, with
//! the name that it went out with, under the mark of the set as it is now.

use super::asked::{Asked, Question};
use super::columns::Columns;
use super::list::{SetDigest, record_number};
use crate::compose::PieceNumber;
use crate::error::{Error, Finding, Place, Result};
use crate::privacy::Private;
use crate::recipients::{Move, MoveKind, Outcome};
use jiff::civil::Date;
use std::path::Path;
use unicode_normalization::UnicodeNormalization as _;

/// Refusals that are told one by one; with the last word they are as many as a terminal shows.
const MOST_TOLD: usize = 19;

/// What a vendor answered about one person, beside the record it is about.
pub struct Answered {
    /// Whom it is about: position among those asked about.
    pub position: usize,
    /// The answer; the record key is still to come.
    pub answer: Move,
}

/// Reads an answer whole.
///
/// # Errors
/// Refused, with each place, when a number is unknown, missing or there twice, a name changed, the set is another, or a code means
/// nothing.
pub fn read(path: &Path, set: &SetDigest, asked: &Asked) -> Result<Vec<Answered>> {
    let bytes = fs_err::read(path).map_err(|error| Error::unreadable(path, &error))?;
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    let file = path.display().to_string();
    let mut table = csv::ReaderBuilder::new().delimiter(delimiter(bytes)).from_reader(bytes);
    let header = table.headers().map_err(|error| unreadable(&file, &error))?;
    let columns = Columns::find(&file, header)?;
    let mut reading = Reading { file: &file, columns, set: set.mark(), asked, seen: vec![false; asked.len()], refused: Vec::new() };
    let mut answers = Vec::new();
    for record in table.records() {
        let record = record.map_err(|error| unreadable(&file, &error))?;
        let line = record.position().map_or(1, csv::Position::line);
        match reading.answered(&record, line) {
            Ok(answered) => answers.push(answered),
            Err(finding) => reading.refused.push(*finding),
        }
        // What is wrong with every line is not read to the end.
        if reading.refused.len() > MOST_TOLD {
            break;
        }
    }
    reading.finish()?;
    answers.sort_by_key(|answered| answered.position);
    Ok(answers)
}

struct Reading<'a> {
    file: &'a str,
    columns: Columns,
    /// The mark that every row must carry.
    set: String,
    asked: &'a Asked<'a>,
    seen: Vec<bool>,
    refused: Vec<Finding>,
}

impl Reading<'_> {
    fn answered(&mut self, record: &csv::StringRecord, line: u64) -> Result<Answered, Box<Finding>> {
        let cell = |column| self.columns.cell(record, column);
        let refuse = |column: &str, code, reason: &'static str, hint: &'static str| {
            Box::new(Finding::refuses(code, Place::line(self.file, line).column(column), reason, hint))
        };
        let again = "nothing was changed: ask the vendor for the answer to the list that was exported last";
        if !cell("set").eq_ignore_ascii_case(&self.set) {
            let reason = "the line belongs to another set of people than there is now";
            let hint = "lists or rulings changed since the export: change them back, or export the addresses again";
            return Err(refuse("set", "answer-other-set", reason, hint));
        }
        let position = number(cell("record")).and_then(|piece| self.asked.position(piece));
        let Some((position, question)) = position.and_then(|position| Some((position, self.asked.get(position)?))) else {
            return Err(refuse("record", "answer-unknown-record", "the vendor was not asked about this record", again));
        };
        if std::mem::replace(&mut self.seen[position], true) {
            return Err(refuse("record", "answer-record-twice", "the record is there twice", again));
        }
        if folded(cell("name")) != folded(question.name.reveal()) {
            return Err(refuse("name", "answer-other-name", "the name is not the one that this record went out with", again));
        }
        let answer = self.answer(record, line, &question)?;
        Ok(Answered { position, answer })
    }

    fn answer(&self, record: &csv::StringRecord, line: u64, question: &Question) -> Result<Move, Box<Finding>> {
        let cell = |column| self.columns.cell(record, column);
        let refuse = |column: &str, reason: &'static str| {
            let hint = "nothing was changed: look whether the vendor's columns are what their names say";
            Box::new(Finding::refuses("answer-unusable", Place::line(self.file, line).column(column), reason, hint))
        };
        let code = Move::read_code(cell("code")).ok_or_else(|| refuse("code", "the return code is none that the post has"))?;
        let kind = Some(cell("move_type")).filter(|text| !text.is_empty());
        let kind = kind.map(|text| MoveKind::read(text).ok_or_else(|| refuse("move_type", "the type of move is none of I, F, B")));
        let moved_on = Some(cell("move_date")).filter(|text| !text.is_empty());
        let moved_on = moved_on.map(|text| month(text).ok_or_else(|| refuse("move_date", "the month of the move cannot be read")));
        let zip = [cell("new_zip"), cell("new_zip4")].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
        let address = [cell("new_address1"), cell("new_address2"), cell("new_city"), cell("new_state"), &zip].map(str::to_owned);
        let mut answer = Move {
            record: String::new(),
            asked: Move::asked_about(question.name.reveal(), question.address.reveal()),
            code,
            kind: kind.transpose()?,
            moved_on: moved_on.transpose()?,
            dpv: cell("dpv").to_uppercase(),
            address: Private::new(address),
            line: 0,
        };
        match (answer.outcome(), answer.kind) {
            (Outcome::NewAddress | Outcome::Unsure, None) => Err(refuse("move_type", "there is a move, and nothing says whose")),
            (Outcome::NewAddress | Outcome::Unsure, _) if lacks_a_part(answer.address.reveal()) => {
                Err(refuse("new_address1", "there is a move, and a part of the new address is missing"))
            }
            (Outcome::NewAddress | Outcome::Unsure, _) if answer.address.reveal().iter().any(|part| is_formula(part)) => {
                Err(refuse("new_address1", "a part of the new address begins like a formula"))
            }
            (Outcome::NotMoved | Outcome::NotConfirmed, Some(_)) => {
                Err(refuse("code", "the code says that nobody moved, and the type of move says who did"))
            }
            (Outcome::NewAddress | Outcome::Unsure, _) => Ok(answer),
            // Vendors repeat the old address where there is no new one.
            (Outcome::NotMoved | Outcome::NotConfirmed | Outcome::Gone, _) => {
                answer.address = Private::default();
                Ok(answer)
            }
        }
    }

    fn finish(mut self) -> Result<()> {
        if self.refused.is_empty() {
            let missing = self.seen.iter().enumerate().filter(|(_, seen)| !**seen);
            let missing = missing.filter_map(|(position, _)| self.asked.get(position)).take(MOST_TOLD + 1);
            let reason = |number: &str| format!("record {number} went out and is not in the answer");
            let hint = "nothing was changed: ask the vendor for the whole answer, rows without a move too";
            let finding = |question: Question| {
                Finding::refuses("answer-record-missing", Place::file(self.file), reason(&record_number(question.piece)), hint)
            };
            self.refused = missing.map(finding).collect();
        }
        if self.refused.len() > MOST_TOLD {
            self.refused.truncate(MOST_TOLD);
            let hint = "it looks like the answer to another list";
            self.refused.push(Finding::refuses("answer-more-faults", Place::file(self.file), "there is more that is wrong", hint));
        }
        if self.refused.is_empty() { Ok(()) } else { Err(Error::refused_all(self.refused)) }
    }
}

fn lacks_a_part([address1, address2, city, state, zip]: &[String; 5]) -> bool {
    address1.is_empty() && address2.is_empty() || city.is_empty() || state.is_empty() || zip.is_empty()
}

/// What a spreadsheet would run when moves.csv is opened in one.
pub(in crate::deliver) fn is_formula(part: &str) -> bool {
    part.starts_with(['=', '+', '-', '@'])
}

/// The sign that parts the cells of the first line.
fn delimiter(bytes: &[u8]) -> u8 {
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let counted = |sign: &u8| first.iter().filter(|byte| *byte == sign).count();
    // Of equals the last is taken: a comma.
    [b'|', b';', b'\t', b','].into_iter().max_by_key(counted).unwrap_or(b',')
}

fn unreadable(file: &str, error: &csv::Error) -> Error {
    let line = error.position().map_or(1, csv::Position::line);
    let reason = match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "the line is not UTF-8",
        csv::ErrorKind::UnequalLengths { .. } => "the line has another number of cells than the header",
        _ => "the line cannot be read",
    };
    Error::refused("answer-unreadable", Place::line(file, line), reason, "ask the vendor for a delimited file in UTF-8 with a header")
}

/// `P0000012`, and what a spreadsheet or vendor makes of it.
fn number(text: &str) -> Option<PieceNumber> {
    let digits = text.strip_prefix(['P', 'p'])?;
    let plain = digits.len() == 7 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plain { digits.parse().ok().map(PieceNumber) } else { None }
}

/// The letters of a name: vendors put names into capitals, and drop marks and punctuation.
fn folded(name: &str) -> String {
    name.nfkd().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// `YYYYMM`, `YYYY-MM`, `MM/YYYY`, or a day of it: the first of the month, since no day counts.
pub(in crate::deliver) fn month(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.split(['-', '/']).collect();
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let (year, month) = match parts.as_slice() {
        [whole] if digits && matches!(whole.len(), 6 | 8) => whole.split_at(4),
        [year, month, ..] if year.len() == 4 => (*year, *month),
        [month, .., year] if year.len() == 4 => (*year, *month),
        _ => return None,
    };
    Date::new(year.parse().ok()?, month.get(..2).unwrap_or(month).parse().ok()?, 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn numbers_months_and_names_are_read_as_vendors_write_them() {
        assert_eq!(number("P0000012"), Some(PieceNumber(12)));
        assert_eq!(number("p0000012"), Some(PieceNumber(12)));
        for unlike in ["0000012", "P12", "12", "", "P00000012", "P000001x", "Pé00001"] {
            assert_eq!(number(unlike), None, "{unlike}");
        }
        for text in ["202601", "20260115", "2026-01", "01/2026", "1/15/2026", "2026-01-15"] {
            assert_eq!(month(text), Some(date(2026, 1, 1)), "{text}");
        }
        for text in ["2026", "202613", "00/2026", "x", "26-01", "é0261é"] {
            assert_eq!(month(text), None, "{text}");
        }
        assert_eq!(folded("María-José  O'Neil Jr."), folded("MARIA JOSE ONEIL JR"));
        assert_ne!(folded("Ann Lee"), folded("Anna Lee"));
        assert_eq!(delimiter(b"a\tb\tc,d\n1,2,3,4,5"), b'\t');
        assert_eq!(delimiter(b"a"), b',');
    }
}
