//! What may stand in a header line. Everything is checked here before the message builder sees it.

use crate::error::{Error, Place, Result};
use lettre::Address;
use lettre::message::Mailbox;

/// Characters that end a line, hide text or turn its direction.
fn is_forbidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// Checks one value of `[email]`.
///
/// # Errors
/// Refused when it holds a line break, another control character or a mark that turns the writing direction.
pub(super) fn checked<'a>(value: &'a str, key: &str) -> Result<&'a str> {
    if value.contains(is_forbidden) {
        return Err(refused(key, "holds a line break or an invisible control character", "write it on one line, in plain text"));
    }
    Ok(value)
}

/// Reads an address with or without a display name: `notices@example.org` or `Example Health <notices@example.org>`.
///
/// # Errors
/// Refused when it is not one address.
pub(super) fn mailbox(value: &str, key: &str) -> Result<Mailbox> {
    let value = checked(value, key)?.trim();
    let (name, address) = match value.strip_suffix('>').and_then(|value| value.rsplit_once('<')) {
        Some((name, address)) => (name.trim().trim_matches('"').trim(), address.trim()),
        None => ("", value),
    };
    let hint = "write one address, such as notices@example.org or Example Health <notices@example.org>";
    let address = plain_address(address).ok_or_else(|| refused(key, "is not an e-mail address", hint))?;
    if !is_ascii(&address) {
        return Err(refused(key, "has letters outside ASCII in its address", hint));
    }
    Ok(Mailbox::new((!name.is_empty()).then(|| name.to_owned()), address))
}

/// An address without a display name; `None` when it is none, or holds what could break out of the envelope.
pub(super) fn plain_address(value: &str) -> Option<Address> {
    let suspicious = |c: char| is_forbidden(c) || c.is_whitespace() || matches!(c, '<' | '>' | '"' | ',' | ';');
    if value.contains(suspicious) { None } else { value.parse().ok() }
}

/// Whether every server can take the address; others need SMTPUTF8 (RFC 6531).
pub(super) fn is_ascii(address: &Address) -> bool {
    address.user().is_ascii() && address.domain().is_ascii()
}

fn refused(key: &str, reason: &'static str, hint: &'static str) -> Error {
    Error::refused("email-setting", Place::file("incident.toml").column(format!("email.{key}")), format!("{key} {reason}"), hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_break_out_of_a_header_is_refused() {
        for value in ["a\r\nBcc: x@example.org", "a\nb", "a\0b", "a\u{202E}b", "a\u{2066}b", "a\u{2028}b", "a\tb", "\u{200F}a"] {
            assert!(checked(value, "subject").is_err(), "{value:?} passed");
            assert!(mailbox(&format!("{value} <a@example.org>"), "from").is_err(), "{value:?} passed as a name");
            assert!(plain_address(&format!("{value}@example.org")).is_none(), "{value:?} passed as an address");
        }
        assert_eq!(checked("Aviso sobre su información", "subject").unwrap(), "Aviso sobre su información");
    }

    #[test]
    fn a_mailbox_is_one_address_with_an_optional_name() {
        let named = mailbox("\"Lakeside Health\" <notices@lakeside.example>", "from").unwrap();
        assert_eq!((named.name.as_deref(), named.email.to_string().as_str()), (Some("Lakeside Health"), "notices@lakeside.example"));
        assert_eq!(mailbox(" notices@lakeside.example ", "from").unwrap().name, None);
        for wrong in ["", "lakeside", "a@b.example, c@d.example", "A <a@b.example", "A <>", "a@b.example>", "A <a@b.example> x"] {
            assert!(mailbox(wrong, "from").is_err(), "{wrong:?} passed");
        }
    }

    #[test]
    fn an_address_is_nothing_but_an_address() {
        for wrong in
            ["", "ann", "@example.org", "ann@", "ann@ex ample.org", "<ann@example.org>", "a@b.example,c@d.example", "\"a b\"@c.example"]
        {
            assert!(plain_address(wrong).is_none(), "{wrong:?} passed");
        }
        assert!(plain_address("ann.o'brien+notice@example.org").is_some());
    }
}
