//! Tera for one language, and its complaints as findings with their places.

use super::check::Markers;
use super::escape::escape;
use super::markdown::{self, Fault, Origin};
use super::slots::{FILTERS, register_filters};
use super::sources::Sources;
use super::{Block, nearest, tags};
use crate::error::{Finding, Place};
use crate::incident::Language;
use tera::{Context, ErrorKind, Tera};

/// Filters of Tera that letters may use.
const TERA_FILTERS: [&str; 14] = [
    "capitalize",
    "default",
    "first",
    "join",
    "last",
    "length",
    "lower",
    "pluralize",
    "replace",
    "sort",
    "title",
    "trim",
    "truncate",
    "upper",
];

/// Parses and links the templates of a language.
///
/// # Errors
/// One finding per fault that Tera reports.
pub(super) fn build(language: Language, sources: &Sources) -> Result<Tera, Vec<Finding>> {
    let mut tera = Tera::default();
    tera.set_escape_fn(escape);
    tera.autoescape_on([".md"]);
    register_filters(&mut tera);
    tera.add_raw_templates(sources.of(language)).map_err(|error| findings(&error, language, sources))?;
    Ok(tera)
}

/// What can go wrong between slots and blocks.
pub(super) enum Trouble {
    /// Tera could not render.
    Tera(tera::Error),
    /// The rendered text is no letter.
    Markdown(Fault),
}

/// The template of the letter.
pub(super) const LETTER: &str = "letter.md";

/// Renders a template and reads its blocks.
pub(super) fn render(tera: &Tera, template: &str, context: &Context, markers: &Markers) -> Result<Vec<Block>, Trouble> {
    let text = tera.render(template, context).map_err(Trouble::Tera)?;
    markdown::read(&text, Origin::Template, markers).map(|reading| reading.blocks).map_err(Trouble::Markdown)
}

/// What Tera says, as findings. Only for templates that are rendered with invented people: its words may hold values.
pub(super) fn findings(error: &tera::Error, language: Language, sources: &Sources) -> Vec<Finding> {
    match error.kind() {
        ErrorKind::SyntaxError(report) => {
            let reason = sentence(report.message());
            let hint = "slots are written {{ provider.name }}, conditions {% if code %} … {% endif %}";
            vec![Finding::refuses("template-syntax", report_place(report, language, sources), reason, hint)]
        }
        ErrorKind::RenderingError(report) => vec![rendering(report, language, sources)],
        ErrorKind::Msg(message) => references(message, language, sources),
        ErrorKind::CircularInclude { tpl, .. } => {
            let place = include_place(tpl, language, sources);
            vec![Finding::refuses("circular-include", place, "this template includes itself", "take one of the includes out")]
        }
        kind => {
            let place = Place::file(sources.shown(language, "letter.md"));
            vec![Finding::refuses("template-syntax", place, sentence(&kind.to_string()), "use only slots, conditions, loops and includes")]
        }
    }
}

/// The place of an error that Tera points at.
pub(super) fn error_place(error: &tera::Error, language: Language, sources: &Sources) -> Place {
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => report_place(report, language, sources),
        _ => Place::file(sources.shown(language, "letter.md")),
    }
}

fn report_place(report: &tera::ReportError, language: Language, sources: &Sources) -> Place {
    Place::line(sources.shown(language, report.filename()), report.span().start_line as u64).column(report.span().start_col + 1)
}

fn rendering(report: &tera::ReportError, language: Language, sources: &Sources) -> Finding {
    let message = report.message();
    let place = report_place(report, language, sources);
    let (what, known) = message.split_once(" is not defined.").unwrap_or((message, ""));
    let name = what.split('`').nth(1).unwrap_or_default();
    if message.contains("not defined") || message.contains("undefined") {
        let known = known.rsplit(": ").next().unwrap_or_default();
        let hint =
            if known.is_empty() || name.is_empty() { "use a slot that exists".to_owned() } else { nearest::hint(name, known.split(", ")) };
        let reason =
            if name.is_empty() { "a slot is used that is not defined".to_owned() } else { format!("the slot `{name}` is not defined") };
        return Finding::refuses("undefined-variable", place, reason, hint);
    }
    Finding::refuses(
        "template-rendering",
        place,
        sentence(message),
        "correct the expression; the built-in template shows how the slot is used",
    )
}

/// Tera joins what it misses into one text of reports, each a line `error: …` and a line `--> file:line:column`.
fn references(message: &str, language: Language, sources: &Sources) -> Vec<Finding> {
    let reports = message.split("error: ").filter(|report| !report.trim().is_empty());
    reports.map(|report| reference(report, language, sources)).collect()
}

fn reference(report: &str, language: Language, sources: &Sources) -> Finding {
    let what = report.lines().next().unwrap_or_default();
    let name = what.split('`').nth(1).unwrap_or_default();
    let place = report.lines().find_map(|line| parse_place(line.trim().strip_prefix("--> ")?, language, sources));
    let place = place.unwrap_or_else(|| Place::file(sources.shown(language, "letter.md")));
    let (code, kind, hint) = match what.split(" `").next().unwrap_or_default() {
        "Unknown filter" => ("unknown-filter", "filter", nearest::hint(name, FILTERS.into_iter().chain(TERA_FILTERS))),
        "Unknown template" => ("missing-include", "template", nearest::hint(name, sources.of(language).map(|(known, _)| known))),
        "Unknown test" => ("unknown-test", "test", "use `is defined` or compare with ==".to_owned()),
        "Unknown function" => ("unknown-function", "function", "letters have no functions; use slots and conditions".to_owned()),
        "Unknown component" => ("unknown-component", "component", "use an include instead".to_owned()),
        _ => return Finding::refuses("template-syntax", place, sentence(what), "use only slots, conditions, loops and includes"),
    };
    Finding::refuses(code, place, format!("the {kind} `{name}` does not exist"), hint)
}

fn parse_place(text: &str, language: Language, sources: &Sources) -> Option<Place> {
    let mut parts = text.rsplitn(3, ':');
    let column: usize = parts.next()?.parse().ok()?;
    let line: u64 = parts.next()?.parse().ok()?;
    Some(Place::line(sources.shown(language, parts.next()?), line).column(column))
}

/// The first include of a template, or the template when it has none.
fn include_place(name: &str, language: Language, sources: &Sources) -> Place {
    match tags::read(sources.text(language, name)).includes.first() {
        Some(include) => sources.place(language, name, include.offset),
        None => Place::file(sources.shown(language, name)),
    }
}

/// A message in the form of findings: lower case, one line, no final period.
fn sentence(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default().trim_end_matches('.');
    let mut characters = line.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}
