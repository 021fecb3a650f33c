//! Which server, and how it is reached: the URL in `[email] smtp`.

use crate::error::{Error, Place, Result};
use std::net::IpAddr;

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protection {
    /// `smtp://`: none; for a relay on this machine only.
    None,
    /// `smtp+starttls://`: the connection turns to TLS before anything is said, or is given up.
    StartTls,
    /// `smtps://`: TLS from the first byte.
    Tls,
}

/// A mail server that messages are handed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Server {
    pub(super) protection: Protection,
    /// Name or address, an IPv6 address without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    /// Account name; absent when the server asks for none.
    pub(super) user: Option<String>,
}

impl Server {
    /// Reads `scheme://[user@]host[:port]`.
    ///
    /// # Errors
    /// Refused when it is not such a URL, holds a password, or would send patient data unprotected over a network.
    pub(super) fn parse(url: &str) -> Result<Server> {
        let Some((scheme, rest)) = url.trim().split_once("://") else { return Err(malformed()) };
        let (protection, default_port) = match scheme.to_ascii_lowercase().as_str() {
            "smtp" => (Protection::None, 25),
            "smtp+starttls" => (Protection::StartTls, 587),
            "smtps" => (Protection::Tls, 465),
            _ => return Err(malformed()),
        };
        let (user, authority) = match rest.rsplit_once('@') {
            Some((user, authority)) => (Some(user), authority),
            None => (None, rest),
        };
        if user.is_some_and(|user| user.contains(':')) {
            return Err(refused("holds a password", "take the password out of the URL and give it in BREACHNOTICE_SMTP_PASSWORD_FILE"));
        }
        let user = user.map(decoded).transpose()?;
        let (host, port) = host_and_port(authority.strip_suffix('/').unwrap_or(authority), default_port).ok_or_else(malformed)?;
        let server = Server { protection, host, port, user };
        if server.protection == Protection::None && !server.is_on_this_machine() {
            return Err(unprotected());
        }
        Ok(server)
    }

    fn is_on_this_machine(&self) -> bool {
        self.host.eq_ignore_ascii_case("localhost") || self.host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
    }
}

fn host_and_port(authority: &str, default_port: u16) -> Option<(String, u16)> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest.split_once(']')?;
            host.parse::<std::net::Ipv6Addr>().ok()?;
            (host, if after.is_empty() { None } else { Some(after.strip_prefix(':')?) })
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    if host.is_empty() || !host.chars().all(plain) {
        return None;
    }
    let port = match port {
        Some(port) => port.parse().ok().filter(|&port| port > 0)?,
        None => default_port,
    };
    Some((host.to_owned(), port))
}

/// Resolves `%40` and the like: an account name is often an e-mail address.
fn decoded(user: &str) -> Result<String> {
    let mut bytes = Vec::with_capacity(user.len());
    let mut rest = user.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        let (Some(high), Some(low)) = (digit(rest.next()), digit(rest.next())) else { return Err(malformed()) };
        bytes.push((high * 16 + low) as u8);
    }
    let user = String::from_utf8(bytes).map_err(|_| malformed())?;
    if user.is_empty() || user.contains(char::is_control) { Err(malformed()) } else { Ok(user) }
}

fn malformed() -> Error {
    refused(
        "is not a mail server URL",
        "write smtps://host, smtp+starttls://user@host:587 or, for a relay on this machine, smtp://localhost:25",
    )
}

pub(super) fn unprotected() -> Error {
    refused(
        "would send notices unprotected over a network",
        "write smtp+starttls:// or smtps://; smtp:// is only for a relay on this machine",
    )
}

/// A refusal of the URL; the URL itself is not quoted, it may hold a password.
pub(super) fn refused(reason: &'static str, hint: &'static str) -> Error {
    Error::refused("email-server", Place::file("incident.toml").column("email.smtp"), format!("smtp {reason}"), hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_say_how_where_and_as_whom() {
        let cases = [
            ("smtp://localhost", Protection::None, "localhost", 25, None),
            ("smtp://127.0.0.1:2525", Protection::None, "127.0.0.1", 2525, None),
            ("smtp://[::1]:2525/", Protection::None, "::1", 2525, None),
            ("smtp+starttls://clerk@mail.example.org", Protection::StartTls, "mail.example.org", 587, Some("clerk")),
            ("SMTPS://a%40b.example@mail.example.org:4650", Protection::Tls, "mail.example.org", 4650, Some("a@b.example")),
            ("smtps://a@b.example@mail.example.org", Protection::Tls, "mail.example.org", 465, Some("a@b.example")),
        ];
        for (url, protection, host, port, user) in cases {
            let expected = Server { protection, host: host.to_owned(), port, user: user.map(str::to_owned) };
            assert_eq!(Server::parse(url).unwrap(), expected, "{url}");
        }
    }

    #[test]
    fn what_is_unsafe_or_unclear_is_refused_and_never_quoted() {
        for url in [
            "mail.example.org",
            "http://mail.example.org",
            "smtps://",
            "smtps://mail.example.org:0",
            "smtps://mail.example.org:99999",
            "smtps://mail.example.org/path",
            "smtps://mail example",
            "smtps://[::1",
            "smtps://%zz@mail.example.org",
            "smtps://@mail.example.org",
            "smtps://clerk:secret@mail.example.org",
            "smtp://mail.example.org",
            "smtp://10.0.0.1:25",
            "smtp://localhost.evil.example",
        ] {
            let error = Server::parse(url).unwrap_err();
            assert!(!format!("{error:?}").contains("secret"), "{url}");
        }
    }
}
