//! The command `breachnotice`.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// Letters are made of many small parts on many threads, which the system's allocator serves slowly.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    breachnotice::cli::main()
}
