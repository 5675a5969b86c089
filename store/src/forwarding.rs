//! What forwarding has to remember: senders too long to be written into a return address.

use crate::{Millis, Result, Store};

impl Store {
    /// Keeps a sender under a word, at least until then.
    pub async fn keep_sender(&self, word: String, sender: String, until: Millis) -> Result<()> {
        self.act(move |tx| {
            let insert = sqlx::query(
                "INSERT INTO kept_sender (word, sender, until) VALUES ($1, $2, $3)
                 ON CONFLICT (word) DO UPDATE SET until = max(until, excluded.until)",
            );
            let insert = insert.bind(word.clone()).bind(sender.clone()).bind(until);
            Box::pin(async move {
                insert.execute(tx.db()).await?;
                Ok(())
            })
        })
        .await
    }

    /// The sender that a word stands for, if it still does.
    pub async fn kept_sender(&self, word: &str, now: Millis) -> Result<Option<String>> {
        let kept = sqlx::query_scalar("SELECT sender FROM kept_sender WHERE word = $1 AND until > $2");
        Ok(kept.bind(word).bind(now).fetch_optional(&self.reads).await?)
    }

    /// Forgets senders whose time is over.
    pub async fn purge_kept_senders(&self, now: Millis) -> Result<()> {
        self.act(move |tx| {
            Box::pin(async move {
                sqlx::query("DELETE FROM kept_sender WHERE until <= $1").bind(now).execute(tx.db()).await?;
                Ok(())
            })
        })
        .await
    }
}
