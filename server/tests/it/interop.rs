//! Other people's programs against ours: Python's libraries, and swaks, fetchmail and mpop where they are.

use crate::harness::{BOB, CAROL, House, LISA, PASSWORD, letter};
use std::path::Path;
use std::process::{Command, Output};

fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let there = std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    if !there {
        println!("skipped: {program} is not there; `cargo xtask test` installs it");
    }
    there
}

fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{command:?} ended with {}:\n{said}", output.status);
    output
}

fn python(script: &str, house: &House) {
    if !is_there("python3") {
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/python").join(script);
    let ports = house.ports;
    run(Command::new("python3")
        .arg(script)
        .env("SMTP", ports.smtp.to_string())
        .env("SUBMISSION", ports.submission.to_string())
        .env("POP3", ports.pop3.to_string())
        .env("PASSWORD", PASSWORD));
}

#[test]
fn pythons_smtplib_sends() {
    let house = House::start();
    python("send.py", &house);
    if is_there("python3") {
        assert_eq!(house.pop3(BOB).stat().0, 4);
    }
}

#[test]
fn pythons_poplib_collects() {
    let house = House::start();
    let mut smtp = house.smtp();
    for number in 1..=3 {
        let message = letter("lisa@far.test", BOB, &format!("number {number}"), ".dot\r\nGr\u{fc}\u{df}e");
        assert!(smtp.deliver("lisa@far.test", &[BOB], &message).is("250"));
    }
    python("collect.py", &house);
}

#[test]
fn swaks_sends_in_all_its_ways_where_it_is_installed() {
    if !is_there("swaks") {
        return;
    }
    let house = House::start();
    let swaks = |port: std::net::SocketAddr, words: &[&str]| {
        let server = port.to_string();
        let mut command = Command::new("swaks");
        command.args(["--server", &server, "--helo", "client.example.test", "--timeout", "20"]).args(words);
        command
    };
    run(&mut swaks(house.ports.smtp, &["--from", "lisa@far.test", "--to", BOB]));
    run(&mut swaks(house.ports.smtp, &["--from", "lisa@far.test", "--to", BOB, "--pipeline"]));
    run(&mut swaks(house.ports.smtp, &["--from", "lisa@far.test", "--to", BOB, "--protocol", "SMTP"]));
    run(&mut swaks(house.ports.smtp, &["--from", "<>", "--to", &format!("{BOB},{CAROL}")]));
    for mechanism in ["PLAIN", "LOGIN"] {
        let words =
            ["--from", LISA, "--to", BOB, "--auth", mechanism, "--auth-user", LISA, "--auth-password", PASSWORD];
        run(&mut swaks(house.ports.submission, &words));
    }
    run(&mut swaks(house.ports.smtp, &["--from", "lisa@far.test", "--to", BOB, "--tls"]));
    run(&mut swaks(
        house.ports.submission,
        &["--from", LISA, "--to", BOB, "--tls", "--auth", "PLAIN", "--auth-user", LISA, "--auth-password", PASSWORD],
    ));
    run(&mut swaks(
        house.ports.submissions,
        &["--from", LISA, "--to", BOB, "--tlsc", "--auth", "LOGIN", "--auth-user", LISA, "--auth-password", PASSWORD],
    ));
    let refused = swaks(house.ports.smtp, &["--from", "lisa@far.test", "--to", "x@far.test"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(24), "swaks: no recipient was taken");
    let mail = house.mail_of(BOB, 9);
    assert_eq!(mail.iter().filter(|mail| mail.contains(" with ESMTPS id ")).count(), 1);
    assert_eq!(mail.iter().filter(|mail| mail.contains(" with ESMTPSA id ")).count(), 2);
    assert_eq!(house.pop3(CAROL).stat().0, 1);
}

fn three_letters(house: &House) {
    let mut smtp = house.smtp();
    for number in 1..=3 {
        let message = letter("lisa@far.test", BOB, &format!("number {number}"), "text\r\n.dot");
        assert!(smtp.deliver("lisa@far.test", &[BOB], &message).is("250"));
    }
}

/// A file with a password must be its owner's alone, or the programs refuse it.
fn private_file(at: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(at, text).unwrap();
    std::fs::set_permissions(at, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn fetchmail_collects_and_deletes_where_it_is_installed() {
    if !is_there("fetchmail") {
        return;
    }
    let house = House::start();
    three_letters(&house);
    let folder = tempfile::tempdir().unwrap();
    let (rules, kept) = (folder.path().join("rules"), folder.path().join("kept"));
    let at = house.ports.pop3;
    private_file(
        &rules,
        &format!(
            "poll \"{}\" service {} protocol pop3 uidl auth password username \"{BOB}\" password \"{PASSWORD}\"\n\
             sslproto \"\" fetchall mda \"cat >> {}\"\n",
            at.ip(),
            at.port(),
            kept.display()
        ),
    );
    run(Command::new("fetchmail")
        .arg("-f")
        .arg(&rules)
        .args(["--nosyslog", "--pidfile"])
        .arg(folder.path().join("pid"))
        .arg("-i")
        .arg(folder.path().join("ids"))
        .env("HOME", folder.path())
        .env("FETCHMAILHOME", folder.path()));
    let kept = std::fs::read_to_string(kept).unwrap();
    for number in 1..=3 {
        assert!(kept.contains(&format!("Subject: number {number}")), "{kept}");
    }
    assert_eq!(house.pop3(BOB).stat().0, 0);
}

#[test]
fn mpop_collects_leaves_and_fetches_nothing_twice_where_it_is_installed() {
    if !is_there("mpop") {
        return;
    }
    let house = House::start();
    three_letters(&house);
    let folder = tempfile::tempdir().unwrap();
    let (rules, kept) = (folder.path().join("rules"), folder.path().join("kept"));
    let at = house.ports.pop3;
    private_file(
        &rules,
        &format!(
            "account bob\nhost {}\nport {}\ntls off\nauth user\nuser {BOB}\npassword {PASSWORD}\nkeep on\n\
             uidls_file {}\ndelivery mbox {}\naccount default : bob\n",
            at.ip(),
            at.port(),
            folder.path().join("uidls").display(),
            kept.display()
        ),
    );
    for _ in 0..2 {
        run(Command::new("mpop").arg("-C").arg(&rules).env("HOME", folder.path()));
        let kept = std::fs::read_to_string(&kept).unwrap();
        assert_eq!(kept.matches("Subject: number").count(), 3, "{kept}");
    }
    assert_eq!(house.pop3(BOB).stat().0, 3);
}
