//! A disk that is soon full.
#![allow(dead_code, clippy::print_stdout, reason = "each test crate uses its part, and says what it leaves out")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A small file system in memory, for as long as this lives.
pub(crate) struct Disk(PathBuf);

impl Disk {
    /// None where mounting is not permitted.
    pub(crate) fn mount(options: &str) -> Option<Self> {
        let at = tempfile::tempdir().unwrap().keep();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(&at).stderr(Stdio::null());
        let mounted = mount.status().is_ok_and(|status| status.success());
        if !mounted {
            println!("not tested: file systems may not be mounted here");
            fs::remove_dir(&at).unwrap();
        }
        mounted.then_some(Self(at))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Makes it larger or smaller, such as to `20m`.
    pub(crate) fn resize(&self, size: &str) {
        let resized =
            Command::new("mount").args(["-o", &format!("remount,size={size}")]).arg(&self.0).status().unwrap();
        assert!(resized.success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
        let _ = fs::remove_dir(&self.0);
    }
}
