//! The commands a client may say (RFC 5321 §4.1.1 and the extensions offered), read from one line.

use super::parameters::{self, OfMail};
use super::{Reply, path, replies};
use crate::sasl::Mechanism;
use mail::Domain;
use mail::envelope::{ForwardPath, Greeting, RecipientWishes, ReversePath};

/// One command, its argument already checked.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    Hello {
        verb: Verb,
        greeting: Greeting,
    },
    Mail {
        path: ReversePath,
        parameters: OfMail,
    },
    Rcpt {
        path: ForwardPath,
        wishes: RecipientWishes,
        /// It was written in UTF-8, which MAIL must have announced (RFC 6531 §3.4).
        utf8: bool,
    },
    Data,
    /// A piece of the message follows. None: how much cannot be told.
    Bdat(Option<Chunk>),
    Rset,
    Noop,
    Quit,
    Vrfy,
    Expn,
    Help,
    Auth {
        /// None: one that nobody here knows.
        mechanism: Option<Mechanism>,
        initial: Option<String>,
    },
    StartTls,
}

/// RFC 3030 §2: so many octets follow, and perhaps they are the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk {
    pub octets: u64,
    pub last: bool,
}

/// How a client introduces itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Helo,
    Ehlo,
    /// RFC 2033 §4.1.
    Lhlo,
}

impl Command {
    /// Reads a line without its CRLF.
    ///
    /// # Errors
    /// The reply that says what is wrong with it: 500, 501, 553 or 555.
    pub fn parse(line: &[u8]) -> Result<Command, Reply> {
        let text = match std::str::from_utf8(line) {
            Ok(text) if line.iter().all(|b| (b' '..=b'~').contains(b)) || is_international(text) => text,
            _ => return Err(replies::NOT_A_LINE),
        };
        // RFC 5321 §4.1.1: trailing white space is tolerated.
        let text = text.trim_end_matches(' ');
        let (verb, argument) = text.split_once(' ').unwrap_or((text, ""));
        let argument = argument.trim_start_matches(' ');
        let is = |name: &str| verb.eq_ignore_ascii_case(name);
        if is("MAIL") {
            mail(argument)
        } else if is("RCPT") {
            rcpt(argument)
        } else if is("DATA") {
            bare(Command::Data, argument)
        } else if is("EHLO") {
            hello(Verb::Ehlo, argument)
        } else if is("HELO") {
            hello(Verb::Helo, argument)
        } else if is("LHLO") {
            hello(Verb::Lhlo, argument)
        } else if is("BDAT") {
            Ok(Command::Bdat(chunk(argument)))
        } else if is("RSET") {
            bare(Command::Rset, argument)
        } else if is("QUIT") {
            bare(Command::Quit, argument)
        } else if is("NOOP") {
            Ok(Command::Noop)
        } else if is("AUTH") {
            auth(argument)
        } else if is("STARTTLS") {
            bare(Command::StartTls, argument)
        } else if is("VRFY") {
            if argument.is_empty() { Err(replies::BAD_ARGUMENT) } else { Ok(Command::Vrfy) }
        } else if is("EXPN") {
            Ok(Command::Expn)
        } else if is("HELP") {
            Ok(Command::Help)
        } else {
            Err(replies::UNKNOWN_COMMAND)
        }
    }
}

impl Command {
    /// EHLO or HELO with whatever name, for those who sign in: a desktop's own name may hold spaces, apostrophes and other
    /// letters, and by RFC 5321 §4.1.4 that is no reason to refuse its owner's mail. Only what fits in a Received field
    /// is kept of it.
    pub fn any_hello(line: &[u8]) -> Option<Command> {
        let (verb, name) = line.split_at_checked(4)?;
        let is = |name: &[u8]| verb.eq_ignore_ascii_case(name);
        let verb = if is(b"EHLO") {
            Verb::Ehlo
        } else if is(b"HELO") {
            Verb::Helo
        } else {
            return None;
        };
        let name = name.strip_prefix(b" ")?.trim_ascii();
        if name.is_empty() || name.len() > NAME_MAX {
            return None;
        }
        let kept = name.iter().map(|byte| if is_sane(*byte) { char::from(*byte) } else { '-' }).collect();
        Some(Command::Hello { verb, greeting: Greeting::Literal(kept) })
    }
}

/// RFC 5321 §4.5.3.1.2.
const NAME_MAX: usize = 255;

/// What cannot be mistaken for something else in a Received field.
fn is_sane(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte)
}

fn bare(command: Command, argument: &str) -> Result<Command, Reply> {
    if argument.is_empty() { Ok(command) } else { Err(replies::NO_ARGUMENT_EXPECTED) }
}

/// RFC 6531 §3.4, §3.7.4.2: addresses are what may be UTF-8 in a command, and nothing may be a control character.
fn is_international(text: &str) -> bool {
    let names_addresses = |verb: &[u8]| [b"MAIL", b"RCPT", b"VRFY"].iter().any(|with| verb.eq_ignore_ascii_case(*with));
    text.as_bytes().get(..4).is_some_and(names_addresses) && !text.contains(char::is_control)
}

fn hello(verb: Verb, argument: &str) -> Result<Command, Reply> {
    // RFC 5321 §4.1.4: a name that is not one must not be the reason to refuse mail, and many clients give none that
    // is. What could be mistaken for something else in a Received field is refused all the same.
    if argument.is_empty() || argument.len() > NAME_MAX || !argument.bytes().all(is_sane) {
        return Err(replies::BAD_HELLO);
    }
    let greeting = match Domain::parse(argument) {
        Ok(domain) => Greeting::Domain(domain),
        Err(_) => Greeting::Literal(argument.to_owned()),
    };
    Ok(Command::Hello { verb, greeting })
}

fn mail(argument: &str) -> Result<Command, Reply> {
    let (inner, parameters) = path::split("FROM:", argument).ok_or(replies::MAIL_SYNTAX)?;
    if inner.starts_with('@') {
        return Err(replies::SENDER_ROUTE);
    }
    let parameters = parameters::of_mail(parameters)?;
    if !inner.is_ascii() && !parameters.wishes.utf8 {
        return Err(replies::SENDER_NEEDS_UTF8);
    }
    let path = path::reverse(inner).ok_or(replies::BAD_SENDER)?;
    Ok(Command::Mail { path, parameters })
}

fn rcpt(argument: &str) -> Result<Command, Reply> {
    let (inner, parameters) = path::split("TO:", argument).ok_or(replies::RCPT_SYNTAX)?;
    // RFC 5321 §3.6.1 lets us ignore a route; we refuse it, since a route asks for relaying.
    if inner.starts_with('@') {
        return Err(replies::RECIPIENT_ROUTE);
    }
    let path = path::forward(inner).ok_or(replies::BAD_RECIPIENT)?;
    let wishes = parameters::of_rcpt(parameters)?;
    Ok(Command::Rcpt { path, wishes, utf8: !argument.is_ascii() })
}

fn chunk(argument: &str) -> Option<Chunk> {
    let mut words = argument.split(' ').filter(|word| !word.is_empty());
    // RFC 3030 §2: 1 to 20 digits.
    let octets = words.next().filter(|word| word.len() <= 20 && word.bytes().all(|b| b.is_ascii_digit()))?;
    let octets = octets.parse().ok()?;
    match (words.next(), words.next()) {
        (None, _) => Some(Chunk { octets, last: false }),
        (Some(word), None) if word.eq_ignore_ascii_case("LAST") => Some(Chunk { octets, last: true }),
        _ => None,
    }
}

fn auth(argument: &str) -> Result<Command, Reply> {
    let mut words = argument.split(' ').filter(|word| !word.is_empty());
    let (name, initial) = (words.next().ok_or(replies::BAD_ARGUMENT)?, words.next());
    if words.next().is_some() {
        return Err(replies::BAD_ARGUMENT);
    }
    Ok(Command::Auth { mechanism: Mechanism::named(name), initial: initial.map(str::to_owned) })
}
