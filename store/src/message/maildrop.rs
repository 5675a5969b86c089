//! The inbox as POP3 sees it.

use crate::{Result, Role, Store};

/// A message as POP3 sees it.
#[derive(Clone, Debug)]
pub struct Dropped {
    /// Placement.
    pub id: i64,
    pub size: i64,
    /// Opaque, unique for ever, 1-70 printable characters (RFC 1939 §7).
    pub uidl: String,
}

/// One range of the index that keeps uids unique, from its end.
pub(crate) const MAILDROP: &str = "SELECT id, size, uidl FROM placement
    WHERE mailbox_id = (SELECT id FROM mailbox WHERE account_id = $1 AND role = $2) ORDER BY uid DESC LIMIT $3";

impl Store {
    /// The inbox in the order of arrival, as POP3 numbers it; of more than `most` messages, the latest.
    pub async fn maildrop(&self, account: i64, most: i64) -> Result<Vec<Dropped>> {
        let found: Vec<(i64, i64, i64)> =
            sqlx::query_as(MAILDROP).bind(account).bind(Role::Inbox).bind(most).fetch_all(&self.reads).await?;
        Ok(found.into_iter().rev().map(|(id, size, uidl)| Dropped { id, size, uidl: written(uidl) }).collect())
    }
}

/// 63 bits as 13 letters and digits (RFC 4648 §6, lower case).
fn written(uidl: i64) -> String {
    const DIGITS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    (0..13).rev().map(|n| DIGITS[(uidl >> (5 * n)) as usize & 31] as char).collect()
}

#[cfg(test)]
mod tests {
    use super::written;

    #[test]
    fn every_number_is_written_differently_and_short() {
        assert_eq!(written(0), "aaaaaaaaaaaaa");
        assert_eq!(written(33), "aaaaaaaaaaabb");
        assert_eq!(written(i64::MAX), "h777777777777");
    }
}
