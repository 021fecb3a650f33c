//! The built-in word lists that people, addresses and providers are put together from.

use crate::error::{Error, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Share of people per origin of name, per mille; the ids are those of the two name files.
const ORIGINS: [(&str, u64); 7] =
    [("english", 600), ("spanish", 165), ("german", 60), ("polish", 50), ("vietnamese", 35), ("hawaiian", 15), ("other", 75)];

/// A given name with the short form that friends and registration desks use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GivenName {
    /// As written in full.
    pub(super) name: String,
    /// Short form; empty where none is common.
    pub(super) nickname: String,
}

/// Names that go together.
#[derive(Debug)]
pub(super) struct Origin {
    /// Id in the name files.
    pub(super) id: &'static str,
    pub(super) women: Vec<GivenName>,
    pub(super) men: Vec<GivenName>,
    pub(super) families: Vec<String>,
}

/// A state with its share of the population.
#[derive(Debug)]
pub(super) struct State {
    /// Two letters.
    pub(super) code: String,
    /// Telephone area code.
    pub(super) area_code: String,
    /// Three-digit ZIP prefix and a city in it.
    pub(super) places: Vec<(String, String)>,
}

/// An address abroad or at a military post; `#` in `address1` stands for a number.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct FarAddress {
    kind: String,
    pub(super) address1: String,
    pub(super) city: String,
    pub(super) state: String,
    pub(super) postal_code: String,
    pub(super) country: String,
}

/// A provider that a drill may take.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct ProviderModel {
    pub(super) provider_id: String,
    pub(super) legal_name: String,
    pub(super) kind: String,
    pub(super) return_name: String,
    pub(super) address1: String,
    pub(super) city: String,
    pub(super) state: String,
    pub(super) postal_code: String,
    pub(super) phone: String,
    pub(super) website: String,
    pub(super) email: String,
    pub(super) signatory_name: String,
    pub(super) signatory_title: String,
    /// `yes` or `no`.
    pub(super) ca_licensed_facility: String,
    /// Share of patients against the other providers.
    pub(super) weight: u64,
}

/// Building blocks of street addresses.
#[derive(Debug)]
pub(super) struct Streets {
    pub(super) names: Vec<String>,
    pub(super) suffixes: Vec<String>,
    pub(super) units: Vec<String>,
    /// Puerto Rican street names.
    pub(super) calles: Vec<String>,
    /// Puerto Rican urbanizations.
    pub(super) urbanizations: Vec<String>,
    /// What stands in the street line when there is no address.
    pub(super) unusable: Vec<String>,
}

/// Every list, none of them empty.
#[derive(Debug)]
pub(super) struct Lists {
    pub(super) origins: Vec<Origin>,
    pub(super) origin_weights: Vec<u64>,
    pub(super) states: Vec<State>,
    pub(super) state_weights: Vec<u64>,
    pub(super) streets: Streets,
    pub(super) foreign: Vec<FarAddress>,
    pub(super) military: Vec<FarAddress>,
    pub(super) providers: Vec<ProviderModel>,
}

impl Lists {
    /// Reads the built-in files.
    ///
    /// # Errors
    /// A bug of ours when one of them cannot be read or a list is empty.
    pub(super) fn load() -> Result<Lists> {
        let (states, state_weights) = states()?;
        let far: Vec<FarAddress> = parse("foreign.csv", include_str!("foreign.csv"))?;
        let (military, foreign) = far.into_iter().partition(|address| address.kind == "military");
        let lists = Lists {
            origins: origins()?,
            origin_weights: ORIGINS.iter().map(|(_, weight)| *weight).collect(),
            states,
            state_weights,
            streets: streets()?,
            foreign,
            military,
            providers: parse("providers.csv", include_str!("providers.csv"))?,
        };
        match lists.empty() {
            Some(list) => Err(Error::bug(format!("drill: the built-in list {list} is empty"))),
            None => Ok(lists),
        }
    }

    /// The name of a list that holds nothing.
    fn empty(&self) -> Option<&'static str> {
        let streets = &self.streets;
        let origins = self.origins.iter();
        let checks = [
            ("given names", origins.clone().any(|origin| origin.women.is_empty() || origin.men.is_empty())),
            ("family names", origins.clone().any(|origin| origin.families.is_empty())),
            ("states", self.states.iter().any(|state| state.places.is_empty()) || self.states.is_empty()),
            ("street names", streets.names.is_empty() || streets.calles.is_empty() || streets.urbanizations.is_empty()),
            ("street suffixes", streets.suffixes.is_empty() || streets.units.is_empty()),
            ("unusable addresses", streets.unusable.is_empty()),
            ("far addresses", self.foreign.is_empty() || self.military.is_empty()),
            ("providers", self.providers.len() < super::providers::MOST as usize),
        ];
        checks.into_iter().find(|(_, empty)| *empty).map(|(list, _)| list)
    }
}

/// The records of a built-in CSV file with `#` comments.
fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<Vec<T>> {
    csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(text.as_bytes())
        .deserialize()
        .collect::<csv::Result<Vec<T>>>()
        .map_err(|error| Error::bug(format!("drill/{file}: {error}")))
}

fn origins() -> Result<Vec<Origin>> {
    let given: Vec<(String, String, String, String)> = parse("given_names.csv", include_str!("given_names.csv"))?;
    let families: Vec<(String, String)> = parse("family_names.csv", include_str!("family_names.csv"))?;
    let of = |id: &str, wanted: &str| {
        let names = given.iter().filter(|(_, sex, origin, _)| origin == id && sex == wanted);
        names.map(|(name, _, _, nickname)| GivenName { name: name.clone(), nickname: nickname.clone() }).collect::<Vec<_>>()
    };
    let origin = |id: &'static str| Origin {
        id,
        women: of(id, "f"),
        men: of(id, "m"),
        families: families.iter().filter(|(_, origin)| origin == id).map(|(name, _)| name.clone()).collect(),
    };
    Ok(ORIGINS.iter().map(|(id, _)| origin(id)).collect())
}

fn states() -> Result<(Vec<State>, Vec<u64>)> {
    let rows: Vec<(String, u64, String, String)> = parse("states.csv", include_str!("states.csv"))?;
    let weights = rows.iter().map(|(_, population, _, _)| *population).collect();
    let places = |text: &str| {
        let pairs = text.split('|').filter_map(|pair| pair.split_once(' '));
        pairs.map(|(prefix, city)| (prefix.to_owned(), city.to_owned())).collect()
    };
    let states =
        rows.iter().map(|(code, _, area_code, text)| State { code: code.clone(), area_code: area_code.clone(), places: places(text) });
    Ok((states.collect(), weights))
}

fn streets() -> Result<Streets> {
    let rows: Vec<(String, String)> = parse("streets.csv", include_str!("streets.csv"))?;
    let of = |wanted: &str| rows.iter().filter(|(kind, _)| kind == wanted).map(|(_, text)| text.clone()).collect();
    Ok(Streets {
        names: of("name"),
        suffixes: of("suffix"),
        units: of("unit"),
        calles: of("calle"),
        urbanizations: of("urbanization"),
        unusable: of("unusable"),
    })
}
