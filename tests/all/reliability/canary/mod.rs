//! Every name, address, birth date, code, number and e-mail address of an incident is a canary; every command runs, well and badly. Then
//! canaries stand in files that are there to hold them, each for its owner alone, and nowhere else.

mod course; // every command, well and badly
mod dumps; // of memory
mod faults; // of servers, disks, lists and ledgers
mod kills; // of every command that writes
mod links; // where a name of ours is to stand
#[cfg(feature = "panic-on-purpose")]
mod panics; // in every stage
mod pdfs; // what hides in them
mod tables; // of ledgers

use super::{figure, is_unfinished};
use crate::harness::{Ended, Home, Running};
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Stands in every text of a patient, whatever its case.
const CANARY: &[u8] = b"zaqvix";
/// How the birth dates of everybody begin, as dates are written; nothing else is of then.
const BORN: [&str; 6] = ["1908-0", "/1908", ", 1908", "2013-02-", "/2013", ", 2013"];

/// Whether a canary stands somewhere.
fn holds(bytes: &[u8]) -> bool {
    let find = |bytes: &[u8], what: &[u8]| memchr::memmem::find(bytes, what).is_some();
    find(&bytes.to_ascii_lowercase(), CANARY) || BORN.iter().any(|born| find(bytes, born.as_bytes()))
}

/// The sample, every value of a patient replaced: `column` names what it is, the letters whose.
fn canaries(patients: &str) -> String {
    let mut reader = csv::Reader::from_reader(patients.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&headers).unwrap();
    for (number, row) in reader.records().enumerate() {
        let row = row.unwrap();
        let is_child = row.iter().any(|cell| cell == "minor");
        let letters = format!("{}{}", char::from(b'a' + (number / 26) as u8), char::from(b'a' + (number % 26) as u8));
        let cell = |(header, cell): (&str, &str)| match header {
            _ if cell.is_empty() => String::new(),
            "last_name" | "first_name" | "middle_name" => format!("Zaqvix{}{letters}", &header[..1]),
            "representative_name" => format!("Zaqvixr{letters} Zaqvixs{letters}"),
            "patient_id" => format!("ZAQVIX{number:04}"),
            "email" => format!("zaqvix.{letters}@post.example"),
            "birth_date" if is_child => format!("2013-02-{:02}", 1 + number % 28),
            "birth_date" => format!("1908-0{}-{:02}", 1 + number % 9, 1 + number % 28),
            "activation_code" => format!("ZAQVIX-C{number:03}"),
            _ if header.ends_with("address1") => format!("{} Zaqvix{letters} Street", 100 + number),
            _ => cell.to_owned(),
        };
        writer.write_record(headers.iter().zip(&row).map(cell)).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// A home whose every command is watched.
struct Watch {
    home: Home,
    /// What goes behind every command.
    option: String,
    /// How many commands ran.
    commands: usize,
    /// What the tests wrote, files and folders by their paths from the home.
    theirs: BTreeSet<String>,
}

/// What was looked at.
#[derive(Default)]
struct Looked {
    files: usize,
    folders: usize,
    /// Files that are there to hold patient data.
    held: usize,
}

impl Watch {
    /// The sample with canaries for values, in a home where everything is told that can be told.
    fn new() -> Watch {
        let mut home = Home::with_sample("lakeside");
        let temporary = home.path("temporary");
        std::fs::create_dir(&temporary).unwrap();
        home.set("RUST_LOG", "trace");
        home.set("RUST_BACKTRACE", "full");
        home.set("TMPDIR", temporary.display().to_string());
        home.write("lakeside/patients.csv", &canaries(&home.read("lakeside/patients.csv")));
        let mut watch = Watch { home, option: String::new(), commands: 0, theirs: BTreeSet::new() };
        watch.takes_all_for_theirs("");
        watch
    }

    /// Writes what a person wrote or got.
    fn write(&mut self, name: &str, text: &str) {
        self.home.write(name, text);
        self.theirs.insert(name.to_owned());
    }

    /// Removes a folder, and forgets what in it was not written by a command.
    fn remove(&mut self, folder: &str) {
        self.home.remove(folder);
        self.theirs.retain(|name| name.split('/').next() != Some(folder));
    }

    /// Copies a folder of the home: what is in the copy was not written by a command.
    fn copy(&mut self, from: &str, to: &str) {
        self.home.copy(from, to);
        self.takes_all_for_theirs(to);
    }

    fn takes_all_for_theirs(&mut self, folder: &str) {
        let home = self.home.path("");
        let all = everything_below(&self.home.path(folder)).into_iter().chain([self.home.path(folder)]);
        self.theirs.extend(all.map(|path| path.strip_prefix(&home).unwrap().display().to_string()));
    }

    fn start(&mut self, command: &str) -> Running {
        self.commands += 1;
        self.home.start(&format!("{command}{}", self.option))
    }

    #[track_caller]
    fn run(&mut self, command: &str) -> Ended {
        let ended = self.start(command).wait();
        tells_nothing(command, &ended);
        assert!([0, 1, 3, 4].contains(&ended.code()), "{command} ended with {}: {}", ended.code(), ended.stderr);
        ended
    }

    /// Demands that canaries stand where they have to, that whatever a command wrote is for its owner alone, and that nothing is left in
    /// the temporary folder.
    #[track_caller]
    fn look(&self) -> Looked {
        self.look_at(&[""])
    }

    /// The same of some folders.
    #[track_caller]
    fn look_at(&self, folders: &[&str]) -> Looked {
        let home = self.home.path("");
        let mut looked = Looked::default();
        for path in folders.iter().flat_map(|folder| everything_below(&self.home.path(folder))) {
            let name = path.strip_prefix(&home).unwrap().display().to_string();
            assert!(!holds(name.as_bytes()), "something is called {name}");
            let there = std::fs::symlink_metadata(&path).unwrap();
            if !self.theirs.contains(&name) && !there.is_symlink() {
                let (mode, wanted) = (there.permissions().mode() & 0o777, if there.is_dir() { 0o700 } else { 0o600 });
                assert_eq!(mode, wanted, "{name} has mode {mode:o}");
            }
            if there.is_dir() {
                looked.folders += 1;
                continue;
            }
            looked.files += 1;
            if there.is_file() && holds(&std::fs::read(&path).unwrap()) {
                assert!(purpose(&name).is_some(), "{name} holds patient data");
                looked.held += 1;
            }
        }
        assert_eq!(everything_below(&self.home.path("temporary")), Vec::<PathBuf>::new(), "nothing is left in the temporary folder");
        looked
    }
}

#[track_caller]
fn tells_nothing(command: &str, ended: &Ended) {
    for (name, text) in [("stdout", &ended.stdout), ("stderr", &ended.stderr)] {
        assert!(!holds(text.as_bytes()), "{name} of {command}: {text}");
    }
}

/// Files, folders and links; links are not followed. Nothing, when there is no folder.
fn everything_below(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
        all.push(entry.path());
        if entry.file_type().unwrap().is_dir() {
            all.extend(everything_below(&entry.path()));
        }
    }
    all
}

/// What a file is there to hold patient data for; absent when it is not. Letters keep theirs compressed: what stands in them as it is
/// are names of files, metadata and outlines.
fn purpose(name: &str) -> Option<&'static str> {
    let is = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    match name {
        _ if is(&["patients.csv", "broken.csv", "returns.csv", "bounces.mbox"]) => Some("what a person wrote or got"),
        _ if is(&["/mend.csv"]) => Some("rows to be mended"),
        _ if is(&[".eml"]) => Some("e-mails as they would leave"),
        _ if is(&["asked.csv"]) => Some("addresses for a vendor"),
        _ if is(&["lookup.csv"]) => Some("names for a call center"),
        _ if is(&["/moves.csv", "/moves.toml"]) => Some("new addresses that the post gave"),
        _ if is_unfinished(name) => Some("one of these, of a command that was killed"),
        _ => None,
    }
}
