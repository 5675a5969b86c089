//! What drafts may take of an account's quota.

use crate::writer::Tx;
use crate::{Result, StoreError};

/// Octets of drafts' text that count for nothing: whoever's mailbox is full can still write, to an admin for instance.
const FREE: i64 = 256 * 1024;

const HELD: &str = "
    SELECT quota, used,
        (SELECT coalesce(sum(t.size), 0) FROM draft d JOIN draft_attachment t ON t.draft_id = d.id WHERE d.account_id = $1),
        (SELECT coalesce(sum(octet_length(body)), 0) FROM draft WHERE account_id = $1)
    FROM account WHERE id = $1";

/// `QuotaFull` when the account has no room for `files` octets of attachments and `text` octets of text more.
pub(super) async fn check(tx: &mut Tx, account: i64, files: i64, text: i64) -> Result<()> {
    let held: (i64, i64, i64, i64) = sqlx::query_as(HELD).bind(account).fetch_one(tx.db()).await?;
    let (quota, used, attached, typed) = held;
    let typed = (typed + text - FREE).max(0);
    let costs = files > 0 || typed > 0;
    if quota > 0 && costs && used + attached + files + typed > quota { Err(StoreError::QuotaFull) } else { Ok(()) }
}
