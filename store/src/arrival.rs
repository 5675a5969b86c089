//! Mail that came in, as the trace shows it: from the ledger, newest first.

use crate::refusal::TraceQuery;
use crate::{Kind, Millis, Result, Store};

/// Messages that one search goes back at most.
const BACK: i64 = 200_000;

/// One copy that arrived.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Arrival {
    pub at: Millis,
    /// The client's address, or `queue`.
    pub peer: String,
    /// The ledger's words: `id … from <…> with ESMTPS`.
    pub detail: String,
    /// Whose mailbox; empty when the message is gone.
    pub recipient: String,
    pub verdict: String,
}

/// One range of the ledger, backwards: it ends at the limit or at the bound, whichever comes first.
pub(crate) const ARRIVALS: &str = "SELECT l.at, l.by_whom AS peer, l.detail, coalesce(a.address, '') AS recipient,
        coalesce(m.verdict, '') AS verdict
    FROM ledger l LEFT JOIN message m ON m.id = l.message_id LEFT JOIN account a ON a.id = m.account_id
    WHERE l.message_id > $1 AND l.line = 1 AND l.kind = $2
        AND ($3 = '' OR instr(lower(l.detail), $3) > 0)
        AND ($4 = '' OR m.account_id IN (SELECT s.account_id FROM address s WHERE s.address = $4)
            OR instr(coalesce(a.address, ''), $4) > 0)
        AND ($5 = 0 OR m.msgid_hash = $5) AND substr(l.by_whom, 1, length($6)) = $6
    ORDER BY l.message_id DESC LIMIT $7";

impl Store {
    /// Newest first, of the last two hundred thousand messages.
    pub async fn arrivals(&self, query: &TraceQuery) -> Result<Vec<Arrival>> {
        let newest: i64 = sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM message").fetch_one(&self.reads).await?;
        let message_id = query.message_id.trim().trim_start_matches('<').trim_end_matches('>');
        let found = sqlx::query_as(ARRIVALS)
            .bind((newest - BACK).max(0))
            .bind(Kind::Arrived)
            .bind(query.sender.to_lowercase())
            .bind(query.recipient.to_lowercase())
            .bind(if message_id.is_empty() { 0 } else { crate::message::hashed(message_id) })
            .bind(query.peer.clone())
            .bind(query.limit)
            .fetch_all(&self.reads)
            .await?;
        Ok(found)
    }

    /// What was decided about a message, and what was found (`mail::auth::verdict`); empty: nothing.
    pub async fn verdict(&self, account: i64, placement: i64) -> Result<String> {
        let found = sqlx::query_scalar(
            "SELECT m.verdict FROM placement p JOIN message m ON m.id = p.message_id
             WHERE p.id = $2 AND p.account_id = $1",
        );
        Ok(found.bind(account).bind(placement).fetch_one(&self.reads).await?)
    }
}
