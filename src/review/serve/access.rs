//! Who may do what: one token per reviewer, a cookie for the session, and a word that every form must carry.

use crate::digest::hex;
use crate::error::{Error, Place, Result};
use crate::review::names;
use axum::http::{HeaderMap, header};
use std::net::SocketAddr;

/// Somebody who looks at the letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewer {
    /// Name; empty for a reader, who neither comments nor approves.
    pub name: String,
    /// Role in which the reviewer comments and approves; empty for a reader.
    pub role: String,
}

impl Reviewer {
    /// Reads `NAME=ROLE`.
    ///
    /// # Errors
    /// Refused when one of the two is missing or cannot stand in evidence.
    pub fn parse(text: &str) -> Result<Reviewer> {
        let Some((name, role)) = text.rsplit_once('=') else {
            let reason = "a reviewer needs a name and a role";
            return Err(Error::refused(
                "reviewer-unusable",
                Place::file("--reviewer"),
                reason,
                "write --reviewer \"Nadia Flores=counsel\"",
            ));
        };
        names::check_name("reviewer's name", name)?;
        names::check_name("role", role)?;
        Ok(Reviewer { name: name.to_owned(), role: role.to_owned() })
    }

    /// Whether this is somebody who only reads.
    pub(super) fn only_reads(&self) -> bool {
        self.name.is_empty()
    }
}

/// A reviewer with the secrets of this run of the server.
#[derive(Clone)]
pub(super) struct Session {
    pub(super) reviewer: Reviewer,
    /// In the link.
    token: String,
    /// In the cookie.
    cookie: String,
    /// In every form.
    pub(super) csrf: String,
    cookie_name: String,
}

/// Everybody who was let in.
pub struct Reviewers {
    sessions: Vec<Session>,
    /// Name of the cookie: browsers tell servers of one machine apart by nothing else.
    cookie_name: String,
}

impl Reviewers {
    /// Gives each reviewer a token; a reader alone when there are none.
    ///
    /// # Errors
    /// A bug of ours when the system gives no random bytes.
    pub fn admit(mut reviewers: Vec<Reviewer>) -> Result<Reviewers> {
        if reviewers.is_empty() {
            reviewers.push(Reviewer { name: String::new(), role: String::new() });
        }
        let cookie_name = format!("reviewer-{}", &secret()?[..8]);
        let session =
            |reviewer| Ok(Session { reviewer, token: secret()?, cookie: secret()?, csrf: secret()?, cookie_name: cookie_name.clone() });
        let sessions = reviewers.into_iter().map(session).collect::<Result<_>>()?;
        Ok(Reviewers { sessions, cookie_name })
    }

    pub(super) fn links(&self, address: SocketAddr) -> Vec<(Reviewer, String)> {
        self.sessions.iter().map(|session| (session.reviewer.clone(), format!("http://{address}/enter?token={}", session.token))).collect()
    }

    /// The session that a token opens.
    pub(super) fn by_token(&self, token: &str) -> Option<&Session> {
        self.sessions.iter().find(|session| same(&session.token, token))
    }

    /// The session that a request belongs to.
    pub(super) fn by_cookie(&self, headers: &HeaderMap) -> Option<&Session> {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut values = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|cookie| {
            let (name, value) = cookie.trim().split_once('=')?;
            (name == self.cookie_name).then_some(value)
        });
        values.find_map(|value| self.sessions.iter().find(|session| same(&session.cookie, value)))
    }
}

impl Session {
    /// The header that keeps the session; never sent from pages of others, and out of reach of scripts.
    pub(super) fn set_cookie(&self) -> String {
        format!("{}={}; Path=/; HttpOnly; SameSite=Strict", self.cookie_name, self.cookie)
    }

    /// Whether a form was made for this session.
    pub(super) fn sent(&self, csrf: &str) -> bool {
        same(&self.csrf, csrf)
    }
}

/// Whether a request was meant for this machine: a name that was bent to point here is refused (DNS rebinding), and so is a form of
/// another site.
pub(super) fn is_meant_for_us(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(host) = text(header::HOST) else { return false };
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit())).map_or(host, |(name, _)| name);
    let ours = ["127.0.0.1", "localhost", "[::1]"].contains(&name);
    let from_here = text(header::ORIGIN).is_none_or(|origin| origin == format!("http://{host}"));
    ours && from_here
}

/// 256 random bits.
fn secret() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| Error::bug("the system gives no random bytes"))?;
    Ok(hex(&bytes))
}

/// Compares in a time that does not tell where two texts differ.
fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |differs, (one, other)| differs | (one ^ other)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_reviewer_has_a_name_and_a_role() {
        let reviewer = Reviewer::parse("Flores, Nadia = Esq.=privacy officer").unwrap();
        assert_eq!((reviewer.name.as_str(), reviewer.role.as_str()), ("Flores, Nadia = Esq.", "privacy officer"));
        for text in ["Nadia", "=counsel", "Nadia=", " =counsel", "Nadia=counsel\n"] {
            assert!(Reviewer::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn only_the_cookie_of_a_session_opens_it() {
        let reviewers = Reviewers::admit(vec![Reviewer::parse("Ann=counsel").unwrap(), Reviewer::parse("Ben=office").unwrap()]).unwrap();
        let with = |cookie: String| HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(&cookie).unwrap())]);
        let (ben, name) = (&reviewers.sessions[1], &reviewers.cookie_name);
        assert_eq!(reviewers.by_cookie(&with(format!("a=b; {name}={}", ben.cookie))).unwrap().reviewer.name, "Ben");
        for wrong in [
            String::new(),
            format!("{name}="),
            format!("{name}={}", ben.token),
            format!("{name}={}x", ben.cookie),
            format!("reviewer={}", ben.cookie),
        ] {
            assert!(reviewers.by_cookie(&with(wrong)).is_none());
        }
        assert!(reviewers.by_token(&ben.cookie).is_none() && reviewers.by_token(&ben.token).is_some());
        assert!(ben.sent(&ben.csrf) && !ben.sent(&reviewers.sessions[0].csrf));
    }

    #[test]
    fn requests_by_other_names_and_of_other_sites_are_not_for_us() {
        let cases = [
            ("127.0.0.1:8417", None, true),
            ("localhost:9000", Some("http://localhost:9000"), true),
            ("[::1]:8417", None, true),
            ("localhost", None, true),
            ("evil.example:8417", None, false),
            ("127.0.0.1.evil.example", None, false),
            ("localhost:9000", Some("http://evil.example"), false),
            ("localhost:9000", Some("null"), false),
        ];
        for (host, origin, expected) in cases {
            let mut headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_str(host).unwrap())]);
            origin.map(|origin| headers.insert(header::ORIGIN, HeaderValue::from_str(origin).unwrap()));
            assert_eq!(is_meant_for_us(&headers), expected, "{host} {origin:?}");
        }
        assert!(!is_meant_for_us(&HeaderMap::new()));
    }
}
