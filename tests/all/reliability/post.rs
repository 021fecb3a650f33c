//! Incidents whose people are all told by e-mail, and what a mail server says of them.

use super::server::Server;
use crate::folder::Folder;
use crate::harness::{Ended, Home};
use std::collections::BTreeMap;

/// The incident's id.
pub(super) const ID: &str = "lakeside-2026";

/// A home with the folder `incident`, released, of so many people who are told through a server. `ledger` goes with every command.
pub(super) fn released(people: usize, server: &Server, ledger: &str) -> Home {
    let facts = format!("incident.discovered = 2026-10-20\nemail.smtp = '{}'", server.url());
    let home = Folder::of(&facts).people(people, "TX", "").by_email().home();
    home.run(&format!("approve incident --by Ada --role counsel --accept-stale test --quiet{ledger}")).exits(0);
    home.run(&format!("release incident --by Ben --quiet{ledger}")).exits(0);
    home
}

/// Sends until nothing is due any more.
pub(super) fn send_all(home: &Home, command: &str) -> Ended {
    loop {
        let ended = home.run(&format!("{command} --json"));
        assert!([0, 1, 4].contains(&ended.code()), "{}", ended.stderr);
        let now = ended.json();
        if (&now["sent"], &now["deferred"]) == (&0.into(), &0.into()) {
            return ended;
        }
    }
}

/// How often each piece, as seven digits, was accepted.
pub(super) fn accepted(server: &Server) -> BTreeMap<String, usize> {
    let mut pieces = BTreeMap::new();
    for id in server.accepted() {
        // <0000007.lakeside-2026@lakeside.example>
        *pieces.entry(id[1..8].to_owned()).or_default() += 1;
    }
    pieces
}
