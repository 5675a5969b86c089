//! HTML read as text: for lists, search, quoting, and what is too much to show.

use super::policy::{DROPPED, is_block};
use super::tokens::{Token, tokens};
use mail_parser::decoders::html::add_html_token;
use memchr::{memchr, memmem};
use std::borrow::Cow;
use std::collections::HashSet;

/// The text of `html`, with line ends where blocks begin and end. Stops after `limit` bytes.
pub(crate) fn to_text(html: &str, limit: usize) -> String {
    let mut page = Page { text: String::with_capacity(html.len().min(limit) / 2), ..Page::default() };
    let mut hidden: Option<(Cow<'_, str>, usize)> = None;
    for token in tokens(html) {
        if page.text.len() >= limit {
            break;
        }
        match (&mut hidden, token) {
            (Some((tag, depth)), Token::Start { tag: inner, .. }) if *tag == inner => *depth += 1,
            (Some((tag, depth)), Token::End(inner)) if *tag == inner => {
                *depth -= 1;
                if *depth == 0 {
                    hidden = None;
                }
            }
            (Some(_), _) | (None, Token::Raw { .. }) => {}
            (None, Token::Text(text)) => page.write(&decode(text)),
            (None, Token::Start { tag, .. }) => {
                let is_raw = matches!(&*tag, "script" | "style" | "title" | "textarea" | "iframe" | "xmp");
                if !is_raw && DROPPED.contains(&*tag) {
                    hidden = Some((tag, 1));
                } else {
                    page.start(&tag);
                }
            }
            (None, Token::End(tag)) => page.end(&tag),
        }
    }
    page.text.truncate(page.text.floor_char_boundary(limit));
    page.text
}

#[derive(Default)]
struct Page {
    text: String,
    lines: u8,
    space: bool,
    preformatted: usize,
}

impl Page {
    fn start(&mut self, tag: &str) {
        match tag {
            "br" => self.lines = (self.lines + 1).min(2),
            "td" | "th" => self.space = true,
            "li" => {
                self.line(1);
                self.write("- ");
                return;
            }
            "pre" => self.preformatted += 1,
            _ => {}
        }
        self.line(gap(tag));
    }

    fn end(&mut self, tag: &str) {
        if tag == "pre" {
            self.preformatted = self.preformatted.saturating_sub(1);
        }
        self.line(gap(tag));
    }

    fn line(&mut self, lines: u8) {
        self.lines = self.lines.max(lines);
    }

    fn write(&mut self, text: &str) {
        for char in text.chars() {
            if char == '\n' && self.preformatted > 0 {
                self.lines = (self.lines + 1).min(2);
            } else if char.is_whitespace() {
                self.space = true;
            } else if !char.is_control() {
                self.catch_up();
                self.text.push(char);
            }
        }
    }

    /// The white space before a character: seen only now whether it is between words or at an end.
    fn catch_up(&mut self) {
        if !self.text.is_empty() {
            match self.lines {
                0 if self.space => self.text.push(' '),
                0 => {}
                1 => self.text.push('\n'),
                _ => self.text.push_str("\n\n"),
            }
        }
        self.lines = 0;
        self.space = false;
    }
}

fn gap(tag: &str) -> u8 {
    match tag {
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "ul" | "ol" | "table" | "pre" | "hr" => 2,
        _ if is_block(tag) => 1,
        _ => 0,
    }
}

/// Names that count in text without their `;` too (HTML §13.5), the ones that people write.
const BARE: [(&str, char); 7] =
    [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("nbsp", '\u{A0}'), ("copy", '©'), ("reg", '®')];

/// Entities of text decoded.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    decode_with(text, |word| {
        unfinished(word).or_else(|| {
            let named = BARE.iter().find(|(name, _)| word.starts_with(name));
            named.map(|(name, char)| (*char, name.len()))
        })
    })
}

/// Entities of an attribute decoded: there `&copy=1` is what it looks like.
pub(super) fn decode_attribute(text: &str) -> Cow<'_, str> {
    decode_with(text, unfinished)
}

fn decode_with(text: &str, bare: impl Fn(&str) -> Option<(char, usize)>) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let Some(mut at) = memchr(b'&', bytes) else { return Cow::Borrowed(text) };
    let mut decoded = String::with_capacity(text.len());
    let mut done = 0;
    loop {
        decoded.push_str(&text[done..at]);
        done = at;
        let word = &bytes[at + 1..bytes.len().min(at + 33)];
        let length = word.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'#').unwrap_or(word.len());
        if length > 0 && word.get(length) == Some(&b';') {
            add_html_token(&mut decoded, &bytes[at..at + length + 2], false);
            done = at + length + 2;
        } else if let Some((char, end)) = bare(&text[at + 1..at + 1 + length]) {
            decoded.push(char);
            done = at + 1 + end;
        } else {
            decoded.push('&');
            done += 1;
        }
        match memchr(b'&', &bytes[done..]) {
            Some(next) => at = done + next,
            None => break,
        }
    }
    decoded.push_str(&text[done..]);
    Cow::Owned(decoded)
}

/// Numbers count without their `;` too (HTML §13.2.5.80): `&#106avascript:` is `javascript:` to a browser.
fn unfinished(word: &str) -> Option<(char, usize)> {
    let digits = word.strip_prefix('#')?;
    let (digits, radix, begin) = match digits.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16, 2),
        None => (digits, 10, 1),
    };
    let length = digits.chars().position(|char| !char.is_digit(radix)).unwrap_or(digits.len());
    let code = u32::from_str_radix(&digits[..length], radix).ok()?;
    Some((char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), begin + length))
}

/// What the HTML names with `cid:` (RFC 2392), without percent signs and brackets.
pub(crate) fn content_ids(html: &str) -> HashSet<String> {
    let bytes = html.as_bytes();
    let found = |name: &'static [u8]| memmem::find_iter(bytes, name).map(move |at| at + name.len());
    found(b"cid:")
        .chain(found(b"CID:"))
        .map(|at| {
            let length =
                bytes[at..].iter().take(300).take_while(|byte| byte.is_ascii_graphic() && !b"\"'<>)".contains(byte));
            content_id(&html[at..at + length.count()])
        })
        .collect()
}

/// One `cid:` address without its scheme, decoded.
pub(super) fn content_id(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digits = tail.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            bytes.push(byte);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    bytes.retain(|byte| byte.is_ascii_graphic() && !b"<>".contains(byte));
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_reads_as_its_author_meant_it() {
        for (html, text) in [
            ("<p>Hello <b>Bob</b>,</p><p>how are   you?<br>Lisa</p>", "Hello Bob,\n\nhow are you?\nLisa"),
            ("<style>p{}</style><title>t</title><script>x()</script>a<!-- b -->c", "ac"),
            ("a<svg><text>b</text></svg>c<select><option>d</select>e", "ace"),
            ("x &amp; y &lt;z&gt; &eacute; &#8364; &#x20AC; &nosuch; &", "x & y <z> é € € &nosuch; &"),
            ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3"),
            ("<ul><li>one<li>two</ul>", "- one\n- two"),
            ("<pre>a\nb</pre>", "a\nb"),
            ("a &nbsp; b\u{0}c", "a bc"),
            ("", ""),
        ] {
            assert_eq!(to_text(html, 1_000), text, "{html}");
        }
        assert_eq!(to_text(&"ä".repeat(100), 11), "äääää");
    }

    #[test]
    fn entities_count_as_browsers_count_them() {
        assert_eq!(decode("&#106;ava&#115cript&#x3Ax"), "javascript:x");
        assert_eq!(decode("a &lt b &ampx &noname"), "a < b &x &noname");
        assert_eq!(decode_attribute("?a=1&copy=2&amp;b&#61;3"), "?a=1&copy=2&b=3");
        assert_eq!(decode("&Tab;&colon;&#0;&#xD800;&#99999999999;"), "\t:\0\u{FFFD}&#99999999999;");
    }

    #[test]
    fn content_ids_are_found_and_decoded() {
        let ids = content_ids("<img src=\"cid:a%40b.c\"><td background=cid:bg@x> url(CID:z)");
        assert_eq!(ids, ["a@b.c", "bg@x", "z"].map(str::to_owned).into());
    }
}
