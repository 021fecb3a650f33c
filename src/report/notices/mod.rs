//! Notices that go to nobody by name, ready to be used: for media, for the web, for the consumer reporting agencies, for a call center.
//!
//! Each is owed by one provider. They are composed from the same templates as the letters.

mod facts;
mod known;

use super::dossier::{Dossier, OfProvider};
use super::folder::file_name;
use crate::compose::{Composer, Notice, NoticeKind};
use crate::error::Result;
use crate::incident::{Language, ProviderIndex, is_toll_free};
use facts::Owed;
use known::Known;
use serde::Serialize;

/// A notice of one provider, with what to know of it.
#[derive(Debug, Clone, Serialize)]
pub struct NoticeSheet {
    /// Id of the provider.
    pub provider_id: String,
    /// Its legal name.
    pub provider: String,
    /// What it is, such as `Media notice, Michigan`.
    pub title: String,
    /// The first last day of those that it meets; absent when the law gives none, or nobody asks for it.
    pub deadline: Option<String>,
    /// The clauses that ask for it; empty when none does.
    pub clauses: Vec<String>,
    /// What to know before it is used.
    pub know: Vec<String>,
    /// What stands against using it.
    pub missing: Vec<Against>,
    /// One for each language.
    pub files: Vec<NoticeFile>,
}

/// Something that stands against using a notice.
#[derive(Debug, Clone, Serialize)]
pub struct Against {
    /// What.
    pub label: String,
    /// Why, and what to do.
    pub hint: String,
    /// Whether it is of this notice alone.
    #[serde(skip)]
    pub is_own: bool,
}

/// A notice in one language: the same as a page and as plain text.
#[derive(Debug, Clone, Serialize)]
pub struct NoticeFile {
    /// Name of the language, in English.
    pub language: &'static str,
    /// The page, a name in the folder of notices.
    pub page: String,
    /// The text, likewise.
    pub text: String,
}

/// A file of the folder of notices: its name and what it holds.
pub type Published = (String, String);

/// Every notice of the incident, in the order of the providers, and their files. Nothing when the templates cannot be used, which is told
/// among what is open.
///
/// # Errors
/// Refused when a template fails to render.
pub fn notices(dossier: &Dossier<'_>, composer: Option<&Composer>) -> Result<(Vec<NoticeSheet>, Vec<Published>)> {
    let (mut sheets, mut published) = (Vec::new(), Vec::new());
    let Some(composer) = composer else { return Ok((sheets, published)) };
    let known = Known::built_in()?;
    for (index, of) in dossier.providers().enumerate() {
        for owed in facts::owed(of, ProviderIndex(index as u16)) {
            let written = Language::ALL.into_iter().filter_map(|language| {
                let notice = composer.notice(dossier.incident, owed.kind, language, &owed.facts).transpose()?;
                Some(notice.map(|notice| (language, notice)))
            });
            let written = written.collect::<Result<Vec<_>>>()?;
            let sheet = sheet(&known, of, &owed, &written);
            for (file, (_, notice)) in sheet.files.iter().zip(&written) {
                published.push((file.page.clone(), notice.text.to_html()));
                published.push((file.text.clone(), notice.text.to_text()));
            }
            sheets.push(sheet);
        }
    }
    Ok((sheets, published))
}

fn sheet(known: &Known, of: OfProvider<'_>, owed: &Owed<'_>, written: &[(Language, Notice)]) -> NoticeSheet {
    let Owed { kind, obligations, facts, .. } = owed;
    let as_of = of.dossier.plan.as_of;
    let mut clauses: Vec<String> = obligations.iter().map(|obligation| obligation.clause.clone()).collect();
    clauses.dedup();
    let (title, know) = known.of(*kind, facts.state.as_deref().unwrap_or_default(), as_of, owed.until);
    NoticeSheet {
        provider_id: of.provider.id.clone(),
        provider: of.provider.legal_name.clone(),
        title,
        deadline: obligations.iter().filter_map(|obligation| obligation.deadline).min().map(|day| day.to_string()),
        clauses,
        know,
        missing: missing(of, owed, written),
        files: written.iter().map(|(language, _)| file(of, owed, *language)).collect(),
    }
}

fn file(of: OfProvider<'_>, owed: &Owed<'_>, language: Language) -> NoticeFile {
    let place = owed.code.map(|code| format!("-{code}")).unwrap_or_default();
    let name = format!("{}-{}{place}.{}", owed.kind.id(), file_name(&of.provider.id), language.tag());
    NoticeFile { language: crate::review::language_in_words(language), page: format!("{name}.html"), text: format!("{name}.txt") }
}

/// What stands against using a notice, the gravest first.
fn missing(of: OfProvider<'_>, owed: &Owed<'_>, written: &[(Language, Notice)]) -> Vec<Against> {
    let mut missing = Vec::new();
    let mut miss = |label: &str, is_own: bool, hint: String| missing.push(Against { label: label.to_owned(), hint, is_own });
    if let Some(until) = of.held_until() {
        miss("Giving it now", false, format!("a law-enforcement hold forbids it until {until} (45 CFR 164.412)"));
    }
    if !of.dossier.is_approved() {
        miss("The approval", false, "nobody has approved the wording yet: preview it and approve it".to_owned());
    }
    for (language, notice) in written {
        let language = crate::review::language_in_words(*language);
        notice.lacks.iter().for_each(|what| miss(&format!("What it has to hold ({language})"), true, format!("it does not hold {what}")));
    }
    if owed.kind == NoticeKind::Web {
        line(of, owed).into_iter().for_each(|hint| miss("The toll-free number", true, hint));
    }
    missing
}

/// What is wrong with the number that a posting gives (45 CFR 164.404(d)(2)(ii)(B)).
fn line(of: OfProvider<'_>, owed: &Owed<'_>) -> Vec<String> {
    let line = &of.dossier.incident.call_center;
    let clause = &of.dossier.rules.federal.substitute_posting_days.clause;
    let toll_free = (!is_toll_free(&line.phone)).then(|| format!("`call_center.phone` in incident.toml is not toll-free ({clause})"));
    let open = match line.open_until {
        Some(day) if day >= owed.until => None,
        Some(day) => Some(format!("the line closes on {day}; a posting that begins today needs it through {} ({clause})", owed.until)),
        None => Some(format!("say with `call_center.open_until` in incident.toml that the line is open through {} ({clause})", owed.until)),
    };
    toll_free.into_iter().chain(open).collect()
}
