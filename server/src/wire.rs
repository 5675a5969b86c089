//! A connection, in the clear or encrypted, as the drivers of the protocols use it.

use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::rustls::ProtocolVersion;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};

/// What a peer must take within its time: a slow line needs minutes for a large message, and gets them.
const PIECE: usize = 64 * 1024;

/// How long a closed connection is still read.
const LINGER: Duration = Duration::from_millis(300);

pub enum Wire {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    /// A handshake failed, and took the connection with it.
    Gone,
}

impl Wire {
    pub fn new(stream: TcpStream) -> Wire {
        // Replies are written whole: waiting to fill a packet only adds delay. Failing here harms nothing.
        let _ = stream.set_nodelay(true);
        Wire::Plain(stream)
    }

    /// Reads some. 0 is the end.
    pub async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Wire::Plain(stream) => stream.read(buffer).await,
            Wire::Tls(stream) => stream.read(buffer).await,
            Wire::Gone => Ok(0),
        }
    }

    /// Writes all of it. A peer that takes nothing for `patience` is given up: it must not hold us for ever.
    pub async fn write(&mut self, bytes: &[u8], patience: Duration) -> io::Result<()> {
        for piece in bytes.chunks(PIECE) {
            tokio::time::timeout(patience, self.write_piece(piece)).await.map_err(|_| timed_out())??;
        }
        match self {
            Wire::Tls(stream) => tokio::time::timeout(patience, stream.flush()).await.map_err(|_| timed_out())?,
            Wire::Plain(_) | Wire::Gone => Ok(()),
        }
    }

    async fn write_piece(&mut self, piece: &[u8]) -> io::Result<()> {
        match self {
            Wire::Plain(stream) => stream.write_all(piece).await,
            Wire::Tls(stream) => stream.write_all(piece).await,
            Wire::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// The server's side of the handshake. What came before it in the clear was dropped by the session (RFC 3207 §4.2).
    pub async fn accept_tls(&mut self, acceptor: &TlsAcceptor, patience: Duration) -> io::Result<()> {
        let handshake = acceptor.accept(self.take_plain()?);
        let stream = tokio::time::timeout(patience, handshake).await.map_err(|_| timed_out())??;
        *self = Wire::Tls(Box::new(stream.into()));
        Ok(())
    }

    /// The client's side of the handshake.
    pub async fn connect_tls(&mut self, connector: &TlsConnector, host: &str, patience: Duration) -> io::Result<()> {
        let name = ServerName::try_from(host.to_owned()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        let handshake = connector.connect(name, self.take_plain()?);
        let stream = tokio::time::timeout(patience, handshake).await.map_err(|_| timed_out())??;
        *self = Wire::Tls(Box::new(stream.into()));
        Ok(())
    }

    /// Says goodbye, so that the last reply arrives.
    pub async fn close(&mut self) {
        let shutdown = async {
            match self {
                Wire::Plain(stream) => stream.shutdown().await,
                Wire::Tls(stream) => stream.shutdown().await,
                Wire::Gone => Ok(()),
            }
        };
        if let Ok(Ok(())) = tokio::time::timeout(Duration::from_secs(2), shutdown).await {
            let _ = tokio::time::timeout(LINGER, self.hear_out()).await;
        }
    }

    /// Reads what still comes, and forgets it: closing over unread bytes resets the connection, and takes the last reply
    /// from a peer that has not read it yet.
    async fn hear_out(&mut self) {
        let mut forgotten = [0; 4096];
        while self.read(&mut forgotten).await.is_ok_and(|read| read > 0) {}
    }

    /// `TLSv1.3`, or nothing in the clear.
    pub fn tls_version(&self) -> Option<&'static str> {
        let Wire::Tls(stream) = self else { return None };
        match stream.get_ref().1.protocol_version()? {
            ProtocolVersion::TLSv1_2 => Some("TLSv1.2"),
            ProtocolVersion::TLSv1_3 => Some("TLSv1.3"),
            _ => Some("TLS"),
        }
    }

    /// `TLS13_AES_256_GCM_SHA384`.
    pub fn cipher(&self) -> Option<String> {
        let Wire::Tls(stream) = self else { return None };
        Some(format!("{:?}", stream.get_ref().1.negotiated_cipher_suite()?.suite()))
    }

    fn take_plain(&mut self) -> io::Result<TcpStream> {
        match std::mem::replace(self, Wire::Gone) {
            Wire::Plain(stream) => Ok(stream),
            Wire::Tls(_) | Wire::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

fn timed_out() -> io::Error {
    io::ErrorKind::TimedOut.into()
}
