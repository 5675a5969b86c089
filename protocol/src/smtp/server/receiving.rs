//! DATA: the message itself (RFC 5321 §4.1.1.4). Refused ones are read to their real end too, so that none of their
//! lines is ever taken for a command.

use super::phase::{Asked, Phase};
use super::session::Action;
use super::{Abort, Question, Session};
use crate::dot::Found;
use crate::smtp::replies;

impl Session {
    /// Goes through what has come of the message; none when it should be looked at again.
    pub(super) fn receiving(&mut self) -> Option<Action> {
        let Phase::Receiving(receiving) = &mut self.phase else { return None };
        if !receiving.opened {
            receiving.opened = true;
            return Some(Action::BodyStart);
        }
        if let Some(why) = receiving.abort.take() {
            return Some(Action::BodyAbort(why));
        }
        if self.input.rest().is_empty() {
            return Some(self.idle(Action::NeedInput));
        }
        let piece = receiving.unstuffer.next(self.input.rest());
        self.input.consume(piece.skip);
        receiving.envelope.size += piece.take as u64;
        if receiving.envelope.size > self.config.size_limit {
            receiving.refuse(replies::TOO_BIG, Abort::TooBig);
        }
        match piece.found {
            Found::BareNewline => {
                receiving.bare_newline = true;
                receiving.refuse(replies::BARE_NEWLINE, Abort::BareNewline);
            }
            Found::End => return self.end_of_data(),
            Found::More => {}
        }
        if receiving.refusal.is_some() {
            self.input.consume(piece.take);
            None
        } else {
            (piece.take > 0).then_some(Action::Body(piece.take))
        }
    }

    fn end_of_data(&mut self) -> Option<Action> {
        let Phase::Receiving(receiving) = std::mem::replace(&mut self.phase, Phase::Commands) else { return None };
        match receiving.refusal {
            Some(reply) => {
                self.say(reply);
                if receiving.bare_newline {
                    // The peer may have relayed these bytes believing that the message ends elsewhere: then what follows
                    // is text that somebody chose, and it must not be obeyed (CR CRLF dot CRLF, for one).
                    self.close(replies::UNCERTAIN_END);
                }
                None
            }
            None => {
                self.phase = Phase::Asked(Asked::Message);
                Some(Action::Ask(Question::Message(receiving.envelope)))
            }
        }
    }
}
