//! Prose of the incident without its Markdown, for a form that takes nothing but characters.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

/// The words of some Markdown: paragraphs apart by an empty line, items behind a hyphen, links with their address.
pub fn as_plain_text(markdown: &str) -> String {
    let mut text = String::new();
    let mut links: Vec<String> = Vec::new();
    for event in Parser::new(markdown) {
        match event {
            Event::Text(words) | Event::Code(words) | Event::Html(words) | Event::InlineHtml(words) => text.push_str(&words),
            Event::SoftBreak => text.push(' '),
            Event::HardBreak => text.push('\n'),
            Event::Start(Tag::Item) => {
                end_line(&mut text);
                text.push_str("- ");
            }
            Event::Start(Tag::Link { dest_url, .. }) => links.push(dest_url.into_string()),
            Event::End(TagEnd::Link) => {
                let address = links.pop().unwrap_or_default();
                if !text.ends_with(&address) {
                    text.push_str(&format!(" ({address})"));
                }
            }
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::List(_)) => {
                end_line(&mut text);
                text.push('\n');
            }
            _ => {}
        }
    }
    text.trim().to_owned()
}

fn end_line(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_words_stay() {
        let cases = [
            ("One *two*\nthree.\n\nFour **five**", "One two three.\n\nFour five"),
            ("Steps:\n\n- one\n- two\n\nEnd", "Steps:\n\n- one\n- two\n\nEnd"),
            ("See [us](https://a.example) or <https://b.example>", "See us (https://a.example) or https://b.example"),
        ];
        for (markdown, text) in cases {
            assert_eq!(as_plain_text(markdown), text);
        }
    }
}
