//! A POP3 client that says exactly what a test wants said.

use crate::harness::wire::Wire;
use std::net::SocketAddr;
use std::ops::{Deref, DerefMut};

/// One POP3 conversation.
pub struct Pop3(Wire);

impl Deref for Pop3 {
    type Target = Wire;
    fn deref(&self) -> &Wire {
        &self.0
    }
}

impl DerefMut for Pop3 {
    fn deref_mut(&mut self) -> &mut Wire {
        &mut self.0
    }
}

impl Pop3 {
    /// Connects and hears the greeting.
    pub fn connect(address: SocketAddr) -> Pop3 {
        let mut pop3 = Pop3(Wire::connect(address));
        let greeting = pop3.text();
        assert!(greeting.starts_with("+OK"), "{greeting}");
        pop3
    }

    /// Goes on with a connection on which nothing was said yet.
    pub fn over(wire: Wire) -> Pop3 {
        let mut pop3 = Pop3(wire);
        let greeting = pop3.text();
        assert!(greeting.starts_with("+OK"), "{greeting}");
        pop3
    }

    /// Goes on under TLS, in a session that has greeted already.
    pub fn over_tls(wire: Wire) -> Pop3 {
        Pop3(wire)
    }

    pub fn into_wire(self) -> Wire {
        self.0
    }

    /// Connects and signs in.
    pub fn sign_in(address: SocketAddr, user: &str, password: &str) -> Pop3 {
        let mut pop3 = Pop3::connect(address);
        pop3.ok(&format!("USER {user}"));
        pop3.ok(&format!("PASS {password}"));
        pop3
    }

    /// Says a line and hears the status line.
    pub fn say(&mut self, line: &str) -> String {
        self.send(line);
        self.text()
    }

    /// Says a line; the answer must be `+OK`. Answers what stood after it.
    pub fn ok(&mut self, line: &str) -> String {
        let answer = self.say(line);
        assert!(answer.starts_with("+OK"), "wanted +OK, got {answer}\n{}", self.transcript());
        answer[3..].trim_start().to_owned()
    }

    /// Says a line; the answer must be `-ERR`. Answers the whole line.
    pub fn err(&mut self, line: &str) -> String {
        let answer = self.say(line);
        assert!(answer.starts_with("-ERR"), "wanted -ERR, got {answer}\n{}", self.transcript());
        answer
    }

    /// (messages, octets).
    pub fn stat(&mut self) -> (usize, usize) {
        let answer = self.ok("STAT");
        let mut numbers = answer.split(' ').map(|number| number.parse().unwrap());
        (numbers.next().unwrap(), numbers.next().unwrap())
    }

    /// The lines of a multi-line answer, dots taken off.
    pub fn listing(&mut self, command: &str) -> Vec<String> {
        self.ok(command);
        let lines = self.multi_line();
        lines.into_iter().map(|line| String::from_utf8_lossy(&line).into_owned()).collect()
    }

    /// Message `number` with CRLF ends, as a program would save it.
    pub fn retr(&mut self, number: usize) -> Vec<u8> {
        self.ok(&format!("RETR {number}"));
        self.message()
    }

    /// The message that follows an `+OK`.
    pub fn message(&mut self) -> Vec<u8> {
        let mut message = Vec::new();
        for line in self.multi_line() {
            message.extend_from_slice(&line);
            message.extend_from_slice(b"\r\n");
        }
        message
    }

    /// Every message there is.
    pub fn all(&mut self) -> Vec<Vec<u8>> {
        let (count, _) = self.stat();
        (1..=count).map(|number| self.retr(number)).collect()
    }

    /// Goes on under TLS; STLS was said and answered.
    pub fn secured(self) -> Pop3 {
        Pop3(self.0.start_tls())
    }

    pub fn quit(mut self) {
        self.ok("QUIT");
        assert!(self.is_closed());
    }

    fn multi_line(&mut self) -> Vec<Vec<u8>> {
        let mut lines = Vec::new();
        loop {
            let mut line = self.line().unwrap_or_else(|| panic!("closed in an answer\n{}", self.transcript()));
            if line == b"." {
                return lines;
            }
            // RFC 1939 §3: byte-stuffing.
            if line.first() == Some(&b'.') {
                line.remove(0);
            }
            lines.push(line);
        }
    }
}
