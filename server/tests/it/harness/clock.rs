//! Time for the tests: only to give up waiting, never to judge how fast something was.

use std::time::{Duration, Instant};

/// The moment after which a test stops waiting.
#[derive(Clone, Copy)]
pub struct Deadline(Instant);

impl Deadline {
    /// `limit` from now.
    #[expect(clippy::disallowed_methods, reason = "the tests' one clock; the server's own is in server/src/clock.rs")]
    pub fn after(limit: Duration) -> Deadline {
        Deadline(Instant::now() + limit)
    }

    /// Whether it is over.
    #[expect(clippy::disallowed_methods, reason = "the tests' one clock; the server's own is in server/src/clock.rs")]
    pub fn passed(&self) -> bool {
        Instant::now() >= self.0
    }
}

/// How long something took: for comparing two lengths of one run, never for judging one alone.
pub struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "the tests' one clock; the server's own is in server/src/clock.rs")]
    pub fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    #[expect(clippy::disallowed_methods, reason = "the tests' one clock; the server's own is in server/src/clock.rs")]
    pub fn reads(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Asks `probe` again and again until it answers; panics with `what` when it did not within 20 s.
pub fn eventually<T>(what: &str, probe: impl FnMut() -> Option<T>) -> T {
    within(Duration::from_secs(20), what, probe)
}

/// Asks `probe` again and again until it answers; panics with `what` after `limit`.
pub fn within<T>(limit: Duration, what: &str, mut probe: impl FnMut() -> Option<T>) -> T {
    let deadline = Deadline::after(limit);
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(!deadline.passed(), "waited {limit:?} in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
