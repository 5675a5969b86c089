//! What a person typed, understood. It never fails: what is no operator is a word.

use super::date::start_of_day;
use super::index::owner;
use super::segment::phrase;
use crate::{Flags, Role};

/// More is no search.
const TERMS_MAX: usize = 32;
const TERM_MAX: usize = 200;
/// Words this long find longer ones that begin so; shorter ones would find everything.
const PREFIX_MIN: usize = 3;
/// Every column but `owner`.
const ANYWHERE: &str = "sender people subject body";

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Query {
    /// For FTS5, confined to the account; None when no words are asked for.
    pub words: Option<String>,
    pub place: Option<Place>,
    /// Flags that must be set, and flags that must not.
    pub set: i64,
    pub clear: i64,
    pub has_attachment: bool,
    pub before: Option<i64>,
    pub after: Option<i64>,
    /// Nothing was asked for that can be found.
    pub nothing: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    Role(Role),
    /// Lower case.
    Name(String),
}

struct Token {
    negative: bool,
    operator: Option<String>,
    text: String,
    quoted: bool,
}

pub(super) fn parse(account: i64, text: &str) -> Query {
    let mut query = Query::default();
    let (mut wanted, mut unwanted) = (Vec::new(), Vec::new());
    let mut filtered = false;
    for token in tokens(text).take(TERMS_MAX) {
        if !token.negative && filter(&mut query, &token) {
            filtered = true;
            continue;
        }
        let (columns, text) = match token.operator.as_deref() {
            Some("from") => ("sender", token.text),
            Some("to") => ("people", token.text),
            Some("subject") => ("subject", token.text),
            Some(other) => (ANYWHERE, format!("{other} {}", token.text)),
            None => (ANYWHERE, token.text),
        };
        let text: String = text.chars().take(TERM_MAX).collect();
        let Some((tokens, open_end)) = phrase(&text) else { continue };
        // Segments have no quotes and no control characters, so nothing in them can end the string.
        let prefix = open_end || !token.negative && !token.quoted && text.chars().count() >= PREFIX_MIN;
        let star = if prefix { " *" } else { "" };
        let term = format!("{{{columns}}} : \"{tokens}\"{star}");
        if token.negative { &mut unwanted } else { &mut wanted }.push(term);
    }
    query.nothing = wanted.is_empty() && unwanted.is_empty() && !filtered;
    if !wanted.is_empty() || !unwanted.is_empty() {
        wanted.insert(0, format!("owner : \"{}\"", owner(account)));
        let mut words = format!("({})", wanted.join(" AND "));
        if !unwanted.is_empty() {
            words += &format!(" NOT ({})", unwanted.join(" OR "));
        }
        query.words = Some(words);
    }
    query
}

/// Takes the token as a filter, if it is one.
fn filter(query: &mut Query, token: &Token) -> bool {
    let Some(operator) = token.operator.as_deref() else { return false };
    let value = token.text.to_lowercase();
    match (operator, value.as_str()) {
        ("is", "unread") => query.clear |= Flags::SEEN.0,
        ("is", "read") => query.set |= Flags::SEEN.0,
        ("is", "starred") => query.set |= Flags::FLAGGED.0,
        ("has", "attachment") => query.has_attachment = true,
        ("in", name) if !name.is_empty() => query.place = Some(place(name)),
        ("before", day) => match start_of_day(day) {
            Some(at) => query.before = Some(query.before.map_or(at, |other| other.min(at))),
            None => return false,
        },
        ("after", day) => match start_of_day(day) {
            Some(at) => query.after = Some(query.after.map_or(at, |other| other.max(at))),
            None => return false,
        },
        _ => return false,
    }
    true
}

fn place(name: &str) -> Place {
    match name {
        "inbox" => Place::Role(Role::Inbox),
        "drafts" => Place::Role(Role::Drafts),
        "sent" => Place::Role(Role::Sent),
        "archive" => Place::Role(Role::Archive),
        "junk" | "spam" => Place::Role(Role::Junk),
        "trash" | "bin" => Place::Role(Role::Trash),
        name => Place::Name(name.to_owned()),
    }
}

/// Words, `"phrases"`, `operator:value` and `operator:"value"`, each perhaps after a `-`.
fn tokens(text: &str) -> impl Iterator<Item = Token> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        if rest.is_empty() {
            return None;
        }
        let negative = rest.len() > 1 && rest.starts_with('-');
        rest = if negative { &rest[1..] } else { rest };
        let name = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let operator = (name > 0 && rest[name..].starts_with(':')).then(|| rest[..name].to_ascii_lowercase());
        rest = if operator.is_some() { &rest[name + 1..] } else { rest };
        let (text, quoted) = if let Some(inner) = rest.strip_prefix('"') {
            let (text, after) = inner.split_once('"').unwrap_or((inner, ""));
            rest = after;
            (text, true)
        } else {
            let (text, after) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
            rest = after;
            (text, false)
        };
        Some(Token { negative, operator, text: text.to_owned(), quoted })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> String {
        parse(7, text).words.unwrap_or_default()
    }

    #[test]
    fn words_phrases_and_columns() {
        assert_eq!(words("at"), r#"(owner : "a7" AND {sender people subject body} : "at")"#);
        assert_eq!(
            words(r#"invoice "two words" from:anna -spam"#),
            concat!(
                r#"(owner : "a7" AND {sender people subject body} : "invoice" * AND {sender people subject body} : "two words""#,
                r#" AND {sender} : "anna" *) NOT ({sender people subject body} : "spam")"#
            )
        );
        assert_eq!(words("-spam"), r#"(owner : "a7") NOT ({sender people subject body} : "spam")"#);
    }

    #[test]
    fn filters_are_taken_out() {
        let query = parse(1, "is:unread IS:starred has:attachment in:Spam before:2026-01-02 after:2026-01-01");
        assert_eq!((query.set, query.clear, query.has_attachment), (2, 1, true));
        assert_eq!(query.place, Some(Place::Role(Role::Junk)));
        assert_eq!(query.before.zip(query.after).map(|(b, a)| b - a), Some(86_400_000));
        assert_eq!((query.words, query.nothing), (None, false));
    }

    #[test]
    fn what_is_no_operator_is_a_word() {
        assert!(words("is:odd").contains(r#""is odd""#));
        assert!(words("before:soon").contains(r#""before soon""#));
        assert!(words("http://x.test/a").contains(r#""http x test a""#));
        assert!(parse(1, "  \"\" - * ( ) !!").nothing);
        assert!(parse(1, "").nothing);
    }
}
