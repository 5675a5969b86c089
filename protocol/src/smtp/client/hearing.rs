//! Reading the remote's replies (RFC 5321 §4.2): tolerant of length, strict about what a reply is, bounded either way.

use crate::smtp::{Enhanced, Reply};
use memchr::memchr;

/// Kept of one line, and of the whole reply: enough for a bounce to quote.
const KEPT_LINE: usize = 1024;
const KEPT_TEXT: usize = 4096;

/// The remote does not speak SMTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Garbage;

/// The reply under way.
#[derive(Debug, Default)]
pub(super) struct Hearing {
    /// The line under way, cut at `KEPT_LINE`.
    line: Vec<u8>,
    code: Option<u16>,
    enhanced: Option<Enhanced>,
    text: String,
    octets: usize,
}

impl Hearing {
    /// Takes bytes up to the end of a reply; gives how many it used, and the reply once it is whole.
    pub(super) fn hear(&mut self, bytes: &[u8], longest: usize) -> (usize, Option<Result<Reply, Garbage>>) {
        let mut used = 0;
        while used < bytes.len() {
            let rest = &bytes[used..];
            let end = memchr(b'\n', rest);
            let piece = &rest[..end.unwrap_or(rest.len())];
            let room = KEPT_LINE.saturating_sub(self.line.len());
            self.line.extend_from_slice(&piece[..piece.len().min(room)]);
            let taken = piece.len() + usize::from(end.is_some());
            used += taken;
            self.octets += taken;
            if self.octets > longest {
                return (used, Some(Err(Garbage)));
            }
            if end.is_some()
                && let Some(result) = self.line_ended()
            {
                return (used, Some(result));
            }
        }
        (used, None)
    }

    /// Adds the line to the reply; gives the reply when it was the last.
    fn line_ended(&mut self) -> Option<Result<Reply, Garbage>> {
        let line = std::mem::take(&mut self.line);
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        let Some((code, last, text)) = split(line) else { return Some(Err(Garbage)) };
        if self.code.is_some_and(|first| first != code) {
            return Some(Err(Garbage));
        }
        let first = self.code.is_none();
        self.code = Some(code);
        let text = printable(text);
        let (enhanced, words) = status(&text, code);
        if first {
            self.enhanced = enhanced;
        } else if self.text.len() < KEPT_TEXT {
            self.text.push('\n');
        }
        let room = KEPT_TEXT.saturating_sub(self.text.len());
        self.text.push_str(&words[..words.floor_char_boundary(room)]);
        last.then(|| {
            let whole = std::mem::take(self);
            Ok(Reply::heard(code, whole.enhanced, whole.text))
        })
    }
}

/// Code, whether it is the last line, words. Some remotes send the code with nothing after it.
fn split(line: &[u8]) -> Option<(u16, bool, &[u8])> {
    let (digits, rest) = line.split_at_checked(3)?;
    if !digits.iter().all(u8::is_ascii_digit) || !(b'2'..=b'5').contains(&digits[0]) {
        return None;
    }
    let code = digits.iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
    match rest.split_first() {
        None => Some((code, true, rest)),
        Some((b' ', words)) => Some((code, true, words)),
        Some((b'-', words)) => Some((code, false, words)),
        Some(_) => None,
    }
}

/// What a remote says ends up in logs and bounces: no control characters.
fn printable(text: &[u8]) -> String {
    String::from_utf8_lossy(text).chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

/// Takes the enhanced code off the words; one of another class is a mistake and stays text (RFC 2034 §4).
fn status(text: &str, code: u16) -> (Option<Enhanced>, &str) {
    let (first, words) = text.split_once(' ').unwrap_or((text, ""));
    match Enhanced::parse(first) {
        Some(enhanced) if u16::from(enhanced.class) == code / 100 => (Some(enhanced), words),
        _ => (None, text),
    }
}
