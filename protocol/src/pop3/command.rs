//! The commands a client may say (RFC 1939, RFC 2449 CAPA, RFC 2595 STLS, RFC 5034 AUTH), read from one line.

use super::Reply;
use super::reply;
use crate::sasl::{Mechanism, Password};

/// One command, its argument already checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    User(String),
    Pass(Password),
    Auth {
        /// None: one that nobody here knows.
        mechanism: Option<Mechanism>,
        initial: Option<String>,
    },
    Capa,
    Stls,
    Stat,
    /// Message numbers count from 1.
    List(Option<usize>),
    Uidl(Option<usize>),
    Retr(usize),
    Top {
        message: usize,
        lines: usize,
    },
    Dele(usize),
    Noop,
    Rset,
    Quit,
}

impl Command {
    /// Reads a line without its CRLF.
    ///
    /// # Errors
    /// The `-ERR` that says what is wrong with it.
    pub fn parse(line: &[u8]) -> Result<Command, Reply> {
        let text = match std::str::from_utf8(line) {
            Ok(text) if !text.bytes().any(|b| b.is_ascii_control()) => text,
            _ => return Err(reply::NOT_A_LINE),
        };
        let (verb, argument) = text.split_once(' ').unwrap_or((text.trim_end_matches(' '), ""));
        let is = |name: &str| verb.eq_ignore_ascii_case(name);
        // RFC 1939 §7: a password may hold spaces, at its ends too.
        if is("PASS") {
            return match argument {
                "" => Err(reply::BAD_ARGUMENT),
                password => Ok(Command::Pass(Password::new(password.to_owned()))),
            };
        }
        let mut words = argument.split(' ').filter(|word| !word.is_empty());
        let arguments = [words.next(), words.next(), words.next()];
        if is("RETR") {
            one(arguments).map(Command::Retr)
        } else if is("TOP") {
            two(arguments).map(|(message, lines)| Command::Top { message, lines })
        } else if is("DELE") {
            one(arguments).map(Command::Dele)
        } else if is("LIST") {
            perhaps_one(arguments).map(Command::List)
        } else if is("UIDL") {
            perhaps_one(arguments).map(Command::Uidl)
        } else if is("USER") {
            match arguments {
                [Some(name), None, _] => Ok(Command::User(name.to_owned())),
                _ => Err(reply::BAD_ARGUMENT),
            }
        } else if is("AUTH") {
            auth(arguments)
        } else {
            let command = [
                ("STAT", Command::Stat),
                ("NOOP", Command::Noop),
                ("RSET", Command::Rset),
                ("QUIT", Command::Quit),
                ("CAPA", Command::Capa),
                ("STLS", Command::Stls),
            ];
            let (_, command) = command.into_iter().find(|(name, _)| is(name)).ok_or(reply::UNKNOWN_COMMAND)?;
            if arguments[0].is_none() { Ok(command) } else { Err(reply::BAD_ARGUMENT) }
        }
    }
}

type Arguments<'a> = [Option<&'a str>; 3];

fn one(arguments: Arguments<'_>) -> Result<usize, Reply> {
    match arguments {
        [Some(only), None, _] => number(only),
        _ => Err(reply::BAD_ARGUMENT),
    }
}

fn perhaps_one(arguments: Arguments<'_>) -> Result<Option<usize>, Reply> {
    if arguments[0].is_none() { Ok(None) } else { one(arguments).map(Some) }
}

fn two(arguments: Arguments<'_>) -> Result<(usize, usize), Reply> {
    match arguments {
        [Some(first), Some(second), None] => Ok((number(first)?, number(second)?)),
        _ => Err(reply::BAD_ARGUMENT),
    }
}

/// Digits only; what does not fit is a number that no message has.
fn number(text: &str) -> Result<usize, Reply> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        Ok(text.parse().unwrap_or(usize::MAX))
    } else {
        Err(reply::BAD_ARGUMENT)
    }
}

fn auth(arguments: Arguments<'_>) -> Result<Command, Reply> {
    match arguments {
        [Some(name), initial, None] => {
            Ok(Command::Auth { mechanism: Mechanism::named(name), initial: initial.map(str::to_owned) })
        }
        _ => Err(reply::BAD_ARGUMENT),
    }
}
