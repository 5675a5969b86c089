//! The senders: SMTP over real sockets, one thread a connection, each message counted only when its 250 has come.

use super::words::Words;
use crate::stopwatch::Stopwatch;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

/// What is to be sent.
pub struct Load<'a> {
    pub words: &'a Words,
    pub to: SocketAddr,
    pub recipients: &'a [String],
    pub connections: usize,
    /// Over all connections.
    pub messages: usize,
    pub size: usize,
    /// No two loads of one run share it.
    pub seed: u64,
    /// Who signs in and sends, with which password; none: a stranger.
    pub login: Option<(&'a str, &'a str)>,
}

/// What came of it.
pub struct Sent {
    pub accepted: usize,
    pub seconds: f64,
    /// From the last byte of each message to its 250, in milliseconds.
    pub latencies: Vec<f64>,
    /// The first thing that was not as it should be.
    pub trouble: Option<String>,
}

impl Load<'_> {
    /// Sends it all. The messages are made before the clock starts.
    pub fn send(&self) -> Sent {
        let share = self.messages.div_ceil(self.connections);
        let start = Barrier::new(self.connections + 1);
        let mut sent = Sent { accepted: 0, seconds: 0.0, latencies: Vec::new(), trouble: None };
        thread::scope(|scope| {
            let senders: Vec<_> = (0..self.connections)
                .map(|number| {
                    let start = &start;
                    scope.spawn(move || self.connection(number, share, start))
                })
                .collect();
            start.wait();
            let watch = Stopwatch::start();
            for sender in senders {
                let (latencies, trouble) =
                    sender.join().unwrap_or_else(|_| (Vec::new(), Some("a sender broke".into())));
                sent.accepted += latencies.len();
                sent.latencies.extend(latencies);
                sent.trouble = sent.trouble.take().or(trouble);
            }
            sent.seconds = watch.read().as_secs_f64();
        });
        sent
    }

    fn connection(&self, number: usize, share: usize, start: &Barrier) -> (Vec<f64>, Option<String>) {
        let to = &self.recipients[number % self.recipients.len()];
        let first = self.seed + (number * share) as u64;
        let messages: Vec<_> = (0..share as u64).map(|at| self.words.message(first + at, to, self.size)).collect();
        let mut latencies = Vec::with_capacity(share);
        let opened = Sender::open(self.to, self.login);
        start.wait();
        let result = opened.and_then(|mut sender| {
            for message in &messages {
                latencies.push(sender.send(to, message)?);
            }
            sender.quit()
        });
        (latencies, result.err().map(|error| error.to_string()))
    }
}

struct Sender {
    socket: TcpStream,
    replies: BufReader<TcpStream>,
    from: String,
}

impl Sender {
    fn open(to: SocketAddr, login: Option<(&str, &str)>) -> io::Result<Self> {
        let socket = TcpStream::connect(to)?;
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(Duration::from_secs(60)))?;
        let from = login.map_or("bench@sender.test", |(user, _)| user).to_owned();
        let mut sender = Self { replies: BufReader::new(socket.try_clone()?), socket, from };
        sender.expect("220")?;
        sender.socket.write_all(b"EHLO bench.sender.test\r\n")?;
        sender.expect("250")?;
        if let Some((user, password)) = login {
            let secret = STANDARD.encode(format!("\0{user}\0{password}"));
            sender.socket.write_all(format!("AUTH PLAIN {secret}\r\n").as_bytes())?;
            sender.expect("235")?;
        }
        Ok(sender)
    }

    /// One message; how many milliseconds its 250 took.
    fn send(&mut self, to: &str, message: &[u8]) -> io::Result<f64> {
        // RFC 2920: the envelope in one go.
        let envelope = format!("MAIL FROM:<{}>\r\nRCPT TO:<{to}>\r\nDATA\r\n", self.from);
        self.socket.write_all(envelope.as_bytes())?;
        self.expect("250")?;
        self.expect("250")?;
        self.expect("354")?;
        let mut body = Vec::with_capacity(message.len() + 3);
        body.extend_from_slice(message);
        body.extend_from_slice(b".\r\n");
        self.socket.write_all(&body)?;
        let watch = Stopwatch::start();
        self.expect("250")?;
        Ok(watch.read().as_secs_f64() * 1000.0)
    }

    fn quit(&mut self) -> io::Result<()> {
        self.socket.write_all(b"QUIT\r\n")?;
        self.expect("221")
    }

    fn expect(&mut self, code: &str) -> io::Result<()> {
        let mut line = String::new();
        loop {
            line.clear();
            if self.replies.read_line(&mut line)? == 0 {
                return Err(io::Error::other(format!("the server closed; wanted {code}")));
            }
            if !line.starts_with(code) {
                return Err(io::Error::other(format!("wanted {code}, got {}", line.trim_end())));
            }
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(());
            }
        }
    }
}
