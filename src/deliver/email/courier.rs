//! The hand that drives the connections: each sends one message at a time, and begins none before the ledger has it.

use super::composer::Ready;
use super::drain::no_runtime;
use super::opening::{Access, NoConnection};
use super::pace::{DomainPace, Storm};
use super::reply::Fate;
use super::server::Server;
use super::session::{Refusal, Session, failed};
use crate::deliberate::panic_at;
use crate::error::{Error, Result};
use crate::ledger::{Begun, Lease};
use lettre::Address;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::mpsc::Sender;
use std::time::Instant;
use tokio::sync::{Mutex, mpsc, oneshot};

/// Says whether a message may begin; dropped: it may not.
pub(super) type Permission = oneshot::Sender<bool>;

/// What the hands tell the recorder.
pub(super) enum Report {
    /// A message is about to begin; it waits for permission.
    Begins(Begun, Permission),
    /// What became of a piece.
    Ended { lease: Lease, fate: Fate, detail: String },
    /// Nothing happened to a piece that was leased.
    Untouched(Lease),
    /// The send is of no use.
    Stop(Error),
}

/// What the connections work with.
pub(super) struct Crew {
    pub(super) access: Access,
    /// The address in the envelope.
    pub(super) sender: Address,
    pub(super) connections: usize,
    /// Messages to one domain in a minute; absent for no limit.
    pub(super) per_minute: Option<u32>,
}

/// Delivers until nothing more is composed, over as many connections as there is work for.
pub(super) fn deliver_all(crew: Crew, storm: Storm, ready: mpsc::Receiver<Ready>, reports: &Sender<Report>) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return drop(reports.send(Report::Stop(no_runtime())));
    };
    let desk = Rc::new(Desk {
        pace: Mutex::new(DomainPace::new(crew.per_minute)),
        crew,
        ready: Mutex::new(ready),
        reports: reports.clone(),
        storm: RefCell::new(storm),
        stopped: Cell::new(false),
    });
    let local = tokio::task::LocalSet::new();
    let couriers = async {
        let mut couriers = tokio::task::JoinSet::new();
        for _ in 0..desk.crew.connections.max(1) {
            couriers.spawn_local(Courier { desk: Rc::clone(&desk), session: None, next: None }.work());
        }
        while let Some(ended) = couriers.join_next().await {
            if ended.is_err() {
                // It panicked, and said where. Its messages are never told of: without a stop the recorder would wait for them forever.
                desk.stop(Error::bug("a connection stopped working"));
            }
        }
    };
    let stopped = stop_on_signals(&desk);
    runtime.block_on(local.run_until(async {
        tokio::select! {
            () = couriers => {}
            () = stopped => {}
        }
    }));
}

/// A person or a service manager wants an end: what is begun is ended and recorded, so that nothing becomes uncertain by it. Ends at
/// the second signal, when somebody does not want to wait for that.
async fn stop_on_signals(desk: &Desk) {
    use tokio::signal::unix::{SignalKind, signal};
    // Where signals cannot be heard they end the program at once, and the ledger says how far it came.
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) else {
        return std::future::pending().await;
    };
    for _ in 0..2 {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        desk.stop(failed("send-stopped", "sending was stopped by a signal", "what was begun is recorded; send again to go on"));
    }
}

/// What the connections share.
struct Desk {
    crew: Crew,
    ready: Mutex<mpsc::Receiver<Ready>>,
    pace: Mutex<DomainPace>,
    reports: Sender<Report>,
    storm: RefCell<Storm>,
    /// Nothing more is to be sent.
    stopped: Cell<bool>,
}

impl Desk {
    fn stop(&self, error: Error) {
        self.stopped.set(true);
        self.report(Report::Stop(error));
    }

    fn report(&self, report: Report) {
        // A recorder that is gone has stopped for a reason of its own.
        let _ = self.reports.send(report);
    }

    /// A message that is composed and may leave at once; none where each has to wait for its turn.
    fn at_hand(&self) -> Option<Ready> {
        if self.crew.per_minute.is_some() || self.stopped.get() {
            return None;
        }
        self.ready.try_lock().ok()?.try_recv().ok()
    }
}

/// What became of a message, and whether the server is to blame for nothing.
struct Outcome {
    fate: Fate,
    detail: String,
    blameless: bool,
}

/// One connection, made when the first message comes.
struct Courier {
    desk: Rc<Desk>,
    session: Option<Session>,
    /// The next message: the server may have its envelope already.
    next: Option<Ready>,
}

impl Courier {
    async fn work(mut self) {
        let desk = Rc::clone(&self.desk);
        loop {
            let next = match self.next.take() {
                Some(ready) => Some(ready),
                None => desk.ready.lock().await.recv().await,
            };
            let Some(ready) = next else { break };
            let lease = ready.begun.lease;
            let outcome = if desk.stopped.get() { Ok(None) } else { self.deliver(ready).await };
            match outcome {
                Ok(Some(Outcome { fate, detail, blameless })) => {
                    desk.report(Report::Ended { lease, fate, detail });
                    let too_many = desk.storm.borrow_mut().after(fate, blameless);
                    too_many.into_iter().for_each(|error| desk.stop(error));
                }
                Ok(None) => desk.report(Report::Untouched(lease)),
                Err(error) => {
                    desk.stop(error);
                    desk.report(Report::Untouched(lease));
                }
            }
        }
        if let Some(session) = self.session.take() {
            session.close().await;
        }
    }

    /// What became of a message; `None` when it may not begin.
    ///
    /// # Errors
    /// When no message can be sent at all; then nothing has happened to this one.
    async fn deliver(&mut self, ready: Ready) -> Result<Option<Outcome>> {
        let Ready { begun, to, message } = ready;
        panic_at("deliver email connection", &begun);
        let wait = self.desk.pace.lock().await.take(to.domain(), Instant::now());
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        let mut session = self.session().await?;
        let ended = |fate, detail, blameless| Outcome { fate, detail, blameless };
        let outcome = match session.envelope(&to).await {
            Ok(()) if self.may_begin(begun).await => {
                self.next = self.desk.at_hand();
                let (fate, detail) = session.body(&message, self.next.as_ref().map(|next| &next.to)).await;
                ended(fate, detail, fate == Fate::Sent)
            }
            Ok(()) => {
                // The server waits for a body that does not come: only closing the connection says so.
                session.abandon();
                return Ok(None);
            }
            Err(Refusal::Message { fate, detail }) => ended(fate, detail, fate == Fate::Deferred),
            Err(Refusal::Server { detail }) => ended(Fate::Deferred, detail, false),
            Err(Refusal::Sender { detail }) => return Err(sender_refused(&detail)),
        };
        if session.is_usable() {
            self.session = Some(session);
        }
        Ok(Some(outcome))
    }

    /// Waits until the ledger has it that the message begins.
    async fn may_begin(&self, begun: Begun) -> bool {
        let (permission, permitted) = oneshot::channel();
        self.desk.report(Report::Begins(begun, permission));
        permitted.await.unwrap_or(false)
    }

    /// A connection, trying as often as patience allows.
    async fn session(&mut self) -> Result<Session> {
        if let Some(session) = self.session.take() {
            return Ok(session);
        }
        let access = &self.desk.crew.access;
        let mut pauses = access.patience.pauses.iter();
        loop {
            let reason = match Session::open(access, &self.desk.crew.sender).await {
                Ok(session) => return Ok(session),
                Err(NoConnection::Ever(error)) => return Err(error),
                Err(NoConnection::Now(reason)) => reason,
            };
            match pauses.next() {
                Some(&pause) => tokio::time::sleep(pause).await,
                None => return Err(unreachable(&access.server, &reason)),
            }
        }
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
