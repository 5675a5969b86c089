//! The one place where the store rolls dice: UIDLs, unique for ever.

/// What POP3 calls a message for ever: 63 random bits, as a column keeps them; never 0. Two alike among 10⁹ messages: a
/// chance of one in 18.
pub(crate) fn uidl() -> i64 {
    let mut bytes = [0; 8];
    #[expect(clippy::disallowed_methods, reason = "this is the store's one source of chance")]
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    (i64::from_le_bytes(bytes) & i64::MAX).max(1)
}
