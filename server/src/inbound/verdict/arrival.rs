//! Mail from outside: from what the checks found to what is done. Pure; the table below is the rule.

use crate::config::{Against, Checks, DnsFails, HeloCheck};
use mail::auth::arc::Arc;
use mail::auth::dkim::DkimResult;
use mail::auth::dmarc::{DmarcResult, Policy};
use mail::auth::findings::Findings;
use mail::auth::helo::Helo;
use mail::auth::organisation::organisation;
use mail::auth::spf::SpfResult;
use mail::auth::verdict::{Disposition, Reason, Verdict};
use protocol::smtp::Reply;
use std::net::IpAddr;

const NOT_VOUCHED_FOR: Reply = Reply::new(550, (7, 1), "The sender's domain does not vouch for this message (DMARC)");
/// RFC 7372 §3.2.
const SPF_SAYS_NO: Reply = Reply::new(550, (7, 23), "The sender's domain does not send from your address (SPF)");
const LISTED: Reply = Reply::new(550, (7, 1), "Your address is on a list of bad addresses");
const NOT_YOUR_NAME: Reply = Reply::new(550, (7, 1), "The name in your greeting is not yours");
const NO_ONE_SENDER: Reply = Reply::new(550, (7, 1), "From names several domains");
const DNS_NOT_NOW: Reply = Reply::new(451, (4, 3), "Who vouches for this message cannot be looked up now");
/// RFC 6647 §2.1.
pub const COME_AGAIN: Reply = Reply::new(451, (7, 1), "You are not known here yet; come again in a few minutes");

/// RCPT: is the client one whom nobody here talks to?
pub fn client(findings: &Findings, rules: &Checks) -> Verdict {
    let refused = |(disposition, _): &(Disposition, Reason)| *disposition == Disposition::Refuse;
    sum(of_client(findings, rules).into_iter().filter(refused).collect())
}

/// The end of DATA: everything is known that will be.
pub fn message(findings: &Findings, rules: &Checks) -> Verdict {
    let mut reasons = of_author(findings, rules);
    reasons.extend(of_client(findings, rules));
    sum(reasons)
}

/// What the peer hears; none when the message is taken.
pub fn reply(verdict: &Verdict, findings: &Findings, peer: IpAddr) -> Option<Reply> {
    if matches!(verdict.disposition, Disposition::Accept | Disposition::Junk) {
        return None;
    }
    Some(match verdict.reasons.first()? {
        Reason::Listed => match findings.listed.first() {
            Some(list) => LISTED.with_text(format!("{} is listed by {list}", peer.to_canonical())),
            None => LISTED,
        },
        Reason::DmarcReject | Reason::DmarcQuarantine => match &findings.dmarc {
            Some(dmarc) => {
                NOT_VOUCHED_FOR.with_text(format!("{} does not vouch for this message (DMARC)", dmarc.domain))
            }
            None => NOT_VOUCHED_FOR,
        },
        Reason::SpfFail => SPF_SAYS_NO,
        Reason::Helo => NOT_YOUR_NAME,
        Reason::SeveralAuthors => NO_ONE_SENDER,
        Reason::DnsNotNow => DNS_NOT_NOW,
        Reason::Greylisted | Reason::Forwarded => COME_AGAIN,
    })
}

fn of_client(findings: &Findings, rules: &Checks) -> Vec<(Disposition, Reason)> {
    let mut reasons = Vec::new();
    if !findings.listed.is_empty() {
        reasons.push((done(rules.dnsbl_listed), Reason::Listed));
    }
    let false_name =
        matches!(findings.helo, Some(Helo::Ours | Helo::AnothersAddress | Helo::NotQualified | Helo::Unknown));
    if false_name && rules.helo == HeloCheck::Refuse {
        reasons.push((Disposition::Refuse, Reason::Helo));
    }
    reasons
}

fn of_author(findings: &Findings, rules: &Checks) -> Vec<(Disposition, Reason)> {
    let spf = findings.spf.as_ref().map(|spf| spf.result);
    match findings.dmarc.as_ref().map(|dmarc| (dmarc.result, dmarc.policy)) {
        Some((DmarcResult::Pass, _)) | Some((DmarcResult::Fail, Policy::None)) => Vec::new(),
        Some((DmarcResult::Fail, policy)) => {
            // RFC 8617 §7.2.1: whoever passed it on saw it pass.
            if passed_on(findings, rules) {
                return vec![(Disposition::Accept, Reason::Forwarded)];
            }
            match policy {
                Policy::Reject => vec![(done(rules.dmarc_reject), Reason::DmarcReject)],
                _ => vec![(Disposition::Junk, Reason::DmarcQuarantine)],
            }
        }
        Some((DmarcResult::TempError, _)) => not_now(rules),
        Some((DmarcResult::PermError, _)) => vec![(Disposition::Junk, Reason::SeveralAuthors)],
        // No policy says what follows, so SPF does, unless a signature of the author's domain holds.
        Some((DmarcResult::None, _)) | None => match spf {
            _ if signed_by_author(findings) => Vec::new(),
            Some(SpfResult::Fail) => vec![(done(rules.spf_fail), Reason::SpfFail)],
            Some(SpfResult::TempError) => not_now(rules),
            _ if key_not_now(findings) => not_now(rules),
            _ => Vec::new(),
        },
    }
}

/// Sealed by none but those we trust, the first of whom saw DMARC pass.
fn passed_on(findings: &Findings, rules: &Checks) -> bool {
    let Some(Arc::Pass(chain)) = &findings.arc else { return false };
    let trusted = |sealer: &String| rules.arc_trusted.iter().any(|domain| domain.as_str() == sealer);
    chain.dmarc_passed && !chain.sealers.is_empty() && chain.sealers.iter().all(trusted)
}

fn signed_by_author(findings: &Findings) -> bool {
    let author = findings.dmarc.as_ref().map_or("", |dmarc| dmarc.organisation.as_str());
    let passes = |result| result == DkimResult::Pass;
    findings.dkim.iter().flatten().any(|one| passes(one.result) && organisation(&one.domain) == author)
}

fn key_not_now(findings: &Findings) -> bool {
    let signatures = || findings.dkim.iter().flatten();
    signatures().any(|one| one.result == DkimResult::TempError)
        && !signatures().any(|one| one.result == DkimResult::Pass)
}

fn not_now(rules: &Checks) -> Vec<(Disposition, Reason)> {
    match rules.dns_failure {
        DnsFails::Defer => vec![(Disposition::Defer, Reason::DnsNotNow)],
        DnsFails::Accept => Vec::new(),
    }
}

fn done(against: Against) -> Disposition {
    match against {
        Against::Refuse => Disposition::Refuse,
        Against::Junk => Disposition::Junk,
    }
}

/// The gravest decides. A refusal for ever comes before one for now: trying again would not help.
fn sum(mut reasons: Vec<(Disposition, Reason)>) -> Verdict {
    let weight = |disposition: Disposition| match disposition {
        Disposition::Refuse => 0,
        Disposition::Defer => 1,
        Disposition::Junk => 2,
        Disposition::Accept => 3,
    };
    reasons.sort_by_key(|(disposition, _)| weight(*disposition));
    let disposition = reasons.first().map_or(Disposition::Accept, |(disposition, _)| *disposition);
    Verdict { disposition, reasons: reasons.into_iter().map(|(_, reason)| reason).collect() }
}

#[cfg(test)]
mod tests;
