//! What the tests stand on: the real program, a real DNS, another provider's server, and clients that say anything.

pub mod authority;
pub mod clock;
pub mod dns;
pub mod elsewhere;
pub mod http;
pub mod locker;
pub mod pebble;
pub mod pop3;
pub mod postfix;
pub mod remote;
pub mod server;
pub mod settings;
pub mod signed;
pub mod smtp;
pub mod tls;
pub mod wire;

pub use authority::{Authority, Policies};
pub use clock::{eventually, within};
pub use http::{Browser, Page};
pub use locker::Locker;
pub use pebble::Pebble;
pub use pop3::Pop3;
pub use remote::{End, Handshake, Manner, Remote};
pub use server::{BOB, CAROL, House, LISA, PASSWORD, POSTMASTER, program, size_of};
pub use smtp::{Smtp, letter, stuffed};
pub use wire::Wire;

/// How often a test does its worst: `RESTANTE_ROUNDS`, or what it does by itself.
pub fn rounds(usual: usize) -> usize {
    match std::env::var("RESTANTE_ROUNDS") {
        Ok(wanted) => wanted.parse().unwrap_or_else(|_| panic!("RESTANTE_ROUNDS = {wanted}: it may be a whole number")),
        Err(_) => usual,
    }
}

/// Text of about `size` octets that no compression shrinks much, in lines of 76.
pub fn noise(size: usize) -> String {
    use base64::Engine as _;
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let bytes: Vec<u8> = (0..size * 3 / 4)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 24) as u8
        })
        .collect();
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    let lines: Vec<_> = text.as_bytes().chunks(76).map(String::from_utf8_lossy).collect();
    lines.join("\r\n")
}
