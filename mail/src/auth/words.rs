//! In plain words, for the person who got the message: who vouches for it, and why it lies where it lies.

use super::arc::Arc;
use super::dkim::{DkimResult, Signature};
use super::dmarc::{Dmarc, DmarcResult, Policy};
use super::findings::Findings;
use super::spf::{Identity, Spf, SpfResult};
use super::verdict::{Reason, Verdict};

/// How the sender's name stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// The domain in From vouches for the message.
    Passed,
    /// Nobody says that it is wrong, and nobody vouches.
    Unverified,
    /// The domain says that such a message is not its own.
    Failed,
}

/// What stands in the head of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouched {
    pub stand: Stand,
    /// Sentences, the weightiest first.
    pub says: Vec<String>,
}

impl Vouched {
    pub fn of(findings: &Findings) -> Vouched {
        let mut says = Vec::new();
        says.extend(findings.dmarc.iter().map(dmarc_says));
        says.extend(findings.spf.iter().map(spf_says));
        if let Some(dkim) = &findings.dkim {
            if dkim.is_empty() {
                says.push("It is not signed.".to_owned());
            }
            says.extend(dkim.iter().map(signature_says));
        }
        if let Some(Arc::Pass(chain)) = &findings.arc {
            says.push(format!("It was passed on by {}, sealed.", chain.sealers.join(", then ")));
        }
        if let Some(list) = findings.listed.first() {
            says.push(format!("The server it came from is on the list {list}."));
        }
        Vouched { stand: stand(findings), says }
    }
}

fn stand(findings: &Findings) -> Stand {
    match findings.dmarc.as_ref().map(|dmarc| dmarc.result) {
        Some(DmarcResult::Pass) => return Stand::Passed,
        Some(DmarcResult::Fail) => return Stand::Failed,
        _ => {}
    }
    let signed = findings.dkim.iter().flatten().any(|one| one.result == DkimResult::Pass);
    let spf_fails = findings.spf.as_ref().is_some_and(|spf| spf.result == SpfResult::Fail);
    if spf_fails && !signed { Stand::Failed } else { Stand::Unverified }
}

fn dmarc_says(dmarc: &Dmarc) -> String {
    let domain = &dmarc.domain;
    match dmarc.result {
        DmarcResult::Pass if dmarc.dkim_aligned => format!("{domain} signed it, and the signature is genuine."),
        DmarcResult::Pass => format!("It came from a server that {domain} sends its mail from."),
        DmarcResult::Fail => {
            let asks = match dmarc.policy {
                Policy::Reject => " and asks others to refuse such mail",
                Policy::Quarantine => " and asks others to put such mail into Junk",
                Policy::None => "",
            };
            format!("{domain} does not vouch for it{asks}.")
        }
        DmarcResult::None if domain.is_empty() => "It does not say who sent it.".to_owned(),
        DmarcResult::None => format!("{domain} does not say how its mail can be told from forged mail."),
        DmarcResult::TempError => "Whether the sender's domain vouches for it could not be looked up.".to_owned(),
        DmarcResult::PermError => "It names senders of several domains, so none of them can be asked.".to_owned(),
    }
}

fn spf_says(spf: &Spf) -> String {
    let Spf { result, identity, domain } = spf;
    let whose = match (domain.is_empty(), identity) {
        (true, _) => "the sender",
        (false, Identity::MailFrom | Identity::Helo) => domain.as_str(),
    };
    match result {
        SpfResult::Pass => format!("The server it came from may send mail for {whose}."),
        SpfResult::Fail => format!("The server it came from may not send mail for {whose}."),
        SpfResult::SoftFail => format!("The server it came from is probably not one of {whose}."),
        SpfResult::Neutral | SpfResult::None => format!("Which servers may send mail for {whose} is not said."),
        SpfResult::TempError => format!("Which servers may send mail for {whose} could not be looked up."),
        SpfResult::PermError => format!("What {whose} says about its servers cannot be understood."),
    }
}

fn signature_says(signature: &Signature) -> String {
    let Signature { result, domain, .. } = signature;
    let of = if domain.is_empty() { "A signature".to_owned() } else { format!("A signature of {domain}") };
    match (result, result.fault()) {
        (DkimResult::Pass, _) => format!("{of} is genuine."),
        (_, Some(fault)) => format!("{of} does not count: {}.", fault.words()),
        (_, None) => format!("{of} could not be checked: its key could not be looked up."),
    }
}

impl Verdict {
    /// Why a message is in Junk, or was refused, in one sentence. None: there is nothing to explain.
    pub fn says(&self, findings: &Findings) -> Option<String> {
        let reason = self.reasons.first()?;
        let author = findings.dmarc.as_ref().map_or("", |dmarc| dmarc.domain.as_str());
        let sender = findings.spf.as_ref().map_or("the sender", |spf| spf.domain.as_str());
        let list = findings.listed.first().map_or("bad addresses", String::as_str);
        Some(match reason {
            Reason::DmarcReject | Reason::DmarcQuarantine => {
                format!("It says that it comes from {author}, but {author} does not vouch for it.")
            }
            Reason::SpfFail => format!("It came from a server that may not send mail for {sender}."),
            Reason::Listed => format!("The server it came from is on the list {list}."),
            Reason::SeveralAuthors => "It names senders of several domains, so none of them can be asked.".to_owned(),
            Reason::Helo => "The server it came from gave a name that is not its own.".to_owned(),
            Reason::DnsNotNow => "Who vouches for it could not be looked up.".to_owned(),
            Reason::Greylisted => "The sender was not known here, and was asked to try again later.".to_owned(),
            Reason::Forwarded => {
                format!("It was passed on by a server we trust, which saw that {author} vouched for it.")
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::findings::tests::all;
    use crate::auth::verdict::Disposition;

    #[test]
    fn the_domain_in_from_decides_how_the_name_stands() {
        let with = |dmarc, spf, signed: bool| {
            let mut findings = all();
            findings.dmarc.as_mut().unwrap().result = dmarc;
            findings.spf.as_mut().unwrap().result = spf;
            if !signed {
                findings.dkim = Some(Vec::new());
            }
            Vouched::of(&findings).stand
        };
        assert_eq!(with(DmarcResult::Pass, SpfResult::Fail, false), Stand::Passed);
        assert_eq!(with(DmarcResult::Fail, SpfResult::Pass, true), Stand::Failed);
        assert_eq!(with(DmarcResult::None, SpfResult::Fail, false), Stand::Failed);
        assert_eq!(with(DmarcResult::None, SpfResult::Fail, true), Stand::Unverified);
        assert_eq!(with(DmarcResult::None, SpfResult::Pass, true), Stand::Unverified);
        assert_eq!(with(DmarcResult::TempError, SpfResult::Pass, true), Stand::Unverified, "never as a pass");
        assert_eq!(Vouched::of(&Findings::default()).stand, Stand::Unverified);
    }

    #[test]
    fn each_finding_has_a_sentence_a_person_understands() {
        let says = Vouched::of(&all()).says.join("\n");
        for sentence in [
            "news.far.test signed it, and the signature is genuine.",
            "The server it came from may send mail for far.test.",
            "A signature of list.test does not count: only the beginning of the text is signed.",
            "It was passed on by a.test, then b.test, sealed.",
            "The server it came from is on the list bl.test.",
        ] {
            assert!(says.contains(sentence), "{sentence}\nis missing in\n{says}");
        }
    }

    #[test]
    fn every_reason_explains_itself() {
        for reason in Reason::ALL {
            let sentence = Verdict::new(Disposition::Junk, reason).says(&all()).unwrap();
            assert!(sentence.ends_with('.') && !sentence.contains("SPF") && !sentence.contains("DMARC"), "{sentence}");
        }
        assert_eq!(Verdict::ACCEPT.says(&all()), None);
    }
}
