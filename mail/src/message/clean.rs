//! Text of strangers, before it is shown in a line of ours.

/// Marks that turn the direction of what follows: `exe.gpj` shown as `jpg.exe` (Unicode TR 36 §2.1).
pub(crate) fn is_bidi_control(char: char) -> bool {
    matches!(char, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}')
}

/// Takes no room: used to fill previews, and to hide words from a reader.
pub(crate) fn is_invisible(char: char) -> bool {
    matches!(char, '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{00AD}' | '\u{034F}')
}

/// One line: white space folded, no control or direction marks, trimmed.
pub(crate) fn line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut gap = false;
    for char in text.chars() {
        if char.is_whitespace() || char.is_control() {
            gap = !line.is_empty();
        } else if !is_bidi_control(char) && char != '\u{FEFF}' {
            if gap {
                line.push(' ');
                gap = false;
            }
            line.push(char);
        }
    }
    line
}

/// The first `max` characters of `text`, whole.
pub(crate) fn cut(text: &str, max: usize) -> &str {
    text.char_indices().nth(max).map_or(text, |(at, _)| &text[..at])
}

/// At most `max` bytes of `text`, ending between characters.
pub(crate) fn cut_bytes(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}
