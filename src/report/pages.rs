//! The pages of a report, made from their templates.

use super::dossier::Dossier;
use super::timeline::timeline;
use crate::error::{Error, Result};
use tera::{Context, Tera};

const TEMPLATES: [(&str, &str); 8] = [
    ("base.html", include_str!("pages/base.html")),
    ("evidence.html", include_str!("pages/evidence.html")),
    ("index.html", include_str!("pages/index.html")),
    ("notices.html", include_str!("pages/notices.html")),
    ("questions.html", include_str!("pages/questions.html")),
    ("sheet.html", include_str!("pages/sheet.html")),
    ("state.html", include_str!("pages/state.html")),
    ("timeline.html", include_str!("pages/timeline.html")),
];
const STYLE: &str = include_str!("pages/style.css");

/// The templates, with what every page says of the incident.
pub(super) struct Pages {
    tera: Tera,
    every: Context,
}

impl Pages {
    /// The pages of an incident's report.
    ///
    /// # Errors
    /// A bug of ours when a template cannot be parsed.
    pub(super) fn new(dossier: &Dossier<'_>) -> Result<Pages> {
        let mut tera = Tera::default();
        tera.add_raw_templates(TEMPLATES).map_err(|error| Error::bug(format!("a page of the report cannot be parsed: {error}")))?;
        let mut every = Context::new();
        every.insert("style", STYLE);
        every.insert("title", &dossier.incident.title);
        every.insert("incident", &dossier.incident.id);
        every.insert("as_of", &dossier.plan.as_of.to_string());
        Ok(Pages { tera, every })
    }

    /// One page; `root` leads from its folder to that of the report, `own` is what it shows.
    ///
    /// # Errors
    /// A bug of ours when the template cannot be rendered.
    pub(super) fn page(&self, template: &str, root: &str, own: Context) -> Result<String> {
        let mut context = self.every.clone();
        context.insert("root", root);
        context.extend(own);
        self.tera.render(template, &context).map_err(|error| Error::bug(format!("a page of the report cannot be made: {error}")))
    }
}

/// The clocks of the providers as a picture (SVG).
///
/// # Errors
/// A bug of ours when it cannot be drawn.
pub fn clocks(dossier: &Dossier<'_>) -> Result<String> {
    Pages::new(dossier)?.page("timeline.html", "", showing("timeline", &timeline(dossier)))
}

/// What a page shows: one thing by its name.
pub(super) fn showing<T: serde::Serialize + ?Sized>(name: &'static str, value: &T) -> Context {
    let mut context = Context::new();
    context.insert(name, value);
    context
}
