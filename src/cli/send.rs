//! `send`: the e-mail notices.

use super::progress::Bar;
use super::secret::password;
use super::ui::{Ui, count};
use super::{Outcome, clock};
use crate::deliver::email::{Resolution, Totals};
use crate::error::{Error, Place, Result};
use crate::ledger::Access;
use crate::run::{self, Progress as _, SendOptions, Sending};
use std::path::PathBuf;

/// Send the e-mail notices of everyone who agreed to be told by e-mail
#[derive(clap::Args)]
pub(super) struct SendArguments {
    /// Incident folder
    dir: PathBuf,
    /// Write the messages as files into DIR/dry-run instead of sending; nothing counts as sent
    #[arg(long)]
    dry_run: bool,
    /// Connections to the mail server at once
    #[arg(long, value_name = "N", default_value = "4", value_parser = clap::value_parser!(u16).range(1..=64))]
    connections: u16,
    /// Try deferred e-mails now, before the pause after their last attempt is over
    #[arg(long)]
    retry_now: bool,
    /// Go on however many e-mails are refused for good
    #[arg(long)]
    despite_failures: bool,
    /// Name of this worker, shown to another one that is refused
    #[arg(long, value_name = "NAME", default_value = "breachnotice")]
    worker: String,
    /// Rule on a piece whose fate is unknown: the piece, then sent or resend
    #[arg(long, num_args = 2, value_names = ["PIECE", "sent|resend"])]
    resolve: Option<Vec<String>>,
}

pub(super) fn run(ui: &Ui, ledger: Option<&Access>, arguments: SendArguments) -> Result<Outcome> {
    let SendArguments { dir, dry_run, connections, retry_now, despite_failures, worker, resolve } = arguments;
    if let Some(ruling) = resolve {
        return rule(ui, ledger, &dir, &worker, &ruling);
    }
    let bar = Bar::new(ui);
    let mut job = run::open(&dir, ledger, None, &bar)?;
    job.ledger.set_moment(clock::now());
    let emails = job.proofed.case.counts().emails;
    let options = SendOptions {
        dry_run: dry_run.then(|| dir.join("dry-run")),
        owner: worker,
        connections: connections.into(),
        early: retry_now,
        despite_failures,
        password: password("BREACHNOTICE_SMTP")?,
        today: clock::today(),
        clock: &clock::now,
    };
    bar.begin("sending", emails);
    let mut done = 0;
    let mut progress = |totals: &Totals| {
        let now = totals.sent + totals.deferred + totals.failed + totals.uncertain;
        bar.advance(now - done);
        done = now;
    };
    let sending = run::send(&mut job, options, &mut progress);
    bar.end();
    let held = job.proofed.case.counts().held;
    match sending? {
        Sending::Rehearsed(written) => {
            let text = format!("wrote {} to {}; nothing was sent", count(written, "message"), dir.join("dry-run").display());
            ui.result(&serde_json::json!({ "written": written }), &text)?;
        }
        Sending::Sent { totals, wanted, outstanding } => {
            let Totals { sent, deferred, failed, uncertain } = totals;
            let json = serde_json::json!({ "emails": wanted, "sent": sent, "deferred": deferred, "failed": failed, "uncertain": uncertain, "outstanding": outstanding });
            let text = format!(
                "{} now: {sent} sent, {deferred} deferred, {failed} failed, {uncertain} uncertain; {} in all",
                count(sent + deferred + failed + uncertain, "e-mail"),
                count(wanted, "e-mail notice")
            );
            ui.result(&json, &text)?;
            if uncertain > 0 {
                ui.say("uncertain: the server may or may not have taken them; see `breachnotice status`, then rule with --resolve PIECE sent|resend");
            }
            if outstanding > 0 {
                let reason = format!("{} not known to be sent", count(outstanding, "e-mail notice"));
                let hint = "run send again for the deferred ones; `breachnotice status` names the failed, which go by mail with `export`, and the uncertain ones";
                return Err(Error::failed("emails-left", job.ledger.place(), reason, hint));
            }
        }
    }
    Ok(Outcome::of_held(held))
}

fn rule(ui: &Ui, ledger: Option<&Access>, dir: &std::path::Path, worker: &str, ruling: &[String]) -> Result<Outcome> {
    let place = || Place::file("--resolve");
    let [piece, word] = ruling else { return Err(Error::bug("--resolve takes two values")) };
    let Ok(piece) = piece.parse::<u32>() else {
        return Err(Error::refused("resolve-piece", place(), "this is no piece number", "give the seven digits that status shows"));
    };
    let resolution = match word.as_str() {
        "sent" => Resolution::Sent,
        "resend" => Resolution::Resend,
        _ => {
            return Err(Error::refused(
                "resolve-word",
                place(),
                "a ruling is `sent` or `resend`",
                "sent: the message arrived; resend: it did not",
            ));
        }
    };
    let case = run::read(dir)?;
    let mut ledger = crate::ledger::open(dir, &case.incident.id, ledger)?;
    ledger.set_moment(clock::now());
    run::resolve(ledger.as_mut(), worker, piece, resolution)?;
    ui.result(&serde_json::json!({ "piece": piece, "ruling": word }), &format!("piece {piece:07}: {word}"))?;
    Ok(Outcome::Done)
}
