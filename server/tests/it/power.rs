//! The power goes: what was answered 250 is on the disk, whatever had not been written down yet.
//!
//! The data directory lies in a file system of its own (ext4, xfs), in a file. A copy of that file is what a disk would hold had the power
//! gone just then: what was synced, and not what the system still had in memory. The server is held still while it is
//! taken, so that it is of one moment. Then a server is started on each copy.

use crate::harness::{BOB, CAROL, House, LISA, rounds};
use crate::killed::{Book, body_of, keep_sending};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const SENDERS: usize = 4;
const ROUNDS: usize = 5;

/// A file with a file system in it, mounted. Goes with the value.
struct Disk {
    folder: tempfile::TempDir,
    at: PathBuf,
}

impl Disk {
    /// None: only root may, and not in every container; and what makes the file system may not be installed.
    fn mount(kind: &str) -> Option<Disk> {
        let folder = tempfile::Builder::new().prefix("restante-power-").tempdir().unwrap();
        let at = folder.path().join("mounted");
        std::fs::create_dir(&at).unwrap();
        let disk = Disk { folder, at };
        let image = std::fs::File::create(disk.image("disk")).unwrap();
        image.set_len(512 << 20).unwrap();
        (done(&format!("mkfs.{kind}"), &["-q".as_ref(), disk.image("disk").as_ref()]) && disk.show("disk"))
            .then_some(disk)
    }

    fn image(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn show(&self, image: &str) -> bool {
        done("mount", &["-o".as_ref(), "loop".as_ref(), self.image(image).as_ref(), self.at.as_ref()])
    }

    fn hide(&self) {
        crate::harness::eventually("an end of the use of the disk", || {
            done("umount", &[self.at.as_ref()]).then_some(())
        });
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        done("umount", &["-l".as_ref(), self.at.as_ref()]);
    }
}

fn done(program: &str, words: &[&Path]) -> bool {
    let status = Command::new(program).args(words).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

#[test]
fn power_cuts_while_mail_comes_in_lose_nothing_that_was_acknowledged() {
    power_cuts("ext4");
}

#[test]
fn power_cuts_lose_nothing_on_xfs_either() {
    power_cuts("xfs");
}

fn power_cuts(kind: &str) {
    let Some(disk) = Disk::mount(kind) else {
        println!("skipped: a file can be mounted by root only, where there are loop devices and mkfs.{kind}");
        return;
    };
    let mut house = House::in_dir(&disk.at.join("data"), |settings| settings);
    // What the operator wrote has long been on disk.
    assert!(done("sync", &[&disk.at.join("data/restante.toml")]));
    let book = Arc::new(Mutex::new(Book::default()));
    let over = Arc::new(AtomicBool::new(false));
    let senders: Vec<_> = (0..SENDERS)
        .map(|number| {
            let (book, over, at) = (book.clone(), over.clone(), house.ports.smtp);
            std::thread::spawn(move || keep_sending(number, at, &book, &over))
        })
        .collect();
    let mut cuts = Vec::new();
    for round in 0..rounds(ROUNDS) {
        std::thread::sleep(Duration::from_millis(100 + (round as u64 * 137) % 400));
        house.signal("STOP");
        // Whoever has heard 250 by now must find the message on the disk as it is now.
        let acknowledged = book.lock().unwrap().acknowledged.clone();
        let image = format!("cut-{round}");
        assert!(done("cp", &["--sparse=always".as_ref(), disk.image("disk").as_ref(), disk.image(&image).as_ref()]));
        house.signal("CONT");
        cuts.push((image, acknowledged));
    }
    over.store(true, Ordering::SeqCst);
    for sender in senders {
        sender.join().unwrap();
    }
    house.kill();
    disk.hide();
    let last = cuts.last().map_or(0, |(_, acknowledged)| acknowledged.len());
    assert!(last > cuts.len(), "only {last} messages were acknowledged");
    for (image, acknowledged) in cuts {
        assert!(disk.show(&image), "{image} cannot be mounted");
        house.run();
        check(&house, &acknowledged, &image);
        house.kill();
        disk.hide();
        std::fs::remove_file(disk.image(&image)).unwrap();
    }
}

/// All that was acknowledged is there, for each recipient once; and whatever is there is whole.
fn check(house: &House, acknowledged: &[String], image: &str) {
    let mut copies: HashMap<String, usize> = HashMap::new();
    for who in [BOB, CAROL, LISA] {
        for message in house.pop3(who).all() {
            let text = String::from_utf8_lossy(&message).into_owned();
            let subject = text.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap().to_owned();
            assert!(text.ends_with(&body_of(&subject)), "{image}: torn: {subject}");
            *copies.entry(format!("{who} {subject}")).or_default() += 1;
        }
    }
    for subject in acknowledged {
        for who in [BOB, CAROL, LISA] {
            assert_eq!(copies.get(&format!("{who} {subject}")), Some(&1), "{image}: {subject} for {who}");
        }
    }
}
