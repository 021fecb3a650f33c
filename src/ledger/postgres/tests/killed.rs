//! A server that is killed as if the power went, under load.

use super::at_once::send_all;
use super::*;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// A server of this test alone.
struct Cluster {
    folder: tempfile::TempDir,
}

impl Cluster {
    fn new() -> Cluster {
        let folder = tempfile::tempdir().unwrap();
        // The server runs as a user of its own, who must be able to pass through.
        fs_err::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
        Cluster { folder }
    }

    /// What `tests/setup/postgres` says.
    fn told(&self, action: &str) -> String {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/setup/postgres");
        let output = std::process::Command::new(script).arg(action).arg(self.folder.path().join("pg")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.told("stop");
    }
}

#[test]
fn a_server_that_is_killed_and_comes_back_has_lost_nothing() {
    let cluster = Cluster::new();
    let bench = PostgresBench::at(cluster.told("start"));
    let mut desk = bench.worker("desk");
    let pieces = desk.allot(&mut everyone(3_000)).unwrap();
    desk.enqueue(1, &pieces).unwrap();
    let sent: usize = std::thread::scope(|scope| {
        let workers: Vec<_> =
            (0..3).map(|n| bench.worker(&format!("worker {n}"))).map(|mut book| scope.spawn(move || send_all(&mut book, 4))).collect();
        for _ in 0..2 {
            std::thread::sleep(Duration::from_millis(150));
            assert!(!workers.iter().any(std::thread::ScopedJoinHandle::is_finished), "the server is killed under load");
            cluster.told("kill");
            cluster.told("restart");
        }
        workers.into_iter().map(|worker| worker.join().unwrap()).sum()
    });
    assert_eq!(sent, 3_000);
    assert_eq!((count(&mut desk, EventKind::DataStarted), count(&mut desk, EventKind::Sent)), (3_000, 3_000));
    assert!(desk.states().unwrap().iter().all(|state| state.state == EventKind::Sent));
    let verified = desk.verify(&[]).unwrap();
    assert!(verified.holds(), "{:?}", verified.findings());
}
