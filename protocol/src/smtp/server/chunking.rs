//! BDAT: the message in counted pieces (RFC 3030). Where a piece ends is never in doubt, so nothing can be smuggled
//! behind it; the octets of a piece are the message's even when it is refused, and never commands.

use super::phase::{Counted, Framing, Phase, Receiving, Skipping};
use super::session::Action;
use super::{Abort, Session};
use crate::smtp::command::{Chunk, Command};
use crate::smtp::{Reply, replies};
use memchr::memchr2_iter;

impl Session {
    pub(super) fn bdat(&mut self, chunk: Option<Chunk>) {
        let Some(chunk) = chunk else {
            // What follows may be a message or commands: neither is taken for the other.
            self.say(replies::BAD_CHUNK);
            return self.end(replies::UNCERTAIN_END);
        };
        match std::mem::replace(&mut self.phase, Phase::Commands) {
            Phase::Chunking(mut receiving) => {
                receiving.next_chunk(chunk);
                self.begin_chunk(receiving, chunk);
            }
            Phase::Transaction(envelope) if envelope.recipients.is_empty() => {
                let reply = self.nobody();
                self.skip(chunk, reply, false, Phase::Transaction(envelope));
            }
            Phase::Transaction(envelope) => {
                let framing = Framing::Chunk(Counted { left: chunk.octets, last: chunk.last, after_cr: false });
                self.begin_chunk(Box::new(Receiving::new(envelope, framing)), chunk);
            }
            other => self.skip(chunk, replies::MAIL_FIRST, true, other),
        }
    }

    fn begin_chunk(&mut self, mut receiving: Box<Receiving>, chunk: Chunk) {
        if receiving.envelope.size.saturating_add(chunk.octets) > self.config.size_limit {
            receiving.refuse(replies::TOO_BIG, Abort::TooBig);
        }
        self.phase = Phase::Receiving(receiving);
    }

    fn skip(&mut self, chunk: Chunk, reply: Reply, wrong: bool, then: Phase) {
        self.phase = Phase::Skipping(Box::new(Skipping { left: chunk.octets, reply, wrong, then }));
    }

    /// Goes on with a chunk that cannot be used; none when the next thing can be looked at.
    pub(super) fn skipping(&mut self) -> Option<Action> {
        let Phase::Skipping(skipping) = &mut self.phase else { return None };
        if skipping.left > 0 {
            let come = self.input.rest().len();
            if come == 0 {
                return Some(self.idle(Action::NeedInput));
            }
            let used = usize::try_from(skipping.left).unwrap_or(usize::MAX).min(come);
            skipping.left -= used as u64;
            self.input.consume(used);
            return None;
        }
        let Phase::Skipping(skipping) = std::mem::replace(&mut self.phase, Phase::Commands) else { return None };
        self.phase = skipping.then;
        if skipping.wrong {
            self.wrong(skipping.reply)
        } else {
            self.say(skipping.reply)
        }
        None
    }

    /// A command between two chunks: what ends the message drops it first, what has nothing to do with it is carried out,
    /// and the rest has no place here (RFC 3030 §2). None: it is dealt with.
    pub(super) fn between_chunks(&mut self, command: Command) -> Option<Command> {
        match command {
            Command::Bdat(_) | Command::Noop | Command::Help | Command::Vrfy | Command::Expn => return Some(command),
            Command::Hello { verb, .. } if !self.speaks(verb) => return Some(command),
            Command::Rset | Command::Quit | Command::Hello { .. } => {
                let open = matches!(&self.phase, Phase::Chunking(receiving) if receiving.is_open());
                if !open {
                    self.phase = Phase::Commands;
                    return Some(command);
                }
                self.phase = Phase::Dropping(command);
            }
            _ => self.wrong(replies::CHUNKS_ONLY),
        }
        None
    }

    /// All of a chunk is there.
    pub(super) fn end_of_chunk(&mut self) {
        if let Phase::Receiving(receiving) = std::mem::replace(&mut self.phase, Phase::Commands) {
            // A failed message stays failed until LAST or RSET, whatever the client has sent ahead (RFC 3030 §2).
            self.say(receiving.refusal.clone().unwrap_or(replies::CHUNK_TAKEN));
            self.phase = Phase::Chunking(receiving);
        }
    }
}

impl Receiving {
    fn next_chunk(&mut self, chunk: Chunk) {
        if let Framing::Chunk(counted) = &mut self.framing {
            counted.left = chunk.octets;
            counted.last = chunk.last;
        }
    }

    /// The driver has a spool open for it.
    pub(super) fn is_open(&self) -> bool {
        self.opened && (self.refusal.is_none() || self.abort.is_some())
    }
}

impl Counted {
    /// How much of `input` is the chunk's.
    pub(super) fn share(&self, input: &[u8]) -> usize {
        usize::try_from(self.left).unwrap_or(usize::MAX).min(input.len())
    }

    /// Counts octets as come. Whether a CR or LF stood alone in them or before them: what was taken by count goes out
    /// by dots, and must mean the same there.
    pub(super) fn came(&mut self, octets: &[u8]) -> bool {
        self.left -= octets.len() as u64;
        let mut bare = false;
        let mut expected = self.after_cr.then_some(0);
        for at in memchr2_iter(b'\r', b'\n', octets) {
            if octets[at] == b'\n' {
                bare |= expected.take() != Some(at);
            } else {
                bare |= expected.is_some();
                expected = Some(at + 1);
            }
        }
        // A CR is alone when something else has come behind it.
        bare |= expected.is_some_and(|at| at < octets.len());
        self.after_cr = expected == Some(octets.len());
        bare
    }
}
