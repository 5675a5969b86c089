//! A thousand connections that only sit there, and come again when they are sent away: everybody else is served.

use crate::harness::{BOB, Browser, CAROL, House, PASSWORD, Pop3, Smtp, letter};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;

/// Many more than there is room for.
const SLOW: usize = 1000;
const ROOM: usize = 300;
/// Normal sessions, and how many of them have to work.
const SESSIONS: usize = 100;
const HAVE_TO_WORK: usize = 99;

/// Keeps a thousand connections open at `door`, each of which says one letter now and then.
struct Attack {
    over: Arc<AtomicBool>,
    sent_away: Arc<AtomicUsize>,
    thread: Option<JoinHandle<()>>,
}

impl Attack {
    fn on(door: SocketAddr, says: &'static [u8]) -> Attack {
        let (over, sent_away) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (stop, count, ready) = (Arc::clone(&over), Arc::clone(&sent_away), Arc::new(AtomicBool::new(false)));
        let begun = Arc::clone(&ready);
        let thread = std::thread::spawn(move || {
            let mut slow: Vec<TcpStream> = (0..SLOW).filter_map(|_| sit_down(door)).collect();
            begun.store(true, Ordering::SeqCst);
            let mut turn = 0;
            while !stop.load(Ordering::SeqCst) {
                for socket in &mut slow {
                    let letter = says[turn % says.len()];
                    if is_gone(socket) || socket.write_all(&[letter]).is_err() {
                        count.fetch_add(1, Ordering::SeqCst);
                        if let Some(again) = sit_down(door) {
                            *socket = again;
                        }
                    }
                }
                turn += 1;
            }
        });
        crate::harness::within(std::time::Duration::from_secs(60), "a thousand connections", || {
            ready.load(Ordering::SeqCst).then_some(())
        });
        Attack { over, sent_away, thread: Some(thread) }
    }
}

impl Drop for Attack {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        drop(self.thread.take().map(JoinHandle::join));
    }
}

fn sit_down(door: SocketAddr) -> Option<TcpStream> {
    let socket = TcpStream::connect(door).ok()?;
    socket.set_nonblocking(true).ok()?;
    Some(socket)
}

fn is_gone(socket: &mut TcpStream) -> bool {
    let mut heard = [0; 512];
    loop {
        match socket.read(&mut heard) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => return error.kind() != ErrorKind::WouldBlock,
        }
    }
}

fn besieged() -> House {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).unwrap();
    House::with(|settings| settings.set("connections", ROOM).set("connections_per_peer", 2 * SLOW))
}

/// KiB that the server holds.
fn memory(house: &House) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", house.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn besiege(door: SocketAddr, says: &'static [u8], house: &House, session: impl Fn(usize) -> bool) {
    let before = memory(house);
    let attack = Attack::on(door, says);
    let worked = (0..SESSIONS).filter(|number| session(*number)).count();
    let grown = memory(house).saturating_sub(before);
    assert!(worked >= HAVE_TO_WORK, "{worked} of {SESSIONS} sessions worked");
    assert!(attack.sent_away.load(Ordering::SeqCst) > 0, "there was room for all of them, and nothing was tested");
    assert!(grown < 200 * 1024, "{grown} KiB more");
}

/// Tries it, and takes any trouble for a no: a broken connection must not end the count.
fn works(session: impl FnOnce() + std::panic::UnwindSafe) -> bool {
    std::panic::catch_unwind(session).is_ok()
}

#[test]
fn a_thousand_slow_servers_do_not_keep_a_message_out() {
    let house = besieged();
    let port = house.ports.smtp;
    besiege(port, b"NOOP\r\n", &house, |number| {
        works(|| {
            let message = letter("lisa@far.test", BOB, &format!("number {number}"), "x");
            assert!(Smtp::hello(port).deliver("lisa@far.test", &[BOB], &message).is("250"));
        })
    });
}

#[test]
fn a_thousand_slow_programs_do_not_keep_a_sender_out() {
    let house = besieged();
    let port = house.ports.submission;
    besiege(port, b"EHLO x\r\n", &house, |number| {
        works(|| {
            let mut smtp = Smtp::hello(port);
            assert!(smtp.auth(BOB, PASSWORD).is("235"));
            assert!(smtp.deliver(BOB, &[CAROL], &letter(BOB, CAROL, &format!("number {number}"), "x")).is("250"));
        })
    });
}

#[test]
fn a_thousand_slow_programs_do_not_keep_a_collector_out() {
    let house = besieged();
    let port = house.ports.pop3;
    besiege(port, b"USER bob\r\n", &house, |_| {
        works(|| {
            let mut pop3 = Pop3::sign_in(port, BOB, PASSWORD);
            pop3.stat();
            pop3.quit();
        })
    });
}

#[test]
fn a_thousand_slow_browsers_do_not_keep_a_reader_out() {
    let house = besieged();
    let port = house.ports.http;
    besiege(port, b"GET / HTTP/1.1\r\nx: y", &house, |_| {
        works(|| {
            let mut browser = Browser::new(port);
            browser.sign_in(BOB, PASSWORD);
            assert_eq!(browser.get("/mail/inbox").status, 200);
        })
    });
}

#[test]
fn a_session_that_signed_in_before_outlasts_the_siege() {
    let house = besieged();
    let mut early = house.pop3(BOB);
    let attack = Attack::on(house.ports.pop3, b"USER bob\r\n");
    for _ in 0..20 {
        early.ok("NOOP");
        Pop3::sign_in(house.ports.pop3, CAROL, PASSWORD).quit();
    }
    early.quit();
    drop(attack);
}

#[test]
fn who_does_not_sign_in_in_time_hears_so_and_who_did_stays() {
    let house = House::with(|settings| settings.set("sign_in_timeout", "\"1s\""));
    let mut signed_in = house.submission(BOB);
    let mut slow = Smtp::hello(house.ports.submission);
    assert_eq!(slow.reply().code, 421);
    assert!(slow.is_closed());
    signed_in.expect("NOOP", "250");
}

#[test]
fn a_peer_that_connects_or_sends_too_fast_is_slowed_and_a_guest_of_the_house_is_not() {
    let house = House::with(|settings| settings.set("connection_rate", 30).set("peer_messages", 5));
    let mut smtp = house.smtp();
    for number in 1..=5 {
        let message = letter("lisa@far.test", BOB, &format!("number {number}"), "x");
        assert!(smtp.deliver("lisa@far.test", &[BOB], &message).is("250"));
    }
    smtp.expect("MAIL FROM:<lisa@far.test>", "451 4.7.1");
    let refused = |_: &usize| {
        let mut wire = crate::harness::Wire::connect(house.ports.smtp);
        wire.line().is_none_or(|line| !line.starts_with(b"220"))
    };
    assert!((0..60).filter(refused).count() > 20, "more than thirty a minute");
    let mut pop3 = house.pop3(BOB);
    pop3.ok("NOOP");
    assert_eq!((0..60).filter(refused).count(), 0, "somebody of ours is signed in at that address");
}
