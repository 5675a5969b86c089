//! What an admin may ask about mail that is held.

use crate::{Refusal, When};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// A message that its sender's account may not send by itself, for it has sent more than usual today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldLine {
    pub id: i64,
    pub sender: String,
    /// One of its recipients.
    pub recipient: String,
    /// How many there are.
    pub recipients: i64,
    pub size: String,
    pub since: When,
}

#[async_trait]
pub trait HeldMail: Send + Sync {
    /// Oldest first.
    async fn held(&self) -> Result<Vec<HeldLine>, Refusal>;
    /// It goes now.
    async fn release(&self, message: i64) -> Result<(), Refusal>;
    /// It goes back to its sender.
    async fn send_back(&self, message: i64) -> Result<(), Refusal>;
}
