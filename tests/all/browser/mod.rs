//! A real Chromium, used as a person uses it. Each `Browser` is a session of its own, with its own profile, cookies and
//! windows, and ends with its test, also with one that panics; so tests run side by side.
//!
//! The driver's calls are asynchronous and tests are not: a browser keeps a runtime and waits for each call there. A call
//! that fails ends the test and says what was asked for and what the page shows instead.

mod accessible; // axe-core judges the page
mod chrome; // what only this driver can: screens and the console
mod hands; // click, type, press, submit
mod itself; // the harness itself can fail
mod page; // what is to be read
mod report; // every page of a report
mod review; // reviewers read, comment and approve

pub(crate) use chrome::Screen;

use fantoccini::error::CmdError;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use std::path::Path;
use tokio::runtime::{Builder, Runtime};

/// What a browser in a container needs, as root and with a small `/dev/shm`; the same colors everywhere. It opens only
/// pages of ours, so it can do without the sandbox that it refuses to build as root.
const ARGUMENTS: [&str; 6] =
    ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--force-color-profile=srgb", "--window-size=1280,900"];

/// A session of the browser, about 350 MB of memory while it lives.
pub(crate) struct Browser {
    runtime: Runtime,
    client: Client,
    javascript: bool,
}

impl Browser {
    /// A browser on a desktop's screen.
    #[track_caller]
    pub(crate) fn new() -> Browser {
        Browser::start(true)
    }

    /// A browser whose owner turned JavaScript off. The tests' own scripts still run.
    #[track_caller]
    pub(crate) fn without_javascript() -> Browser {
        Browser::start(false)
    }

    #[track_caller]
    fn start(javascript: bool) -> Browser {
        let mut wanted = Capabilities::new();
        wanted.insert("goog:chromeOptions".to_owned(), json!({ "args": ARGUMENTS }));
        wanted.insert("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL" }));
        wanted.insert("timeouts".to_owned(), json!({ "pageLoad": 60_000, "script": 60_000 }));
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = runtime.block_on(builder.capabilities(wanted).connect(&setting("BREACHNOTICE_TEST_WEBDRIVER")));
        let client = client.unwrap_or_else(|error| panic!("the browser does not start: {error}"));
        let browser = Browser { runtime, client, javascript };
        browser.allow_scripts(javascript);
        browser.resize(Screen::Desktop);
        browser
    }

    /// Opens an address and waits until the page is loaded.
    #[track_caller]
    pub(crate) fn open(&self, url: &str) {
        self.done(&format!("{url} does not open"), self.client.goto(url));
    }

    /// Opens a page from the disk.
    #[track_caller]
    pub(crate) fn open_file(&self, path: &Path) {
        self.open(url::Url::from_file_path(path).unwrap().as_str());
    }

    /// What a call gives. One that fails ends the test, with the page that it failed on.
    #[track_caller]
    fn done<T>(&self, otherwise: &str, call: impl Future<Output = Result<T, CmdError>>) -> T {
        match self.runtime.block_on(call) {
            Ok(value) => value,
            // Not in a closure, which would hide the line of the test.
            Err(error) => panic!("{otherwise}: {error}\n{}", self.shown()),
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A driver that is gone has taken the browser along: nothing is left to close.
        let _ = self.runtime.block_on(self.client.clone().close());
    }
}

#[track_caller]
fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run tests/run, which starts a browser"))
}
