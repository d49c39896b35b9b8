//! The set-up: `packages.sh` takes a package for missing until what is needed of it is there, and nothing that only looks like it
//! will do. It is run in roots made up for it; `bare_root.sh` runs the whole of it in real ones.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

/// What `packages.sh` itself runs, besides what a shell has built in.
const TOOLS: [&str; 2] = ["mktemp", "rm"];

/// Every package of both lists.
const PACKAGES: [(&str, &[&str]); 2] = [
    (
        "build",
        &[
            "build-essential",
            "pkg-config",
            "libavcodec-dev",
            "libavformat-dev",
            "libavutil-dev",
            "libswscale-dev",
            "libswresample-dev",
            "libclang-dev",
            "cmake",
            "nasm",
        ],
    ),
    (
        "test",
        &[
            "ffmpeg",
            "libde265-examples",
            "sox",
            "libsox-fmt-mp3",
            "python3-pil",
            "python3-venv",
            "strace",
            "slurm-wlm",
            "munge",
            "libvulkan1",
            "mesa-vulkan-drivers",
        ],
    ),
];

/// A list, a package of it, files for which it is not to be taken, and those that it needs beside them.
const LOOKALIKES: [(&str, &str, &[&str], &[&str]); 6] = [
    (
        "build",
        "libclang-dev",
        &["usr/lib/x86_64-linux-gnu/libclang-cpp.so.14", "usr/lib/llvm-14/lib/libclang-cpp.so.14"],
        &["usr/lib/llvm-14/lib/libclang.so.1", "usr/lib/llvm-14/lib/clang/14.0.6/include/stddef.h"],
    ),
    (
        "build",
        "libclang-dev",
        &["usr/lib/x86_64-linux-gnu/libclang-14.so.13"],
        &["usr/lib/llvm-14/lib/clang/14.0.6/include/stddef.h"],
    ),
    ("test", "ffmpeg", &["bin/ffmpeg"], &["bin/ffprobe"]),
    (
        "test",
        "libsox-fmt-mp3",
        &["usr/lib/x86_64-linux-gnu/sox/libsox_fmt_alsa.so"],
        &["usr/lib/x86_64-linux-gnu/sox/libsox_fmt_mp3.so"],
    ),
    (
        "test",
        "libvulkan1",
        &["usr/lib/x86_64-linux-gnu/libvulkan_lvp.so"],
        &["usr/lib/x86_64-linux-gnu/libvulkan.so.1"],
    ),
    (
        "test",
        "mesa-vulkan-drivers",
        &["usr/share/vulkan/icd.d/intel_icd.x86_64.json"],
        &["usr/share/vulkan/icd.d/lvp_icd.x86_64.json"],
    ),
];

#[test]
fn a_bare_root_lacks_every_package() {
    for (list, packages) in PACKAGES {
        assert_eq!(missing(bare().path(), list), packages, "{list}");
    }
}

#[test]
fn a_package_is_missing_until_what_is_needed_of_it_is_there() {
    for (list, package, lookalikes, needed) in LOOKALIKES {
        let root = bare();
        lookalikes.iter().for_each(|file| add(root.path(), file));
        assert!(missing(root.path(), list).contains(&package.to_owned()), "{package} with {lookalikes:?}");
        needed.iter().for_each(|file| add(root.path(), file));
        assert!(!missing(root.path(), list).contains(&package.to_owned()), "{package} with {needed:?}");
    }
}

/// A root that has no more than the shell's tools, in `bin`.
fn bare() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("bin")).unwrap();
    for tool in TOOLS {
        let there = ["/usr/bin", "/bin"].map(|folder| Path::new(folder).join(tool));
        symlink(there.iter().find(|path| path.exists()).unwrap(), root.path().join("bin").join(tool)).unwrap();
    }
    root
}

fn add(root: &Path, file: &str) {
    let path = root.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// The packages that `packages.sh` finds missing there.
fn missing(root: &Path, list: &str) -> Vec<String> {
    let output = Command::new("/bin/sh")
        .args([concat!(env!("CARGO_MANIFEST_DIR"), "/tests/packages.sh"), list, "--missing"])
        .env_clear()
        .envs([("PATH", root.join("bin")), ("PACKAGES_ROOT", root.to_owned())])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said.lines().map(|line| line.strip_prefix("missing: ").unwrap().split(' ').next().unwrap().to_owned()).collect()
}
