//! The reader: signs in to the webmail and asks for the first page of the inbox.

use crate::stopwatch::Stopwatch;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A signed-in browser: its address and its cookie.
pub struct Reader {
    at: SocketAddr,
    cookie: String,
}

impl Reader {
    pub fn sign_in(at: SocketAddr, address: &str, password: &str) -> io::Result<Self> {
        let body = format!("address={}&password={}&next=", address.replace('@', "%40"), password);
        let request = format!(
            "POST /sign-in HTTP/1.1\r\nhost: {at}\r\norigin: http://{at}\r\nsec-fetch-site: same-origin\r\nconnection: close\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let (answer, _) = ask(at, &request)?;
        let cookie = answer
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
            .and_then(|(_, value)| value.split(';').next());
        match cookie {
            Some(cookie) => Ok(Self { at, cookie: cookie.to_owned() }),
            None => {
                Err(io::Error::other(format!("no cookie at sign-in: {}", answer.lines().next().unwrap_or_default())))
            }
        }
    }

    /// Milliseconds from the request to the first byte of the inbox's first page, over a connection that is open already.
    pub fn inbox(&self) -> io::Result<f64> {
        let request = format!(
            "GET /mail/inbox HTTP/1.1\r\nhost: {}\r\ncookie: {}\r\naccept-encoding: gzip, br\r\nconnection: close\r\n\r\n",
            self.at, self.cookie
        );
        let (answer, milliseconds) = ask(self.at, &request)?;
        if answer.starts_with("HTTP/1.1 200") {
            Ok(milliseconds)
        } else {
            Err(io::Error::other(format!("the inbox answered {}", answer.lines().next().unwrap_or_default())))
        }
    }
}

/// The answer (its head, and whatever of the body is text) and the milliseconds to its first byte.
fn ask(at: SocketAddr, request: &str) -> io::Result<(String, f64)> {
    let mut socket = TcpStream::connect(at)?;
    socket.set_nodelay(true)?;
    socket.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut first = [0];
    let watch = Stopwatch::start();
    socket.write_all(request.as_bytes())?;
    socket.read_exact(&mut first)?;
    let milliseconds = watch.read().as_secs_f64() * 1000.0;
    let mut answer = first.to_vec();
    socket.read_to_end(&mut answer)?;
    Ok((String::from_utf8_lossy(&answer).into_owned(), milliseconds))
}
