//! What a signed-in person may ask about their mail programs. Making a password is a plain form to the server
//! (`POST /settings/programs`), since its answer shows it once.

use crate::{Refusal, When};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// A program that has a password of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramLine {
    pub id: i64,
    pub name: String,
    pub collects: bool,
    pub sends: bool,
    pub made: When,
    pub last_used: Option<When>,
    /// The address it was last used from; empty when it never was.
    pub last_place: String,
    /// Networks it may be used from; empty: from anywhere.
    pub only_from: String,
    pub until: Option<When>,
}

#[async_trait]
pub trait Programs: Send + Sync {
    async fn programs(&self) -> Result<Vec<ProgramLine>, Refusal>;
    /// The password opens nothing any more.
    async fn revoke(&self, program: i64) -> Result<(), Refusal>;
}
