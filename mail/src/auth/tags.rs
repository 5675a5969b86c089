//! Tag lists (RFC 6376 §3.2) read strictly, for where a seal must be exactly what it says.

/// The tags in order, or none when one is no tag, or stands twice.
pub fn parse(value: &[u8]) -> Option<Vec<(&str, &str)>> {
    let text = std::str::from_utf8(value).ok()?;
    let mut tags: Vec<(&str, &str)> = Vec::new();
    let mut parts = text.split(';').peekable();
    while let Some(part) = parts.next() {
        // A semicolon at the end is no tag; two in a row are an error.
        if part.trim().is_empty() && parts.peek().is_none() && !tags.is_empty() {
            break;
        }
        let (name, value) = part.split_once('=')?;
        let name = name.trim();
        let mut bytes = name.bytes();
        let begins = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic());
        let goes_on = bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !begins || !goes_on || tags.iter().any(|(known, _)| *known == name) {
            return None;
        }
        tags.push((name, value.trim()));
    }
    Some(tags)
}

/// A tag's value. Names are compared as they are written (RFC 6376 §3.2).
pub fn get<'a>(tags: &[(&str, &'a str)], name: &str) -> Option<&'a str> {
    tags.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_only_if_every_part_is_a_tag_and_stands_once() {
        assert_eq!(parse(b" a=x;\r\n\tb = y=z ;"), Some(vec![("a", "x"), ("b", "y=z")]));
        for wrong in ["", ";", "a=x;;b=y", "a=x; a=y", "a", "_a=x", "a-b=x", ";a=x", "a=\u{fc}\u{0};=x"] {
            assert_eq!(parse(wrong.as_bytes()), None, "{wrong:?}");
        }
        assert_eq!(get(&[("A", "x")], "a"), None);
    }
}
