//! What a session refuses by itself is told to whoever keeps the trace: what concerns mail, and not without end.

use mail::Domain;
use protocol::smtp::server::{Config, Refusal, Session, Step};
use protocol::smtp::{Reply, replies};
use std::sync::Arc;

fn refused(lines: &str) -> Vec<String> {
    let config = Config { size_limit: 100, max_errors: 50, ..Config::mx(Domain::parse("mx.otherisp.test").unwrap()) };
    let mut session = Session::new(Arc::new(config), false);
    session.receive(format!("HELO c\r\n{lines}").as_bytes());
    let mut noted = Vec::new();
    loop {
        noted.extend(session.refusals());
        match session.next() {
            Step::NeedInput | Step::Close => break,
            Step::Ask(_) => session.answer(yes()),
            _ => {}
        }
    }
    let told = |Refusal { what, sender, recipient, reply }: Refusal| format!("{what} <{sender}> <{recipient}> {reply}");
    noted.into_iter().map(told).collect()
}

fn yes() -> Reply {
    replies::MESSAGE_ACCEPTED
}

#[test]
fn what_concerns_mail_is_noted_with_whom_it_concerns() {
    for (lines, noted) in [
        ("MAIL FROM:<a@b.test> SIZE=101\r\n", "sender <a@b.test> <> 552 5.3.4 Message too big"),
        ("MAIL FROM:<a b>\r\n", "sender <<a b>> <> 501 5.1.7 The sender's address is not valid"),
        (
            "MAIL FROM:<a@b.test>\r\nRCPT TO:<@x.test:c@d.test>\r\n",
            "recipient <a@b.test> <<@x.test:c@d.test>> 553 5.1.3 Source routes are not accepted",
        ),
        (
            "MAIL FROM:<a@b.test>\r\nRCPT TO:<c@d.test>\r\nDATA\r\nx\n.\r\n\r\n.\r\n",
            "message <a@b.test> <c@d.test> 550 5.6.11 Line ends must be CRLF; message refused",
        ),
    ] {
        assert_eq!(refused(lines), [noted], "{lines}");
    }
}

#[test]
fn what_concerns_nobody_is_not_noted_and_what_is_has_an_end() {
    assert_eq!(refused("XYZZY\r\nDATA\r\nRCPT TO:<c@d.test>\r\nAUTH PLAIN\r\n"), [""; 0]);
    let many = refused(&"MAIL FROM:<a b>\r\n".repeat(49));
    assert_eq!(many.len(), 20);
    assert_eq!(refused(&"XYZZY\r\n".repeat(60)), ["session <> <> 421 4.7.0 Too many errors"]);
}
