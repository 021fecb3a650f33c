//! Where the ledgers of these tests lie: in the incident folder, or in a schema of a real PostgreSQL.

use breachnotice::ledger::Access;
use postgres::{Client, NoTls};
use std::sync::atomic::{AtomicU32, Ordering};

/// A place for one ledger.
pub(crate) struct Place {
    pub(crate) engine: &'static str,
    /// What goes behind every command.
    pub(crate) option: String,
    /// What opens it in the library.
    pub(crate) access: Option<Access>,
}

impl Place {
    /// The incident folder's own.
    pub(crate) fn folder() -> Place {
        Place { engine: "SQLite", option: String::new(), access: None }
    }

    /// A new schema of the server at a URL.
    pub(crate) fn schema(server: &str) -> Place {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("reliability_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        run(server, &format!("CREATE SCHEMA {name}"));
        let url = format!("{server}?options=-csearch_path%3D{name}");
        Place { engine: "PostgreSQL", option: format!(" --ledger {url}"), access: Some(Access::hidden(url)) }
    }

    /// What makes a place, for every engine that is there.
    pub(crate) fn engines() -> Vec<fn() -> Place> {
        let there = std::env::var("BREACHNOTICE_TEST_POSTGRES").is_ok();
        let schema: fn() -> Place = || Place::schema(&server());
        std::iter::once(Place::folder as fn() -> Place).chain(there.then_some(schema)).collect()
    }

    /// Lets so much time pass that the leases of whoever died have run out.
    pub(crate) fn leases_run_out(&self) {
        let url = self.option.trim_start_matches(" --ledger ");
        run(url, "UPDATE outbox SET until = 0 WHERE until IS NOT NULL");
    }
}

/// The server that `tests/run` starts.
pub(crate) fn server() -> String {
    std::env::var("BREACHNOTICE_TEST_POSTGRES")
        .unwrap_or_else(|_| panic!("BREACHNOTICE_TEST_POSTGRES is not set: run tests/run, which starts a PostgreSQL"))
}

fn run(url: &str, statement: &str) {
    Client::connect(url, NoTls).unwrap().batch_execute(statement).unwrap();
}
