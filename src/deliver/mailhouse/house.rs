//! House profiles: what a mail house wants, as data.

use crate::error::{Error, Place, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

const BUILT_IN: &str = include_str!("houses.toml");
const FILE: &str = "houses.toml";

/// A house profile, checked.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct House {
    /// The id under which incident.toml names it.
    #[serde(skip)]
    pub id: String,
    /// What kind of house it is.
    pub description: String,
    /// Merged streams, single letters, or both.
    pub shape: Shape,
    /// Most pieces in one print file; at least 1.
    pub part_pieces: u32,
    /// Most megabytes of one print file; at least 1.
    pub part_megabytes: u32,
    /// Which forms of the index it reads.
    pub index: Vec<IndexFormat>,
    /// Paper.
    pub stock: String,
    /// How the sheet is folded.
    pub fold: String,
    /// Most pages of one letter; 0 means no limit.
    pub max_pages: u32,
    /// What the house does with pieces it cannot mail and with spoiled ones.
    pub instructions: String,
    /// Where these values come from.
    pub source: String,
}

/// In which files the letters are handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// Many pieces in one print file.
    Stream,
    /// One file per letter.
    Letters,
    /// Streams to print and letters to look up.
    Both,
}

/// A form of the index of pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IndexFormat {
    /// `pieces.csv`
    Csv,
    /// `pieces.jsonl`
    Jsonl,
}

impl House {
    /// The profile of an id: from `houses.toml` in the incident folder when it has one, else a built-in one.
    ///
    /// # Errors
    /// Refused when the file cannot be read or a profile in it cannot be used, or when no profile has the id.
    pub fn load(incident_folder: &Path, id: &str) -> Result<House> {
        let mut houses = parse(BUILT_IN)?;
        let own = incident_folder.join(FILE);
        match fs_err::read_to_string(&own) {
            Ok(text) => houses.extend(parse(&text)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::unreadable(&own, &error)),
        }
        let known: Vec<String> = houses.keys().cloned().collect();
        houses.remove(id).ok_or_else(|| unknown(id, &known))
    }

    /// Whether the single letters belong into the package.
    pub fn wants_letters(&self) -> bool {
        self.shape != Shape::Stream
    }

    /// Whether merged print files belong into the package.
    pub fn wants_streams(&self) -> bool {
        self.shape != Shape::Letters
    }
}

fn parse(text: &str) -> Result<BTreeMap<String, House>> {
    let mut houses: BTreeMap<String, House> = toml::from_str(text).map_err(|error| unusable(text, &error))?;
    for (id, house) in &mut houses {
        house.id.clone_from(id);
        if house.part_pieces == 0 || house.part_megabytes == 0 {
            let place = Place::file(FILE).column(format!("{id}.part_pieces"));
            let hint = "write how many pieces and megabytes one print file may have, such as 2500 and 500";
            return Err(Error::refused("house-profile", place, format!("the house {id} allows no pieces or no bytes in a part"), hint));
        }
    }
    Ok(houses)
}

fn unusable(text: &str, error: &toml::de::Error) -> Error {
    let line = error.span().map_or(1, |span| text.get(..span.start).map_or(1, |before| before.matches('\n').count() + 1));
    let reason = error.message().lines().next().unwrap_or("it is not TOML").to_owned();
    Error::refused(
        "house-profile",
        Place::line(FILE, line as u64),
        reason,
        "compare the profile with src/deliver/mailhouse/houses.toml, which explains every key",
    )
}

fn unknown(id: &str, known: &[String]) -> Error {
    let nearest = known.iter().max_by(|a, b| strsim::jaro_winkler(a, id).total_cmp(&strsim::jaro_winkler(b, id)));
    let hint = match nearest {
        Some(nearest) => format!("the nearest is {nearest}; there are {}; or describe the house in houses.toml", known.join(", ")),
        None => "describe the house in houses.toml".to_owned(),
    };
    let place = Place::file("incident.toml").column("print.house");
    Error::refused("house-unknown", place, format!("there is no house profile named {id}"), hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_profile_can_be_used_and_names_its_source() {
        let houses = parse(BUILT_IN).unwrap();
        assert!(houses.contains_key("generic"));
        for (id, house) in houses {
            assert!(!house.source.is_empty() && !house.stock.is_empty() && !house.instructions.is_empty(), "{id}");
            assert!(house.index.contains(&IndexFormat::Csv), "{id}: pieces.csv is always written");
            assert_eq!(house.id, id);
        }
    }

    #[test]
    fn a_folder_can_bring_its_own_profile() {
        let folder = tempfile::tempdir().unwrap();
        let own = BUILT_IN.replace("[generic]", "[city_press]").replace("part_pieces = 2500", "part_pieces = 40");
        fs_err::write(folder.path().join(FILE), own).unwrap();
        assert_eq!(House::load(folder.path(), "city_press").unwrap().part_pieces, 40);
        assert_eq!(House::load(folder.path(), "generic").unwrap().part_pieces, 2500);
        let error = House::load(folder.path(), "city_pres").unwrap_err();
        assert!(error.findings[0].hint.contains("the nearest is city_press"));
    }

    #[test]
    fn a_profile_that_cannot_be_used_is_refused_with_its_line() {
        for (from, to) in [("part_pieces = 2500", "part_pieces = 0"), ("fold =", "folding ="), ("\"stream\"", "\"scroll\"")] {
            let error = parse(&BUILT_IN.replacen(from, to, 1)).unwrap_err();
            assert_eq!(error.findings[0].code, "house-profile", "{to}");
        }
        assert_eq!(parse("[a]\n\nfold = 3\n").unwrap_err().findings[0].place.file, FILE);
    }
}
