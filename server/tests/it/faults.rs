//! A full disk and a locked database: refused for now, nothing half-kept, and well again by itself.

use crate::harness::{BOB, House, LISA, Locker, Smtp, letter, noise, within};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// A small file system in memory; it goes with the value.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(megabytes: usize) -> Option<SmallDisk> {
        let at = std::env::temp_dir().join(format!("restante-small-disk-{}", std::process::id()));
        std::fs::create_dir_all(&at).ok()?;
        let size = format!("size={megabytes}m");
        let mut mount = Command::new("mount");
        match mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&at).stderr(Stdio::null()).status() {
            Ok(status) if status.success() => Some(SmallDisk(at)),
            _ => {
                drop(std::fs::remove_dir(&at));
                None
            }
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(&self.0).status());
        drop(std::fs::remove_dir(&self.0));
    }
}

#[test]
fn a_full_disk_is_said_for_now_and_reading_and_deleting_go_on_where_root_can_mount_one() {
    let Some(disk) = SmallDisk::mount(48) else {
        println!("skipped: a small disk can be mounted by root only");
        return;
    };
    let house = House::in_dir(&disk.0.join("data"), |settings| settings.set("disk_reserve", "\"8MiB\""));
    // What an operator will find to remove.
    let ballast = disk.0.join("ballast");
    std::fs::write(&ballast, vec![7; 12 * 1024 * 1024]).unwrap();
    let big = letter("lisa@far.test", BOB, "big", &noise(2 * 1024 * 1024));
    let mut taken = 0;
    let refused = loop {
        let mut smtp = house.smtp();
        let refused = first_refusal(&mut smtp, &big);
        match refused {
            None => taken += 1,
            Some(reply) => break reply,
        }
        assert!(taken < 40, "40 messages of 2 MB on a disk of 48");
    };
    assert!(refused.starts_with("452 4.3.1"), "{refused}");
    assert!(taken > 3, "full after {taken} messages");
    // Small ones too, and as often as they are tried.
    for _ in 0..20 {
        let reply = first_refusal(&mut house.smtp(), &letter("lisa@far.test", BOB, "small", "x"));
        assert!(reply.is_none_or(|reply| reply.starts_with("452 4.3.1")));
    }
    // A stranger fills what is left to the last byte: the reserve is gone, too.
    let filler = disk.0.join("filler");
    let mut file = std::fs::File::create(&filler).unwrap();
    while file.write_all(&[7; 64 * 1024]).is_ok() {}
    drop(file);
    for message in [&big, &letter("lisa@far.test", BOB, "small", "x")] {
        let reply = first_refusal(&mut house.smtp(), message).expect("no room at all");
        assert!(reply.starts_with("452") || reply.starts_with("451"), "{reply}");
    }
    let mut pop3 = house.pop3(BOB);
    let (count, _) = pop3.stat();
    assert!(count >= taken, "{count} of {taken}");
    assert!(pop3.retr(1).ends_with(&big));
    // Deleting works on a full disk, too: a part of the reserve is held back for it.
    for number in 1..=count {
        pop3.ok(&format!("DELE {number}"));
    }
    pop3.quit();
    std::fs::remove_file(&filler).unwrap();
    std::fs::remove_file(&ballast).unwrap();
    within(Duration::from_secs(5), "the first message after room came back", || {
        first_refusal(&mut house.smtp(), &letter("lisa@far.test", BOB, "again", "x")).is_none().then_some(())
    });
    let mut pop3 = house.pop3(BOB);
    assert_eq!(pop3.stat().0, 1);
    assert!(pop3.retr(1).ends_with(&letter("lisa@far.test", BOB, "again", "x")));
    house.assert_no_spool();
}

/// Nothing when it was taken; else the first reply that is not what a sender hopes for.
fn first_refusal(smtp: &mut Smtp, message: &[u8]) -> Option<String> {
    let size = format!("MAIL FROM:<lisa@far.test> SIZE={}", message.len());
    for (line, wanted) in [(size.as_str(), 250), ("RCPT TO:<bob@comentum.test>", 250), ("DATA", 354)] {
        let reply = smtp.say(line);
        if reply.code != wanted {
            return Some(reply.first().to_owned());
        }
    }
    smtp.raw(&crate::harness::stuffed(message));
    let reply = smtp.reply();
    (reply.code != 250).then(|| reply.first().to_owned())
}

#[test]
fn a_database_locked_by_another_is_451_and_heals_by_itself() {
    let house = House::start();
    assert!(first_refusal(&mut house.smtp(), &letter("lisa@far.test", BOB, "before", "x")).is_none());
    let Some(locker) = Locker::lock(&house.dir.join("restante.db")) else {
        println!("skipped: python3 is not there; `cargo xtask test` installs it");
        return;
    };
    // Several at once: each is told, none waits for ever, none is lost.
    let senders: Vec<_> = (0..4)
        .map(|number| {
            let at = house.ports.smtp;
            std::thread::spawn(move || {
                let message = letter("lisa@far.test", BOB, &format!("locked {number}"), "x");
                first_refusal(&mut Smtp::hello(at), &message)
            })
        })
        .collect();
    // Readers are not concerned.
    let mut pop3 = house.pop3(BOB);
    assert_eq!(pop3.stat().0, 1);
    pop3.retr(1);
    let mut acknowledged = 1;
    for sender in senders {
        match sender.join().unwrap() {
            None => panic!("acknowledged, with the database locked"),
            Some(reply) => assert!(reply.starts_with("451"), "{reply}"),
        }
    }
    // Deleting is not done, and is not said to be done.
    pop3.ok("DELE 1");
    let quit = pop3.say("QUIT");
    assert!(quit.starts_with("-ERR"), "{quit}");
    locker.release();
    within(Duration::from_secs(5), "a message after the lock went", || {
        first_refusal(&mut house.smtp(), &letter("lisa@far.test", BOB, "after", "x")).is_none().then_some(())
    });
    acknowledged += 1;
    let mail = house.pop3(BOB).all();
    assert_eq!(mail.len(), acknowledged, "what was refused is not there");
    assert_eq!(house.pop3(LISA).stat().0, 0);
}

#[test]
fn a_flipped_bit_in_a_message_is_noticed_and_never_served() {
    let mut house = House::start();
    let big = letter("lisa@far.test", BOB, "big", &noise(1024 * 1024));
    let small = letter("lisa@far.test", BOB, "small", "untouched");
    assert!(first_refusal(&mut house.smtp(), &big).is_none());
    assert!(first_refusal(&mut house.smtp(), &small).is_none());
    house.interrupt();
    let file = largest_file(&house.dir.join("blobs"));
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    house.run();
    let mut pop3 = house.pop3(BOB);
    let answer = pop3.err("RETR 1");
    assert!(!answer.contains("blobs"), "no paths for strangers: {answer}");
    assert!(pop3.retr(2).ends_with(&small), "one message is affected");
    // A message whose bytes are gone can still be thrown away.
    pop3.ok("DELE 1");
    pop3.quit();
    assert_eq!(house.pop3(BOB).stat().0, 1);
    let log = house.log();
    assert!(log.contains("checksum") || log.contains("orrupt"), "the operator is told:\n{log}");
}

#[test]
fn a_flipped_bit_in_a_small_message_is_noticed_and_never_served() {
    let mut house = House::start();
    let (first, second) =
        (letter("lisa@far.test", BOB, "one", "flipped"), letter("lisa@far.test", BOB, "two", "whole"));
    assert!(first_refusal(&mut house.smtp(), &first).is_none());
    assert!(first_refusal(&mut house.smtp(), &second).is_none());
    house.interrupt();
    let script = "import sqlite3, sys\n\
                  c = sqlite3.connect(sys.argv[1])\n\
                  i, d = c.execute('SELECT id, data FROM blob WHERE data IS NOT NULL ORDER BY id LIMIT 1').fetchone()\n\
                  d = bytearray(d)\nd[len(d) // 2] ^= 1\n\
                  c.execute('UPDATE blob SET data = ? WHERE id = ?', (bytes(d), i))\nc.commit()\n";
    let flipped = Command::new("python3").args(["-c", script]).arg(house.dir.join("restante.db")).status();
    if !flipped.is_ok_and(|status| status.success()) {
        println!("skipped: python3 is not there; `cargo xtask test` installs it");
        return;
    }
    house.run();
    let mut pop3 = house.pop3(BOB);
    pop3.err("RETR 1");
    assert!(pop3.retr(2).ends_with(&second), "one message is affected");
    let log = house.log();
    assert!(log.contains("checksum") || log.contains("orrupt"), "the operator is told:\n{log}");
}

#[test]
fn a_slow_disk_delays_no_reader_where_strace_is_installed() {
    let house = House::start();
    for number in 0..5 {
        let message = letter("lisa@far.test", BOB, &format!("number {number}"), "x");
        assert!(first_refusal(&mut house.smtp(), &message).is_none());
    }
    // Every sync takes 0.3 s.
    let slow = [
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        "trace=fsync,fdatasync",
        "-e",
        "inject=fsync,fdatasync:delay_exit=300000",
    ];
    let strace = Command::new("strace").args(slow).arg("-p").arg(house.pid().to_string()).stderr(Stdio::null()).spawn();
    let Ok(mut strace) = strace else {
        println!("skipped: strace is not there");
        return;
    };
    let status = format!("/proc/{}/status", house.pid());
    let attached = || {
        std::fs::read_to_string(&status)
            .unwrap()
            .lines()
            .any(|line| line.starts_with("TracerPid:") && !line.ends_with("\t0"))
    };
    for _ in 0..200 {
        if attached() || strace.try_wait().unwrap().is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    if !attached() {
        println!("skipped: strace may not attach here");
        return;
    }
    let at = house.ports.smtp;
    let over = std::sync::atomic::AtomicBool::new(false);
    let (mut slow, mut all) = (0, 0);
    std::thread::scope(|scope| {
        for number in 0..4 {
            let over = &over;
            scope.spawn(move || {
                let mut smtp = Smtp::hello(at);
                while !over.load(std::sync::atomic::Ordering::SeqCst) {
                    let message = letter("lisa@far.test", LISA, &format!("slow {number}"), "x");
                    assert!(smtp.deliver("lisa@far.test", &[LISA], &message).is("250"));
                }
            });
        }
        for _ in 0..40 {
            let limit = crate::harness::clock::Deadline::after(Duration::from_secs(1));
            let mut pop3 = house.pop3(BOB);
            assert_eq!(pop3.stat().0, 5);
            pop3.retr(3);
            pop3.quit();
            (slow, all) = (slow + usize::from(limit.passed()), all + 1);
        }
        over.store(true, std::sync::atomic::Ordering::SeqCst);
    });
    drop(strace.kill());
    drop(strace.wait());
    assert!(slow * 20 <= all, "{slow} of {all} sessions took more than a second");
}

fn largest_file(folder: &Path) -> PathBuf {
    let mut found: Vec<(u64, PathBuf)> = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let data = entry.metadata().unwrap();
            if data.is_dir() {
                folders.push(entry.path());
            } else {
                found.push((data.len(), entry.path()));
            }
        }
    }
    found.into_iter().max().expect("a file with the large message").1
}
