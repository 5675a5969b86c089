//! Tells the C library's allocator to give large blocks back to the system when they are freed.
//!
//! By itself glibc learns from the first large block that is freed to keep such blocks, in each thread's heap (up to
//! 32 MiB apiece). A fixed threshold ends the learning (mallopt(3), M_MMAP_THRESHOLD). It is read once, when a process
//! starts, so the server starts itself again with it: calling mallopt would be unsafe code, and another allocator a
//! library in C.
//!
//! Measured with thirty messages of 8 MiB at once, twice, from 42 to 54 MiB before: with the threshold 75 to 77 MiB at the
//! peak and 50 to 53 afterwards; without it 101 to 120 at the peak, and 70 to 89 afterwards, for ever. (A threshold above
//! 32 MiB is one that glibc does not take: so it is measured without.)

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
