//! The command `breachnotice`.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// Letters are made of many small parts on many threads, which the system's allocator serves slowly. Without huge pages:
/// a million people are to fit into memory, and half-used huge pages take a tenth of it for no time gained.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    breachnotice::cli::main()
}
