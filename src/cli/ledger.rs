//! Which ledger: `--ledger`, or the environment, where other users of the machine cannot read it.

use super::secret::{password, variable};
use crate::error::{Error, Result};
use crate::ledger::Access;
use std::path::PathBuf;

pub(super) const HELP: &str = "Ledger to use instead of the incident folder's own: sqlite:PATH or postgres://USER@HOST/DATABASE";
pub(super) const LONG_HELP: &str = "Ledger to use instead of the incident folder's own: sqlite:PATH, or \
postgres://USER@HOST/DATABASE?options=-csearch_path%3DSCHEMA for several machines; also from BREACHNOTICE_LEDGER. A password never \
stands on the command line: it comes from BREACHNOTICE_LEDGER_PASSWORD_FILE, BREACHNOTICE_LEDGER_PASSWORD_COMMAND or \
BREACHNOTICE_LEDGER_PASSWORD. BREACHNOTICE_LEDGER_AUTHORITY names a file with the certificates of an authority to trust beside the \
public ones.";

/// How the ledger is reached; `None` for the incident folder's own. What was typed goes before the environment.
///
/// # Errors
/// Refused when the password or the certificate file of a server cannot be read.
pub(super) fn access(typed: Option<String>) -> Result<Option<Access>> {
    let access = typed.map(Access::typed).or_else(|| variable("BREACHNOTICE_LEDGER").map(Access::hidden));
    let Some(access) = access else { return Ok(None) };
    if !access.is_of_a_server() {
        return Ok(Some(access));
    }
    let authority = variable("BREACHNOTICE_LEDGER_AUTHORITY").map(PathBuf::from);
    let authority = authority.map(|path| fs_err::read(&path).map_err(|error| Error::unreadable(&path, &error))).transpose()?;
    Ok(Some(access.with_password(password("BREACHNOTICE_LEDGER")?).with_authority(authority)))
}
