//! What a template says inside its Tera tags, with the place of each word.
//!
//! Tera tells which top-level variables a template reads, but neither where nor which of their parts, and it takes an
//! undefined part in a condition for false. So the tags are read here once more, for names and places only.

use std::ops::Range;

/// A stretch of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stretch {
    Text(Range<usize>),
    Output(Range<usize>),
    Statement(Range<usize>),
}

/// A name used in a tag, with its byte offset in the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) offset: usize,
}

/// A `for` loop: its variables run over a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Loop {
    pub(super) variables: Vec<String>,
    /// The slot that it runs over; absent for other expressions.
    pub(super) container: Option<Vec<Name>>,
}

/// Everything that the tags of one template name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tags {
    /// Slots read, each as its dotted parts.
    pub(super) paths: Vec<Vec<Name>>,
    /// Those of them that are printed as they are.
    pub(super) printed: Vec<Vec<Name>>,
    /// Filters applied.
    pub(super) filters: Vec<Name>,
    /// Functions called.
    pub(super) functions: Vec<Name>,
    /// Templates included.
    pub(super) includes: Vec<Name>,
    /// First words of the statements.
    pub(super) statements: Vec<Name>,
    /// Loops.
    pub(super) loops: Vec<Loop>,
    /// Variables that the template sets itself.
    pub(super) assigned: Vec<String>,
}

/// The Markdown of a template without its tags, and where each part of it stood.
pub(super) struct Bare {
    pub(super) text: String,
    offsets: Vec<(usize, usize)>,
}

impl Bare {
    /// The offset in the template of an offset in the bare text.
    pub(super) fn source_offset(&self, offset: usize) -> usize {
        let index = self.offsets.partition_point(|(bare, _)| *bare <= offset);
        match index.checked_sub(1).and_then(|index| self.offsets.get(index)) {
            Some((bare, source)) => source + (offset - bare),
            None => offset,
        }
    }
}

/// 1-based line and column (in characters) of a byte offset.
pub(super) fn line_and_column(text: &str, offset: usize) -> (u64, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() as u64 + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

/// Takes the tags out of a template; a slot leaves one letter behind.
pub(super) fn bare(source: &str) -> Bare {
    let mut result = Bare { text: String::new(), offsets: Vec::new() };
    for stretch in stretches(source) {
        match stretch {
            Stretch::Text(range) => {
                result.offsets.push((result.text.len(), range.start));
                result.text.push_str(&source[range]);
            }
            Stretch::Output(range) => {
                result.offsets.push((result.text.len(), range.start));
                result.text.push('x');
            }
            Stretch::Statement(_) => {}
        }
    }
    result
}

/// Reads the tags of a template that Tera has parsed without complaint.
pub(super) fn read(source: &str) -> Tags {
    let mut tags = Tags::default();
    for stretch in stretches(source) {
        match stretch {
            Stretch::Output(range) => {
                let before = tags.paths.len();
                let tokens = tokens(source, range);
                expression(&tokens, &mut tags);
                // A path and nothing else: words with dots between them.
                if let [path] = &tags.paths[before..]
                    && tokens.len() == path.len() * 2 - 1
                {
                    tags.printed.push(path.clone());
                }
            }
            Stretch::Statement(range) => statement(&tokens(source, range), &mut tags),
            Stretch::Text(_) => {}
        }
    }
    tags
}

/// The slots that outputs print, through filters too, each with its offset; of a loop's variable, the slot that the loop runs over.
pub(super) fn outputs(source: &str) -> Vec<(String, usize)> {
    let loops = read(source).loops;
    let mut found = Vec::new();
    for stretch in stretches(source) {
        let Stretch::Output(range) = stretch else { continue };
        let mut tags = Tags::default();
        expression(&tokens(source, range.clone()), &mut tags);
        for path in tags.paths {
            let looped = loops.iter().rev().find(|each| each.variables.contains(&path[0].text)).and_then(|each| each.container.as_ref());
            let names = looped.into_iter().flatten().chain(&path[usize::from(looped.is_some())..]);
            found.push((names.map(|name| name.text.as_str()).collect::<Vec<_>>().join("."), range.start));
        }
    }
    found
}

/// Splits a template at its tags, dropping comments and the blanks that `-` trims.
pub(super) fn stretches(source: &str) -> Vec<Stretch> {
    let mut found = Vec::new();
    let (mut position, mut trim_next) = (0, false);
    while position < source.len() {
        let rest = &source[position..];
        let start = ["{{", "{%", "{#"].iter().filter_map(|open| rest.find(open)).min().unwrap_or(rest.len());
        let text = position..position + start;
        let Some(opening) = source.get(text.end..text.end + 2) else {
            found.push(Stretch::Text(trimmed(source, text, trim_next, false)));
            break;
        };
        let inner = text.end + 2;
        let trim_before = source[inner..].starts_with('-');
        found.push(Stretch::Text(trimmed(source, text, trim_next, trim_before)));
        let end = tag_end(source, inner, opening);
        trim_next = source[inner..end].ends_with('-');
        let inside = inner + usize::from(trim_before)..(end - usize::from(trim_next)).max(inner + usize::from(trim_before));
        match opening {
            "{{" => found.push(Stretch::Output(inside)),
            "{%" => found.push(Stretch::Statement(inside)),
            _ => {}
        }
        position = (end + 2).min(source.len());
    }
    found
}

/// A range of text without the blanks at the sides that are trimmed.
fn trimmed(source: &str, range: Range<usize>, start: bool, end: bool) -> Range<usize> {
    let text = &source[range.clone()];
    let from = if start { range.start + (text.len() - text.trim_start().len()) } else { range.start };
    let to = if end { range.start + text.trim_end().len() } else { range.end };
    from..to.max(from)
}

/// Where the closing delimiter of a tag starts: quoted text inside the tag is skipped.
fn tag_end(source: &str, start: usize, opening: &str) -> usize {
    let closing = match opening {
        "{{" => "}}",
        "{%" => "%}",
        _ => "#}",
    };
    let mut quote = None;
    for (index, character) in source[start..].char_indices() {
        match quote {
            Some(open) if character == open => quote = None,
            Some(_) => {}
            None if opening != "{#" && matches!(character, '"' | '\'' | '`') => quote = Some(character),
            None if source[start + index..].starts_with(closing) => return start + index,
            None => {}
        }
    }
    source.len()
}

/// A word or sign of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Word(Name),
    Text(Name),
    Sign(char),
}

/// Splits the inside of a tag into words and signs. `?.` counts as `.`, and `==` as one sign `~`.
pub(super) fn tokens(source: &str, range: Range<usize>) -> Vec<Token> {
    let text = &source[range.clone()];
    let mut found = Vec::new();
    let mut characters = text.char_indices().peekable();
    while let Some((index, character)) = characters.next() {
        let offset = range.start + index;
        if character.is_alphabetic() || character == '_' {
            let word: String = text[index..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            while characters.next_if(|(at, _)| *at < index + word.len()).is_some() {}
            found.push(Token::Word(Name { text: word, offset }));
        } else if matches!(character, '"' | '\'' | '`') {
            let inside: String = text[index + 1..].chars().take_while(|c| *c != character).collect();
            while characters.next_if(|(at, _)| *at <= index + 1 + inside.len()).is_some() {}
            found.push(Token::Text(Name { text: inside, offset }));
        } else if character == '?' && characters.next_if(|(_, next)| *next == '.').is_some() {
            found.push(Token::Sign('.'));
        } else if matches!(character, '=' | '!' | '<' | '>') && characters.next_if(|(_, next)| *next == '=').is_some() {
            found.push(Token::Sign('~'));
        } else if !character.is_whitespace() {
            found.push(Token::Sign(character));
        }
    }
    found
}

/// Reads one statement.
fn statement(tokens: &[Token], tags: &mut Tags) {
    let Some((Token::Word(first), rest)) = tokens.split_first() else { return };
    tags.statements.push(first.clone());
    match (first.text.as_str(), rest) {
        ("for", rest) => for_loop(rest, tags),
        ("set" | "set_global", [Token::Word(name), rest @ ..]) => {
            tags.assigned.push(name.text.clone());
            expression(rest, tags);
        }
        ("include", [Token::Text(name), ..]) => tags.includes.push(name.clone()),
        ("filter", [Token::Word(name), rest @ ..]) => {
            tags.filters.push(name.clone());
            expression(rest, tags);
        }
        (_, rest) => expression(rest, tags),
    }
}

/// Reads `a, b in container`.
fn for_loop(tokens: &[Token], tags: &mut Tags) {
    let split = tokens.iter().position(|token| matches!(token, Token::Word(word) if word.text == "in")).unwrap_or(tokens.len());
    let (names, container) = tokens.split_at(split);
    let variables = names.iter().filter_map(|token| if let Token::Word(word) = token { Some(word.text.clone()) } else { None }).collect();
    let first = tags.paths.len();
    expression(container, tags);
    tags.loops.push(Loop { variables, container: tags.paths.get(first).cloned() });
}

/// Words that are part of the language, not names of slots.
const KEYWORDS: [&str; 11] = ["and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "for"];

/// Reads an expression: slots and filters.
fn expression(tokens: &[Token], tags: &mut Tags) {
    let mut index = 0;
    while let Some(token) = tokens.get(index) {
        let Token::Word(word) = token else {
            index += 1;
            continue;
        };
        let before = index.checked_sub(1).and_then(|index| tokens.get(index));
        let mut path = vec![word.clone()];
        while let (Some(Token::Sign('.')), Some(Token::Word(part))) = (tokens.get(index + 1), tokens.get(index + 2)) {
            path.push(part.clone());
            index += 2;
        }
        index += 1;
        let after = tokens.get(index);
        if before == Some(&Token::Sign('|')) {
            tags.filters.push(word.clone());
        } else if after == Some(&Token::Sign('(')) && !is_test(tokens, index) && !KEYWORDS.contains(&word.text.as_str()) {
            tags.functions.push(word.clone());
        } else if !(KEYWORDS.contains(&word.text.to_lowercase().as_str()) || is_test(tokens, index) || is_called(after)) {
            tags.paths.push(path);
        }
    }
}

/// Whether the word that ends before an index follows `is` or `is not`: the name of a test.
fn is_test(tokens: &[Token], end: usize) -> bool {
    let word = |back: usize| match end.checked_sub(back).and_then(|index| tokens.get(index)) {
        Some(Token::Word(word)) => word.text.as_str(),
        _ => "",
    };
    word(2) == "is" || (word(2) == "not" && word(3) == "is")
}

/// Whether a word is a function or the key of an argument.
fn is_called(after: Option<&Token>) -> bool {
    matches!(after, Some(Token::Sign('(' | '=')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(paths: &[Vec<Name>]) -> Vec<String> {
        paths.iter().map(|path| path.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".")).collect()
    }

    #[test]
    fn slots_filters_and_includes_are_found_with_their_places() {
        let source = "A {{ provider.name | link(text=title) }}\n{% if not involved.ssn and code is defined %}{% include \"parts/x.md\" %}\
            {% for b in bureaus %}{{ b.web }}{% endfor %}{% set total = range(end=2) %}{{ a == 'it }}' }}{# {{ hidden }} #}";
        let tags = read(source);
        assert_eq!(names(&tags.paths), ["provider.name", "title", "involved.ssn", "code", "bureaus", "b.web", "a"]);
        assert_eq!(tags.filters.iter().map(|name| name.text.as_str()).collect::<Vec<_>>(), ["link"]);
        assert_eq!(tags.includes[0].text, "parts/x.md");
        assert_eq!((tags.loops[0].variables[0].as_str(), tags.assigned[0].as_str()), ("b", "total"));
        assert_eq!(line_and_column(source, tags.paths[2][1].offset), (2, 20));
    }

    #[test]
    fn bare_text_knows_where_it_stood() {
        let source = "{% if a -%}\n  Dear {{ name }},{% endif %}\n![x](y)";
        let bare = bare(source);
        assert_eq!(bare.text, "Dear x,\n![x](y)");
        assert_eq!(&source[bare.source_offset(bare.text.find('!').unwrap())..], "![x](y)");
    }
}
