//! Where a form goes after it was done, and what the next page says about it.

/// A path on this server, and not a disguised address of another. Browsers read `\` as `/`, and drop tabs and line breaks
/// before they read at all. The one check there is: the server uses it too.
pub fn is_local(path: &str) -> bool {
    let plain = !path.contains(|sign: char| sign.is_control() || sign == '\\');
    path.starts_with('/') && !path.starts_with("//") && plain
}

/// The page of a domain. A name that is none leads to the list.
pub fn domain_page(name: &str) -> String {
    let plain = !name.is_empty() && name.chars().all(|sign| sign.is_ascii_alphanumeric() || ".-".contains(sign));
    if plain { format!("/admin/domains/{name}") } else { "/admin/domains".to_owned() }
}

/// What was done, as it travels in the next page's address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// The form's word (`archive`), see `words::done`.
    pub word: String,
    /// How many messages.
    pub number: i64,
    /// The messages, and the mailbox to put them back into; empty when it cannot be undone so.
    pub undo: Vec<i64>,
    pub from: String,
}

impl Done {
    /// The most messages an address carries for undo: one page of a list.
    const MOST: usize = 50;

    /// `then`, with what was done added.
    pub fn after(&self, then: &str) -> String {
        let mut url = then.to_owned();
        url.push(if then.contains('?') { '&' } else { '?' });
        url.push_str(&format!("done={}&n={}", self.word, self.number));
        let known = self.from.parse::<i64>().is_ok();
        if known && !self.undo.is_empty() && self.undo.len() <= Self::MOST {
            let ids: Vec<String> = self.undo.iter().map(i64::to_string).collect();
            url.push_str(&format!("&undo={}&from={}", ids.join("."), self.from));
        }
        url
    }

    /// Reads it from the address; none when the page was reached otherwise.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Option<Done> {
        Some(Done {
            word: get("done")?,
            number: get("n").and_then(|n| n.parse().ok()).unwrap_or(1),
            undo: get("undo").map(|ids| ids.split('.').filter_map(|id| id.parse().ok()).collect()).unwrap_or_default(),
            from: get("from").unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_server_are_local() {
        assert!(is_local("/mail/inbox?p=2"));
        for foreign in [
            "",
            "https://elsewhere.test/",
            "//elsewhere.test/",
            "/\\elsewhere.test",
            "/\t/elsewhere.test",
            "/a\r\nSet-Cookie: x",
        ] {
            assert!(!is_local(foreign), "{foreign}");
        }
    }

    #[test]
    fn a_domains_page_is_a_page_of_this_server() {
        assert_eq!(domain_page("comentum.test"), "/admin/domains/comentum.test");
        for odd in ["", "../x", "a/b", "a\r\nSet-Cookie: x", "a?b", "ä.test"] {
            assert_eq!(domain_page(odd), "/admin/domains", "{odd}");
        }
    }

    #[test]
    fn what_was_done_survives_the_address() {
        let done = Done { word: "archive".into(), number: 2, undo: vec![17, 18], from: "3".into() };
        let url = done.after("/mail/inbox?p=2");
        assert_eq!(url, "/mail/inbox?p=2&done=archive&n=2&undo=17.18&from=3");
        let pairs: Vec<_> = url.split_once('?').unwrap().1.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let get = |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        assert_eq!(Done::read(get), Some(done));
    }

    #[test]
    fn nothing_to_put_back_into_is_no_undo() {
        let done = Done { word: "archive".into(), number: 1, undo: vec![17], from: String::new() };
        assert_eq!(done.after("/search?q=x"), "/search?q=x&done=archive&n=1");
    }
}
