//! The same acts as command lines, as the program's own CLI has them.

/// A word of a command line; quoted when a shell would not take it whole.
fn word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@._-+/".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// `restante account password bob@comentum.test`
pub fn restante(noun: &str, verb: &str, names: &[&str]) -> String {
    let mut line = format!("restante {noun} {verb}");
    for name in names {
        line.push(' ');
        line.push_str(&word(name));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_can_be_pasted_into_a_shell() {
        assert_eq!(restante("account", "add", &["bob@comentum.test"]), "restante account add bob@comentum.test");
        assert_eq!(restante("domain", "remove", &["it's; rm"]), r"restante domain remove 'it'\''s; rm'");
    }
}
