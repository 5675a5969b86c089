//! No single peer starves the others, and memory has a bound.

use crate::harness::{BOB, Browser, House, PASSWORD, Smtp, letter};
use std::io::Write;
use std::net::TcpStream;

/// Resident memory of the server in MiB.
fn memory(house: &House) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", house.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

fn is_served(house: &House, number: usize) {
    let message = letter("lisa@far.test", BOB, &format!("among the slow {number}"), "x");
    assert!(house.smtp().deliver("lisa@far.test", &[BOB], &message).is("250"));
    assert_eq!(house.pop3(BOB).stat().0, number);
    let mut browser = Browser::new(house.ports.http);
    browser.sign_in(BOB, PASSWORD);
    assert_eq!(browser.inbox_ids().len(), number);
}

#[test]
fn three_hundred_slow_clients_at_each_door_do_not_keep_others_out() {
    let house = House::start();
    is_served(&house, 1);
    let before = memory(&house);
    let ports = house.ports;
    let mut slow = Vec::new();
    for (door, beginning) in [
        (ports.smtp, "EHLO slow.example.test\r\nMAIL FROM:<lisa@fa"),
        (ports.submission, "EHLO slow.example.test\r\nAUTH PLA"),
        (ports.pop3, "USER bob@comen"),
        (ports.http, "GET /sign-in HTTP/1.1\r\nhost: slow\r\nx-slow: "),
    ] {
        for _ in 0..300 {
            let mut socket = TcpStream::connect(door).unwrap();
            socket.write_all(beginning.as_bytes()).unwrap();
            slow.push(socket);
        }
    }
    for number in 2..=5 {
        // Each of them lets fall another byte.
        slow.iter_mut().for_each(|socket| drop(socket.write_all(b"x")));
        is_served(&house, number);
    }
    let grown = memory(&house).saturating_sub(before);
    assert!(grown < 200, "{} slow clients took {grown} MiB", slow.len());
}

#[test]
fn one_address_cannot_take_all_connections() {
    let house = House::with(|settings| settings.set("connections_per_peer", 10));
    // In the middle of something: who only sits there would have to make room.
    let busy = |_| {
        let mut smtp = house.smtp();
        smtp.expect("MAIL FROM:<lisa@far.test>", "250");
        smtp.expect(&format!("RCPT TO:<{BOB}>"), "250");
        smtp
    };
    let held: Vec<_> = (0..10).map(busy).collect();
    let mut wire = crate::harness::wire::Wire::connect(house.ports.smtp);
    let word = wire.text();
    assert!(word.starts_with("421 "), "{word}");
    assert!(wire.is_closed());
    drop(held);
    crate::harness::eventually("a place", || {
        let mut wire = crate::harness::wire::Wire::connect(house.ports.smtp);
        wire.text().starts_with("220 ").then_some(())
    });
}

#[test]
fn thirty_large_messages_at_once_go_to_disk_and_not_to_memory() {
    let house = House::start();
    let body = crate::harness::noise(8 * 1024 * 1024);
    is_served(&house, 1);
    let before = memory(&house);
    let at = house.ports.smtp;
    let peak = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..30)
            .map(|number| {
                let message = letter("lisa@far.test", BOB, &format!("large {number}"), &body);
                scope.spawn(move || Smtp::hello(at).deliver("lisa@far.test", &[BOB], &message))
            })
            .collect();
        let mut peak = 0;
        while !senders.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            peak = peak.max(memory(&house));
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        for sender in senders {
            let reply = sender.join().unwrap();
            assert!(reply.is("250"), "{:?}", reply.lines);
        }
        peak
    });
    let grown = peak.saturating_sub(before);
    // 240 MB came in; 64 MiB and 1 MiB a connection is the promise.
    assert!(grown < 64 + 30, "it took {grown} MiB");
    assert_eq!(house.pop3(BOB).stat().0, 31);
}

#[test]
fn programs_that_are_slow_with_large_messages_take_no_memory_and_keep_nobody_waiting() {
    let house = House::start();
    is_served(&house, 1);
    let slow: Vec<String> = (0..30).map(|number| format!("slow{number}@comentum.test")).collect();
    slow.iter().for_each(|name| {
        house.cli_with(&["account", "add", name, "--password-stdin"], PASSWORD);
    });
    let message = letter("lisa@far.test", BOB, "large", &crate::harness::noise(20 * 1024 * 1024));
    let mut recipients: Vec<&str> = slow.iter().map(String::as_str).collect();
    recipients.push(BOB);
    assert!(house.smtp().deliver("lisa@far.test", &recipients, &message).is("250"));
    let before = memory(&house);
    // Each asks for all of it, and takes no more than its system's buffers hold.
    let mut half: Vec<_> = slow.iter().map(|name| house.pop3(name)).collect();
    half.iter_mut().for_each(|pop3| drop(pop3.ok("RETR 1")));
    let whole = house.pop3(BOB).retr(2);
    assert!(whole.ends_with(&message), "{} octets", whole.len());
    let grown = memory(&house).saturating_sub(before);
    assert!(grown < 64, "30 programs with 20 MiB each took {grown} MiB");
    // Who was slow has lost nothing.
    let mut last = half.pop().unwrap();
    assert_eq!(last.message().len(), whole.len());
    last.quit();
}

#[test]
fn reports_about_forty_large_messages_at_once_take_no_memory_for_them() {
    let house = House::start();
    is_served(&house, 1);
    let body = crate::harness::noise(20 * 1024 * 1024);
    // Nobody can be asked about these domains yet.
    let domains: Vec<String> = (0..40).map(|number| format!("gone{number}.test")).collect();
    domains.iter().for_each(|domain| house.dns.set(domain, &[crate::harness::dns::Says::ServFail]));
    let recipients: Vec<String> = domains.iter().map(|domain| format!("friend@{domain}")).collect();
    for recipient in &recipients {
        let message = letter(BOB, recipient, "large", &body);
        assert!(house.submission(BOB).deliver(BOB, &[recipient], &message).is("250"));
    }
    let before = memory(&house);
    // Now they do not exist: every message comes back.
    domains.iter().for_each(|domain| house.dns.forget(domain));
    house.cli_ok(&["queue", "retry", "all"]);
    let mut peak = before;
    crate::harness::within(std::time::Duration::from_secs(120), "forty reports", || {
        peak = peak.max(memory(&house));
        house.cli_ok(&["queue", "list"]).contains("empty").then_some(())
    });
    let grown = peak.saturating_sub(before);
    assert!(grown < 64, "forty reports took {grown} MiB");
    assert_eq!(house.pop3(BOB).stat().0, 41);
}
