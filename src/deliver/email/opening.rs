//! How a session is opened: the connection, its protection, what the server offers, and the account.

use super::connection::{Connection, Stream, Unheard};
use super::server::{Protection, Server, unprotected};
use super::session::{Patience, failed};
use super::socket::{Socket, Watch};
use super::tls;
use crate::error::Error;
use crate::privacy::Private;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::commands::{Auth, Ehlo, Starttls};
use lettre::transport::smtp::extension::{ClientId, ServerInfo};
use lettre::transport::smtp::response::{Response, Severity};
use std::sync::Arc;
use tokio::net::TcpStream;

/// Everything that is needed to open a connection.
#[derive(Debug, Clone)]
pub(super) struct Access {
    pub(super) server: Server,
    pub(super) password: Option<Private<String>>,
    /// More certificates to trust, as PEM.
    pub(super) authority: Option<Vec<u8>>,
    pub(super) patience: Patience,
}

/// Why there is no connection.
#[derive(Debug)]
pub(super) enum NoConnection {
    /// It may work in a moment; the reason has no server's words in it.
    Now(String),
    /// Trying again will not help.
    Ever(Error),
}

/// A connection on which messages can begin.
pub(super) struct Opened {
    pub(super) connection: Connection<Box<dyn Stream>>,
    pub(super) offers: Offers,
    pub(super) watch: Arc<Watch>,
}

/// What a server says it can do (RFC 5321, 4.1.1.1).
pub(super) struct Offers(Response);

impl Offers {
    pub(super) fn has(&self, keyword: &str) -> bool {
        // The first line is the server's name.
        let mut lines = self.0.message().skip(1);
        lines.any(|line| line.split_ascii_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case(keyword)))
    }
}

/// Connects, protects the connection as the URL says, and signs in when it names a user.
pub(super) async fn open(access: &Access) -> Result<Opened, NoConnection> {
    let server = &access.server;
    let lost = |_| NoConnection::Now("it cannot be reached".to_owned());
    let stream = TcpStream::connect((server.host.as_str(), server.port)).await.map_err(lost)?;
    if server.protection == Protection::None && !stream.peer_addr().is_ok_and(|peer| peer.ip().is_loopback()) {
        return Err(NoConnection::Ever(unprotected()));
    }
    let (socket, watch) = Socket::new(stream).map_err(lost)?;
    let stream: Box<dyn Stream> = match server.protection {
        Protection::None => Box::new(socket),
        Protection::Tls => Box::new(tls::protect(socket, access).await?),
        Protection::StartTls => Box::new(tls::protect(start_tls(socket).await?, access).await?),
    };
    let mut connection = Connection::over(stream);
    if server.protection != Protection::StartTls {
        served(connection.hear().await)?;
    }
    let offers = offers(&mut connection).await?;
    if let Some(user) = &server.user {
        let password = access.password.as_ref().map(|password| password.reveal().clone()).unwrap_or_default();
        sign_in(&mut connection, &offers, Credentials::new(user.clone(), password)).await?;
    }
    Ok(Opened { connection, offers, watch })
}

/// Asks for TLS (RFC 3207) and hands the connection over for it.
async fn start_tls(socket: Socket) -> Result<Socket, NoConnection> {
    let mut connection = Connection::over(socket);
    served(connection.hear().await)?;
    if !offers(&mut connection).await?.has("STARTTLS") {
        let hint = "use smtps:// if it listens for TLS on another port, or ask its operator";
        return Err(NoConnection::Ever(failed("smtp-starttls", "the mail server offers no STARTTLS", hint)));
    }
    served(connection.ask(Starttls).await)?;
    connection.into_stream().ok_or_else(|| {
        let hint = "somebody may be between this machine and the server: ask its operator before you send again";
        NoConnection::Ever(failed("smtp-starttls", "more than one reply came before TLS", hint))
    })
}

async fn offers<S: Stream>(connection: &mut Connection<S>) -> Result<Offers, NoConnection> {
    served(connection.ask(Ehlo::new(ClientId::default())).await).map(Offers)
}

/// Signs in by PLAIN or, where that is not offered, LOGIN (RFC 4954).
async fn sign_in<S: Stream>(connection: &mut Connection<S>, offers: &Offers, credentials: Credentials) -> Result<(), NoConnection> {
    let info = ServerInfo::from_response(&offers.0).ok();
    let mechanism = info.and_then(|info| info.get_auth_mechanism(&[Mechanism::Plain, Mechanism::Login])).ok_or_else(account)?;
    let mut answer = Auth::new(mechanism, credentials.clone(), None).map_err(|_| account())?;
    loop {
        let reply = connection.ask(answer).await.map_err(|_| NoConnection::Now("signing in did not work".to_owned()))?;
        match reply.code().severity {
            Severity::PositiveCompletion => return Ok(()),
            Severity::PositiveIntermediate if reply.has_code(334) => {
                answer = Auth::new_from_response(mechanism, credentials.clone(), &reply).map_err(|_| account())?;
            }
            Severity::PermanentNegativeCompletion => return Err(account_refused(&format!(" ({})", reply.code()))),
            _ => return Err(NoConnection::Now(format!("signing in did not work ({})", reply.code()))),
        }
    }
}

fn account() -> NoConnection {
    account_refused("")
}

fn account_refused(code: &str) -> NoConnection {
    let reason = format!("the mail server did not accept the account{code}");
    let hint = "check the user in the smtp URL and the password; the server must offer PLAIN or LOGIN";
    NoConnection::Ever(failed("smtp-account", reason, hint))
}

/// A reply without which there is no service.
fn served(reply: Result<Response, Unheard>) -> Result<Response, NoConnection> {
    let reply = reply.map_err(|_| NoConnection::Now("the connection broke off".to_owned()))?;
    match reply.code().severity {
        Severity::PositiveCompletion => Ok(reply),
        Severity::PermanentNegativeCompletion => {
            let reason = format!("the mail server turned the connection away ({})", reply.code());
            let hint = "ask the mail server's operator whether this machine may use it";
            Err(NoConnection::Ever(failed("smtp-turned-away", reason, hint)))
        }
        _ => Err(NoConnection::Now(format!("it is not ready ({})", reply.code()))),
    }
}
