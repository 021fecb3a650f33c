//! The nearest known name to one that is not known, as a hint.

/// `did you mean …` for the nearest name; the whole list when none is near.
pub(super) fn hint<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let nearest = known.iter().map(|name| (strsim::damerau_levenshtein(unknown, name), *name)).min();
    match nearest {
        Some((distance, name)) if distance <= (unknown.chars().count() / 3).max(2) => format!("did you mean `{name}`?"),
        _ => format!("known here: {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_near_name_is_proposed_and_otherwise_all_are_named() {
        assert_eq!(super::hint("nmae", ["name", "phone"]), "did you mean `name`?");
        assert_eq!(super::hint("quantity", ["name", "phone"]), "known here: name, phone");
    }
}
