//! Plain text as it is shown: quotes by depth, flowed lines joined, links found.

use crate::message::show::{Piece, TextBlock};
use linkify::{LinkFinder, LinkKind};

/// Deeper quotes are shown at this depth.
const DEPTH_MAX: u8 = 12;
/// More links than this in one message stay text.
const LINKS_MAX: usize = 2_000;
/// Longer addresses stay text. Bytes.
const HREF_MAX: usize = 2_048;

/// format=flowed (RFC 3676): lines that end in a space go on in the next; `delete_space` as its DelSp says.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Flow {
    pub flowed: bool,
    pub delete_space: bool,
}

/// Text with `\n` line ends as blocks of one quote depth.
pub(crate) fn blocks(text: &str, flow: Flow) -> Vec<TextBlock> {
    let mut blocks: Vec<(u8, String)> = Vec::new();
    let mut goes_on = false;
    for line in text.trim_end().split('\n') {
        let (depth, mut line) = depth(line, flow.flowed);
        // RFC 3676 §4.3: the signature line ends in a space and yet goes nowhere.
        let signature = line == "-- ";
        let soft = flow.flowed && line.ends_with(' ') && !signature;
        if soft && flow.delete_space {
            line = &line[..line.len() - 1];
        }
        match blocks.last_mut() {
            Some((last, block)) if *last == depth => {
                if !goes_on || signature {
                    block.push('\n');
                }
                block.push_str(line);
            }
            _ => blocks.push((depth, line.to_owned())),
        }
        goes_on = soft;
    }
    let mut links = LINKS_MAX;
    let kept = blocks.into_iter().filter(|(_, text)| !text.trim().is_empty());
    kept.map(|(depth, text)| TextBlock { depth, pieces: pieces(text.trim_matches('\n'), &mut links) }).collect()
}

/// How deep a line is quoted, and what it says. `> > a` and `>> a` are the same, unless the text is flowed
/// (RFC 3676 §4.5: there only marks without spaces count).
fn depth(line: &str, flowed: bool) -> (u8, &str) {
    let mut depth: u8 = 0;
    let mut rest = line;
    while let Some(after) = rest.strip_prefix('>') {
        depth = depth.saturating_add(1).min(DEPTH_MAX);
        rest = after;
        if !flowed && rest.starts_with(" >") {
            rest = &rest[1..];
        }
    }
    // RFC 3676 §4.4: one space of stuffing.
    if depth > 0 || flowed {
        rest = rest.strip_prefix(' ').unwrap_or(rest);
    }
    (depth, rest)
}

fn pieces(text: &str, links: &mut usize) -> Vec<Piece> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url, LinkKind::Email]);
    let mut pieces: Vec<Piece> = Vec::new();
    for span in finder.spans(text) {
        let part = span.as_str();
        let href = match span.kind() {
            Some(LinkKind::Email) => Some(format!("mailto:{}", part.strip_prefix("mailto:").unwrap_or(part))),
            Some(_) => is_link(part).then(|| part.to_owned()),
            None => None,
        };
        match href.filter(|href| *links > 0 && href.len() <= HREF_MAX) {
            Some(href) => {
                *links -= 1;
                pieces.push(Piece::Link { text: part.to_owned(), href });
            }
            None => match pieces.last_mut() {
                Some(Piece::Text(before)) => before.push_str(part),
                _ => pieces.push(Piece::Text(part.to_owned())),
            },
        }
    }
    pieces
}

fn is_link(address: &str) -> bool {
    let scheme = address.split(':').next().unwrap_or_default();
    ["http", "https", "mailto"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str, flow: Flow) -> Vec<(u8, String)> {
        let whole = |piece: Piece| match piece {
            Piece::Text(text) => text,
            Piece::Link { text, href } => format!("[{text}]({href})"),
        };
        blocks(text, flow)
            .into_iter()
            .map(|block| (block.depth, block.pieces.into_iter().map(whole).collect()))
            .collect()
    }

    #[test]
    fn quotes_are_told_by_their_depth() {
        let text = "Yes.\n\n> Is it?\n>> Was it?\n> > Was it then?\n>\n> So.\nBob\n";
        let blocks = plain(text, Flow::default());
        let of = |depth, text: &str| (depth, text.to_owned());
        assert_eq!(
            blocks,
            [of(0, "Yes."), of(1, "Is it?"), of(2, "Was it?\nWas it then?"), of(1, "So."), of(0, "Bob")]
        );
        assert_eq!(plain(&">".repeat(5_000), Flow::default()), []);
        assert_eq!(plain(&format!("{} deep", ">".repeat(5_000)), Flow::default())[0].0, DEPTH_MAX);
    }

    #[test]
    fn flowed_lines_are_joined() {
        let flowed = Flow { flowed: true, delete_space: false };
        assert_eq!(plain("one \ntwo\n three\n-- \nBob", flowed)[0].1, "one two\nthree\n-- \nBob");
        assert_eq!(plain("> one \n> two", flowed), [(1, "one two".to_owned())]);
        let japanese = Flow { flowed: true, delete_space: true };
        assert_eq!(plain("日 \n本", japanese)[0].1, "日本");
        assert_eq!(plain("one \ntwo", Flow::default())[0].1, "one \ntwo");
    }

    #[test]
    fn only_web_and_mail_addresses_are_links() {
        assert_eq!(
            plain("see https://x.test/a_(b), or anna@x.test.", Flow::default())[0].1,
            "see [https://x.test/a_(b)](https://x.test/a_(b)), or [anna@x.test](mailto:anna@x.test)."
        );
        for text in ["javascript:alert(1)", "ftp://x.test/a", "data:text/html,x", "file:///x"] {
            assert_eq!(plain(text, Flow::default())[0].1, text);
        }
    }
}
