//! `cargo fuzz run list`: whatever bytes a list has, it is read or refused with findings.

#![no_main]

use breachnotice::error::Kind;
use breachnotice::incident::{self, Incident};
use breachnotice::intake;
use breachnotice::rules::Rules;
use libfuzzer_sys::fuzz_target;
use std::path::Path;
use std::sync::LazyLock;
use tempfile::TempDir;

/// The sample incident in a folder of its own, in which the list is replaced again and again.
static DESK: LazyLock<(TempDir, Incident)> = LazyLock::new(|| {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sample_data/lakeside");
    let rules = Rules::load().expect("the rules load");
    let (mut incident, _) = incident::load(&sample, &rules).expect("the sample loads");
    let folder = tempfile::tempdir().expect("there is room for a folder");
    incident.folder = folder.path().to_owned();
    (folder, incident)
});

fuzz_target!(|bytes: &[u8]| {
    let (folder, incident) = &*DESK;
    std::fs::write(folder.path().join(&incident.lists[0].file), bytes).expect("the list can be written");
    if let Err(error) = intake::read(incident) {
        assert!(error.kind == Kind::Refused && !error.findings.is_empty());
    }
});
