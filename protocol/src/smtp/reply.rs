//! A reply: three digits, an enhanced status code and words (RFC 5321 §4.2, RFC 3463).

use std::borrow::Cow;
use std::fmt;
use std::io::Write as _;

/// An enhanced status code such as `5.1.1` (RFC 3463 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Enhanced {
    pub class: u8,
    pub subject: u16,
    pub detail: u16,
}

/// What one side answers. Text may hold several lines, separated by `\n`; it is printable when written.
///
/// The replies this server gives are the constants of [`super::replies`]; a desk may make others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    code: u16,
    enhanced: Option<Enhanced>,
    text: Cow<'static, str>,
}

impl Enhanced {
    pub const fn new(class: u8, subject: u16, detail: u16) -> Enhanced {
        Enhanced { class, subject, detail }
    }

    /// Reads `5.1.1`; none for anything else.
    pub fn parse(text: &str) -> Option<Enhanced> {
        let mut parts = text.split('.');
        let (class, subject, detail) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || !matches!(class, "2" | "4" | "5") {
            return None;
        }
        let number = |part: &str| -> Option<u16> {
            let digits = (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            if digits { part.parse().ok() } else { None }
        };
        Some(Enhanced { class: class.as_bytes()[0] - b'0', subject: number(subject)?, detail: number(detail)? })
    }
}

impl fmt::Display for Enhanced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

impl Reply {
    /// A reply with an enhanced code of the reply code's own class: `new(550, (1, 1), "…")` is `550 5.1.1 …`.
    pub const fn new(code: u16, status: (u16, u16), text: &'static str) -> Reply {
        let enhanced = Enhanced { class: (code / 100) as u8, subject: status.0, detail: status.1 };
        Reply { code, enhanced: Some(enhanced), text: Cow::Borrowed(text) }
    }

    /// A reply without an enhanced code: the banner, EHLO's and 3xx (RFC 2034 §3).
    pub const fn plain(code: u16, text: &'static str) -> Reply {
        Reply { code, enhanced: None, text: Cow::Borrowed(text) }
    }

    /// As it was heard from another server.
    pub fn heard(code: u16, enhanced: Option<Enhanced>, text: String) -> Reply {
        Reply { code, enhanced, text: Cow::Owned(text) }
    }

    /// The same codes with other words, to name a cause or an id.
    pub fn with_text(&self, text: impl Into<Cow<'static, str>>) -> Reply {
        Reply { code: self.code, enhanced: self.enhanced, text: text.into() }
    }

    pub fn code(&self) -> u16 {
        self.code
    }

    pub fn enhanced(&self) -> Option<Enhanced> {
        self.enhanced
    }

    /// The words, lines separated by `\n`, without codes.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// 2xx: done.
    pub fn is_positive(&self) -> bool {
        self.code / 100 == 2
    }

    /// 4xx: not now.
    pub fn is_transient(&self) -> bool {
        self.code / 100 == 4
    }

    /// 5xx: never like this.
    pub fn is_permanent(&self) -> bool {
        self.code / 100 == 5
    }

    /// Appends the reply as it goes over the wire, every line with its code (RFC 5321 §4.2.1).
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut lines = self.text.split('\n').peekable();
        while let Some(line) = lines.next() {
            let separator = if lines.peek().is_some() { '-' } else { ' ' };
            // Writing to memory cannot fail.
            let _ = write!(out, "{:03}{separator}", self.code);
            if let Some(enhanced) = self.enhanced {
                let _ = write!(out, "{enhanced} ");
            }
            // Words may quote what a peer said: nothing in them may end the line early or be unprintable.
            out.extend(line.bytes().map(|b| if (b' '..=b'~').contains(&b) { b } else { b'?' }));
            out.extend_from_slice(b"\r\n");
        }
    }
}

impl fmt::Display for Reply {
    /// In one line, as a log or a bounce shows it: `550 5.1.1 No such user`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if let Some(enhanced) = self.enhanced {
            write!(f, " {enhanced}")?;
        }
        for line in self.text.split('\n') {
            write!(f, " {line}")?;
        }
        Ok(())
    }
}
