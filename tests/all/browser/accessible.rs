//! axe-core judges the page by WCAG 2.2 AA and by what its authors call best practice.
//!
//! It sees about half of what the standard asks for; order, sense and use by keyboard are for tests of their own. It does
//! not look into frames, whose pages are opened and judged alone.

use super::{Browser, setting};
use serde::Deserialize;
use serde_json::Value;
use std::fmt;

/// Rules that may count on any screen: those of the standard's three versions at both levels, and the habits beyond it.
const JUDGE: &str = r"
const done = arguments[arguments.length - 1];
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })
  .then(result => done({ Ok: result.violations }), error => done({ Err: String(error) }));
";

/// A rule that the page breaks.
#[derive(Deserialize)]
pub(crate) struct Violation {
    #[serde(rename = "id")]
    pub(crate) rule: String,
    impact: Option<String>,
    help: String,
    nodes: Vec<Fault>,
}

/// An element that breaks it.
#[derive(Deserialize)]
struct Fault {
    /// A selector, or several into trees inside of trees.
    target: Vec<Value>,
    #[serde(rename = "failureSummary")]
    summary: String,
}

impl Browser {
    /// The rules that the page breaks as it stands now.
    #[track_caller]
    pub(crate) fn axe(&self) -> Vec<Violation> {
        let path = setting("BREACHNOTICE_TEST_AXE");
        let axe = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        // axe waits on timers, which a page without JavaScript has not; its own scripts stay as they are, not run.
        self.allow_scripts(true);
        let judged = self.done("axe does not run", self.client.execute_async(&format!("{axe}{JUDGE}"), Vec::new()));
        self.allow_scripts(self.javascript);
        let judged: Result<Vec<Violation>, String> = serde_json::from_value(judged).unwrap();
        judged.unwrap_or_else(|error| panic!("axe fails: {error}\n{}", self.shown()))
    }

    /// Demands that the page breaks no rule.
    #[track_caller]
    pub(crate) fn assert_accessible(&self) {
        let broken: Vec<String> = self.axe().iter().map(Violation::to_string).collect();
        assert!(broken.is_empty(), "{} is not accessible:\n{}", self.url(), broken.join("\n"));
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{} ({}): {}", self.rule, self.impact.as_deref().unwrap_or("no impact"), self.help)?;
        for Fault { target, summary } in &self.nodes {
            let selectors: Vec<String> = target.iter().map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned)).collect();
            write!(to, "\n  {}\n    {}", selectors.join(" "), summary.replace('\n', "\n    "))?;
        }
        Ok(())
    }
}
