//! A disk that fails to make things durable, and one that takes its time: strace answers the system's calls in its place.

use crate::harness::clock::Deadline;
use crate::harness::{BOB, House, Smtp, eventually, letter, noise};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What happens to every fsync and fdatasync of the server, for as long as this lives.
struct Spell(Child);

impl Spell {
    /// None: strace is not here, or may not look into other processes.
    fn cast(house: &House, how: &str) -> Option<Spell> {
        let inject = format!("inject=fsync,fdatasync:{how}");
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-e", "trace=fsync,fdatasync", "-e", &inject, "-o", "/dev/null", "-p"]);
        let child = strace.arg(house.pid().to_string()).stdin(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
        let mut spell = Spell(child);
        let attached = eventually("strace on every thread, or its end", || match spell.0.try_wait().unwrap() {
            Some(_) => Some(false),
            None => is_held(house.pid()).then_some(true),
        });
        attached.then_some(spell)
    }
}

impl Drop for Spell {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            // Its word to let go; a kill would leave the server stopped.
            drop(Command::new("kill").args(["-INT", &self.0.id().to_string()]).status());
            drop(self.0.wait());
        }
    }
}

/// Whether each of its threads has a tracer.
fn is_held(pid: u32) -> bool {
    std::fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten().all(|thread| {
        let status = std::fs::read_to_string(thread.path().join("status")).unwrap_or_default();
        status.lines().any(|line| line.strip_prefix("TracerPid:").is_some_and(|tracer| tracer.trim() != "0"))
    })
}

fn deliver(house: &House, subject: &str, text: &str) -> u16 {
    house.smtp().deliver("lisa@far.test", &[BOB], &letter("lisa@far.test", BOB, subject, text)).code
}

#[test]
fn what_the_disk_does_not_take_is_never_acknowledged() {
    let house = House::start();
    assert_eq!(deliver(&house, "before", "x"), 250);
    let large = noise(500_000);
    let Some(spell) = Spell::cast(&house, "error=EIO") else {
        println!("skipped: strace is not here, or may not look into other processes");
        return;
    };
    for number in 0..5 {
        let (small, big) = (format!("small {number}"), format!("large {number}"));
        assert_ne!(deliver(&house, &small, "x") / 100, 2, "small, in the database");
        assert_ne!(deliver(&house, &big, &large) / 100, 2, "large, in a file");
    }
    drop(spell);
    eventually("a message when the disk is well again", || (deliver(&house, "after", "x") == 250).then_some(()));
    let subjects: Vec<String> = house
        .pop3(BOB)
        .all()
        .iter()
        .filter_map(|message| {
            let text = String::from_utf8_lossy(message).into_owned();
            text.lines().find_map(|line| line.strip_prefix("Subject: ")).map(str::to_owned)
        })
        .collect();
    // What was not acknowledged may be there all the same, for nobody knows what such a disk has kept; but once.
    for subject in ["before", "after"] {
        assert_eq!(subjects.iter().filter(|found| *found == subject).count(), 1, "{subject}: {subjects:?}");
    }
    let mut once = subjects.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), subjects.len(), "{subjects:?}");
}

#[test]
fn a_slow_disk_slows_who_writes_and_not_who_reads() {
    let house = House::start();
    assert_eq!(deliver(&house, "before", "x"), 250);
    let Some(spell) = Spell::cast(&house, "delay_enter=300000") else {
        println!("skipped: strace is not here, or may not look into other processes");
        return;
    };
    let over = AtomicBool::new(false);
    let late = std::thread::scope(|scope| {
        for number in 0..4 {
            let (house, over) = (&house, &over);
            scope.spawn(move || {
                while !over.load(Ordering::SeqCst) {
                    let message = letter("lisa@far.test", BOB, &format!("slow {number}"), "x");
                    assert!(Smtp::hello(house.ports.smtp).deliver("lisa@far.test", &[BOB], &message).is("250"));
                }
            });
        }
        let mut late = 0;
        for _ in 0..20 {
            let soon = Deadline::after(Duration::from_secs(1));
            let mut pop3 = house.pop3(BOB);
            assert!(pop3.stat().0 >= 1);
            pop3.retr(1);
            late += usize::from(soon.passed());
            pop3.quit();
        }
        over.store(true, Ordering::SeqCst);
        late
    });
    drop(spell);
    assert!(late <= 1, "{late} of 20 sessions took more than a second");
}
