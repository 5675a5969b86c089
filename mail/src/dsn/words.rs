//! Words of others, made fit for a field: one line, ASCII, bounded, folded.

/// Of one reply of a remote. Characters.
const DIAGNOSTIC_MAX: usize = 1_000;

/// A remote's reply, of as many lines as it liked and in whatever bytes, as one line of ASCII.
pub(super) fn one_line(diagnostic: &str) -> String {
    let words: Vec<&str> = diagnostic.split(|char: char| char.is_whitespace() || char.is_control()).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(DIAGNOSTIC_MAX).map(|char| if char.is_ascii() { char } else { '?' }).collect()
}

/// `rfc822; address`; one with letters beyond ASCII as `utf-8; addr\x{E9}ss` (RFC 6533 §3, utf-8-addr-xtext), or as it is
/// in a global report.
pub(super) fn typed(kind: &str, address: &str, global: bool) -> String {
    let kind: String = kind.chars().filter(|char| char.is_ascii_alphanumeric() || *char == '-').take(20).collect();
    if address.is_ascii() && !kind.eq_ignore_ascii_case("utf-8") {
        return format!("{}; {}", kind.to_ascii_lowercase(), one_line(address));
    }
    let mut written = String::new();
    for char in address.chars().filter(|char| !char.is_control()).take(DIAGNOSTIC_MAX) {
        match char {
            '!'..='~' if !"\\+=".contains(char) => written.push(char),
            beyond if global && !beyond.is_ascii() && !beyond.is_whitespace() => written.push(beyond),
            other => written.push_str(&format!("\\x{{{:X}}}", u32::from(other))),
        }
    }
    format!("utf-8; {written}")
}

/// Folded before column 78 where there is a space, and before 900 where there is none (RFC 5322 §2.2.3).
pub(super) fn folded(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 32);
    let mut column = 0;
    for (index, word) in line.split(' ').enumerate() {
        if index > 1 && column + word.len() > 76 {
            out.push_str("\r\n");
            column = 0;
        }
        if index > 0 {
            out.push(' ');
            column += 1;
        }
        let mut word = word;
        while word.len() > 900 {
            let at = (0..=900).rev().find(|at| word.is_char_boundary(*at)).unwrap_or(900);
            let (head, rest) = word.split_at(at);
            out.push_str(head);
            out.push_str("\r\n ");
            word = rest;
            column = 1;
        }
        out.push_str(word);
        column += word.len();
    }
    out
}

/// RFC 3463 §2: class, subject, detail; of the class that the action has. A bounce of what was tried for too long is a
/// failure for good, and may still tell the last 4.x.x.
pub(super) fn enhanced(status: &str, class: char) -> String {
    let fields: Vec<&str> = status.split('.').collect();
    let number = |text: &str| (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = |found: &str| found.starts_with(class) && found.len() == 1 || class == '5' && found == "4";
    match fields[..] {
        [found, subject, detail] if number(subject) && number(detail) && fits(found) => status.to_owned(),
        _ => format!("{class}.0.0"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_beyond_ascii_is_written_as_rfc_6533_has_it() {
        assert_eq!(typed("rfc822", "bob@comentum.test", false), "rfc822; bob@comentum.test");
        assert_eq!(typed("rfc822", "b\u{f6}b+x@comentum.test", false), r"utf-8; b\x{F6}b\x{2B}x@comentum.test");
        assert_eq!(typed("rfc822", "b\u{f6}b\u{2028}x@comentum.test", true), "utf-8; b\u{f6}b\\x{2028}x@comentum.test");
        assert_eq!(typed("utf-8", "a=b", true), r"utf-8; a\x{3D}b");
        assert_eq!(typed("x\r\nevil: 1", "a\r\nb: c", true), "xevil1; a b: c");
    }

    #[test]
    fn a_status_is_of_the_class_of_what_happened() {
        for (status, class, written) in [
            ("5.1.1", '5', "5.1.1"),
            ("4.4.1", '5', "4.4.1"),
            ("2.0.0", '5', "5.0.0"),
            ("5.1.1", '4', "4.0.0"),
            ("4.4.7", '4', "4.4.7"),
            ("2.1.5", '2', "2.1.5"),
            ("", '2', "2.0.0"),
            ("5.1.1.1", '5', "5.0.0"),
            ("5.1.9999", '5', "5.0.0"),
        ] {
            assert_eq!(enhanced(status, class), written, "{status} {class}");
        }
    }
}
