//! Finding.

use super::index::is_corrupt;
use super::query::{Place, Query, parse};
use crate::mailbox::LISTED;
use crate::message::list;
use crate::{Edge, Keyset, Listed, Result, Store};
use sqlx::AssertSqlSafe;

/// Where a search finds its messages.
#[derive(Clone, Copy)]
enum Source {
    /// In the index alone: nothing waits that fits.
    Index,
    /// In the index, and among what waits for it.
    Both,
    /// Only among what waits: the index is damaged.
    Fresh,
    /// No words are asked for.
    Mailboxes,
}

/// What of it is wanted.
struct Page {
    /// Mailboxes.
    within: Vec<i64>,
    /// Messages that fit and wait for the index.
    fresh: Vec<i64>,
    edge: Edge,
    limit: i64,
}

impl Source {
    fn sql(self) -> &'static str {
        match self {
            Source::Index => "search CROSS JOIN placement p ON search MATCH $1 AND p.message_id = search.rowid",
            // What was moved into the index meanwhile is in both, and counts once.
            Source::Both => {
                "(SELECT rowid AS id FROM search WHERE search MATCH $1 UNION SELECT value FROM json_each($10)) AS found
                 CROSS JOIN placement p ON p.message_id = found.id"
            }
            Source::Fresh => "json_each($10) AS found CROSS JOIN placement p ON p.message_id = found.value",
            Source::Mailboxes => "json_each($2) AS box CROSS JOIN placement p ON p.mailbox_id = box.value",
        }
    }
}

impl Store {
    /// Newest first. Words, "phrases", -words and the operators from: to: subject: in: is:unread is:starred
    /// has:attachment before: after: (dates as YYYY-MM-DD, UTC). `mailbox`: only there. Never fails on odd input: what
    /// is not an operator is a word. A word of three letters or more also finds longer ones that begin with it.
    pub async fn search(
        &self,
        account: i64,
        query: &str,
        mailbox: Option<i64>,
        after: Option<Keyset>,
        limit: i64,
    ) -> Result<Vec<Listed>> {
        self.search_beside(account, query, mailbox, after.map_or(Edge::TOP, Edge::After), limit).await
    }

    /// The same: the page on either side of a row.
    pub async fn search_beside(
        &self,
        account: i64,
        query: &str,
        mailbox: Option<i64>,
        edge: Edge,
        limit: i64,
    ) -> Result<Vec<Listed>> {
        let query = parse(account, query);
        if query.nothing {
            return Ok(Vec::new());
        }
        let (role, name) = match &query.place {
            Some(Place::Role(role)) => (Some(*role), None),
            Some(Place::Name(name)) => (None, Some(name.as_str())),
            None => (None, None),
        };
        // The mailboxes first: few rows, and their number decides which way is short.
        let within: Vec<i64> = sqlx::query_scalar(
            "SELECT id FROM mailbox WHERE account_id = $1 AND ($2 IS NULL OR id = $2) AND ($3 IS NULL OR role = $3)
             AND ($4 IS NULL OR lower(name) = $4)",
        )
        .bind(account)
        .bind(mailbox)
        .bind(role)
        .bind(name)
        .fetch_all(&self.searches)
        .await?;
        // What waits first, and then the index: moved between the two, a message is found in both, never in neither.
        let (source, fresh) = match &query.words {
            None => (Source::Mailboxes, Vec::new()),
            Some(words) => match self.fresh(account, words).await? {
                none if none.is_empty() => (Source::Index, none),
                some => (Source::Both, some),
            },
        };
        let page = Page { within, fresh, edge, limit };
        match self.find(&query, source, &page).await {
            Err(error) if is_corrupt(&error) => {
                tracing::error!(%error, "the search index is damaged and will be begun anew");
                self.mend_index();
                Ok(self.find(&query, Source::Fresh, &page).await?)
            }
            found => Ok(found?),
        }
    }

    async fn find(&self, query: &Query, source: Source, page: &Page) -> sqlx::Result<Vec<Listed>> {
        // Only placements are looked at while sorting; what a list shows is fetched for the page alone.
        let source = source.sql();
        let ((side, way), key) = (page.edge.sql(), page.edge.key());
        let attachment = match query.has_attachment {
            true => "AND (SELECT has_attachment FROM message m WHERE m.id = p.message_id)",
            false => "",
        };
        // As many branches as there are questions: each fragment is fixed text, all values are bound.
        let sql = format!(
            "WITH hit AS MATERIALIZED (
                 SELECT p.id, p.received_at FROM {source}
                 WHERE p.mailbox_id IN (SELECT value FROM json_each($2))
                   AND (p.received_at, p.id) {side} ($3, $4)
                   AND p.received_at < $5 AND p.received_at >= $6
                   AND p.flags & $7 = $7 AND p.flags & $8 = 0 {attachment}
                 ORDER BY p.received_at {way}, p.id {way} LIMIT $9
             )
             SELECT {LISTED} FROM hit JOIN placement p ON p.id = hit.id JOIN message m ON m.id = p.message_id
             ORDER BY p.received_at DESC, p.id DESC"
        );
        sqlx::query_as(AssertSqlSafe(sql))
            .bind(&query.words)
            .bind(list(&page.within))
            .bind(key.received_at)
            .bind(key.id)
            .bind(query.before.unwrap_or(i64::MAX))
            .bind(query.after.unwrap_or(i64::MIN))
            .bind(query.set)
            .bind(query.clear)
            .bind(page.limit)
            .bind(list(&page.fresh))
            .fetch_all(&self.searches)
            .await
    }
}
