//! `restante trace`: what other servers brought, and what they were told.

use super::{Desk, Failure, failed, table};
use crate::trace::search::{Found, search};
use store::TraceQuery;

/// Rows of each kind.
const MOST: i64 = 500;

#[derive(clap::Args)]
pub struct Ask {
    /// Part of the sender's address.
    #[arg(long, default_value = "")]
    sender: String,
    /// Part of the recipient's address.
    #[arg(long, default_value = "")]
    recipient: String,
    /// The Message-ID, with or without its angle brackets.
    #[arg(long, default_value = "")]
    message_id: String,
    /// The other server's address, or its beginning.
    #[arg(long, default_value = "")]
    ip: String,
}

pub async fn obey(ask: Ask, desk: &Desk) -> Result<(), Failure> {
    let bare = ask.message_id.trim().trim_start_matches('<').trim_end_matches('>').to_owned();
    let query =
        TraceQuery { sender: ask.sender, recipient: ask.recipient, message_id: bare, peer: ask.ip, limit: MOST };
    let found = search(&desk.store, &query).await.map_err(|error| failed("trace", error))?;
    let rows: Vec<Vec<String>> = found.iter().map(row).collect();
    let head = ["WHEN", "FROM", "TO", "PEER", "FATE", "REPLY", "WHY"];
    table::print(&head, &rows, "nothing of that kind came to the door");
    Ok(())
}

fn row(found: &Found) -> Vec<String> {
    let sender = if found.sender.is_empty() { "<>" } else { &found.sender };
    vec![
        table::moment(found.at),
        table::plain(sender),
        table::plain(&found.recipient),
        table::plain(&found.peer),
        found.fate.words().to_owned(),
        table::plain(&found.reply),
        table::plain(&found.why),
    ]
}
