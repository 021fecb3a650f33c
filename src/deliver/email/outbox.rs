//! Sending what is queued, piece by piece, so that whatever happens the ledger knows what became of each.

use super::message::{Letterhead, Outgoing, recipient};
use super::queue;
use super::reply::Fate;
use super::server::{Server, refused};
use super::session::{Access, NoConnection, Patience, Refusal, Session, failed};
use crate::error::{Error, Result};
use crate::incident::EmailSettings;
use crate::ledger::{EventKind, Ledger, NewEvent, Piece};
use crate::privacy::Private;
use jiff::Timestamp;
use std::time::Duration;

/// So many messages that fail in a row are not the recipients' fault: the run stops.
const FAILURES_IN_A_ROW: u32 = 10;

/// Each uncertain piece costs a person a search: so many in a row stop the run.
const UNCERTAIN_IN_A_ROW: u32 = 3;

/// How long an outcome may wait to share its commit with the start of the next message. A process that dies in between
/// leaves one piece uncertain, never one that is sent twice.
const SHARED_COMMIT: Duration = Duration::from_millis(50);

/// What a send works with.
pub struct Dispatch<'a> {
    /// `[email]`.
    pub settings: &'a EmailSettings,
    /// The incident's id: part of each Message-ID.
    pub incident_id: &'a str,
    /// The account's password; needed when the URL names a user.
    pub password: Option<Private<String>>,
    /// PEM certificates to trust beside the public ones; absent for servers with a public certificate.
    pub authority: Option<Vec<u8>>,
    /// Name of this worker, shown to another one that is refused.
    pub owner: &'a str,
    /// The job that the pieces belong to.
    pub job: u32,
    /// The clock of `cli`: the Date of each message, and when each event was recorded.
    pub clock: &'a dyn Fn() -> Timestamp,
    /// Time limits.
    pub patience: Patience,
}

/// What a send has done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// The server took the message.
    pub sent: u64,
    /// Not now; the next send tries again.
    pub deferred: u64,
    /// Never; the notice has to go another way.
    pub failed: u64,
    /// Nobody knows; a person has to look.
    pub uncertain: u64,
}

impl Totals {
    fn count(&mut self, fate: Fate) {
        match fate {
            Fate::Sent => self.sent += 1,
            Fate::Deferred => self.deferred += 1,
            Fate::Failed => self.failed += 1,
            Fate::Uncertain => self.uncertain += 1,
        }
    }
}

/// Sends those of the wanted pieces that may be sent (see [`super::sendable`]; pieces to which nothing has happened are
/// queued first), in that order. Marks what an earlier, broken-off send left behind as uncertain. `build` composes one
/// letter; `progress` hears the totals after each piece.
///
/// # Errors
/// Refused when the settings cannot be used or another process sends; failed when the server cannot be reached, turns
/// everything away, or the ledger cannot be written; what `build` returns. In each case the ledger says how far it came, and
/// the next call continues.
pub fn drain(
    dispatch: &Dispatch<'_>,
    ledger: &mut dyn Ledger,
    wanted: &[Piece],
    build: &mut dyn FnMut(Piece) -> Result<Outgoing>,
    progress: &mut dyn FnMut(&Totals),
) -> Result<Totals> {
    let letterhead = Letterhead::new(dispatch.settings, dispatch.incident_id)?;
    let access = access(dispatch)?;
    ledger.set_moment((dispatch.clock)());
    queue::begin(ledger, dispatch.owner, dispatch.job)?;
    queue::enqueue(ledger, dispatch.job, wanted)?;
    let due = queue::attempts(&ledger.states()?, wanted);
    let mut sending = Sending {
        dispatch,
        letterhead,
        access,
        ledger,
        session: None,
        unrecorded: Vec::new(),
        totals: Totals::default(),
        failures: 0,
        uncertain: 0,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|_| failed("smtp-no-runtime", "the network could not be set up", "check the limits on open files, then send again"))?;
    let outcome = runtime.block_on(sending.all(&due, build, progress));
    let recorded = sending.record();
    outcome.and(recorded).map(|()| sending.totals)
}

/// Reads how the server is reached.
fn access(dispatch: &Dispatch<'_>) -> Result<Access> {
    let Some(url) = &dispatch.settings.smtp else {
        return Err(refused("is not set", "add smtp = \"smtp+starttls://user@host:587\" under [email]"));
    };
    let server = Server::parse(url)?;
    if server.user.is_some() && dispatch.password.is_none() {
        return Err(refused(
            "names a user, but there is no password",
            "set BREACHNOTICE_SMTP_PASSWORD_FILE, BREACHNOTICE_SMTP_PASSWORD_COMMAND or BREACHNOTICE_SMTP_PASSWORD",
        ));
    }
    Ok(Access { server, password: dispatch.password.clone(), authority: dispatch.authority.clone(), patience: dispatch.patience.clone() })
}

/// A send under way.
struct Sending<'a> {
    dispatch: &'a Dispatch<'a>,
    letterhead: Letterhead,
    access: Access,
    ledger: &'a mut dyn Ledger,
    session: Option<Session>,
    /// Outcomes that wait for the next commit.
    unrecorded: Vec<NewEvent>,
    totals: Totals,
    failures: u32,
    uncertain: u32,
}

impl Sending<'_> {
    async fn all(
        &mut self,
        due: &[(Piece, u32)],
        build: &mut dyn FnMut(Piece) -> Result<Outgoing>,
        progress: &mut dyn FnMut(&Totals),
    ) -> Result<()> {
        for &(piece, attempt) in due {
            let outgoing = build(piece)?;
            if outgoing.piece != piece {
                return Err(Error::bug("another piece was built than was asked for"));
            }
            let stop = self.one(&outgoing, attempt).await?;
            progress(&self.totals);
            if let Some(error) = stop {
                return Err(error);
            }
        }
        if let Some(session) = self.session.take() {
            self.record()?;
            session.close().await;
        }
        Ok(())
    }

    /// Sends one message. Returns the reason to stop, when its outcome is the last of too many bad ones.
    async fn one(&mut self, outgoing: &Outgoing, attempt: u32) -> Result<Option<Error>> {
        let Ok(to) = recipient(outgoing) else {
            self.note(outgoing.piece, attempt, Fate::Failed, "the address cannot be used".to_owned());
            return Ok(None);
        };
        let message = self.letterhead.message((self.dispatch.clock)(), outgoing)?;
        self.connect().await?;
        let Some(mut session) = self.session.take() else { return Err(Error::bug("there is no connection to send over")) };
        let (fate, detail, blameless) = match self.envelope(&mut session, &to).await? {
            Ok(()) => {
                self.start(outgoing.piece, attempt)?;
                let (fate, detail) = session.body(&message).await;
                (fate, detail, fate == Fate::Sent)
            }
            Err(Refusal::Message { fate, detail }) => (fate, detail, fate == Fate::Deferred),
            Err(Refusal::Server { detail }) => (Fate::Deferred, detail, false),
            Err(Refusal::Sender { detail }) => return Err(sender_refused(&detail)),
        };
        if session.is_usable() {
            self.session = Some(session);
        }
        self.note(outgoing.piece, attempt, fate, detail);
        Ok(self.storm(fate, blameless))
    }

    /// The envelope of a message. Meanwhile the outcome of the one before is recorded, if the server takes its time.
    async fn envelope(&mut self, session: &mut Session, to: &lettre::Address) -> Result<Result<(), Refusal>> {
        let from = self.letterhead.sender().clone();
        let mut envelope = std::pin::pin!(session.envelope(&from, to));
        if let Ok(outcome) = tokio::time::timeout(SHARED_COMMIT, envelope.as_mut()).await {
            return Ok(outcome);
        }
        self.record()?;
        Ok(envelope.await)
    }

    /// Makes sure that there is a connection, trying as often as patience allows.
    async fn connect(&mut self) -> Result<()> {
        if self.session.is_some() {
            return Ok(());
        }
        self.record()?;
        let mut pauses = self.dispatch.patience.pauses.iter();
        loop {
            let reason = match Session::open(&self.access).await {
                Ok(session) => {
                    self.session = Some(session);
                    return Ok(());
                }
                Err(NoConnection::Ever(error)) => return Err(error),
                Err(NoConnection::Now(reason)) => reason,
            };
            match pauses.next() {
                Some(&pause) => tokio::time::sleep(pause).await,
                None => return Err(unreachable(&self.access.server, &reason)),
            }
        }
    }

    /// Records that a message begins, before a byte of it is sent. Everything that is known by now goes into the same commit.
    fn start(&mut self, piece: Piece, attempt: u32) -> Result<()> {
        self.push(piece, attempt, EventKind::DataStarted, String::new());
        self.record()
    }

    fn note(&mut self, piece: Piece, attempt: u32, fate: Fate, detail: String) {
        self.push(piece, attempt, fate.event(), detail);
        self.totals.count(fate);
    }

    fn push(&mut self, piece: Piece, attempt: u32, kind: EventKind, detail: String) {
        self.unrecorded.push(NewEvent { kind, piece: Some(piece), attempt, job: self.dispatch.job, detail });
    }

    /// Commits what waits. When that fails the events stay, so that the last call of a send tries once more.
    fn record(&mut self) -> Result<()> {
        if !self.unrecorded.is_empty() {
            self.ledger.set_moment((self.dispatch.clock)());
            self.ledger.append(&self.unrecorded)?;
            self.unrecorded.clear();
        }
        Ok(())
    }

    /// Counts bad outcomes in a row.
    fn storm(&mut self, fate: Fate, blameless: bool) -> Option<Error> {
        self.failures = if blameless { 0 } else { self.failures + 1 };
        self.uncertain = if fate == Fate::Uncertain { self.uncertain + 1 } else { 0 };
        if self.uncertain >= UNCERTAIN_IN_A_ROW {
            return Some(failed(
                "smtp-uncertain",
                format!("the mail server broke off after the end of {UNCERTAIN_IN_A_ROW} messages in a row"),
                "ask its operator whether they arrived, rule on each with --resolve, then send again",
            ));
        }
        (self.failures >= FAILURES_IN_A_ROW).then(|| {
            failed(
                "smtp-storm",
                format!("{FAILURES_IN_A_ROW} messages in a row were not accepted"),
                "status lists the reply codes; ask the mail server's operator, then send again: the rest is still queued",
            )
        })
    }
}

fn unreachable(server: &Server, reason: &str) -> Error {
    failed(
        "smtp-unreachable",
        format!("no connection to the mail server at port {}: {reason}", server.port),
        "check the smtp URL and the network, then send again: nothing is lost",
    )
}

fn sender_refused(detail: &str) -> Error {
    failed(
        "smtp-sender-refused",
        format!("the mail server takes no mail from the from address ({detail})"),
        "check [email] from and the account, then send again: everything is still queued",
    )
}
