//! The machine-readable part of a report (RFC 3464): fields about the message, then fields about each recipient.

/// How far a message came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BounceAction {
    /// It will not be delivered.
    Failed,
    /// It was not delivered yet; the server goes on trying.
    Delayed,
    /// It was delivered, or handed on to a server that sends no reports (`relayed`, `expanded`).
    Delivered,
}

/// What a report says of one recipient. The address is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) action: BounceAction,
    /// Such as `5.1.1` (RFC 3463).
    pub(super) status: String,
}

/// What a report says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct DeliveryStatus {
    /// What the sender called the message when it handed it over (RFC 3461).
    pub(super) envelope_id: Option<String>,
    /// One for each recipient; without those that cannot be read.
    pub(super) outcomes: Vec<Outcome>,
    /// Recipients of whom it cannot be read what became of the message.
    pub(super) unreadable: usize,
}

impl DeliveryStatus {
    /// Reads the bytes of a part; whatever is in no known form counts as unreadable or is passed over.
    pub(super) fn read(body: &[u8]) -> DeliveryStatus {
        let text = String::from_utf8_lossy(body);
        let mut read = DeliveryStatus::default();
        let mut lines = text.lines().peekable();
        while lines.peek().is_some() {
            let block = fields(&mut lines);
            let value = |name: &str| block.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
            read.envelope_id = read.envelope_id.or_else(|| value("original-envelope-id").map(str::to_owned));
            // Some servers leave the fields about the message out: a recipient is told by its own.
            if ["action", "status", "final-recipient"].iter().any(|name| value(name).is_some()) {
                let outcome = value("action").and_then(action).zip(value("status").and_then(status));
                read.unreadable += usize::from(outcome.is_none());
                read.outcomes.extend(outcome.map(|(action, status)| Outcome { action, status }));
            }
        }
        read
    }
}

/// The fields up to the next empty line, their names in lower case, folded lines put together.
fn fields<'t>(lines: &mut impl Iterator<Item = &'t str>) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in lines.map(str::trim_end).take_while(|line| !line.is_empty()) {
        match (line.starts_with([' ', '\t']), fields.last_mut(), line.split_once(':')) {
            (true, Some((_, value)), _) => {
                value.push(' ');
                value.push_str(line.trim_start());
            }
            (_, _, Some((name, value))) => fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned())),
            _ => {}
        }
    }
    fields
}

/// RFC 3464, 2.3.3; a comment may follow.
fn action(value: &str) -> Option<BounceAction> {
    match first_word(value).to_ascii_lowercase().as_str() {
        "failed" => Some(BounceAction::Failed),
        "delayed" => Some(BounceAction::Delayed),
        "delivered" | "relayed" | "expanded" => Some(BounceAction::Delivered),
        _ => None,
    }
}

/// RFC 3463, 2: class 2, 4 or 5, subject and detail of up to three digits; a comment may follow.
fn status(value: &str) -> Option<String> {
    let code = first_word(value);
    let parts: Vec<&str> = code.split('.').collect();
    let is_number = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let [class, subject, detail] = parts.as_slice() else { return None };
    (matches!(*class, "2" | "4" | "5") && is_number(subject) && is_number(detail)).then(|| code.to_owned())
}

fn first_word(value: &str) -> &str {
    value.split([' ', '\t', '(']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_whatever_their_case_and_folding() {
        let read = DeliveryStatus::read(
            b"Reporting-MTA: dns; mx.example\r\nORIGINAL-Envelope-ID:\r\n 0000007.lakeside\r\n\r\n\
              Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1 (bad mailbox)\r\n\
              Diagnostic-Code: smtp; 550 a@b.example\r\n  Status: 2.0.0\r\n\r\nAction: Relayed\nSTATUS: 2.0.0\n\n\nAction: lost\nStatus: 5.0.0\n",
        );
        assert_eq!(read.envelope_id.as_deref().map(str::trim), Some("0000007.lakeside"));
        let outcome = |action, status: &str| Outcome { action, status: status.to_owned() };
        assert_eq!(read.outcomes, [outcome(BounceAction::Failed, "5.1.1"), outcome(BounceAction::Delivered, "2.0.0")]);
        assert_eq!(read.unreadable, 1);
    }

    #[test]
    fn statuses_have_their_shape() {
        for good in ["5.1.1", "4.4.7", "2.0.0", "5.123.999", "5.1.10 text", "5.7.1(text)"] {
            assert_eq!(status(good).as_deref(), Some(first_word(good)), "{good}");
        }
        for wrong in ["", "5", "5.1", "5.1.1.1", "3.0.0", "5.1.1234", "5..1", "5.1.x", "550", "é.1.1"] {
            assert_eq!(status(wrong), None, "{wrong}");
        }
    }
}
