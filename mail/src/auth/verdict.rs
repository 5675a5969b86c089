//! What became of a message and why, as it is kept and told. Who decides is the server (`inbound/verdict`).

use super::findings::Findings;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Disposition {
    Accept,
    /// Taken, and put into Junk.
    Junk,
    /// Never like this (5xx).
    Refuse,
    /// Not now (4xx).
    Defer,
}

/// Why it was not simply accepted, or why it was in spite of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// DMARC failed, and the domain asks for refusal.
    DmarcReject,
    /// DMARC failed, and the domain asks for Junk.
    DmarcQuarantine,
    /// SPF says no, and no policy says what follows.
    SpfFail,
    /// The client's address is on a list.
    Listed,
    /// From names several domains: none can be asked.
    SeveralAuthors,
    /// The client said a name that cannot be its own.
    Helo,
    /// DNS did not answer.
    DnsNotNow,
    /// Not seen before: come again.
    Greylisted,
    /// DMARC failed, but one that we trust saw it pass before it passed the message on.
    Forwarded,
}

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub disposition: Disposition,
    /// In the order of their weight.
    pub reasons: Vec<Reason>,
}

impl Disposition {
    pub const ALL: [Disposition; 4] = [Disposition::Accept, Disposition::Junk, Disposition::Refuse, Disposition::Defer];

    pub fn code(self) -> &'static str {
        match self {
            Disposition::Accept => "accept",
            Disposition::Junk => "junk",
            Disposition::Refuse => "refuse",
            Disposition::Defer => "defer",
        }
    }
}

impl Reason {
    pub const ALL: [Reason; 9] = {
        use Reason::*;
        [DmarcReject, DmarcQuarantine, SpfFail, Listed, SeveralAuthors, Helo, DnsNotNow, Greylisted, Forwarded]
    };

    pub fn code(self) -> &'static str {
        match self {
            Reason::DmarcReject => "dmarc-reject",
            Reason::DmarcQuarantine => "dmarc-quarantine",
            Reason::SpfFail => "spf-fail",
            Reason::Listed => "listed",
            Reason::SeveralAuthors => "several-authors",
            Reason::Helo => "helo",
            Reason::DnsNotNow => "dns",
            Reason::Greylisted => "greylisted",
            Reason::Forwarded => "forwarded",
        }
    }

    pub fn from_code(code: &str) -> Option<Reason> {
        Reason::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

impl Verdict {
    pub const ACCEPT: Verdict = Verdict { disposition: Disposition::Accept, reasons: Vec::new() };

    pub fn new(disposition: Disposition, reason: Reason) -> Verdict {
        Verdict { disposition, reasons: vec![reason] }
    }

    /// `junk:spf-fail,listed spf=fail/…`: with the findings behind it, one line.
    pub fn to_text(&self, findings: &Findings) -> String {
        let reasons: Vec<&str> = self.reasons.iter().map(|reason| reason.code()).collect();
        format!("{}:{} {}", self.disposition.code(), reasons.join(","), findings.to_text()).trim_end().to_owned()
    }

    /// None: nothing was judged (mail of our own people).
    pub fn parse(text: &str) -> Option<(Verdict, Findings)> {
        let (verdict, findings) = text.split_once(' ').unwrap_or((text, ""));
        let (disposition, reasons) = verdict.split_once(':')?;
        let disposition = Disposition::ALL.into_iter().find(|known| known.code() == disposition)?;
        let reasons = reasons.split(',').filter_map(Reason::from_code).collect();
        Some((Verdict { disposition, reasons }, Findings::parse(findings)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_kept_with_its_findings() {
        let findings = crate::auth::findings::tests::all();
        for disposition in Disposition::ALL {
            let verdict = Verdict { disposition, reasons: Reason::ALL.to_vec() };
            assert_eq!(Verdict::parse(&verdict.to_text(&findings)), Some((verdict, findings.clone())));
        }
        let nothing = Findings::default();
        assert_eq!(Verdict::parse(&Verdict::ACCEPT.to_text(&nothing)), Some((Verdict::ACCEPT, nothing)));
        assert_eq!(Verdict::parse(""), None);
        assert_eq!(Verdict::parse("perhaps:x y"), None);
    }
}
