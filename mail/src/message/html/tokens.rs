//! HTML split into tags and text, as a browser would split it (HTML §13.2.5), in one pass.
//!
//! Comments and doctypes are passed over. Entities are not decoded. The work for each byte is bounded: a tag that never
//! ends takes the rest of the input with it.

use memchr::{memchr, memchr_iter};
use std::borrow::Cow;

/// More attributes than this are passed over.
const ATTRIBUTES_MAX: usize = 48;

#[derive(Debug, PartialEq)]
pub(super) enum Token<'a> {
    Text(&'a str),
    Start {
        tag: Cow<'a, str>,
        attributes: Vec<(Cow<'a, str>, &'a str)>,
    },
    End(Cow<'a, str>),
    /// What stands in a `<style>`, `<script>` or the like. Its start went before; its end is not given.
    Raw {
        tag: Cow<'a, str>,
        text: &'a str,
    },
}

pub(super) struct Tokens<'a> {
    rest: &'a str,
    raw: Option<Cow<'a, str>>,
}

pub(super) fn tokens(html: &str) -> Tokens<'_> {
    Tokens { rest: html, raw: None }
}

/// Elements whose content is text whatever it looks like (HTML §13.2.6.2).
fn is_raw(tag: &str) -> bool {
    matches!(tag, "script" | "style" | "xmp" | "iframe" | "noembed" | "noframes" | "title" | "textarea" | "plaintext")
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0C)
}

fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

impl<'a> Tokens<'a> {
    /// Takes `length` bytes off the input. Lengths are always found at ASCII bytes, or are the whole rest.
    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn skip_to(&mut self, end: Option<usize>) {
        self.take(end.unwrap_or(self.rest.len()));
    }

    /// The rest begins with `<`. None: it was a comment or the like, or is text after all (then nothing was taken).
    fn markup(&mut self) -> Option<Token<'a>> {
        let bytes = self.rest.as_bytes();
        match bytes.get(1) {
            Some(b'!') if bytes.starts_with(b"<!--") => {
                // HTML §13.2.5.43: `<!-->` and `<!--->` are whole comments.
                if bytes[4..].starts_with(b">") || bytes[4..].starts_with(b"->") {
                    self.skip_to(memchr(b'>', bytes).map(|at| at + 1));
                } else {
                    let closes = |at: &usize| bytes[4..*at].ends_with(b"--") || bytes[4..*at].ends_with(b"--!");
                    let end = memchr_iter(b'>', bytes).filter(|at| *at >= 4).find(closes);
                    self.skip_to(end.map(|at| at + 1));
                }
                None
            }
            Some(b'!' | b'?') => {
                self.skip_to(memchr(b'>', bytes).map(|at| at + 1));
                None
            }
            Some(b'/') if bytes.get(2).is_some_and(u8::is_ascii_alphabetic) => {
                self.take(2);
                let tag = self.tag_name();
                self.attributes().map(|_| Token::End(tag))
            }
            Some(b'/') => {
                self.skip_to(memchr(b'>', bytes).map(|at| at + 1));
                None
            }
            Some(letter) if letter.is_ascii_alphabetic() => {
                self.take(1);
                let tag = self.tag_name();
                let attributes = self.attributes()?;
                if is_raw(&tag) {
                    self.raw = Some(tag.clone());
                }
                Some(Token::Start { tag, attributes })
            }
            _ => None,
        }
    }

    fn tag_name(&mut self) -> Cow<'a, str> {
        let end = self.rest.bytes().position(|byte| is_space(byte) || byte == b'/' || byte == b'>');
        lower(self.take(end.unwrap_or(self.rest.len())))
    }

    /// To the end of the tag. None: the input ends first, and nothing of it is left.
    fn attributes(&mut self) -> Option<Vec<(Cow<'a, str>, &'a str)>> {
        let attributes = self.attributes_to_end();
        if attributes.is_none() {
            self.rest = "";
        }
        attributes
    }

    fn attributes_to_end(&mut self) -> Option<Vec<(Cow<'a, str>, &'a str)>> {
        let mut attributes = Vec::new();
        loop {
            self.skip_to(self.rest.bytes().position(|byte| !is_space(byte) && byte != b'/'));
            if self.rest.starts_with('>') {
                self.take(1);
                return Some(attributes);
            }
            // HTML §13.2.5.32: whatever stands first belongs to the name, even `=` or a quote.
            let first = self.rest.chars().next()?.len_utf8();
            let end = self.rest[first..].bytes().position(|byte| is_space(byte) || b"/>=".contains(&byte))?;
            let name = lower(self.take(first + end));
            self.skip_to(Some(self.rest.bytes().position(|byte| !is_space(byte))?));
            let mut value = "";
            if self.rest.starts_with('=') {
                self.take(1);
                self.skip_to(Some(self.rest.bytes().position(|byte| !is_space(byte))?));
                value = self.value()?;
            }
            if attributes.len() < ATTRIBUTES_MAX && !attributes.iter().any(|(known, _)| *known == name) {
                attributes.push((name, value));
            }
        }
    }

    fn value(&mut self) -> Option<&'a str> {
        match self.rest.as_bytes().first()? {
            quote @ (b'"' | b'\'') => {
                self.take(1);
                let end = memchr(*quote, self.rest.as_bytes())?;
                let value = self.take(end);
                self.take(1);
                Some(value)
            }
            _ => {
                let end = self.rest.bytes().position(|byte| is_space(byte) || byte == b'>')?;
                Some(self.take(end))
            }
        }
    }

    /// Where the raw element's end tag begins; the whole rest when it never ends.
    fn raw_text(&mut self, tag: &str) -> &'a str {
        let bytes = self.rest.as_bytes();
        let ends = |at: usize| {
            let name = bytes.get(at + 2..at + 2 + tag.len());
            let after = bytes.get(at + 2 + tag.len());
            bytes.get(at + 1) == Some(&b'/')
                && name.is_some_and(|name| name.eq_ignore_ascii_case(tag.as_bytes()))
                && after.is_none_or(|byte| is_space(*byte) || b"/>".contains(byte))
        };
        let end = memchr_iter(b'<', bytes).find(|at| tag != "plaintext" && ends(*at)).unwrap_or(bytes.len());
        let text = self.take(end);
        self.skip_to(memchr(b'>', self.rest.as_bytes()).map(|at| at + 1));
        text
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if let Some(tag) = self.raw.take() {
            let text = self.raw_text(&tag);
            return Some(Token::Raw { tag, text });
        }
        while !self.rest.is_empty() {
            let bytes = self.rest.as_bytes();
            if bytes[0] == b'<' {
                let before = self.rest.len();
                if let Some(token) = self.markup() {
                    return Some(token);
                }
                if self.rest.len() < before {
                    continue;
                }
            }
            let end = memchr(b'<', &bytes[1..]).map_or(bytes.len(), |at| at + 1);
            return Some(Token::Text(self.take(end)));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(html: &str) -> String {
        tokens(html)
            .map(|token| match token {
                Token::Text(text) => format!("[{text}]"),
                Token::Start { tag, attributes } => {
                    let pairs: Vec<_> = attributes.iter().map(|(name, value)| format!(" {name}={value}")).collect();
                    format!("<{tag}{}>", pairs.concat())
                }
                Token::End(tag) => format!("</{tag}>"),
                Token::Raw { tag, text } => format!("{tag}({text})"),
            })
            .collect()
    }

    #[test]
    fn tags_are_split_as_browsers_split_them() {
        for (html, split) in [
            ("a<B Class=\"x>y\">c</b >d", "[a]<b class=x>y>[c]</b>[d]"),
            ("<a href='1'title=2 x>t", "<a href=1 title=2 x=>[t]"),
            ("<img/src=x/onerror=y>", "<img src=x/onerror=y>"),
            ("<p a\"b>t", "<p a\"b=>[t]"),
            ("<p =x>t", "<p =x=>[t]"),
            ("1 < 2 <3", "[1 ][< 2 ][<3]"),
            ("a<!-- <b> -->c<!-->d<!--->e<!--x--!>f", "[a][c][d][e][f]"),
            ("<!doctype html><?xml?><![if x]>a<![endif]></ x>b", "[a][b]"),
            ("<style>a<b</STYLE >c", "<style>style(a<b)[c]"),
            ("<script>\"</scriptx>\"</script>c", "<script>script(\"</scriptx>\")[c]"),
            ("<title>x", "<title>title(x)"),
            ("a<b href=\"x", "[a]"),
            ("a<!-- b", "[a]"),
            ("ä<ö>ü", "[ä][<ö>ü]"),
            ("<a ä=ö>", "<a ä=ö>"),
        ] {
            assert_eq!(written(html), split, "{html}");
        }
    }
}
