//! What forwarding has to remember: the key that return addresses are signed with, and senders too long to be written
//! into one.

use crate::{Millis, Result, Store, chance};

impl Store {
    /// The key of this name, made when it is first asked for. It never leaves the store otherwise.
    pub async fn secret(&self, name: &'static str) -> Result<[u8; 32]> {
        let kept: Option<Vec<u8>> = sqlx::query_scalar("SELECT value FROM secret WHERE name = $1")
            .bind(name)
            .fetch_optional(&self.reads)
            .await?;
        if let Some(key) = kept.and_then(|kept| kept.try_into().ok()) {
            return Ok(key);
        }
        let fresh = chance::secret();
        let kept: Vec<u8> = self
            .act(move |tx| {
                // Two that ask at once get the same.
                let insert = sqlx::query_scalar(
                    "INSERT INTO secret (name, value) VALUES ($1, $2)
                     ON CONFLICT (name) DO UPDATE SET value = CASE length(value) WHEN 32 THEN value ELSE excluded.value END
                     RETURNING value",
                );
                let insert = insert.bind(name).bind(fresh.to_vec());
                Box::pin(async move { Ok(insert.fetch_one(tx.db()).await?) })
            })
            .await?;
        Ok(kept.try_into().unwrap_or(fresh))
    }

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
