//! The commands a client may say (RFC 5321 §4.1.1 and the extensions offered), read from one line.

use super::path::{self, Parameters};
use super::{Reply, replies};
use crate::sasl::Mechanism;
use crate::smtp::server::Body;
use mail::Domain;
use mail::envelope::{ForwardPath, Greeting, ReversePath};

/// One command, its argument already checked.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    Hello {
        /// EHLO rather than HELO.
        extended: bool,
        greeting: Greeting,
    },
    Mail {
        path: ReversePath,
        size: Option<u64>,
        body: Body,
    },
    Rcpt(ForwardPath),
    Data,
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

impl Command {
    /// Reads a line without its CRLF.
    ///
    /// # Errors
    /// The reply that says what is wrong with it: 500, 501, 553 or 555.
    pub fn parse(line: &[u8]) -> Result<Command, Reply> {
        let text = match std::str::from_utf8(line) {
            Ok(text) if text.bytes().all(|b| (b' '..=b'~').contains(&b)) => text,
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
            hello(true, argument)
        } else if is("HELO") {
            hello(false, argument)
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
        let extended = verb.eq_ignore_ascii_case(b"EHLO");
        let name = name.strip_prefix(b" ")?.trim_ascii();
        if !(extended || verb.eq_ignore_ascii_case(b"HELO")) || name.is_empty() || name.len() > NAME_MAX {
            return None;
        }
        let kept = name.iter().map(|byte| if is_sane(*byte) { char::from(*byte) } else { '-' }).collect();
        Some(Command::Hello { extended, greeting: Greeting::Literal(kept) })
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

fn hello(extended: bool, argument: &str) -> Result<Command, Reply> {
    // RFC 5321 §4.1.4: a name that is not one must not be the reason to refuse mail, and many clients give none that
    // is. What could be mistaken for something else in a Received field is refused all the same.
    if argument.is_empty() || argument.len() > NAME_MAX || !argument.bytes().all(is_sane) {
        return Err(replies::BAD_HELLO);
    }
    let greeting = match Domain::parse(argument) {
        Ok(domain) => Greeting::Domain(domain),
        Err(_) => Greeting::Literal(argument.to_owned()),
    };
    Ok(Command::Hello { extended, greeting })
}

fn mail(argument: &str) -> Result<Command, Reply> {
    let (inner, parameters) = path::split("FROM:", argument).ok_or(replies::MAIL_SYNTAX)?;
    if inner.starts_with('@') {
        return Err(replies::SENDER_ROUTE);
    }
    let path = path::reverse(inner).ok_or(replies::BAD_SENDER)?;
    let Parameters { size, body } = path::mail_parameters(parameters)?;
    Ok(Command::Mail { path, size, body: body.unwrap_or_default() })
}

fn rcpt(argument: &str) -> Result<Command, Reply> {
    let (inner, parameters) = path::split("TO:", argument).ok_or(replies::RCPT_SYNTAX)?;
    // RFC 5321 §3.6.1 lets us ignore a route; we refuse it, since a route asks for relaying.
    if inner.starts_with('@') {
        return Err(replies::RECIPIENT_ROUTE);
    }
    let path = path::forward(inner).ok_or(replies::BAD_RECIPIENT)?;
    if !parameters.is_empty() {
        return Err(replies::UNKNOWN_PARAMETER);
    }
    Ok(Command::Rcpt(path))
}

fn auth(argument: &str) -> Result<Command, Reply> {
    let mut words = argument.split(' ').filter(|word| !word.is_empty());
    let (name, initial) = (words.next().ok_or(replies::BAD_ARGUMENT)?, words.next());
    if words.next().is_some() {
        return Err(replies::BAD_ARGUMENT);
    }
    let mechanism = if name.eq_ignore_ascii_case("PLAIN") {
        Some(Mechanism::Plain)
    } else if name.eq_ignore_ascii_case("LOGIN") {
        Some(Mechanism::Login)
    } else {
        None
    };
    Ok(Command::Auth { mechanism, initial: initial.map(str::to_owned) })
}
