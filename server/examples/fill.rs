//! Fills a mailbox by the store's own door, many messages a commit: how `cargo xtask bench` gets a million of them.
//!
//! `fill <data directory> <address>` reads messages from its standard input, each as a line with its length in octets
//! and then its bytes. The server must not run meanwhile.

use mail::Address;
use mail::message::parse::summarize;
use std::error::Error;
use std::io::BufRead;
use store::{Copy, Event, Flags, Intake, Kind, Options, Role, Source, Store};
use tokio::task::JoinSet;

/// Messages on their way at the same time; the writer takes as many of them in one commit.
const AT_ONCE: usize = 512;
/// The first message came then, and one a second after it: no clock is needed.
const FIRST: i64 = 1_700_000_000_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [dir, address] = words.as_slice() else {
        return Err("usage: fill <data directory> <address>, messages on the standard input".into());
    };
    let store = Store::open(Options { dir: dir.into(), readers: 1, reserve: 0 }).await?;
    let account = store.account_by_address(&Address::parse(address)?).await?.ok_or("no such account")?.id;
    let mut input = std::io::stdin().lock();
    let mut under_way = JoinSet::new();
    let mut number = 0;
    while let Some(message) = next(&mut input)? {
        if under_way.len() >= AT_ONCE {
            under_way.join_next().await.ok_or("nothing under way")???;
        }
        under_way.spawn(keep(store.clone(), account, message, FIRST + number * 1000));
        number += 1;
    }
    while let Some(kept) = under_way.join_next().await {
        kept??;
    }
    store.close().await;
    Ok(())
}

async fn keep(store: Store, account: i64, message: Vec<u8>, now: i64) -> Result<(), store::StoreError> {
    let summary = summarize(&message);
    let blob = store.prepare(Source::Memory(message.into())).await?;
    let copy = Copy { account, role: Role::Inbox, flags: Flags::default(), quota: false };
    let event = Event { kind: Kind::Arrived, by: "fill".to_owned(), detail: String::new() };
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
        now,
    };
    store.accept(intake).await.map(drop)
}

fn next(input: &mut impl BufRead) -> Result<Option<Vec<u8>>, Box<dyn Error>> {
    let mut line = String::new();
    if input.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut message = vec![0; line.trim_end().parse()?];
    input.read_exact(&mut message)?;
    Ok(Some(message))
}
