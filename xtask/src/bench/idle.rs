//! What a thousand connections cost that only sit there.

use super::Extent;
use super::meter;
use super::postfix::Postfix;
use super::report::Table;
use super::server::{self, PASSWORD, Server};
use crate::failure::{Done, Failure};
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

const CONNECTIONS: usize = 1_000;
const ACCOUNTS: usize = 100;
/// Until what was needed for a moment is given back.
const SETTLING: Duration = Duration::from_secs(2);

/// Memory (PSS) before, and for each of the connections more.
pub fn idle(effort: Extent) -> Done<Table> {
    let connections = CONNECTIONS / effort.divisor;
    let head = ["idle connections", "number", "before, PSS", "with them, PSS", "each"];
    let mut table = Table::new("A thousand that only sit there", &head);
    let ours = |name: &str, connections: usize, open: &dyn Fn(&Server, usize) -> io::Result<TcpStream>| {
        let mut server = Server::prepare("idle", ACCOUNTS)?;
        server.start()?;
        let pid = server.pid();
        let row = measured(name, connections, || meter::memory_kib(pid).1, |number| open(&server, number))?;
        server.stop()?;
        Ok::<_, Failure>(row)
    };
    table.row(ours("SMTP, EHLO said", connections, &|server, _| said(server.smtp, &["EHLO idle.test"]))?);
    table.row(ours("POP3, USER said", connections, &|server, _| said(server.pop3, &["USER user0@bench.test"]))?);
    // A maildrop is one session's.
    let signed_in = ours("POP3, signed in", ACCOUNTS - 1, &|server, number| {
        let user = format!("USER {}", server::address(number));
        said(server.pop3, &[&user, &format!("PASS {PASSWORD}")])
    })?;
    table.row(signed_in);
    if let Some(postfix) = Postfix::start("idle", None)? {
        let row = measured(
            "Postfix: SMTP, EHLO said",
            connections,
            || postfix.memory_kib(),
            |_| said(postfix.smtp, &["EHLO idle.test"]),
        )?;
        table.row(row);
    }
    Ok(table)
}

fn measured(
    name: &str,
    connections: usize,
    memory: impl Fn() -> u64,
    open: impl Fn(usize) -> io::Result<TcpStream>,
) -> Done<Vec<String>> {
    let failed = |cause: io::Error| Failure::new(format!("{name}: {cause}"), "look into target/bench-data/*.log");
    // One before the others: what is made once is not theirs.
    drop(open(ACCOUNTS - 1).map_err(failed)?);
    thread::sleep(SETTLING);
    let before = memory();
    let mut held = Vec::new();
    for number in 0..connections {
        held.push(open(number).map_err(failed)?);
    }
    thread::sleep(SETTLING);
    let after = memory();
    let mebibytes = |kib: u64| format!("{:.1} MiB", kib as f64 / 1024.0);
    let each = after.saturating_sub(before) as f64 / held.len() as f64;
    Ok(vec![name.to_owned(), held.len().to_string(), mebibytes(before), mebibytes(after), format!("{each:.1} KiB")])
}

/// A connection on which `lines` were said and answered, whatever the answer.
fn said(to: SocketAddr, lines: &[&str]) -> io::Result<TcpStream> {
    let mut socket = TcpStream::connect(to)?;
    socket.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut replies = BufReader::new(socket.try_clone()?);
    let mut heard = || -> io::Result<()> {
        let mut line = String::new();
        loop {
            line.clear();
            if replies.read_line(&mut line)? == 0 {
                return Err(io::Error::other("the server closed"));
            }
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(());
            }
        }
    };
    heard()?;
    for line in lines {
        socket.write_all(format!("{line}\r\n").as_bytes())?;
        heard()?;
    }
    Ok(socket)
}
