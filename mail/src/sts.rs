//! MTA-STS (RFC 8461): what a domain says about TLS at its mail servers. Read here; fetched elsewhere.

use std::time::Duration;

/// RFC 8461 §3.2: at most a year.
const AGE_MAX: u64 = 31_557_600;
/// More than anybody needs; RFC 8461 §3.3 lets us bound it.
const POLICY_MAX: usize = 64 * 1024;
const HOSTS_MAX: usize = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Deliver only as the policy says.
    Enforce,
    /// Deliver anyway, and report.
    Testing,
    /// There is no policy any more.
    None,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    pub mode: Mode,
    pub max_age: Duration,
    /// Host names; one may begin with `*.`.
    pub hosts: Vec<String>,
}

/// The id of a TXT record at `_mta-sts.<domain>` (RFC 8461 §3.1).
pub fn record_id(record: &str) -> Option<String> {
    let mut fields =
        record.split(';').map(|field| field.split_once('=').map(|(name, value)| (name.trim(), value.trim())));
    // The version stands first.
    if fields.next()? != Some(("v", "STSv1")) {
        return None;
    }
    let (_, id) = fields.flatten().find(|(name, _)| *name == "id")?;
    let fits = (1..=32).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    fits.then(|| id.to_owned())
}

impl Policy {
    /// The text of `https://mta-sts.<domain>/.well-known/mta-sts.txt` (RFC 8461 §3.2). None: not a policy.
    pub fn parse(text: &str) -> Option<Policy> {
        if text.len() > POLICY_MAX {
            return None;
        }
        let (mut version, mut mode, mut max_age, mut hosts) = (false, None, None, Vec::new());
        for line in text.lines() {
            let Some((name, value)) = line.split_once(':') else { continue };
            let value = value.trim();
            match name.trim() {
                "version" => version = value == "STSv1",
                "mode" if mode.is_none() => {
                    mode = Some(match value {
                        "enforce" => Mode::Enforce,
                        "testing" => Mode::Testing,
                        "none" => Mode::None,
                        _ => return None,
                    });
                }
                "max_age" if max_age.is_none() => max_age = Some(value.parse::<u64>().ok()?.min(AGE_MAX)),
                "mx" if hosts.len() < HOSTS_MAX => {
                    hosts.push(value.trim_end_matches('.').to_ascii_lowercase());
                }
                _ => {}
            }
        }
        let (mode, max_age) = (mode?, Duration::from_secs(max_age?));
        (version && (mode == Mode::None || !hosts.is_empty())).then_some(Policy { mode, max_age, hosts })
    }

    /// Whether a mail server may be used (RFC 8461 §4.1). `*` stands for one label, the leftmost.
    pub fn covers(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        self.hosts.iter().any(|pattern| match pattern.strip_prefix("*.") {
            Some(parent) => host.split_once('.').is_some_and(|(label, rest)| !label.is_empty() && rest == parent),
            None => *pattern == host,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_names_its_policy() {
        for (record, id) in [
            ("v=STSv1; id=20160831085700Z;", Some("20160831085700Z")),
            ("v=STSv1;id=a", Some("a")),
            ("v=STSv1; x=y; id=b ;", Some("b")),
            ("id=a; v=STSv1", None),
            ("v=STSv2; id=a", None),
            ("v=STSv1; id=", None),
            ("v=STSv1; id=a-b", None),
            ("v=STSv1", None),
            ("", None),
        ] {
            assert_eq!(record_id(record).as_deref(), id, "{record}");
        }
    }

    #[test]
    fn a_policy_is_read_with_either_line_end_and_unknown_lines() {
        let text = "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.Example.net\nfuture: x\nmax_age: 604800\n";
        let policy = Policy::parse(text).unwrap();
        assert_eq!((policy.mode, policy.max_age.as_secs()), (Mode::Enforce, 604_800));
        assert_eq!(policy.hosts, ["mail.example.com", "*.example.net"]);
        let long = Policy::parse("version: STSv1\nmode: none\nmax_age: 99999999999").unwrap();
        assert_eq!(long.max_age.as_secs(), AGE_MAX);
    }

    #[test]
    fn what_is_no_policy_is_none() {
        for text in [
            "",
            "version: STSv1\nmode: enforce\nmax_age: 1",
            "version: STSv1\nmx: a.test\nmax_age: 1",
            "version: STSv1\nmx: a.test\nmode: enforce",
            "version: STSv1\nmx: a.test\nmode: sometimes\nmax_age: 1",
            "version: STSv1\nmx: a.test\nmode: enforce\nmax_age: soon",
            "mode: enforce\nmx: a.test\nmax_age: 1",
            "<html>404</html>",
        ] {
            assert_eq!(Policy::parse(text), None, "{text}");
        }
        assert_eq!(Policy::parse(&format!("version: STSv1\nmode: none\nmax_age: 1\n{}", "x\n".repeat(40_000))), None);
    }

    #[test]
    fn a_star_is_one_label() {
        let hosts = ["mail.example.com", "*.example.net"].map(str::to_owned).to_vec();
        let policy = Policy { mode: Mode::Enforce, max_age: Duration::ZERO, hosts };
        for (host, covered) in [
            ("mail.example.com", true),
            ("MAIL.Example.com.", true),
            ("mx.mail.example.com", false),
            ("mx1.example.net", true),
            ("example.net", false),
            ("a.b.example.net", false),
            (".example.net", false),
            ("evilexample.net", false),
        ] {
            assert_eq!(policy.covers(host), covered, "{host}");
        }
    }
}
