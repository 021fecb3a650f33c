//! Where people live, and what stands in a list when nobody knows.

use super::lists::Lists;
use super::random::Random;

/// An address as a registration desk typed it; empty where nothing was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) address1: String,
    pub(super) address2: String,
    pub(super) city: String,
    pub(super) state: String,
    pub(super) postal_code: String,
    pub(super) country: String,
}

/// The home of a person, with the area code of the telephone there: 2% without a usable address, 0.3% abroad, 0.2% at a
/// military post, the others spread over the states by population.
pub(super) fn home(random: &mut Random, lists: &Lists, provider: &Address) -> (Address, String) {
    let (mut address, area_code) = domestic(random, lists);
    match random.below(1000) {
        0..20 => spoil(random, lists, provider, &mut address),
        20..23 => address = far(random, &lists.foreign, 1),
        23..25 => address = far(random, &lists.military, 2),
        _ => {}
    }
    (address, area_code)
}

/// An address in one of the states to which mail can be sent, with the area code of the telephone there.
pub(super) fn domestic(random: &mut Random, lists: &Lists) -> (Address, String) {
    let state = &lists.states[random.weighted(&lists.state_weights)];
    let (prefix, city) = random.pick(&state.places);
    let mut address = Address {
        city: city.clone(),
        state: state.code.clone(),
        postal_code: format!("{prefix}{:02}", random.between(1, 99)),
        ..Address::default()
    };
    if random.chance(250) {
        address.postal_code.push_str(&format!("-{:04}", random.between(1, 9998)));
    }
    if state.code == "PR" {
        puerto_rican_street(random, lists, &mut address);
    } else if random.chance(80) {
        address.address1 = format!("{} {}", random.pick(&["PO Box", "P.O. Box", "P O BOX", "Post Office Box"]), random.between(11, 9989));
    } else {
        street(random, lists, &mut address);
    }
    (address, state.area_code.clone())
}

/// A street line, for every sixth one with a unit beside it or on the second line.
fn street(random: &mut Random, lists: &Lists, address: &mut Address) {
    let directional = if random.chance(120) { random.pick(&["N ", "S ", "E ", "W ", "NE ", "SW "]) } else { "" };
    let (name, suffix) = (random.pick(&lists.streets.names), random.pick(&lists.streets.suffixes));
    address.address1 = format!("{} {directional}{name} {suffix}", random.between(2, 9899));
    if random.chance(167) {
        let letter = if random.chance(200) { random.pick(&["A", "B", "C", "D"]) } else { "" };
        let unit = format!("{} {}{letter}", random.pick(&lists.streets.units), random.between(1, 420));
        if random.chance(500) {
            address.address1 = format!("{} {unit}", address.address1);
        } else {
            address.address2 = unit;
        }
    }
}

/// A Puerto Rican street; every fourth one in an urbanization, whose line stands above the street.
fn puerto_rican_street(random: &mut Random, lists: &Lists, address: &mut Address) {
    let street = format!("{} {}", random.between(2, 899), random.pick(&lists.streets.calles));
    if random.chance(250) {
        address.address1.clone_from(random.pick(&lists.streets.urbanizations));
        address.address2 = street;
    } else {
        address.address1 = street;
    }
}

/// An address from a list of patterns; every `#` becomes a number of one to `digits` + 2 digits.
fn far(random: &mut Random, patterns: &[super::lists::FarAddress], digits: u32) -> Address {
    let pattern = random.pick(patterns);
    let number = random.between(1, 10_u64.pow(digits + 2) - 1);
    Address {
        address1: pattern.address1.replace('#', &number.to_string()),
        address2: String::new(),
        city: pattern.city.clone(),
        state: pattern.state.clone(),
        postal_code: pattern.postal_code.clone(),
        country: pattern.country.clone(),
    }
}

/// Makes an address one that no letter can be sent to.
fn spoil(random: &mut Random, lists: &Lists, provider: &Address, address: &mut Address) {
    match random.below(20) {
        0..10 => {
            address.address1.clone_from(random.pick(&lists.streets.unusable));
            address.address2.clear();
        }
        10..14 => *address = Address::default(),
        14..17 => {
            address.address1.clear();
            address.address2.clear();
        }
        17..18 => address.postal_code.clear(),
        _ => *address = provider.clone(),
    }
}

/// Whether a letter could be sent there, by the ways in which this file spoils addresses.
#[cfg(test)]
pub(super) fn is_usable(lists: &Lists, address: &Address) -> bool {
    let placeholder = lists.streets.unusable.contains(&address.address1);
    let provider = lists.providers.iter().any(|provider| provider.address1 == address.address1);
    !placeholder && !provider && !address.address1.is_empty() && !address.postal_code.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domestic_zip_lies_in_the_state_and_city_of_its_prefix() {
        let lists = Lists::load().unwrap();
        let mut random = Random::seeded(3);
        for _ in 0..500 {
            let (address, _) = domestic(&mut random, &lists);
            let state = lists.states.iter().find(|state| state.code == address.state).unwrap();
            let place = (address.postal_code[..3].to_owned(), address.city.clone());
            assert!(state.places.contains(&place), "{address:?}");
            assert!(is_usable(&lists, &address), "{address:?}");
        }
    }

    #[test]
    fn two_in_a_hundred_homes_have_no_usable_address() {
        let lists = Lists::load().unwrap();
        let mut random = Random::seeded(4);
        let provider = Address { address1: lists.providers[0].address1.clone(), postal_code: "46804".into(), ..Address::default() };
        let spoiled = (0..20_000).filter(|_| !is_usable(&lists, &home(&mut random, &lists, &provider).0)).count();
        assert!((340..460).contains(&spoiled), "{spoiled}");
    }
}
