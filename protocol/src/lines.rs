//! Lines out of bytes, with a longest length, so that a peer who never ends its line costs no memory.
//!
//! Only CRLF ends a line that counts. A bare LF ends a line too, but one that is refused: a person who types at a
//! plain socket gets an answer, and nothing that a stricter or laxer relay saw differently is ever carried out.

use memchr::memchr;

/// Keep this much room for the next batch; give back what a larger one needed.
const IDLE_CAPACITY: usize = 16 << 10;

/// Bytes that were received and not yet used.
#[derive(Debug, Default)]
pub struct Input {
    bytes: Vec<u8>,
    start: usize,
    /// No LF before this place: a line that comes in many pieces is searched once.
    searched: usize,
    /// The line under way is already too long; its bytes are dropped until its end.
    overlong: bool,
}

/// One line, without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    Text(&'a [u8]),
    /// It ended in LF without CR.
    BareLf,
    TooLong,
}

impl Input {
    /// Appends what was read.
    pub fn receive(&mut self, bytes: &[u8]) {
        if self.start == self.bytes.len() {
            self.bytes.clear();
            self.start = 0;
            self.searched = 0;
            if bytes.len() <= IDLE_CAPACITY && self.bytes.capacity() > 2 * IDLE_CAPACITY {
                self.bytes = Vec::new();
            }
        } else if self.start > 0 {
            self.bytes.drain(..self.start);
            self.searched -= self.start;
            self.start = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole line, if it is there. `longest` tells from the start of a line how many octets it may have,
    /// CRLF included.
    pub fn line(&mut self, longest: impl Fn(&[u8]) -> usize) -> Option<Line<'_>> {
        let Some(end) = memchr(b'\n', &self.bytes[self.searched..]).map(|at| self.searched + at) else {
            self.searched = self.bytes.len();
            let waiting = &self.bytes[self.start..];
            // A CR at the very end may be half of the CRLF that is still allowed.
            if self.overlong || waiting.len() >= longest(waiting) {
                self.overlong = true;
                self.start = self.bytes.len();
            }
            return None;
        };
        let start = self.start;
        self.start = end + 1;
        self.searched = end + 1;
        let line = &self.bytes[start..=end];
        if std::mem::take(&mut self.overlong) || line.len() > longest(line) {
            return Some(Line::TooLong);
        }
        Some(match line.strip_suffix(b"\r\n") {
            Some(text) => Line::Text(text),
            None => Line::BareLf,
        })
    }

    /// All that waits.
    pub fn rest(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    /// Marks `count` bytes of `rest` as used.
    pub fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.bytes.len());
        self.searched = self.start;
    }

    /// The next `count` bytes of `rest`, used by this.
    pub fn take(&mut self, count: usize) -> &[u8] {
        let from = self.start;
        self.consume(count);
        &self.bytes[from..self.start]
    }

    /// Forgets all that waits.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.start = 0;
        self.searched = 0;
        self.overlong = false;
    }
}
