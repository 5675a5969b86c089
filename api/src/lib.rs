//! What pages may ask: the traits `Webmail`, `Programs`, `Admin` and `HeldMail`, and the plain data they speak.
//!
//! `server` implements them, `app` uses them, and neither sees the other. Everything here compiles
//! for the browser, holds no logic, and says no `usize` (its width differs between server and wasm).

mod addresses;
mod admin;
mod held;
mod programs;
mod refusal;
mod reports;
mod viewer;
mod webmail;
mod zone;

pub use addresses::*;
pub use admin::*;
pub use held::*;
pub use programs::*;
pub use refusal::*;
pub use reports::*;
pub use viewer::*;
pub use webmail::*;
pub use zone::*;
