//! What each stage costs per letter in CPU time of one core, whatever else the machine does: `cargo bench --bench stages`.
//!
//! The people are a drill's, so they vary as real ones do: roles, languages, elements, names beyond ASCII.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench that cannot set itself up has nothing to say")]

use breachnotice::compose::{Composer, Letter, PieceNumber};
use breachnotice::pdf::readback::{Opened, ReadPage, Reader};
use breachnotice::pdf::{GlyphUse, PieceWriter, Plate, Standard, StreamPart};
use breachnotice::prove::{Piece, SheetMarks, Wording};
use breachnotice::recipients::{Disposition, Recipient, Rereading};
use breachnotice::typeset::{Fonts, Layout, Pages, StandingType, Typesetter, profile};
use breachnotice::{drill, prove, run};
use cpu_time::ThreadTime;
use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const PEOPLE: u64 = 600;

/// Time that the thread had a core.
struct CpuTime;

impl Measurement for CpuTime {
    type Intermediate = ThreadTime;
    type Value = Duration;

    fn start(&self) -> ThreadTime {
        ThreadTime::now()
    }

    fn end(&self, begun: ThreadTime) -> Duration {
        begun.elapsed()
    }

    fn add(&self, one: &Duration, two: &Duration) -> Duration {
        *one + *two
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        value.as_nanos() as f64
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

/// Everything that the stages hand on, for a few hundred letters.
struct Desk {
    case: run::Case,
    composer: Composer,
    layout: Layout,
    fonts: Fonts,
    standing: Arc<StandingType>,
}

impl Desk {
    fn new(folder: &Path) -> Desk {
        drill::write(folder, PEOPLE, 7, jiff::civil::date(2026, 12, 7)).unwrap();
        let case = run::read(folder).unwrap();
        let composer = Composer::load(&case.incident, &case.rules, &case.recipients).unwrap();
        let envelope = profile(&case.incident.print.envelope).unwrap();
        let layout = Layout { envelope, draft: false, job: 1, duplex: true, inserts: 0, mailer: None };
        Desk { case, composer, layout, fonts: Fonts::built_in().unwrap(), standing: Arc::default() }
    }

    fn recipients(&self) -> Vec<Recipient> {
        self.case.recipients.people.iter().filter(|recipient| recipient.disposition == Disposition::Letter).collect()
    }

    fn compose(&self, recipient: &Recipient, piece: u32) -> Letter {
        self.composer.compose(&self.case.incident, recipient, PieceNumber(piece)).unwrap()
    }

    fn typesetter(&self) -> Typesetter {
        Typesetter::new(self.layout.clone(), &self.fonts, &self.standing).unwrap()
    }
}

/// What a proof needs at hand.
struct Proof<'d> {
    reader: Arc<Reader>,
    rereading: Rereading<'d>,
    wording: Wording,
    marks: SheetMarks,
}

impl Proof<'_> {
    fn new(desk: &Desk) -> Proof<'_> {
        let run::Case { incident, rules, intake, recipients, .. } = &desk.case;
        Proof {
            reader: Arc::default(),
            rereading: Rereading::new(incident, rules, intake, recipients),
            wording: run::proof_wording(&desk.case, &desk.composer, &desk.layout),
            marks: SheetMarks { job: desk.layout.job, duplex: desk.layout.duplex, inserts: desk.layout.inserts },
        }
    }

    fn prove(&self, recipient: &Recipient, pages: &Pages, language: Option<&str>, read: &[ReadPage]) {
        let (number, count) = (pages.piece.as_str(), pages.pages.len());
        let piece = Piece { recipient, number, pages: count, language, marks: self.marks, read };
        prove::prove(&self.rereading, &self.wording, &piece).unwrap();
    }
}

fn read_all(opened: &Opened<'_>) -> Vec<ReadPage> {
    (0..opened.page_count()).map(|page| opened.page(page).unwrap()).collect()
}

/// Nobody watches.
struct Silent;

impl run::Progress for Silent {
    fn begin(&self, _: &str, _: u64) {}
    fn advance(&self, _: u64) {}
    fn end(&self) {}
}

fn stages(criterion: &mut Criterion<CpuTime>) {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::new(&folder.path().join("drill"));
    let recipients = desk.recipients();
    let letters: Vec<Letter> = recipients.iter().zip(1..).map(|(recipient, piece)| desk.compose(recipient, piece)).collect();
    let mut typesetter = desk.typesetter();
    let set: Vec<Option<Pages>> = letters.iter().map(|letter| typesetter.set(letter).ok()).collect();
    let (recipients, pages): (Vec<Recipient>, Vec<Pages>) =
        recipients.into_iter().zip(set).filter_map(|(recipient, pages)| Some((recipient, pages?))).unzip();
    let mut glyphs = GlyphUse::default();
    pages.iter().for_each(|pages| glyphs.add(pages));
    let plate = Arc::new(Plate::new(&desk.fonts, &glyphs, glyphs.letters()).unwrap());

    let mut group = criterion.benchmark_group("a letter");
    group.throughput(Throughput::Elements(pages.len() as u64)).sample_size(20);
    group.bench_function("read, merged and judged", |bench| bench.iter(|| run::read(&desk.case.incident.folder).unwrap()));
    group.bench_function("composed", |bench| {
        bench.iter(|| recipients.iter().for_each(|recipient| _ = black_box(desk.compose(recipient, 42))));
    });
    group.bench_function("set", |bench| {
        let mut typesetter = desk.typesetter();
        bench.iter(|| letters.iter().for_each(|letter| _ = black_box(typesetter.set(letter))));
    });
    group.bench_function("counted by glyph", |bench| {
        let mut glyphs = GlyphUse::default();
        bench.iter(|| pages.iter().for_each(|pages| glyphs.add(pages)));
    });
    group.bench_function("written, tagged, one file each", |bench| {
        let mut writer = PieceWriter::new(&plate, Standard::Plain);
        bench.iter(|| pages.iter().for_each(|pages| _ = black_box(writer.write(pages).unwrap())));
    });
    let mut writer = PieceWriter::new(&plate, Standard::Plain);
    let files: Vec<Vec<u8>> = pages.iter().map(|pages| writer.write(pages).unwrap().bytes).collect();
    let proof = Proof::new(&desk);
    group.bench_function("read back, one file each", |bench| {
        bench.iter(|| files.iter().for_each(|file| _ = black_box(read_all(&proof.reader.open(file).unwrap()))));
    });
    group.bench_function("read back and proved, one file each", |bench| {
        bench.iter(|| {
            for ((recipient, pages), file) in recipients.iter().zip(&pages).zip(&files) {
                let opened = proof.reader.open(file).unwrap();
                proof.prove(recipient, pages, opened.language(), &read_all(&opened));
            }
        });
    });
    let mut part = StreamPart::begin(Vec::new(), &plate, true).unwrap();
    let places: Vec<u32> = pages.iter().map(|pages| part.add(pages).unwrap().first_page - 1).collect();
    let stream = part.finish("Print stream").unwrap();
    group.bench_function("read back and proved, from the stream", |bench| {
        bench.iter(|| {
            let opened = proof.reader.open(&stream).unwrap();
            for ((recipient, pages), first) in recipients.iter().zip(&pages).zip(&places) {
                let numbers = *first as usize..*first as usize + pages.pages.len();
                let read: Vec<ReadPage> = numbers.map(|page| opened.page(page).unwrap()).collect();
                proof.prove(recipient, pages, None, &read);
            }
        });
    });
    group.bench_function("added to the stream", |bench| {
        bench.iter(|| {
            let mut part = StreamPart::begin(io::sink(), &plate, true).unwrap();
            pages.iter().for_each(|pages| _ = part.add(pages).unwrap());
            part.finish("Print stream").unwrap()
        });
    });
    group.bench_function("composed to proved, in memory", |bench| {
        let proofed = run::drafts(&desk.case.incident.folder, Some(1), &Silent).unwrap();
        bench.iter(|| run::press_in_memory(&proofed).unwrap());
    });
    group.finish();
    criterion.bench_function("the plate of a job", |bench| bench.iter(|| Plate::new(&desk.fonts, &glyphs, glyphs.letters()).unwrap()));
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = stages
}
criterion_main!(benches);
