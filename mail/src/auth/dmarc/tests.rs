//! DMARC, row by row: what is published, what was verified, what follows.

use super::*;
use crate::auth::lookup::Family;
use crate::auth::spf::Identity;
use crate::auth::table::{Table, now};

fn spf(result: SpfResult, domain: &str) -> Spf {
    Spf { result, identity: Identity::MailFrom, domain: domain.to_owned() }
}

fn signed(result: DkimResult, domain: &str) -> Signature {
    Signature { result, domain: domain.to_owned(), selector: "s".to_owned(), algorithm: "rsa-sha256".to_owned() }
}

fn judged(dns: &Table, from: &str, spf: Spf, dkim: &[Signature], dice: u8) -> Dmarc {
    now(check(dns, &Author::One(from.to_owned()), Some(&spf), dkim, dice))
}

#[test]
fn one_aligned_identifier_is_enough() {
    use DmarcResult::{Fail, Pass, TempError};
    let dns = Table::default()
        .txt("_dmarc.far.test", "v=DMARC1; p=reject")
        .txt("_dmarc.strict.test", "v=DMARC1; p=quarantine; adkim=s; aspf=s; rua=mailto:x@strict.test");
    let (pass, fail) = (SpfResult::Pass, SpfResult::Fail);
    let broken = DkimResult::Fail(crate::auth::dkim::DkimFault::Body);
    for (from, spf_found, dkim_found, result) in [
        ("far.test", (pass, "far.test"), None, Pass),
        ("far.test", (pass, "bounce.far.test"), None, Pass),
        ("news.far.test", (pass, "far.test"), None, Pass),
        ("far.test", (pass, "other.test"), None, Fail),
        ("far.test", (fail, "far.test"), None, Fail),
        ("far.test", (SpfResult::SoftFail, "far.test"), None, Fail),
        ("far.test", (fail, "far.test"), Some((DkimResult::Pass, "far.test")), Pass),
        ("far.test", (fail, "far.test"), Some((DkimResult::Pass, "mail.far.test")), Pass),
        ("far.test", (fail, "far.test"), Some((DkimResult::Pass, "other.test")), Fail),
        ("far.test", (fail, "far.test"), Some((broken, "far.test")), Fail),
        ("far.test", (SpfResult::TempError, "far.test"), None, TempError),
        ("far.test", (SpfResult::TempError, "far.test"), Some((DkimResult::Pass, "far.test")), Pass),
        ("far.test", (SpfResult::TempError, "other.test"), None, Fail),
        ("far.test", (fail, "far.test"), Some((DkimResult::TempError, "far.test")), TempError),
        ("strict.test", (pass, "strict.test"), None, Pass),
        ("strict.test", (pass, "bounce.strict.test"), None, Fail),
        ("strict.test", (fail, ""), Some((DkimResult::Pass, "mail.strict.test")), Fail),
        ("silent.test", (fail, "silent.test"), None, DmarcResult::None),
    ] {
        let dkim: Vec<_> = dkim_found.into_iter().map(|(result, domain)| signed(result, domain)).collect();
        let found = judged(&dns, from, spf(spf_found.0, spf_found.1), &dkim, 0);
        assert_eq!(found.result, result, "{from} {spf_found:?} {dkim_found:?}");
    }
}

#[test]
fn the_policy_is_the_domains_own_or_that_of_its_organisation() {
    let dns = Table::default()
        .txt("_dmarc.far.test", "v=DMARC1; p=reject; sp=quarantine")
        .txt("_dmarc.own.far.test", "v=DMARC1;p=none")
        .txt("_dmarc.half.test", "v=DMARC1; p=reject; pct=50")
        .txt("_dmarc.two.test", "v=DMARC1; p=reject")
        .txt("_dmarc.two.test", "v=DMARC1; p=none")
        .txt("_dmarc.reports.test", "v=DMARC1; p=banana; rua=mailto:a@reports.test")
        .txt("_dmarc.nothing.test", "v=DMARC1; p=banana")
        .txt("_dmarc.late.test", "p=reject; v=DMARC1")
        .txt("_dmarc.other.test", "v=spf1 -all");
    use DmarcResult::Fail;
    let none = DmarcResult::None;
    for (from, dice, result, policy) in [
        ("far.test", 0, Fail, Policy::Reject),
        ("a.far.test", 0, Fail, Policy::Quarantine),
        ("a.own.far.test", 0, Fail, Policy::Quarantine),
        ("own.far.test", 0, Fail, Policy::None),
        ("half.test", 49, Fail, Policy::Reject),
        ("half.test", 50, Fail, Policy::Quarantine),
        ("two.test", 0, none, Policy::None),
        ("reports.test", 0, Fail, Policy::None),
        ("nothing.test", 0, none, Policy::None),
        ("late.test", 0, none, Policy::None),
        ("other.test", 0, none, Policy::None),
    ] {
        let found = judged(&dns, from, spf(SpfResult::None, from), &[], dice);
        assert_eq!((found.result, found.policy), (result, policy), "{from} {dice}");
    }
}

#[test]
fn without_one_author_there_is_nobody_to_ask_and_without_dns_no_answer() {
    let dns = Table::default().broken("_dmarc.far.test");
    assert_eq!(now(check(&dns, &Author::Several, None, &[], 0)).result, DmarcResult::PermError);
    assert_eq!(now(check(&dns, &Author::Nobody, None, &[], 0)).result, DmarcResult::None);
    let found = judged(&dns, "far.test", spf(SpfResult::Pass, "far.test"), &[], 0);
    assert_eq!(found.result, DmarcResult::TempError, "never a pass");
    assert!(now(dns.addresses("far.test", Family::V4)).is_err());
}
