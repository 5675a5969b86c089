//! What people see: every page, as Leptos components that are plain HTML forms and links first.
//!
//! The pages speak to `api::Webmail` and `api::Admin`, which the server puts in their context, and know
//! nothing of the server itself. The same code runs in the browser, where it makes the pages quicker.

mod admin;
pub mod calls;
mod context;
mod error;
mod layout;
mod live;
mod mail;
mod parts;
mod session;
mod shell;
mod words;

pub use admin::{ADMIN_ROUTES, AdminApp};
pub use calls::is_local;
pub use context::{Assets, Habits, ProgramSettings, Security, StatusSetter};
pub use error::AppError;
pub use mail::{MAIL_ROUTES, MailApp};
pub use session::{AtTheDoor, DoorApp, TakenAlong};
pub use shell::{admin_shell, mail_shell};
