//! Where a ledger lies and what it takes to reach it, as the command line was told.

use crate::privacy::Private;

/// The URL of a ledger, with what may not stand in it. Nothing of it is ever shown.
#[derive(Debug, Clone)]
pub struct Access {
    url: Private<String>,
    typed: bool,
    password: Option<Private<String>>,
    authority: Option<Vec<u8>>,
}

impl Access {
    /// A URL that was typed: everybody on the machine can read it, so that it may hold no password.
    pub fn typed(url: impl Into<String>) -> Access {
        Access { url: Private::new(url.into()), typed: true, password: None, authority: None }
    }

    /// A URL from the environment, which may hold a password.
    pub fn hidden(url: impl Into<String>) -> Access {
        Access { typed: false, ..Access::typed(url) }
    }

    /// The same with the password of the database's user; `None` when none is needed or the URL holds it.
    #[must_use]
    pub fn with_password(self, password: Option<Private<String>>) -> Access {
        Access { password, ..self }
    }

    /// The same with PEM certificates to trust beside the public ones; `None` for servers with a public certificate.
    #[must_use]
    pub fn with_authority(self, authority: Option<Vec<u8>>) -> Access {
        Access { authority, ..self }
    }

    /// Whether it names a server, which may want a password.
    pub fn is_of_a_server(&self) -> bool {
        self.url.reveal().starts_with("postgres")
    }

    /// Whether it names this file, under whatever name.
    pub fn names_file(&self, file: &std::path::Path) -> bool {
        let named = self.url.reveal().strip_prefix("sqlite:").and_then(|path| fs_err::canonicalize(path).ok());
        named.is_some_and(|named| fs_err::canonicalize(file).is_ok_and(|file| file == named))
    }

    pub(super) fn url(&self) -> &str {
        self.url.reveal()
    }

    #[cfg_attr(not(feature = "postgres"), allow(dead_code, reason = "only a server has one"))]
    pub(super) fn is_typed(&self) -> bool {
        self.typed
    }

    #[cfg_attr(not(feature = "postgres"), allow(dead_code, reason = "only a server has one"))]
    pub(super) fn password(&self) -> Option<&str> {
        self.password.as_ref().map(|password| password.reveal().as_str())
    }

    #[cfg_attr(not(feature = "postgres"), allow(dead_code, reason = "only a server has one"))]
    pub(super) fn authority(&self) -> Option<&[u8]> {
        self.authority.as_deref()
    }
}
