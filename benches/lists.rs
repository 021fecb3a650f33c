//! What lists cost: `cargo bench --bench lists`. The people are a drill's.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench that cannot set itself up has nothing to say")]

use breachnotice::incident::{self, Incident};
use breachnotice::rules::Rules;
use breachnotice::{drill, intake, recipients};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::path::Path;

const PEOPLE: u64 = 2_000;
/// Merging compares rows with rows: its cost a row shows only where there are many.
const MANY: u64 = 20_000;

/// The incident of a drill, whose list each case replaces.
struct Desk {
    rules: Rules,
    incident: Incident,
    rows: u64,
    text: String,
}

impl Desk {
    fn new(folder: &Path, people: u64) -> Desk {
        drill::write(folder, people, 7, jiff::civil::date(2026, 12, 7)).unwrap();
        let rules = Rules::load().unwrap();
        let (incident, _) = incident::load(folder, &rules).unwrap();
        let text = std::fs::read_to_string(folder.join(&incident.lists[0].file)).unwrap();
        let rows = intake::read(&incident).unwrap().rows.len() as u64;
        Desk { rules, incident, rows, text }
    }

    fn put(&self, bytes: &[u8]) {
        std::fs::write(self.incident.folder.join(&self.incident.lists[0].file), bytes).unwrap();
    }
}

fn workbook(text: &str) -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    for (line, row) in reader.records().enumerate() {
        for (column, cell) in row.unwrap().iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(line as u32, column as u16, cell).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

fn lists(criterion: &mut Criterion) {
    let home = tempfile::tempdir().unwrap();
    let desk = Desk::new(&home.path().join("drill"), PEOPLE);
    let read = |bencher: &mut criterion::Bencher<'_>| bencher.iter(|| black_box(intake::read(&desk.incident).unwrap().rows.len()));

    let header: String = desk.text.lines().take(2).flat_map(|line| [line, "\n"]).collect();
    desk.put(header.as_bytes());
    criterion.bench_function("header", read);

    let mut group = criterion.benchmark_group("rows");
    group.throughput(Throughput::Elements(desk.rows));
    let utf16: Vec<u8> = "\u{feff}".encode_utf16().chain(desk.text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for (name, bytes) in [("csv", desk.text.clone().into_bytes()), ("utf-16", utf16), ("xlsx", workbook(&desk.text))] {
        desk.put(&bytes);
        group.bench_function(name, read);
    }
    group.finish();
}

fn people(criterion: &mut Criterion) {
    let home = tempfile::tempdir().unwrap();
    let desk = Desk::new(&home.path().join("drill"), MANY);
    let intake = intake::read(&desk.incident).unwrap();
    let mut group = criterion.benchmark_group("people");
    group.throughput(Throughput::Elements(desk.rows)).sample_size(20);
    group.bench_function("home addresses formed and judged", |bencher| {
        bencher.iter(|| intake.rows.iter().for_each(|row| _ = black_box(recipients::home_address(row))));
    });
    group.bench_function("rows merged, people judged", |bencher| {
        bencher.iter(|| black_box(recipients::gather(&desk.incident, &desk.rules, &intake).unwrap().people.len()));
    });
    group.finish();
}

criterion_group!(benches, lists, people);
criterion_main!(benches);
