//! What a page shows, as far as a person can see it: texts are without what is hidden.

use super::Browser;
use fantoccini::Locator;
use fantoccini::cookies::Cookie;
use fantoccini::error::CmdError;
use serde_json::Value;
use std::path::Path;
use std::time::{Duration, Instant};

impl Browser {
    /// The text of the first element.
    #[track_caller]
    pub(crate) fn text(&self, css: &str) -> String {
        self.done(&format!("no text in {css:?}"), self.text_of(css))
    }

    /// The texts of all such elements, none if there are none.
    #[track_caller]
    pub(crate) fn texts(&self, css: &str) -> Vec<String> {
        let reading = settled(async || {
            let mut texts = Vec::new();
            for element in self.client.find_all(Locator::Css(css)).await? {
                texts.push(element.text().await?);
            }
            Ok(texts)
        });
        self.done(&format!("no texts in {css:?}"), reading)
    }

    /// Whether there is such an element, hidden or not.
    #[track_caller]
    pub(crate) fn exists(&self, css: &str) -> bool {
        !self.done(&format!("cannot look for {css:?}"), self.client.find_all(Locator::Css(css))).is_empty()
    }

    /// An attribute of the first element, as the page writes it.
    #[track_caller]
    pub(crate) fn attribute(&self, css: &str, name: &str) -> Option<String> {
        self.done(&format!("no {css:?} to have {name}"), settled(async || self.client.find(Locator::Css(css)).await?.attr(name).await))
    }

    /// The page's title.
    #[track_caller]
    pub(crate) fn title(&self) -> String {
        self.done("no title", self.client.title())
    }

    /// The address of the page.
    #[track_caller]
    pub(crate) fn url(&self) -> String {
        self.done("no address", self.client.current_url()).into()
    }

    /// The page as it stands now, as HTML.
    #[track_caller]
    pub(crate) fn source(&self) -> String {
        self.done("no source", self.client.source())
    }

    /// The cookies that the page's server would get, also those that scripts cannot see.
    #[track_caller]
    pub(crate) fn cookies(&self) -> Vec<Cookie<'static>> {
        self.done("no cookies", self.client.get_all_cookies())
    }

    /// What a script returns, which sees its arguments as `arguments`. It runs whatever the page's policy allows scripts.
    #[track_caller]
    pub(crate) fn execute(&self, script: &str, arguments: &[Value]) -> Value {
        self.done(&format!("{script:?} fails"), self.client.execute(script, arguments.to_vec()))
    }

    /// Writes what the screen shows as PNG.
    #[track_caller]
    pub(crate) fn screenshot(&self, path: &Path) {
        let png = self.done("no picture", self.client.screenshot());
        std::fs::write(path, png).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Waits until there is such an element.
    #[track_caller]
    pub(crate) fn wait_for(&self, css: &str, patience: Duration) {
        let found = self.runtime.block_on(came(patience, async || Ok(!self.client.find_all(Locator::Css(css)).await?.is_empty())));
        assert!(found, "no {css:?} came within {patience:?}\n{}", self.shown());
    }

    /// Waits until an element shows a text.
    #[track_caller]
    pub(crate) fn wait_for_text(&self, css: &str, text: &str, patience: Duration) {
        let found = self.runtime.block_on(came(patience, async || Ok(self.text_of(css).await?.contains(text))));
        assert!(found, "no {text:?} came in {css:?} within {patience:?}\n{}", self.shown());
    }

    async fn text_of(&self, css: &str) -> Result<String, CmdError> {
        settled(async || self.client.find(Locator::Css(css)).await?.text().await).await
    }

    /// The page for a message: where it is and what it says, as far as it still answers.
    pub(super) fn shown(&self) -> String {
        self.runtime.block_on(async {
            let url = self.client.current_url().await.map_or_else(|error| error.to_string(), String::from);
            let text = self.text_of("body").await.unwrap_or_else(|error| error.to_string());
            format!("{url} shows:\n{text}")
        })
    }
}

/// What a look or a touch gives, once more where the page came anew between finding the element and using it: pages of the server
/// load again by themselves, and a person looks again too.
pub(super) async fn settled<T>(attempt: impl AsyncFn() -> Result<T, CmdError>) -> Result<T, CmdError> {
    for _ in 0..20 {
        match attempt().await {
            // The second is how the driver says it of a click.
            Err(error) if error.is_stale_element_reference() || error.to_string().contains("does not belong to the document") => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            other => return other,
        }
    }
    attempt().await
}

/// Whether something came true in time. A page that is just being replaced answers with errors, which are a no.
pub(super) async fn came(patience: Duration, condition: impl AsyncFn() -> Result<bool, CmdError>) -> bool {
    let until = Instant::now() + patience;
    loop {
        let came = condition().await.unwrap_or(false);
        if came || Instant::now() > until {
            return came;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
