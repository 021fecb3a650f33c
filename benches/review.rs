//! What reviewers wait for: the first page after the server starts, a saved template on the screen, a preview in a folder.
//!
//! Times are those of the real binary, from outside. `BREACHNOTICE_FOLDER=DIR` adds a folder of many wordings, such as one of `drill`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench ends where something is not as it must be, and prints what it found")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const BINARY: &str = env!("CARGO_BIN_EXE_breachnotice");
const RUNS: usize = 9;

fn main() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("lakeside");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/lakeside"), &folder);
    let first: Vec<Duration> = (0..RUNS).map(|_| first_page(&folder)).collect();
    print("first page after start, sample", first);
    print("saved template until the page of a wording is there again, sample", saved_template(&folder));
    print("folder of 21 wordings, sample", (0..3).map(|run| to_folder(&folder, &home.path().join(format!("pages{run}")))).collect());
    if let Some(other) = std::env::var_os("BREACHNOTICE_FOLDER").map(PathBuf::from) {
        print("folder of BREACHNOTICE_FOLDER", (0..3).map(|run| to_folder(&other, &home.path().join(format!("other{run}")))).collect());
    }
}

fn print(what: &str, mut times: Vec<Duration>) {
    times.sort();
    println!("{what}: median {:?}, {:?} to {:?}", times[times.len() / 2], times[0], times[times.len() - 1]);
}

/// A server, and the cookie of its reader.
struct Serving {
    child: Child,
    address: String,
    cookie: String,
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn serve(folder: &Path) -> Serving {
    let mut command = Command::new(BINARY);
    command.arg("preview").arg(folder).args(["--serve", "--json", "--listen", "127.0.0.1:0"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut said = String::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap) {
        said.push_str(&line);
        if line == "}" {
            break;
        }
    }
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    let address = said["address"].as_str().unwrap().to_owned();
    let link = said["links"][0]["link"].as_str().unwrap().split_once(&address).unwrap().1.to_owned();
    let entered = get(&address, &link, "");
    let cookie = entered.split("set-cookie: ").nth(1).unwrap().split(';').next().unwrap().to_owned();
    Serving { child, address, cookie }
}

fn get(address: &str, path: &str, cookie: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn first_page(folder: &Path) -> Duration {
    let start = Instant::now();
    let serving = serve(folder);
    assert!(get(&serving.address, "/index.html", &serving.cookie).contains("Wordings"));
    start.elapsed()
}

fn saved_template(folder: &Path) -> Vec<Duration> {
    let serving = serve(folder);
    let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/en/parts/what_happened.md");
    let text = std::fs::read_to_string(built_in).unwrap();
    let template = folder.join("templates/en/parts/what_happened.md");
    std::fs::create_dir_all(template.parent().unwrap()).unwrap();
    std::thread::sleep(Duration::from_secs(1));
    let times = (0..RUNS).map(|run| {
        let page = get(&serving.address, "/wording-01/index.html", &serving.cookie);
        let moment = page.split("data-moment=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let word = format!("We regret number {run} that");
        let start = Instant::now();
        std::fs::write(&template, text.replace("We are sorry that", &word)).unwrap();
        get(&serving.address, &format!("/moment?since={moment}"), &serving.cookie);
        assert!(get(&serving.address, "/wording-01/index.html", &serving.cookie).contains(&word));
        let time = start.elapsed();
        std::thread::sleep(Duration::from_millis(300));
        time
    });
    let times = times.collect();
    std::fs::remove_dir_all(folder.join("templates")).unwrap();
    times
}

fn to_folder(folder: &Path, out: &Path) -> Duration {
    let start = Instant::now();
    let done = Command::new(BINARY).arg("preview").arg(folder).arg("--out").arg(out).arg("--quiet").status().unwrap();
    assert!(matches!(done.code(), Some(0 | 1)), "{done}");
    start.elapsed()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &target) } else { _ = std::fs::copy(entry.path(), target).unwrap() }
    }
}
