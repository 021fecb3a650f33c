//! Names of people: given, middle, family, suffix.

use super::lists::{GivenName, Lists, Origin};
use super::random::Random;

/// A name as a registration desk typed it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Name {
    pub(super) given: String,
    /// Short form of the given name; empty where none is common. Not written to the list.
    pub(super) nickname: String,
    /// Name or initial; empty for every third person.
    pub(super) middle: String,
    pub(super) family: String,
    /// Such as `Jr.`; mostly empty.
    pub(super) suffix: String,
}

impl Name {
    /// Given and family name with the suffix, as one value.
    pub(super) fn in_full(&self) -> String {
        [self.given.as_str(), &self.family, &self.suffix].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ")
    }
}

/// A name of any origin. For a Spanish-speaking person it mostly is a Spanish one; with `nicknamed` it has a short form.
pub(super) fn name(random: &mut Random, lists: &Lists, spanish: bool, nicknamed: bool) -> Name {
    let wanted = if nicknamed {
        Some("english")
    } else if spanish && random.chance(850) {
        Some("spanish")
    } else {
        None
    };
    let drawn = random.weighted(&lists.origin_weights);
    let origin = wanted.and_then(|id| lists.origins.iter().find(|origin| origin.id == id)).unwrap_or(&lists.origins[drawn]);
    // Not everyone with a Polish family name has a Polish given name.
    let given_origin = if wanted.is_some() || random.chance(550) { origin } else { &lists.origins[0] };
    let woman = random.chance(510);
    let given = given_name(random, given_origin, woman, nicknamed);
    Name {
        given: given.name.clone(),
        nickname: given.nickname.clone(),
        middle: middle(random, given_origin, woman),
        family: random.pick(&origin.families).clone(),
        suffix: if !woman && random.chance(61) {
            (*random.pick(&["Jr.", "Jr", "Sr.", "II", "III", "IV"])).to_owned()
        } else {
            String::new()
        },
    }
}

/// Another given and middle name for a person of the same family.
pub(super) fn sibling(random: &mut Random, lists: &Lists, of: &Name) -> Name {
    loop {
        let other = name(random, lists, false, false);
        if other.given != of.given {
            return Name { family: of.family.clone(), suffix: String::new(), ..other };
        }
    }
}

/// A family name other than the one given, at times joined to it with a hyphen.
pub(super) fn married_name(random: &mut Random, lists: &Lists, family: &str) -> String {
    let origin = &lists.origins[random.weighted(&lists.origin_weights)];
    let other = random.pick(&origin.families);
    if other == family || random.chance(300) { format!("{family}-{other}") } else { other.clone() }
}

fn given_name<'a>(random: &mut Random, origin: &'a Origin, woman: bool, nicknamed: bool) -> &'a GivenName {
    let names = if woman { &origin.women } else { &origin.men };
    let short = names.iter().filter(|name| !name.nickname.is_empty());
    match short.clone().count() as u64 {
        count if nicknamed && count > 0 => short.clone().nth(random.below(count) as usize).unwrap_or(&names[0]),
        _ => random.pick(names),
    }
}

fn middle(random: &mut Random, origin: &Origin, woman: bool) -> String {
    match random.below(100) {
        0..55 => char::from(*random.pick(b"ABCDEFGHJKLMNPRSTVW")).to_string(),
        55..65 => given_name(random, origin, woman, false).name.clone(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_in_a_hundred_have_a_suffix_and_a_nickname_comes_when_asked_for() {
        let lists = Lists::load().unwrap();
        let mut random = Random::seeded(5);
        let suffixed = (0..20_000).filter(|_| !name(&mut random, &lists, false, false).suffix.is_empty()).count();
        assert!((520..680).contains(&suffixed), "{suffixed}");
        assert!((0..200).all(|_| !name(&mut random, &lists, false, true).nickname.is_empty()));
    }
}
