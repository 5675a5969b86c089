//! What the server costs, read from outside: its CPU time, its memory, its files, its fsyncs.

use crate::tools;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;
use std::{fs, thread};

/// CPU seconds that the process has used so far, user and system together.
pub fn cpu_seconds(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name in brackets may hold anything; the numbers begin behind it. Fields 14 and 15 are utime and stime
    // (proc(5)), in hundredths of a second: USER_HZ is 100 on every Linux that Rust runs on.
    let numbers = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    numbers.split_ascii_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Resident and proportional memory in KiB.
pub fn memory_kib(pid: u32) -> (u64, u64) {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let field = |name: &str| {
        let line = rollup.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_ascii_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
    };
    (field("Rss:"), field("Pss:"))
}

/// Bytes on disk (allocated blocks, as `du` counts) of all files below `folder`.
pub fn bytes_on_disk(folder: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries
        .filter_map(Result::ok)
        .map(|entry| match entry.metadata() {
            Ok(data) if data.is_dir() => bytes_on_disk(&entry.path()),
            Ok(data) => data.blocks() * 512,
            Err(_) => 0,
        })
        .sum()
}

/// Counts the calls of a process that make data durable. Needs strace.
pub struct FsyncCounter {
    strace: Child,
    table: std::path::PathBuf,
}

impl FsyncCounter {
    /// Begins to count; `None` when strace is not there or may not look.
    pub fn start(pid: u32, folder: &Path) -> Option<Self> {
        tools::find("strace")?;
        let table = folder.join("fsyncs.txt");
        let strace = tools::program("strace")
            .args(["-f", "-c", "-e", "trace=fsync,fdatasync,sync_file_range,msync", "-p", &pid.to_string(), "-o"])
            .arg(&table)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        thread::sleep(Duration::from_millis(700));
        Some(Self { strace, table })
    }

    /// Ends counting; how many calls there were.
    pub fn stop(mut self) -> Option<u64> {
        // SIGINT lets strace write its table and let go of the process.
        tools::go("ending strace", tools::program("kill").args(["-INT", &self.strace.id().to_string()]), "none")
            .ok()?;
        self.strace.wait().ok()?;
        let table = fs::read_to_string(&self.table).ok()?;
        let calls = table.lines().filter(|line| line.ends_with("fsync") || line.ends_with("fdatasync"));
        // % time, seconds, usecs/call, calls, …
        Some(calls.filter_map(|line| line.split_ascii_whitespace().nth(3)?.parse::<u64>().ok()).sum())
    }
}
