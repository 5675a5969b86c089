//! Mail coming in over SMTP and LMTP. `session` drives the conversation; a desk answers its questions: `mx` for other
//! servers, `lmtp` for programs of the house, `submission::desk` for our own people.

pub mod checks;
pub mod deliver;
pub mod judged;
pub mod lmtp;
pub mod mx;
pub mod session;
mod told;
pub mod verdict;
