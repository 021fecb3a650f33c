//! TLS over a session's socket, from the first byte or after STARTTLS. The socket under it counts what really leaves: a dot that
//! still waits in the buffers of TLS has not left.

use super::opening::{Access, NoConnection};
use super::session::failed;
use super::socket::Socket;
use crate::error::Error;
use rustls::pki_types::ServerName;
use std::io;
use std::sync::Arc;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Protects a connection on which nothing more is to be heard.
pub(super) async fn protect(socket: Socket, access: &Access) -> Result<TlsStream<Socket>, NoConnection> {
    let settings = crate::tls::settings(access.authority.as_deref(), unreadable_authority).map_err(NoConnection::Ever)?;
    let host = ServerName::try_from(access.server.host.clone()).map_err(|_| NoConnection::Ever(untrusted()))?;
    TlsConnector::from(Arc::new(settings)).connect(host, socket).await.map_err(|error| broken_off(&error))
}

/// What broke may hold next time, but a certificate that was refused stays refused.
fn broken_off(error: &io::Error) -> NoConnection {
    let fault = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    if matches!(fault, Some(rustls::Error::InvalidCertificate(_))) {
        NoConnection::Ever(untrusted())
    } else {
        NoConnection::Now("the connection broke off".to_owned())
    }
}

fn untrusted() -> Error {
    failed(
        "smtp-certificate",
        "the mail server's certificate is not trusted",
        "write the name in the certificate as the host; a server with a certificate of your own organization needs its authority file",
    )
}

fn unreadable_authority() -> Error {
    failed("smtp-certificate", "the extra certificates cannot be read", "give one or more certificates in PEM form")
}
