//! Any bytes as a message: what lists and search show of it is text in one line, and reading it comes to an end.

use mail::message::parse::summarize;
use mail::message::trace::{hops, missing_fields};

pub fn judge(data: &[u8]) {
    let summary = summarize(data);
    for text in [&summary.subject, &summary.from_name, &summary.from_address] {
        assert!(!text.contains(['\r', '\n', '\0']), "{text:?}");
    }
    assert!(hops(data) <= data.len());
    missing_fields(data);
}
