//! `verify`: check by itself what was approved.

use super::Outcome;
use super::approve::accepted_by;
use super::ui::{Ui, count};
use crate::error::Result;
use crate::review::{self, AllowedSigners, VerifiedApproval, VerifiedSeal};
use std::path::{Path, PathBuf};

/// Check a sealed folder offline: that what lies there is what was approved, and by whom
#[derive(clap::Args)]
pub(super) struct VerifyArguments {
    /// Incident folder, or a copy of it that has its seal
    path: PathBuf,
    /// File that ties keys to roles, in OpenSSH's `allowed_signers` format; every approval must then be signed
    #[arg(long, value_name = "FILE")]
    allowed_signers: Option<PathBuf>,
}

pub(super) fn run(ui: &Ui, arguments: &VerifyArguments) -> Result<Outcome> {
    let VerifyArguments { path, allowed_signers } = arguments;
    let signers = allowed_signers.as_ref().map(|file| AllowedSigners::read(Path::new("."), &file.display().to_string())).transpose()?;
    let verified = review::verify_seal(path, signers.as_ref())?;
    ui.result(&verified, &told(&verified))?;
    Ok(Outcome::Done)
}

fn told(verified: &VerifiedSeal) -> String {
    let VerifiedSeal { incident, engine, digest, texts, variants, approvals } = verified;
    let first = format!(
        "{incident}: what lies here is what was approved, under breachnotice {engine}: {}, {}, {}\nseal {digest}",
        count(*texts as u64, "text"),
        count(*variants as u64, "wording"),
        count(approvals.len() as u64, "approval"),
    );
    let approvals = approvals.iter().map(|approval| {
        let VerifiedApproval { by, role, on, verified, accepted_stale, key, tied_to_role } = approval;
        let signed = match key {
            None => "unsigned: whoever could write the folder could write this".to_owned(),
            Some(key) if *tied_to_role => format!("signed by {key}, a key of this role"),
            Some(key) => format!("signed by {key}; give --allowed-signers to see whose key it is"),
        };
        let whose = if key.is_some() { "" } else { " (unsigned)" };
        let checked = format!("{} of letters verified{whose}", count(verified.len() as u64, "contact block"));
        let accepted = accepted_stale.iter().map(|accepted| format!("\n{}{whose}", accepted_by(by, accepted)));
        format!("\napproved by {by} as {role} on {on}: {signed}\n{checked}{}", accepted.collect::<String>())
    });
    std::iter::once(first).chain(approvals).collect()
}
