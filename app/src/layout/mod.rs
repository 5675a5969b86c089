//! What stands around the pages: rail, bars, notices.

mod admin_layout;
mod ending;
mod mail_layout;
mod menu;
mod notices;
mod plain;
mod rail;
mod toasts;

pub use admin_layout::AdminLayout;
pub use mail_layout::{MailLayout, Mailboxes};
pub use notices::Notices;
pub use plain::Plain;
