//! The measures of whole texts, against counts by hand.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static READABILITY: LazyLock<Readability> = LazyLock::new(|| Readability::load().unwrap());

#[test]
fn syllables_are_right_for_98_of_100_words() {
    let words: BTreeMap<String, Vec<String>> = table("syllable_words.toml", include_str!("syllable_words.toml")).unwrap();
    let numbers = ["one", "two", "three", "four", "five", "six", "seven"];
    let (mut all, mut wrong) = (0, Vec::new());
    for (number, words) in &words {
        let syllables = numbers.iter().position(|known| known == number).unwrap() + 1;
        for word in words {
            all += 1;
            let counted = READABILITY.vocabulary.syllables.count(word);
            if counted != syllables {
                wrong.push(format!("{word}: {counted} for {syllables}"));
            }
        }
    }
    let right = 100.0 * (all - wrong.len()) as f64 / all as f64;
    assert!(all >= 300 && right >= 98.0, "{right:.1} % of {all} words are right (100 % of 333 when this was written); wrong: {wrong:?}");
}

/// Text, words, sentences, syllables: all counted by hand.
const COUNTED: [(&[&str], usize, usize, usize); 13] = [
    (&["Go."], 1, 1, 1),
    // The cat sat on the mat.
    (&["The cat sat on the mat."], 6, 1, 6),
    // We(1) are(1) sor-ry(2) that(1) this(1) hap-pened(2)
    (&["We are sorry that this happened."], 6, 1, 8),
    // Call(1) one(1) cred-it(2) bu-reau(2) | It(1) must(1) tell(1) the(1) oth-er(2) two(1)
    (&["Call one credit bureau. It must tell the other two."], 10, 2, 13),
    // Dr(1) Smith(1) of(1) Me-rid-i-an(4) Inc(1) told(1) us(1)
    (&["Dr. Smith of Meridian, Inc. told us."], 7, 1, 10),
    // Cred-it(2) re-ports(2) are(1) free(1) or(1)
    (&["Credit reports are free: www.annualcreditreport.com or 1-877-322-8228."], 5, 1, 7),
    // The(1) breach(1) be-gan(2) on(1) Jan-u-ar-y(4) 22(1) 2025(1)
    (&["The breach began on January 22, 2025."], 7, 1, 11),
    // The(1) F-T-C(3) ex-plains(2) fraud(1) a-lerts(2)
    (&["The FTC explains fraud alerts."], 5, 1, 9),
    // A(1) 24-month(2) plan(1) costs(1) 3.50(1)
    (&["A 24-month plan costs $3.50."], 5, 1, 6),
    // Place(1) a(1) fraud(1) a-lert(2) | labels are none
    (&["Place a fraud alert", "Date of birth", "Social Security number"], 4, 1, 5),
    // O-pen(2) from(1) 8(1) a-m(2) to(1) 8(1) p-m(2)
    (&["Open from 8 a.m. to 8 p.m."], 7, 1, 10),
    // You(1) did-n't(2) sign-in(2) | The(1) in-sur-er's(3) ad-dress(2) is(1)
    (&["You didn't sign-in.", "The insurer's address is: 12345."], 7, 2, 12),
    // In-for-ma-tion(4) a-bout(2) your(1) di-ag-no-sis(4) and(1) med-i-ca-tions(4) was(1) cop-ied(2) by(1) an(1) un-au-thor-ized(4) per-son(2)
    (&["Information about your diagnosis and medications was copied by an unauthorized person."], 12, 1, 27),
];

#[test]
fn the_grade_is_that_of_counts_by_hand() {
    for (paragraphs, words, sentences, syllables) in COUNTED {
        let reading = READABILITY.measure(paragraphs).unwrap();
        assert_eq!((reading.words, reading.sentences, reading.syllables), (words, sentences, syllables), "{paragraphs:?}");
        let by_hand = 0.39 * (words as f64 / sentences as f64) + 11.8 * (syllables as f64 / words as f64) - 15.59;
        assert!((reading.grade - by_hand).abs() < 1e-9, "{paragraphs:?}");
    }
    // 0.39 * 12 + 11.8 * 27 / 12 - 15.59
    assert!((READABILITY.measure(COUNTED[12].0).unwrap().grade - 15.64).abs() < 1e-9);
}

#[test]
fn what_holds_no_sentence_has_no_grade() {
    for paragraphs in [&[][..], &[""], &["Date of birth", "…"], &["1-833-555-0142."]] {
        assert_eq!(READABILITY.measure(paragraphs), None);
    }
}

#[test]
fn a_sentence_is_long_beyond_the_limit() {
    let limit = READABILITY.long_sentence_words();
    assert_eq!(limit, 25);
    let sentence = |words: usize| format!("{}end.", "so ".repeat(words - 1));
    let (short, long) = (sentence(limit), format!("We know. “{} 1-833-555-0142 Then go.", sentence(limit + 1)));
    let found = READABILITY.long_sentences(&[&short, &long]);
    assert_eq!(found.iter().map(|long| (long.words, long.paragraph)).collect::<Vec<_>>(), [(26, 1)]);
    let text = &long[found[0].bytes.clone()];
    assert!(text.starts_with("so so") && text.ends_with("so end"), "{text}");
}

#[test]
fn lines_of_an_address_are_looked_through_for_words_that_must_not_show() {
    let sensitive = SensitiveWords::load().unwrap();
    let lines = ["Center for Addiction Medicine", "12 Hope Street", "Springfield, IL 62701"];
    let found: Vec<Option<sensitive::SensitiveWord>> = lines.iter().map(|line| sensitive.find(line)).collect();
    assert_eq!(found, [Some(sensitive::SensitiveWord { word: "addiction", reveals: "a substance use disorder" }), None, None]);
}

proptest! {
    #[test]
    fn no_text_stops_it_and_every_grade_is_a_number(paragraphs in prop::collection::vec("\\PC{0,80}", 0..4), language in "en|es|fr") {
        let paragraphs: Vec<&str> = paragraphs.iter().map(String::as_str).collect();
        let reading = READABILITY.measure(&paragraphs);
        prop_assert!(reading.is_none_or(|reading| reading.grade.is_finite() && reading.words >= reading.sentences && reading.syllables >= reading.words));
        for long in READABILITY.long_sentences(&paragraphs) {
            prop_assert!(paragraphs[long.paragraph].get(long.bytes).is_some());
        }
        READABILITY.undefined_abbreviations(&paragraphs, &paragraphs);
        READABILITY.hedges(&paragraphs, &language);
    }

    #[test]
    fn letters_of_all_kinds_of_words_do_not_stop_it(text in "([A-Za-z0-9.,()'@/:–—-]{1,8} ?){0,30}") {
        let reading = READABILITY.measure(&[&text]);
        prop_assert!(reading.is_none_or(|reading| reading.grade.is_finite()));
        prop_assert!(READABILITY.undefined_abbreviations(&[&text], &[&text]).is_empty());
        READABILITY.undefined_abbreviations(&[&text], &[]);
    }

    #[test]
    fn a_text_twice_has_the_same_grade(paragraphs in prop::collection::vec("([A-Za-z.]{1,9} ){0,20}[.!?]?", 0..4)) {
        let once: Vec<&str> = paragraphs.iter().map(String::as_str).collect();
        let twice = [once.clone(), once.clone()].concat();
        let grade = |paragraphs: &[&str]| READABILITY.measure(paragraphs).map(|reading| reading.grade);
        prop_assert_eq!(grade(&once), grade(&twice));
    }
}
