//! The command `breachnotice`.

use std::process::ExitCode;

fn main() -> ExitCode {
    breachnotice::cli::main()
}
