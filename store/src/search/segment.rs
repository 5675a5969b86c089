//! Text cut for the index. FTS5 splits words at spaces; Chinese, Japanese and Korean have none, so a run of their
//! characters goes in as overlapping pairs and its last character alone: 東京都 as 東京, 京都, 都. Asked for the same
//! way, a word of any length is found inside a longer run.

use std::sync::Arc;

/// A longer word is no word: base64, hashes of hashes, lines of dashes without dashes.
const WORD_MAX: usize = 64;

enum Run<'a> {
    Word(&'a str),
    Cjk(&'a str),
}

/// As the index takes it in.
pub(super) fn segment(text: &str) -> Arc<str> {
    // Most text needs nothing done.
    if text.is_ascii() && !text.as_bytes().split(|byte| !byte.is_ascii_alphanumeric()).any(|word| word.len() > WORD_MAX)
    {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    for run in runs(text) {
        match run {
            Run::Word(word) if word.len() > WORD_MAX => (),
            Run::Word(word) => push(&mut out, word),
            Run::Cjk(run) => push_pairs(&mut out, run, true),
        }
    }
    out.into()
}

/// What a phrase asks for: its tokens, and whether the last is only the beginning of one. None when there is nothing
/// to ask for.
pub(super) fn phrase(text: &str) -> Option<(String, bool)> {
    let mut out = String::new();
    let mut open_end = false;
    let mut runs = runs(text).peekable();
    while let Some(run) = runs.next() {
        match run {
            Run::Word(word) if !word.chars().any(char::is_alphanumeric) => (),
            Run::Word(word) => push(&mut out, word),
            // Where the phrase goes on behind the run, so does the text; at its end the text's run may be longer.
            Run::Cjk(run) => {
                let last = runs.peek().is_none();
                let single = run.chars().nth(1).is_none();
                open_end = last && single;
                push_pairs(&mut out, run, !last || single);
            }
        }
    }
    (!out.is_empty()).then_some((out, open_end))
}

/// Without the first occurrence of `part`.
pub(super) fn take_out(text: &str, part: &str) -> String {
    match text.find(part) {
        Some(at) if !part.is_empty() => [&text[..at], " ", &text[at + part.len()..]].concat(),
        _ => text.to_owned(),
    }
}

fn push(out: &mut String, token: &str) {
    if !out.is_empty() {
        out.push(' ');
    }
    out.push_str(token);
}

fn push_pairs(out: &mut String, run: &str, with_last: bool) {
    let starts: Vec<usize> = run.char_indices().map(|(at, _)| at).chain([run.len()]).collect();
    for pair in starts.windows(3) {
        push(out, &run[pair[0]..pair[2]]);
    }
    if with_last && let [.., last, end] = starts[..] {
        push(out, &run[last..end]);
    }
}

fn runs(text: &str) -> impl Iterator<Item = Run<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(is_break);
        let first = rest.chars().next()?;
        let cjk = is_cjk(first);
        let end = rest.find(|c| is_break(c) || is_cjk(c) != cjk).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        rest = after;
        Some(if cjk { Run::Cjk(run) } else { Run::Word(run) })
    })
}

/// Only what is surely no part of a word; the tokenizer knows the rest of Unicode.
fn is_break(c: char) -> bool {
    c.is_ascii() && !c.is_ascii_alphanumeric() || matches!(c, '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff0f}')
}

fn is_cjk(c: char) -> bool {
    matches!(c,
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{2fdf}' | '\u{3041}'..='\u{30ff}' | '\u{3105}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}'
        | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_and_cjk_comes_in_pairs() {
        assert_eq!(&*segment("Hello, wörld! x_y"), "Hello wörld x y");
        assert_eq!(&*segment("東京都へ行く。ABC東京"), "東京 京都 都へ へ行 行く く ABC 東京 京");
        assert_eq!(&*segment("한국어 책"), "한국 국어 어 책");
        assert_eq!(&*segment(&format!("a {} b", "x".repeat(65))), "a b");
        assert_eq!(&*segment(""), "");
    }

    #[test]
    fn a_phrase_fits_inside_a_longer_run() {
        assert_eq!(phrase("東京都"), Some(("東京 京都".into(), false)));
        assert_eq!(phrase("東"), Some(("東".into(), true)));
        assert_eq!(phrase("東京 tower"), Some(("東京 京 tower".into(), false)));
        assert_eq!(phrase("foo-bar"), Some(("foo bar".into(), false)));
        assert_eq!(phrase("--- ?"), None);
        assert_eq!(phrase("🎉"), None);
    }
}
