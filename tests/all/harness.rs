//! A temporary home with incident folders in it, and commands that run there.

use assert_cmd::cargo::CommandCargoExt as _;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A temporary home.
pub(crate) struct Home {
    folder: TempDir,
    variables: BTreeMap<&'static str, String>,
    /// What a shell is told before it becomes the command; empty for none.
    before: String,
}

/// How a command ended.
pub(crate) struct Ended {
    code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    command: String,
}

/// A command at work; dropped, it is killed.
pub(crate) struct Running {
    child: Child,
    stdout: File,
    stderr: File,
    command: String,
}

impl Home {
    /// An empty home.
    pub(crate) fn new() -> Home {
        Home { folder: tempfile::tempdir().unwrap(), variables: BTreeMap::new(), before: String::new() }
    }

    /// A home with a copy of a sample folder under the sample's last name.
    pub(crate) fn with_sample(name: &str) -> Home {
        let home = Home::new();
        let to = home.path(name.rsplit('/').next().unwrap());
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data").join(name);
        copy(&sample, &to, &|name| !name.starts_with("ledger.sqlite") && name != "plans.json");
        home
    }

    /// A path in the home.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The text of a file in the home.
    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Writes a file in the home.
    pub(crate) fn write(&self, name: &str, text: &str) -> &Home {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    /// Replaces a text that must be in a file.
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) -> &Home {
        let text = self.read(name);
        assert!(text.contains(from), "{name} does not hold {from:?}");
        self.write(name, &text.replacen(from, to, 1))
    }

    /// Sets an environment variable for the commands that follow.
    pub(crate) fn set(&mut self, variable: &'static str, value: impl Into<String>) -> &Home {
        self.variables.insert(variable, value.into());
        self
    }

    /// Takes an environment variable away again.
    #[cfg(feature = "panic-on-purpose")]
    pub(crate) fn unset(&mut self, variable: &str) -> &Home {
        self.variables.remove(variable);
        self
    }

    /// Sets what a shell is told before it becomes each of the commands that follow, such as `umask 000`.
    pub(crate) fn before(&mut self, words: &str) -> &Home {
        words.clone_into(&mut self.before);
        self
    }

    /// Runs a command, words split at blanks, in the home.
    pub(crate) fn run(&self, arguments: &str) -> Ended {
        self.run_words(&arguments.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs a command whose words may hold blanks.
    pub(crate) fn run_words(&self, arguments: &[&str]) -> Ended {
        self.start_words(arguments).wait()
    }

    /// Starts a command, words split at blanks, in the home.
    pub(crate) fn start(&self, arguments: &str) -> Running {
        self.start_words(&arguments.split_whitespace().collect::<Vec<_>>())
    }

    fn start_words(&self, arguments: &[&str]) -> Running {
        let mut command = Command::cargo_bin("breachnotice").unwrap();
        if !self.before.is_empty() {
            let mut shell = Command::new("/bin/sh");
            shell.args(["-c", &format!("{} && exec \"$0\" \"$@\"", self.before)]).arg(command.get_program());
            command = shell;
        }
        command.current_dir(self.folder.path()).env_clear().env("HOME", self.folder.path()).env("PATH", std::env::var("PATH").unwrap());
        command.envs(&self.variables);
        // Files, not pipes: a command whose words nobody reads yet is not held up.
        let (stdout, stderr) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
        command.stdin(Stdio::null()).stdout(stdout.try_clone().unwrap()).stderr(stderr.try_clone().unwrap());
        let child = command.args(arguments).spawn().unwrap();
        Running { child, stdout, stderr, command: arguments.join(" ") }
    }

    /// Copies a folder of the home.
    pub(crate) fn copy(&self, from: &str, to: &str) -> &Home {
        copy(&self.path(from), &self.path(to), &|_| true);
        self
    }

    /// Removes a file, or a folder with all in it, when it is there.
    pub(crate) fn remove(&self, name: &str) -> &Home {
        let path = self.path(name);
        if path.is_dir() {
            std::fs::remove_dir_all(path).unwrap();
        } else if path.exists() {
            std::fs::remove_file(path).unwrap();
        }
        self
    }

    /// Goes as far as a release with the sample.
    pub(crate) fn released(name: &str) -> Home {
        let home = Home::with_sample(name);
        home.run(&format!("approve {name} --by Ada --role counsel --accept-stale test")).exits(0);
        home.run(&format!("release {name} --by Ben")).exits(0);
        home
    }

    /// Every file below a folder, by its path from there.
    pub(crate) fn files(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let top = self.path(folder);
        let mut files = BTreeMap::new();
        collect(&top, &top, &mut files);
        files
    }

    /// The letters in an output folder, by piece number, as paths from the home.
    pub(crate) fn letters(&self, out: &str) -> BTreeMap<String, PathBuf> {
        let named = |name: String| {
            let piece = name.rsplit('/').next().unwrap().trim_end_matches(".pdf").to_owned();
            assert_eq!(name, format!("{}/{piece}.pdf", &piece[5..]), "a letter stands in the folder of its last two digits");
            (piece, self.path(&format!("{out}/letters/{name}")))
        };
        self.files(&format!("{out}/letters")).into_keys().map(named).collect()
    }

    /// Which record each piece number belongs to, from the ledger of an incident folder.
    pub(crate) fn records_of_pieces(&self, incident: &str) -> BTreeMap<String, String> {
        let ledger = rusqlite::Connection::open(self.path(&format!("{incident}/ledger.sqlite"))).unwrap();
        let mut query = ledger.prepare("SELECT piece, record FROM standing WHERE piece IS NOT NULL").unwrap();
        let rows = query.query_map((), |row| Ok((format!("{:07}", row.get::<_, u32>(0)?), row.get::<_, String>(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }

    /// Demands that everything at a path is private: files 0600, folders 0700.
    #[track_caller]
    pub(crate) fn is_private(&self, name: &str) {
        let path = self.path(name);
        let mode = std::fs::metadata(&path).unwrap_or_else(|error| panic!("{name}: {error}")).permissions().mode() & 0o777;
        if !path.is_dir() {
            return assert_eq!(mode, 0o600, "{name} has mode {mode:o}");
        }
        assert_eq!(mode, 0o700, "{name} has mode {mode:o}");
        for entry in std::fs::read_dir(&path).unwrap() {
            self.is_private(&format!("{name}/{}", entry.unwrap().file_name().to_string_lossy()));
        }
    }

    /// Demands that a command left nothing at a path.
    #[track_caller]
    pub(crate) fn lacks(&self, name: &str) -> &Home {
        assert!(!self.path(name).exists(), "{name} is there");
        self
    }
}

impl Running {
    /// Ends it as a power cut would; whether it was still at work.
    pub(crate) fn kill(mut self) -> bool {
        self.child.kill().unwrap();
        self.child.wait().unwrap().signal() == Some(9)
    }

    /// The number by which the system knows it.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_child(&self.child);
        // One that has ended by itself in the meantime hears nothing.
        let _ = rustix::process::kill_process(id, signal);
    }

    /// Waits until it ends, by a signal or by itself; whether the system says that it left a core dump.
    pub(crate) fn leaves_core(&mut self) -> bool {
        self.child.wait().unwrap().core_dumped()
    }

    /// Whether it has ended by itself.
    pub(crate) fn is_over(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits until it ends.
    pub(crate) fn wait(mut self) -> Ended {
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        let text = |file: &mut File| {
            let mut bytes = Vec::new();
            file.rewind().unwrap();
            file.read_to_end(&mut bytes).unwrap();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let (stdout, stderr) = (text(&mut self.stdout), text(&mut self.stderr));
        Ended { code, stdout, stderr, command: std::mem::take(&mut self.command) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended cannot be killed, and need not be.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// The exit code.
    pub(crate) fn code(&self) -> i32 {
        self.code
    }

    /// Demands an exit code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Ended {
        assert_eq!(self.code, code, "`{}`\nstdout: {}\nstderr: {}", self.command, self.stdout, self.stderr);
        self
    }

    /// Demands a text on stderr.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Ended {
        assert!(self.stderr.contains(text), "`{}` does not say {text:?}:\n{}", self.command, self.stderr);
        self
    }

    /// Demands a text on stdout.
    #[track_caller]
    pub(crate) fn prints(self, text: &str) -> Ended {
        assert!(self.stdout.contains(text), "`{}` does not print {text:?}:\n{}", self.command, self.stdout);
        self
    }

    /// The JSON on stdout.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("`{}`: {error}\n{}", self.command, self.stdout))
    }
}

/// Rows of a CSV file as maps from header to cell.
pub(crate) fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

/// Runs a tool on a file and gives what it prints; a failure ends the test.
#[track_caller]
pub(crate) fn tool(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}; `tests/run` installs what tests need"));
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The pages of a PDF as poppler reads them, in the order of the text.
#[track_caller]
pub(crate) fn pages(path: &Path) -> Vec<String> {
    let text = tool("pdftotext", &["-raw", path.to_str().unwrap(), "-"]);
    let mut pages: Vec<String> = text.split('\u{c}').map(str::to_owned).collect();
    assert_eq!(pages.pop().as_deref(), Some(""), "every page ends with a form feed");
    pages
}

/// The text of a PDF as `mutool` reads it, without footers.
#[track_caller]
pub(crate) fn text_by_mupdf(path: &Path) -> String {
    let text = tool("mutool", &["draw", "-F", "text", path.to_str().unwrap()]);
    let number = |line: &str| line.trim().len() == 7 && line.trim().bytes().all(|byte| byte.is_ascii_digit());
    let counter = |line: &str| ["Page ", "Página "].iter().any(|word| line.starts_with(word));
    let footer = |line: &&str| number(line) || counter(line);
    text.split('\u{c}').flat_map(str::lines).filter(|line| !footer(line)).collect::<Vec<_>>().join("\n")
}

/// A page without its last line, the footer with piece number and page.
pub(crate) fn body(page: &str) -> &str {
    page.trim_end().rsplit_once('\n').map_or("", |(body, _)| body)
}

/// Copies a folder, without the files whose names are not wanted.
fn copy(from: &Path, to: &Path, wanted: &dyn Fn(&str) -> bool) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target, wanted);
        } else if wanted(&entry.file_name().to_string_lossy()) {
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
