//! A server of previews for the time of a test, and requests to it without a browser.

use crate::harness::Home;
use assert_cmd::cargo::CommandCargoExt as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

/// A server that ends with its test.
pub(crate) struct Serving {
    child: Child,
    pub(crate) address: String,
    links: Vec<String>,
}

/// An answer to a request.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Home {
    /// Serves the preview of an incident folder to reviewers, each `NAME=ROLE`, on any free port.
    pub(crate) fn serves(&self, name: &str, reviewers: &[&str]) -> Serving {
        let mut command = Command::cargo_bin("breachnotice").unwrap();
        command.current_dir(self.path("")).env_clear().env("HOME", self.path(""));
        command.args(["preview", name, "--serve", "--json", "--listen", "127.0.0.1:0"]);
        reviewers.iter().for_each(|reviewer| _ = command.args(["--reviewer", reviewer]));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut said = String::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            said.push_str(&line);
            if line == "}" {
                break;
            }
        }
        let said: serde_json::Value = serde_json::from_str(&said).unwrap_or_else(|error| panic!("the server says {said:?}: {error}"));
        let links = said["links"].as_array().unwrap().iter().map(|link| link["link"].as_str().unwrap().to_owned()).collect();
        Serving { child, address: said["address"].as_str().unwrap().to_owned(), links }
    }
}

impl Serving {
    /// The link of a reviewer, in the order in which they were named.
    pub(crate) fn link(&self, reviewer: usize) -> &str {
        &self.links[reviewer]
    }

    /// The address of a page.
    pub(crate) fn page(&self, name: &str) -> String {
        format!("http://{}/{name}", self.address)
    }

    /// The cookie that a reviewer's link gives.
    pub(crate) fn cookie(&self, reviewer: usize) -> String {
        let path = self.link(reviewer).split_once(&self.address).unwrap().1;
        let answer = self.ask(&format!("GET {path}"), &[], "");
        let cookie = answer.head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// Sends `METHOD /path` with headers and a body, and reads the answer.
    pub(crate) fn ask(&self, request: &str, headers: &[&str], body: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let has_host = headers.iter().any(|header| header.to_lowercase().starts_with("host:"));
        let host = if has_host { String::new() } else { format!("Host: {}\r\n", self.address) };
        let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        let form = if body.is_empty() { "" } else { "Content-Type: application/x-www-form-urlencoded\r\n" };
        let length = body.len();
        write!(stream, "{request} HTTP/1.1\r\n{host}{headers}{form}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        Answer { status: head[9..12].parse().unwrap(), head, body: answer[end + 4..].to_vec() }
    }

    /// A page as a reviewer gets it.
    pub(crate) fn get(&self, page: &str, cookie: &str) -> Answer {
        self.ask(&format!("GET /{page}"), &[&format!("Cookie: {cookie}")], "")
    }

    /// The secret that the forms of a reviewer carry.
    pub(crate) fn csrf(&self, cookie: &str) -> String {
        let page = self.get("review.html", cookie).text();
        page.split("name=\"csrf\" value=\"").nth(1).unwrap_or_else(|| panic!("no form in {page}"))[..64].to_owned()
    }

    /// Sends a form of a reviewer.
    pub(crate) fn send(&self, page: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        fields.iter().for_each(|(name, value)| _ = form.append_pair(name, value));
        self.ask(&format!("POST /{page}"), &[&format!("Cookie: {cookie}")], &form.finish())
    }
}

impl Answer {
    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Demands a status.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Answer {
        assert_eq!(self.status, status, "{}\n{}", self.head, self.text());
        self
    }

    /// Demands words in the body.
    #[track_caller]
    pub(crate) fn says(self, words: &str) -> Answer {
        assert!(self.text().contains(words), "no {words:?} in {}", self.text());
        self
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
