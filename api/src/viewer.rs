//! Who looks at a page.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    User,
    Admin,
}

/// The person signed in, as the pages know them. Absent from the context when nobody is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    pub address: String,
    pub name: String,
    pub role: Role,
}

/// A moment, written by the server in the account's time zone: the pages hold no clock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    /// RFC 3339, for `<time datetime>`.
    pub iso: String,
    /// For lists: `14:05`, `12 Nov`, `2024-11-12`.
    pub short: String,
    /// For a message and for a title: `Thu 12 Nov 2026, 14:05`.
    pub long: String,
}
