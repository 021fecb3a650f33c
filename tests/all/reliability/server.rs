//! A mail server for tests that remembers what it accepted before it says so, and goes wrong where it is told to.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Where in a message the fault comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// As soon as somebody connects.
    Greeting,
    /// Instead of what it can do.
    Hello,
    Mail,
    Rcpt,
    /// Instead of 354.
    Data,
    /// After 354 and the first line of the body.
    Body,
    /// After the last dot.
    Dot,
}

/// What it does there instead of the proper reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Say(&'static str),
    /// Closes its side in order.
    Fin,
    /// Breaks the connection.
    Rst,
}

/// What every connection of a server shares.
#[derive(Default)]
struct Shared {
    /// Message-IDs as they were accepted.
    accepted: Mutex<Vec<String>>,
    /// Goes wrong so with the first message that gets there.
    fault: Mutex<Option<(At, Act)>>,
    /// Between the last dot and the reply.
    pause: Mutex<Duration>,
    /// No replies for now.
    held: AtomicBool,
    /// A last dot came after it had closed its side.
    dot_came: AtomicBool,
}

/// A running server; its threads end with the test process.
pub(super) struct Server {
    port: u16,
    shared: Arc<Shared>,
}

impl Server {
    pub(super) fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared::default());
        let server = Server { port, shared: Arc::clone(&shared) };
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&shared);
                // A sender that is killed breaks off: that ends the conversation, not the server.
                std::thread::spawn(move || drop(Conversation::begin(stream, &shared)));
            }
        });
        server
    }

    /// The same, taking its time between the last dot and the reply.
    pub(super) fn slow(pause: Duration) -> Server {
        let server = Server::start();
        *server.shared.pause.lock().unwrap() = pause;
        server
    }

    /// Answers no last dot from now on, or does again.
    pub(super) fn hold(&self, held: bool) {
        self.shared.held.store(held, Ordering::SeqCst);
    }

    /// The same, with a fault for the first message that gets as far.
    pub(super) fn faulty(at: At, act: Act) -> Server {
        let server = Server::start();
        server.goes_wrong(at, act);
        server
    }

    /// Goes wrong once more, with the next message that gets as far.
    pub(super) fn goes_wrong(&self, at: At, act: Act) {
        *self.shared.fault.lock().unwrap() = Some((at, act));
    }

    /// Whether nobody has got as far since.
    pub(super) fn is_about_to_go_wrong(&self) -> bool {
        self.shared.fault.lock().unwrap().is_some()
    }

    /// The address of incident.toml.
    pub(super) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Message-IDs of what it accepted, in that order.
    pub(super) fn accepted(&self) -> Vec<String> {
        self.shared.accepted.lock().unwrap().clone()
    }

    /// Whether a last dot was on its way already when it closed its side in mid-message.
    pub(super) fn was_sent_the_dot(&self) -> bool {
        self.shared.dot_came.load(Ordering::SeqCst)
    }

    pub(super) fn count(&self) -> usize {
        self.shared.accepted.lock().unwrap().len()
    }
}

struct Conversation<'a> {
    reader: BufReader<TcpStream>,
    stream: TcpStream,
    shared: &'a Shared,
}

/// Whether the conversation goes on.
type Going = std::io::Result<bool>;

impl Conversation<'_> {
    fn begin(stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let mut conversation = Conversation { reader: BufReader::new(stream.try_clone()?), stream, shared };
        let going = match conversation.fault(At::Greeting) {
            Some(act) => conversation.perform(act)?,
            None => conversation.say("220 server.test ESMTP")?,
        };
        while going && conversation.answer()? {}
        Ok(())
    }

    fn answer(&mut self) -> Going {
        let mut command = String::new();
        if self.reader.read_line(&mut command)? == 0 {
            return Ok(false);
        }
        match command.trim_end().split(' ').next().unwrap_or_default() {
            "EHLO" => match self.fault(At::Hello) {
                Some(act) => self.perform(act),
                None => self.say("250-server.test\r\n250 8BITMIME"),
            },
            "MAIL" => match self.fault(At::Mail) {
                Some(act) => self.perform(act),
                None => self.say("250 ok"),
            },
            "RCPT" => match self.fault(At::Rcpt) {
                Some(act) => self.perform(act),
                None => self.say("250 2.1.5 ok"),
            },
            "DATA" => match self.fault(At::Data) {
                Some(act) => self.perform(act),
                None => Ok(self.say("354 go on")? && self.body()?),
            },
            "QUIT" => self.say("221 bye").map(|_| false),
            _ => self.say("250 ok"),
        }
    }

    fn body(&mut self) -> Going {
        let (mut line, mut id) = (Vec::new(), String::new());
        loop {
            line.clear();
            if self.reader.read_until(b'\n', &mut line)? == 0 {
                return Ok(false);
            }
            if let Some(act) = self.fault(At::Body) {
                return self.perform(act);
            }
            if line == b".\r\n" {
                break;
            }
            if let Some(value) = line.strip_prefix(b"Message-ID: ").filter(|_| id.is_empty()) {
                id = String::from_utf8_lossy(value).trim().to_owned();
            }
        }
        if let Some(act) = self.fault(At::Dot) {
            return self.perform(act);
        }
        self.shared.accepted.lock().unwrap().push(id);
        let pause = *self.shared.pause.lock().unwrap();
        std::thread::sleep(pause);
        while self.shared.held.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(1));
        }
        self.say("250 2.0.0 Ok: queued as Q1")
    }

    fn fault(&self, at: At) -> Option<Act> {
        self.shared.fault.lock().unwrap().take_if(|(place, _)| *place == at).map(|(_, act)| act)
    }

    fn perform(&mut self, act: Act) -> Going {
        match act {
            // What announces that the server hangs up is followed by it.
            Act::Say(reply) => Ok(self.say(reply)? && !reply.starts_with("421")),
            Act::Fin => {
                self.stream.shutdown(Shutdown::Write)?;
                let mut rest = Vec::new();
                self.reader.read_to_end(&mut rest)?;
                self.shared.dot_came.store(rest.ends_with(b"\r\n.\r\n"), Ordering::SeqCst);
                Ok(false)
            }
            Act::Rst => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                let _inside = runtime.enter();
                let stream = self.stream.try_clone()?;
                stream.set_nonblocking(true)?;
                // The reset goes out when the last handle is closed, which is right after this.
                tokio::net::TcpStream::from_std(stream)?.set_zero_linger()?;
                Ok(false)
            }
        }
    }

    fn say(&mut self, reply: &str) -> Going {
        self.stream.write_all(format!("{reply}\r\n").as_bytes()).map(|()| true)
    }
}
