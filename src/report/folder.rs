//! A report as a folder that opens in any browser.

use super::dossier::Dossier;
use super::hhs::{self, Portal, Sheet};
use super::overview::{Overview, hhs_file, overview};
use super::timeline::timeline;
use crate::error::{Error, Place, Result};
use crate::files;
use serde::Serialize;
use std::path::Path;
use tera::{Context, Tera};

const TEMPLATES: [(&str, &str); 4] = [
    ("base.html", include_str!("pages/base.html")),
    ("index.html", include_str!("pages/index.html")),
    ("sheet.html", include_str!("pages/sheet.html")),
    ("timeline.html", include_str!("pages/timeline.html")),
];
const STYLE: &str = include_str!("pages/style.css");
/// What tells a folder of ours from another; written last, so that a folder with it is whole.
const MARK: &str = "report.json";
const LOG: &str = "hhs/yearly-log.csv";
const TIMELINE: &str = "timeline.svg";

/// What was written.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The incident.
    pub incident: String,
    /// The day by which duties were judged.
    pub as_of: String,
    /// The first page.
    #[serde(flatten)]
    pub overview: Overview,
    /// The sheets for the breach portal.
    pub hhs: Vec<Sheet>,
}

/// Writes the report; what an earlier one left in the folder is replaced.
///
/// # Errors
/// Refused when something else lies in the folder; failed when it cannot be written.
pub fn write_report(dossier: &Dossier<'_>, portal: &Portal, out: &Path) -> Result<Report> {
    clear(out)?;
    files::create_folder(&out.join("hhs"))?;
    let sheets: Vec<Sheet> = dossier.providers().map(|of| hhs::sheet(portal, of)).collect();
    let mut overview = overview(dossier, &sheets);
    let pages = pages()?;
    for sheet in &sheets {
        let mut context = context(dossier, "../");
        context.insert("sheet", sheet);
        write(&pages, "sheet.html", &context, &out.join(hhs_file(&sheet.provider_id)))?;
    }
    overview.log = (hhs::yearly_log(dossier, &out.join(LOG))? > 0).then_some(LOG);
    let mut context = context(dossier, "");
    context.insert("index", &overview);
    context.insert("timeline", &timeline(dossier));
    write(&pages, "timeline.html", &context, &out.join(TIMELINE))?;
    write(&pages, "index.html", &context, &out.join("index.html"))?;
    let report = Report { incident: dossier.incident.id.clone(), as_of: dossier.plan.as_of.to_string(), overview, hhs: sheets };
    let json = serde_json::to_string_pretty(&report).map_err(|error| Error::bug(format!("report.json: {error}")))?;
    files::write(&out.join(MARK), json.as_bytes())?;
    Ok(report)
}

fn pages() -> Result<Tera> {
    let mut tera = Tera::default();
    tera.add_raw_templates(TEMPLATES).map_err(|error| Error::bug(format!("a page of the report cannot be parsed: {error}")))?;
    Ok(tera)
}

fn context(dossier: &Dossier<'_>, root: &str) -> Context {
    let mut context = Context::new();
    context.insert("style", STYLE);
    context.insert("title", &dossier.incident.title);
    context.insert("incident", &dossier.incident.id);
    context.insert("as_of", &dossier.plan.as_of.to_string());
    context.insert("root", root);
    context
}

fn write(pages: &Tera, template: &str, context: &Context, path: &Path) -> Result<()> {
    let page = pages.render(template, context).map_err(|error| Error::bug(format!("a page of the report cannot be made: {error}")))?;
    files::write(path, page.as_bytes())
}

/// An id as part of a file name: letters, digits, `-` and `_` stay, everything else becomes `-` and its number.
pub(super) fn file_name(id: &str) -> String {
    let mut name = String::new();
    for letter in id.chars() {
        if letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_') {
            name.push(letter);
        } else {
            name.push_str(&format!("-{:x}", u32::from(letter)));
        }
    }
    name
}

/// Takes away what an earlier report wrote, and nothing else.
fn clear(out: &Path) -> Result<()> {
    let entries = match fs_err::read_dir(out) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::unwritable(out, &error)),
    };
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect::<std::io::Result<Vec<_>>>();
    let mut names = names.map_err(|error| Error::unwritable(out, &error))?;
    let marked = names.iter().any(|name| name == MARK);
    let is_ours = |name: &str| [MARK, "index.html", TIMELINE, "hhs"].contains(&name);
    if let Some(other) = names.iter().find(|name| !marked || !is_ours(name)) {
        let place = Place::file(out.join(other).display().to_string());
        let hint = "name a new folder, or one that an earlier report wrote";
        return Err(Error::refused("output-in-use", place, "is no part of a report, and would stay among its pages", hint));
    }
    // The mark first: without it, no half of an old report passes for a whole.
    names.sort_by_key(|name| name != MARK);
    for name in names {
        let path = out.join(name);
        let removed = if path.is_dir() { fs_err::remove_dir_all(&path) } else { fs_err::remove_file(&path) };
        removed.map_err(|error| Error::unwritable(&path, &error))?;
    }
    Ok(())
}
