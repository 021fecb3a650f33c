//! The TCP connection under a session, and what it can tell about the last dot of a message.
//!
//! A reply that never comes means two different things: before the last dot has left, the server cannot have taken the
//! message (deferred); after it, nobody knows (uncertain). The mail library does not tell them apart, so the socket does.

use lettre::transport::smtp::client::AsyncTokioStream;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A reply longer than this is no SMTP reply; a server that never ends its line must not fill the memory.
const LONGEST_REPLY: usize = 64 * 1024;
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
    /// Bytes of the reply so far: what came in since the last thing that was sent.
    reply_bytes: usize,
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
        Ok((Socket { stream: TcpStream::from_std(stream)?, watch: Arc::clone(&watch), reply_bytes: 0 }, watch))
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        self.reply_bytes += buffer.filled().len() - before;
        if self.reply_bytes > LONGEST_REPLY {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, "the reply is too long")));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.watch.peer_left.load(Ordering::Relaxed) {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let accepted = ready!(Pin::new(&mut self.stream).poll_write(context, bytes))?;
        self.watch.accepted.fetch_add(accepted as u64, Ordering::Relaxed);
        self.reply_bytes = 0;
        Poll::Ready(Ok(accepted))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl AsyncTokioStream for Socket {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

/// A message's body as one part, which tells the watch when it has been written and the dot is next.
pub(super) struct BodyThenDot<'a> {
    body: Option<&'a [u8]>,
    watch: &'a Watch,
}

impl<'a> BodyThenDot<'a> {
    pub(super) fn new(body: &'a [u8], watch: &'a Watch) -> Self {
        BodyThenDot { body: Some(body), watch }
    }
}

impl<'a> Iterator for BodyThenDot<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let body = self.body.take();
        if body.is_none() {
            self.watch.dot_is_due();
        }
        body
    }
}
