//! A store in a temporary directory, with a domain and accounts, and short ways to put mail into it.

use bytes::Bytes;
use mail::envelope::MessageWishes;
use mail::message::parse::Summary;
use mail::{Address, Domain};
use rustix::time::{ClockId, clock_gettime};
use sqlx::{Connection, Executor, SqliteConnection};
use std::path::PathBuf;
use store::{Copy, Event, Flags, Intake, Kind, NewAccount, NewQueued, Options, Priority, Result, Role, Source, Store};
use tempfile::TempDir;

pub const NOW: i64 = 1_790_000_000_000;

pub struct Home {
    pub store: Store,
    pub dir: TempDir,
}

impl Home {
    /// A store with the domain `comentum.test`.
    pub async fn new() -> Home {
        let dir = tempfile::tempdir().unwrap();
        let store = open(dir.path().to_owned()).await;
        store.add_domain(&Domain::parse("comentum.test").unwrap(), NOW).await.unwrap();
        Home { store, dir }
    }

    /// The same directory after a stop.
    pub async fn reopened(self) -> Home {
        self.store.close().await;
        drop(self.store);
        Home { store: open(self.dir.path().to_owned()).await, dir: self.dir }
    }

    pub async fn account(&self, name: &str) -> i64 {
        self.account_with_quota(name, 0).await
    }

    pub async fn account_with_quota(&self, name: &str, quota: i64) -> i64 {
        let address = Address::parse(&format!("{name}@comentum.test")).unwrap();
        let new = NewAccount { address, name: name.into(), admin: false, password_hash: "$argon2id$".into(), quota };
        self.store.add_account(new, NOW).await.unwrap().id
    }

    pub async fn mailbox(&self, account: i64, role: Role) -> store::Mailbox {
        let all = self.store.mailboxes(account).await.unwrap();
        all.into_iter().find(|mailbox| mailbox.role == role).unwrap()
    }

    pub async fn intake(&self, raw: &str, copies: Vec<Copy>) -> Intake {
        Intake {
            blob: self.store.prepare(Source::Memory(Bytes::copy_from_slice(raw.as_bytes()))).await.unwrap(),
            summary: Summary { text: raw.into(), subject: raw.chars().take(40).collect(), ..Summary::default() },
            copies,
            queued: None,
            forwarded: None,
            settled: Vec::new(),
            draft: None,
            answers: None,
            event: arrived(),
            verdict: String::new(),
            now: NOW,
        }
    }

    /// Puts a message into an inbox. Answers its placement.
    pub async fn deliver(&self, account: i64, raw: &str) -> Result<i64> {
        let intake = self.intake(raw, vec![copy(account, Role::Inbox)]).await;
        Ok(self.store.accept(intake).await?.placements[0])
    }

    pub async fn deliver_at(&self, account: i64, raw: &str, now: i64) -> i64 {
        let mut intake = self.intake(raw, vec![copy(account, Role::Inbox)]).await;
        intake.now = now;
        self.store.accept(intake).await.unwrap().placements[0]
    }

    /// Puts a message into the queue alone.
    pub async fn queue(&self, raw: &str, recipients: &[&str]) -> i64 {
        let mut intake = self.intake(raw, Vec::new()).await;
        intake.queued = Some(NewQueued {
            recipients: recipients.iter().map(|recipient| recipient.to_string().into()).collect(),
            ..queued()
        });
        self.store.accept(intake).await.unwrap().queue.unwrap()
    }

    /// Reads the database behind the store's back.
    pub async fn ask(&self, sql: &'static str) -> Vec<(i64, i64)> {
        sqlx::query_as(sql).fetch_all(&mut self.connect().await).await.unwrap()
    }

    /// Changes the database behind the store's back, as a disk does that forgets a bit.
    pub async fn spoil(&self, sql: &'static str) {
        self.connect().await.execute(sql).await.unwrap();
    }

    /// Tells the store that its schema is already that of this migration.
    pub async fn mark_as_migrated(&self, version: i64) {
        let all = sqlx::migrate!("migrations/sqlite");
        let done = all.iter().find(|migration| migration.version == version).unwrap();
        let mut database = self.connect().await;
        database
            .execute(
                "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL,
                     installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL,
                     checksum BLOB NOT NULL, execution_time BIGINT NOT NULL)",
            )
            .await
            .unwrap();
        sqlx::query("INSERT INTO _sqlx_migrations VALUES ($1, $2, 0, 1, $3, 0)")
            .bind(version)
            .bind(&*done.description)
            .bind(&*done.checksum)
            .execute(&mut database)
            .await
            .unwrap();
    }

    /// Another program that has the database open.
    pub async fn connect(&self) -> SqliteConnection {
        SqliteConnection::connect(&format!("sqlite://{}?mode=rwc", self.database().display())).await.unwrap()
    }

    pub fn database(&self) -> PathBuf {
        self.dir.path().join("restante.db")
    }

    /// Files of large blobs.
    pub fn files(&self) -> Vec<PathBuf> {
        let dirs = std::fs::read_dir(self.dir.path().join("blobs")).unwrap().flatten();
        dirs.flat_map(|dir| std::fs::read_dir(dir.path()).unwrap().flatten()).map(|file| file.path()).collect()
    }
}

/// For nobody, from Bob, now, for five days.
pub fn queued() -> NewQueued {
    NewQueued {
        sender: "bob@comentum.test".into(),
        recipients: Vec::new(),
        wishes: MessageWishes::default(),
        priority: Priority::Personal,
        held: false,
        first_at: NOW,
        expires_at: NOW + 5 * 86_400_000,
        warn_at: None,
    }
}

pub async fn open(dir: PathBuf) -> Store {
    Store::open(Options { dir, readers: 3, reserve: 1 << 20 }).await.unwrap()
}

pub fn copy(account: i64, role: Role) -> Copy {
    Copy { account, role, flags: Flags::default(), quota: true }
}

pub fn arrived() -> Event {
    Event { kind: Kind::Arrived, by: "192.0.2.7".into(), detail: "esmtp".into() }
}

pub fn by_owner(kind: Kind) -> Event {
    Event { kind, by: "bob@comentum.test".into(), detail: "webmail".into() }
}

/// The stopwatch, in milliseconds.
pub fn clock() -> f64 {
    let time = clock_gettime(ClockId::Monotonic);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// Bytes that do not compress: they make a large blob.
pub fn noise(size: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..size).map(|_| next()).collect()
}

/// Numbers below `bound`, the same for the same seed.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound
    }
}
