//! Macros: how a domain is spelled in a record (RFC 7208 §7, §12 domain-spec, macro-string).

/// A text with macros, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text(pub Vec<Piece>);

/// A text that names a domain: it ends in a label that can be a top level, or in a macro.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DomainSpec(pub Text);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Literal(String),
    Macro(Macro),
}

/// `%{ir-+}`: what it stands for and what is done to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Macro {
    /// Lower case.
    pub letter: u8,
    /// Written in upper case: what it stands for is URL-escaped.
    pub escaped: bool,
    /// How many parts from the right are kept; none: all.
    pub keep: Option<usize>,
    pub reversed: bool,
    pub delimiters: Vec<char>,
}

/// In a record; `c`, `r` and `t` stand in explanations only (RFC 7208 §7.2).
const LETTERS: &[u8] = b"slodiphv";
const EXPLANATION_LETTERS: &[u8] = b"slodiphvcrt";
const DELIMITERS: &str = ".-+,/_=";

impl Text {
    pub fn parse(text: &str) -> Option<Text> {
        pieces(text, LETTERS, |byte| byte.is_ascii_graphic())
    }

    /// An explanation may hold spaces and the macros of one.
    pub fn explanation(text: &str) -> Option<Text> {
        pieces(text, EXPLANATION_LETTERS, |byte| byte.is_ascii_graphic() || byte == b' ')
    }
}

impl DomainSpec {
    pub fn parse(text: &str) -> Option<DomainSpec> {
        let parsed = Text::parse(text)?;
        let ends_well = match parsed.0.last()? {
            Piece::Macro(_) => true,
            Piece::Literal(literal) => ends_in_label(literal),
        };
        ends_well.then_some(DomainSpec(parsed))
    }
}

/// `"." toplabel ["."]`: the dot may be the literal's first sign, with a macro before it.
fn ends_in_label(literal: &str) -> bool {
    let literal = literal.strip_suffix('.').unwrap_or(literal);
    let Some((_, label)) = literal.rsplit_once('.') else { return false };
    let bytes = label.as_bytes();
    let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let ldh = bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    edge(bytes.first()) && edge(bytes.last()) && ldh && !bytes.iter().all(u8::is_ascii_digit)
}

fn pieces(text: &str, letters: &[u8], literal: impl Fn(u8) -> bool) -> Option<Text> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(first) = rest.bytes().next() {
        if first != b'%' {
            if !literal(first) {
                return None;
            }
            plain.push(char::from(first));
            rest = &rest[1..];
            continue;
        }
        match rest.as_bytes().get(1)? {
            b'%' => plain.push('%'),
            b'_' => plain.push(' '),
            b'-' => plain.push_str("%20"),
            b'{' => {
                let end = rest.find('}')?;
                if !plain.is_empty() {
                    pieces.push(Piece::Literal(std::mem::take(&mut plain)));
                }
                pieces.push(Piece::Macro(inner(&rest[2..end], letters)?));
                rest = &rest[end + 1..];
                continue;
            }
            _ => return None,
        }
        rest = &rest[2..];
    }
    if !plain.is_empty() {
        pieces.push(Piece::Literal(plain));
    }
    Some(Text(pieces))
}

/// Between the braces: `letter *DIGIT ["r"] *delimiter`.
fn inner(text: &str, letters: &[u8]) -> Option<Macro> {
    let first = *text.as_bytes().first()?;
    let letter = first.to_ascii_lowercase();
    if !letters.contains(&letter) {
        return None;
    }
    let rest = &text[1..];
    let digits = rest.len() - rest.trim_start_matches(|char: char| char.is_ascii_digit()).len();
    let keep = match &rest[..digits] {
        "" => None,
        // RFC 7208 §7.1: zero is an error. More parts than there are keep all, however large the number.
        number => Some(number.parse::<usize>().unwrap_or(usize::MAX)).filter(|keep| *keep > 0).map(Some)?,
    };
    let rest = &rest[digits..];
    let reversed = rest.starts_with(['r', 'R']);
    let delimiters = if reversed { &rest[1..] } else { rest };
    delimiters.chars().all(|char| DELIMITERS.contains(char)).then(|| Macro {
        letter,
        escaped: first.is_ascii_uppercase(),
        keep,
        reversed,
        delimiters: if delimiters.is_empty() { vec!['.'] } else { delimiters.chars().collect() },
    })
}
