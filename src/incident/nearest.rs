//! "Did you mean": the known word that a written one most resembles.

/// Below this likeness (0 to 1) a suggestion would mislead more than help.
const ALIKE: f64 = 0.6;

/// The known word nearest to the written one, blind to case and punctuation; `None` when nothing is close.
pub(crate) fn nearest<'k>(written: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let wanted = folded(written);
    if wanted.is_empty() {
        return None;
    }
    let mut best: Option<(f64, &str)> = None;
    for word in known {
        let candidate = folded(word);
        let likeness = likeness(&wanted, &candidate).max(containment(&wanted, &candidate));
        if likeness >= ALIKE && best.is_none_or(|(most, _)| likeness > most) {
            best = Some((likeness, word));
        }
    }
    best.map(|(_, word)| word)
}

/// A hint that names the nearest known word, or every known word when none is close.
pub(crate) fn suggestion<'k>(written: &str, known: impl IntoIterator<Item = &'k str> + Clone) -> String {
    match nearest(written, known.clone()) {
        Some(word) => format!("did you mean `{word}`?"),
        None => {
            let words: Vec<String> = known.into_iter().map(|word| format!("`{word}`")).collect();
            format!("known here: {}", words.join(", "))
        }
    }
}

/// Lower case, letters and digits only: how names are compared that people type with blanks, dashes and underscores.
pub(crate) fn folded(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Words of very different lengths are not alike, and a long one would take its time to be compared.
fn likeness(one: &str, other: &str) -> f64 {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    // A letter takes up to four bytes.
    if short.len() * 8 < long.len() { 0.0 } else { strsim::normalized_damerau_levenshtein(one, other) }
}

/// A word that holds the other is alike however long the rest is (`zip` in `patient_zip`).
fn containment(one: &str, other: &str) -> f64 {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    if short.chars().count() >= 3 && long.contains(short) { 0.7 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found_or_none() {
        let known = ["breach_began", "breach_ended", "discovered", "postal_code"];
        for (written, expected) in [
            ("breach_begun", Some("breach_began")),
            ("Breach Ended", Some("breach_ended")),
            ("discoverd", Some("discovered")),
            ("patient_postal_code", Some("postal_code")),
            ("logo", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, known), expected, "{written}");
        }
    }

    #[test]
    fn without_a_near_word_all_are_listed() {
        assert_eq!(suggestion("zzz", ["yes", "no"]), "known here: `yes`, `no`");
    }
}
