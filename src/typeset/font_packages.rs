//! Scripts and the fonts that have them, as data: `font_packages.toml`.

use crate::error::{Error, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use unicode_script::{Script, UnicodeScript as _};

/// What is known about each script's fonts.
pub(super) struct FontPackages {
    /// By the script's Unicode name.
    scripts: BTreeMap<String, ScriptFonts>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    scripts: BTreeMap<String, ScriptFonts>,
}

/// The fonts of a script.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScriptFonts {
    /// Debian package.
    package: String,
    /// Families of the package that have the script, the one to take first in front.
    families: Vec<String>,
}

/// Pictures in colour, which fonts of outlines do not have (Unicode's emoji blocks).
fn is_emoji(character: char) -> bool {
    matches!(character, '\u{1F000}'..='\u{1FAFF}' | '\u{2600}'..='\u{27BF}')
}

impl FontPackages {
    pub(super) fn load() -> Result<FontPackages> {
        let table: Table =
            toml::from_str(include_str!("font_packages.toml")).map_err(|error| Error::bug(format!("font_packages.toml: {error}")))?;
        Ok(FontPackages { scripts: table.scripts })
    }

    /// The families to try for a script, in order; empty when none is known.
    pub(super) fn families(&self, script: Script) -> &[String] {
        self.scripts.get(script.full_name()).map_or(&[], |fonts| &fonts.families)
    }

    pub(super) fn package_for(&self, character: char) -> (&'static str, Option<&str>) {
        let name = character.script().full_name();
        if is_emoji(character) {
            return (name, None);
        }
        (name, self.scripts.get(name).map(|fonts| fonts.package.as_str()))
    }
}
