//! The TCP connection under a session, and what it can tell about the last dot of a message.
//!
//! A reply that never comes means two different things: before the last dot has left, the server cannot have taken the
//! message (deferred); after it, nobody knows (uncertain). Only what lies under TLS can tell them apart.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// No dot is due yet.
const NOT_YET: u64 = u64::MAX;

/// What has been handed to the system on one connection, seen from beside it.
#[derive(Debug)]
pub(super) struct Watch {
    /// A second handle on the socket, to look whether the server is still there.
    peer: std::net::TcpStream,
    accepted: AtomicU64,
    accepted_before_dot: AtomicU64,
    peer_left: AtomicBool,
}

impl Watch {
    fn over(peer: std::net::TcpStream) -> Watch {
        Watch { peer, accepted: AtomicU64::new(0), accepted_before_dot: AtomicU64::new(NOT_YET), peer_left: AtomicBool::new(false) }
    }

    /// The next message begins.
    pub(super) fn message_begins(&self) {
        self.accepted_before_dot.store(NOT_YET, Ordering::Relaxed);
    }

    /// The body is out and only the last dot is missing. When the server has closed by now, the dot is not sent: the message
    /// cannot have been taken, and then it also never will be.
    pub(super) fn dot_is_due(&self) {
        self.accepted_before_dot.store(self.accepted.load(Ordering::Relaxed), Ordering::Relaxed);
        let gone = match self.peer.peek(&mut [0]) {
            Ok(received) => received == 0,
            Err(error) => error.kind() != io::ErrorKind::WouldBlock,
        };
        self.peer_left.store(gone, Ordering::Relaxed);
    }

    /// Whether any part of the last dot may have left this machine.
    pub(super) fn dot_may_have_left(&self) -> bool {
        let before = self.accepted_before_dot.load(Ordering::Relaxed);
        before != NOT_YET && self.accepted.load(Ordering::Relaxed) > before
    }
}

/// A TCP connection that counts what it hands over. It lies under TLS when there is TLS.
#[derive(Debug)]
pub(super) struct Socket {
    stream: TcpStream,
    watch: Arc<Watch>,
}

impl Socket {
    /// Takes a connection over and sends small writes at once: the last dot is one, and would wait 40 ms for each message.
    ///
    /// # Errors
    /// The system's, when the socket cannot be set up.
    pub(super) fn new(stream: TcpStream) -> io::Result<(Socket, Arc<Watch>)> {
        stream.set_nodelay(true)?;
        let stream = stream.into_std()?;
        let watch = Arc::new(Watch::over(stream.try_clone()?));
        Ok((Socket { stream: TcpStream::from_std(stream)?, watch: Arc::clone(&watch) }, watch))
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.watch.peer_left.load(Ordering::Relaxed) {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let accepted = ready!(Pin::new(&mut self.stream).poll_write(context, bytes))?;
        self.watch.accepted.fetch_add(accepted as u64, Ordering::Relaxed);
        Poll::Ready(Ok(accepted))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
