//! A temporary home with incident folders in it, and commands that run there.

use assert_cmd::Command;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A temporary home.
pub struct Home {
    folder: TempDir,
}

/// How a command ended.
pub struct Ended {
    code: i32,
    pub stdout: String,
    pub stderr: String,
    command: String,
}

impl Home {
    /// An empty home.
    pub fn new() -> Home {
        Home { folder: tempfile::tempdir().unwrap() }
    }

    /// A home with a copy of a sample folder under the sample's last name.
    pub fn with_sample(name: &str) -> Home {
        let home = Home::new();
        let to = home.path(name.rsplit('/').next().unwrap());
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data").join(name), &to);
        home
    }

    /// A path in the home.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The text of a file in the home.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Writes a file in the home.
    pub fn write(&self, name: &str, text: &str) -> &Home {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    /// Replaces a text that must be in a file.
    pub fn edit(&self, name: &str, from: &str, to: &str) -> &Home {
        let text = self.read(name);
        assert!(text.contains(from), "{name} does not hold {from:?}");
        self.write(name, &text.replacen(from, to, 1))
    }

    /// Runs a command, words split at blanks, in the home.
    pub fn run(&self, arguments: &str) -> Ended {
        let mut command = Command::cargo_bin("breachnotice").unwrap();
        command.current_dir(self.folder.path()).env_clear().env("HOME", self.folder.path()).env("PATH", std::env::var("PATH").unwrap());
        let output = command.args(arguments.split_whitespace()).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ended {
            code: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
            command: arguments.to_owned(),
        }
    }

    /// Goes as far as a release with the sample.
    pub fn released(name: &str) -> Home {
        let home = Home::with_sample(name);
        home.run(&format!("approve {name} --by Ada --role counsel")).exits(0);
        home.run(&format!("release {name} --by Ben")).exits(0);
        home
    }

    /// Every file below a folder, by its path from there.
    pub fn files(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let top = self.path(folder);
        let mut files = BTreeMap::new();
        collect(&top, &top, &mut files);
        files
    }
}

impl Ended {
    /// Demands an exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Ended {
        assert_eq!(self.code, code, "`{}`\nstdout: {}\nstderr: {}", self.command, self.stdout, self.stderr);
        self
    }

    /// Demands a text on stderr.
    #[track_caller]
    pub fn says(self, text: &str) -> Ended {
        assert!(self.stderr.contains(text), "`{}` does not say {text:?}:\n{}", self.command, self.stderr);
        self
    }

    /// The JSON on stdout.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("`{}`: {error}\n{}", self.command, self.stdout))
    }
}

/// Rows of a CSV file as maps from header to cell.
pub fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

/// Runs a tool on a file and gives what it prints; a failure ends the test.
#[track_caller]
pub fn tool(program: &str, arguments: &[&str]) -> String {
    let output = std::process::Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}; `tests/run` installs what tests need"));
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else if !name.starts_with("ledger.sqlite") {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn collect(top: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(top, &path, files);
        } else {
            let name = path.strip_prefix(top).unwrap().display().to_string();
            files.insert(name, std::fs::read(&path).unwrap());
        }
    }
}
