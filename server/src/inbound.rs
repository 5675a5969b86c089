//! Mail coming in over SMTP. `session` drives the conversation; a desk answers its questions: `mx` for other servers,
//! `submission::desk` for our own people.

pub mod checks;
pub mod deliver;
pub mod mx;
pub mod session;
pub mod verdict;
