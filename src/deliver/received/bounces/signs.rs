//! Whether a message looks like a report of non-delivery although no part of it is for machines.

use mail_parser::Message;
use std::sync::LazyLock;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Signs {
    senders: Vec<String>,
    headers: Vec<String>,
    subjects: Vec<String>,
}

static SIGNS: LazyLock<Signs> =
    LazyLock::new(|| toml::from_str(include_str!("signs.toml")).expect("signs.toml is built in and a test reads it"));

/// Whether the sender, a header or the subject says so.
pub(super) fn looks_like_a_report(headers: &Message<'_>) -> bool {
    let sender = headers.from().and_then(|from| from.first()).and_then(|sender| sender.address()).unwrap_or_default();
    let local = sender.split('@').next().unwrap_or_default().to_lowercase();
    let subject = headers.subject().unwrap_or_default().trim().to_lowercase();
    let has = |name: &String| headers.headers().iter().any(|header| header.name().eq_ignore_ascii_case(name));
    SIGNS.senders.contains(&local) || SIGNS.headers.iter().any(has) || SIGNS.subjects.iter().any(|start| subject.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mail_parser::MessageParser;

    #[test]
    fn reports_are_told_from_letters() {
        let looks = |text: &str| looks_like_a_report(&MessageParser::default().parse_headers(text).unwrap());
        let reports = [
            "From: Mail Delivery System <MAILER-DAEMON@mx.example>\n\n",
            "From: postmaster@mx.example\n\n",
            "From: a@b.example\nX-Failed-Recipients: x@y.example\n\n",
            "From: a@b.example\nSubject: Undeliverable: a letter for you\n\n",
            "From: a@b.example\nSubject: =?utf-8?q?Delivery_Status_Notification_=28Failure=29?=\n\n",
        ];
        for report in reports {
            assert!(looks(report), "{report}");
        }
        for letter in ["From: a@b.example\nSubject: Re: a letter for you\n\n", "Subject: Out of office\n\n", "From: <>\n\n", "X: y\n\n"] {
            assert!(!looks(letter), "{letter}");
        }
    }
}
