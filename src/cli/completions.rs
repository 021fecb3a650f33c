//! `completions`: what a shell needs to complete commands and options.

use super::{Arguments, Outcome};
use crate::error::Result;
use clap::CommandFactory as _;
use clap_complete::Shell;

/// Print completions for a shell
#[derive(clap::Args)]
pub(super) struct CompletionsArguments {
    /// The shell
    shell: Shell,
}

pub(super) fn run(arguments: &CompletionsArguments) -> Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "breachnotice", &mut script);
    // A reader that closes the pipe early has what it wanted.
    let _ = std::io::Write::write_all(&mut std::io::stdout(), &script);
    Ok(Outcome::Done)
}
