//! Passwords: from the environment, a file or a command; never from the command line or incident.toml.

use crate::error::{Error, Place, Result};
use crate::privacy::Private;
use std::path::PathBuf;

/// The value of an environment variable; `None` when it is not set or empty.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The password that the variables `PREFIX_PASSWORD`, `PREFIX_PASSWORD_FILE` or `PREFIX_PASSWORD_COMMAND` lead to.
///
/// # Errors
/// Refused when the file cannot be read or the command fails.
pub(super) fn password(prefix: &str) -> Result<Option<Private<String>>> {
    let named = |end: &str| variable(&format!("{prefix}_PASSWORD{end}"));
    let clean = |text: String| Some(Private::new(text.trim_end_matches(['\r', '\n']).to_owned()));
    if let Some(password) = named("") {
        return Ok(Some(Private::new(password)));
    }
    if let Some(path) = named("_FILE") {
        let path = PathBuf::from(path);
        return fs_err::read_to_string(&path).map(clean).map_err(|error| Error::unreadable(&path, &error));
    }
    if let Some(command) = named("_COMMAND") {
        let place = Place::file(format!("{prefix}_PASSWORD_COMMAND"));
        let output = std::process::Command::new("sh").arg("-c").arg(command).stderr(std::process::Stdio::inherit()).output();
        return match output {
            Ok(output) if output.status.success() => Ok(clean(String::from_utf8_lossy(&output.stdout).into_owned())),
            _ => Err(Error::refused("password-command", place, "the command that gives the password failed", "run it by hand to see why")),
        };
    }
    Ok(None)
}
