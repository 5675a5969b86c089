//! Another provider's server that takes everything at once and keeps nothing: what is measured is the way there.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

pub struct Sink {
    pub address: SocketAddr,
    taken: Arc<AtomicUsize>,
}

impl Sink {
    pub fn start() -> std::io::Result<Sink> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let sink = Sink { address: listener.local_addr()?, taken: Arc::default() };
        let taken = Arc::clone(&sink.taken);
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let taken = Arc::clone(&taken);
                // A connection that breaks is the other side's leaving.
                thread::spawn(move || drop(serve(socket, &taken)));
            }
        });
        Ok(sink)
    }

    /// Messages that were taken.
    pub fn taken(&self) -> usize {
        self.taken.load(Ordering::SeqCst)
    }
}

fn serve(mut socket: TcpStream, taken: &AtomicUsize) -> std::io::Result<()> {
    socket.set_nodelay(true)?;
    let mut lines = BufReader::new(socket.try_clone()?);
    socket.write_all(b"220 sink.test ESMTP\r\n")?;
    let mut line = Vec::new();
    let mut inside = false;
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let reply: &[u8] = match (inside, line.get(..4).unwrap_or_default()) {
            (true, _) if line == b".\r\n" => {
                inside = false;
                taken.fetch_add(1, Ordering::SeqCst);
                b"250 2.0.0 taken\r\n"
            }
            (true, _) => continue,
            (false, b"EHLO") => b"250-sink.test\r\n250-8BITMIME\r\n250 PIPELINING\r\n",
            (false, b"DATA") => {
                inside = true;
                b"354 go on\r\n"
            }
            (false, b"QUIT") => return socket.write_all(b"221 2.0.0 bye\r\n"),
            (false, _) => b"250 2.0.0 ok\r\n",
        };
        socket.write_all(reply)?;
    }
}
