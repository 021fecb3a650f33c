//! `plan`: who must be told, by which clause, by when, in which way.

use super::ui::{Ui, table};
use super::{Outcome, clock};
use crate::error::Result;
use crate::obligations::{self, Obligation, Plan};
use crate::run;
use jiff::civil::Date;
use std::path::PathBuf;

/// Show who must be told, by which clause, by when, in which way
#[derive(clap::Args)]
pub(super) struct PlanArguments {
    /// Incident folder
    dir: PathBuf,
    /// Day to judge by instead of today
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
}

pub(super) fn run(ui: &Ui, arguments: &PlanArguments) -> Result<Outcome> {
    let case = run::read(&arguments.dir)?;
    let as_of = arguments.as_of.unwrap_or_else(clock::today);
    let plan = obligations::plan(&case.incident, &case.rules, &case.recipients, as_of);
    ui.result(&plan, &draw(&plan))?;
    ui.say(
        "the tool computes, counsel decides: see src/rules/COMPLIANCE.md for what is enforced, what is your duty and what is not covered",
    );
    Ok(Outcome::Done)
}

/// What is owed as a table, then each duty's reasons, then in one line each what was considered and does not apply.
fn draw(plan: &Plan) -> String {
    let due: Vec<(&Obligation, [String; 8])> =
        plan.obligations.iter().zip(plan.rows()).filter(|(obligation, _)| obligation.required).collect();
    let columns = [0, 1, 2, 3, 5, 6, 7];
    let mut rows = vec![columns.map(|at| Plan::COLUMNS[at].to_owned()).to_vec()];
    rows.extend(due.iter().map(|(_, row)| columns.map(|at| row[at].clone()).to_vec()));
    let mut text = format!("as of {}\n\n{}\n", plan.as_of, table(&rows));
    for (obligation, row) in &due {
        text.push_str(&format!("\n{} {}, to {}\n  {}\n", row[0], row[1], obligation.to, obligation.basis));
        if !obligation.note.is_empty() {
            text.push_str(&format!("  {}\n", obligation.note));
        }
    }
    text.push_str("\nconsidered, and not required now:\n");
    for obligation in plan.obligations.iter().filter(|obligation| !obligation.required) {
        let Obligation { provider_id, jurisdiction, clause, basis, .. } = obligation;
        let duty = obligation.duty.id().replace('_', " ");
        text.push_str(&format!("  {provider_id} {duty} {jurisdiction}: {basis} ({clause})\n"));
    }
    text.push_str(&format!("\nchoices in force: {}", plan.choices.join(", ")));
    text
}
