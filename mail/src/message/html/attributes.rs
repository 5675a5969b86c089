//! Attributes, one by one: what is kept, changed or counted as blocked.

use super::text::{content_id, decode_attribute};
use super::{css, escape, policy};
use ammonia::Url;
use std::borrow::Cow;

/// Longer values of attributes that are not addresses are dropped. Bytes.
const VALUE_MAX: usize = 2_048;
/// All `data:` images of one message together. Bytes of the address.
const IMAGES_MAX: usize = 14 * 1024 * 1024;

/// What attributes need to know of the message, and what they found out.
pub(super) struct Judge<'a> {
    /// The picture of a content id as a `data:` address.
    pub images: &'a mut dyn FnMut(&str) -> Option<String>,
    /// Things that would have been loaded from elsewhere.
    pub blocked: u32,
    /// Bytes of `data:` addresses so far.
    pub inlined: usize,
}

impl Judge<'_> {
    /// Writes the attributes of a kept tag.
    pub fn write(&mut self, tag: &str, attributes: &[(Cow<'_, str>, &str)], out: &mut String) {
        let blocked = self.blocked;
        for (name, value) in attributes {
            let value = decode_attribute(value);
            let kept = match &**name {
                "href" if tag == "a" => link(&value),
                "src" if tag == "img" => self.picture(&value),
                "alt" if tag == "img" && value.len() <= VALUE_MAX => Some(value.into_owned()),
                "style" => Some(css::declarations(&value, &mut self.blocked)).filter(|css| !css.is_empty()),
                "srcset" | "background" | "poster" | "src" | "lowsrc" | "dynsrc" | "data" => {
                    self.blocked += u32::from(is_remote(&value));
                    None
                }
                name if policy::ATTRIBUTES.contains(name) && value.len() <= VALUE_MAX => Some(value.into_owned()),
                _ => None,
            };
            if let Some(kept) = kept {
                out.push(' ');
                out.push_str(name);
                out.push_str("=\"");
                escape(&kept, out);
                out.push('"');
            }
        }
        // A picture with src and srcset is one thing that was not loaded.
        if tag == "img" {
            self.blocked = self.blocked.min(blocked + 1);
        }
    }

    /// A tag that is dropped, and with it what it would have loaded.
    pub fn dropped(&mut self, attributes: &[(Cow<'_, str>, &str)]) {
        let loads = |name: &str| matches!(name, "src" | "srcset" | "href" | "data" | "poster" | "background" | "code");
        let remote = attributes.iter().any(|(name, value)| loads(name) && is_remote(&decode_attribute(value)));
        self.blocked += u32::from(remote);
    }

    fn picture(&mut self, address: &str) -> Option<String> {
        let address = squeeze(address);
        let lower = address.get(..5).unwrap_or_default().to_ascii_lowercase();
        let data = if lower.starts_with("cid:") {
            (self.images)(&content_id(&address[4..]))?
        } else if lower == "data:" {
            address.into_owned()
        } else {
            self.blocked += u32::from(!address.is_empty());
            return None;
        };
        if !is_picture_data(&data) || self.inlined + data.len() > IMAGES_MAX {
            return None;
        }
        self.inlined += data.len();
        Some(data)
    }
}

/// Browsers drop line ends and tabs inside an address and white space around it (URL §4.4).
fn squeeze(address: &str) -> Cow<'_, str> {
    let address = address.trim_matches(|char: char| char <= ' ');
    if address.contains(['\t', '\n', '\r']) {
        Cow::Owned(address.replace(['\t', '\n', '\r'], ""))
    } else {
        Cow::Borrowed(address)
    }
}

/// Anything but a part of this message or data in the page itself. Relative addresses too: to what, nobody knows.
fn is_remote(address: &str) -> bool {
    let address = squeeze(address);
    let scheme = address.get(..5).unwrap_or(&address).to_ascii_lowercase();
    !address.is_empty() && !scheme.starts_with("cid:") && !scheme.starts_with("data:") && !scheme.starts_with('#')
}

/// `data:` with a picture type that runs nothing, in base64 (RFC 2397).
fn is_picture_data(data: &str) -> bool {
    let Some((head, body)) = data.split_once(',') else { return false };
    let head = head.to_ascii_lowercase();
    ["png", "jpeg", "jpg", "gif", "webp"].iter().any(|sub| head == format!("data:image/{sub};base64"))
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=%".contains(&byte))
}

/// The address of a link, written anew: http, https or mailto.
fn link(address: &str) -> Option<String> {
    let address = squeeze(address);
    if address.len() > VALUE_MAX {
        return None;
    }
    let whole = if address.starts_with("//") { Cow::Owned(format!("https:{address}")) } else { address };
    let url = Url::parse(&whole).ok()?;
    matches!(url.scheme(), "http" | "https" | "mailto").then(|| url.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_the_web_and_to_mail_only() {
        for (address, kept) in [
            ("https://x.test/a?b#c", Some("https://x.test/a?b#c")),
            (" HTTP://X.test ", Some("http://x.test/")),
            ("//x.test/a", Some("https://x.test/a")),
            ("mailto:anna@x.test?subject=a", Some("mailto:anna@x.test?subject=a")),
            ("java\nscript:alert(1)", None),
            ("\u{1}javascript:alert(1)", None),
            ("data:text/html,x", None),
            ("vbscript:x", None),
            ("file:///etc/passwd", None),
            ("/relative", None),
            ("#anchor", None),
            ("", None),
        ] {
            assert_eq!(link(address).as_deref(), kept, "{address}");
        }
    }

    #[test]
    fn only_pictures_are_data() {
        assert!(is_picture_data("data:image/png;base64,iVBORw0KGgo="));
        for data in [
            "data:image/svg+xml;base64,PHN2Zz4=",
            "data:text/html;base64,PHN2Zz4=",
            "data:image/png,<svg>",
            "data:image/png;base64,<svg",
            "data:image/png;charset=x;base64,aaaa",
            "https://x.test/,",
        ] {
            assert!(!is_picture_data(data), "{data}");
        }
    }
}
