//! Any bytes as what another server replies: each recipient has an outcome, nothing of it breaks a line of a log or a
//! bounce, and it is the same however the bytes were cut on their way.

use mail::Address;
use mail::envelope::{MessageWishes, ReversePath};
use protocol::sasl::Password;
use protocol::smtp::client::{Config, Envelope, Login, Session, Step, Tls};

/// More steps than any input here can ask for.
const ENOUGH: usize = 100_000;

/// The first byte chooses whether we sign in, the second how the rest is cut.
pub fn judge(data: &[u8]) {
    let (login, size, heard) = match data {
        [login, size, heard @ ..] => (login % 2 == 1, usize::from(*size) + 2, heard),
        _ => return,
    };
    let whole = transcript(login, vec![heard]);
    assert_eq!(whole, transcript(login, heard.chunks(size).collect()), "in pieces of {size}");
    assert_eq!(whole, transcript(login, heard.chunks(1).collect()), "byte by byte");
}

/// All that the session says, and what becomes of four messages.
pub fn transcript(login: bool, pieces: Vec<&[u8]>) -> String {
    let password = Password::new("secret".to_owned());
    let login = login.then(|| Login { user: "bob".to_owned(), password, in_the_clear: true });
    let hostname = mail::Domain::parse("mx.comentum.test").expect("a name");
    let config = Config { tls: Tls::Never, login, max_reply: 500, ..Config::new(hostname) };
    let mut session = Session::new(config, false);
    let address = |text: &str| Address::parse(text).expect("an address").into();
    let envelope = Envelope {
        sender: ReversePath::Null,
        recipients: ["a@b.test", "\u{fc}@b.test", "c@d.test"].map(address).to_vec(),
        wishes: MessageWishes::default(),
        size: 10,
        has_8bit: false,
        has_8bit_header: false,
    };
    session.deliver(envelope.clone());
    let (mut said, mut rest) = (Vec::new(), String::new());
    let (mut pieces, mut deliveries, mut body_sent) = (pieces.into_iter(), 0, false);
    for _ in 0..ENOUGH {
        match session.next() {
            Step::NeedInput => match pieces.next() {
                Some(piece) => session.receive(piece),
                None => return format!("{}\n{rest}{}", String::from_utf8_lossy(&said), session.offers()),
            },
            Step::Send(bytes) => said.extend_from_slice(bytes),
            Step::NeedBody => {
                if body_sent {
                    session.end_of_body()
                } else {
                    session.body(b".\nx")
                }
                body_sent = !body_sent;
            }
            Step::Finished(delivery) => {
                assert_eq!(delivery.recipients.len(), envelope.recipients.len());
                for outcome in &delivery.recipients {
                    assert!(!outcome.reply.to_string().contains(|char: char| char.is_control()), "{outcome:?}");
                }
                rest.push_str(&format!("{delivery:?}\n"));
                deliveries += 1;
                if deliveries < 4 { session.deliver(envelope.clone()) } else { session.quit() }
            }
            Step::Idle => session.quit(),
            Step::StartTls => unreachable!("TLS is not wanted"),
            Step::Close => return format!("{}\n{rest}closed", String::from_utf8_lossy(&said)),
        }
    }
    panic!("never comes to rest");
}
