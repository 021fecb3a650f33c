//! One SMTP connection. Every phase (RFC 5321, 3.3) is a call of its own with a limit of its own, so that the phase in
//! which something went wrong is known.

use super::header_value::is_ascii;
use super::reply::{Fate, Reply, reply};
use super::server::{Protection, Server, unprotected};
use super::socket::{BodyThenDot, Socket, Watch};
use super::tls::{self, Protected};
use crate::error::{Error, Place, Result, Sentence};
use crate::privacy::Private;
use lettre::Address;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::commands::{Data, Ehlo, Mail, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::Severity::{self, PositiveCompletion, PositiveIntermediate};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;

/// How long a server is waited for, and how often a connection is tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patience {
    /// Connecting, the greeting, TLS and the account together.
    pub connect: Duration,
    /// The reply to each command.
    pub command: Duration,
    /// Sending a message and the reply to it.
    pub message: Duration,
    /// The pauses before a connection is tried again; one try more than there are pauses.
    pub pauses: Vec<Duration>,
}

impl Default for Patience {
    /// The limits of RFC 5321, 4.5.3.2; four tries.
    fn default() -> Self {
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        Patience { connect: minutes(1), command: minutes(5), message: minutes(10), pauses: [1, 5, 15].map(Duration::from_secs).to_vec() }
    }
}

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

/// Why a message did not get as far as its body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The server will not take this message, now or ever: its recipient, or the message as such.
    Message { fate: Fate, detail: String },
    /// Something is wrong with the server or the connection, not with this message: deferred.
    Server { detail: String },
    /// The server will not take anything from our sender address.
    Sender { detail: String },
}

/// A command of the envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Mail,
    Rcpt,
    Data,
}

impl Step {
    fn wanted(self) -> Severity {
        if self == Step::Data { PositiveIntermediate } else { PositiveCompletion }
    }
}

/// An open connection.
pub(super) struct Session {
    connection: AsyncSmtpConnection,
    watch: Arc<Watch>,
    patience: Patience,
    usable: bool,
    /// Whether the server takes several commands at once.
    pipelines: bool,
}

impl Session {
    /// Connects, protects the connection as the URL says, and signs in when it names a user.
    pub(super) async fn open(access: &Access) -> Result<Session, NoConnection> {
        match tokio::time::timeout(access.patience.connect, Session::prepare(access)).await {
            Ok(session) => session,
            Err(_) => Err(NoConnection::Now("no answer in time".to_owned())),
        }
    }

    async fn prepare(access: &Access) -> Result<Session, NoConnection> {
        let (mut connection, watch) = connect(access).await?;
        if let Some(user) = &access.server.user {
            let password = access.password.as_ref().map(|password| password.reveal().clone()).unwrap_or_default();
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            let signed_in = connection.auth(&mechanisms, &Credentials::new(user.clone(), password)).await;
            signed_in.map_err(|error| no_sign_in(&error))?;
        }
        // The mail library keeps of the first answer only what it uses itself.
        let offers = connection.command(Ehlo::new(ClientId::default())).await.map_err(|error| no_service(&error))?;
        let pipelines = offers.message().any(|offer| offer.eq_ignore_ascii_case("PIPELINING"));
        Ok(Session { connection, watch, patience: access.patience.clone(), usable: true, pipelines })
    }

    /// Gives the connection up.
    pub(super) fn abandon(&mut self) {
        self.usable = false;
    }

    /// Whether another message can go over this connection.
    pub(super) fn is_usable(&self) -> bool {
        self.usable
    }

    /// MAIL, RCPT and DATA: up to the point at which the server waits for the body. In one go where the server takes them so (RFC
    /// 2920), which saves two journeys to it and back.
    pub(super) async fn envelope(&mut self, from: &Address, to: &Address) -> Result<(), Refusal> {
        let mut parameters = Vec::new();
        if !is_ascii(to) {
            if !self.connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                let detail = "the server takes no address with letters outside ASCII".to_owned();
                return Err(Refusal::Message { fate: Fate::Failed, detail });
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let mail = (Step::Mail, Mail::new(Some(from.clone()), parameters).to_string());
        let steps = [mail, (Step::Rcpt, Rcpt::new(to.clone(), Vec::new()).to_string()), (Step::Data, Data.to_string())];
        let mut commands: Vec<String> = steps.iter().map(|(_, command)| command.clone()).collect();
        if self.pipelines {
            commands = vec![commands.concat()];
        }
        let mut commands = commands.into_iter();
        let mut refused = None;
        for (step, _) in steps {
            let reply = self.answer(commands.next(), step.wanted()).await;
            refused = match (refused, reply) {
                (None, Reply::Wanted(_)) => None,
                (None, reply) => Some(self.judge(step, reply)),
                (Some(refusal), reply) => {
                    // A server that waits for a body of nobody's: only closing the connection says that none comes.
                    self.usable &= !matches!((step, &reply), (Step::Data, Reply::Wanted(_)) | (_, Reply::Broken(_))) && !reply.closes();
                    Some(refusal)
                }
            };
            if refused.is_some() && !(self.pipelines && self.usable) {
                break;
            }
        }
        let Some(refusal) = refused else { return Ok(()) };
        if self.usable {
            self.usable = matches!(self.answer(Some(Rset.to_string()), PositiveCompletion).await, Reply::Wanted(_));
        }
        Err(refusal)
    }

    /// The reply to a command, or the next one to commands that have left already.
    async fn answer(&mut self, command: Option<String>, wanted: Severity) -> Reply {
        let connection = &mut self.connection;
        let answer = async {
            match command {
                Some(command) => connection.command(command).await,
                None => connection.read_response().await,
            }
        };
        reply(answer, wanted, self.patience.command).await
    }

    /// What a reply that was not wanted means for the message and, when it is the server's fault, for the connection.
    fn judge(&mut self, step: Step, reply: Reply) -> Refusal {
        let closing = reply.closes();
        let (fate, detail) = match reply {
            Reply::Wanted(detail) | Reply::Transient { detail, .. } => (Fate::Deferred, detail),
            Reply::Permanent { detail, .. } => (Fate::Failed, detail),
            Reply::Broken(detail) => {
                self.usable = false;
                return Refusal::Server { detail };
            }
        };
        self.usable &= !closing;
        match (step, fate) {
            (_, Fate::Deferred) if closing => Refusal::Server { detail },
            (Step::Mail, Fate::Failed) => Refusal::Sender { detail },
            (Step::Mail, _) => Refusal::Server { detail },
            (Step::Rcpt, fate) | (Step::Data, fate @ Fate::Failed) => Refusal::Message { fate, detail },
            (Step::Data, _) => Refusal::Server { detail },
        }
    }

    /// The body, the last dot and the reply to it. `DataStarted` must be in the ledger before this is called.
    pub(super) async fn body(&mut self, message: &[u8]) -> (Fate, String) {
        self.watch.message_begins();
        let watch = Arc::clone(&self.watch);
        let sent = self.connection.message_iter(BodyThenDot::new(message, &watch));
        match reply(sent, PositiveCompletion, self.patience.message).await {
            Reply::Wanted(detail) => (Fate::Sent, detail),
            Reply::Transient { detail, closing } => {
                self.usable = !closing;
                (Fate::Deferred, detail)
            }
            Reply::Permanent { detail, closing } => {
                self.usable = !closing;
                (Fate::Failed, detail)
            }
            Reply::Broken(detail) => {
                self.usable = false;
                if self.watch.dot_may_have_left() {
                    (Fate::Uncertain, format!("{detail} after the end of the message"))
                } else {
                    (Fate::Deferred, format!("{detail} before the end of the message"))
                }
            }
        }
    }

    /// Says goodbye; nothing depends on the answer.
    pub(super) async fn close(mut self) {
        if self.usable {
            let moment = self.patience.command.min(Duration::from_secs(2));
            let _ = reply(self.connection.command(Quit), PositiveCompletion, moment).await;
        }
    }
}

async fn connect(access: &Access) -> Result<(AsyncSmtpConnection, Arc<Watch>), NoConnection> {
    let server = &access.server;
    let hello = ClientId::default();
    let lost = |_| NoConnection::Now("it cannot be reached".to_owned());
    let stream = TcpStream::connect((server.host.as_str(), server.port)).await.map_err(lost)?;
    if server.protection == Protection::None && !stream.peer_addr().is_ok_and(|peer| peer.ip().is_loopback()) {
        return Err(NoConnection::Ever(unprotected()));
    }
    let (socket, watch) = Socket::new(stream).map_err(lost)?;
    let transport: Box<dyn AsyncTokioStream> = match server.protection {
        Protection::Tls => Box::new(Protected::over(socket, access).await?),
        Protection::None | Protection::StartTls => Box::new(socket),
    };
    let opened = AsyncSmtpConnection::connect_with_transport(transport, &hello).await;
    let mut connection = opened.map_err(|error| no_service(&error))?;
    if server.protection == Protection::StartTls {
        if !connection.can_starttls() {
            return Err(NoConnection::Ever(no_starttls()));
        }
        let parameters = tls::parameters(access).map_err(NoConnection::Ever)?;
        connection.starttls(parameters, &hello).await.map_err(|error| no_service(&error))?;
    }
    Ok((connection, watch))
}

/// A connection that was made but did not become a session.
fn no_service(error: &SmtpError) -> NoConnection {
    if error.is_permanent() {
        let reason = format!("the mail server turned the connection away{}", code(error));
        return NoConnection::Ever(failed("smtp-turned-away", reason, "ask the mail server's operator whether this machine may use it"));
    }
    if error.is_transient() { NoConnection::Now(format!("it is not ready{}", code(error))) } else { tls::broken_off(error) }
}

fn no_sign_in(error: &SmtpError) -> NoConnection {
    if error.is_permanent() || error.is_client() {
        let reason = format!("the mail server did not accept the account{}", code(error));
        let hint = "check the user in the smtp URL and the password; the server must offer PLAIN or LOGIN";
        return NoConnection::Ever(failed("smtp-account", reason, hint));
    }
    NoConnection::Now(format!("signing in did not work{}", code(error)))
}

fn no_starttls() -> Error {
    failed("smtp-starttls", "the mail server offers no STARTTLS", "use smtps:// if it listens for TLS on another port, or ask its operator")
}

fn code(error: &SmtpError) -> String {
    error.status().map(|code| format!(" ({code})")).unwrap_or_default()
}

/// A failure to send; the ledger says what is still to do.
pub(super) fn failed(code: &'static str, reason: impl Into<Sentence>, hint: &'static str) -> Error {
    Error::failed(code, Place::file("incident.toml").column("email.smtp"), reason, hint)
}
