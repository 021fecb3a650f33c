//! Which ledger: `--ledger`, or the environment, where other users of the machine cannot read it.

use super::secret::{password, variable};
use crate::error::{Error, Result};
use crate::ledger::Access;
use std::path::PathBuf;

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
