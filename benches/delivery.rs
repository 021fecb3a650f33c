//! What the ledger and the mail server cost: e-mails sent beside what the disk and a plain transport allow, events written, status read.
//!
//! Needs `smtp-sink` (Debian: postfix). All figures of one run belong together: disks and shared cores differ from hour to hour.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench ends where something is not as it must be, and prints what it found")]

use breachnotice::deliver::email::{Dispatch, Letterhead, Outgoing, Patience, drain};
use breachnotice::incident::EmailSettings;
use breachnotice::ledger::{self, Bearer, EventKind, Ledger, Marks, NewEvent, Piece, Standing};
use breachnotice::privacy::Private;
use breachnotice::report;
use jiff::Timestamp;
use lettre::Address;
use lettre::address::Envelope;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// Bytes of the letter that goes along.
const ATTACHMENT: usize = 30_000;
const CONNECTIONS: usize = 8;
const MANY_CONNECTIONS: usize = 32;
const ROUNDS: usize = 5;
const MESSAGES: u32 = 20_000;
const EVENTS: u32 = 3_000_000;

fn main() {
    let home = tempfile::tempdir_in(std::env::var_os("BREACHNOTICE_FOLDER").unwrap_or_else(|| ".".into())).unwrap();
    let sink = Sink::start();
    let mut rounds: Vec<Round> = (0..ROUNDS).map(|number| round(home.path(), &sink, number)).collect();
    let plain = plain(&sink);
    let mut median = |figure: fn(&Round) -> f64| {
        rounds.sort_by(|one, other| figure(one).total_cmp(&figure(other)));
        figure(&rounds[ROUNDS / 2])
    };
    println!("middle of {ROUNDS} rounds, e-mails of {ATTACHMENT} bytes into smtp-sink:");
    println!(
        "  over {CONNECTIONS} connections, of the durable writes of 4 KiB: {:.0}%",
        median(|round| 100.0 * round.few.rate / round.pages)
    );
    println!("  of durable writes as large as its commits: {:.0}%", median(|round| 100.0 * round.few.rate / round.alike));
    println!("  of ledger commits of one event: {:.0}%", median(|round| 100.0 * round.few.rate / round.commits));
    println!(
        "  over {MANY_CONNECTIONS} connections, of the durable writes of 4 KiB: {:.0}%",
        median(|round| 100.0 * round.many.rate / round.pages)
    );
    println!(
        "  plain transport on {CONNECTIONS} reused connections: {plain:.0} a second; ours {:.0} times as many",
        median(|round| round.few.rate) / plain
    );
    events(home.path());
}

/// What the disk does and what is sent, measured one after the other: disks differ from minute to minute.
struct Round {
    pages: f64,
    alike: f64,
    commits: f64,
    few: Sent,
    many: Sent,
}

fn round(home: &Path, sink: &Sink, number: usize) -> Round {
    let home = home.join(format!("round-{number}"));
    std::fs::create_dir(&home).unwrap();
    let pages = durable_writes(&home, 4096);
    let commits = durable_commits(&home);
    let few = sent(&home, sink, CONNECTIONS);
    let alike = durable_writes(&home, few.bytes);
    let many = sent(&home, sink, MANY_CONNECTIONS);
    println!("durable writes a second: {pages:.0} of 4 KiB, {alike:.0} of {} bytes; ledger commits of one event: {commits:.0}", few.bytes);
    for (connections, sent) in [(CONNECTIONS, &few), (MANY_CONNECTIONS, &many)] {
        let Sent { rate, commits, .. } = sent;
        println!("  {connections} connections: {rate:.0} e-mails a second, in {commits:.0} commits of {:.1}", rate / commits);
    }
    std::fs::remove_dir_all(&home).unwrap();
    Round { pages, alike, commits, few, many }
}

/// A server that takes everything and keeps nothing.
struct Sink {
    child: Child,
    port: u16,
}

impl Sink {
    fn start() -> Sink {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let path = format!("{}:/usr/sbin", std::env::var("PATH").unwrap());
        let mut command = Command::new("smtp-sink");
        let child = command.env("PATH", path).args(["-u", "nobody", &format!("127.0.0.1:{port}"), "1024"]).spawn();
        let sink = Sink { child: child.expect("smtp-sink of Debian's postfix"), port };
        let until = Instant::now() + Duration::from_secs(5);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "smtp-sink does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
        sink
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Durable writes a second, each waited for.
fn durable_writes(folder: &Path, bytes: usize) -> f64 {
    let mut file = std::fs::File::create(folder.join("raw")).unwrap();
    let (page, begun) = (vec![7_u8; bytes], Instant::now());
    let mut writes = 0;
    while begun.elapsed() < Duration::from_secs(2) {
        file.write_all(&page).unwrap();
        file.sync_data().unwrap();
        writes += 1;
    }
    f64::from(writes) / begun.elapsed().as_secs_f64()
}

/// Bytes that this process has had written to the disk so far (proc(5), `io`).
fn written() -> u64 {
    let io = std::fs::read_to_string("/proc/self/io").unwrap();
    io.lines().find_map(|line| line.strip_prefix("write_bytes: ")).unwrap().parse().unwrap()
}

/// Durable commits a second of the ledger with one event each: what sending could do at most if each message took one.
fn durable_commits(home: &Path) -> f64 {
    let folder = home.join("commits");
    std::fs::create_dir(&folder).unwrap();
    let mut ledger = opened(&folder);
    let pieces = ledger.allot(&mut (0..1).map(bearer)).unwrap();
    let event = [NewEvent::of_piece(EventKind::DataStarted, pieces[0], 1, 1, "")];
    let begun = Instant::now();
    let mut commits = 0;
    while begun.elapsed() < Duration::from_secs(2) {
        ledger.append(&event).unwrap();
        commits += 1;
    }
    f64::from(commits) / begun.elapsed().as_secs_f64()
}

#[allow(clippy::disallowed_methods, reason = "a bench is its own command line: leases count by the real clock")]
fn now() -> Timestamp {
    Timestamp::now()
}

fn settings(port: u16) -> EmailSettings {
    EmailSettings {
        from: "Lakeside Health <notices@lakeside.example>".into(),
        reply_to: "help@lakeside.example".into(),
        subject: "An important notice".into(),
        smtp: Some(format!("smtp://127.0.0.1:{port}")),
        attach_pdf: true,
        per_minute: None,
        authority: None,
    }
}

fn outgoing(piece: Piece) -> Outgoing {
    Outgoing {
        piece,
        to: Private::new(format!("person{piece}@example.net")),
        language_tag: "en",
        html: Private::new("<p>Dear Jordan,</p>\n".repeat(100)),
        text: Private::new("Dear Jordan,\n\n".repeat(100)),
        pdf: Some(Private::new((0..ATTACHMENT).map(|byte| (byte * 7 + 13) as u8).collect())),
        pdf_name: format!("notice-{piece:07}.pdf"),
    }
}

struct Sent {
    rate: f64,
    commits: f64,
    /// Bytes that reach the disk with a commit.
    bytes: usize,
}

fn sent(home: &Path, sink: &Sink, connections: usize) -> Sent {
    let folder = home.join(format!("send-{connections}"));
    std::fs::create_dir(&folder).unwrap();
    let mut ledger = opened(&folder);
    let mut people = (0..MESSAGES).map(bearer);
    let pieces = ledger.allot(&mut people).unwrap();
    let settings = settings(sink.port);
    let patience = Patience::default();
    let dispatch = Dispatch {
        settings: &settings,
        incident_id: "lakeside",
        password: None,
        authority: None,
        owner: "bench",
        job: 1,
        clock: &now,
        patience,
        connections,
        early: false,
        despite_failures: false,
        failed_before: 0,
    };
    let (begun, before) = (Instant::now(), written());
    let totals = drain(&dispatch, ledger.as_mut(), &pieces, &mut |piece| Ok(outgoing(piece)), &mut |_| {}).unwrap();
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!(totals.sent, u64::from(MESSAGES));
    let links = ledger.verify(&[]).unwrap().links;
    let bytes = (written() - before) / links;
    Sent { rate: f64::from(MESSAGES) / seconds, commits: links as f64 / seconds, bytes: usize::try_from(bytes).unwrap() }
}

fn bearer(person: u32) -> Bearer {
    Bearer {
        person: format!("{:032x}", u128::from(person).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)),
        marks: Marks::default(),
    }
}

fn opened(folder: &Path) -> Box<dyn Ledger> {
    let mut ledger = ledger::open(folder, "lakeside", None).unwrap();
    ledger.set_moment(now());
    ledger
}

/// The mail library as it comes: no ledger, nothing recorded, the connections kept open.
fn plain(sink: &Sink) -> f64 {
    const EACH: u32 = 40;
    let message = Letterhead::new(&settings(sink.port), "lakeside").unwrap().message(now(), &outgoing(1)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let local = tokio::task::LocalSet::new();
    let begun = Instant::now();
    for _ in 0..CONNECTIONS {
        let (message, port) = (message.clone(), sink.port);
        local.spawn_local(async move {
            let hello = ClientId::default();
            let mut connection = AsyncSmtpConnection::connect_tokio1(("127.0.0.1", port), None, &hello, None, None).await.unwrap();
            let from: Address = "notices@lakeside.example".parse().unwrap();
            let envelope = Envelope::new(Some(from), vec!["person@example.net".parse().unwrap()]).unwrap();
            for _ in 0..EACH {
                connection.send(&envelope, &message).await.unwrap();
            }
        });
    }
    runtime.block_on(local);
    f64::from(EACH * CONNECTIONS as u32) / begun.elapsed().as_secs_f64()
}

/// Three events for each of a million pieces, and what `status` takes to count them.
fn events(home: &Path) {
    let folder = home.join("events");
    std::fs::create_dir(&folder).unwrap();
    let mut ledger = opened(&folder);
    let people = EVENTS / 3;
    let begun = Instant::now();
    let pieces = ledger.allot(&mut (0..people).map(bearer)).unwrap();
    println!("{people} numbers allotted: {:.1} s", begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    for kind in [EventKind::Exported, EventKind::Printed, EventKind::Mailed] {
        for batch in pieces.chunks(10_000) {
            let event = |piece: &Piece| NewEvent::of_piece(kind, *piece, 1, 1, "lakeside_0001 to 0123456789abcdef0123456789abcdef");
            ledger.append(&batch.iter().map(event).collect::<Vec<_>>()).unwrap();
        }
    }
    println!("{EVENTS} events in commits of 10,000: {:.1} s", begun.elapsed().as_secs_f64());
    let standing = |piece: &Piece| Standing {
        record: format!("patients.csv:R{piece:07}"),
        person: bearer(piece - 1).person,
        provider: "LAKE".into(),
        piece: Some(*piece),
        disposition: "letter".into(),
        reason: String::new(),
    };
    let begun = Instant::now();
    ledger.record_standing(1, u64::from(people), 0, &mut pieces.iter().map(standing)).unwrap();
    println!("standing of {people} people: {:.1} s", begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    let status = report::status(ledger.as_mut(), 10).unwrap().unwrap();
    println!("status over them: {:.2} s", begun.elapsed().as_secs_f64());
    assert_eq!(status.letters.states["mailed"], u64::from(people));
    let begun = Instant::now();
    let verified = ledger.verify(&[]).unwrap();
    println!("verify: {:.1} s for {} events in {} links", begun.elapsed().as_secs_f64(), verified.events, verified.links);
    assert!(verified.holds());
    println!("the file: {} MB", std::fs::metadata(folder.join("ledger.sqlite")).unwrap().len() / 1_000_000);
}
