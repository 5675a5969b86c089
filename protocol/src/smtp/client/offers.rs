//! What the remote said it can do (RFC 5321 §4.1.1.1 ehlo-keyword).

use std::fmt;

/// Read from its last reply to EHLO; after HELO nothing is offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offers {
    pub pipelining: bool,
    /// 8BITMIME. Without it a message with 8-bit octets must be rewritten first.
    pub eight_bit: bool,
    pub starttls: bool,
    pub size: bool,
    /// Largest message in octets, if it named one.
    pub size_limit: Option<u64>,
    /// SMTPUTF8 (RFC 6531).
    pub utf8: bool,
    /// RFC 3461. Without it, who asked to hear of success hears from us.
    pub dsn: bool,
    /// RFC 8689.
    pub require_tls: bool,
    pub auth: Auth,
    pub limits: Limits,
}

/// Mechanisms of AUTH that we speak as a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Auth {
    pub plain: bool,
    pub login: bool,
}

/// What one session bears (RFC 9422). None: it names no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// RCPTMAX: recipients of a transaction.
    pub recipients: Option<usize>,
    /// RCPTDOMAINMAX: different domains among them.
    pub domains: Option<usize>,
    /// MAILMAX: transactions.
    pub messages: Option<usize>,
}

impl Offers {
    /// Reads the text of EHLO's reply; its first line is the remote's name.
    pub(super) fn read(text: &str) -> Offers {
        let mut offers = Offers::default();
        for line in text.split('\n').skip(1) {
            let mut words = line.split_ascii_whitespace();
            let keyword = words.next().unwrap_or("");
            let is = |other: &str| keyword.eq_ignore_ascii_case(other);
            if is("PIPELINING") {
                offers.pipelining = true;
            } else if is("8BITMIME") {
                offers.eight_bit = true;
            } else if is("STARTTLS") {
                offers.starttls = true;
            } else if is("SIZE") {
                offers.size = true;
                // RFC 1870 §4: 0 or nothing is "no limit".
                offers.size_limit = words.next().and_then(|limit| limit.parse().ok()).filter(|&limit| limit > 0);
            } else if is("SMTPUTF8") {
                offers.utf8 = true;
            } else if is("DSN") {
                offers.dsn = true;
            } else if is("REQUIRETLS") {
                offers.require_tls = true;
            } else if is("AUTH") {
                for mechanism in words {
                    offers.auth.plain |= mechanism.eq_ignore_ascii_case("PLAIN");
                    offers.auth.login |= mechanism.eq_ignore_ascii_case("LOGIN");
                }
            } else if is("LIMITS") {
                words.for_each(|word| offers.limits.read(word));
            }
        }
        offers
    }
}

impl Limits {
    /// `RCPTMAX=100`. A limit of nothing is a mistake, and no limit.
    fn read(&mut self, word: &str) {
        let Some((name, value)) = word.split_once('=') else { return };
        let value = value.parse().ok().filter(|&limit| limit > 0);
        if name.eq_ignore_ascii_case("RCPTMAX") {
            self.recipients = value;
        } else if name.eq_ignore_ascii_case("RCPTDOMAINMAX") {
            self.domains = value;
        } else if name.eq_ignore_ascii_case("MAILMAX") {
            self.messages = value;
        }
    }
}

/// For the log: `PIPELINING 8BITMIME SIZE=1000`, in an order of our own.
impl fmt::Display for Offers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words: Vec<String> = [
            (self.pipelining, "PIPELINING"),
            (self.eight_bit, "8BITMIME"),
            (self.utf8, "SMTPUTF8"),
            (self.dsn, "DSN"),
            (self.starttls, "STARTTLS"),
            (self.require_tls, "REQUIRETLS"),
            (self.auth.plain, "AUTH=PLAIN"),
            (self.auth.login, "AUTH=LOGIN"),
            (self.size && self.size_limit.is_none(), "SIZE"),
        ]
        .into_iter()
        .filter_map(|(offered, word)| offered.then(|| word.to_owned()))
        .collect();
        let Limits { recipients, domains, messages } = self.limits;
        let limits = [("RCPTMAX", recipients), ("RCPTDOMAINMAX", domains), ("MAILMAX", messages)];
        words.extend(self.size_limit.map(|limit| format!("SIZE={limit}")));
        words.extend(limits.into_iter().filter_map(|(name, limit)| Some(format!("{name}={}", limit?))));
        f.write_str(&words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_offered_is_read_whatever_the_case_and_written_in_one_line() {
        let offers = Offers::read(
            "mx.test\npipelining\n8bitmime\nSIZE 1000\nSmtpUtf8\ndsn\nSTARTTLS\nREQUIRETLS\nAUTH login CRAM-MD5 plain\n\
             LIMITS rcptmax=20 MAILMAX=0 RCPTDOMAINMAX=x OTHER=1\nX-NEW thing",
        );
        assert_eq!(
            offers.to_string(),
            "PIPELINING 8BITMIME SMTPUTF8 DSN STARTTLS REQUIRETLS AUTH=PLAIN AUTH=LOGIN SIZE=1000 RCPTMAX=20"
        );
        assert_eq!(Offers::read("PIPELINING 8BITMIME").to_string(), "", "the first line is a name");
        assert_eq!(Offers::read("x\nSIZE 0").to_string(), "SIZE");
    }
}
