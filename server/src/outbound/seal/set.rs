//! One set of ARC (RFC 8617 §4): what was found, a signature over the message as it leaves, and a seal over all sets.
//! Bytes in, bytes out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail::auth::arc::MOST_SETS;
use mail::auth::survey::MOST_FIELDS;
use mail_auth::AuthenticatedMessage;
use mail_auth::common::headers::Writable;
use mail_auth::dkim::Canonicalization::Relaxed;

const SEAL: &str = "ARC-Seal";
const SIGNATURE: &str = "ARC-Message-Signature";
const RESULTS: &str = "ARC-Authentication-Results";
/// What the signature covers where it is there. What others sign as well may stand there more than once.
const COVERED: [&str; 13] = [
    "From",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Message-ID",
    "Reply-To",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "DKIM-Signature",
];
/// Of one name; more is no honest header.
const MOST_OF_ONE: usize = 20;
/// Octets on one line.
pub const LINE: usize = 72;

/// `cv` (RFC 8617 §4.1.3): what came of the sets before ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chain {
    None,
    Pass,
    Fail,
}

impl Chain {
    fn word(self) -> &'static str {
        match self {
            Chain::None => "none",
            Chain::Pass => "pass",
            Chain::Fail => "fail",
        }
    }

    pub fn of(word: &str) -> Option<Chain> {
        [Chain::None, Chain::Pass, Chain::Fail].into_iter().find(|chain| chain.word() == word)
    }
}

/// The message that is sealed, as whoever verifies it reads it.
pub struct Message<'a>(AuthenticatedMessage<'a>);

impl<'a> Message<'a> {
    /// None: it has no header, or one that nobody would verify.
    pub fn read(raw: &'a [u8]) -> Option<Message<'a>> {
        AuthenticatedMessage::parse(raw).filter(|message| message.headers.len() <= MOST_FIELDS).map(Message)
    }

    /// Names to be signed, each as often as it is there.
    pub fn covered(&self) -> Vec<&'static str> {
        let times = |name: &str| self.0.headers.iter().filter(|(known, _)| is(known, name)).count().min(MOST_OF_ONE);
        COVERED.iter().flat_map(|name| std::iter::repeat_n(*name, times(name))).collect()
    }

    /// RFC 8617 §5.1: none when there is to be no set, because the chain is marked as broken, too long, or not what was
    /// found of it.
    pub fn next_instance(&self, chain: Chain) -> Option<usize> {
        let sets = &self.0.as_headers;
        if chain == Chain::None {
            let any = self.0.headers.iter().any(|(name, _)| [SEAL, SIGNATURE, RESULTS].iter().any(|arc| is(name, arc)));
            return (!any).then_some(1);
        }
        let last = sets.iter().max_by_key(|field| field.header.i)?;
        if last.header.cv == mail_auth::arc::ChainValidation::Fail {
            return None;
        }
        let next = usize::try_from(last.header.i).ok()? + 1;
        (next <= MOST_SETS).then_some(next)
    }

    fn body_hash(&self) -> Vec<u8> {
        let mut hash = Hash(ring::digest::Context::new(&ring::digest::SHA256));
        Relaxed.canonical_body(self.0.raw_body(), u64::MAX).write(&mut hash);
        hash.0.finish().as_ref().to_vec()
    }

    /// RFC 6376 §5.4.2: from the last one up, for each time that a name is given.
    fn signed_fields(&self, names: &[&str]) -> Vec<(&'a [u8], &'a [u8])> {
        let mut left: Vec<_> = self.0.headers.iter().rev().map(Some).collect();
        let mut found = Vec::new();
        for name in names {
            let place = left.iter_mut().find(|field| field.is_some_and(|(known, _)| is(known, name)));
            found.extend(place.and_then(Option::take).copied());
        }
        found
    }

    /// The fields of every set that is there, in the order that a seal takes them (RFC 8617 §5.1.1).
    fn sets(&self) -> Vec<(&'a [u8], &'a [u8])> {
        let mut fields = Vec::new();
        for instance in 1..=u32::try_from(MOST_SETS).unwrap_or(0) {
            let results = self.0.aar_headers.iter().find(|field| field.header.i == instance);
            let signature = self.0.ams_headers.iter().find(|field| field.header.i == instance);
            let seal = self.0.as_headers.iter().find(|field| field.header.i == instance);
            fields.extend(results.map(|field| (field.name, field.value)));
            fields.extend(signature.map(|field| (field.name, field.value)));
            fields.extend(seal.map(|field| (field.name, field.value)));
        }
        fields
    }
}

fn is(name: &[u8], wanted: &str) -> bool {
    name.trim_ascii_end().eq_ignore_ascii_case(wanted.as_bytes())
}

struct Hash(ring::digest::Context);

impl mail_auth::common::headers::Writer for Hash {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
}

/// A set that is to be written.
pub struct Seal<'a> {
    pub instance: usize,
    pub chain: Chain,
    /// What stands in the results behind the instance: who found it, and what.
    pub results: &'a str,
    pub names: &'a [&'a str],
    pub domain: &'a str,
    pub selector: &'a str,
    /// Seconds since 1970.
    pub at: i64,
    /// Octets of a signature on one line. Where it is folded is sealed with it.
    pub line: usize,
}

/// The three fields, each ending in CRLF.
pub struct Written {
    pub seal: String,
    pub signature: String,
    pub results: String,
}

impl Seal<'_> {
    /// `sign` signs with RSA and SHA-256.
    pub fn write(
        &self,
        message: &Message<'_>,
        sign: impl Fn(&[u8]) -> Result<Vec<u8>, String>,
    ) -> Result<Written, String> {
        let Seal { instance, chain, domain, selector, at, line, .. } = self;
        let results = format!(" i={instance}; {}\r\n", self.results);

        let hash = STANDARD.encode(message.body_hash());
        let names = listed(self.names);
        // A space before `i=`: the verifier that lists use most looks for one.
        let signature = |value: &str| {
            format!(
                " a=rsa-sha256;\r\n\t{value};\r\n\tbh={hash}; c=relaxed/relaxed;\r\n\td={domain}; h={names}; i={instance};\r\n\t\
                 s={selector}; t={at}\r\n"
            )
        };
        let mut signed = Vec::new();
        Relaxed.canonicalize_headers(message.signed_fields(self.names).into_iter(), &mut signed);
        let signature = signature(&value(&sign(&closed(signed, SIGNATURE, &signature("b=")))?, *line));

        let seal = |value: &str| {
            format!(
                " a=rsa-sha256;\r\n\t{value};\r\n\tcv={}; d={domain}; i={instance}; s={selector};\r\n\tt={at}\r\n",
                chain.word()
            )
        };
        let mut sealed = Vec::new();
        // RFC 8617 §5.1.2: of a broken chain only what we say of it ourselves.
        let before = if *chain == Chain::Fail { Vec::new() } else { message.sets() };
        let ours = [(RESULTS.as_bytes(), results.as_bytes()), (SIGNATURE.as_bytes(), signature.as_bytes())];
        Relaxed.canonicalize_headers(before.into_iter().chain(ours), &mut sealed);
        let seal = seal(&value(&sign(&closed(sealed, SEAL, &seal("b=")))?, *line));

        let field = |name: &str, value: String| format!("{name}:{value}");
        Ok(Written {
            seal: field(SEAL, seal),
            signature: field(SIGNATURE, signature),
            results: field(RESULTS, results),
        })
    }
}

/// What is signed: the fields before, then the one that holds the signature, without it and without a line end.
fn closed(mut before: Vec<u8>, name: &str, value: &str) -> Vec<u8> {
    Relaxed.canonicalize_headers([(name.as_bytes(), value.as_bytes())].into_iter(), &mut before);
    before.truncate(before.len().saturating_sub(2));
    before
}

/// Names with colons between them, folded where a line would be too long.
fn listed(names: &[&str]) -> String {
    let (mut text, mut line) = (String::new(), 0);
    for (at, name) in names.iter().enumerate() {
        if at > 0 {
            text.push(':');
        }
        if line + name.len() > LINE - 20 {
            text.push_str("\r\n\t");
            line = 0;
        }
        text.push_str(name);
        line += name.len() + 1;
    }
    text
}

/// `b=` and a signature, folded.
fn value(signature: &[u8], line: usize) -> String {
    let text = format!("b={}", STANDARD.encode(signature));
    let lines: Vec<&str> = (0..text.len()).step_by(line).map(|at| &text[at..text.len().min(at + line)]).collect();
    lines.join("\r\n\t")
}

/// The values of a set of ours that a message begins with.
pub struct Before<'a> {
    pub seal: &'a [u8],
    pub results: &'a [u8],
}

/// The set that `message` begins with, and what follows it.
pub fn first(message: &[u8]) -> Option<(Before<'_>, &[u8])> {
    let (seal, rest) = field(message, SEAL)?;
    let (_, rest) = field(rest, SIGNATURE)?;
    let (results, rest) = field(rest, RESULTS)?;
    Some((Before { seal, results }, rest))
}

/// The value of the field of this name that `message` begins with, and what follows.
fn field<'a>(message: &'a [u8], name: &str) -> Option<(&'a [u8], &'a [u8])> {
    let value = message.strip_prefix(name.as_bytes())?.strip_prefix(b":")?;
    let ends = |at: &usize| value[..*at].ends_with(b"\r\n") && !matches!(value.get(*at), Some(b' ' | b'\t'));
    let end = (2..=value.len()).find(ends)?;
    Some(value.split_at(end))
}

#[cfg(test)]
mod suite;
