//! HTML written anew: known tags, each closed and in order, no deeper and no more than a browser or a sanitiser can bear.

use super::attributes::Judge;
use super::policy::{DROPPED, TAGS, closes, holds, is_block, is_formatting, is_void};
use super::text::decode;
use super::tokens::{Token, tokens};
use super::{css, escape, policy};
use std::borrow::Cow;

/// Tags inside each other. Deeper ones are left out, their content stays.
const DEPTH_MAX: usize = 160;
/// Formatting tags inside each other, see [`is_formatting`].
const FORMATTING_MAX: usize = 10;
/// More tags than this are shown as text.
const TAGS_MAX: usize = 60_000;
/// html5ever's serialiser looks through the rest of a text for each `&` and each character from U+0080 to U+00BF in it
/// (a non-breaking space is one). Their number times the length of the text, over all texts, may not exceed this.
const ESCAPE_WORK: usize = 1_000_000_000;
/// CSS px.
const LINE_HEIGHT: u32 = 22;
const LINE_LENGTH: u32 = 72;

/// HTML that keeps the rules, not yet through the gate.
#[derive(Debug, Default)]
pub(crate) struct Tamed {
    pub html: String,
    /// Clean, for a `<style>` of its own.
    pub css: String,
    /// Things that would have been loaded from elsewhere.
    pub blocked: u32,
    /// An estimate, CSS px for a column of 72 characters.
    pub height: u32,
    /// As its `<html>` says, else `auto`.
    pub dir: &'static str,
}

/// None: there is too much of it, show the text. `images` gives the picture of a content id as a `data:` address.
pub(crate) fn tame(html: &str, images: &mut dyn FnMut(&str) -> Option<String>) -> Option<Tamed> {
    let judge = Judge { images, blocked: 0, inlined: 0 };
    let mut writer = Writer {
        out: String::with_capacity(html.len()),
        css: String::new(),
        open: Vec::new(),
        hidden: None,
        judge,
        text_at: 0,
        hard: 0,
        work: 0,
        line: 0,
        height: 0,
        dir: "auto",
    };
    let mut count = 0;
    for token in tokens(html) {
        count += 1;
        if count > TAGS_MAX * 2 || writer.work > ESCAPE_WORK {
            return None;
        }
        writer.token(token);
    }
    writer.close_from(0);
    writer.end_text();
    if writer.work > ESCAPE_WORK {
        return None;
    }
    writer.break_line(true);
    let mut blocked = writer.judge.blocked;
    let css = css::sheet(&writer.css, &mut blocked);
    Some(Tamed { html: writer.out, css, blocked, height: writer.height, dir: writer.dir })
}

struct Writer<'a, 'j> {
    out: String,
    css: String,
    open: Vec<Cow<'a, str>>,
    /// The dropped element we are in, and how many of its name are open.
    hidden: Option<(Cow<'a, str>, usize)>,
    judge: Judge<'j>,
    /// Where in `out` the text since the last tag begins, and how many characters in it are hard to write.
    text_at: usize,
    hard: usize,
    work: usize,
    /// Characters in the line so far.
    line: u32,
    height: u32,
    dir: &'static str,
}

impl<'a> Writer<'a, '_> {
    fn token(&mut self, token: Token<'a>) {
        if let Some((tag, depth)) = &mut self.hidden {
            match token {
                Token::Start { tag: inner, .. } if inner == *tag => *depth += 1,
                Token::End(inner) if inner == *tag && *depth == 1 => self.hidden = None,
                Token::End(inner) if inner == *tag => *depth -= 1,
                // `<video><source src=…>`: what is inside would have been loaded too.
                Token::Start { attributes, .. } => self.judge.dropped(&attributes),
                _ => {}
            }
            return;
        }
        match token {
            Token::Text(text) => self.text(text),
            Token::Start { tag, attributes } => self.start(tag, &attributes),
            Token::End(tag) => self.close(&tag),
            Token::Raw { tag, text } if tag == "style" => {
                if self.css.len() + text.len() <= css::SHEET_MAX {
                    self.css.push_str(text);
                    self.css.push('\n');
                }
            }
            Token::Raw { .. } => {}
        }
    }

    fn text(&mut self, text: &str) {
        // Decoded and written anew, since half-written entities keep a parser busy.
        let text = decode(text);
        self.hard += text.chars().filter(|char| matches!(char, '&' | '\u{80}'..='\u{BF}')).count();
        escape(&text, &mut self.out);
        self.line = self.line.saturating_add(u32::try_from(text.trim().len()).unwrap_or(u32::MAX));
    }

    fn start(&mut self, tag: Cow<'a, str>, attributes: &[(Cow<'a, str>, &'a str)]) {
        if tag == "html" {
            // The tag goes; which way the page runs is kept.
            let said = attributes.iter().find(|(name, _)| name == "dir").map(|(_, value)| value.trim());
            let known =
                ["rtl", "ltr"].into_iter().find(|known| said.is_some_and(|said| said.eq_ignore_ascii_case(known)));
            self.dir = known.unwrap_or(self.dir);
        }
        // What the page as a whole looks like is said on body.
        let tag = if tag == "body" { Cow::Borrowed("div") } else { tag };
        let raw = matches!(&*tag, "script" | "style" | "title" | "textarea" | "xmp" | "plaintext");
        let raw = raw || matches!(&*tag, "iframe" | "noembed" | "noframes");
        if !TAGS.contains(&*tag) {
            if tag != "script" && tag != "base" && tag != "form" {
                self.judge.dropped(attributes);
            }
            if !raw && DROPPED.contains(&*tag) {
                self.hidden = Some((tag, 1));
            }
            return;
        }
        let (ends, behind) = closes(&tag);
        if let Some(at) = self.find(|open| ends.contains(&open), |open| behind.contains(&open)) {
            self.close_from(at);
        }
        let formatting = self.open.iter().filter(|open| is_formatting(open)).count();
        if self.open.len() >= DEPTH_MAX || is_formatting(&tag) && formatting >= FORMATTING_MAX {
            return;
        }
        if is_block(&tag) || tag == "br" {
            self.break_line(tag == "br");
        }
        if tag == "img" {
            self.picture(attributes);
        }
        self.end_text();
        self.out.push('<');
        self.out.push_str(&tag);
        self.judge.write(&tag, attributes, &mut self.out);
        self.out.push('>');
        self.text_at = self.out.len();
        if !is_void(&tag) {
            self.open.push(tag);
        }
    }

    fn end_text(&mut self) {
        self.work = self.work.saturating_add(self.hard.saturating_mul(self.out.len() - self.text_at));
        self.hard = 0;
        self.text_at = self.out.len();
    }

    fn close(&mut self, tag: &str) {
        let tag = if tag == "body" { "div" } else { tag };
        if let Some(at) = self.find(|open| open == tag, |open| holds(open, tag)) {
            self.close_from(at);
        }
    }

    /// The innermost open tag that `wanted` names, unless one that `barrier` names stands before it.
    fn find(&self, wanted: impl Fn(&str) -> bool, barrier: impl Fn(&str) -> bool) -> Option<usize> {
        for (at, open) in self.open.iter().enumerate().rev() {
            if wanted(open) {
                return Some(at);
            }
            if barrier(open) {
                return None;
            }
        }
        None
    }

    fn close_from(&mut self, at: usize) {
        while self.open.len() > at {
            if let Some(tag) = self.open.pop() {
                self.end(&tag);
            }
        }
    }

    fn end(&mut self, tag: &str) {
        self.end_text();
        self.out.push_str("</");
        self.out.push_str(tag);
        self.out.push('>');
        self.text_at = self.out.len();
        if policy::is_block(tag) {
            self.break_line(false);
            if matches!(tag, "p" | "ul" | "ol" | "blockquote" | "h1" | "h2" | "h3") {
                self.height = self.height.saturating_add(LINE_HEIGHT / 2);
            }
        }
    }

    fn break_line(&mut self, even_empty: bool) {
        if self.line > 0 || even_empty {
            self.height = self.height.saturating_add(self.line.div_ceil(LINE_LENGTH).clamp(1, 10_000) * LINE_HEIGHT);
        }
        self.line = 0;
    }

    fn picture(&mut self, attributes: &[(Cow<'_, str>, &str)]) {
        let height = attributes
            .iter()
            .find(|(name, _)| name == "height")
            .map_or(0, |(_, value)| value.trim_end_matches(|char: char| !char.is_ascii_digit()).parse().unwrap_or(0));
        self.height = self.height.saturating_add(if height == 0 { 160 } else { u32::min(height, 1_200) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tamed(html: &str) -> String {
        tame(html, &mut |_| None).unwrap().html
    }

    #[test]
    fn tags_are_closed_in_order() {
        for (html, kept) in [
            ("<p>a<p>b", "<p>a</p><p>b</p>"),
            ("<b><i>x</b>y</i>", "<b><i>x</i></b>y"),
            ("<ul><li>a<li>b<ul><li>c</ul></ul>d", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>d"),
            (
                "<table><tr><td>a<td>b<tr><td>c</table>",
                "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
            ),
            ("</div>a</p>", "a"),
            ("<table><td></table></table>", "<table><td></td></table>"),
            ("<body bgcolor=red style='color:red'>a</body></html>", "<div bgcolor=\"red\" style=\"color:red\">a</div>"),
            ("<o:p>a</o:p><custom-tag>b", "ab"),
            ("<p id=x name=y onclick=z class=k>a", "<p class=\"k\">a</p>"),
            ("1 < 2 & 3 > 2 &amp; &lt;b&gt;", "1 &lt; 2 &amp; 3 &gt; 2 &amp; &lt;b&gt;"),
            ("a<svg><style>b</style><script>c</script></svg>d", "ad"),
            (
                "<h1>a</h1><a href=http://x.test>b<a href=http://y.test>c",
                "<h1>a</h1><a href=\"http://x.test/\">b</a><a href=\"http://y.test/\">c</a>",
            ),
        ] {
            assert_eq!(tamed(html), kept, "{html}");
        }
    }

    #[test]
    fn what_would_have_been_loaded_is_counted() {
        for (html, count) in [
            ("<img src=http://x.test/a.png srcset='http://x.test/b 2x'>", 1),
            ("<img src=cid:none><img src='data:image/png;base64,AAAA'>", 0),
            ("<link rel=stylesheet href=http://x.test/a.css>", 1),
            ("<table background=//x.test/a><tr><td background='http://x.test/b'></table>", 2),
            ("<video poster=http://x.test/p><source src=http://x.test/v></video>", 2),
            ("<style>p{background:url(http://x.test)}</style>", 1),
            ("<p style='background:url(http://x.test)'>", 1),
            ("<a href=http://x.test>a</a>", 0),
        ] {
            assert_eq!(tame(html, &mut |_| None).unwrap().blocked, count, "{html}");
        }
    }

    #[test]
    fn the_page_runs_as_it_says() {
        for (html, dir) in [
            ("<html dir=rtl lang=ar><body><p>x", "rtl"),
            ("<HTML DIR=' RTL '>x", "rtl"),
            ("<html dir=ltr>x", "ltr"),
            ("<html dir='rtl\" onclick=x'>x", "auto"),
            ("<p dir=rtl>x", "auto"),
        ] {
            assert_eq!(tame(html, &mut |_| None).unwrap().dir, dir, "{html}");
        }
    }

    #[test]
    fn depth_and_number_have_limits() {
        let deep = tamed(&"<div>".repeat(20_000));
        assert_eq!(deep.matches("<div>").count(), DEPTH_MAX);
        let formatted: String = (0..5_000).map(|n| format!("<font color={n}>")).collect();
        assert_eq!(tamed(&formatted).matches("<font").count(), FORMATTING_MAX);
        assert!(tame(&"<b>x</b>".repeat(TAGS_MAX), &mut |_| None).is_none());
    }
}
