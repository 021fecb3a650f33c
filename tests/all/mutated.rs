//! Damaged lists: each gets findings or a refusal, in bounded time and memory. `BREACHNOTICE_CAMPAIGN=10000` sets how many are tried;
//! the large ones are made only when it is set.

use crate::harness::Home;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use std::io::{Cursor, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use wait4::Wait4 as _;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// No list may take longer.
const LONGEST: Duration = Duration::from_secs(10);
/// Nor more memory, in bytes.
const MOST_MEMORY: u64 = 1_000_000_000;
/// Every so many go through the program, not only through the library.
const PROGRAM_EVERY: u64 = 50;

fn campaign() -> Option<u64> {
    std::env::var("BREACHNOTICE_CAMPAIGN").ok().map(|count| count.parse().unwrap())
}

/// An incident whose list can be replaced.
struct Desk {
    home: Home,
}

impl Desk {
    fn new() -> Desk {
        Desk { home: Home::with_sample("lakeside") }
    }

    fn sample(&self) -> String {
        self.home.read("lakeside/patients.csv")
    }

    /// Puts a list in place of the sample's and has it judged.
    #[track_caller]
    fn judges(&self, what: &str, bytes: &[u8], by_program: bool) {
        std::fs::write(self.home.path("lakeside/patients.csv"), bytes).unwrap();
        let begun = Instant::now();
        if by_program {
            self.program_judges(what);
        } else if let Err(error) = breachnotice::run::read(&self.home.path("lakeside")) {
            assert_eq!(error.kind, breachnotice::error::Kind::Refused, "{what}: {error}");
            assert!(!error.findings.is_empty(), "{what}");
        }
        assert!(begun.elapsed() < LONGEST, "{what} took {:?}", begun.elapsed());
    }

    #[track_caller]
    fn program_judges(&self, what: &str) {
        let program = PathBuf::from(env!("CARGO_BIN_EXE_breachnotice"));
        let child = Command::new(program)
            .args(["--quiet", "check", "lakeside"])
            .current_dir(self.home.path(""))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let ended = child.wait4().unwrap();
        let code = ended.status.code();
        assert!(matches!(code, Some(0 | 1 | 3)), "{what}: {:?}", ended.status);
        let memory = ended.rusage.maxrss;
        assert!(memory < MOST_MEMORY, "{what} took {} MB", memory / 1_000_000);
    }
}

/// What a campaign does its damage with.
struct Damage(ChaCha8Rng);

/// What stands in lists where it should not.
const PIECES: [&[u8]; 22] = [
    b"\"",
    b"\"\"",
    b",",
    b";",
    b"\t",
    b"|",
    b"\n",
    b"\r\n",
    b"\r",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xc3",
    b"=cmd|' /C calc'!A0",
    b"99999999999999999999",
    b"1.2E+11",
    b"25/12/1990",
    b"#REF!",
    b"\xe2\x80\xae",
    b"&#0;",
    b"<c r=\"ZZZZZZZ9999999999\">",
    b"r=\"A0\"",
];

impl Damage {
    fn below(&mut self, limit: usize) -> usize {
        (self.0.next_u64() % limit.max(1) as u64) as usize
    }

    /// Damages bytes once.
    fn once(&mut self, bytes: &mut Vec<u8>) {
        let (at, length) = (self.below(bytes.len() + 1), self.below(200));
        let end = (at + length).min(bytes.len());
        match self.below(7) {
            0 => bytes.truncate(at),
            1 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let again = bytes[at..end].to_vec();
                let to = self.below(bytes.len() + 1);
                bytes.splice(to..to, again);
            }
            4 => {
                let noise: Vec<u8> = (0..length).map(|_| self.0.next_u32() as u8).collect();
                bytes.splice(at..end, noise);
            }
            _ => {
                let piece = PIECES[self.below(PIECES.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
        }
    }

    fn several(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(8) {
            self.once(bytes);
        }
    }

    /// The text of a list in some encoding, with some separator.
    fn encoded(&mut self, text: &str) -> Vec<u8> {
        let text = text.replace(',', [",", ";", "\t", "|", ",,"][self.below(5)]);
        match self.below(5) {
            0 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            1 => "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect(),
            2 => encoding_rs::WINDOWS_1252.encode(&text).0.into_owned(),
            3 => encoding_rs::WINDOWS_1252.decode(text.as_bytes()).0.into_owned().into_bytes(),
            _ => text.into_bytes(),
        }
    }

    /// A workbook with damage inside one of its parts, whose checksums are right again.
    fn inside(&mut self, workbook: &[u8]) -> Vec<u8> {
        let mut from = ZipArchive::new(Cursor::new(workbook)).unwrap();
        let mut to = ZipWriter::new(Cursor::new(Vec::new()));
        let chosen = self.below(from.len());
        for number in 0..from.len() {
            let mut file = from.by_index(number).unwrap();
            let mut bytes = Vec::new();
            std::io::copy(&mut file, &mut bytes).unwrap();
            if number == chosen {
                self.several(&mut bytes);
            }
            to.start_file(file.name().unwrap(), SimpleFileOptions::default()).unwrap();
            to.write_all(&bytes).unwrap();
        }
        to.finish().unwrap().into_inner()
    }
}

/// The list as a workbook.
fn workbook(text: &str) -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    for (line, row) in reader.records().enumerate() {
        for (column, cell) in row.unwrap().iter().enumerate() {
            sheet.write_string(line as u32, column as u16, cell).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

#[test]
fn damaged_lists_are_answered() {
    let desk = Desk::new();
    let text = desk.sample();
    let small: String = text.lines().take(8).flat_map(|line| [line, "\n"]).collect();
    let book = workbook(&small);
    for seed in 0..campaign().unwrap_or(120) {
        let mut damage = Damage(ChaCha8Rng::seed_from_u64(seed));
        let bytes = match damage.below(4) {
            0 => damage.inside(&book),
            1 => {
                let mut bytes = book.clone();
                damage.several(&mut bytes);
                bytes
            }
            _ => {
                let mut bytes = damage.encoded(if seed % 3 == 0 { &text } else { &small });
                damage.several(&mut bytes);
                bytes
            }
        };
        desk.judges(&format!("list {seed}"), &bytes, seed % PROGRAM_EVERY == 0);
    }
}

/// A workbook with a part of so many bytes that are all alike.
fn bomb(part: &str, start: &str, megabytes: usize) -> Vec<u8> {
    let mut from = ZipArchive::new(Cursor::new(workbook("record_id,last_name\n1,Lee\n"))).unwrap();
    let mut to = ZipWriter::new(Cursor::new(Vec::new()));
    for number in 0..from.len() {
        let mut file = from.by_index(number).unwrap();
        let name = file.name().unwrap().into_owned();
        to.start_file(name.clone(), SimpleFileOptions::default()).unwrap();
        if name == part {
            to.write_all(start.as_bytes()).unwrap();
            let piece = "<si><t>a</t></si><c r=\"A1\"><v>1</v></c>".repeat(1 << 20 >> 5);
            (0..megabytes * (1 << 20) / piece.len()).for_each(|_| to.write_all(piece.as_bytes()).unwrap());
        } else {
            std::io::copy(&mut file, &mut to).unwrap();
        }
    }
    to.finish().unwrap().into_inner()
}

#[test]
#[allow(clippy::print_stderr, reason = "a campaign shows its figures")]
fn enormous_lists_are_answered() {
    if campaign().is_none() {
        return;
    }
    let desk = Desk::new();
    let text = desk.sample();
    let (header, rows) = text.split_once('\n').unwrap();
    let wide = |separator: &str| (0..16_384).map(|column| format!("column {column}")).collect::<Vec<_>>().join(separator);
    let cell = || "x".repeat(100 << 20);
    let breaks = || "x\n".repeat(50 << 20);
    // Made one after the other: a child's peak counts what its parent holds when it is started.
    type Make<'a> = Box<dyn Fn() -> Vec<u8> + 'a>;
    let lists: Vec<(&str, Make<'_>)> = vec![
        ("16,384 columns", Box::new(|| format!("{header},{}\n{rows}", wide(",")).into_bytes())),
        ("16,384 unnamed columns", Box::new(|| format!("{header}{}\n{rows}", ",".repeat(16_384)).into_bytes())),
        ("a row of 100 MB", Box::new(|| format!("{header}\n{}\n{rows}", ",".repeat(100 << 20)).into_bytes())),
        ("a cell of 100 MB", Box::new(|| format!("{header}\nLS-1,{}\n{rows}", cell()).into_bytes())),
        ("a quoted cell of 100 MB", Box::new(|| format!("{header}\nLS-1,\"{}\"\n{rows}", breaks()).into_bytes())),
        ("an open quote of 100 MB", Box::new(|| format!("{header}\nLS-1,\"{}\n{rows}", breaks()).into_bytes())),
        ("a title of 100 MB", Box::new(|| format!("{}\n{text}", cell()).into_bytes())),
        ("a header of 100 MB", Box::new(|| format!("{header},{}\n{rows}", cell()).into_bytes())),
        ("100 MB of NUL bytes", Box::new(|| vec![0; 100 << 20])),
        ("100 MB of blank lines", Box::new(|| vec![b'\n'; 100 << 20])),
        ("100 MB of quotes", Box::new(|| vec![b'"'; 100 << 20])),
        ("a bomb of texts", Box::new(|| bomb("xl/sharedStrings.xml", "<sst uniqueCount=\"1\">", 3000))),
        ("a small bomb of texts", Box::new(|| bomb("xl/sharedStrings.xml", "<sst uniqueCount=\"1\">", 480))),
        ("a bomb of cells", Box::new(|| bomb("xl/worksheets/sheet1.xml", "<worksheet><sheetData><row r=\"1\">", 3000))),
        ("a small bomb of cells", Box::new(|| bomb("xl/worksheets/sheet1.xml", "<worksheet><sheetData><row r=\"1\">", 480))),
        ("a small bomb of styles", Box::new(|| bomb("xl/styles.xml", "<styleSheet><cellXfs>", 480))),
        ("a small bomb of relations", Box::new(|| bomb("xl/_rels/workbook.xml.rels", "<Relationships>", 480))),
    ];
    for (what, make) in lists {
        let bytes = make();
        let begun = Instant::now();
        desk.judges(what, &bytes, true);
        eprintln!("{what}: {:?}", begun.elapsed());
    }
}
