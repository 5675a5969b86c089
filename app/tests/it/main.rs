//! The pages as a browser without JavaScript gets them: real HTML from a made-up mailbox.

mod addresses;
mod admin;
mod compose;
mod fake;
mod fetch;
mod forms;
mod head;
mod mailbox;
mod message;
mod programs;
mod session;
mod site;
