//! A list of messages, as a mailbox and a search show it.

mod desk;
mod message_list;
mod pager;
mod row;
mod toolbar;

pub use message_list::{ListState, MessageList};
pub(in crate::mail) use toolbar::MoveTo;
