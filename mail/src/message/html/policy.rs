//! What may stand in HTML that is shown.

use std::collections::HashSet;
use std::sync::LazyLock;

pub(super) type Words = LazyLock<HashSet<&'static str>>;

pub(super) fn words(list: &'static str) -> HashSet<&'static str> {
    list.split_ascii_whitespace().collect()
}

/// Tags that are kept. All others go, and their content stays.
pub(super) static TAGS: Words = LazyLock::new(|| {
    words(
        "a abbr acronym address article aside b bdo big blockquote br caption center cite code col colgroup dd \
         del dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main \
         mark nav ol p pre q s samp section small span strike strong sub sup table tbody td tfoot th thead time \
         tr tt u ul var wbr summary",
    )
});

/// Tags that go with all that is in them.
pub(super) static DROPPED: Words = LazyLock::new(|| {
    words(
        "script style title textarea template iframe noembed noframes xmp plaintext object applet svg math select \
         canvas video audio frameset datalist",
    )
});

/// Attributes that any tag may have. `id` and `name` are not among them: nothing in a message needs to be pointed at.
pub(super) static ATTRIBUTES: Words = LazyLock::new(|| {
    words(
        "align bgcolor border cellpadding cellspacing char class clear color cols colspan compact dir face frame \
         height hspace lang noshade nowrap rowspan rules scope size span start style title type valign value \
         vspace width",
    )
});

/// Tags that have no end (HTML §13.1.2).
pub(super) fn is_void(tag: &str) -> bool {
    matches!(tag, "br" | "col" | "hr" | "img" | "wbr")
}

/// Tags that a parser opens again after it had to close them (HTML §13.2.4.3). A thousand of them left open make
/// a thousand elements of each paragraph, so their depth has a limit of its own.
pub(super) fn is_formatting(tag: &str) -> bool {
    matches!(tag, "a" | "b" | "big" | "code" | "em" | "font" | "i" | "s" | "small" | "strike" | "strong" | "tt" | "u")
}

/// Tags that begin a line of their own.
pub(super) fn is_block(tag: &str) -> bool {
    matches!(
        tag,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "center"
            | "dd"
            | "div"
            | "dl"
            | "dt"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "li"
            | "main"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "table"
            | "tr"
            | "ul"
    )
}

/// Open tags that `tag` closes where its end was left out (HTML §13.1.2.4), and those it does not look behind.
pub(super) fn closes(tag: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match tag {
        "a" => (&["a"], &["table", "td", "th"]),
        "li" => (&["li"], &["ul", "ol", "table", "td", "th"]),
        "dt" | "dd" => (&["dt", "dd"], &["dl", "table", "td", "th"]),
        "td" | "th" => (&["td", "th"], &["table", "tr"]),
        "tr" => (&["tr"], &["table"]),
        "tbody" | "thead" | "tfoot" | "colgroup" | "caption" => {
            (&["tbody", "thead", "tfoot", "colgroup", "caption"], &["table"])
        }
        _ if is_block(tag) => (&["p"], &["table", "td", "th", "div", "li", "blockquote", "center", "caption"]),
        _ => (&[], &[]),
    }
}

/// What an end tag does not look behind for its beginning.
pub(super) fn holds(open: &str, end: &str) -> bool {
    match open {
        "table" => end != "table",
        "td" | "th" => !matches!(end, "td" | "th" | "tr" | "tbody" | "thead" | "tfoot" | "table"),
        "li" | "blockquote" | "div" => !is_block(end) && end != "td" && end != "th",
        _ => false,
    }
}
