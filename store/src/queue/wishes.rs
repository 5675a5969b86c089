//! What a sender asked for, as a row keeps it: the words of the commands, read back with their own parser.

use mail::envelope::{MessageWishes, Notify, RecipientWishes, Return};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// Of the columns `ret`, `envid`, `utf8` and `require_tls`.
pub(super) fn of_message(row: &SqliteRow) -> sqlx::Result<MessageWishes> {
    let ret: Option<String> = row.try_get("ret")?;
    Ok(MessageWishes {
        ret: ret.as_deref().and_then(Return::parse),
        envid: row.try_get("envid")?,
        utf8: row.try_get("utf8")?,
        require_tls: row.try_get("require_tls")?,
    })
}

/// Of the columns `notify` and `orcpt`.
pub(super) fn of_recipient(row: &SqliteRow) -> sqlx::Result<RecipientWishes> {
    let notify: Option<String> = row.try_get("notify")?;
    Ok(RecipientWishes { notify: notify.as_deref().and_then(Notify::parse), orcpt: row.try_get("orcpt")? })
}
