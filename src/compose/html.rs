//! A letter as an accessible HTML document: structure by elements, style in one place, nothing from elsewhere.

use super::{BlockKind, BodyBlock, Inline, Letter};

/// The look: 16 px or larger, dark on white, lines of readable length.
const STYLE: &str = "body{margin:0;background:#fff;color:#1a1a1a;font-family:'Noto Sans',Arial,sans-serif;line-height:1.5;overflow-wrap:anywhere}\
main{max-width:40em;margin:0 auto;padding:1.5em}\
h1{font-size:1.5em;line-height:1.25}\
h2{font-size:1.2em;line-height:1.25;margin-top:1.5em}\
a{color:#0b4f8a}\
table{border-collapse:collapse;width:100%}\
th,td{border:1px solid #595959;padding:.5em;text-align:left;vertical-align:top}\
.framed{border:1px solid #595959;padding:0 1em;margin:1em 0}\
.code{font-family:monospace;font-size:1.4em;letter-spacing:.1em}";

/// The body of a letter as an HTML document.
pub(super) fn document(letter: &Letter) -> String {
    let size = if letter.large_print { "24px" } else { "16px" };
    let mut html = String::with_capacity(12 * 1024);
    html.push_str("<!DOCTYPE html>\n<html lang=\"");
    html.push_str(letter.language.tag());
    html.push_str(
        "\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
    );
    escape(&letter.title, &mut html);
    html.push_str("</title>\n<style>html{font-size:");
    html.push_str(size);
    html.push('}');
    html.push_str(STYLE);
    html.push_str("</style>\n</head>\n<body>\n<main>\n");
    blocks(&letter.blocks, &mut html);
    html.push_str("</main>\n</body>\n</html>\n");
    html
}

fn blocks(all: &[BodyBlock], html: &mut String) {
    for block in all {
        match &block.kind {
            BlockKind::Title(text) => element("h1", text, html),
            BlockKind::Heading(text) => element("h2", text, html),
            BlockKind::Paragraph(text) => element("p", text, html),
            BlockKind::List { start, items } => list(*start, items, html),
            BlockKind::Table { header, rows } => table(header, rows, html),
            BlockKind::Framed(inside) => section("<div class=\"framed\">\n", inside, html),
            BlockKind::Together(inside) => section("<div>\n", inside, html),
        }
    }
}

fn section(opening: &str, inside: &[BodyBlock], html: &mut String) {
    html.push_str(opening);
    blocks(inside, html);
    html.push_str("</div>\n");
}

fn element(name: &str, text: &[Inline], html: &mut String) {
    html.push_str(&format!("<{name}>"));
    inlines(text, html);
    html.push_str(&format!("</{name}>\n"));
}

fn list(start: Option<u64>, items: &[Vec<BodyBlock>], html: &mut String) {
    match start {
        None => html.push_str("<ul>\n"),
        Some(1) => html.push_str("<ol>\n"),
        Some(start) => html.push_str(&format!("<ol start=\"{start}\">\n")),
    }
    for item in items {
        html.push_str("<li>");
        match item.as_slice() {
            [one] if let BlockKind::Paragraph(text) = &one.kind => inlines(text, html),
            item => blocks(item, html),
        }
        html.push_str("</li>\n");
    }
    html.push_str(if start.is_some() { "</ol>\n" } else { "</ul>\n" });
}

fn table(header: &[Vec<Inline>], rows: &[Vec<Vec<Inline>>], html: &mut String) {
    html.push_str("<table>\n<thead>\n<tr>");
    for cell in header {
        html.push_str("<th scope=\"col\">");
        inlines(cell, html);
        html.push_str("</th>");
    }
    html.push_str("</tr>\n</thead>\n<tbody>\n");
    for row in rows {
        html.push_str("<tr>");
        for cell in row {
            html.push_str("<td>");
            inlines(cell, html);
            html.push_str("</td>");
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody>\n</table>\n");
}

fn inlines(text: &[Inline], html: &mut String) {
    for inline in text {
        let mut closing = Vec::new();
        let mut open = |tag: &str, close: &'static str| {
            html.push_str(tag);
            closing.push(close);
        };
        if let Some(link) = &inline.link {
            let mut tag = String::from("<a href=\"");
            escape(link, &mut tag);
            tag.push_str("\">");
            open(&tag, "</a>");
        }
        if inline.bold {
            open("<strong>", "</strong>");
        }
        if inline.italic {
            open("<em>", "</em>");
        }
        if inline.code {
            open("<strong class=\"code\">", "</strong>");
        }
        escape(&inline.text, html);
        closing.iter().rev().for_each(|close| html.push_str(close));
    }
}

/// Escapes text for elements and quoted attributes; a forced line break becomes `<br>`.
fn escape(text: &str, html: &mut String) {
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\n' => html.push_str("<br>"),
            character => html.push(character),
        }
    }
}
