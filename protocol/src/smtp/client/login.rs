//! Signing in at a smarthost (RFC 4954): PLAIN when it is offered, else LOGIN.

use super::session::{Session, State};
use super::{Cause, Outcome, Stage};
use crate::sasl;

/// What is to be said next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Saying {
    /// LOGIN asks for the name, and then for the password.
    Name,
    Password,
    /// All was said.
    Nothing,
}

impl Session {
    /// After the greetings, under TLS if there will be any: signs in, if we are to.
    pub(super) fn sign_in(&mut self) {
        let Some(login) = &self.config.login else {
            self.state = State::Ready;
            return;
        };
        if !self.tls && !login.in_the_clear {
            self.hang_up(Outcome::found(Cause::NoTls, Stage::Login));
        } else if self.offers.auth.plain {
            let line = format!("AUTH PLAIN {}", sasl::encode_plain(&login.user, &login.password));
            self.say(&line, State::Login(Saying::Nothing));
        } else if self.offers.auth.login {
            self.say("AUTH LOGIN", State::Login(Saying::Name));
        } else {
            self.hang_up(Outcome::found(Cause::NoAuth, Stage::Login));
        }
    }

    /// The remote asks for more. What it says in words is not looked at: it is `Username:` and `Password:` to all.
    pub(super) fn say_more(&mut self, saying: Saying) {
        let Some(login) = &self.config.login else { return };
        let (line, next) = match saying {
            Saying::Name => (sasl::encode_text(&login.user), Saying::Password),
            Saying::Password => (sasl::encode_text(login.password.expose()), Saying::Nothing),
            Saying::Nothing => return,
        };
        self.say(&line, State::Login(next));
    }
}
