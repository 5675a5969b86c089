//! Whatever comes in: no panic, no endless loop, and the same talk however the bytes were cut.

use crate::smtp_dialogues::kept;
use crate::{reply, session};
use proptest::prelude::*;
use protocol::pop3;
use std::sync::Arc;

/// More steps than any input of these tests can ask for.
const ENOUGH: usize = 100_000;

/// Words that lead deep into a session, and bytes that lead nowhere.
fn talk(words: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        6 => prop::sample::select(words).prop_map(|word| word.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..20),
        1 => prop::sample::select(vec!["\r\n", "\n", "\r", ".", "\r\n.\r\n", " ", "\0"]).prop_map(|s| s.into()),
        1 => (1usize..700).prop_map(|long| vec![b'x'; long]),
    ];
    prop::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

const SMTP: &[&str] = &[
    "EHLO c\r\n",
    "LHLO c\r\n",
    "MAIL FROM:<ä@b.test> SMTPUTF8 RET=HDRS ENVID=x+2By\r\n",
    "RCPT TO:<ü@otherisp.test> NOTIFY=NEVER ORCPT=rfc822;a@b.test\r\n",
    "BDAT 8\r\n12345678",
    "BDAT 4 LAST\r\nab\r\n",
    "BDAT 0 LAST\r\n",
    "BDAT 100 LAST\r\n",
    "BDAT 3\r\na\r\n",
    "BDAT 2\r\n\r",
    "AUTH SCRAM-SHA-256 biwsbj11c2VyLHI9ck9wck5HZndFYmVSV2diTkVrcU8=\r\n",
    "HELO c\r\n",
    "MAIL FROM:<a@b.test>\r\n",
    "MAIL FROM:<> SIZE=10\r\n",
    "RCPT TO:<lisa@otherisp.test>\r\n",
    "RCPT TO:<no@otherisp.test>\r\n",
    "DATA\r\n",
    "some text\r\n",
    "..dots\r\n",
    ".\r\n",
    "RSET\r\n",
    "AUTH PLAIN AGJvYgBzZWNyZXQ=\r\n",
    "AUTH LOGIN\r\n",
    "Ym9i\r\n",
    "*\r\n",
    "VRFY x\r\n",
    "NOOP\r\n",
];

const POP3: &[&str] = &[
    "USER bob\r\n",
    "PASS secret\r\n",
    "AUTH PLAIN\r\n",
    "AUTH SCRAM-SHA-256\r\n",
    "biwsbj11c2VyLHI9ck9wck5HZndFYmVSV2diTkVrcU8=\r\n",
    "AGJvYgBzZWNyZXQ=\r\n",
    "STAT\r\n",
    "LIST\r\n",
    "LIST 1\r\n",
    "UIDL\r\n",
    "RETR 1\r\n",
    "RETR 2\r\n",
    "TOP 1 1\r\n",
    "DELE 1\r\n",
    "RSET\r\n",
    "CAPA\r\n",
    "NOOP\r\n",
];

const REMOTE: &[&str] = &[
    "220 hello\r\n",
    "250 ok\r\n",
    "250-x\r\n",
    "250 PIPELINING\r\n",
    "250 8BITMIME\r\n",
    "250 STARTTLS\r\n",
    "250-x\r\n250-SMTPUTF8\r\n250-DSN\r\n250 LIMITS RCPTMAX=1\r\n",
    "334 VXNlcm5hbWU6\r\n",
    "235 in\r\n",
    "354 go\r\n",
    "421 away\r\n",
    "450 later\r\n",
    "550 5.1.1 never\r\n",
    "250\r\n",
];

fn pop3_transcript<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> String {
    use pop3::{Answer, Config, Entry, Question, Session, Step};
    let config = Config { require_tls_for_login: false, scram: true, max_errors: 50, ..Config::default() };
    let mut session = Session::new(Arc::new(config), false);
    let (mut said, mut rest) = (Vec::new(), String::new());
    let mut pieces = pieces.into_iter();
    for _ in 0..ENOUGH {
        match session.next() {
            Step::NeedInput => match pieces.next() {
                Some(piece) => session.receive(piece),
                None => return format!("{}\n{rest}", String::from_utf8_lossy(&said)),
            },
            Step::Send(bytes) => said.extend_from_slice(bytes),
            Step::Ask(question) => {
                rest.push_str(&format!("{question:?}\n"));
                session.answer(match question {
                    Question::Scram { .. } => {
                        let (nonce, credentials) = kept();
                        Answer::Scram(nonce.to_owned(), credentials)
                    }
                    Question::Login(_) | Question::ScramProof { .. } => Answer::Maildrop(vec![
                        Entry { id: 1, size: 12, uidl: "a".into() },
                        Entry { id: 2, size: 40_000, uidl: "b".into() },
                    ]),
                    Question::Retrieve { id: 1, .. } => {
                        Answer::Part { octets: b"a: b\r\n\r\n.c\r\n".to_vec(), last: true }
                    }
                    Question::Retrieve { .. } => Answer::Part { octets: b".\r\n".repeat(20_000), last: false },
                    Question::Part => Answer::Part { octets: b".\r\n".repeat(20_000), last: true },
                    Question::Quit { .. } => Answer::Committed,
                });
            }
            Step::StartTls => unreachable!("TLS is not offered"),
            Step::Close => return format!("{}\n{rest} closed", String::from_utf8_lossy(&said)),
        }
    }
    panic!("never comes to rest");
}

fn check<'a>(bytes: &'a [u8], size: usize, transcript: impl Fn(Vec<&'a [u8]>) -> String) -> Result<(), TestCaseError> {
    let whole = transcript(vec![bytes]);
    prop_assert_eq!(&whole, &transcript(bytes.chunks(size).collect()));
    prop_assert_eq!(&whole, &transcript(bytes.chunks(1).collect()));
    Ok(())
}

proptest! {
    /// Of all three kinds, and with and without a limit of messages.
    #[test]
    fn smtp_server(bytes in talk(SMTP), size in 2usize..100, kind in 0u8..12) {
        check(&bytes, size, |pieces| session::transcript(session::config(kind), pieces))?;
    }

    #[test]
    fn pop3_server(bytes in talk(POP3), size in 2usize..100) {
        check(&bytes, size, pop3_transcript)?;
    }

    #[test]
    fn smtp_client(bytes in talk(REMOTE), size in 2usize..100, login in any::<bool>()) {
        check(&bytes, size, |pieces| reply::transcript(login, pieces))?;
    }
}
