//! A real server, and what only a server can do: many workers at once, and connections that are lost.

use super::*;
use crate::ledger::book::Book;
use crate::ledger::engine_tests::Engine;
use crate::ledger::{Bearer, Begun, Ended, EventKind, Fate, Lease, Ledger};
use postgres::config::Host;
use postgres::{Client, Config, NoTls};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

mod at_once;
mod kept_out;
mod killed;
mod lost;

/// A schema of its own with a user of its own, who may do nothing elsewhere; both dropped at the end.
pub(in crate::ledger) struct PostgresBench {
    url: String,
    name: String,
}

impl PostgresBench {
    pub(in crate::ledger) fn new() -> PostgresBench {
        PostgresBench::at(std::env::var("BREACHNOTICE_TEST_POSTGRES").expect("run tests/run, which starts PostgreSQL"))
    }

    fn at(url: String) -> PostgresBench {
        static BENCHES: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}_{}", std::process::id(), BENCHES.fetch_add(1, Ordering::Relaxed));
        let bench = PostgresBench { url, name };
        let make = format!("CREATE ROLE {0} LOGIN PASSWORD 'secret'; CREATE SCHEMA {0} AUTHORIZATION {0}", bench.name);
        bench.raw().batch_execute(&make).unwrap();
        bench
    }

    /// A connection of the server's owner.
    fn raw(&self) -> Client {
        let mut config: Config = self.url.parse().unwrap();
        config.options(&format!("-c search_path={}", self.name)).notice_callback(|_| {});
        config.connect(NoTls).unwrap()
    }

    /// Where the server listens: the folder of its socket, and its port.
    fn socket(&self) -> (PathBuf, u16) {
        let config: Config = self.url.parse().unwrap();
        let Host::Unix(folder) = &config.get_hosts()[0] else { panic!("BREACHNOTICE_TEST_POSTGRES names no socket") };
        (folder.clone(), config.get_ports()[0])
    }

    fn access(&self) -> Access {
        Access::hidden(format!("{0}?user={1}&options=-csearch_path%3D{1}", self.url, self.name))
    }

    fn store(&self) -> PostgresStore {
        PostgresStore::open(&self.access(), "lakeside").unwrap()
    }

    /// A worker with a chain of its own.
    fn worker(&self, name: &str) -> Book<PostgresStore> {
        let mut book = Book::new(self.store()).unwrap();
        book.set_worker(name);
        book
    }

    /// Ends every connection of the ledger's user; how many.
    fn cut(&self) -> i64 {
        let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = $1";
        self.raw().query_one(cut, &[&self.name]).unwrap().get(0)
    }
}

impl Drop for PostgresBench {
    fn drop(&mut self) {
        self.cut();
        let _ = self.raw().batch_execute(&format!("DROP SCHEMA {0} CASCADE; DROP ROLE {0}", self.name));
    }
}

impl Engine for PostgresBench {
    fn open_as(&self, incident: &str) -> Result<Box<dyn Ledger>> {
        Ok(Box::new(Book::new(PostgresStore::open(&self.access(), incident)?)?))
    }

    fn edit(&self, statements: &str) {
        // What a server's owner can do, and must be found out.
        self.raw().batch_execute(&format!("SET session_replication_role = replica; {statements}")).unwrap();
    }

    fn make_newer(&self) {
        self.raw().batch_execute("INSERT INTO schema_version (breachnotice) VALUES (99)").unwrap();
    }

    fn wait(&self, milliseconds: u64) {
        std::thread::sleep(Duration::from_millis(milliseconds));
    }
}

fn count(ledger: &mut dyn Ledger, kind: EventKind) -> usize {
    ledger.events().unwrap().iter().filter(|event| event.event.kind == kind).count()
}

fn everyone(people: u32) -> impl Iterator<Item = Bearer> {
    (0..people).map(|n| Bearer::nameless(format!("{n:032x}")))
}

fn begun(leases: &[Lease]) -> Vec<Begun> {
    leases.iter().map(|lease| Begun { lease: *lease, message: [7; 32] }).collect()
}

fn sent(leases: &[Lease]) -> Vec<Ended> {
    leases.iter().map(|lease| Ended { lease: *lease, fate: Fate::Sent, detail: "250 2.0.0".to_owned() }).collect()
}
