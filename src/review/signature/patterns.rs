//! Lists of patterns, as `ssh_config(5)` has them under PATTERNS: `counsel,*officer,!chief*`.

/// Patterns between commas; `*` stands for any characters, `?` for one, and one after `!` excludes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Patterns {
    written: String,
    included: Vec<String>,
    excluded: Vec<String>,
}

impl Patterns {
    /// Reads a list; nothing when one of its patterns is empty.
    pub(super) fn read(written: &str) -> Option<Patterns> {
        let (mut included, mut excluded) = (Vec::new(), Vec::new());
        for pattern in written.to_lowercase().split(',') {
            let (list, pattern) = match pattern.strip_prefix('!') {
                Some(pattern) => (&mut excluded, pattern),
                None => (&mut included, pattern),
            };
            if pattern.is_empty() {
                return None;
            }
            list.push(pattern.to_owned());
        }
        Some(Patterns { written: written.to_owned(), included, excluded })
    }

    /// The list as the file has it.
    pub(super) fn written(&self) -> &str {
        &self.written
    }

    /// Whether some pattern includes the text and none excludes it, blind to case.
    pub(super) fn match_text(&self, text: &str) -> bool {
        let text: Vec<char> = text.to_lowercase().chars().collect();
        let any = |patterns: &[String]| patterns.iter().any(|pattern| matches(&pattern.chars().collect::<Vec<_>>(), &text));
        any(&self.included) && !any(&self.excluded)
    }
}

/// Whether a pattern matches a text. After a mismatch, only the last `*` has to take more: no pattern makes this slow.
fn matches(pattern: &[char], text: &[char]) -> bool {
    let (mut at, mut read) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while read < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(c) if *c == '?' || *c == text[read] => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((star_at, taken)) = star else { return false };
                star = Some((star_at, taken + 1));
                at = star_at + 1;
                read = taken + 1;
            }
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_openssh_has_them() {
        for (list, text, expected) in [
            ("counsel", "Counsel", true),
            ("COUNSEL", "counsel", true),
            ("counsel", "counsels", false),
            ("*", "", true),
            ("?", "", false),
            ("priv?cy*", "privacy officer", true),
            ("*officer", "privacy officer of officers", false),
            ("*of*er", "privacy officer of officer", true),
            ("counsel,*officer", "privacy officer", true),
            ("*,!counsel", "counsel", false),
            ("!counsel,*", "Counsel", false),
            ("!counsel", "board", false),
            ("a*b*c*d", "abcabcabc", false),
        ] {
            assert_eq!(Patterns::read(list).unwrap().match_text(text), expected, "{list} {text}");
        }
        for list in ["", ",", "a,", "!", "a,!"] {
            assert_eq!(Patterns::read(list), None, "{list}");
        }
    }
}
