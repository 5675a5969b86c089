//! The document in the frame that shows an HTML message.

use crate::message::html::{self, INPUT_MAX, Tamed};
use crate::message::layout::{INLINE_IMAGE_MAX, Layout, is_picture};
use crate::message::mime::{Part, Parts};
use crate::message::quote::{self, Flow};
use crate::message::show::Piece;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// All pictures of a message together. Bytes, decoded.
const PICTURES_MAX: usize = 10 * 1024 * 1024;

/// A readable page for mail that brings no style of its own; light, since mail is written for white.
const STYLE: &str = "html{color-scheme:light;background:#fff}\
body{margin:0;padding:16px;font:16px/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\",sans-serif;\
color:#1d1d1f;background:#fff;overflow-wrap:anywhere;-webkit-text-size-adjust:100%}\
img{max-width:100%;height:auto}table{max-width:100%}pre,.plain{white-space:pre-wrap;font-family:inherit}\
.plain{text-align:start;unicode-bidi:plaintext}a{color:#0b57d0}\
blockquote{margin:0;margin-inline-start:8px;padding-inline-start:12px;border-inline-start:2px solid #c8c8cc;color:#55565a}";

/// A message's HTML, clean.
#[derive(Debug, Default)]
pub(crate) struct Page {
    css: String,
    body: String,
    /// Things not loaded from elsewhere.
    pub blocked: u32,
    /// CSS px.
    pub height: u32,
    /// There is more than is shown.
    pub cut: bool,
}

pub(crate) fn of(parts: &Parts<'_>, layout: &Layout) -> Page {
    let mut page = Page { height: 48, ..Page::default() };
    let mut pictures = Pictures { parts, layout, room: PICTURES_MAX };
    let mut room = INPUT_MAX;
    for index in &layout.rich {
        let part = &parts.all[*index];
        let (text, more) = part.text(room);
        page.cut |= more;
        room = room.saturating_sub(text.len());
        let tamed =
            if part.is("text", "html") && !more { html::tame(&text, &mut |id| pictures.find(id)) } else { None };
        match tamed {
            Some(tamed) => page.add_html(&tamed),
            None if part.is("text", "html") => page.add_text(&html::to_text(&text, INPUT_MAX)),
            None => page.add_text(&text),
        }
    }
    page.height = page.height.clamp(96, 30_000);
    page
}

impl Page {
    fn add_html(&mut self, tamed: &Tamed) {
        self.css.push_str(&tamed.css);
        self.body.push_str(&format!("<div dir=\"{}\">", tamed.dir));
        self.body.push_str(&html::gate(&tamed.html));
        self.body.push_str("</div>");
        self.blocked += tamed.blocked;
        self.height = self.height.saturating_add(tamed.height);
    }

    fn add_text(&mut self, text: &str) {
        for block in quote::blocks(text, Flow::default()) {
            self.body.push_str("<div class=\"plain\" dir=\"auto\">");
            for _ in 0..block.depth {
                self.body.push_str("<blockquote>");
            }
            for piece in &block.pieces {
                match piece {
                    Piece::Text(text) => html::escape(text, &mut self.body),
                    Piece::Link { text, href } => {
                        self.body.push_str("<a href=\"");
                        html::escape(href, &mut self.body);
                        self.body.push_str(
                            "\" target=\"_blank\" referrerpolicy=\"no-referrer\" rel=\"noopener noreferrer nofollow\">",
                        );
                        html::escape(text, &mut self.body);
                        self.body.push_str("</a>");
                    }
                }
            }
            for _ in 0..block.depth {
                self.body.push_str("</blockquote>");
            }
            self.body.push_str("</div>");
        }
        let lines: usize = text.lines().map(|line| line.len() / 72 + 1).sum();
        self.height =
            self.height.saturating_add(u32::try_from(lines.min(100_000)).unwrap_or(u32::MAX).saturating_mul(24));
    }

    pub fn document(&self) -> String {
        let (css, body) = (&self.css, &self.body);
        // The message's own rules come after ours, in an element of their own: broken, they break only themselves.
        format!(
            "<!doctype html><html><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
             content=\"width=device-width,initial-scale=1\"><meta name=\"color-scheme\" content=\"light\">\
             <meta name=\"referrer\" content=\"no-referrer\"><base target=\"_blank\"><title>Message</title>\
             <style>{STYLE}</style><style>{css}</style></head><body>{body}</body></html>"
        )
    }
}

/// The parts that HTML may name with `cid:`.
struct Pictures<'a> {
    parts: &'a Parts<'a>,
    layout: &'a Layout,
    room: usize,
}

impl Pictures<'_> {
    fn find(&mut self, id: &str) -> Option<String> {
        let named = |part: &&Part<'_>| part.content_id.as_deref() == Some(id) && is_picture(part);
        let part = self.layout.rest.iter().map(|index| &self.parts.all[*index]).find(named)?;
        let bytes = part.bytes();
        let kind = sniff(&bytes)?;
        if bytes.len() > INLINE_IMAGE_MAX || bytes.len() > self.room {
            return None;
        }
        self.room -= bytes.len();
        Some(format!("data:image/{kind};base64,{}", STANDARD.encode(&bytes)))
    }
}

/// What the bytes are, whatever the header calls them.
fn sniff(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("png"),
        [0xFF, 0xD8, 0xFF, ..] => Some("jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("webp"),
        _ => None,
    }
}
