//! What the law costs after intake: obligations, the templates' content check, the check of each piece. `cargo bench --bench law`; with
//! `BREACHNOTICE_FOLDER=DIR` on an incident folder of any size, such as a drill of a million people.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench that cannot set itself up has nothing to say")]

use breachnotice::compose::{Composer, Letter, PieceNumber};
use breachnotice::intake::Field;
use breachnotice::recipients::{Disposition, Recipient};
use breachnotice::{drill, obligations, run};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::path::PathBuf;

const PEOPLE: u64 = 20_000;
/// Letters whose pieces are checked: enough to vary as real ones do.
const PIECES: usize = 2000;

fn law(criterion: &mut Criterion) {
    let home = tempfile::tempdir().unwrap();
    let folder = match std::env::var_os("BREACHNOTICE_FOLDER") {
        Some(folder) => PathBuf::from(folder),
        None => {
            let folder = home.path().join("drill");
            drill::write(&folder, PEOPLE, 7, jiff::civil::date(2026, 12, 7)).unwrap();
            folder
        }
    };
    let case = run::read(&folder).unwrap();
    let people = case.recipients.people.len() as u64;
    let mut group = criterion.benchmark_group("the law");
    group.sample_size(10).throughput(Throughput::Elements(people));
    group.bench_function("obligations of everyone", |bench| {
        bench.iter(|| obligations::plan(&case.incident, &case.rules, &case.recipients, case.incident.mail_date));
    });
    group.bench_function("templates loaded, every kind of letter checked", |bench| {
        bench.iter(|| Composer::load(&case.incident, &case.rules, &case.recipients).unwrap());
    });
    let composer = Composer::load(&case.incident, &case.rules, &case.recipients).unwrap();
    let goes_out = |recipient: &Recipient| recipient.disposition == Disposition::Letter;
    let recipients: Vec<Recipient> = case.recipients.people.iter().filter(goes_out).take(PIECES).collect();
    let letters: Vec<Letter> =
        recipients.iter().map(|recipient| composer.compose(&case.incident, recipient, PieceNumber(42)).unwrap()).collect();
    group.throughput(Throughput::Elements(letters.len() as u64));
    group.bench_function("content of each piece checked", |bench| {
        bench.iter(|| {
            for (recipient, letter) in recipients.iter().zip(&letters) {
                let numbers = recipient.rows.iter().map(|row| case.intake.row(*row).get(Field::PatientId));
                black_box(composer.piece_fault(letter, recipient, &numbers));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, law);
criterion_main!(benches);
