//! declaration.txt: a draft of the declaration of mailing, for a person who knows to correct and sign (28 U.S.C. 1746).

use crate::error::{Error, Result};
use crate::report::dossier::Dossier;
use crate::report::left::Changed;
use crate::report::overview::Overview;
use crate::review::{Approval, StoredSeal};
use serde::Serialize;
use tera::{Context, Tera};

pub(super) const FILE: &str = "declaration.txt";
const TEMPLATE: &str = include_str!("../pages/declaration.txt");

/// A wording that was approved, with what went under it.
#[derive(Serialize)]
struct Approved<'a> {
    approvals: Vec<Hand<'a>>,
    /// Absent when nobody was released under it.
    release: Option<Hand<'a>>,
    notices: u64,
    in_force: bool,
}

/// Who did something, and when.
#[derive(Serialize)]
struct Hand<'a> {
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

/// Lists that changed since the last job.
#[derive(Serialize)]
struct Lists {
    now: u64,
    then: u64,
    added: u64,
    dropped: u64,
}

pub(super) fn text(dossier: &Dossier<'_>, overview: &Overview, rows_of_lists: u64) -> Result<String> {
    // Of wordings that none of the notices had, only the one in force matters.
    let wordings: Vec<Approved<'_>> =
        dossier.seals.iter().map(|stored| approved(dossier, stored)).filter(|wording| wording.in_force || wording.notices > 0).collect();
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
    context.insert("changed", &changed(dossier, rows_of_lists));
    context.insert("wordings", &wordings);
    context.insert("providers", &providers);
    let mut tera = Tera::default();
    tera.add_raw_templates([(FILE, TEMPLATE)])
        .and_then(|()| tera.render(FILE, &context))
        .map_err(|error| Error::bug(format!("the declaration cannot be made: {error}")))
}

fn approved<'d>(dossier: &Dossier<'_>, stored: &'d StoredSeal) -> Approved<'d> {
    let StoredSeal { seal, release, .. } = stored;
    let by = |approval: &'d Approval| Hand { by: &approval.by, role: &approval.role, on: approval.on.to_string() };
    Approved {
        approvals: seal.approvals.iter().map(by).collect(),
        release: release.as_ref().map(|release| Hand { by: &release.by, role: "", on: release.on.to_string() }),
        notices: dossier.left.under.get(&seal.digest).copied().unwrap_or_default(),
        in_force: stored.is_in_force(),
    }
}

/// How the lists differ from those that the counts were made from; nothing when they do not.
fn changed(dossier: &Dossier<'_>, rows_of_lists: u64) -> Option<Lists> {
    let then = dossier.status.as_ref()?.rows;
    let Changed { added, dropped } = dossier.left.changed;
    (then != rows_of_lists || dossier.left.changed != Changed::default()).then_some(Lists { now: rows_of_lists, then, added, dropped })
}
