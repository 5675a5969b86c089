//! Hostile HTML in the frame: nothing runs, nothing is loaded, nothing leaves its place; and what is harmless is shown.
//!
//! The frame is read back by the tokenizer of a browser, and every tag and attribute of it is looked at.

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use mail::message::show::{self, Body};
use std::cell::RefCell;

#[derive(Default)]
struct Seen {
    tags: Vec<(String, Vec<(String, String)>)>,
    styles: String,
    comments: usize,
    in_style: bool,
}

#[derive(Default)]
struct Reader(RefCell<Seen>);

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut seen = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => {
                seen.in_style = tag.kind == TagKind::StartTag && &*tag.name == "style";
                if tag.kind == TagKind::StartTag {
                    let pairs = tag.attrs.iter().map(|pair| (pair.name.local.to_string(), pair.value.to_string()));
                    seen.tags.push((tag.name.to_string(), pairs.collect()));
                    if &*tag.name == "style" {
                        return TokenSinkResult::RawData(RawKind::Rawtext);
                    }
                }
            }
            Token::CharacterTokens(text) if seen.in_style => seen.styles.push_str(&text),
            Token::CommentToken(_) => seen.comments += 1,
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn read(html: &str) -> Seen {
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(html));
    let tokenizer = Tokenizer::new(Reader::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

fn message(html: &str) -> Vec<u8> {
    format!("From: a@x.test\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}").into_bytes()
}

fn unescaped(line: &str) -> String {
    line.replace("\\n", "\n").replace("\\t", "\t").replace("\\0", "\0")
}

/// The document without its own head, which is the same for every message.
fn check(html: &str) -> Result<(), String> {
    let frame = show::frame(&message(html)).ok_or("no frame")?;
    let seen = read(&frame);
    let count = |name: &str| seen.tags.iter().filter(|(tag, _)| tag == name).count();
    for (tag, times) in [("html", 1), ("head", 1), ("body", 1), ("title", 1), ("base", 1), ("meta", 4), ("style", 2)] {
        if count(tag) != times {
            return Err(format!("{} of {tag}", count(tag)));
        }
    }
    if seen.comments > 0 {
        return Err("a comment".to_owned());
    }
    let own = ["html", "head", "body", "title", "base", "meta"];
    for (tag, attributes) in seen.tags.iter().filter(|(tag, _)| !own.contains(&&**tag)) {
        check_tag(tag, attributes)?;
    }
    check_css(&seen.styles)
}

#[test]
fn the_yardstick_is_not_blind() {
    let payloads: Vec<_> = include_str!("data/hostile.txt").lines().filter(|line| !line.starts_with('#')).collect();
    let harm = |line: &&&str| {
        let seen = read(&unescaped(line));
        let own = ["html", "head", "title", "meta", "base"];
        seen.tags.iter().any(|(tag, pairs)| own.contains(&&**tag) || check_tag(tag, pairs).is_err())
            || check_css(&seen.styles).is_err()
            || seen.comments > 0
    };
    let found = payloads.iter().filter(harm).count();
    assert!(payloads.len() > 1_200 && found * 100 > payloads.len() * 90, "{found} of {}", payloads.len());
}

const FORBIDDEN: &str = "script iframe frame frameset object embed applet form input button select textarea svg math \
    video audio source track picture image link noscript template plaintext xmp noembed noframes bgsound marquee \
    isindex area map dialog portal param canvas details slot listing";

fn check_tag(tag: &str, attributes: &[(String, String)]) -> Result<(), String> {
    if FORBIDDEN.split_whitespace().any(|forbidden| forbidden == tag) || tag.contains(['-', ':']) {
        return Err(format!("tag {tag}"));
    }
    for (name, value) in attributes {
        let fine = match &**name {
            "src" => tag == "img" && value.starts_with("data:image/") && !value.contains("svg"),
            "href" => tag == "a" && ["http://", "https://", "mailto:"].iter().any(|start| value.starts_with(start)),
            "style" => return check_css(value),
            "target" => tag == "a" && value == "_blank",
            "rel" => tag == "a" && value == "noopener noreferrer nofollow",
            "referrerpolicy" => tag == "a" && value == "no-referrer",
            name => {
                let known = "align alt bgcolor border cellpadding cellspacing char class clear color cols colspan compact \
                    dir face frame height hspace lang noshade nowrap rowspan rules scope size span start title type \
                    valign value vspace width";
                known.split_whitespace().any(|known| known == name)
            }
        };
        if !fine {
            return Err(format!("attribute {name}={value:?} of {tag}"));
        }
    }
    Ok(())
}

fn check_css(css: &str) -> Result<(), String> {
    let css = css.to_ascii_lowercase();
    let marks = "url( image-set( image( cross-fade( src( var( attr( expression javascript: @import @font-face @charset \
        @namespace @supports position: behavior binding transform animation transition content: filter cursor: \
        <!-- </ http: https: //";
    match marks.split_whitespace().find(|mark| css.contains(mark)) {
        Some(mark) => Err(format!("{mark} in {css}")),
        None if css.contains('\\') => Err(format!("a backslash in {css}")),
        None => Ok(()),
    }
}

#[test]
fn no_payload_runs_loads_or_covers() {
    let payloads = include_str!("data/hostile.txt").lines().filter(|line| !line.starts_with('#'));
    let mut checked = 0;
    for line in payloads {
        let payload = unescaped(line);
        // Alone, after an open tag of each kind, and where a reader may have lost its way.
        for html in [
            payload.clone(),
            format!("<p>before</p>{payload}<p>after</p>"),
            format!("<table><tr><td title=\"x\">{payload}"),
            format!("<b><a href='https://x.test'>{payload}"),
            format!("<p title='{payload}'>x</p>"),
            format!("<p title=\"{payload}\" class=y>x</p>"),
            format!("<style>{payload}</style>"),
            format!("<p style=\"{payload}\">x</p>"),
            format!("<svg>{payload}</svg>"),
            format!("<!-- {payload} -->"),
        ] {
            checked += 1;
            if let Err(found) = check(&html) {
                panic!("{html:?} left {found}\n{}", show::frame(&message(&html)).unwrap_or_default());
            }
        }
    }
    assert!(checked > 12_000, "{checked} checked");
}

#[test]
fn remote_content_is_counted() {
    let blocked = |html: &str| match show::show(&message(html)).body {
        Body::Html { remote_blocked, .. } => remote_blocked,
        other => panic!("{other:?}"),
    };
    assert_eq!(blocked("<p>nothing</p>"), 0);
    assert_eq!(blocked("<img src=http://x.test/1><img src=//x.test/2>"), 2);
    assert_eq!(blocked("<p style='background:url(http://x.test/1)'><style>@import 'http://x.test/2';</style>"), 2);
}

#[test]
fn harmless_markup_is_still_shown() {
    for line in include_str!("data/harmless.txt").lines().filter(|line| !line.starts_with('#')) {
        let (written, shown) = line.split_once(" => ").expect("a line has two sides");
        let frame = show::frame(&message(written)).expect("a frame");
        assert!(frame.contains(shown), "{written}\ngave {}", frame.split_once("</style>").unwrap().1);
        check(written).unwrap_or_else(|found| panic!("{written} left {found}"));
    }
}

#[test]
fn pictures_of_the_message_are_shown_inside_it() {
    let png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    let raw = format!(
        "From: a@x.test\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n\
         <p>Hi</p><img src=\"cid:dot%40x\"><img src=cid:none alt=missing><img src=cid:evil>\r\n--b\r\n\
         Content-Type: image/png; name=dot.png\r\nContent-ID: <dot@x>\r\nContent-Transfer-Encoding: base64\r\n\r\n{png}\r\n\
         --b\r\nContent-Type: image/png; name=unused.png\r\nContent-ID: <unused@x>\r\n\r\nx\r\n\
         --b\r\nContent-Type: image/svg+xml; name=e.svg\r\nContent-ID: <evil>\r\n\r\n<svg onload=alert(1)>\r\n--b--\r\n"
    );
    let frame = show::frame(raw.as_bytes()).unwrap();
    assert!(frame.contains(&format!("<img src=\"data:image/png;base64,{png}\">")), "{frame}");
    assert_eq!(frame.matches("data:").count(), 1);
    let shown = show::show(raw.as_bytes());
    let names: Vec<_> = shown.attachments.iter().map(|file| &*file.name).collect();
    assert_eq!(names, ["unused.png", "e.svg"], "the picture that is shown is not listed");
    assert!(matches!(shown.body, Body::Html { remote_blocked: 0, .. }));
}

#[test]
fn a_message_without_html_has_no_frame() {
    assert_eq!(show::frame(b"Subject: x\r\n\r\n<p>plain</p>"), None);
    assert_eq!(show::frame(b""), None);
}

#[test]
fn text_between_html_parts_is_text() {
    let raw = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<b>hi</b>\r\n\
        --b\r\nContent-Type: text/plain\r\n\r\n<script>alert(1)</script> https://x.test/a?b&c\r\n--b--\r\n";
    let frame = show::frame(raw).unwrap();
    assert!(frame.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{frame}");
    assert!(frame.contains("<a href=\"https://x.test/a?b&amp;c\" target=\"_blank\""), "{frame}");
    let seen = read(&frame);
    assert!(!seen.tags.iter().any(|(tag, _)| tag == "script"));
}

#[test]
fn bombs_of_html_are_shown_as_text_or_cut() {
    let fonts: String = (0..8_000).map(|n| format!("<font color={n}>")).collect();
    for bomb in [
        "<div>".repeat(20_000),
        "<table><tr><td>".repeat(5_000),
        format!("{fonts}{}", "<p>x</p>".repeat(4_000)),
        "<b><p><i><div>".repeat(4_000),
        format!("<p {}>", "a=b ".repeat(100_000)),
        format!("<p {}>", (0..60_000).map(|n| format!("a{n} ")).collect::<String>()),
        "<!--".repeat(100_000),
        "<!-- x > ".repeat(50_000),
        "<style>".repeat(60_000),
        format!("<style>{}", "a{b:c(".repeat(50_000)),
        "<a href=\"".repeat(50_000),
        "<svg>".repeat(30_000),
        "&amp".repeat(50_000),
        "&".repeat(100_000),
        "&nbsp;".repeat(50_000),
        "x".repeat(1_200_000),
        "<p>x".repeat(20_000),
    ] {
        let raw = message(&bomb);
        check(&bomb).unwrap_or_else(|found| panic!("{}… left {found}", &bomb[..20]));
        let _ = mail::message::parse::summarize(&raw);
    }
}
