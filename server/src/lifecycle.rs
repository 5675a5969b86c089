//! How the house closes: listeners stop, sessions hear 421, what runs is finished, and the store closes last.

use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The word that the house is closing, and the list of those who have not left yet. Clones are the same house.
#[derive(Clone)]
pub struct Shutdown {
    token: CancellationToken,
    guests: TaskTracker,
}

impl Default for Shutdown {
    fn default() -> Self {
        let guests = TaskTracker::new();
        guests.close();
        Shutdown { token: CancellationToken::new(), guests }
    }
}

impl Shutdown {
    /// Begins closing. Harmless when repeated.
    pub fn begin(&self) {
        self.token.cancel();
    }

    /// The same house for one guest, who can be asked to leave before the others.
    pub fn for_one(&self) -> Shutdown {
        Shutdown { token: self.token.child_token(), guests: self.guests.clone() }
    }

    pub fn has_begun(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Returns when closing begins (at once when it has).
    pub async fn begun(&self) {
        self.token.cancelled().await;
    }

    /// Runs a session or a worker that closing waits for. It must watch `begun()` itself.
    pub fn spawn<F>(&self, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.guests.spawn(task);
    }

    /// Waits until everything spawned has ended, at most `patience`. Answers how many are still there.
    pub async fn drained(&self, patience: Duration) -> usize {
        let _ = tokio::time::timeout(patience, self.guests.wait()).await;
        self.guests.len()
    }
}

/// Begins closing at the first SIGINT or SIGTERM. A second one ends the program at once: the store survives it
/// as it survives `kill -9`.
pub fn watch_signals(shutdown: Shutdown) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        let mut first = true;
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if !first {
                std::process::exit(130);
            }
            first = false;
            tracing::info!("closing: sessions are ended in order; once more to leave at once");
            shutdown.begin();
        }
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_guest_leaves_alone_and_all_leave_together() {
        let house = Shutdown::default();
        let (first, second) = (house.for_one(), house.for_one());
        first.begin();
        assert!(first.has_begun() && !second.has_begun() && !house.has_begun());
        house.begin();
        assert!(second.has_begun());
    }

    #[tokio::test]
    async fn closing_waits_for_those_inside_and_counts_who_stays() {
        let shutdown = Shutdown::default();
        let inside = shutdown.clone();
        shutdown.spawn(async move { inside.begun().await });
        shutdown.spawn(std::future::pending());
        shutdown.begin();
        assert!(shutdown.has_begun());
        assert_eq!(shutdown.drained(Duration::from_millis(100)).await, 1);
    }
}
