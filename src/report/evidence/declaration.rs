//! declaration.txt: a draft of the declaration of mailing, for a person who knows to correct and sign (28 U.S.C. 1746).

use crate::error::{Error, Result};
use crate::report::dossier::Dossier;
use crate::report::overview::Overview;
use crate::review::{Release, Seal};
use serde::Serialize;
use tera::{Context, Tera};

pub(super) const FILE: &str = "declaration.txt";
const TEMPLATE: &str = include_str!("../pages/declaration.txt");

#[derive(Serialize)]
struct Approved<'a> {
    by: &'a str,
    role: &'a str,
    on: String,
}

#[derive(Serialize)]
struct Notices<'a> {
    name: &'a str,
    wanted: u64,
    gone: u64,
    first: Option<String>,
    last: Option<String>,
    unreachable: u64,
    told: u64,
}

/// Rows of lists that changed since the last job.
#[derive(Serialize)]
struct Changed {
    now: u64,
    then: u64,
}

pub(super) fn text(
    dossier: &Dossier<'_>,
    (overview, rows_of_lists): (&Overview, u64),
    seal: Option<&Seal>,
    release: Option<&Release>,
) -> Result<String> {
    let approvals: Vec<Approved<'_>> = seal
        .iter()
        .flat_map(|seal| &seal.approvals)
        .map(|approval| Approved { by: &approval.by, role: &approval.role, on: approval.on.to_string() })
        .collect();
    let release = release.map(|release| Approved { by: &release.by, role: "", on: release.on.to_string() });
    let providers: Vec<Notices<'_>> = dossier
        .providers()
        .map(|of| {
            let left = of.left();
            let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string());
            let (unreachable, told) = of.unreachable().map_or((0, 0), |unreachable| (unreachable.count, unreachable.told));
            let name = of.provider.legal_name.as_str();
            Notices { name, wanted: left.wanted, gone: left.gone, first: day(left.first), last: day(left.last), unreachable, told }
        })
        .collect();
    let mut context = Context::new();
    context.insert("title", &dossier.incident.title);
    context.insert("incident", &dossier.incident.id);
    context.insert("as_of", &dossier.plan.as_of.to_string());
    context.insert("index", overview);
    let rows = dossier.status.as_ref().map(|status| status.rows).filter(|rows| *rows != rows_of_lists);
    context.insert("changed", &rows.map(|then| Changed { now: rows_of_lists, then }));
    context.insert("approvals", &approvals);
    context.insert("release", &release);
    context.insert("providers", &providers);
    let mut tera = Tera::default();
    tera.add_raw_templates([(FILE, TEMPLATE)])
        .and_then(|()| tera.render(FILE, &context))
        .map_err(|error| Error::bug(format!("the declaration cannot be made: {error}")))
}
