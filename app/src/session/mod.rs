//! Coming and going.

mod sign_in_page;
mod signed_out_page;

pub use sign_in_page::SignInPage;
pub use signed_out_page::SignedOutPage;
