//! The rule, row by row.

use super::*;
use mail::auth::arc::Chain;
use mail::auth::dkim::{DkimFault, Signature};
use mail::auth::dmarc::Dmarc;
use mail::auth::spf::{Identity, Spf};

fn spf(result: SpfResult) -> Option<Spf> {
    Some(Spf { result, identity: Identity::MailFrom, domain: "far.test".to_owned() })
}

fn dmarc(result: DmarcResult, policy: Policy) -> Option<Dmarc> {
    Some(Dmarc {
        result,
        domain: "far.test".to_owned(),
        organisation: "far.test".to_owned(),
        policy,
        spf_aligned: false,
        dkim_aligned: false,
    })
}

fn signed(result: DkimResult, domain: &str) -> Option<Vec<Signature>> {
    let (selector, algorithm) = ("s".to_owned(), "rsa-sha256".to_owned());
    Some(vec![Signature { result, domain: domain.to_owned(), selector, algorithm }])
}

fn decided(findings: &Findings, rules: &Checks) -> (Disposition, Vec<Reason>) {
    let verdict = message(findings, rules);
    (verdict.disposition, verdict.reasons)
}

#[test]
fn the_author_is_judged_by_dmarc_and_without_it_by_spf() {
    use Disposition::{Accept, Defer, Junk, Refuse};
    use DmarcResult as D;
    use SpfResult as S;
    let usual = Checks::default;
    let mild = || Checks { dmarc_reject: Against::Junk, ..usual() };
    let hard = || Checks { spf_fail: Against::Refuse, ..usual() };
    let carry_on = || Checks { dns_failure: DnsFails::Accept, ..usual() };
    let none = || dmarc(D::None, Policy::None);
    let unsigned = || Some(Vec::new());
    let ours = || signed(DkimResult::Pass, "mail.far.test");
    let theirs = || signed(DkimResult::Pass, "list.test");
    let broken = || signed(DkimResult::Fail(DkimFault::Body), "far.test");
    let key_not_now = || signed(DkimResult::TempError, "far.test");
    let rows = [
        // DMARC decides where there is a policy, whatever SPF says alone.
        (dmarc(D::Pass, Policy::Reject), S::Fail, unsigned(), usual(), Accept, None),
        (dmarc(D::Pass, Policy::Reject), S::TempError, ours(), usual(), Accept, None),
        (dmarc(D::Fail, Policy::Reject), S::Pass, unsigned(), usual(), Refuse, Some(Reason::DmarcReject)),
        (dmarc(D::Fail, Policy::Reject), S::Pass, theirs(), usual(), Refuse, Some(Reason::DmarcReject)),
        (dmarc(D::Fail, Policy::Reject), S::Fail, unsigned(), mild(), Junk, Some(Reason::DmarcReject)),
        (dmarc(D::Fail, Policy::Quarantine), S::Fail, unsigned(), usual(), Junk, Some(Reason::DmarcQuarantine)),
        (dmarc(D::Fail, Policy::None), S::Fail, unsigned(), usual(), Accept, None),
        (dmarc(D::TempError, Policy::Reject), S::Pass, ours(), usual(), Defer, Some(Reason::DnsNotNow)),
        (dmarc(D::TempError, Policy::Reject), S::Pass, ours(), carry_on(), Accept, None),
        (dmarc(D::PermError, Policy::None), S::Pass, ours(), usual(), Junk, Some(Reason::SeveralAuthors)),
        // Without one, SPF does.
        (none(), S::Pass, unsigned(), usual(), Accept, None),
        (none(), S::Fail, unsigned(), usual(), Junk, Some(Reason::SpfFail)),
        (none(), S::Fail, unsigned(), hard(), Refuse, Some(Reason::SpfFail)),
        (none(), S::Fail, broken(), usual(), Junk, Some(Reason::SpfFail)),
        (none(), S::Fail, theirs(), usual(), Junk, Some(Reason::SpfFail)),
        (none(), S::Fail, ours(), usual(), Accept, None),
        (none(), S::SoftFail, unsigned(), usual(), Accept, None),
        (none(), S::Neutral, unsigned(), usual(), Accept, None),
        (none(), S::None, unsigned(), usual(), Accept, None),
        (none(), S::PermError, unsigned(), usual(), Accept, None),
        (none(), S::TempError, unsigned(), usual(), Defer, Some(Reason::DnsNotNow)),
        (none(), S::TempError, ours(), usual(), Accept, None),
        (none(), S::TempError, unsigned(), carry_on(), Accept, None),
        (none(), S::None, key_not_now(), usual(), Defer, Some(Reason::DnsNotNow)),
        (none(), S::None, key_not_now(), carry_on(), Accept, None),
        (none(), S::None, broken(), usual(), Accept, None),
        // DMARC switched off.
        (None, S::Fail, unsigned(), usual(), Junk, Some(Reason::SpfFail)),
        (None, S::Pass, None, usual(), Accept, None),
    ];
    for (dmarc, result, dkim, rules, disposition, reason) in rows {
        let findings = Findings { dmarc, spf: spf(result), dkim, ..Findings::default() };
        assert_eq!(decided(&findings, &rules), (disposition, reason.into_iter().collect()), "{findings:?}\n{rules:?}");
    }
}

#[test]
fn a_seal_rescues_only_if_all_who_sealed_are_trusted_and_the_first_saw_it_pass() {
    let trusting = |names: &[&str]| Checks {
        arc_trusted: names.iter().map(|name| mail::Domain::parse(name).unwrap()).collect(),
        ..Checks::default()
    };
    let chain = |sealers: &[&str], dmarc_passed| {
        Some(Arc::Pass(Chain { sealers: sealers.iter().map(|name| (*name).to_owned()).collect(), dmarc_passed }))
    };
    for (arc, rules, rescued) in [
        (chain(&["list.test"], true), trusting(&["list.test"]), true),
        (chain(&["list.test", "more.test"], true), trusting(&["list.test", "more.test"]), true),
        (chain(&["evil.test", "list.test"], true), trusting(&["list.test"]), false),
        (chain(&["list.test"], false), trusting(&["list.test"]), false),
        (chain(&["list.test"], true), trusting(&[]), false),
        (chain(&[], true), trusting(&["list.test"]), false),
        (Some(Arc::Fail), trusting(&["list.test"]), false),
        (Some(Arc::TempError), trusting(&["list.test"]), false),
        (None, trusting(&["list.test"]), false),
    ] {
        let dmarc = dmarc(DmarcResult::Fail, Policy::Reject);
        let findings = Findings { dmarc, spf: spf(SpfResult::Fail), arc, ..Findings::default() };
        let expected = match rescued {
            true => (Disposition::Accept, vec![Reason::Forwarded]),
            false => (Disposition::Refuse, vec![Reason::DmarcReject]),
        };
        assert_eq!(decided(&findings, &rules), expected, "{findings:?}");
    }
}

#[test]
fn a_listed_client_and_a_false_name_are_refused_at_rcpt_or_put_into_junk() {
    let listed = Findings { listed: vec!["bl.test".to_owned()], ..Findings::default() };
    let named = |helo| Findings { helo: Some(helo), ..Findings::default() };
    let junk = Checks { dnsbl_listed: Against::Junk, ..Checks::default() };
    let strict = Checks { helo: HeloCheck::Refuse, ..Checks::default() };
    let refused = |findings: &Findings, rules: &Checks| client(findings, rules).disposition == Disposition::Refuse;
    assert!(refused(&listed, &Checks::default()));
    assert!(!refused(&listed, &junk));
    assert_eq!(decided(&listed, &junk), (Disposition::Junk, vec![Reason::Listed]));
    for (helo, false_name) in [
        (Helo::Known, false),
        (Helo::TempError, false),
        (Helo::Unknown, true),
        (Helo::NotQualified, true),
        (Helo::AnothersAddress, true),
        (Helo::Ours, true),
    ] {
        assert_eq!(refused(&named(helo), &strict), false_name, "{helo:?}");
        assert!(!refused(&named(helo), &Checks::default()), "a note refuses nobody");
    }
    assert_eq!(client(&Findings::default(), &Checks::default()), Verdict::ACCEPT);
}

#[test]
fn the_gravest_reason_decides_and_the_others_are_kept() {
    let findings = Findings {
        dmarc: dmarc(DmarcResult::Fail, Policy::Quarantine),
        listed: vec!["bl.test".to_owned()],
        ..Findings::default()
    };
    let expected = (Disposition::Refuse, vec![Reason::Listed, Reason::DmarcQuarantine]);
    assert_eq!(decided(&findings, &Checks::default()), expected);
}

#[test]
fn the_peer_hears_a_code_and_a_cause() {
    let peer = "192.0.2.7".parse().unwrap();
    let findings = Findings {
        dmarc: dmarc(DmarcResult::Fail, Policy::Reject),
        listed: vec!["bl.test".to_owned()],
        ..Findings::default()
    };
    for (disposition, reason, heard) in [
        (Disposition::Refuse, Reason::DmarcReject, Some("550 5.7.1 far.test does not vouch for this message (DMARC)")),
        (Disposition::Refuse, Reason::Listed, Some("550 5.7.1 192.0.2.7 is listed by bl.test")),
        (Disposition::Refuse, Reason::SpfFail, Some("550 5.7.23 ")),
        (Disposition::Refuse, Reason::Helo, Some("550 5.7.1 ")),
        (Disposition::Defer, Reason::DnsNotNow, Some("451 4.4.3 ")),
        (Disposition::Defer, Reason::Greylisted, Some("451 4.7.1 ")),
        (Disposition::Junk, Reason::SpfFail, None),
        (Disposition::Accept, Reason::Forwarded, None),
    ] {
        let reply = reply(&Verdict::new(disposition, reason), &findings, peer).map(|reply| reply.to_string());
        match heard {
            Some(start) => {
                assert!(reply.as_ref().is_some_and(|reply| reply.starts_with(start)), "{reason:?}: {reply:?}")
            }
            None => assert_eq!(reply, None, "{reason:?}"),
        }
    }
}
