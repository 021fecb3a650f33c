//! The built-in words: names.toml, roles.toml, channel.toml and post.toml, loaded once.

use hashbrown::{HashMap, HashSet};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization as _;

/// Words that are asked for many times for every person.
pub(super) type Words = HashSet<String>;

/// Words with what stands for each.
pub(super) type Forms = HashMap<String, String>;

/// Words that tell names apart; names.toml says what each is.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Names {
    pub(super) prefixes: Words,
    pub(super) particles: Words,
    pub(super) initials: Words,
    pub(super) organizations: Words,
    pub(super) credentials: Words,
    pub(super) nobody: Words,
    pub(super) blank: Words,
    doubtful: BTreeMap<String, Vec<String>>,
    nicknames: NicknameGroups,
    fold: BTreeMap<String, String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NicknameGroups {
    groups: Vec<Vec<String>>,
}

/// Words that say in which role a person is told; roles.toml says what each is.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Roles {
    pub(super) status: StatusWords,
    pub(super) flag: FlagWords,
    pub(super) format: FormatWords,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StatusWords {
    pub(super) living: Vec<String>,
    pub(super) adult: Vec<String>,
    pub(super) emancipated: Vec<String>,
    pub(super) minor: Vec<String>,
    pub(super) deceased: Vec<String>,
    pub(super) represented: Vec<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FlagWords {
    pub(super) yes: Vec<String>,
    pub(super) no: Vec<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FormatWords {
    pub(super) standard: Vec<String>,
    pub(super) large_print: Vec<String>,
}

/// Words that say how a person is told; channel.toml says what each is.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Channel {
    pub(super) scope: ScopeWords,
    pub(super) email: EmailWords,
    pub(super) language: LanguageWords,
    pub(super) letter_only: Vec<LetterOnly>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScopeWords {
    pub(super) agrees: Words,
    pub(super) with: Words,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EmailWords {
    pub(super) nobody: Words,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LanguageWords {
    pub(super) en: Words,
    pub(super) es: Words,
    pub(super) unknown: Words,
}

/// A state whose law makes a general agreement to e-mail too little.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LetterOnly {
    pub(super) state: String,
    #[allow(dead_code, reason = "the source stands beside the fact for a reader of channel.toml")]
    source: String,
}

/// What the post calls things; post.toml says what each is.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Post {
    pub(super) units: Words,
    pub(super) lone_units: Words,
    pub(super) unit_forms: Forms,
    pub(super) direction_forms: Forms,
    pub(super) move_update_days: i32,
    pub(super) po_box: Words,
    pub(super) po_box_alone: Words,
    pub(super) rural: Words,
    pub(super) highway_contract: Words,
    pub(super) military_lines: Words,
    pub(super) general_delivery: Words,
    pub(super) urbanization: Words,
    pub(super) directions: Words,
    pub(super) highways: Words,
    unsure_suffixes: Words,
    pub(super) care_of: Words,
    pub(super) number_words: Words,
    pub(super) military_cities: Words,
    pub(super) leading_zero: Words,
    pub(super) placeholder_zips: Words,
    pub(super) placeholders: Placeholders,
    pub(super) domestic: Domestic,
    territory_names: Forms,
    pub(super) military: Forms,
    pub(super) territories: Forms,
    pub(super) states: Forms,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Placeholders {
    pub(super) whole: Words,
    anywhere: Vec<String>,
    pub(super) nothing: Words,
    values: Vec<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Domestic {
    pub(super) names: Words,
}

impl Post {
    /// The code of a state, territory or military region by its code or full name in capitals.
    pub(super) fn state_code(&self, written: &str) -> Option<&str> {
        for codes in [&self.states, &self.territories, &self.military] {
            if let Some((code, _)) = codes.get_key_value(written) {
                return Some(code);
            }
        }
        let named = [&self.states, &self.territories, &self.military].into_iter().flatten().find(|(_, name)| *name == written);
        named.map(|(code, _)| code.as_str()).or_else(|| self.territory_names.get(written).map(String::as_str))
    }

    /// The code of a territory by its code or full name in capitals.
    pub(super) fn territory_code(&self, written: &str) -> Option<&str> {
        let known = self.territories.iter().find(|(code, name)| *code == written || *name == written);
        known.map(|(code, _)| code.as_str()).or_else(|| self.territory_names.get(written).map(String::as_str))
    }
}

pub(super) static NAMES: LazyLock<Names> =
    LazyLock::new(|| toml::from_str(include_str!("names.toml")).expect("names.toml is built in and a test reads it"));
pub(super) static ROLES: LazyLock<Roles> =
    LazyLock::new(|| toml::from_str(include_str!("roles.toml")).expect("roles.toml is built in and a test reads it"));
pub(super) static CHANNEL: LazyLock<Channel> =
    LazyLock::new(|| toml::from_str(include_str!("channel.toml")).expect("channel.toml is built in and a test reads it"));
pub(super) static POST: LazyLock<Post> =
    LazyLock::new(|| toml::from_str(include_str!("post.toml")).expect("post.toml is built in and a test reads it"));

/// Letter with a mark -> the plain letters that it is compared as.
pub(super) static FOLD: LazyLock<HashMap<char, &'static str>> = LazyLock::new(|| {
    let marked = |(plain, marked): (&'static String, &'static String)| marked.chars().map(move |letter| (letter, plain.as_str()));
    NAMES.fold.iter().flat_map(marked).collect()
});

/// Given name -> the nickname groups it belongs to, ascending.
pub(super) static NICKNAMES: LazyLock<HashMap<&'static str, Vec<usize>>> = LazyLock::new(|| {
    let mut groups_of: HashMap<&'static str, Vec<usize>> = HashMap::new();
    for (index, group) in NAMES.nicknames.groups.iter().enumerate() {
        for name in group {
            groups_of.entry(name).or_default().push(index);
        }
    }
    groups_of
});

/// Given names, folded, that are never a slip of another.
pub(super) static GIVEN_NAMES: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("given_names.txt").lines().filter(|line| !line.starts_with('#')).collect());

/// Accepted street suffix -> the post's abbreviation, without the inputs that can mean another word.
pub(super) static SUFFIXES: LazyLock<Forms> = LazyLock::new(|| {
    let mut abbreviations = HashMap::new();
    let mut table = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(include_bytes!("pub28_suffixes.csv").as_slice());
    for record in table.records().flatten() {
        let (Some(abbreviation), Some(inputs)) = (record.get(0), record.get(2)) else { continue };
        let accepted = inputs.split('|').filter(|input| !POST.unsure_suffixes.contains(*input));
        abbreviations.extend(accepted.map(|input| (input.to_owned(), abbreviation.to_owned())));
    }
    abbreviations
});

/// Country by code or name -> the English name that the post asks for; look up with [`country_name`].
static COUNTRIES: LazyLock<Forms> = LazyLock::new(|| {
    let mut countries = HashMap::new();
    let mut table = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(include_bytes!("countries.csv").as_slice());
    for record in table.records().flatten() {
        let name = record.get(0).unwrap_or_default();
        let words = record.iter().take(3).chain(record.get(3).unwrap_or_default().split('|'));
        countries.extend(words.filter(|word| !word.is_empty()).map(|word| (letters_of(word), name.to_owned())));
    }
    countries
});

/// The English name of a country by its code, or by what it is called in English, at home or in a neighbor's language.
pub(super) fn country_name(written: &str) -> Option<&'static str> {
    COUNTRIES.get(&letters_of(written)).map(String::as_str)
}

/// Letters in capitals without marks, blanks and punctuation.
fn letters_of(text: &str) -> String {
    text.nfkd().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// Runs of words to be found in text, each with its kind; looked up by the first word.
pub(super) struct Phrases(HashMap<&'static str, Vec<(Vec<&'static str>, &'static str)>>);

impl Phrases {
    fn new(phrases: impl Iterator<Item = (&'static str, &'static str)>) -> Phrases {
        let mut by_first: HashMap<&'static str, Vec<(Vec<&'static str>, &'static str)>> = HashMap::new();
        for (phrase, kind) in phrases {
            let words: Vec<&str> = phrase.split(' ').collect();
            by_first.entry(words[0]).or_default().push((words, kind));
        }
        Phrases(by_first)
    }

    /// The kind of the first phrase that stands in the words.
    pub(super) fn find(&self, words: &[&str]) -> Option<&'static str> {
        let at = |start: usize| {
            let phrases = self.0.get(words[start])?;
            phrases.iter().find(|(phrase, _)| words[start..].starts_with(phrase)).map(|(_, kind)| *kind)
        };
        (0..words.len()).find_map(at)
    }
}

/// What makes a name doubtful, with what it looks like.
pub(super) static DOUBTFUL: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(NAMES.doubtful.iter().flat_map(|(kind, phrases)| phrases.iter().map(move |phrase| (phrase.as_str(), kind.as_str()))))
});

/// What says, anywhere in an address, that there is none.
pub(super) static NO_ADDRESS: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::new(POST.placeholders.anywhere.iter().map(|phrase| (phrase.as_str(), "no address"))));

/// What begins a value of the patient's, anywhere in an address.
pub(super) static VALUES: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::new(POST.placeholders.values.iter().map(|phrase| (phrase.as_str(), "a value"))));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_file_reads() {
        assert!(NAMES.prefixes.contains("dr"));
        assert!(ROLES.status.minor.iter().any(|word| word == "child"));
        assert!(CHANNEL.language.es.contains("español"));
        assert_eq!(POST.states.len() + POST.territories.len() + POST.military.len(), 62);
        assert_eq!(FOLD.get(&'é'), Some(&"e"));
        assert!(NICKNAMES.len() > 200);
        assert!(SUFFIXES.len() > 400);
        assert!(GIVEN_NAMES.contains("erica") && GIVEN_NAMES.iter().all(|name| super::super::name_case::fold(name) == *name));
    }

    #[test]
    fn every_abbreviation_is_its_own() {
        for abbreviation in SUFFIXES.values().collect::<HashSet<_>>() {
            assert_eq!(SUFFIXES.get(abbreviation), Some(abbreviation));
        }
    }
}
