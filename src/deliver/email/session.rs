//! One SMTP session: message after message. Every phase (RFC 5321, 3.3) is a call of its own with a limit of its own, so that the phase in
//! which something went wrong is known.

use super::connection::{Connection, Stream, dotted, last_dot};
use super::header_value::is_ascii;
use super::opening::{self, Access, NoConnection, Opened};
use super::reply::{Fate, Reply, reply};
use super::socket::Watch;
use crate::error::{Error, Place, Sentence};
use lettre::Address;
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::MailParameter;
use lettre::transport::smtp::response::Severity::{self, PositiveCompletion, PositiveIntermediate};
use std::sync::Arc;
use std::time::Duration;

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
    connection: Connection<Box<dyn Stream>>,
    watch: Arc<Watch>,
    sender: Address,
    patience: Patience,
    usable: bool,
    /// Whether the server takes several commands at once.
    pipelines: bool,
    /// Whether it takes addresses with letters outside ASCII.
    international: bool,
    /// The next envelope has left with the end of the message before.
    announced: bool,
}

impl Session {
    /// Opens a connection as the URL says; `sender` goes into each envelope.
    pub(super) async fn open(access: &Access, sender: &Address) -> Result<Session, NoConnection> {
        let opened = tokio::time::timeout(access.patience.connect, opening::open(access)).await;
        let Opened { connection, offers, watch } = opened.unwrap_or_else(|_| Err(NoConnection::Now("no answer in time".to_owned())))?;
        Ok(Session {
            connection,
            watch,
            sender: sender.clone(),
            patience: access.patience.clone(),
            usable: true,
            pipelines: offers.has("PIPELINING"),
            international: offers.has("SMTPUTF8"),
            announced: false,
        })
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
    /// 2920), which saves two journeys to it and back; none when they were announced with the message before.
    pub(super) async fn envelope(&mut self, to: &Address) -> Result<(), Refusal> {
        if !self.takes(to) {
            let detail = "the server takes no address with letters outside ASCII".to_owned();
            return Err(Refusal::Message { fate: Fate::Failed, detail });
        }
        let steps = self.steps(to);
        let mut commands: Vec<String> = steps.iter().map(|(_, command)| command.clone()).collect();
        if std::mem::take(&mut self.announced) {
            commands.clear();
        } else if self.pipelines {
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

    fn takes(&self, to: &Address) -> bool {
        self.international || is_ascii(to)
    }

    fn steps(&self, to: &Address) -> [(Step, String); 3] {
        let parameters = if is_ascii(to) { Vec::new() } else { vec![MailParameter::SmtpUtfEight] };
        let mail = Mail::new(Some(self.sender.clone()), parameters).to_string();
        [(Step::Mail, mail), (Step::Rcpt, Rcpt::new(to.clone(), Vec::new()).to_string()), (Step::Data, Data.to_string())]
    }

    /// The reply to a command, or the next one to commands that have left already.
    async fn answer(&mut self, command: Option<String>, wanted: Severity) -> Reply {
        let connection = &mut self.connection;
        let answer = async {
            match command {
                Some(command) => connection.ask(command).await,
                None => connection.hear().await,
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

    /// The body, the last dot and the reply to it. `DataStarted` must be in the ledger before this is called. The envelope of the next
    /// message leaves together with the dot (RFC 2920, 3.1), so that a message costs one journey to the server and back: whom it is
    /// for, [`Session::envelope`] must be called with next.
    pub(super) async fn body(&mut self, message: &[u8], next: Option<&Address>) -> (Fate, String) {
        self.watch.message_begins();
        let next = next.filter(|to| self.pipelines && self.takes(to));
        let mut end = last_dot(message).to_owned();
        end.extend(next.into_iter().flat_map(|to| self.steps(to)).map(|(_, command)| command));
        self.announced = next.is_some();
        let (connection, watch) = (&mut self.connection, &self.watch);
        let sent = async {
            connection.say(&dotted(message)).await?;
            watch.dot_is_due();
            connection.ask(end).await
        };
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

    /// Says goodbye; nothing depends on the answer. A server that waits for a body would take it for one: it is left as it is.
    pub(super) async fn close(mut self) {
        if self.usable && !self.announced {
            let moment = self.patience.command.min(Duration::from_secs(2));
            let _ = reply(self.connection.ask(Quit), PositiveCompletion, moment).await;
        }
    }
}

/// A failure to send; the ledger says what is still to do.
pub(super) fn failed(code: &'static str, reason: impl Into<Sentence>, hint: &'static str) -> Error {
    Error::failed(code, Place::file("incident.toml").column("email.smtp"), reason, hint)
}
