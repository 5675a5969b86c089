//! A line client that keeps what was said: when something is wrong the test prints the whole conversation.

use crate::harness::tls;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Anything bytes go through: a socket, or TLS over one.
pub trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

/// One connection to a line protocol.
pub struct Wire {
    stream: Box<dyn Stream>,
    socket: TcpStream,
    pending: Vec<u8>,
    transcript: String,
}

impl Wire {
    /// Connects; reading waits 20 s at most.
    pub fn connect(address: SocketAddr) -> Wire {
        Wire::try_connect(address).unwrap_or_else(|error| panic!("cannot connect to {address}: {error}"))
    }

    pub fn try_connect(address: SocketAddr) -> std::io::Result<Wire> {
        let socket = TcpStream::connect_timeout(&address, Duration::from_secs(10))?;
        socket.set_read_timeout(Some(Duration::from_secs(20)))?;
        socket.set_write_timeout(Some(Duration::from_secs(20)))?;
        socket.set_nodelay(true)?;
        let stream = Box::new(socket.try_clone()?);
        Ok(Wire { stream, socket, pending: Vec::new(), transcript: String::new() })
    }

    /// Goes on under TLS, believing any certificate.
    pub fn start_tls(mut self) -> Wire {
        assert!(self.pending.is_empty(), "bytes before TLS began: {:?}", String::from_utf8_lossy(&self.pending));
        self.transcript.push_str("* TLS\n");
        self.stream = tls::client(self.socket.try_clone().unwrap());
        self
    }

    /// What was said so far, `<` by us and `>` by the server.
    pub fn transcript(&self) -> &str {
        &self.transcript
    }

    /// Sends one line; CRLF is added.
    pub fn send(&mut self, line: &str) {
        self.raw(format!("{line}\r\n").as_bytes());
    }

    /// Sends bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.try_raw(bytes).unwrap_or_else(|error| panic!("cannot send: {error}\n{}", self.transcript));
    }

    pub fn try_raw(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).trim_end().replace("\r\n", "\n< ");
        self.transcript.push_str(&format!("< {shown}\n"));
        self.stream.write_all(bytes)?;
        self.stream.flush()
    }

    /// The next line without CRLF, or `None` when the server closed or broke the connection.
    pub fn line(&mut self) -> Option<Vec<u8>> {
        self.try_line().unwrap_or_else(|error| panic!("no line came: {error}\n{}", self.transcript))
    }

    /// As `line`; a time-out is the error.
    pub fn try_line(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let mut searched = 0;
        loop {
            if let Some(at) = self.pending[searched..].windows(2).position(|pair| pair == b"\r\n") {
                let at = searched + at;
                let line = self.pending[..at].to_vec();
                self.pending.drain(..at + 2);
                let shown = String::from_utf8_lossy(&line[..line.len().min(200)]).into_owned();
                self.transcript.push_str(&format!("> {shown}\n"));
                return Ok(Some(line));
            }
            searched = self.pending.len().saturating_sub(1);
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    /// The next line if it comes within `wait`: none is silence, `Some(None)` the end.
    pub fn try_line_within(&mut self, wait: Duration) -> Option<Option<String>> {
        self.socket.set_read_timeout(Some(wait)).unwrap();
        let line = self.try_line();
        self.socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        line.ok().map(|line| line.map(|line| String::from_utf8_lossy(&line).into_owned()))
    }

    /// The next line as text; the server must still be there.
    pub fn text(&mut self) -> String {
        match self.line() {
            Some(line) => String::from_utf8_lossy(&line).into_owned(),
            None => panic!("the server closed the connection\n{}", self.transcript),
        }
    }

    /// All that comes until the server closes.
    pub fn rest(&mut self) -> Vec<u8> {
        while self.fill().unwrap_or(false) {}
        std::mem::take(&mut self.pending)
    }

    /// Whether the server closes now, having said nothing more.
    pub fn is_closed(&mut self) -> bool {
        self.rest().is_empty()
    }

    /// Whether something comes within `wait`.
    pub fn hears_within(&mut self, wait: Duration) -> bool {
        if !self.pending.is_empty() {
            return true;
        }
        self.socket.set_read_timeout(Some(wait)).unwrap();
        let heard = self.fill().unwrap_or(false);
        self.socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        heard
    }

    /// Breaks the connection without a word (RST or FIN, as the kernel likes).
    pub fn cut(&self) {
        drop(self.socket.shutdown(std::net::Shutdown::Both));
    }

    fn fill(&mut self) -> std::io::Result<bool> {
        let mut buffer = [0; 64 * 1024];
        match self.stream.read(&mut buffer) {
            Ok(0) => Ok(false),
            Ok(n) => {
                self.pending.extend_from_slice(&buffer[..n]);
                Ok(true)
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => Err(error),
            // A reset, or TLS ended without its farewell: gone all the same.
            Err(_) => Ok(false),
        }
    }
}
