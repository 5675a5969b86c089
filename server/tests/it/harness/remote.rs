//! The other provider: a real SMTP server on loopback that behaves as a test wishes and keeps what it was given.

use crate::harness::tls;
use crate::harness::wire::Stream;
use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How one connection is treated.
#[derive(Clone, Debug)]
pub struct Manner {
    /// First words.
    pub banner: String,
    /// False: EHLO is not known, HELO is.
    pub ehlo: bool,
    /// Offer STARTTLS, with a certificate nobody signed.
    pub tls: bool,
    /// What STARTTLS comes to.
    pub handshake: Handshake,
    /// Replies to MAIL from a sender whose address begins so; all others are accepted.
    pub senders: Vec<(&'static str, String)>,
    /// The reply to RSET.
    pub rset: String,
    /// False: it takes 7 bits only.
    pub eight_bit: bool,
    /// More lines of its answer to EHLO, as `DSN`.
    pub offers: Vec<&'static str>,
    /// Recipients of one transaction; 0: as many as come.
    pub most: usize,
    /// Replies to recipients whose address begins so; all others are accepted.
    pub recipients: Vec<(&'static str, String)>,
    pub end: End,
    /// Wait before each reply.
    pub wait: Duration,
}

/// What happens in DATA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    Accept,
    /// This reply after the dot.
    Reply(String),
    /// The connection is cut after some bytes of the message.
    CutInside,
    /// The message is taken, and the connection cut before anything is said.
    CutAfterDot,
    /// The message is taken, and that is said so much later.
    Later(Duration),
    /// After some bytes of the message this is said, and the connection reset over the rest.
    RefuseInside(String),
}

/// What becomes of STARTTLS after it was answered with 220.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handshake {
    Works,
    /// What comes is no TLS.
    Fails,
    /// The connection is cut without a reply to STARTTLS.
    Cut,
}

impl Default for Manner {
    fn default() -> Manner {
        Manner {
            banner: "220 mx.far.test ESMTP".into(),
            ehlo: true,
            tls: false,
            handshake: Handshake::Works,
            senders: Vec::new(),
            rset: "250 2.0.0 ok".into(),
            eight_bit: true,
            offers: Vec::new(),
            most: 0,
            recipients: Vec::new(),
            end: End::Accept,
            wait: Duration::ZERO,
        }
    }
}

/// A message that came, whether or not it was acknowledged.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Number of the connection, from 1.
    pub connection: usize,
    pub tls: bool,
    /// The MAIL line as it came.
    pub mail: String,
    pub recipients: Vec<String>,
    /// The RCPT lines as they came, and what was said with AUTH.
    pub rcpts: Vec<String>,
    pub login: Option<String>,
    /// Without the dots.
    pub bytes: Vec<u8>,
}

#[derive(Default)]
struct Book {
    manners: Vec<Manner>,
    connections: usize,
    taken: Vec<Taken>,
    transcript: String,
}

/// The server; it ends with the value.
pub struct Remote {
    pub address: SocketAddr,
    book: Arc<Mutex<Book>>,
    over: Arc<AtomicBool>,
}

impl Remote {
    /// On a free port of 127.0.0.1. Connection n has the nth manner; the last manner is for all further ones.
    pub fn start(manners: Vec<Manner>) -> Remote {
        Remote::showing(tls::server_config("mx.far.test"), manners)
    }

    /// With a certificate of its own.
    pub fn showing(certificate: Arc<rustls::ServerConfig>, manners: Vec<Manner>) -> Remote {
        Remote::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), certificate, manners)
    }

    /// On the port of `other`, at 127.0.0.`last`: mail goes to one port everywhere.
    pub fn beside(other: &Remote, last: u8, manners: Vec<Manner>) -> Remote {
        let address = SocketAddr::from((Ipv4Addr::new(127, 0, 0, last), other.address.port()));
        Remote::bind(address, tls::server_config("mx.far.test"), manners)
    }

    fn bind(address: SocketAddr, config: Arc<rustls::ServerConfig>, manners: Vec<Manner>) -> Remote {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let book = Arc::new(Mutex::new(Book { manners, ..Book::default() }));
        let over = Arc::new(AtomicBool::new(false));
        let (shared, ended) = (book.clone(), over.clone());
        std::thread::spawn(move || {
            for socket in listener.incoming() {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(socket), book, config) = (socket, shared.clone(), config.clone()) else { continue };
                let (number, manner) = {
                    let mut book = book.lock().unwrap();
                    book.connections += 1;
                    let at = book.connections.min(book.manners.len()) - 1;
                    (book.connections, book.manners[at].clone())
                };
                std::thread::spawn(move || {
                    let stream = Box::new(socket.try_clone().unwrap());
                    let pending = Vec::new();
                    // An I/O error is the other side's leaving: nothing to do.
                    drop(Talk { socket, stream, pending, number, manner, book, tls: false }.run(&config));
                });
            }
        });
        Remote { address, book, over }
    }

    /// From the next connection on.
    pub fn change(&self, manner: Manner) {
        self.book.lock().unwrap().manners = vec![manner];
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.book.lock().unwrap().taken.clone()
    }

    pub fn connections(&self) -> usize {
        self.book.lock().unwrap().connections
    }

    /// All that was said, with the number of the connection.
    pub fn transcript(&self) -> String {
        self.book.lock().unwrap().transcript.clone()
    }

    /// Waits for `count` messages.
    pub fn wait_for(&self, count: usize) -> Vec<Taken> {
        super::clock::eventually(&format!("{count} messages at the other provider"), || {
            let taken = self.taken();
            (taken.len() >= count).then_some(taken)
        })
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // Wakes the listener, so that the port is free again.
        drop(TcpStream::connect_timeout(&self.address, Duration::from_secs(1)));
    }
}

struct Talk {
    socket: TcpStream,
    stream: Box<dyn Stream>,
    pending: Vec<u8>,
    number: usize,
    manner: Manner,
    book: Arc<Mutex<Book>>,
    tls: bool,
}

impl Talk {
    fn run(mut self, config: &Arc<rustls::ServerConfig>) -> std::io::Result<()> {
        self.socket.set_read_timeout(Some(Duration::from_secs(60)))?;
        let banner = self.manner.banner.clone();
        self.reply(&banner)?;
        let (mut mail, mut recipients, mut rcpts) = (String::new(), Vec::new(), Vec::new());
        let mut login = None;
        while let Some(line) = self.line()? {
            let verb = line.get(..4).unwrap_or(&line).to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" if self.manner.ehlo => {
                    let tls = if self.manner.tls && !self.tls { "250-STARTTLS\r\n" } else { "" };
                    let eight_bit = if self.manner.eight_bit { "250-8BITMIME\r\n" } else { "" };
                    let more: String = self.manner.offers.iter().map(|line| format!("250-{line}\r\n")).collect();
                    self.reply(&format!(
                        "250-mx.far.test\r\n{tls}250-PIPELINING\r\n{eight_bit}{more}250 SIZE 50000000"
                    ))?;
                }
                "AUTH" => {
                    login = Some(line);
                    self.reply("235 2.7.0 welcome")?;
                }
                "HELO" => self.reply("250 mx.far.test")?,
                "STAR" if self.manner.handshake == Handshake::Cut => {
                    return self.socket.shutdown(std::net::Shutdown::Both);
                }
                "STAR" if self.manner.handshake == Handshake::Fails => {
                    self.reply("220 2.0.0 go ahead")?;
                    self.stream.write_all(b"this is no TLS\r\n")?;
                    return self.socket.shutdown(std::net::Shutdown::Both);
                }
                "STAR" if self.manner.tls => {
                    self.reply("220 2.0.0 go ahead")?;
                    self.stream = tls::server(self.socket.try_clone()?, config.clone());
                    (self.tls, self.pending) = (true, Vec::new());
                }
                "MAIL" => {
                    let address = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    let refusal = self.manner.senders.iter().find(|(start, _)| address.starts_with(start));
                    let reply = refusal.map_or("250 2.1.0 ok".to_owned(), |(_, reply)| reply.clone());
                    (mail, recipients, rcpts) = (line, Vec::new(), Vec::new());
                    self.reply(&reply)?;
                    if reply.starts_with("421") {
                        return self.socket.shutdown(std::net::Shutdown::Both);
                    }
                }
                "RCPT" => {
                    let address = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    let refusal = self.manner.recipients.iter().find(|(start, _)| address.starts_with(start));
                    let mut reply = refusal.map_or("250 2.1.5 ok".to_owned(), |(_, reply)| reply.clone());
                    if self.manner.most > 0 && recipients.len() >= self.manner.most {
                        reply = "452 4.5.3 too many recipients".to_owned();
                    }
                    if reply.starts_with('2') {
                        recipients.push(address);
                        rcpts.push(line);
                    }
                    self.reply(&reply)?;
                }
                "DATA" if recipients.is_empty() => self.reply("554 5.5.1 no valid recipients")?,
                "DATA" => {
                    self.reply("354 go on")?;
                    if self.manner.end == End::CutInside {
                        drop(self.line()?);
                        return self.socket.shutdown(std::net::Shutdown::Both);
                    }
                    if let End::RefuseInside(reply) = self.manner.end.clone() {
                        drop(self.line()?);
                        self.reply(&reply)?;
                        // Closed over bytes that nobody read: the kernel resets the connection.
                        return Ok(());
                    }
                    let bytes = self.message()?;
                    let end = self.manner.end.clone();
                    if !matches!(end, End::Reply(_)) {
                        let (connection, tls) = (self.number, self.tls);
                        let (mail, recipients) = (mail.clone(), recipients.clone());
                        let (rcpts, login) = (rcpts.clone(), login.clone());
                        let taken = Taken { connection, tls, mail, recipients, rcpts, login, bytes };
                        self.book.lock().unwrap().taken.push(taken);
                    }
                    match end {
                        End::CutAfterDot => return self.socket.shutdown(std::net::Shutdown::Both),
                        End::Reply(reply) => self.reply(&reply)?,
                        End::Later(wait) => {
                            std::thread::sleep(wait);
                            self.reply("250 2.0.0 taken, at last")?;
                        }
                        End::Accept | End::CutInside | End::RefuseInside(_) => self.reply("250 2.0.0 taken")?,
                    }
                    (mail, recipients) = (String::new(), Vec::new());
                }
                "RSET" => {
                    (mail, recipients) = (String::new(), Vec::new());
                    let reply = self.manner.rset.clone();
                    self.reply(&reply)?;
                }
                "NOOP" => self.reply("250 2.0.0 ok")?,
                "QUIT" => return self.reply("221 2.0.0 bye"),
                _ => self.reply("502 5.5.1 not known here")?,
            }
        }
        Ok(())
    }

    fn reply(&mut self, reply: &str) -> std::io::Result<()> {
        std::thread::sleep(self.manner.wait);
        self.note('>', reply.get(..300).unwrap_or(reply));
        // In one piece: what is still to be sent when a connection is reset is lost.
        self.stream.write_all(format!("{reply}\r\n").as_bytes())?;
        self.stream.flush()
    }

    fn note(&self, side: char, text: &str) {
        self.book.lock().unwrap().transcript.push_str(&format!("{} {side} {text}\n", self.number));
    }

    fn line(&mut self) -> std::io::Result<Option<String>> {
        let line = self.raw_line()?.map(|line| String::from_utf8_lossy(&line).trim_end().to_owned());
        if let Some(line) = &line {
            self.note('<', line);
        }
        Ok(line)
    }

    fn raw_line(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let mut searched = 0;
        loop {
            if let Some(at) = self.pending[searched..].windows(2).position(|pair| pair == b"\r\n") {
                return Ok(Some(self.pending.drain(..searched + at + 2).collect()));
            }
            searched = self.pending.len().saturating_sub(1);
            let mut buffer = [0; 16 * 1024];
            match self.stream.read(&mut buffer)? {
                0 => return Ok(None),
                n => self.pending.extend_from_slice(&buffer[..n]),
            }
        }
    }

    fn message(&mut self) -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        while let Some(line) = self.raw_line()? {
            match line.as_slice() {
                b".\r\n" => return Ok(bytes),
                [b'.', rest @ ..] => bytes.extend_from_slice(rest),
                whole => bytes.extend_from_slice(whole),
            }
        }
        Err(std::io::ErrorKind::UnexpectedEof.into())
    }
}
