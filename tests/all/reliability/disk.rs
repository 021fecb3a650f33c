//! A disk of any size, in memory: mounting one needs root.

use crate::harness::{Home, tool};
use std::path::PathBuf;

/// A mounted disk; dropped, it is gone.
pub(super) struct Disk {
    path: PathBuf,
}

/// More than any test here fills.
pub(super) const LARGE: u64 = 512 << 20;

impl Disk {
    /// Mounts a large disk at a path of a home.
    pub(super) fn mount(home: &Home, name: &str) -> Disk {
        let path = home.path(name);
        std::fs::create_dir_all(&path).unwrap();
        let options = format!("size={LARGE},mode=700");
        let mounted = std::process::Command::new("mount").args(["-t", "tmpfs", "-o", &options, "none"]).arg(&path).output().unwrap();
        assert!(
            mounted.status.success(),
            "a disk that fills up has to be mounted, which needs root: run these tests as root, or leave them out with \
             `--skip full_disk` ({})",
            String::from_utf8_lossy(&mounted.stderr).trim()
        );
        Disk { path }
    }

    /// Makes it larger or smaller, with everything on it.
    pub(super) fn resize(&self, bytes: u64) {
        tool("mount", &["-o", &format!("remount,size={bytes}"), self.path.to_str().unwrap()]);
    }

    /// Lets nobody write on it any more.
    pub(super) fn make_read_only(&self) {
        tool("mount", &["-o", "remount,ro", self.path.to_str().unwrap()]);
    }

    /// Bytes in use.
    pub(super) fn used(&self) -> u64 {
        let state = rustix::fs::statvfs(&self.path).unwrap();
        (state.f_blocks - state.f_bfree) * state.f_frsize
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // A home that cannot be cleared away is what tells of a disk that is still there.
        let _ = std::process::Command::new("umount").arg("--lazy").arg(&self.path).status();
    }
}
