//! Dot-stuffing (RFC 5321 §4.5.2, RFC 1939 §3): a message between lines, ended by a dot on a line of its own.
//!
//! Strict both ways, so that no two servers can differ on where a message ends (SMTP smuggling). Inwards only
//! `CRLF . CRLF` is the end and a CR or LF alone is reported. Outwards a CR or LF alone becomes CRLF.

use memchr::memchr2;

/// Finds the end of a message and takes the extra dots away, whatever way the bytes are cut.
#[derive(Clone, Debug, Default)]
pub struct Unstuffer {
    at: Place,
}

/// Where the next byte stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    LineStart,
    /// After a dot that opens a line.
    Dot,
    /// After the dot and a CR.
    DotCr,
    Text,
    /// After a CR within text.
    Cr,
}

/// What one look at the input gave. `skip + take` bytes of it are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Bytes that are not part of the message.
    pub skip: usize,
    /// Bytes after them that are.
    pub take: usize,
    pub found: Found,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Look again with what is left, if anything is.
    More,
    /// A CR or LF alone was found. Look again: the end is still to come.
    BareNewline,
    /// The end: the dot's line is used up.
    End,
}

impl Unstuffer {
    /// Looks at the input as far as one stretch of the message goes. Call again until all is used or the end found.
    pub fn next(&mut self, input: &[u8]) -> Piece {
        let mut used = 0;
        // First what is not the message's: a dot at the start of a line, and the end.
        while let Some(&byte) = input.get(used) {
            match (self.at, byte) {
                (Place::LineStart, b'.') => self.at = Place::Dot,
                (Place::Dot, b'\r') => self.at = Place::DotCr,
                (Place::DotCr, b'\n') => {
                    self.at = Place::LineStart;
                    return Piece { skip: used + 1, take: 0, found: Found::End };
                }
                (Place::DotCr, _) => {
                    self.at = Place::Cr;
                    break;
                }
                (Place::Dot, _) => {
                    self.at = Place::Text;
                    break;
                }
                _ => break,
            }
            used += 1;
        }
        let (take, found) = self.stretch(&input[used..]);
        Piece { skip: used, take, found }
    }

    /// The length of the stretch that can be passed on as it is: up to a dot that opens a line.
    fn stretch(&mut self, input: &[u8]) -> (usize, Found) {
        let mut used = 0;
        while let Some(&byte) = input.get(used) {
            match self.at {
                Place::LineStart if byte == b'.' => break,
                Place::Cr => {
                    if byte != b'\n' {
                        self.at = Place::Text;
                        return (used, Found::BareNewline);
                    }
                    self.at = Place::LineStart;
                    used += 1;
                }
                _ => match memchr2(b'\r', b'\n', &input[used..]) {
                    None => {
                        self.at = Place::Text;
                        used = input.len();
                    }
                    Some(at) if input[used + at] == b'\r' => {
                        self.at = Place::Cr;
                        used += at + 1;
                    }
                    Some(at) => {
                        self.at = Place::Text;
                        return (used + at + 1, Found::BareNewline);
                    }
                },
            }
        }
        (used, Found::More)
    }
}

/// Makes a message fit to send: CRLF line ends, dots doubled, the end marked.
#[derive(Clone, Debug)]
pub struct Stuffer {
    line_start: bool,
    /// The last byte was a CR, written as CRLF already: an LF that follows is part of it.
    after_cr: bool,
    empty: bool,
}

impl Default for Stuffer {
    fn default() -> Stuffer {
        Stuffer { line_start: true, after_cr: false, empty: true }
    }
}

impl Stuffer {
    /// Appends the next chunk of the message to `out`.
    pub fn stuff(&mut self, mut chunk: &[u8], out: &mut Vec<u8>) {
        self.empty &= chunk.is_empty();
        out.reserve(chunk.len() + 2);
        while let Some(&first) = chunk.first() {
            if std::mem::take(&mut self.after_cr) && first == b'\n' {
                chunk = &chunk[1..];
                continue;
            }
            if self.line_start && first == b'.' {
                out.push(b'.');
            }
            chunk = self.run(chunk, out);
        }
    }

    /// Copies whole lines for as long as nothing in them needs a change; gives back the rest.
    fn run<'c>(&mut self, chunk: &'c [u8], out: &mut Vec<u8>) -> &'c [u8] {
        let mut used = 0;
        while let Some(at) = memchr2(b'\r', b'\n', &chunk[used..]).map(|at| used + at) {
            self.line_start = true;
            if chunk[at..].starts_with(b"\r\n") {
                used = at + 2;
                if chunk.get(used) == Some(&b'.') {
                    break;
                }
                continue;
            }
            out.extend_from_slice(&chunk[..at]);
            out.extend_from_slice(b"\r\n");
            self.after_cr = chunk[at] == b'\r';
            return &chunk[at + 1..];
        }
        if used == 0 || chunk.get(used) != Some(&b'.') {
            self.line_start = used == chunk.len();
            used = chunk.len();
        }
        out.extend_from_slice(&chunk[..used]);
        &chunk[used..]
    }

    /// Appends the end: CRLF if the last line has none, then the dot's line.
    pub fn finish(&self, out: &mut Vec<u8>) {
        if !self.line_start && !self.empty {
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b".\r\n");
    }
}
