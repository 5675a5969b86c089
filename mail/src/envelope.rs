//! The envelope: who it came from and where it goes, apart from what its header says.

use crate::{Address, Domain};
use std::fmt;

/// RFC 5321 §4.1.2 Reverse-path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ReversePath {
    /// `<>`: a bounce; never bounced itself.
    Null,
    Address(Address),
}

/// RFC 5321 §4.1.2 Forward-path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ForwardPath {
    /// `<postmaster>` without a domain (RFC 5321 §4.5.1).
    Postmaster,
    Address(Address),
}

/// What the client named itself in EHLO or HELO.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Greeting {
    Domain(Domain),
    /// `[192.0.2.1]`, `[IPv6:…]`, as written.
    Literal(String),
}

/// What a sender asks for a whole message with MAIL.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct MessageWishes {
    /// RET (RFC 3461 §4.3).
    pub ret: Option<Return>,
    /// ENVID, as text: xtext decoded (RFC 3461 §4.4).
    pub envid: Option<String>,
    /// SMTPUTF8: the envelope or the header may hold UTF-8 (RFC 6531 §3.4).
    pub utf8: bool,
    /// REQUIRETLS: rather not at all than in the clear (RFC 8689 §2).
    pub require_tls: bool,
}

/// What a sender asks for one recipient with RCPT.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct RecipientWishes {
    /// NOTIFY (RFC 3461 §4.1); none: failures, and delays if the server tells of them.
    pub notify: Option<Notify>,
    /// ORCPT as `type;address`, xtext decoded (RFC 3461 §4.2).
    pub orcpt: Option<String>,
}

/// How much of a message a failure report carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Return {
    Full,
    Headers,
}

/// Of what a sender wants to hear. All false is NEVER.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Notify {
    pub success: bool,
    pub failure: bool,
    pub delay: bool,
}

impl Notify {
    pub const NEVER: Notify = Notify { success: false, failure: false, delay: false };

    /// `NEVER`, or a list of `SUCCESS`, `FAILURE` and `DELAY` (RFC 3461 §4.1). None for anything else.
    pub fn parse(text: &str) -> Option<Notify> {
        if text.eq_ignore_ascii_case("NEVER") {
            return Some(Notify::NEVER);
        }
        let mut notify = Notify::NEVER;
        for word in text.split(',') {
            let wish = if word.eq_ignore_ascii_case("SUCCESS") {
                &mut notify.success
            } else if word.eq_ignore_ascii_case("FAILURE") {
                &mut notify.failure
            } else if word.eq_ignore_ascii_case("DELAY") {
                &mut notify.delay
            } else {
                return None;
            };
            *wish = true;
        }
        Some(notify)
    }
}

/// As it stands after `NOTIFY=`.
impl fmt::Display for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [("SUCCESS", self.success), ("FAILURE", self.failure), ("DELAY", self.delay)];
        let words: Vec<&str> = words.into_iter().filter_map(|(word, wished)| wished.then_some(word)).collect();
        f.write_str(if words.is_empty() { "NEVER".to_owned() } else { words.join(",") }.as_str())
    }
}

impl Return {
    /// `FULL` or `HDRS` (RFC 3461 §4.3).
    pub fn parse(text: &str) -> Option<Return> {
        if text.eq_ignore_ascii_case("FULL") {
            Some(Return::Full)
        } else if text.eq_ignore_ascii_case("HDRS") {
            Some(Return::Headers)
        } else {
            None
        }
    }
}

/// As it stands after `RET=`.
impl fmt::Display for Return {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Return::Full => "FULL",
            Return::Headers => "HDRS",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notify_is_never_or_a_list() {
        for (text, written) in [
            ("never", "NEVER"),
            ("delay,Success", "SUCCESS,DELAY"),
            ("FAILURE", "FAILURE"),
            ("SUCCESS,SUCCESS", "SUCCESS"),
        ] {
            assert_eq!(Notify::parse(text).unwrap().to_string(), written);
        }
        for text in ["", "NEVER,FAILURE", "SUCCESS,", "SUCCESS FAILURE", "ALWAYS"] {
            assert_eq!(Notify::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_a_report_carries_is_all_or_the_header() {
        assert_eq!(Return::parse("hdrs"), Some(Return::Headers));
        assert_eq!(Return::parse("FULL").unwrap().to_string(), "FULL");
        assert_eq!(Return::parse("SOME"), None);
    }
}
