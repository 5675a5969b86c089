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
    let texts: Arc<Vec<(Bytes, Summary)>> = Arc::new((0..2000).map(message).collect());
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
    let drop = store.maildrop(accounts[0]).await.expect("a maildrop");
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
        settled: Vec::new(),
        draft: None,
        answers: None,
        event,
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

/// A text of about 4 KiB: words of a language of 20,000, the common ones often (Zipf).
fn message(seed: usize) -> (Bytes, Summary) {
    let mut dice = seed as u64 * 0x9e37_79b9_7f4a_7c15 + 1;
    let mut roll = move |sides: u64| {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        dice % sides
    };
    let mut text = String::new();
    let mut line = 0;
    while text.len() < SIZE - 700 {
        let rank = (20_000f64.powf(roll(1 << 20) as f64 / (1 << 20) as f64)) as u64;
        let word = word(rank);
        line += word.len() + 1;
        text.push_str(&word);
        text.push_str(if line > 70 { "\r\n" } else { " " });
        line = if line > 70 { 0 } else { line };
    }
    let from = format!("sender{}@peer.test", roll(5000));
    let subject = format!("subject {} {} {}", word(roll(20_000)), word(roll(200)), word(roll(2000)));
    let raw = format!(
        "Return-Path: <{from}>\r\nReceived: from mail{}.peer.test (mail.peer.test [192.0.2.{}]) by mx.bench.test with ESMTPS \
         id {:x} (TLSv1.3); Fri, 2 Oct 2026 10:{}:{} +0000\r\nMessage-ID: <{:x}.{:x}@peer.test>\r\nDate: Fri, 2 Oct 2026 \
         10:{}:{} +0000\r\nFrom: Sender Name <{from}>\r\nTo: User <user{}@bench.test>\r\nSubject: {subject}\r\nMIME-Version: \
         1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n",
        roll(9), roll(255), roll(u64::MAX), roll(60), roll(60), roll(u64::MAX), roll(u64::MAX), roll(60), roll(60), seed % 10,
    );
    let preview: String = text.chars().take(140).collect();
    let summary = Summary {
        from_name: "Sender Name".into(),
        people: format!("Sender Name {from} User user{}@bench.test", seed % 10),
        from_address: from,
        to: "User".into(),
        subject,
        preview,
        sent_at: Some(1_790_000_000_000),
        text,
        ..Summary::default()
    };
    (raw.into(), summary)
}

/// The common words are short.
fn word(rank: u64) -> String {
    let mut rest = rank.wrapping_mul(2_654_435_761) % 1_000_003;
    let syllables = 1 + (rank > 30) as u64 + (rank > 600) as u64 + (rank > 6000) as u64;
    let mut word = String::new();
    for _ in 0..syllables {
        word.push(b"bcdfghklmnprstvw"[(rest % 16) as usize] as char);
        word.push(b"aeiou"[(rest / 16 % 5) as usize] as char);
        word.push(b"nrstl"[(rest / 80 % 5) as usize] as char);
        rest = rest / 7 + 13;
    }
    word
}
