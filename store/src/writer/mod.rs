//! The one writer. Every change is a job; the writer takes all jobs that wait, runs each in its own savepoint, commits
//! once, and only then answers them. New messages, which come by the thousand, are written together, table by table.
//! One fsync serves a whole group, nobody meets a locked database, and an answer
//! always means: on disk.

mod connection;
mod group;
mod grouping;
mod tx;
mod upkeep;

pub(crate) use connection::{reading, writing};
pub(crate) use tx::{Indexed, Tx, Words};
pub(crate) use upkeep::WaitingWords;

use crate::disk::Disk;
use crate::message::Delivery;
use crate::{Accepted, Result, StoreError};
use futures::executor::block_on;
use futures::future::BoxFuture;
use grouping::Grouping;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc, oneshot};

/// Jobs that may wait; whoever comes then waits at the door. Bounds memory: a job holds at most a small message.
const WAITING_MAX: usize = 512;
/// How long a caller waits at the door before it is told to come back.
const DOOR_PATIENCE: Duration = Duration::from_secs(10);

/// A change. It runs in a savepoint of the group's transaction: an error undoes this job alone.
pub(crate) trait Job: Send + 'static {
    type Answer: Send + 'static;

    /// May run twice: when the disk is full the group is undone, room is made, and jobs that may use it run again.
    fn run(&mut self, tx: &mut Tx) -> impl Future<Output = Result<Self::Answer>> + Send;

    /// Whether this may be written into the room that is held back on a full disk. Not what takes new mail in.
    fn may_use_reserve(&self) -> bool {
        true
    }

    /// Nothing of what it did is on disk, for sure: what it holds for the sake of that may go.
    fn undone(&mut self) {}
}

/// A job made of a closure, for changes that need no room of their own.
pub(crate) struct Act<F>(pub F);

impl<F, A> Job for Act<F>
where
    F: for<'t> FnMut(&'t mut Tx) -> BoxFuture<'t, Result<A>> + Send + 'static,
    A: Send + 'static,
{
    type Answer = A;
    async fn run(&mut self, tx: &mut Tx) -> Result<A> {
        (self.0)(tx).await
    }
}

/// A job that waits, its kind forgotten.
trait Waiting: Send {
    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, Result<()>>;
    fn may_use_reserve(&self) -> bool;
    /// Tells the caller. `Ok` hands over what `run` gave last.
    fn tell(self: Box<Self>, outcome: Result<()>);
}

struct Ticket<J: Job> {
    job: J,
    answer: Option<J::Answer>,
    caller: oneshot::Sender<Result<J::Answer>>,
}

impl<J: Job> Waiting for Ticket<J> {
    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            self.answer = Some(self.job.run(tx).await?);
            Ok(())
        })
    }

    fn may_use_reserve(&self) -> bool {
        self.job.may_use_reserve()
    }

    fn tell(self: Box<Self>, outcome: Result<()>) {
        let Ticket { answer, caller, mut job } = *self;
        // After an I/O error a commit may yet turn out to be on disk; after any other error it is not.
        if matches!(&outcome, Err(error) if !matches!(error, StoreError::Broken(_))) {
            job.undone();
        }
        // What it holds is let go before anybody hears of the end.
        drop(job);
        let told = outcome.and_then(|()| answer.ok_or_else(|| StoreError::Broken("a job gave no answer".into())));
        // A caller that went away wanted no answer; the change stands.
        let _ = caller.send(told);
    }
}

enum Order {
    Run(Box<dyn Waiting>),
    /// Messages are not run one by one: a group of them is written together.
    Deliver(Box<Delivery>),
    /// Tidy up if nobody waits; tell whether there is more to do.
    Tidy(oneshot::Sender<bool>),
    /// Begin the search index anew: it was found damaged.
    MendIndex,
    /// Finish what waits, then stop.
    Close(oneshot::Sender<()>),
}

/// The way to the writer.
#[derive(Clone)]
pub(crate) struct Writer {
    orders: mpsc::Sender<Order>,
}

impl Writer {
    pub fn start(
        database: PathBuf,
        connection: sqlx::SqliteConnection,
        disk: Arc<Disk>,
        waiting_words: WaitingWords,
    ) -> Result<Writer> {
        let (orders, waiting) = mpsc::channel(WAITING_MAX);
        let written = Arc::new(Notify::new());
        let grouping =
            Grouping::new(database, connection, disk, waiting_words.pending.clone(), waiting, written.clone());
        // A thread of its own: it waits for the database many times a message, and waking a thread costs a fifth of
        // waking a task among others.
        std::thread::Builder::new().name("store-writer".into()).spawn(move || block_on(grouping.run()))?;
        tokio::spawn(upkeep::remind(orders.downgrade(), written, waiting_words));
        Ok(Writer { orders })
    }

    pub async fn run<J: Job>(&self, job: J) -> Result<J::Answer> {
        let (caller, answer) = oneshot::channel();
        let ticket = Box::new(Ticket { job, answer: None, caller });
        self.order(Order::Run(ticket), answer).await
    }

    pub async fn deliver(
        &self,
        delivery: impl FnOnce(oneshot::Sender<Result<Accepted>>) -> Delivery,
    ) -> Result<Accepted> {
        let (caller, answer) = oneshot::channel();
        self.order(Order::Deliver(Box::new(delivery(caller))), answer).await
    }

    async fn order<A>(&self, order: Order, answer: oneshot::Receiver<Result<A>>) -> Result<A> {
        self.orders.send_timeout(order, DOOR_PATIENCE).await.map_err(|refused| match refused {
            mpsc::error::SendTimeoutError::Timeout(_) => StoreError::Busy("too much waits to be written".into()),
            mpsc::error::SendTimeoutError::Closed(_) => StoreError::Busy("the store is closed".into()),
        })?;
        answer.await.unwrap_or_else(|_| Err(StoreError::Busy("the store is closing".into())))
    }

    /// Does not wait for it; when there is no way to the writer just now, the next search finds the damage again.
    pub fn mend_index(&self) {
        let _ = self.orders.try_send(Order::MendIndex);
    }

    pub async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.orders.send(Order::Close(done)).await.is_ok() {
            let _ = closed.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, Store};

    /// A job that fails where no savepoint holds it: when it is put down, after the commit.
    struct Bomb;

    impl Job for Bomb {
        type Answer = ();
        async fn run(&mut self, _tx: &mut Tx) -> Result<()> {
            Ok(())
        }
    }

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("a fault that nobody foresaw");
        }
    }

    /// A job that tells when it is undone.
    struct Holder(Arc<std::sync::atomic::AtomicBool>);

    impl Job for Holder {
        type Answer = ();
        async fn run(&mut self, _tx: &mut Tx) -> Result<()> {
            Ok(())
        }

        fn undone(&mut self) {
            self.0.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    }

    #[test]
    fn a_job_lets_go_of_its_file_when_the_commit_failed_and_not_when_it_is_in_doubt() {
        for (outcome, lets_go) in
            [(Ok(()), false), (Err(StoreError::Full), true), (Err(StoreError::Broken("disk".into())), false)]
        {
            let undone = Arc::default();
            let (caller, _) = oneshot::channel();
            let ticket = Box::new(Ticket { job: Holder(Arc::clone(&undone)), answer: Some(()), caller });
            ticket.tell(outcome);
            assert_eq!(undone.load(std::sync::atomic::Ordering::Relaxed), lets_go);
        }
    }

    #[tokio::test]
    async fn a_writer_that_fails_inside_begins_anew() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(Options { dir: dir.path().into(), readers: 1, reserve: 0 }).await.unwrap();
        assert!(matches!(store.write(Bomb).await, Err(StoreError::Busy(_))));
        store.add_domain(&mail::Domain::parse("comentum.test").unwrap(), 1).await.unwrap();
        store.close().await;
    }
}
