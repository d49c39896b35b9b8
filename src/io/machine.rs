//! What the machine has for a run: cores, memory that this process may still take, room on a disk. It knows nothing of requests.

use std::path::Path;
use std::thread;

/// Cores that this process may use, 1..
pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Bytes of memory that this process may still take: the least of what the system has to give, what its control groups allow, and
/// what its limit on address space leaves. None where nobody tells.
#[cfg(target_os = "linux")]
pub(crate) fn memory() -> Option<u64> {
    [linux::available(), linux::control_groups(), linux::address_space()].into_iter().flatten().min()
}

/// Other systems are not asked; `--memory-limit` tells.
#[cfg(not(target_os = "linux"))]
pub(crate) fn memory() -> Option<u64> {
    None
}

/// Bytes that a user may still write to the file system that `folder` is on, or will be when it is made.
#[cfg(target_os = "linux")]
pub(crate) fn free_disk(folder: &Path) -> Option<u64> {
    let existing = folder.ancestors().find(|path| path.as_os_str().is_empty() || path.exists())?;
    let existing = if existing.as_os_str().is_empty() { Path::new(".") } else { existing };
    let found = rustix::fs::statvfs(existing).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

/// Other systems are not asked: a full disk is told when it is.
#[cfg(not(target_os = "linux"))]
pub(crate) fn free_disk(_folder: &Path) -> Option<u64> {
    None
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::path::Path;

    /// What the system can give without swapping.
    pub(super) fn available() -> Option<u64> {
        kilobytes("/proc/meminfo", "MemAvailable:")
    }

    /// The least limit of the control groups that the process is in, from its own up to the root, of version 2 or 1.
    pub(super) fn control_groups() -> Option<u64> {
        let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
        let limits = groups.lines().filter_map(|line| {
            let mut parts = line.splitn(3, ':').skip(1);
            let (controllers, path) = (parts.next()?, parts.next()?);
            let (root, file) = match controllers {
                "" => ("/sys/fs/cgroup", "memory.max"),
                "memory" => ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
                _ => return None,
            };
            let limit = |group: &Path| {
                let file = Path::new(root).join(group).join(file);
                fs::read_to_string(file).ok()?.trim().parse::<u64>().ok()
            };
            Path::new(path.trim_start_matches('/')).ancestors().filter_map(limit).min()
        });
        limits.min()
    }

    /// What a limit such as that of `ulimit -v` leaves.
    pub(super) fn address_space() -> Option<u64> {
        let limits = fs::read_to_string("/proc/self/limits").ok()?;
        let row = limits.lines().find_map(|line| line.strip_prefix("Max address space"))?;
        let limit: u64 = row.split_whitespace().next()?.parse().ok()?;
        Some(limit.saturating_sub(kilobytes("/proc/self/status", "VmSize:")?))
    }

    /// A row of one of the kernel's tables, such as `MemAvailable:   12345 kB`, in bytes.
    fn kilobytes(table: &str, name: &str) -> Option<u64> {
        let table = fs::read_to_string(table).ok()?;
        let row = table.lines().find_map(|line| line.strip_prefix(name))?;
        Some(row.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? << 10)
    }
}
