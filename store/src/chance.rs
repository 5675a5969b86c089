//! The one place where the store rolls dice: UIDLs and uidvalidity, unique for ever.

/// 63 random bits, never 0. Two alike among 10⁹ messages: a chance of one in 18.
fn random() -> i64 {
    let mut bytes = [0; 8];
    #[expect(clippy::disallowed_methods, reason = "this is the store's one source of chance")]
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    (i64::from_le_bytes(bytes) & i64::MAX).max(1)
}

/// What POP3 calls a message for ever: 63 bits, as a column keeps them.
pub(crate) fn uidl() -> i64 {
    random()
}

/// IMAP's uidvalidity: 31 bits, never 0 (RFC 3501 §2.3.1.1).
pub(crate) fn uidvalidity() -> i64 {
    (random() & 0x7fff_ffff).max(1)
}
