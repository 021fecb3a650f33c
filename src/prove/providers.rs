//! Which providers a letter speaks for: those of its rows, and no other.

use super::found;
use super::normal::normal;
use super::wording::{LanguageWording, Phrase, Prints, ProviderWording, Wording};
use super::{Mismatch, Piece};

/// Demands that the letter names each of its own providers, and none beside them.
pub(super) fn prove(
    piece: &Piece<'_>,
    wording: &Wording,
    words: &LanguageWording,
    prints: Prints,
    own: &[&ProviderWording],
) -> Result<(), Mismatch> {
    if !prints.provider {
        return Ok(());
    }
    if !own.iter().all(|provider| found::shows_words(piece.read, &provider.name)) {
        return Err(Mismatch::Provider);
    }
    if wording.joint && prints.alone && speaks_for_another(&found::whole(piece.read), own, &wording.providers, &words.joints) {
        return Err(Mismatch::Provider);
    }
    Ok(())
}

/// Whether a text names a provider side by side with one of its own, as a sentence joins them: `Lakeside and Hillcrest`.
///
/// A name that stands elsewhere tells nothing: prose may have it for other reasons, and a patient may bear it.
pub fn speaks_for_another(text: &str, own: &[&ProviderWording], all: &[ProviderWording], joints: &[Phrase]) -> bool {
    let text = normal(text);
    let is_own = |other: &ProviderWording| own.iter().any(|own| own.name.wanted.holds(&other.name.wanted));
    let others = all.iter().filter(|other| !is_own(other));
    others.into_iter().any(|other| {
        other.name.wanted.places_in(&text).any(|(start, end)| {
            let (before, after) = (text[..start].trim_end(), text[end..].trim_start());
            joints.iter().map(|joint| &joint.wanted).any(|joint| {
                let follows = joint.skip(after).is_some_and(|rest| own.iter().any(|own| own.name.wanted.begins(rest)));
                let precedes = joint.skip_back(before).is_some_and(|rest| own.iter().any(|own| own.name.wanted.ends(rest)));
                follows || precedes
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_too_many_is_one_that_a_sentence_joins_to_its_own() {
        let names = ["Lakeside Medical Center, Inc.", "Hill Hospital", "Hill Hospital North", "York Clinic", "Rand"];
        let all: Vec<ProviderWording> =
            names.map(|name| ProviderWording { name: name.into(), return_lines: Vec::new() }).into_iter().collect();
        let joints = [", ", " and ", " y "].map(Phrase::from);
        let cases: [(&str, &[usize], bool); 11] = [
            ("records for Lakeside Medical Center, Inc. were taken", &[0], false),
            ("for Lakeside Medical Center, Inc. and Hill Hospital were", &[0], true),
            ("for Lakeside Medical Center, Inc. and Hill Hospital were", &[0, 1], false),
            ("for Hill Hospital and Lakeside Medical Center, Inc. were", &[0], true),
            ("for Lakeside Medical Center, Inc., York Clinic and Hill Hospital were", &[0, 1], true),
            ("para Lakeside Medical Center, Inc. y\nHill Hospital", &[0], true),
            ("for Hill Hospital North were", &[2], false),
            ("for Hill Hospital North and York Clinic", &[2], true),
            ("Dear York Clinic: records for Hill Hospital", &[1], false),
            ("records for Hill Hospital. York Clinic is another", &[1], true),
            ("for Lakeside Medical Center, Inc. and Randall Hall", &[0], false),
        ];
        for (text, own, expected) in cases {
            let own: Vec<&ProviderWording> = own.iter().map(|index| &all[*index]).collect();
            assert_eq!(speaks_for_another(text, &own, &all, &joints), expected, "{text}");
        }
    }
}
