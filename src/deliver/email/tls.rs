//! TLS over a session's socket. For `smtps://` it is ours from the first byte. After STARTTLS it is the mail library's, which
//! puts it over the same socket: in both cases the socket counts what really leaves, and a dot that still waits in the buffers
//! of TLS has not left.

use super::session::{Access, NoConnection, failed};
use super::socket::Socket;
use crate::error::{Error, Result};
use lettre::transport::smtp::client::{AsyncTokioStream, Certificate, TlsParameters};
use rustls::pki_types::ServerName;
use std::error::Error as StdError;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A connection with TLS from the first byte. The mail library takes it for a plain one.
#[derive(Debug)]
pub(super) struct Protected(TlsStream<Socket>);

impl Protected {
    /// Protects a connection on which nothing has been said yet.
    pub(super) async fn over(socket: Socket, access: &Access) -> Result<Protected, NoConnection> {
        let settings = crate::tls::settings(access.authority.as_deref(), unreadable_authority).map_err(NoConnection::Ever)?;
        let host = ServerName::try_from(access.server.host.clone()).map_err(|_| NoConnection::Ever(untrusted()))?;
        let stream = TlsConnector::from(Arc::new(settings)).connect(host, socket).await;
        stream.map(Protected).map_err(|error| broken_off(&error))
    }
}

impl AsyncRead for Protected {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Protected {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

impl AsyncTokioStream for Protected {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().0.peer_addr()
    }
}

/// The same trust in the mail library's terms, for STARTTLS.
pub(super) fn parameters(access: &Access) -> Result<TlsParameters> {
    let mut parameters = TlsParameters::builder(access.server.host.clone());
    if let Some(authority) = &access.authority {
        parameters = parameters.add_root_certificate(Certificate::from_pem(authority).map_err(|_| unreadable_authority())?);
    }
    parameters.build().map_err(|_| unreadable_authority())
}

/// What it means that a connection ended while it was set up: what broke may hold next time, but a certificate that was refused
/// stays refused.
pub(super) fn broken_off(error: &(dyn StdError + 'static)) -> NoConnection {
    if is_certificate_fault(error) { NoConnection::Ever(untrusted()) } else { NoConnection::Now("the connection broke off".to_owned()) }
}

/// The TLS library's own words tell a certificate that was refused from a connection that broke; a server's words do not count.
fn is_certificate_fault(error: &(dyn StdError + 'static)) -> bool {
    let of_tls = |error: &(dyn StdError + 'static)| {
        let inner = error.downcast_ref::<io::Error>()?.get_ref()?;
        Some(inner.downcast_ref::<rustls::Error>()?.to_string())
    };
    let mut chain = std::iter::successors(Some(error), |&error| error.source());
    chain.find_map(of_tls).is_some_and(|words| words.contains("certificate"))
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
