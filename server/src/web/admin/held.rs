//! `api::HeldMail`: what waits for the admin's word.

use super::{Office, QUEUE};
use crate::web::refused::refused;
use crate::web::when;
use api::{HeldLine, HeldMail, Refusal};
use async_trait::async_trait;
use store::Held;

impl Office {
    fn held_line(&self, held: Held) -> HeldLine {
        HeldLine {
            id: held.queue,
            sender: held.sender,
            recipient: held.recipient,
            recipients: held.recipients,
            size: when::size(held.size),
            since: self.when(held.queued_at),
        }
    }

    async fn held_rows(&self, message: i64) -> Result<Vec<i64>, Refusal> {
        let rows = self.house.store.held_rows(message).await.map_err(refused)?;
        if rows.is_empty() { Err(Refusal::NotFound) } else { Ok(rows) }
    }
}

#[async_trait]
impl HeldMail for Office {
    async fn held(&self) -> Result<Vec<HeldLine>, Refusal> {
        let held = self.house.store.held(QUEUE).await.map_err(refused)?;
        Ok(held.into_iter().map(|held| self.held_line(held)).collect())
    }

    async fn release(&self, message: i64) -> Result<(), Refusal> {
        let rows = self.held_rows(message).await?;
        self.house.store.let_go(rows, self.now()).await.map_err(refused)?;
        self.house.queue_bell.notify_one();
        self.log("held-released", &message.to_string());
        Ok(())
    }

    async fn send_back(&self, message: i64) -> Result<(), Refusal> {
        for row in self.held_rows(message).await? {
            self.house.store.cancel(row, self.now()).await.map_err(refused)?;
        }
        self.house.queue_bell.notify_one();
        self.log("held-returned", &message.to_string());
        Ok(())
    }
}
