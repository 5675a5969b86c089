//! The one place where the store rolls dice: UIDLs, unique for ever, and its own keys.

fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(clippy::disallowed_methods, reason = "this is the store's one source of chance")]
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// What POP3 calls a message for ever: 63 random bits, as a column keeps them; never 0. Two alike among 10⁹ messages: a
/// chance of one in 18.
pub(crate) fn uidl() -> i64 {
    (i64::from_le_bytes(bytes()) & i64::MAX).max(1)
}
