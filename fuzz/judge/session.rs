//! Any bytes as what a client says: the session comes to rest, keeps its order, and says and does the same however the
//! bytes were cut on their way.

use mail::Domain;
use protocol::sasl::scram::ScramCredentials;
use protocol::smtp::replies;
use protocol::smtp::server::{Config, Question, Session, Step};
use std::sync::Arc;

/// More steps than any input here can ask for.
const ENOUGH: usize = 100_000;

/// The first byte chooses the kind of session, the second how the rest is cut.
pub fn judge(data: &[u8]) {
    let (kind, size, said) = match data {
        [kind, size, said @ ..] => (*kind, usize::from(*size) + 2, said),
        _ => return,
    };
    let whole = transcript(config(kind), vec![said]);
    assert_eq!(whole, transcript(config(kind), said.chunks(size).collect()), "in pieces of {size}");
    assert_eq!(whole, transcript(config(kind), said.chunks(1).collect()), "byte by byte");
}

/// For strangers, for our own people, for programs of the house. Everything is small, so that bounds are met.
pub fn config(kind: u8) -> Config {
    let hostname = Domain::parse("mx.otherisp.test").expect("a name");
    let base = match kind % 3 {
        0 => Config::mx(hostname),
        1 => Config::submission(hostname),
        _ => Config::lmtp(hostname),
    };
    let messages = (kind % 4 == 3).then_some(2);
    Config {
        require_tls_for_auth: false,
        require_auth: false,
        scram: true,
        size_limit: 200,
        max_recipients: 3,
        max_messages: messages,
        max_errors: 50,
        ..base
    }
}

/// All that the session says, asks and does.
pub fn transcript(config: Config, pieces: Vec<&[u8]>) -> String {
    let mut session = Session::new(Arc::new(config), false);
    let (mut said, mut rest, mut body) = (Vec::new(), String::new(), None::<Vec<u8>>);
    let mut pieces = pieces.into_iter();
    for _ in 0..ENOUGH {
        match session.next() {
            Step::NeedInput => match pieces.next() {
                Some(piece) => session.receive(piece),
                None => return format!("{}\n{rest}\n{body:?}", String::from_utf8_lossy(&said)),
            },
            Step::Send(bytes) => said.extend_from_slice(bytes),
            Step::Ask(question) => {
                rest.push_str(&format!("{question:?} {:?} {}\n", session.envelope(), session.with()));
                if let Question::Message(envelope) = &question {
                    let body = body.take().expect("a message that was begun");
                    assert_eq!(envelope.size, body.len() as u64);
                    assert!(!envelope.recipients.is_empty());
                    assert!(no_bare_newline(&body), "{body:?}");
                }
                answer(&mut session, &question);
            }
            Step::BodyStart => assert!(body.replace(Vec::new()).is_none(), "one message at a time"),
            Step::Body(chunk) => body.as_mut().expect("a message that was begun").extend_from_slice(chunk),
            Step::BodyAbort(why) => {
                body.take().expect("a message that was begun");
                rest.push_str(&format!("{why:?}\n"));
            }
            Step::StartTls => unreachable!("TLS is not offered"),
            Step::Close => return format!("{}\n{rest}\nclosed", String::from_utf8_lossy(&said)),
        }
    }
    panic!("never comes to rest");
}

/// Yes to all but to those who are not here.
fn answer(session: &mut Session, question: &Question) {
    match question {
        Question::Sender { .. } => session.answer(replies::SENDER_OK),
        Question::Recipient(path) if format!("{path:?}").contains("\"no\"") => session.answer(replies::NO_SUCH_USER),
        Question::Recipient(_) => session.answer(replies::RECIPIENT_OK),
        Question::Login(_) | Question::ScramProof { .. } => session.answer(replies::LOGIN_OK),
        Question::Scram { .. } => {
            let (stored_key, server_key, others) = ([2; 32], [3; 32], vec![([4; 32], [5; 32])]);
            let kept = ScramCredentials { salt: vec![1], iterations: 1, stored_key, server_key, others };
            session.answer_scram(Some(("nonce", kept)));
        }
        Question::Message(_) => session.answer_each(&[replies::MESSAGE_ACCEPTED, replies::MAILBOX_FULL]),
    }
}

fn no_bare_newline(body: &[u8]) -> bool {
    let lines_end = body.windows(2).all(|two| (two[0] == b'\r') == (two[1] == b'\n'));
    lines_end && body.first() != Some(&b'\n') && body.last() != Some(&b'\r')
}
