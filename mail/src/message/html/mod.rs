//! HTML of strangers: read as text, or made safe to show.
//!
//! `tokens` splits it, `text` reads it, and `tame` writes it anew: known tags only, closed in order, each attribute judged.
//! What `tame` wrote goes through ammonia, which shares no code with it, before anyone sees it: for something to slip
//! through, both would have to be wrong in the same way.

mod attributes;
pub(crate) mod css;
mod policy;
mod tame;
mod text;
mod tokens;

pub(crate) use tame::{Tamed, tame};
pub(crate) use text::{content_ids, to_text};

use ammonia::{Builder, UrlRelative};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// A longer HTML part is shown as text. Bytes.
pub(crate) const INPUT_MAX: usize = 1024 * 1024;

static GATE: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut gate = Builder::empty();
    gate.tags(policy::TAGS.clone())
        .clean_content_tags(policy::DROPPED.clone())
        .generic_attributes(policy::ATTRIBUTES.clone())
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"])), ("img", HashSet::from(["src", "alt"]))]))
        .url_schemes(HashSet::from(["http", "https", "mailto", "data"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"))
        .set_tag_attribute_value("a", "target", "_blank")
        .set_tag_attribute_value("a", "referrerpolicy", "no-referrer")
        .strip_comments(true)
        .attribute_filter(|tag, name, value| {
            let fit = match (tag, name) {
                ("img", "src") => value.starts_with("data:image/"),
                (_, "src") => false,
                (_, "href") => ["https:", "http:", "mailto:"].iter().any(|scheme| value.starts_with(scheme)),
                (_, "style") => css::is_clean(value),
                _ => true,
            };
            fit.then_some(Cow::Borrowed(value))
        });
    gate
});

/// The last door: ammonia with a list of what may be.
pub(crate) fn gate(tamed: &str) -> String {
    GATE.clean(tamed).to_string()
}

/// Text as HTML.
pub(crate) fn escape(text: &str, into: &mut String) {
    for char in text.chars() {
        match char {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            '\'' => into.push_str("&#39;"),
            '\0' => {}
            char => into.push(char),
        }
    }
}
