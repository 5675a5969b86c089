//! Dot-stuffing both ways: what is stuffed comes back, whatever way the bytes are cut, and nothing else ends a message.

use proptest::prelude::*;
use protocol::dot::{Found, Stuffer, Unstuffer};

/// What a message is on the wire: CRLF line ends only, the last line ended too.
pub fn normalised(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut previous = 0;
    for &byte in text {
        match byte {
            b'\n' if previous == b'\r' => {}
            b'\r' | b'\n' => out.extend_from_slice(b"\r\n"),
            _ => out.push(byte),
        }
        previous = byte;
    }
    if !out.is_empty() && !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out
}

fn stuff(pieces: &[&[u8]]) -> Vec<u8> {
    let mut stuffer = Stuffer::default();
    let mut out = Vec::new();
    for piece in pieces {
        stuffer.stuff(piece, &mut out);
    }
    stuffer.finish(&mut out);
    out
}

#[derive(Debug, Default, PartialEq)]
struct Unstuffed {
    text: Vec<u8>,
    bare: bool,
    /// Octets up to and with the end; none: no end was found.
    end: Option<usize>,
}

fn unstuff<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Unstuffed {
    let mut unstuffer = Unstuffer::default();
    let mut result = Unstuffed::default();
    let mut before = 0;
    for piece in pieces {
        let mut used = 0;
        while used < piece.len() {
            let found = unstuffer.next(&piece[used..]);
            used += found.skip;
            if !result.bare {
                result.text.extend_from_slice(&piece[used..used + found.take]);
            }
            used += found.take;
            match found.found {
                Found::More => {}
                Found::BareNewline => result.bare = true,
                Found::End => return Unstuffed { end: Some(before + used), ..result },
            }
        }
        before += piece.len();
    }
    result
}

/// Mostly what matters: dots, CRs and LFs.
fn tricky() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(b"..\r\n\r\nab\0\xff".to_vec()), 0..60)
}

/// Cuts the bytes at these places, modulo their length.
fn cut<'b>(bytes: &'b [u8], places: &[usize]) -> Vec<&'b [u8]> {
    let mut places: Vec<usize> = places.iter().map(|place| place % (bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect()
}

proptest! {
    #[test]
    fn what_is_stuffed_comes_back(
        text in tricky(),
        cuts in prop::collection::vec(0usize..60, 0..6),
        other_cuts in prop::collection::vec(0usize..80, 0..6),
    ) {
        let sent = stuff(&cut(&text, &cuts));
        prop_assert_eq!(&sent, &stuff(&[&text]));
        let came = unstuff(cut(&sent, &other_cuts));
        prop_assert_eq!(came, Unstuffed { text: normalised(&text), bare: false, end: Some(sent.len()) });
    }

    #[test]
    fn only_crlf_dot_crlf_is_the_end(text in tricky(), cuts in prop::collection::vec(0usize..60, 0..6)) {
        // As if the line before ended in CRLF.
        let framed = [b"\r\n".as_slice(), &text].concat();
        let end = framed.windows(5).position(|five| five == b"\r\n.\r\n").map(|at| at + 3);
        let came = unstuff(cut(&text, &cuts));
        prop_assert_eq!(came.end, end);
        // A CR at the very end may yet be followed by its LF.
        let seen = end.map_or(text.as_slice(), |end| &text[..end]);
        let seen = seen.strip_suffix(b"\r").unwrap_or(seen);
        prop_assert_eq!(came.bare, has_bare(seen));
    }
}

fn has_bare(text: &[u8]) -> bool {
    let cr_alone = (0..text.len()).any(|at| text[at] == b'\r' && text.get(at + 1) != Some(&b'\n'));
    let lf_alone = (0..text.len()).any(|at| text[at] == b'\n' && (at == 0 || text[at - 1] != b'\r'));
    cr_alone || lf_alone
}

/// The 23 false ends of known smuggling attacks, and then the true one.
#[test]
fn false_ends() {
    let ends = ["\n", "\r", "\r\n", "\r\r\n", "\n\r", "\0\r\n", "\r\0\n"];
    for before in ends {
        for after in ends {
            let text = format!("a{before}.{after}MAIL FROM:<x@y.test>\r\n");
            let whole = [text.as_bytes(), b".\r\n"].concat();
            // CR CRLF ends in CRLF too, but its first CR is alone.
            let ended_early = before.ends_with("\r\n") && after == "\r\n";
            let came = unstuff([whole.as_slice()]);
            let end = if ended_early { 1 + before.len() + 1 + after.len() } else { whole.len() };
            assert_eq!(came.end, Some(end), "{text:?}");
            let harmless = |end: &str| end == "\r\n" || end == "\0\r\n";
            assert_eq!(came.bare, !(harmless(before) && harmless(after)), "{text:?}");
        }
    }
}
