//! The preview behind a server for reviewers: the same pages, live. Reviewers comment, settle comments and approve.
//!
//! ```text
//! files on disk -> watch -> Desk::preview -> Board (what is shown now, and what was before)
//!                                              |-> pages, pictures     (routes)
//! reviewers -> access (token, cookie, CSRF) ---'-> comments, approvals (actions)
//! ```
//!
//! It listens on a loopback address alone: whoever sits elsewhere comes through a tunnel of SSH. One token per reviewer, who acts under that
//! name and role. Pages work without scripts; with them, they load again when something changed.

mod access;
mod actions;
mod board;
mod changes;
mod routes;
mod watch;

pub use access::{Reviewer, Reviewers};

use super::preview::Preview;
use crate::error::{Error, Place, Result};
use board::Board;
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the server asks of the rooms that it does not know.
pub trait Desk: Send + Sync + 'static {
    /// The preview of what lies in the folder now.
    ///
    /// # Errors
    /// Refused when it cannot be rendered.
    fn preview(&self) -> Result<Preview>;

    /// Of some contact blocks those that no check counts for on a day, in words.
    ///
    /// # Errors
    /// Refused when what was checked cannot be read.
    fn stale(&self, blocks: &BTreeSet<String>, on: Date) -> Result<Vec<String>>;

    /// What an approver signs.
    ///
    /// # Errors
    /// Refused when nothing can be approved.
    fn statement(&self, asked: &Asked) -> Result<String>;

    /// Seals what was looked at.
    ///
    /// # Errors
    /// Refused when something is in the way, or something else lies in the folder by now; failed when it cannot be written.
    fn approve(&self, asked: &Asked) -> Result<()>;
}

/// An approval that a reviewer asks for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Name of the reviewer.
    pub by: String,
    /// Role of the reviewer.
    pub role: String,
    /// The moment.
    pub at: Timestamp,
    /// The day of the moment where this machine stands.
    pub on: Date,
    /// Digest of what the reviewer looked at.
    pub seen: String,
    /// Reason to go on without a check of every contact block; absent when there is none.
    pub accept_stale: Option<String>,
    /// Signature of the statement, armored; absent when the approval is unsigned.
    pub signature: Option<String>,
}

/// Reads the clock, which the command line hands in.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// The moment.
    pub now: fn() -> Timestamp,
    /// The day where this machine stands.
    pub today: fn() -> Date,
}

/// A server that has its address and shows its first preview, and does not answer yet.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    board: Arc<Board>,
    folder: PathBuf,
}

impl Server {
    /// Takes an address and makes the first preview.
    ///
    /// # Errors
    /// Refused when the address is not of this machine alone, or nothing can be rendered; failed when the address is taken.
    pub fn open(folder: &Path, listen: SocketAddr, reviewers: Reviewers, desk: Box<dyn Desk>, clock: Clock) -> Result<Server> {
        if !listen.ip().is_loopback() {
            let reason = "is not an address of this machine alone: letters that nobody approved yet would be open to the network";
            let hint = "listen on 127.0.0.1, and let others come through a tunnel: ssh -L 8417:127.0.0.1:8417 THIS-MACHINE";
            return Err(Error::refused("listen-refused", Place::file(listen.to_string()), reason, hint));
        }
        let taken = |error: std::io::Error| {
            let reason = format!("cannot be listened on: {error}");
            Error::failed("listen-failed", Place::file(listen.to_string()), reason, "name another port, as in --listen 127.0.0.1:8500")
        };
        let listener = TcpListener::bind(listen).map_err(taken)?;
        listener.set_nonblocking(true).map_err(taken)?;
        let address = listener.local_addr().map_err(taken)?;
        let board = Arc::new(Board::new(folder, reviewers, desk, clock)?);
        Ok(Server { listener, address, board, folder: folder.to_owned() })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Each reviewer with the link that lets this reviewer in.
    pub fn links(&self) -> Vec<(Reviewer, String)> {
        self.board.reviewers.links(self.address)
    }

    /// Answers until the process is told to stop.
    ///
    /// # Errors
    /// Failed when the folder cannot be watched or the network is gone.
    pub fn run(self) -> Result<()> {
        let Server { listener, board, folder, address } = self;
        let failed = |what: String| Error::failed("server-failed", Place::file(address.to_string()), what, "start it again");
        let _watching = watch::watch(&folder, Arc::clone(&board))?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.map_err(|error| failed(format!("no threads can be started: {error}")))?;
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).map_err(|error| failed(error.to_string()))?;
            let stop = async { _ = tokio::signal::ctrl_c().await };
            let serve = axum::serve(listener, routes::router(board)).into_future();
            tokio::select! {
                served = serve => served.map_err(|error| failed(error.to_string())),
                () = stop => Ok(()),
            }
        })
    }
}
