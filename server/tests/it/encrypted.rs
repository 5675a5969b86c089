//! TLS from the first octet, and TLS on request: what is said in the clear before it never counts.

use crate::harness::{BOB, CAROL, House, PASSWORD, Pop3, Smtp, Wire, letter};
use std::process::Command;

#[test]
fn three_doors_speak_tls_from_the_first_octet() {
    let house = House::with(|settings| settings.set("allow_plaintext_auth", "false"));
    let mut smtp = Smtp::over(Wire::connect(house.ports.submissions).start_tls());
    assert_eq!(smtp.reply().code, 220);
    let offers = smtp.say("EHLO client.example.test");
    assert!(offers.offers("AUTH") && !offers.offers("STARTTLS"), "{:?}", offers.lines);
    assert!(smtp.auth(BOB, PASSWORD).is("235"));
    assert!(smtp.deliver(BOB, &[CAROL], &letter(BOB, CAROL, "encrypted", "x")).is("250"));

    let mut pop3 = Pop3::over(Wire::connect(house.ports.pop3s).start_tls());
    let capabilities = pop3.listing("CAPA");
    assert!(capabilities.contains(&"USER".to_owned()) && !capabilities.contains(&"STLS".to_owned()));
    pop3.ok(&format!("USER {CAROL}"));
    pop3.ok(&format!("PASS {PASSWORD}"));
    let mail = String::from_utf8(pop3.retr(1)).unwrap();
    assert!(mail.contains("with ESMTPSA"), "{mail}");

    let mut web = Wire::connect(house.ports.https).start_tls();
    web.raw(b"GET /sign-in HTTP/1.1\r\nhost: mail.comentum.test\r\nconnection: close\r\n\r\n");
    let page = String::from_utf8_lossy(&web.rest()).to_ascii_lowercase();
    assert!(page.starts_with("http/1.1 200"), "{page}");
    assert!(page.contains("strict-transport-security: max-age="), "{page}");
    let mut plain = Wire::connect(house.ports.http);
    plain.raw(b"GET /sign-in HTTP/1.1\r\nhost: mail.comentum.test\r\nconnection: close\r\n\r\n");
    let page = String::from_utf8_lossy(&plain.rest()).to_ascii_lowercase();
    assert!(!page.contains("strict-transport-security"), "not where browsers come in the clear");
}

#[test]
fn a_cookie_of_the_encrypted_door_travels_encrypted_only() {
    let house = House::start();
    let body = format!("address={BOB}&password={}&next=", PASSWORD.replace(' ', "+"));
    let mut web = Wire::connect(house.ports.https).start_tls();
    web.raw(
        format!(
            "POST /sign-in HTTP/1.1\r\nhost: mail.comentum.test\r\nconnection: close\r\nsec-fetch-site: same-origin\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .as_bytes(),
    );
    let page = String::from_utf8_lossy(&web.rest()).to_ascii_lowercase();
    let cookie = page.lines().find(|line| line.starts_with("set-cookie: restante=")).expect("a session");
    assert!(cookie.contains("secure"), "{cookie}");
}

/// Python's `ssl` as another client: what it may speak, and what it hears.
fn python_speaks(door: std::net::SocketAddr, version: &str) -> bool {
    let script = format!(
        "import socket, ssl, warnings\nwarnings.simplefilter('ignore')\n\
         context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)\ncontext.check_hostname = False\n\
         context.verify_mode = ssl.CERT_NONE\n\
         context.minimum_version = ssl.TLSVersion.{version}\ncontext.maximum_version = ssl.TLSVersion.{version}\n\
         context.set_ciphers('DEFAULT:@SECLEVEL=0')\n\
         plain = socket.create_connection(('{}', {}), timeout=10)\ncontext.wrap_socket(plain).recv(1)\n",
        door.ip(),
        door.port()
    );
    Command::new("python3").args(["-c", &script]).output().unwrap().status.success()
}

#[test]
fn nothing_below_tls_1_2_is_spoken() {
    if Command::new("python3").arg("--version").output().is_err() {
        println!("skipped: python3 is not there");
        return;
    }
    let house = House::start();
    for door in [house.ports.submissions, house.ports.pop3s] {
        assert!(python_speaks(door, "TLSv1_3") && python_speaks(door, "TLSv1_2"));
        assert!(!python_speaks(door, "TLSv1_1") && !python_speaks(door, "TLSv1"));
    }
}

#[test]
fn commands_behind_starttls_are_dropped_at_both_smtp_doors() {
    let house = House::start();
    for door in [house.ports.smtp, house.ports.submission] {
        let mut smtp = Smtp::hello(door);
        // One packet: what stands behind STARTTLS was sent by whoever sits on the line.
        smtp.raw(b"STARTTLS\r\nMAIL FROM:<forged@far.test>\r\nRCPT TO:<bob@comentum.test>\r\n");
        assert!(smtp.reply().is("220"));
        let mut smtp = Smtp::over(smtp.into_wire().start_tls());
        // Had they been obeyed, or had they been waiting, the next replies would be theirs.
        smtp.expect("NOOP", "250 2.0.0");
        smtp.expect("RCPT TO:<bob@comentum.test>", "503");
        smtp.expect("MAIL FROM:<bob@comentum.test>", "503");
    }
}

#[test]
fn who_signed_in_in_the_clear_has_to_sign_in_again_under_tls() {
    let house = House::start();
    let smtp = house.submission(BOB);
    let mut smtp = smtp.start_tls();
    smtp.expect("MAIL FROM:<bob@comentum.test>", "530");
}

#[test]
fn commands_behind_stls_are_dropped() {
    let house = House::start();
    let mut pop3 = Pop3::connect(house.ports.pop3);
    pop3.raw(format!("STLS\r\nUSER {BOB}\r\nPASS {PASSWORD}\r\n").as_bytes());
    assert!(pop3.text().starts_with("+OK"));
    let mut pop3 = Pop3::over_tls(pop3.into_wire().start_tls());
    pop3.err("STAT");
    pop3.err(&format!("PASS {PASSWORD}"));
    pop3.ok(&format!("USER {BOB}"));
    pop3.ok(&format!("PASS {PASSWORD}"));
}
