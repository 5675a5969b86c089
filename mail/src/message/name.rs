//! Names of attachments: fit to show, to save under and to stand in a header of ours.

use crate::message::clean;
use crate::message::header;
use crate::message::mime::Part;

/// In characters; file systems allow 255 bytes.
const NAME_MAX: usize = 80;
/// Names that Windows opens as devices.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com1", "lpt1"];

/// Type and subtype, the ending a file of it has.
const ENDINGS: [(&str, &str); 24] = [
    ("text/plain", "txt"),
    ("text/html", "html"),
    ("text/csv", "csv"),
    ("text/calendar", "ics"),
    ("text/vcard", "vcf"),
    ("text/rfc822-headers", "txt"),
    ("message/rfc822", "eml"),
    ("message/global", "eml"),
    ("message/delivery-status", "txt"),
    ("message/global-delivery-status", "txt"),
    ("message/global-headers", "txt"),
    ("message/disposition-notification", "txt"),
    ("image/png", "png"),
    ("image/jpeg", "jpg"),
    ("image/gif", "gif"),
    ("image/webp", "webp"),
    ("image/svg+xml", "svg"),
    ("audio/mpeg", "mp3"),
    ("video/mp4", "mp4"),
    ("application/pdf", "pdf"),
    ("application/zip", "zip"),
    ("application/json", "json"),
    ("application/pgp-signature", "asc"),
    ("application/pkcs7-signature", "p7s"),
];

/// What the part is called: its own name cleaned, an attached message's subject, else a name made of number and type.
pub(crate) fn of(part: &Part<'_>, number: usize) -> String {
    if let Some(name) = part.file_name().and_then(file_name) {
        return name;
    }
    let kind = media_type(part);
    let ending = ENDINGS.iter().find(|(known, _)| *known == kind).map_or("bin", |(_, ending)| ending);
    if ending == "eml" {
        let (head, _) = part.encoding.decode_some(part.body, 64 * 1024);
        let subject = header::fields(&head).find(|field| field.is("Subject")).map(|field| header::text(field.value));
        if let Some(name) = subject.and_then(|subject| file_name(&format!("{}.eml", subject.replace(['/', '\\'], "_"))))
        {
            return name;
        }
        return format!("message-{number}.eml");
    }
    format!("attachment-{number}.{ending}")
}

/// `type/subtype` in lower case; one that could not stand in a header (RFC 6838 §4.2) is `application/octet-stream`.
pub(crate) fn media_type(part: &Part<'_>) -> String {
    let (kind, sub) = part.media_type();
    let fit = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    if fit(kind) && fit(sub) && kind.len() + sub.len() < 127 {
        format!("{kind}/{sub}").to_ascii_lowercase()
    } else {
        "application/octet-stream".to_owned()
    }
}

/// A name without path, control, direction and invisible marks, or characters a file system refuses. None: nothing is left.
pub(crate) fn file_name(name: &str) -> Option<String> {
    let name = clean::line(name);
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name
        .chars()
        .filter(|char| !clean::is_invisible(*char))
        .map(|char| if matches!(char, '<' | '>' | ':' | '"' | '|' | '?' | '*') { '_' } else { char })
        .collect();
    // A leading dot hides a file, a trailing one is dropped by Windows.
    let name = name.trim_matches(|char: char| char == '.' || char.is_whitespace());
    let stem = name.split('.').next().unwrap_or_default();
    if name.is_empty() || stem.is_empty() {
        return None;
    }
    let device = DEVICES.iter().any(|device| stem.eq_ignore_ascii_case(device));
    Some(shorten(&if device { format!("_{name}") } else { name.to_owned() }))
}

/// Cuts the middle out of a long name: its ending says what it is.
fn shorten(name: &str) -> String {
    let length = name.chars().count();
    if length <= NAME_MAX {
        return name.to_owned();
    }
    let tail: String = name.chars().skip(length - 16).collect();
    format!("{}…{tail}", clean::cut(name, NAME_MAX - 17))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names_and_nothing_else() {
        for (given, kept) in [
            ("report.pdf", Some("report.pdf")),
            ("../../etc/passwd", Some("passwd")),
            ("C:\\Users\\x\\photo.jpg", Some("photo.jpg")),
            ("a\r\nContent-Type: text/html\r\n.txt", Some("html .txt")),
            ("invoice\u{202E}fdp.exe", Some("invoicefdp.exe")),
            ("inv\u{200B}oice.pdf", Some("invoice.pdf")),
            (".htaccess", Some("htaccess")),
            ("what?*.txt", Some("what__.txt")),
            ("Grüße 2030.odt", Some("Grüße 2030.odt")),
            ("nul.txt", Some("_nul.txt")),
            ("...", None),
            ("/", None),
            ("", None),
            ("\0\u{1}", None),
        ] {
            assert_eq!(file_name(given).as_deref(), kept, "{given:?}");
        }
        let long = file_name(&format!("{}.tar.gz", "x".repeat(400))).unwrap();
        assert!(long.chars().count() <= NAME_MAX && long.ends_with(".tar.gz"), "{long}");
    }
}
