//! A message as headers and the parts that a report of delivery is made of (RFC 2046, RFC 6522).
//!
//! The headers are `mail-parser`'s work. The parts are told apart here: its parser holds a message in a message in a message as deep as
//! somebody nested them, and letting go of a few ten thousand of these ends the process.

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Message, MessageParser, MimeHeaders as _};
use std::borrow::Cow;

/// Multiparts in one another that are opened: a report has one, a gateway may add one around it.
const MOST_DEPTH: usize = 4;
/// Parts of a message that are looked at: a report has three.
const MOST_PARTS: usize = 64;

/// A part that holds no other parts.
pub(super) struct Part<'m> {
    /// Such as `message/delivery-status`, in lower case.
    pub(super) kind: String,
    /// As it was before it was encoded for the way.
    pub(super) body: Cow<'m, [u8]>,
}

/// The headers of a message or a part; `None` when it has none.
pub(super) fn headers(entity: &[u8]) -> Option<Message<'_>> {
    MessageParser::default().parse_headers(&entity[..body_start(entity)])
}

/// The parts of a message in reading order; a message inside of it is one part, and is not opened.
pub(super) fn parts(message: &[u8]) -> Vec<Part<'_>> {
    let mut found = Vec::new();
    open(message, MOST_DEPTH, &mut found);
    found
}

fn open<'m>(entity: &'m [u8], depth: usize, found: &mut Vec<Part<'m>>) {
    let headers = headers(entity);
    let content_type = headers.as_ref().and_then(|headers| headers.content_type());
    let body = &entity[body_start(entity)..];
    let boundary = content_type.filter(|kind| kind.ctype() == "multipart").and_then(|kind| kind.attribute("boundary"));
    if let Some(boundary) = boundary.filter(|boundary| !boundary.is_empty()) {
        for inner in between(body, boundary.as_bytes()) {
            if depth > 0 && found.len() < MOST_PARTS {
                open(inner, depth - 1, found);
            }
        }
        return;
    }
    let kind = content_type.map_or_else(
        || "text/plain".to_owned(),
        |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()).to_ascii_lowercase(),
    );
    let encoding = headers.as_ref().and_then(|headers| headers.content_transfer_encoding()).unwrap_or_default().to_ascii_lowercase();
    let decoded = match encoding.as_str() {
        "base64" => base64_decode(body),
        "quoted-printable" => quoted_printable_decode(body),
        _ => None,
    };
    found.push(Part { kind, body: decoded.map_or(Cow::Borrowed(body), Cow::Owned) });
}

/// Where the body begins: behind the first line that is empty.
fn body_start(entity: &[u8]) -> usize {
    let mut at = 0;
    for line in entity.split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        if matches!(line, b"\n" | b"\r\n") {
            break;
        }
    }
    at
}

/// What stands between the lines of a boundary; the last part may lack its end.
fn between<'m>(body: &'m [u8], boundary: &[u8]) -> Vec<&'m [u8]> {
    let mut parts = Vec::new();
    let mut begun: Option<usize> = None;
    let mut at = 0;
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let rest = line.strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary)).map(<[u8]>::trim_ascii);
        if let Some(rest @ (b"" | b"--")) = rest {
            parts.extend(begun.map(|begun| &body[begun..at]));
            begun = rest.is_empty().then_some(at + line.len());
        }
        at += line.len();
        if parts.len() >= MOST_PARTS {
            return parts;
        }
    }
    parts.extend(begun.map(|begun| &body[begun..]));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(message: &str) -> Vec<(String, String)> {
        parts(message.as_bytes()).into_iter().map(|part| (part.kind, String::from_utf8_lossy(&part.body).into_owned())).collect()
    }

    #[test]
    fn parts_are_told_apart_and_decoded() {
        let message = "Content-Type: multipart/report; boundary=\"b 1\"\r\n\r\npreamble\r\n--b 1\r\n\r\nhello\r\n--b 1  \r\n\
                       Content-Type: Message/Delivery-Status\r\nContent-Transfer-Encoding: BASE64\r\n\r\nQUJD\r\n--b 1\r\n\
                       Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\na=3Db\r\n--b 1--\r\nepilogue";
        let found = kinds(message);
        assert_eq!(found[0], ("text/plain".to_owned(), "hello\r\n".to_owned()));
        assert_eq!(found[1], ("message/delivery-status".to_owned(), "ABC".to_owned()));
        assert_eq!((found.len(), found[2].1.trim_end()), (3, "a=b"));
    }

    #[test]
    fn a_message_that_breaks_off_keeps_its_last_part() {
        let found =
            kinds("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/report; boundary=c\n\n--c\n\nx\n--c\n\ny");
        assert_eq!(found.iter().map(|(_, body)| body.as_str()).collect::<Vec<_>>(), ["x\n", "y"]);
        assert_eq!(kinds(""), [("text/plain".to_owned(), String::new())]);
    }

    #[test]
    fn however_deep_somebody_nests_it_does_no_harm() {
        let messages = "Content-Type: message/rfc822\n\n".repeat(200_000);
        assert_eq!(parts(messages.as_bytes()).len(), 1);
        let multiparts = "Content-Type: multipart/mixed; boundary=b\n\n--b\n".repeat(100_000);
        assert!(parts(multiparts.as_bytes()).len() <= MOST_PARTS);
    }
}
