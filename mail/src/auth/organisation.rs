//! The organisational domain: what somebody registered, below a public suffix (RFC 7489 §3.2).

/// `a.b.example.co.uk` is of `example.co.uk`. A name that is a public suffix itself stands for itself.
pub fn organisation(domain: &str) -> &str {
    psl::domain_str(domain).unwrap_or(domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_organisation_is_one_label_below_the_public_suffix() {
        for (domain, of) in [
            ("example.com", "example.com"),
            ("a.b.example.com", "example.com"),
            ("mail.example.co.uk", "example.co.uk"),
            // RFC 7489 §3.2: an unknown top level is a public suffix of one label.
            ("a.comentum.test", "comentum.test"),
            ("comentum.test", "comentum.test"),
            // Somebody's own below a suffix that a hoster keeps: its neighbours are others.
            ("one.github.io", "one.github.io"),
            ("com", "com"),
        ] {
            assert_eq!(organisation(domain), of, "{domain}");
        }
    }
}
