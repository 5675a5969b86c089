//! The message itself, by DATA (RFC 5321 §4.1.1.4) or BDAT (RFC 3030). Refused ones are read to their real end too, so
//! that none of their lines is ever taken for a command.

use super::phase::{Asked, Framing, Phase, Receiving, Whole};
use super::session::Action;
use super::{Abort, Kind, Question, Session};
use crate::dot::{Found, Piece};
use crate::smtp::{Reply, replies};

impl Session {
    /// Goes through what has come of the message; none when it should be looked at again.
    pub(super) fn receiving(&mut self) -> Option<Action> {
        let Phase::Receiving(receiving) = &mut self.phase else { return None };
        if !receiving.opened && receiving.refusal.is_none() {
            receiving.opened = true;
            return Some(Action::BodyStart);
        }
        if let Some(why) = receiving.abort.take() {
            return Some(Action::BodyAbort(why));
        }
        let Some(piece) = receiving.look(self.input.rest()) else { return Some(self.idle(Action::NeedInput)) };
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
            Found::End if receiving.goes_on() => {
                self.end_of_chunk();
                return None;
            }
            Found::End if receiving.abort.is_some() => return None,
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
        let Receiving { envelope, framing, refusal, bare_newline, .. } = *receiving;
        let whole = Whole { recipients: envelope.recipients.len(), utf8: envelope.wishes.utf8 };
        let Some(reply) = refusal else {
            self.phase = Phase::Asked(Asked::Message(whole));
            return Some(Action::Ask(Question::Message(envelope)));
        };
        // What the driver's spool said is temporary, and not the session's.
        self.note_message(&envelope, &reply);
        self.say_each(whole, &[reply]);
        if bare_newline && matches!(framing, Framing::Dots(_)) {
            // The peer may have relayed these bytes believing that the message ends elsewhere: then what follows
            // is text that somebody chose, and it must not be obeyed (CR CRLF dot CRLF, for one).
            self.close(replies::UNCERTAIN_END);
        }
        None
    }

    /// The last word on a message: in LMTP one for each recipient (RFC 2033 §4.2), in SMTP one for all. What was not
    /// said for a recipient is what was said last.
    pub(super) fn say_each(&mut self, whole: Whole, replies: &[Reply]) {
        let count = if self.config.kind == Kind::Lmtp { whole.recipients } else { 1 };
        for at in 0..count {
            let reply = replies.get(at).or(replies.last()).cloned().unwrap_or(replies::STORE_BUSY);
            self.say(reply);
        }
    }
}

impl Receiving {
    /// What the input holds of the message; none: nothing yet.
    fn look(&mut self, input: &[u8]) -> Option<Piece> {
        match &mut self.framing {
            Framing::Chunk(counted) if counted.left == 0 => {
                if counted.last && counted.after_cr {
                    self.bare_newline = true;
                    self.refuse(replies::BARE_NEWLINE, Abort::BareNewline);
                }
                Some(Piece { skip: 0, take: 0, found: Found::End })
            }
            _ if input.is_empty() => None,
            Framing::Dots(unstuffer) => Some(unstuffer.next(input)),
            Framing::Chunk(counted) => {
                let take = counted.share(input);
                let bare = counted.came(&input[..take]);
                Some(Piece { skip: 0, take, found: if bare { Found::BareNewline } else { Found::More } })
            }
        }
    }

    /// More chunks are to come.
    fn goes_on(&self) -> bool {
        matches!(&self.framing, Framing::Chunk(counted) if !counted.last)
    }
}
