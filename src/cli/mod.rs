//! The command line: one file per command, with its arguments, its help and its function.
//!
//! Data goes to stdout, talk and progress to stderr.

mod approve;
mod check;
mod clock;
mod completions;
mod drill;
mod export;
mod init;
mod ledger;
mod memory;
mod plan;
#[cfg(feature = "preview")]
mod preview;
mod progress;
mod purge;
mod receive;
mod release;
mod render;
mod report;
mod secret;
mod send;
mod status;
mod ui;
mod verify;

use crate::error::{Error, Kind, Result};
use crate::ledger::Access;
use clap::{Parser, Subcommand};
use std::process::ExitCode;
use ui::Ui;

/// Turn lists of affected patients into breach-notification letters, and get every letter to the right person, with proof
#[derive(Parser)]
#[command(
    name = "breachnotice",
    version,
    after_help = "Exit codes: 0 done - 1 done, but some recipients are held or something is open - 2 command line - \
3 input, template or approval refused - 4 a write or send failed - 70 a bug of ours"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[arg(long, global = true, value_name = "URL", help = ledger::HELP, long_help = ledger::LONG_HELP)]
    ledger: Option<String>,
    /// Print the result as JSON on stdout
    #[arg(long, global = true)]
    json: bool,
    /// Print nothing but errors
    #[arg(long, short, global = true)]
    quiet: bool,
}

#[derive(Subcommand)]
enum Command {
    Init(init::InitArguments),
    Drill(drill::DrillArguments),
    Check(check::CheckArguments),
    Plan(plan::PlanArguments),
    #[cfg(feature = "preview")]
    Preview(preview::PreviewArguments),
    Approve(approve::ApproveArguments),
    Release(release::ReleaseArguments),
    Render(render::RenderArguments),
    Export(export::ExportArguments),
    Send(send::SendArguments),
    Receive(receive::ReceiveArguments),
    Status(status::StatusArguments),
    Report(report::ReportArguments),
    Purge(purge::PurgeArguments),
    Verify(verify::VerifyArguments),
    Completions(completions::CompletionsArguments),
}

/// How a command that was not refused ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Done (exit 0).
    Done,
    /// Done, but some recipients are held (exit 1).
    SomeHeld,
    /// Done, but duties or questions are open (exit 1).
    SomeOpen,
}

impl Outcome {
    fn of_held(held: u64) -> Outcome {
        if held == 0 { Outcome::Done } else { Outcome::SomeHeld }
    }
}

/// Parses the command line, runs the command and gives the exit code of design "Commands".
pub fn main() -> ExitCode {
    memory::keep_to_ourselves();
    // A panic's own message may quote the value it stumbled over: only its place is told.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
        Ui::new(false, false).error(&Error::bug(format!("the program stopped at {place}")));
    }));
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
            // Nothing can be said when the terminal is gone.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    match std::panic::catch_unwind(|| run(arguments)) {
        Ok(Ok(Outcome::Done)) => ExitCode::SUCCESS,
        Ok(Ok(Outcome::SomeHeld | Outcome::SomeOpen)) => ExitCode::from(1),
        Ok(Err(error)) => ExitCode::from(error.kind.exit_code()),
        Err(_) => ExitCode::from(Kind::Bug.exit_code()),
    }
}

fn run(arguments: Arguments) -> Result<Outcome> {
    let ui = Ui::new(arguments.json, arguments.quiet);
    let result = ledger::access(arguments.ledger).and_then(|ledger| command(&ui, ledger.as_ref(), arguments.command));
    if let Err(error) = &result {
        ui.error(error);
    }
    result
}

fn command(ui: &Ui, ledger: Option<&Access>, command: Command) -> Result<Outcome> {
    match command {
        Command::Init(arguments) => init::run(ui, &arguments),
        Command::Drill(arguments) => drill::run(ui, &arguments),
        Command::Check(arguments) => check::run(ui, ledger, &arguments),
        Command::Plan(arguments) => plan::run(ui, ledger, &arguments),
        #[cfg(feature = "preview")]
        Command::Preview(arguments) => preview::run(ui, ledger, &arguments),
        Command::Approve(arguments) => approve::run(ui, ledger, arguments),
        Command::Release(arguments) => release::run(ui, ledger, arguments),
        Command::Render(arguments) => render::run(ui, ledger, arguments),
        Command::Export(arguments) => export::run(ui, ledger, arguments),
        Command::Send(arguments) => send::run(ui, ledger, arguments),
        Command::Receive(arguments) => receive::run(ui, ledger, &arguments),
        Command::Status(arguments) => status::run(ui, ledger, &arguments),
        Command::Report(arguments) => report::run(ui, ledger, arguments),
        Command::Purge(arguments) => purge::run(ui, ledger, &arguments),
        Command::Verify(arguments) => verify::run(ui, ledger, arguments),
        Command::Completions(arguments) => completions::run(&arguments),
    }
}
