//! Sending what is queued, so that whatever happens the ledger knows what became of each piece.
//!
//! Three hands work at once: this thread keeps the ledger, one composes messages, one drives the connections. Everything that the
//! connections have to record while one commit is under way goes into the next: that is the whole trick of being fast and durable.
//!
//! ```text
//! ledger.lease -> composer (messages) -> couriers (connections) -> recorder: DataStarted and outcomes -> ledger.record
//! ```

use super::composer;
use super::courier::{self, Report};
use super::message::{Letterhead, Outgoing};
use super::opening::Access;
use super::pace::{SoftPatience, Storm};
use super::reply;
use super::server::{Server, refused};
use super::session::{Patience, failed};
use crate::error::{Error, Result};
use crate::incident::EmailSettings;
use crate::ledger::{Begun, Ended, Fate, Lease, Ledger, Piece};
use crate::privacy::Private;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

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
    /// Name of this worker: whose chain in the ledger, and shown to another one that is refused.
    pub owner: &'a str,
    /// The job that the pieces belong to.
    pub job: u32,
    /// The clock of `cli`: the Date of each message, and when each event was recorded.
    pub clock: &'a (dyn Fn() -> Timestamp + Sync),
    /// Time limits.
    pub patience: Patience,
    /// Connections at once; at least 1.
    pub connections: usize,
    /// Deferred pieces are tried at once, before their time.
    pub early: bool,
    /// Goes on however many are refused for good.
    pub despite_failures: bool,
    /// How many of those that are wanted were refused for good, or came back, in earlier sends.
    pub failed_before: u64,
}

/// What a send has done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// The server took the message.
    pub sent: u64,
    /// Not now; a send after the pause tries again.
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
            Fate::Deferred(_) => self.deferred += 1,
            Fate::Failed => self.failed += 1,
            Fate::Uncertain => self.uncertain += 1,
        }
    }
}

/// Composes one letter.
pub type Build<'a> = dyn FnMut(Piece) -> Result<Outgoing> + Send + 'a;

/// How long a lease holds: a sender that died gives its pieces free after it.
const LEASE: Duration = Duration::from_secs(60);
/// How often leases are prolonged while they are held.
const RENEWAL: Duration = Duration::from_secs(15);
/// How long an outcome may wait to share its commit with the start of another message.
const SHARED_COMMIT: Duration = Duration::from_millis(50);
/// How long the start of a message waits for those of other connections.
const BLINK: Duration = Duration::from_micros(100);
/// Messages that are composed or on their way, for each connection: enough that none waits for the composer, and that few commits are
/// spent on leases.
const AHEAD: usize = 16;

/// Sends those of the wanted pieces that are due; pieces to which nothing has happened are queued first, all in one commit, and
/// pieces that are not wanted any more are taken out. Marks what an earlier, broken-off send left behind as uncertain. `build`
/// composes one letter; `progress` hears the totals.
///
/// # Errors
/// Refused when the settings cannot be used or another process sends; failed when the server cannot be reached, turns
/// everything away, or the ledger cannot be written; what `build` returns. In each case the ledger says how far it came, and
/// the next call continues.
pub fn drain(
    dispatch: &Dispatch<'_>,
    ledger: &mut dyn Ledger,
    wanted: &[Piece],
    build: &mut Build<'_>,
    progress: &mut dyn FnMut(&Totals),
) -> Result<Totals> {
    let letterhead = Letterhead::new(dispatch.settings, dispatch.incident_id)?;
    let access = access(dispatch)?;
    ledger.set_moment((dispatch.clock)());
    ledger.set_worker(dispatch.owner);
    ledger.begin_sending(dispatch.owner)?;
    ledger.enqueue(dispatch.job, wanted)?;
    std::thread::scope(|scope| {
        let (orders, composing) = std::sync::mpsc::channel();
        let (composed, ready) = tokio::sync::mpsc::channel(AHEAD * dispatch.connections);
        let (reports, heard) = std::sync::mpsc::channel();
        let (clock, told, sender) = (dispatch.clock, reports.clone(), letterhead.sender().clone());
        scope.spawn(move || composer::compose_all(&composing, &composed, &letterhead, clock, build, &told));
        let storm = Storm::new(wanted.len() as u64, dispatch.failed_before, dispatch.despite_failures);
        let crew = courier::Crew { access, sender, connections: dispatch.connections, per_minute: dispatch.settings.per_minute };
        scope.spawn(move || courier::deliver_all(crew, storm, ready, &reports));
        let mut recorder = Recorder::new(dispatch, ledger, wanted);
        let outcome = recorder.run(orders, &heard, progress);
        // The hands have stopped by now, and every outcome is told: what could not be recorded is tried once more.
        let recorded = recorder.commit().and_then(|_| recorder.ledger.give_back());
        outcome.and(recorded).map(|()| recorder.totals)
    })
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

/// The hand that keeps the ledger.
struct Recorder<'a> {
    dispatch: &'a Dispatch<'a>,
    ledger: &'a mut dyn Ledger,
    wanted: BTreeSet<Piece>,
    /// Leased and not told of yet.
    under_way: BTreeMap<Piece, Lease>,
    begun: Vec<(Begun, courier::Permission)>,
    ended: Vec<Ended>,
    totals: Totals,
    renewed: Instant,
    /// Why no more messages are begun; the first reason counts.
    stop: Option<Error>,
}

impl<'a> Recorder<'a> {
    fn new(dispatch: &'a Dispatch<'a>, ledger: &'a mut dyn Ledger, wanted: &[Piece]) -> Recorder<'a> {
        Recorder {
            dispatch,
            ledger,
            wanted: wanted.iter().copied().collect(),
            under_way: BTreeMap::new(),
            begun: Vec::new(),
            ended: Vec::new(),
            totals: Totals::default(),
            renewed: Instant::now(),
            stop: None,
        }
    }

    /// Hands out leases and records what is told, until nothing is due or a reason to stop comes up. Ends when the other hands have.
    fn run(&mut self, orders: std::sync::mpsc::Sender<Lease>, heard: &Receiver<Report>, progress: &mut dyn FnMut(&Totals)) -> Result<()> {
        let mut orders = Some(orders);
        loop {
            if let Some(hand_out) = &orders {
                let more = self.stop.is_none() && self.hand_out(hand_out).unwrap_or_else(|error| self.stop_for(error));
                if !more {
                    orders = None;
                }
            }
            let quiet = match heard.recv_timeout(if self.ended.is_empty() { RENEWAL } else { SHARED_COMMIT }) {
                Ok(report) => {
                    self.hear(report);
                    self.hear_more(heard);
                    false
                }
                Err(RecvTimeoutError::Timeout) => true,
                // Every hand has let go: nothing more will be told.
                Err(RecvTimeoutError::Disconnected) => return self.stop.take().map_or(Ok(()), Err),
            };
            if quiet || !self.may_wait() {
                if let Err(error) = self.commit() {
                    self.stop_for(error);
                }
                progress(&self.totals);
            }
        }
    }

    /// Hears what is told already, and for a blink what the other connections tell: each commit that several share is one less.
    fn hear_more(&mut self, heard: &Receiver<Report>) {
        heard.try_iter().for_each(|report| self.hear(report));
        while self.begun.len() * 2 < self.dispatch.connections {
            let Ok(report) = heard.recv_timeout(BLINK) else { break };
            self.hear(report);
        }
    }

    /// Whether what is known may wait a moment for the start of another message, to share its commit: outcomes alone, while others are
    /// under way.
    fn may_wait(&self) -> bool {
        let due = self.renewed.elapsed() >= RENEWAL || self.ended.len() >= self.dispatch.connections;
        self.begun.is_empty() && self.under_way.len() > self.ended.len() && !due
    }

    fn stop_for(&mut self, error: Error) -> bool {
        self.stop.get_or_insert(error);
        false
    }

    /// Leases more when there is room; `false` when nothing is due and nothing is under way any more.
    fn hand_out(&mut self, orders: &std::sync::mpsc::Sender<Lease>) -> Result<bool> {
        let room = (AHEAD * self.dispatch.connections).saturating_sub(self.under_way.len());
        if room * 2 < AHEAD * self.dispatch.connections {
            return Ok(true);
        }
        self.ledger.set_moment((self.dispatch.clock)());
        // What was put off in this very run waits for its pause, however early it may be.
        let leases = self.ledger.lease(room, LEASE, self.dispatch.early && self.totals.deferred == 0)?;
        for lease in leases.into_iter().filter(|lease| self.wanted.contains(&lease.piece)) {
            self.under_way.insert(lease.piece, lease);
            // A composer that is gone has told why.
            let _ = orders.send(lease);
        }
        Ok(!self.under_way.is_empty())
    }

    fn hear(&mut self, report: Report) {
        match report {
            Report::Begins(begun, permission) => self.begun.push((begun, permission)),
            Report::Ended { lease, fate, detail } => {
                let fate = match fate {
                    reply::Fate::Sent => Fate::Sent,
                    reply::Fate::Deferred => Fate::Deferred(SoftPatience::until((self.dispatch.clock)(), &lease)),
                    reply::Fate::Failed => Fate::Failed,
                    reply::Fate::Uncertain => Fate::Uncertain,
                };
                self.totals.count(fate);
                self.ended.push(Ended { lease, fate, detail });
            }
            Report::Untouched(lease) => drop(self.under_way.remove(&lease.piece)),
            Report::Stop(error) => drop(self.stop_for(error)),
        }
    }

    /// Commits everything that is known, and lets messages begin. When it fails the outcomes stay, to be tried once more at the end.
    fn commit(&mut self) -> Result<()> {
        if self.renewed.elapsed() >= RENEWAL && !self.under_way.is_empty() {
            self.renewed = Instant::now();
            self.ledger.set_moment((self.dispatch.clock)());
            self.ledger.renew(LEASE)?;
        }
        // No message begins once there is a reason to stop: dropping its permission says so.
        if self.stop.is_some() {
            self.begun.clear();
        }
        if self.begun.is_empty() && self.ended.is_empty() {
            return Ok(());
        }
        self.ledger.set_moment((self.dispatch.clock)());
        let (begun, permissions): (Vec<Begun>, Vec<courier::Permission>) = std::mem::take(&mut self.begun).into_iter().unzip();
        let allowed = self.ledger.record(self.dispatch.job, &begun, &self.ended)?;
        for ended in self.ended.drain(..) {
            self.under_way.remove(&ended.lease.piece);
        }
        for (permission, allowed) in permissions.into_iter().zip(allowed) {
            // A connection that is gone does not begin.
            let _ = permission.send(allowed);
        }
        Ok(())
    }
}

/// A run that is of no use: the network could not be set up.
pub(super) fn no_runtime() -> Error {
    failed("smtp-no-runtime", "the network could not be set up", "check the limits on open files, then send again")
}
