//! An SMTP server for tests that goes wrong where it is told to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Where in a transaction the fault comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    Greeting,
    Auth,
    Mail,
    Rcpt,
    /// Instead of 354.
    Data,
    /// After 354 and the first bytes of the body.
    Body,
    /// After the last dot.
    Dot,
}

/// What it does there instead of the proper reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Say(&'static str),
    /// Says so and hangs up, as 421 announces.
    SayAndClose(&'static str),
    /// Closes its side in order.
    Fin,
    /// Breaks the connection.
    Rst,
    /// Says nothing and reads nothing more, for longer than the test has patience.
    Silence,
    /// Pauses before the proper reply.
    Wait(u64),
}

/// The faults of the connections, or of the messages, in their order; those beyond the list go well.
pub(super) type Script = Vec<Option<(At, Act)>>;

/// What the server has seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Messages that it took, as they came.
    pub(super) taken: Vec<Vec<u8>>,
    pub(super) connections: u32,
    pub(super) commands: Vec<String>,
    /// Messages whose last dot came with more behind it.
    pub(super) followed: u32,
}

/// A hook that is called when a command or the end of a body has arrived, before the reply.
pub(super) type Hook = Box<dyn Fn(&str) + Send + Sync>;

/// A running server; its thread ends with the test process.
pub(super) struct FaultServer {
    pub(super) port: u16,
    pub(super) seen: Arc<Mutex<Seen>>,
}

/// What it answers to EHLO.
const OFFERS: &str = "250-fault.test\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN";
/// The same of one that takes several commands at once. It answers each as if the others had gone well.
const OFFERS_PIPELINING: &str = "250-fault.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN";

impl FaultServer {
    pub(super) fn start(messages: Script) -> FaultServer {
        Self::start_with(Vec::new(), messages, Box::new(|_| {}))
    }

    pub(super) fn start_pipelining(messages: Script) -> FaultServer {
        Self::start_offering(OFFERS_PIPELINING, Vec::new(), messages, Box::new(|_| {}))
    }

    pub(super) fn start_with(connections: Script, messages: Script, hook: Hook) -> FaultServer {
        Self::start_offering(OFFERS, connections, messages, hook)
    }

    fn start_offering(offers: &'static str, connections: Script, messages: Script, hook: Hook) -> FaultServer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = Arc::new((Arc::clone(&seen), Mutex::new(messages.into_iter()), hook));
        std::thread::spawn(move || {
            let mut connections = connections.into_iter();
            for stream in listener.incoming() {
                shared.0.lock().unwrap().connections += 1;
                let (stream, fault, shared) = (stream.unwrap(), connections.next().flatten(), Arc::clone(&shared));
                std::thread::spawn(move || {
                    Conversation { stream, seen: &shared.0, messages: &shared.1, hook: &shared.2, fault, offers }.run();
                });
            }
        });
        FaultServer { port, seen }
    }

    pub(super) fn taken(&self) -> usize {
        self.seen.lock().unwrap().taken.len()
    }
}

struct Conversation<'a> {
    stream: TcpStream,
    seen: &'a Mutex<Seen>,
    hook: &'a Hook,
    messages: &'a Mutex<std::vec::IntoIter<Option<(At, Act)>>>,
    fault: Option<(At, Act)>,
    offers: &'static str,
}

impl Conversation<'_> {
    fn run(mut self) {
        let mut reader = BufReader::new(self.stream.try_clone().unwrap());
        if !self.answer(At::Greeting, "220 fault.test ESMTP") {
            return;
        }
        let mut line = String::new();
        while reader.read_line(&mut line).is_ok_and(|read| read > 0) {
            let command = line.trim_end().to_owned();
            line.clear();
            self.seen.lock().unwrap().commands.push(command.clone());
            (self.hook)(&command);
            let going = match command.split(' ').next().unwrap_or_default() {
                "EHLO" => self.say(self.offers),
                "AUTH" => self.answer(At::Auth, "235 2.7.0 ok"),
                "MAIL" => {
                    self.fault = self.messages.lock().unwrap().next().flatten();
                    self.answer(At::Mail, "250 2.1.0 ok")
                }
                "RCPT" => self.answer(At::Rcpt, "250 2.1.5 ok"),
                "DATA" if self.fault.is_some_and(|(at, _)| at == At::Data) => self.answer(At::Data, ""),
                "DATA" => self.say("354 go on") && self.body(&mut reader),
                "QUIT" => {
                    self.say("221 bye");
                    false
                }
                _ => self.say("250 ok"),
            };
            if !going {
                return;
            }
        }
    }

    fn body(&mut self, reader: &mut BufReader<TcpStream>) -> bool {
        if let Some((At::Body, act)) = self.fault {
            let mut some = [0; 64];
            if act != Act::Fin {
                let _ = reader.read(&mut some);
            }
            if !self.perform(act, "") {
                return false;
            }
        }
        let mut message = Vec::new();
        while !message.ends_with(b"\r\n.\r\n") {
            if reader.read_until(b'\n', &mut message).unwrap_or(0) == 0 {
                return false;
            }
        }
        (self.hook)(".");
        self.seen.lock().unwrap().followed += u32::from(!reader.buffer().is_empty());
        let going = self.answer(At::Dot, "250 2.0.0 Ok: queued as Q1");
        if !matches!(self.fault, Some((At::Dot, act)) if !matches!(act, Act::Wait(_))) {
            self.seen.lock().unwrap().taken.push(message);
        }
        going
    }

    fn answer(&mut self, at: At, proper: &str) -> bool {
        match self.fault {
            Some((fault, act)) if fault == at => self.perform(act, proper),
            _ => self.say(proper),
        }
    }

    /// Does what the script says; returns whether the conversation goes on.
    fn perform(&mut self, act: Act, proper: &str) -> bool {
        match act {
            Act::Say(reply) => self.say(reply),
            Act::SayAndClose(reply) => {
                self.say(reply);
                self.drain()
            }
            Act::Fin => self.drain(),
            Act::Rst => self.reset(),
            Act::Silence => {
                std::thread::sleep(Duration::from_secs(10));
                false
            }
            Act::Wait(milliseconds) => {
                std::thread::sleep(Duration::from_millis(milliseconds));
                self.say(proper)
            }
        }
    }

    fn say(&mut self, reply: &str) -> bool {
        self.stream.write_all(format!("{reply}\r\n").as_bytes()).is_ok()
    }

    /// Closes our side in order and reads what still comes, so that no reset goes out.
    fn drain(&mut self) -> bool {
        let _ = self.stream.shutdown(std::net::Shutdown::Write);
        let _ = std::io::copy(&mut self.stream, &mut std::io::sink());
        false
    }

    fn reset(&mut self) -> bool {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let _inside = runtime.enter();
        let stream = self.stream.try_clone().unwrap();
        stream.set_nonblocking(true).unwrap();
        tokio::net::TcpStream::from_std(stream).unwrap().set_zero_linger().unwrap();
        // The reset goes out when the last handle is closed, which is right after this.
        false
    }
}
