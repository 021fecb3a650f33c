//! How the templates of a language use what is the recipient's own: merely printed, or worked with.
//!
//! Where a template only prints a name or asks whether there is one, every letter reads the same but for the values. Such
//! templates are rendered once per form instead of once per recipient; see [`super::form`].

use super::tags::{Stretch, Token, stretches, tokens};
use crate::intake::Element;
use std::collections::BTreeSet;

/// Slots with a value of the recipient's own.
const VALUES: [&str; 4] = ["representative", "salutation", "person", "code"];
/// Roots of everything that is the recipient's own.
const ROOTS: [&str; 7] = ["patient", "representative", "salutation", "person", "code", "elements", "involved"];
/// What could tell one turn of a loop from another, or change what was printed.
const TRACELESS: [&str; 6] = ["loop", "break", "continue", "set_global", "filter", "endfilter"];

/// Reads the templates of a language: the elements that their conditions ask for, or nothing when a template does more with
/// a value of the recipient's than print it or ask whether it is there.
pub(super) fn asked_for(templates: &[&str]) -> Option<Vec<Element>> {
    let turns: Vec<String> = templates.iter().flat_map(|source| loop_variables(source)).collect();
    let mut asked = Vec::new();
    for source in templates {
        for stretch in stretches(source) {
            let plain = match stretch {
                Stretch::Text(_) => true,
                Stretch::Output(range) => prints_plainly(&words(source, range), &turns),
                Stretch::Statement(range) => asks_plainly(&words(source, range), &turns, &mut asked),
            };
            if !plain {
                return None;
            }
        }
    }
    asked.sort_unstable();
    asked.dedup();
    Some(asked)
}

/// Where a template does more with a recipient's own values than print them or ask whether they are there: from there on its words may
/// hang on who reads them, and the letter of an invented person does not show them.
pub(super) fn hangs_on_values(source: &str) -> Option<usize> {
    let turns = loop_variables(source);
    let own = |words: &[String], index: usize| own_value_at(words, index, &turns);
    // Within `set` and `filter`, what is printed becomes a value again.
    let mut captured = 0_usize;
    for stretch in stretches(source) {
        let (words, start, printed) = match stretch {
            Stretch::Text(_) => continue,
            Stretch::Output(range) => (words(source, range.clone()), range.start, true),
            Stretch::Statement(range) => (words(source, range.clone()), range.start, false),
        };
        let has_own = (0..words.len()).any(|index| own(&words, index));
        let first = words.first().map(String::as_str).unwrap_or_default();
        let alike = match first {
            _ if printed => !has_own || captured == 0 && !words.iter().any(|word| tells_apart(word)),
            "include" => captured == 0,
            "for" => !has_own || matches!(words.as_slice(), [_, _, within, container] if within == "in" && container == "elements"),
            "if" | "elif" => !has_own || operands(&words[1..]).all(|operand| is_bare(operand, &own)),
            _ => !has_own,
        };
        if !alike {
            return Some(start);
        }
        match first {
            "set" | "set_global" if !printed && !words.iter().any(|word| word == "=") => captured += 1,
            "filter" if !printed => captured += 1,
            "endset" | "endfilter" => captured = captured.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// Whether a word stands for a value of the recipient's, of the list of elements, or of the number of residents.
fn own_value_at(words: &[String], index: usize, turns: &[String]) -> bool {
    let part = index > 0 && words[index - 1] == ".";
    let word = words[index].as_str();
    !part && (VALUES.contains(&word) || ["patient", "elements", "affected_residents"].contains(&word) || turns.contains(&words[index]))
}

/// Whether a word of an expression can make it another one for another value; a filter without arguments treats all alike.
fn tells_apart(word: &str) -> bool {
    let sign = |c: char| !c.is_alphanumeric() && !"_.|~\"".contains(c);
    ["if", "else", "is", "in", "and", "or", "not"].contains(&word) || (!word.starts_with('"') && word.contains(sign))
}

/// What `and`, `or`, `not` and parentheses of a condition stand between.
fn operands(words: &[String]) -> impl Iterator<Item = &[String]> {
    let between = |word: &String| ["and", "or", "not", "(", ")"].contains(&word.as_str());
    words.split(between).filter(|operand| !operand.is_empty())
}

/// Whether an operand is a slot of the recipient's by itself, or whole without one.
fn is_bare(operand: &[String], own: &dyn Fn(&[String], usize) -> bool) -> bool {
    if (0..operand.len()).any(|index| own(operand, index)) {
        return operand.len() == 1 || matches!(operand, [root, dot, part] if root == "patient" && dot == "." && part == "name");
    }
    // What begins or ends with a comparison compares with what stands in parentheses.
    let compares =
        |word: &String| word == "is" || word == "in" || !word.starts_with('"') && word.contains(|c: char| !c.is_alphanumeric() && c != '_');
    !operand.first().is_some_and(compares) && !operand.last().is_some_and(compares)
}

/// The jurisdictions that templates ask for, as `residents.XX`; absent when they do more with the slot than ask for one.
pub(super) fn asked_residents(templates: &[&str]) -> Option<BTreeSet<String>> {
    let mut asked = BTreeSet::new();
    for source in templates {
        for stretch in stretches(source) {
            let (Stretch::Output(range) | Stretch::Statement(range)) = stretch else { continue };
            let words = words(source, range);
            for at in (0..words.len()).filter(|at| words[*at] == "residents" && (*at == 0 || words[*at - 1] != ".")) {
                match (words.get(at + 1).map(String::as_str), words.get(at + 2)) {
                    (Some("."), Some(code)) => _ = asked.insert(code.clone()),
                    _ => return None,
                }
            }
        }
    }
    Some(asked)
}

/// A tag's words and signs as text; quoted text keeps a quote in front, so that it is no word.
fn words(source: &str, range: std::ops::Range<usize>) -> Vec<String> {
    let word = |token| match token {
        Token::Word(name) => name.text,
        Token::Text(name) => format!("\"{}", name.text),
        Token::Sign(sign) => sign.to_string(),
    };
    tokens(source, range).into_iter().map(word).collect()
}

/// The variables of loops over `elements`.
fn loop_variables(source: &str) -> Vec<String> {
    let variable = |stretch| match stretch {
        Stretch::Statement(range) => match words(source, range).as_slice() {
            [word, variable, within, container] if word == "for" && within == "in" && container == "elements" => Some(variable.clone()),
            _ => None,
        },
        _ => None,
    };
    stretches(source).into_iter().filter_map(variable).collect()
}

/// Whether a word stands for something of the recipient's; parts after a dot do not count.
fn own_at(words: &[String], index: usize, turns: &[String]) -> bool {
    let part = index > 0 && words[index - 1] == ".";
    !part && (ROOTS.contains(&words[index].as_str()) || turns.contains(&words[index]) || TRACELESS.contains(&words[index].as_str()))
}

fn has_own(words: &[String], turns: &[String]) -> bool {
    (0..words.len()).any(|index| own_at(words, index, turns))
}

fn prints_plainly(words: &[String], turns: &[String]) -> bool {
    let value = match words {
        [word] => VALUES.contains(&word.as_str()) || turns.contains(word),
        [root, dot, part] => root == "patient" && dot == "." && part == "name",
        _ => false,
    };
    value || !has_own(words, turns)
}

/// Conditions of bare slots and loops over all elements; what is asked for among the elements is noted.
fn asks_plainly(words: &[String], turns: &[String], asked: &mut Vec<Element>) -> bool {
    if !has_own(words, turns) {
        return true;
    }
    let Some((first, rest)) = words.split_first() else { return true };
    if first == "for" {
        return matches!(rest, [_, within, container] if within == "in" && container == "elements");
    }
    if first != "if" && first != "elif" {
        return false;
    }
    let compares = |word: &String| word == "is" || word == "in" || !word.chars().all(|c| c.is_alphanumeric() || "_.()".contains(c));
    if rest.iter().any(compares) {
        return false;
    }
    (0..rest.len()).filter(|index| own_at(rest, *index, turns)).all(|index| match rest[index].as_str() {
        "involved" => match (rest.get(index + 1).map(String::as_str), rest.get(index + 2).and_then(|id| Element::from_id(id))) {
            (Some("."), Some(element)) => {
                asked.push(element);
                true
            }
            _ => false,
        },
        "patient" => rest.get(index + 2).is_some_and(|part| part == "name"),
        word => VALUES.contains(&word),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jurisdictions_are_asked_for_one_by_one_or_not_told() {
        let asked = |source: &str| asked_residents(&[source]).map(|codes| codes.into_iter().collect::<Vec<_>>().join(" "));
        assert_eq!(asked("{% if residents.MD or covered and (residents.CA) %}x{% endif %}"), Some("CA MD".to_owned()));
        assert_eq!(asked("{{ affected_residents }}"), Some(String::new()));
        assert_eq!(asked("{% for r in residents %}x{% endfor %}"), None);
        assert_eq!(asked("{% if residents[code] %}x{% endif %}"), None);
    }

    #[test]
    fn words_that_hang_on_a_value_are_found() {
        for source in [
            "Dear {{ patient.name | upper }}{{- code -}}, {{ salutation ~ person }} {{ provider.name }}",
            "{% if code and (service.months > 12) and not representative %}x{% elif patient.name or elements %}y{% endif %}",
            "{% for e in elements %}{{ e | lower }}{% if not loop.last %}, {% endif %}{% endfor %}",
            "{% if provider.name == \"A\" %}x{% endif %}{% set mine = provider.name %}{% set own %}x{% endset %}{{ code }}",
            "{% if affected_residents %}{{ affected_residents }}{% endif %}{{ elements | length }}",
        ] {
            assert_eq!(hangs_on_values(source), None, "{source}");
        }
        for source in [
            "{% if patient.name == \"Ann\" %}x{% endif %}",
            "{% if \"Ann\" in patient.name %}x{% endif %}",
            "{% if (patient.name) == \"Ann\" %}x{% endif %}",
            "{% if adult and \"Ann\" == (patient.name) %}x{% endif %}",
            "{% if patient.name not in [\"Ann\"] %}x{% endif %}",
            "{% if code is containing(\"7\") %}x{% endif %}",
            "{% if patient.name | length > 20 %}x{% endif %}",
            "{% if elements | length < 6 %}x{% endif %}",
            "{% for e in elements %}{% if e == \"diagnosis\" %}x{% endif %}{% endfor %}",
            "{% if affected_residents == \"3\" %}x{% endif %}",
            "{{ \"x\" if patient.name == \"Ann\" else \"y\" }}",
            "{{ patient.name | replace(from=\"Ann\", to=\"Mud\") }}",
            "{% set name = patient.name %}{% if name == \"Ann\" %}x{% endif %}",
            "{% set name %}{{ patient.name }}{% endset %}{% if name == \"Ann\" %}x{% endif %}",
            "{% set name %}{% include \"parts/name.md\" %}{% endset %}",
            "{% filter replace(from=\"Ann\", to=\"Mud\") %}{{ patient.name }}{% endfilter %}",
            "{% for name in [patient.name] %}{% if name == \"Ann\" %}x{% endif %}{% endfor %}",
        ] {
            assert!(hangs_on_values(source).is_some(), "{source}");
        }
    }

    #[test]
    fn printing_and_asking_is_plain_and_everything_else_is_not() {
        let plain = |source: &str| asked_for(&[source]);
        for source in [
            "Dear {{ patient.name }}{{- code -}}, {{ provider.name | upper }}",
            "{% if code and not representative %}x{% elif (risk.credit or adult) %}y{% endif %}",
            "{% for kind in elements %}- {{ kind }}\n{% endfor %}{% for b in bureaus %}{{ b.web | link }}{% endfor %}",
        ] {
            assert_eq!(plain(source), Some(Vec::new()), "{source}");
        }
        assert_eq!(plain("{% if involved.ssn or involved.name %}x{% endif %}"), Some(vec![Element::Name, Element::Ssn]));
        for source in [
            "{{ patient.name | upper }}",
            "{{ salutation ~ code }}",
            "{% if code == \"A\" %}x{% endif %}",
            "{% if code is defined %}x{% endif %}",
            "{% if \"a\" in elements %}x{% endif %}",
            "{% set name = patient.name %}",
            "{% for e in elements %}{{ loop.index }} {{ e }}{% endfor %}",
            "{% for e in elements %}{{ e | lower }}{% endfor %}",
            "{% filter upper %}x{% endfilter %}",
            "{{ elements | length }}",
            "{{ involved.ssn }}",
        ] {
            assert_eq!(plain(source), None, "{source}");
        }
    }
}
