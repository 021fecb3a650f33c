//! The same letters for the same people by this program, by Typst and by pdfLaTeX, in one run: `cargo bench --bench peers`.
//!
//! Typst comes from its Python package (`pip install typst`); it renders the first 200 letters of the drill, one tagged file
//! each. pdfLaTeX (Debian's `texlive-latex-recommended` and `lmodern`) sets the first 2,000 in one merged document. Both get
//! the text that this program composed. Ratios are of letters per second of CPU time.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a measurement, printed for a person")]

use breachnotice::compose::{Block, BlockKind, BodyBlock, Composer, Inline, Letter, PieceNumber};
use breachnotice::recipients::Disposition;
use breachnotice::{drill, run};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;
use wait4::Wait4;

const PEOPLE: u64 = 20_000;
const BY_TYPST: usize = 200;
const BY_PDFLATEX: usize = 2_000;

fn main() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("drill");
    drill::write(&folder, PEOPLE, 7, jiff::civil::date(2026, 12, 7)).unwrap();
    let typst = by_peer(&folder, home.path(), "typst", BY_TYPST);
    heading("one tagged file a letter");
    line("Typst (Python package)", &typst, &typst);
    line("breachnotice, --as letters", &ours(&folder, home.path(), "letters"), &typst);
    let pdflatex = by_peer(&folder, home.path(), "pdflatex", BY_PDFLATEX);
    heading("many letters in one file");
    line("pdfLaTeX", &pdflatex, &pdflatex);
    line("breachnotice, --as stream", &ours(&folder, home.path(), "stream"), &pdflatex);
}

fn heading(form: &str) {
    println!("{form:<34} {:>9} {:>16} {:>13} {:>8}", "letters", "per CPU second", "bytes/letter", "ratio");
}

/// Letters, CPU seconds and bytes.
struct Taken {
    letters: f64,
    cpu: f64,
    bytes: f64,
}

fn line(who: &str, taken: &Taken, reference: &Taken) {
    let rate = |taken: &Taken| taken.letters / taken.cpu;
    let ratio = rate(taken) / rate(reference);
    println!("{who:<34} {:>9} {:>16.0} {:>13.0} {ratio:>7.1}x", taken.letters, rate(taken), taken.bytes / taken.letters);
}

fn ours(folder: &Path, home: &Path, form: &str) -> Taken {
    let out = home.join(form);
    let mut command = Command::new(env!("CARGO_BIN_EXE_breachnotice"));
    let child = command.arg("render").arg(folder).arg("--out").arg(&out).args(["--as", form, "--quiet"]).spawn();
    let done = child.unwrap().wait4().unwrap();
    assert!(matches!(done.status.code(), Some(0 | 1)), "ended with {:?}", done.status);
    let summary: Value = serde_json::from_slice(&fs::read(out.join("summary.json")).unwrap()).unwrap();
    let cpu = (done.rusage.utime + done.rusage.stime).as_secs_f64();
    Taken { letters: summary["written"].as_f64().unwrap(), cpu, bytes: bytes_below(&out.join(form)) as f64 }
}

fn bytes_below(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries.map(|entry| if entry.path().is_dir() { bytes_below(&entry.path()) } else { entry.metadata().unwrap().len() }).sum()
}

/// The first letters of the drill by another program, whose script stands in the folder of its name.
fn by_peer(folder: &Path, home: &Path, peer: &str, count: usize) -> Taken {
    let case = run::read(folder).unwrap();
    let composer = Composer::load(&case.incident, &case.rules, &case.recipients).unwrap();
    let mailed = case.recipients.people.iter().filter(|recipient| recipient.disposition == Disposition::Letter).take(count);
    let compose = |(recipient, piece)| letter(&composer.compose(&case.incident, &recipient, PieceNumber(piece)).unwrap());
    let letters: Vec<Value> = mailed.zip(1..).map(compose).collect();
    let desk = home.join(peer);
    fs::create_dir_all(desk.join("fonts")).unwrap();
    let faces = [notosans::REGULAR_TTF, notosans::BOLD_TTF, notosans::ITALIC_TTF, notosans::BOLD_ITALIC_TTF];
    for (index, face) in faces.into_iter().enumerate() {
        fs::write(desk.join(format!("fonts/{index}.ttf")), face).unwrap();
    }
    fs::write(desk.join("letters.json"), serde_json::to_vec(&letters).unwrap()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers").join(peer).join("render.py");
    let output = Command::new("python3").arg(script).arg(&desk).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let number = |key: &str| told[key].as_f64().unwrap();
    Taken { letters: number("letters"), cpu: number("cpu_seconds"), bytes: number("bytes") }
}

fn letter(letter: &Letter) -> Value {
    json!({
        "piece": letter.piece.to_string(),
        "title": &*letter.title,
        "language": letter.language.tag(),
        "return_address": &*letter.return_address,
        "recipient_address": letter.recipient_address,
        "blocks": blocks(&letter.blocks),
    })
}

fn block(block: &Block) -> Value {
    match &block.kind {
        BlockKind::Title(text) => json!({ "kind": "title", "text": inlines(text) }),
        BlockKind::Heading(text) => json!({ "kind": "heading", "text": inlines(text) }),
        BlockKind::Paragraph(text) => json!({ "kind": "paragraph", "text": inlines(text) }),
        BlockKind::List { items, .. } => json!({ "kind": "list", "items": items.iter().map(|item| blocks(item)).collect::<Vec<_>>() }),
        BlockKind::Table { header, rows } => {
            let row = |cells: &[Vec<Inline>]| cells.iter().map(|cell| inlines(cell)).collect::<Vec<_>>();
            json!({ "kind": "table", "header": row(header), "rows": rows.iter().map(|cells| row(cells)).collect::<Vec<_>>() })
        }
        BlockKind::Framed(inner) => json!({ "kind": "framed", "blocks": blocks(inner) }),
        BlockKind::Together(inner) => json!({ "kind": "together", "blocks": blocks(inner) }),
    }
}

fn blocks(all: &[BodyBlock]) -> Vec<Value> {
    all.iter().map(|each| block(each)).collect()
}

fn inlines(text: &[Inline]) -> Vec<Value> {
    let inline = |inline: &Inline| json!({ "text": inline.text, "bold": inline.bold, "italic": inline.italic, "code": inline.code, "link": inline.link });
    text.iter().map(inline).collect()
}
