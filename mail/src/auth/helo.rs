//! What the client calls itself (RFC 5321 §4.1.1.1): its own name, somebody else's, or nobody's.

use super::lookup::{Failure, Family, Lookup};
use crate::Domain;
use crate::envelope::Greeting;
use std::net::IpAddr;

/// The finding. It is never a reason by itself to think well of a client: a name is soon said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Helo {
    /// A name that DNS knows, or the client's address in brackets.
    Known,
    /// A name without an address.
    Unknown,
    /// A name of one label: no name in DNS.
    NotQualified,
    /// Brackets around an address that is not the client's.
    AnothersAddress,
    /// Our own name.
    Ours,
    TempError,
}

impl Helo {
    pub const ALL: [Helo; 6] = {
        use Helo::*;
        [Known, Unknown, NotQualified, AnothersAddress, Ours, TempError]
    };

    pub fn word(self) -> &'static str {
        match self {
            Helo::Known => "known",
            Helo::Unknown => "unknown",
            Helo::NotQualified => "not-qualified",
            Helo::AnothersAddress => "anothers-address",
            Helo::Ours => "ours",
            Helo::TempError => "temperror",
        }
    }

    pub fn from_word(word: &str) -> Option<Helo> {
        Helo::ALL.into_iter().find(|helo| helo.word() == word)
    }
}

pub async fn check<L: Lookup>(dns: &L, greeting: &Greeting, peer: IpAddr, hostname: &Domain) -> Helo {
    let name = match greeting {
        Greeting::Domain(name) => name.as_str(),
        Greeting::Literal(literal) => {
            let inner = literal.trim_start_matches('[').trim_end_matches(']');
            let tag = inner.get(..5).filter(|tag| tag.eq_ignore_ascii_case("IPv6:"));
            let address = tag.map_or(inner, |_| &inner[5..]).parse::<IpAddr>();
            let same = address.is_ok_and(|address| address.to_canonical() == peer.to_canonical());
            return if same { Helo::Known } else { Helo::AnothersAddress };
        }
    };
    if !name.contains('.') {
        return Helo::NotQualified;
    }
    if name == hostname.as_str() {
        return Helo::Ours;
    }
    // One family that answers is enough: a client may be reached by the other.
    match dns.addresses(name, Family::of(peer)).await {
        Ok(_) => return Helo::Known,
        Err(Failure::NotNow) => return Helo::TempError,
        Err(Failure::NoSuchDomain) => return Helo::Unknown,
        Err(Failure::NoRecord) => {}
    }
    let other = if Family::of(peer) == Family::V4 { Family::V6 } else { Family::V4 };
    match dns.addresses(name, other).await {
        Ok(_) => Helo::Known,
        Err(Failure::NotNow) => Helo::TempError,
        Err(Failure::NoSuchDomain | Failure::NoRecord) => Helo::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::table::{Table, now};

    #[test]
    fn a_client_is_taken_at_its_word_only_if_dns_agrees() {
        let dns = Table::default()
            .address("mx.far.test", "192.0.2.7")
            .address("six.far.test", "2001:db8::7")
            .broken("broken.test");
        let ours = Domain::parse("mail.comentum.test").unwrap();
        let name = |text: &str| Greeting::Domain(Domain::parse(text).unwrap());
        for (greeting, expected) in [
            (name("mx.far.test"), Helo::Known),
            (name("six.far.test"), Helo::Known),
            (name("nowhere.test"), Helo::Unknown),
            (name("localhost"), Helo::NotQualified),
            (name("mail.comentum.test"), Helo::Ours),
            (name("broken.test"), Helo::TempError),
            (Greeting::Literal("[192.0.2.7]".into()), Helo::Known),
            (Greeting::Literal("[IPv6:::ffff:192.0.2.7]".into()), Helo::Known),
            (Greeting::Literal("[192.0.2.8]".into()), Helo::AnothersAddress),
            (Greeting::Literal("[x]".into()), Helo::AnothersAddress),
        ] {
            let found = now(check(&dns, &greeting, "192.0.2.7".parse().unwrap(), &ours));
            assert_eq!(found, expected, "{greeting:?}");
        }
    }
}
