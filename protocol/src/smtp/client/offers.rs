//! What the remote said it can do (RFC 5321 §4.1.1.1 ehlo-keyword).

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Offers {
    pub pipelining: bool,
    pub eight_bit: bool,
    pub starttls: bool,
    pub size: bool,
    /// Largest message in octets, if it named one.
    pub size_limit: Option<u64>,
}

impl Offers {
    /// Reads the text of EHLO's reply; its first line is the remote's name.
    pub(super) fn read(text: &str) -> Offers {
        let mut offers = Offers::default();
        for line in text.split('\n').skip(1) {
            let mut words = line.split_ascii_whitespace();
            let keyword = words.next().unwrap_or("");
            if keyword.eq_ignore_ascii_case("PIPELINING") {
                offers.pipelining = true;
            } else if keyword.eq_ignore_ascii_case("8BITMIME") {
                offers.eight_bit = true;
            } else if keyword.eq_ignore_ascii_case("STARTTLS") {
                offers.starttls = true;
            } else if keyword.eq_ignore_ascii_case("SIZE") {
                offers.size = true;
                // RFC 1870 §4: 0 or nothing is "no limit".
                offers.size_limit = words.next().and_then(|limit| limit.parse().ok()).filter(|&limit| limit > 0);
            }
        }
        offers
    }
}
