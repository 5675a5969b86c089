//! An SMTP client that says exactly what a test wants said.

use crate::harness::wire::Wire;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::net::SocketAddr;
use std::ops::{Deref, DerefMut};

/// A reply: its code, and its lines as they came.
#[derive(Clone, Debug)]
pub struct Reply {
    pub code: u16,
    pub lines: Vec<String>,
}

impl Reply {
    /// First line with code, as it came.
    pub fn first(&self) -> &str {
        &self.lines[0]
    }

    /// Whether the first line begins so, e.g. `550 5.1.1`.
    pub fn is(&self, start: &str) -> bool {
        self.lines.iter().all(|line| line.replacen('-', " ", 1).starts_with(start))
    }

    /// Whether EHLO's answer names the extension.
    pub fn offers(&self, keyword: &str) -> bool {
        self.lines.iter().skip(1).any(|line| line[4..].split(' ').next() == Some(keyword))
    }
}

/// One SMTP conversation.
pub struct Smtp(Wire);

impl Deref for Smtp {
    type Target = Wire;
    fn deref(&self) -> &Wire {
        &self.0
    }
}

impl DerefMut for Smtp {
    fn deref_mut(&mut self) -> &mut Wire {
        &mut self.0
    }
}

impl Smtp {
    /// Connects, hears the banner and says EHLO.
    pub fn hello(address: SocketAddr) -> Smtp {
        let mut smtp = Smtp::connect(address);
        smtp.expect("EHLO client.example.test", "250");
        smtp
    }

    /// Connects and hears the banner.
    pub fn connect(address: SocketAddr) -> Smtp {
        let mut smtp = Smtp(Wire::connect(address));
        let banner = smtp.reply();
        assert_eq!(banner.code, 220, "{}", smtp.transcript());
        smtp
    }

    pub fn over(wire: Wire) -> Smtp {
        Smtp(wire)
    }

    pub fn into_wire(self) -> Wire {
        self.0
    }

    /// The next reply, all its lines.
    pub fn reply(&mut self) -> Reply {
        let transcript = |smtp: &Smtp| smtp.transcript().to_owned();
        self.try_reply().unwrap_or_else(|| panic!("the server closed instead of replying\n{}", transcript(self)))
    }

    /// The next reply, or nothing when the server closed.
    pub fn try_reply(&mut self) -> Option<Reply> {
        let mut lines = Vec::new();
        loop {
            let line = String::from_utf8_lossy(&self.line()?).into_owned();
            let code = line.get(..3).and_then(|code| code.parse::<u16>().ok());
            let code = code.unwrap_or_else(|| panic!("not a reply: {line}\n{}", self.transcript()));
            let more = line.as_bytes().get(3) == Some(&b'-');
            lines.push(line);
            if !more {
                return Some(Reply { code, lines });
            }
        }
    }

    /// Says a line and hears the reply.
    pub fn say(&mut self, line: &str) -> Reply {
        self.send(line);
        self.reply()
    }

    /// Says a line; the reply must begin so.
    pub fn expect(&mut self, line: &str, start: &str) -> Reply {
        let reply = self.say(line);
        assert!(reply.is(start), "wanted {start}, got {:?}\n{}", reply.lines, self.transcript());
        reply
    }

    /// MAIL and RCPTs, all to be accepted, and DATA up to the 354.
    pub fn begin(&mut self, from: &str, to: &[&str]) {
        self.expect(&format!("MAIL FROM:<{from}>"), "250");
        for recipient in to {
            self.expect(&format!("RCPT TO:<{recipient}>"), "250");
        }
        self.expect("DATA", "354");
    }

    /// A whole transaction; answers the reply to the final dot. The message is dot-stuffed here.
    pub fn deliver(&mut self, from: &str, to: &[&str], message: &[u8]) -> Reply {
        self.begin(from, to);
        self.raw(&stuffed(message));
        self.reply()
    }

    /// AUTH PLAIN with an initial response (RFC 4616).
    pub fn auth(&mut self, user: &str, password: &str) -> Reply {
        let token = STANDARD.encode(format!("\0{user}\0{password}"));
        self.say(&format!("AUTH PLAIN {token}"))
    }

    pub fn quit(mut self) {
        self.expect("QUIT", "221");
        assert!(self.is_closed());
    }

    /// Goes on under TLS; STARTTLS was said and answered.
    pub fn secured(self) -> Smtp {
        Smtp(self.0.start_tls())
    }

    /// STARTTLS, and EHLO again.
    pub fn start_tls(mut self) -> Smtp {
        self.expect("STARTTLS", "220");
        let mut smtp = Smtp(self.0.start_tls());
        smtp.expect("EHLO client.example.test", "250");
        smtp
    }
}

/// RFC 5321 §4.5.2: a line that begins with a dot gets another, and a dot alone ends it.
pub fn stuffed(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + 64);
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    if !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b".\r\n");
    out
}

/// A short message of text with CRLF ends.
pub fn letter(from: &str, to: &str, subject: &str, text: &str) -> Vec<u8> {
    format!(
        "From: <{from}>\r\nTo: <{to}>\r\nSubject: {subject}\r\nDate: Mon, 2 Mar 2026 10:00:00 +0000\r\n\
         Message-ID: <{}@client.example.test>\r\n\r\n{text}\r\n",
        subject.replace(|c: char| !c.is_ascii_alphanumeric(), "-")
    )
    .into_bytes()
}
