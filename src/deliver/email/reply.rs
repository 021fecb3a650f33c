//! What a server's reply, or its absence, means for a piece.

use super::connection::Unheard;
use lettre::transport::smtp::response::{Response, Severity};
use std::time::Duration;

/// The longest queue name that is kept.
const QUEUE_NAME: usize = 40;

/// What became of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Sent,
    Deferred,
    Failed,
    Uncertain,
}

/// A reply, reduced to what decides and what may be kept. A server's own words often quote the address they are about, so
/// they are never kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    /// 2xx, or 354 after DATA: what was wanted.
    Wanted(String),
    /// 4xx; the connection is of no more use after a 421.
    Transient { detail: String, closing: bool },
    /// 5xx; likewise (RFC 5321 allows 521).
    Permanent { detail: String, closing: bool },
    /// No reply that could be understood: the connection is of no more use.
    Broken(String),
}

impl Reply {
    /// Whether the server announced that it closes the connection.
    pub(super) fn closes(&self) -> bool {
        matches!(self, Reply::Transient { closing: true, .. } | Reply::Permanent { closing: true, .. })
    }
}

/// Waits for an answer of the wanted kind, but no longer than `patience`.
pub(super) async fn reply(answer: impl Future<Output = Result<Response, Unheard>>, wanted: Severity, patience: Duration) -> Reply {
    let response = match tokio::time::timeout(patience, answer).await {
        Err(_) => return Reply::Broken("no reply in time".to_owned()),
        Ok(Err(Unheard::Lost)) => return Reply::Broken("connection lost".to_owned()),
        Ok(Err(Unheard::Unusable)) => return Reply::Broken("no usable reply".to_owned()),
        Ok(Ok(response)) => response,
    };
    let code = response.code().to_string();
    let detail = detail(&code, &response.message().collect::<Vec<_>>().join(" "));
    match response.code().severity {
        severity if severity == wanted => Reply::Wanted(detail),
        Severity::TransientNegativeCompletion => Reply::Transient { detail, closing: code == "421" },
        Severity::PermanentNegativeCompletion => Reply::Permanent { detail, closing: code == "521" },
        _ => Reply::Broken(format!("unexpected reply {code}")),
    }
}

/// The code, the enhanced status code (RFC 3463) and the server's queue name, when the text gives them.
fn detail(code: &str, text: &str) -> String {
    let mut detail = code.to_owned();
    if let Some(status) = text.split_whitespace().find(|word| is_enhanced_status(word)) {
        detail.push(' ');
        detail.push_str(status);
    }
    if let Some((_, after)) = text.split_once("queued as ") {
        let name: String = after.chars().take_while(char::is_ascii_alphanumeric).take(QUEUE_NAME).collect();
        if !name.is_empty() {
            detail.push_str(" queued as ");
            detail.push_str(&name);
        }
    }
    detail
}

fn is_enhanced_status(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    let numeric = |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    matches!(parts.as_slice(), [class, _, _] if matches!(*class, "2" | "4" | "5")) && parts.iter().all(numeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_never_keeps_the_servers_own_words() {
        let cases = [
            ("250", "2.0.0 Ok: queued as 4ZxYq12", "250 2.0.0 queued as 4ZxYq12"),
            ("250", "queued as <ann@example.org>", "250"),
            ("550", "5.1.1 <ann@example.org>: User unknown", "550 5.1.1"),
            ("550", "no such user ann@example.org at 192.0.2.1", "550"),
            ("451", "4.7.1 Greylisted until 10.20.30", "451 4.7.1"),
        ];
        for (code, text, expected) in cases {
            assert_eq!(detail(code, text), expected);
        }
    }
}
