//! What Chromium's driver can beyond the standard: a screen of an exact size, JavaScript off, and what a page told the
//! console.

use super::Browser;
use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

/// The screens that pages must suit, in CSS pixels.
#[derive(Clone, Copy)]
pub(crate) enum Screen {
    /// 1280 x 900.
    Desktop,
    /// 390 x 844, held upright. As on real ones, a page that names no viewport is laid out wide and shrunk.
    Phone,
}

/// A command of the driver's own: all of them are posted below the session.
#[derive(Debug)]
struct Command {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Command {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

impl Browser {
    /// Shows pages on another screen from now on. A window cannot be as narrow as a phone, so the screen is feigned.
    #[track_caller]
    pub(crate) fn resize(&self, screen: Screen) {
        let (width, height, mobile) = match screen {
            Screen::Desktop => (1280, 900, false),
            Screen::Phone => (390, 844, true),
        };
        let metrics = json!({ "width": width, "height": height, "mobile": mobile, "deviceScaleFactor": 1 });
        self.debug("Emulation.setDeviceMetricsOverride", &metrics);
    }

    /// Turns the scripts of pages on or off, as the switch among the developer's tools does.
    #[track_caller]
    pub(super) fn allow_scripts(&self, allowed: bool) {
        self.debug("Emulation.setScriptExecutionDisabled", &json!({ "value": !allowed }));
    }

    /// The errors that came to the console since the last call: scripts that threw, what the page may not load, what is
    /// missing.
    #[track_caller]
    pub(crate) fn console_errors(&self) -> Vec<String> {
        let command = Command { path: "se/log", body: json!({ "type": "browser" }) };
        let log = self.done("no console", self.client.issue_cmd(command));
        let errors = log.as_array().unwrap().iter().filter(|entry| entry["level"] == "SEVERE");
        errors.map(|entry| entry["message"].as_str().unwrap().to_owned()).collect()
    }

    /// A command of the debugger's protocol.
    #[track_caller]
    fn debug(&self, command: &str, parameters: &Value) {
        let body = json!({ "cmd": command, "params": parameters });
        self.done(&format!("{command} fails"), self.client.issue_cmd(Command { path: "goog/cdp/execute", body }));
    }
}
