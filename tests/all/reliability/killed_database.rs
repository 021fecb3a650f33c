//! A PostgreSQL that is killed in the middle of a send: no event that it acknowledged is lost, and the send goes on when it is back.

use super::books::Books;
use super::ledgers::{Place, server as required};
use super::post::{accepted, released};
use super::server::Server;
use super::{Chance, figure, quick_or_full, wait_until};
use crate::harness::tool;
use breachnotice::ledger::EventKind;
use std::collections::BTreeSet;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

/// A cluster of this test's own, since it is killed.
struct Cluster {
    folder: tempfile::TempDir,
    url: String,
}

impl Cluster {
    fn start() -> Cluster {
        let folder = tempfile::tempdir().unwrap();
        // The database runs under a user of its own, who must be able to pass through.
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o711)).unwrap();
        let url = setup("start", folder.path()).trim().to_owned();
        Cluster { folder, url }
    }

    fn kill(&self) {
        setup("kill", self.folder.path());
    }

    fn restart(&self) {
        setup("restart", self.folder.path());
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        setup("stop", self.folder.path());
    }
}

fn setup(action: &str, folder: &Path) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/setup/postgres");
    // The server would keep a pipe open for as long as it runs: its words go into a file.
    let said = tempfile::NamedTempFile::new().unwrap();
    let command = format!("{} {action} {}/cluster >{} </dev/null", script.display(), folder.display(), said.path().display());
    tool("sh", &["-c", &command]);
    std::fs::read_to_string(said.path()).unwrap()
}

#[test]
fn nothing_that_was_acknowledged_is_lost() {
    required();
    let (people, kills) = (quick_or_full(800, 20_000), quick_or_full(2, 20));
    let (cluster, server) = (Cluster::start(), Server::slow(Duration::from_millis(2)));
    let place = Place::schema(&cluster.url);
    let home = released(people, &server, &place.option);
    let send = || home.start(&format!("send incident --connections 8 --quiet{}", place.option));
    let (mut sending, mut chance, mut starts, mut compared) = (send(), Chance::seeded(71), 1, 0);
    for kill in 0..kills {
        let wanted = people * kill / kills + 1 + chance.below(people / kills);
        wait_until("the message to be killed at", || server.count() >= wanted || sending.is_over());
        let before = events(&mut Books::open(&home, "incident", &place));
        cluster.kill();
        cluster.restart();
        let after = events(&mut Books::open(&home, "incident", &place));
        assert!(before.is_subset(&after), "kill {kill}: {} acknowledged events are lost", before.difference(&after).count());
        compared += before.len();
        if sending.is_over() {
            sending = send();
            starts += 1;
        }
    }
    let code = sending.wait().code();
    assert!([0, 4].contains(&code), "{code}");
    // What a start that gave up had leased, and the rest.
    while Books::open(&home, "incident", &place).outbox() > 0 {
        place.leases_run_out();
        send().wait();
    }
    let mut books = Books::open(&home, "incident", &place);
    let (sent, uncertain) = (books.pieces_in(EventKind::Sent), books.pieces_in(EventKind::Uncertain));
    let taken = accepted(&server);
    assert_eq!(sent.len() + uncertain.len(), people, "nobody is lost");
    assert!(taken.values().all(|times| *times == 1), "nothing was accepted twice");
    assert!(sent.iter().all(|piece| taken.contains_key(piece)), "what counts as sent was accepted");
    books.hold();
    figure(&format!(
        "killed PostgreSQL: {kills} kills in mid-send, {compared} events compared, 0 acknowledged ones lost; {} messages, 0 accepted twice, 0 \
         lost, {} uncertain; {starts} starts of send",
        server.count(),
        uncertain.len()
    ));
}

/// Every event with its place and all of its values.
fn events(books: &mut Books) -> BTreeSet<String> {
    books.events().into_iter().map(|event| format!("{event:?}")).collect()
}
