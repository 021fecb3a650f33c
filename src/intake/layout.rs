//! The header of a list -> where each of our columns stands.

use super::columns::{ColumnNames, LifeForm, Purpose, Sureness, our_keys};
use super::contents::{Contents, Kind, Question, Seen, Wanted};
use super::dates::{self, DateForm, Evidence};
use super::decisive::Watch;
use super::heading::Heading;
use super::unknown::Unknown;
use super::{Element, Field};
use crate::error::{Finding, Place};
use crate::incident::List;
use crate::incident::nearest::{folded, suggestion};

/// Columns of a mended list that tell a person why a row was held; not ours to read, and no surprise.
const MEND_COLUMNS: [&str; 5] = ["reason", "file", "line", "code", "hint"];

/// Of two equally good columns for one of these the first is read: telephones are not printed and lead nowhere, they only help to tell
/// whether two rows are one person. A wrong choice of any other column may make a wrong letter, or send it to the wrong place.
const EITHER_WILL_DO: [Field; 1] = [Field::Phone];

/// `1` and `0` alone are no flags in a column for one of these: they may be somebody's number, or stand for a date that is not known,
/// and then hold the row.
const MAY_BE_A_NUMBER: [Field; 2] = [Field::PatientId, Field::BirthDate];

/// Where the columns of a list stand.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Layout {
    /// Header names as the file writes them, cleaned; empty where a column has none.
    pub(super) headers: Vec<String>,
    /// Fields and their positions.
    pub(super) fields: Vec<(Field, usize)>,
    /// Element columns.
    pub(super) elements: Vec<ElementColumn>,
    /// Columns that tell who is dead.
    pub(super) deceased: Vec<DeceasedColumn>,
    /// Columns that are not known, with what is watched for in them.
    pub(super) watched: Vec<(usize, Watch)>,
    /// How the dates of a column are read, for each column of dates.
    pub(super) dates: Vec<(Field, usize, DateForm)>,
    /// The `line` column of a mended list.
    pub(super) mended_line: Option<usize>,
    /// Its `file` column.
    pub(super) mended_file: Option<usize>,
}

/// A column that tells who is dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DeceasedColumn {
    /// Its position.
    pub(super) position: usize,
    pub(super) form: LifeForm,
}

/// A column that tells whether an element was involved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ElementColumn {
    /// The element.
    pub(super) element: Element,
    /// Its position.
    pub(super) position: usize,
    /// It holds values: that one is there is all that is read.
    pub(super) holds_values: bool,
}

/// What a list has columns for, and how it writes dates: what a list that mends it has to have as well.
#[derive(Debug, Clone, Default)]
pub(super) struct Columns {
    pub(super) fields: Vec<Field>,
    /// The first column that tells who is dead.
    pub(super) deceased: Option<String>,
    /// Every header, folded.
    pub(super) headers: Vec<String>,
    pub(super) dates: Vec<(Field, DateForm)>,
}

impl Columns {
    pub(super) fn of(layout: &Layout) -> Columns {
        let fields = layout.fields.iter().map(|(field, _)| *field).collect();
        let deceased = layout.deceased.first().map(|column| layout.headers[column.position].clone());
        let headers = layout.headers.iter().map(|header| folded(header)).collect();
        Columns { fields, deceased, headers, dates: layout.dates.iter().map(|(field, _, form)| (*field, *form)).collect() }
    }
}

impl Layout {
    /// The position of a field.
    pub(super) fn position(&self, field: Field) -> Option<usize> {
        self.fields.iter().find(|(known, _)| *known == field).map(|(_, position)| *position)
    }
}

/// Looks into the columns at some positions.
pub(super) type Look<'a> = dyn FnMut(&[Wanted]) -> Result<Vec<Seen>, Vec<Finding>> + 'a;

/// Finds the columns of a list. `look` tells what columns hold; `mended` are the columns of the list that it mends; `provider_known` tells
/// that rows need no `provider_id`. The findings that refuse make the layout useless.
///
/// # Errors
/// When `look` fails.
pub(super) fn of(
    list: &List,
    names: &ColumnNames,
    heading: &Heading,
    look: &mut Look<'_>,
    mended: Option<&Columns>,
    provider_known: bool,
) -> Result<(Layout, Vec<Finding>), Vec<Finding>> {
    let layout = Layout { headers: heading.cells.clone(), ..Layout::default() };
    let mut finder = Finder { list, names, file: &heading.file, line: heading.line, layout, findings: heading.findings.clone() };
    let assigned = finder.assign();
    let (assigned, evidence) = finder.tell_apart(assigned, look)?;
    finder.settle(&assigned);
    finder.settle_dates(&evidence, mended);
    finder.require(provider_known);
    Ok((finder.layout, finder.findings))
}

/// What columns hold of dates, by their position.
type DatesSeen = Vec<(usize, Evidence)>;

/// A header with what it is for.
#[derive(Debug, Clone, Copy)]
struct Assigned {
    position: usize,
    purpose: Purpose,
    sureness: Sureness,
}

pub(super) struct Finder<'a> {
    list: &'a List,
    pub(super) names: &'a ColumnNames,
    pub(super) file: &'a str,
    pub(super) line: u64,
    pub(super) layout: Layout,
    pub(super) findings: Vec<Finding>,
}

/// What the contents of a column have to tell, if anything.
fn question_of(purpose: Purpose) -> Option<Question> {
    match purpose {
        Purpose::FieldOrFlag(field, _) if dates::FIELDS.contains(&field) => Some(Question::ContentsAndDates),
        Purpose::FieldOrFlag(_, _) | Purpose::ValueOrFlag(_) => Some(Question::Contents),
        Purpose::Value(field) if dates::FIELDS.contains(&field) => Some(Question::Dates),
        Purpose::Value(_) | Purpose::Flag(_) | Purpose::Deceased(_) => None,
    }
}

/// The refusal of a column that is taken for neither: as values, its flags would be lost, and every letter would leave out its element.
fn mixed(place: Place, field: Field, element: Element, header: &str) -> Finding {
    let hint = format!(
        "say which in [[lists]]: columns = {{ {} = \"{header}\" }} or {{ element_{} = \"{header}\" }}, and mend the cells that are otherwise",
        field.name(),
        element.id()
    );
    Finding::refuses("column-mixed", place, "the column holds flags and values", hint)
}

impl Finder<'_> {
    /// What each header is for: as told first, then as named.
    fn assign(&mut self) -> Vec<Assigned> {
        let mut assigned = self.assign_told();
        let told: Vec<usize> = assigned.iter().map(|one| one.position).chain(self.unread()).collect();
        let mut unknown = Unknown::new(self.names, Place::line(self.file, self.line));
        for (position, header) in self.layout.headers.clone().iter().enumerate().filter(|(position, _)| !told.contains(position)) {
            if self.list.mends.is_some() && MEND_COLUMNS.contains(&folded(header).as_str()) {
                match folded(header).as_str() {
                    "line" => self.layout.mended_line = Some(position),
                    "file" => self.layout.mended_file = Some(position),
                    _ => {}
                }
            } else if header.is_empty() {
                // Nothing tells what it is for; only whether it holds something is looked at.
            } else if let Some((purpose, sureness)) = self.names.purpose(header) {
                assigned.push(Assigned { position, purpose, sureness });
            } else {
                unknown.note(position, header);
            }
        }
        self.findings.extend(unknown.findings());
        self.layout.watched = unknown.watched;
        assigned
    }

    /// The columns that are not to be read.
    fn unread(&mut self) -> Vec<usize> {
        let key = Place::line("incident.toml", self.list.line).column("unread");
        let mut unread = Vec::new();
        for theirs in &self.list.unread {
            match self.find_header(theirs, &key) {
                Ok(position) => unread.push(position),
                Err(finding) => self.findings.push(*finding),
            }
            if self.names.purpose(theirs).is_some() {
                let reason = format!("`{theirs}` would be read, were it not for `unread`");
                let hint = "take it out of `unread` unless somebody looked at what it holds";
                self.findings.push(Finding::warns("column-not-read", key.clone(), reason, hint));
            }
        }
        unread
    }

    /// The position of a header that incident.toml names.
    fn find_header(&self, theirs: &str, key: &Place) -> Result<usize, Box<Finding>> {
        let headers = &self.layout.headers;
        let exact = headers.iter().position(|header| header == theirs);
        exact.or_else(|| headers.iter().position(|header| folded(header) == folded(theirs))).ok_or_else(|| {
            let reason = format!("`{}` has no column `{theirs}`", self.file);
            let hint = suggestion(theirs, headers.iter().map(String::as_str).filter(|header| !header.is_empty()));
            Box::new(Finding::refuses("unknown-header", key.clone(), reason, hint))
        })
    }

    fn assign_told(&mut self) -> Vec<Assigned> {
        let mut assigned = Vec::new();
        for (ours, theirs) in &self.list.columns {
            let place = Place::line("incident.toml", self.list.line).column(format!("columns.{ours}"));
            let Some(purpose) = ColumnNames::ours(ours) else {
                let keys = our_keys();
                let reason = format!("`{ours}` is no column of ours");
                let hint = suggestion(ours, keys.iter().map(String::as_str));
                self.findings.push(Finding::refuses("unknown-column", place, reason, hint));
                continue;
            };
            match self.find_header(theirs, &place) {
                Ok(position) => assigned.push(Assigned { position, purpose, sureness: Sureness::Told }),
                Err(finding) => self.findings.push(*finding),
            }
        }
        assigned
    }

    /// Looks into the columns whose names leave open what they hold.
    /// What they hold of dates comes back by their position.
    fn tell_apart(&mut self, mut assigned: Vec<Assigned>, look: &mut Look<'_>) -> Result<(Vec<Assigned>, DatesSeen), Vec<Finding>> {
        let open: Vec<(usize, Question)> =
            assigned.iter().enumerate().filter_map(|(index, one)| Some((index, question_of(one.purpose)?))).collect();
        let headers = self.layout.headers.iter().enumerate();
        let told = |position: &usize| assigned.iter().any(|one| one.position == *position);
        let unnamed: Vec<usize> = headers.filter(|(_, header)| header.is_empty()).map(|(at, _)| at).filter(|at| !told(at)).collect();
        let named = open.iter().map(|(index, question)| Wanted { position: assigned[*index].position, question: *question });
        let wanted: Vec<Wanted> =
            named.chain(unnamed.iter().map(|position| Wanted { position: *position, question: Question::Filled })).collect();
        let seen = if wanted.is_empty() { Vec::new() } else { look(&wanted)? };
        let evidence = wanted.iter().zip(&seen).map(|(wanted, seen)| (wanted.position, seen.dates)).collect();
        for ((index, _), seen) in open.iter().zip(&seen) {
            assigned[*index].purpose = self.told_by(seen.contents, assigned[*index]);
        }
        for (position, seen) in unnamed.iter().zip(&seen[open.len()..]) {
            if !seen.contents.are_empty() {
                let reason = format!("column {} has no name and is not read", position + 1);
                let place = Place::line(self.file, self.line);
                self.findings.push(Finding::warns("unnamed-column", place, reason, "name it, or remove it"));
            }
        }
        Ok((assigned, evidence))
    }

    /// Which form the dates of each column have.
    fn settle_dates(&mut self, evidence: &[(usize, Evidence)], mended: Option<&Columns>) {
        for (field, position) in self.layout.fields.iter().filter(|(field, _)| dates::FIELDS.contains(field)) {
            let place = Place::line(self.file, self.line).column(&self.layout.headers[*position]);
            let seen = evidence.iter().find(|(at, _)| at == position).map_or_else(Evidence::default, |(_, seen)| *seen);
            let (own, finding) = seen.form(self.list.dates, &place);
            let before =
                mended.filter(|_| self.list.dates.is_none()).and_then(|mended| mended.dates.iter().find(|(known, _)| known == field));
            let form = before.map_or(own, |(_, before)| seen.form_of_mended(own, *before));
            self.layout.dates.push((*field, *position, form));
            self.findings.extend(finding);
        }
    }

    fn told_by(&mut self, contents: Contents, assigned: Assigned) -> Purpose {
        let place = Place::line(self.file, self.line).column(&self.layout.headers[assigned.position]);
        match assigned.purpose {
            Purpose::FieldOrFlag(field, element) => match contents.of_values(MAY_BE_A_NUMBER.contains(&field)) {
                Kind::Values => Purpose::Value(field),
                Kind::Flags => {
                    let reason = format!("the column holds flags only; it is read as `element_{}`", element.id());
                    let hint = "rename it so that nobody takes it for the value itself";
                    self.findings.push(Finding::warns("read-as-flags", place, reason, hint));
                    Purpose::Flag(element)
                }
                Kind::Mixed => {
                    self.findings.push(mixed(place, field, element, &self.layout.headers[assigned.position]));
                    Purpose::Value(field)
                }
            },
            Purpose::ValueOrFlag(element) if contents.are_values() => {
                let reason = format!("the column holds values; a row that has one counts as `{}`, and the value is not kept", element.id());
                let hint = "better send no such values at all: Y or N is enough";
                self.findings.push(Finding::warns("holds-values", place, reason, hint));
                assigned.purpose
            }
            Purpose::ValueOrFlag(element) => Purpose::Flag(element),
            settled => settled,
        }
    }

    /// One column for each field; the surest name wins, two of the same sureness are refused where a letter prints it or goes by it.
    fn settle(&mut self, assigned: &[Assigned]) {
        for one in assigned {
            match one.purpose {
                Purpose::Value(field) | Purpose::FieldOrFlag(field, _) => self.settle_field(field, *one, assigned),
                Purpose::Flag(element) | Purpose::ValueOrFlag(element) => {
                    let holds_values = matches!(one.purpose, Purpose::ValueOrFlag(_));
                    self.layout.elements.push(ElementColumn { element, position: one.position, holds_values });
                }
                Purpose::Deceased(form) => {
                    self.layout.deceased.push(DeceasedColumn { position: one.position, form });
                }
            }
        }
    }

    fn settle_field(&mut self, field: Field, one: Assigned, assigned: &[Assigned]) {
        let rivals = || assigned.iter().filter(|other| matches!(other.purpose, Purpose::Value(known) if known == field));
        let surest = rivals().map(|other| other.sureness).min().unwrap_or(one.sureness);
        let Some(winner) = rivals().find(|other| other.sureness == surest) else { return };
        if winner.position == one.position && winner.sureness == one.sureness {
            self.layout.fields.push((field, one.position));
            return;
        }
        let header = &self.layout.headers[one.position];
        let taken = &self.layout.headers[winner.position];
        let place = Place::line(self.file, self.line).column(header);
        let name = field.name();
        if one.sureness == surest && EITHER_WILL_DO.contains(&field) {
            let reason = format!("two columns are `{name}`: `{taken}` is read, `{header}` is not");
            let hint = format!("if the other is the better one, say so: columns = {{ {name} = \"{header}\" }}");
            self.findings.push(Finding::warns("column-not-read", place, reason, hint));
        } else if one.sureness == surest || surest != Sureness::Told && Field::DECISIVE.contains(&field) {
            let reason = format!("two columns are `{name}`: `{taken}` and `{header}`");
            let hint = if header == taken {
                format!("columns {} and {} have one name: rename or remove one of them", winner.position + 1, one.position + 1)
            } else {
                format!("say which one: columns = {{ {name} = \"{taken}\" }}, or remove one of them")
            };
            self.findings.push(Finding::refuses("column-twice", place, reason, hint));
        } else {
            let hint = format!("if this one is meant, say so: columns = {{ {name} = \"{header}\" }}");
            self.findings.push(Finding::warns("column-not-read", place, format!("`{name}` is read from `{taken}`, not from here"), hint));
        }
    }
}
