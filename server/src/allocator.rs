//! Tells the C library's allocator to give large blocks back to the system when they are freed.
//!
//! By itself glibc learns from the first large block that is freed to keep such blocks, in each thread's heap (up to
//! 32 MiB apiece): thirty messages of 8 MiB at once then held 110 MiB for ever, four times the bound that `spool` and
//! `carry` set. A fixed threshold ends the learning (mallopt(3), M_MMAP_THRESHOLD). It is read once, when a process
//! starts, so the server starts itself again with it.

use std::os::unix::process::CommandExt;
use std::process::Command;

const THRESHOLD: &str = "MALLOC_MMAP_THRESHOLD_";
/// Blocks from here on are mapped by themselves: large messages, not the buffers of connections.
const BYTES: &str = "1048576";

/// Replaces this process by the same program with the threshold set; same process id, same arguments. Returns when it is
/// set already, by us or by the operator, or when the system refuses: then memory is merely given back later.
pub fn tame() {
    if std::env::var_os(THRESHOLD).is_some() {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    let mut arguments = std::env::args_os();
    let mut again = Command::new(program);
    if let Some(name) = arguments.next() {
        again.arg0(name);
    }
    let error = again.args(arguments).env(THRESHOLD, BYTES).exec();
    tracing::debug!(%error, "the allocator keeps its own threshold");
}
