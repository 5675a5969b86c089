//! What accepting a message costs: processor time, disk and rate, without network or parsing.
//!
//! `cargo bench -p store --bench accept -- [connections] [messages] [directory]`; fsyncs are counted from outside, with
//! `strace -f -c -e trace=fsync,fdatasync`.

use bytes::Bytes;
use mail::message::parse::Summary;
use mail::{Address, Domain};
use rustix::time::{ClockId, clock_gettime};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::{Copy, Event, Flags, Intake, Kind, NewAccount, Options, Role, Source, Store};

const ACCOUNTS: i64 = 10;
const SIZE: usize = 4096;

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let connections: i64 = arguments.next().map_or(64, |text| text.parse().expect("connections: a number"));
    let messages: i64 = arguments.next().map_or(20_000, |text| text.parse().expect("messages: a number"));
    let temporary = tempfile::tempdir().expect("a temporary directory");
    let dir = arguments.next().map_or(temporary.path().to_owned(), Into::into);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(measure(&dir, connections, messages));
}

fn seconds(clock: ClockId) -> f64 {
    let time = clock_gettime(clock);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

async fn measure(dir: &Path, connections: i64, messages: i64) {
    let store = Store::open(Options { dir: dir.to_owned(), readers: 4, reserve: 1 << 20 }).await.expect("a store");
    let mut accounts = Vec::new();
    store.add_domain(&Domain::parse("bench.test").expect("a domain"), 1).await.expect("a domain");
    for n in 0..ACCOUNTS {
        let address = Address::parse(&format!("user{n}@bench.test")).expect("an address");
        let new = NewAccount { address, name: String::new(), admin: false, password_hash: String::new(), quota: 0 };
        accounts.push(store.add_account(new, 1).await.expect("an account").id);
    }
    let texts: Arc<Vec<(Bytes, Summary)>> = Arc::new({
        let words = vocabulary();
        (0..2000).map(|seed| message(&words, seed)).collect()
    });
    let empty = size(dir);
    let next = Arc::new(AtomicI64::new(0));
    let (wall, cpu) = (seconds(ClockId::Monotonic), seconds(ClockId::ProcessCPUTime));
    let mut tasks = Vec::new();
    for _ in 0..connections {
        let (store, texts, next, accounts) = (store.clone(), texts.clone(), next.clone(), accounts.clone());
        tasks.push(tokio::spawn(async move {
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= messages {
                    break;
                }
                deliver(&store, &texts[n as usize % texts.len()], accounts[(n % ACCOUNTS) as usize], n).await;
            }
        }));
    }
    for task in tasks {
        task.await.expect("a delivery");
    }
    let wall = seconds(ClockId::Monotonic) - wall;
    let cpu = seconds(ClockId::ProcessCPUTime) - cpu;
    let inbox = store.mailboxes(accounts[0]).await.expect("mailboxes")[0].id;
    let reads = 5000;
    let drop = store.maildrop(accounts[0], i64::MAX).await.expect("a maildrop");
    let read_wall = seconds(ClockId::Monotonic);
    for n in 0..reads {
        store.bytes(accounts[0], drop[n % drop.len()].id).await.expect("bytes");
    }
    let read_wall = seconds(ClockId::Monotonic) - read_wall;
    let page_wall = seconds(ClockId::Monotonic);
    for _ in 0..200 {
        store.page(accounts[0], inbox, None, 0, 50).await.expect("a page");
    }
    let page_wall = seconds(ClockId::Monotonic) - page_wall;
    let search_wall = seconds(ClockId::Monotonic);
    let hits = store.search(accounts[0], "subject:subject", None, None, 50).await.expect("hits").len();
    let search_wall = seconds(ClockId::Monotonic) - search_wall;
    store.close().await;
    let count = messages as f64;
    println!("messages {messages}  connections {connections}");
    println!("rate {:.0}/s   CPU {:.3} ms a message", count / wall, cpu * 1000.0 / count);
    println!("on disk {:.0} bytes a message", (size(dir) - empty) as f64 / count);
    println!("bytes() {:.0}/s   page() {:.3} ms", reads as f64 / read_wall, page_wall * 1000.0 / 200.0);
    println!("search of a word that all have: {:.1} ms for {hits}", search_wall * 1000.0);
}

async fn deliver(store: &Store, (raw, summary): &(Bytes, Summary), account: i64, n: i64) {
    // No two alike: equal bytes would be stored once.
    let mut own = format!("X-Number: {n}\r\n").into_bytes();
    own.extend_from_slice(raw);
    let blob = store.prepare(Source::Memory(own.into())).await.expect("a blob");
    let summary = Summary { message_id: Some(format!("{n}@bench.test")), ..summary.clone() };
    let event = Event { kind: Kind::Arrived, by: "192.0.2.7".into(), detail: "esmtps TLSv1.3 from peer.test".into() };
    let copy = Copy { account, role: Role::Inbox, flags: Flags::default(), quota: true };
    let intake = Intake {
        blob,
        summary,
        copies: vec![copy],
        queued: None,
        forwarded: None,
        settled: Vec::new(),
        draft: None,
        answers: None,
        event,
        verdict: String::new(),
        now: 1_790_000_000_000 + n,
    };
    store.accept(intake).await.expect("accepted");
}

fn size(dir: &Path) -> u64 {
    let entries = std::fs::read_dir(dir).expect("the directory").flatten();
    let each = entries.map(|entry| match entry.metadata() {
        Ok(found) if found.is_dir() => size(&entry.path()),
        Ok(found) if entry.file_name() != "reserve" => found.len(),
        _ => 0,
    });
    each.sum()
}

/// A message of about 4 KiB: words of a language of 20,000, the common ones often (Zipf), numbers now and then.
fn message(words: &[String], seed: usize) -> (Bytes, Summary) {
    let mut dice = Dice(seed as u64 * 0x9e37_79b9_7f4a_7c15 + 1);
    let mut text = String::new();
    let mut line = 0;
    while text.len() < SIZE - 350 {
        let begin = text.len();
        text.push_str(dice.word(words));
        if dice.below(25) == 0 {
            text.push_str(&format!(" {}", dice.below(100_000)));
        }
        line += text.len() - begin;
        text.push_str(if line > 66 { "\r\n" } else { " " });
        line = if line > 66 { 0 } else { line };
    }
    let name = format!("{} {}", dice.word(words), dice.word(words));
    let from = format!("{}.{}@sender.test", dice.word(words), dice.word(words));
    let to = format!("user{}@bench.test", seed % 10);
    let subject =
        format!("subject {} {} {} {}", dice.word(words), dice.word(words), dice.word(words), dice.word(words));
    let raw = format!(
        "Return-Path: <{from}>\r\nReceived: from load.sender.test ([127.0.0.1])\r\n\tby mail.bench.test with ESMTP id \
         {:016x}\r\n\tfor <{to}>;\r\n\tMon, 2 Mar 2026 10:{}:{} +0000\r\nFrom: \"{name}\" <{from}>\r\nTo: <{to}>\r\n\
         Subject: {subject}\r\nDate: Mon, 2 Mar 2026 10:{}:{} +0000\r\nMessage-ID: <{:016x}.{}@sender.test>\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n",
        dice.roll(),
        dice.below(60),
        dice.below(60),
        dice.below(60),
        dice.below(60),
        seed,
        dice.below(1_000_000_000),
    );
    let summary = Summary {
        people: format!("{name} {from} {to}"),
        from_name: name,
        from_address: from,
        to,
        subject,
        preview: text.chars().take(140).collect(),
        sent_at: Some(1_790_000_000_000),
        text,
        ..Summary::default()
    };
    (raw.into(), summary)
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, bound: u64) -> u64 {
        (self.roll() >> 33) % bound
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len() as u64) as usize]
    }

    fn word<'a>(&mut self, words: &'a [String]) -> &'a str {
        let fraction = self.below(1 << 30) as f64 / (1u64 << 30) as f64;
        &words[(words.len() as f64).powf(fraction) as usize - 1]
    }
}

/// Common words first, and short.
fn vocabulary() -> Vec<String> {
    const ONSETS: [&str; 20] =
        ["b", "c", "d", "f", "g", "h", "l", "m", "n", "p", "r", "s", "t", "v", "w", "st", "tr", "ch", "sh", "pr"];
    const VOWELS: [&str; 8] = ["a", "e", "i", "o", "u", "ea", "ou", "ai"];
    const CODAS: [&str; 10] = ["", "", "n", "r", "s", "t", "l", "m", "nd", "ck"];
    let mut dice = Dice(20);
    let mut word = |at: usize| {
        let syllables = 1 + usize::from(at > 60) + usize::from(at > 3000);
        (0..syllables).map(|_| [dice.one(&ONSETS), dice.one(&VOWELS), dice.one(&CODAS)].concat()).collect()
    };
    (0..20_000).map(&mut word).collect()
}
