//! Which family sets which part of a text: the built-in one wherever it can, else one family for a whole run of a script.

use super::font::{Family, Fonts};
use std::ops::Range;
use unicode_script::{Script, UnicodeScript as _};

/// A part of a text that one of the folder's families sets.
#[derive(Debug, PartialEq)]
pub(super) struct Span<'a> {
    /// Bytes of the text.
    pub(super) range: Range<usize>,
    /// As the shaper knows it.
    pub(super) family: &'a str,
}

/// The parts of a text that the built-in family cannot set and another one can, in order. A part is a run of one script,
/// with all its own characters, so that a name is never set in two families.
pub(super) fn spans<'a>(fonts: &'a Fonts, text: &str) -> Vec<Span<'a>> {
    let set_by_built_in = |character: char| fonts.built_in_has(character) || is_unseen(character);
    if text.chars().all(set_by_built_in) {
        return Vec::new();
    }
    let mut spans = Vec::new();
    for run in script_runs(text) {
        let part = &text[run.range.clone()];
        if !part.chars().all(set_by_built_in)
            && let Some(family) = family_for(fonts, run.script, part)
        {
            spans.push(Span { range: run.range, family: &family.name });
        }
    }
    spans
}

/// Whether a character leaves no ink and needs no glyph: line ends, joiners, marks of direction (Unicode's
/// `Default_Ignorable_Code_Point`).
pub(super) fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}')
}

struct ScriptRun {
    script: Script,
    range: Range<usize>,
}

/// Runs of one script, each from its first to its last character of that script. Marks belong to what they stand on, blanks
/// and signs inside of a run to the run; signs that no run encloses are runs of their own.
fn script_runs(text: &str) -> Vec<ScriptRun> {
    let mut runs: Vec<ScriptRun> = Vec::new();
    for (at, character) in text.char_indices() {
        let end = at + character.len_utf8();
        match character.script() {
            Script::Inherited => match runs.last_mut() {
                Some(run) if run.range.end == at => run.range.end = end,
                _ => runs.push(ScriptRun { script: Script::Inherited, range: at..end }),
            },
            Script::Common if character.is_whitespace() || is_unseen(character) => {}
            script => match runs.last_mut() {
                Some(run) if joins(run.script, script) => {
                    run.range.end = end;
                    run.script = narrower(run.script, script);
                }
                _ => runs.push(ScriptRun { script, range: at..end }),
            },
        }
    }
    enclose(runs)
}

/// Japanese mixes its scripts, and writes Chinese characters with them.
fn joins(run: Script, script: Script) -> bool {
    let mixed = |script| matches!(script, Script::Han | Script::Hiragana | Script::Katakana | Script::Bopomofo | Script::Hangul);
    run == script || (mixed(run) && mixed(script))
}

/// The script that tells most about the language.
fn narrower(run: Script, script: Script) -> Script {
    if run == Script::Han { script } else { run }
}

/// Joins runs of one script that only signs part.
fn enclose(runs: Vec<ScriptRun>) -> Vec<ScriptRun> {
    let mut joined: Vec<ScriptRun> = Vec::new();
    for run in runs {
        let strong = joined.iter().rposition(|before| before.script != Script::Common);
        match strong {
            Some(at) if run.script != Script::Common && joins(joined[at].script, run.script) => {
                joined.truncate(at + 1);
                joined[at].range.end = run.range.end;
                joined[at].script = narrower(joined[at].script, run.script);
            }
            _ => joined.push(run),
        }
    }
    joined
}

/// The first family that has all of a run, else the one that has most of it; absent when none has anything of it.
fn family_for<'a>(fonts: &'a Fonts, script: Script, part: &str) -> Option<&'a Family> {
    let known = fonts.packages().families(script);
    let named = known.iter().filter_map(|name| fonts.families().iter().find(|family| family.name == *name));
    let others = fonts.families().iter().filter(|family| !known.contains(&family.name));
    let mut best = (0, None);
    for family in named.chain(others) {
        let wanted = part.chars().filter(|character| !is_unseen(*character) && !character.is_whitespace());
        let (mut has, mut all) = (0, true);
        for character in wanted {
            let found = fonts.family_has(family, character);
            // What every family has says nothing about the script.
            has += usize::from(found && !fonts.built_in_has(character));
            all &= found || (character.script() == Script::Common && fonts.built_in_has(character));
        }
        if all && has > 0 {
            return Some(family);
        }
        if has > best.0 {
            best = (has, Some(family));
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(text: &str) -> Vec<(&'static str, &str)> {
        script_runs(text).into_iter().map(|run| (run.script.full_name(), &text[run.range])).collect()
    }

    #[test]
    fn a_run_holds_the_signs_inside_it_and_none_around_it() {
        assert_eq!(
            runs("Dear محمد-علي العربي, hello"),
            [("Latin", "Dear"), ("Arabic", "محمد-علي العربي"), ("Common", ","), ("Latin", "hello")]
        );
        assert_eq!(runs("山田 はな"), [("Hiragana", "山田 はな")]);
        assert_eq!(runs("Z\u{307}o\u{301}"), [("Latin", "Z\u{307}o\u{301}")]);
    }

    #[test]
    fn text_of_the_built_in_family_has_no_spans() {
        let fonts = Fonts::built_in().unwrap();
        assert_eq!(spans(&fonts, "Nguyễn Wałęsa Ελλάδα Ёлка Z\u{307}\n“quoted”"), []);
        assert_eq!(spans(&fonts, "王"), []);
    }
}
