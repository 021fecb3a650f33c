//! What a person does to a page. Nothing here reaches past the screen: what is hidden or covered cannot be clicked.

use super::Browser;
use super::page::{came, settled};
use fantoccini::Locator;
use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::key::Key;
use std::time::Duration;

/// How long another page may take to come.
const PATIENCE: Duration = Duration::from_secs(60);

impl Browser {
    /// Clicks the middle of the first element, scrolled to if need be. `turn_page` waits for a page that this opens.
    #[track_caller]
    pub(crate) fn click(&self, css: &str) {
        let click = settled(async || self.client.find(Locator::Css(css)).await?.click().await);
        self.done(&format!("cannot click {css:?}"), click);
    }

    /// Clicks a link or a button that opens another page, and waits for that page.
    #[track_caller]
    pub(crate) fn follow(&self, css: &str) {
        self.turn_page(|| self.click(css));
    }

    /// Types a text into a field, in place of what stands there.
    #[track_caller]
    pub(crate) fn type_into(&self, css: &str, text: &str) {
        let typing = settled(async || {
            let field = self.client.find(Locator::Css(css)).await?;
            field.clear().await?;
            field.send_keys(text).await
        });
        self.done(&format!("cannot type into {css:?}"), typing);
    }

    /// Sends a form by its first button, and waits for the page that answers.
    #[track_caller]
    pub(crate) fn submit(&self, form: &str) {
        self.follow(&format!(":is({form}) :is(button:not([type]), [type=submit])"));
    }

    /// Presses keys together where the focus is, such as Shift and Tab. `:focus` finds the element that has it afterwards.
    #[track_caller]
    pub(crate) fn press(&self, keys: &[Key]) {
        let hold = |actions: KeyActions, key: &Key| actions.then(KeyAction::Down { value: (*key).into() });
        let release = |actions: KeyActions, key: &Key| actions.then(KeyAction::Up { value: (*key).into() });
        let held = keys.iter().fold(KeyActions::new("keyboard".to_owned()), hold);
        let pressed = keys.iter().rev().fold(held, release);
        self.done(&format!("cannot press {keys:?}"), self.client.perform_actions(pressed));
    }

    /// Does what opens another page, and waits for that page. The driver alone does not: Chromium sends a form only after
    /// the click is over, so that the next call would still find the old page, or a page half gone.
    #[track_caller]
    pub(crate) fn turn_page(&self, action: impl FnOnce()) {
        let old = self.done("no page to leave", self.client.find(Locator::Css("html")));
        action();
        let gone = self.runtime.block_on(came(PATIENCE, async || match old.tag_name().await {
            Err(error) if error.is_stale_element_reference() => Ok(true),
            other => other.map(|_| false),
        }));
        assert!(gone, "no other page came within {PATIENCE:?}\n{}", self.shown());
    }
}
