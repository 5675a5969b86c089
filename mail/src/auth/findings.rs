//! Everything that was found of one message, and how it is kept: one line of text that survives every later version.

use super::arc::{Arc, Chain};
use super::dkim::{DkimFault, DkimResult, MOST_SIGNATURES, Signature};
use super::dmarc::{Dmarc, DmarcResult, Policy};
use super::helo::Helo;
use super::iprev::Iprev;
use super::spf::{Identity, Spf, SpfResult};

/// None, or nothing in a list: not asked, or nothing to ask.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    pub helo: Option<Helo>,
    pub iprev: Option<Iprev>,
    pub spf: Option<Spf>,
    /// None: not asked. An empty list: not signed.
    pub dkim: Option<Vec<Signature>>,
    pub dmarc: Option<Dmarc>,
    pub arc: Option<Arc>,
    /// Names of the lists that have the client's address.
    pub listed: Vec<String>,
}

impl Findings {
    /// `spf=pass/mailfrom/far.test dkim=pass//far.test/s1/rsa-sha256 …`
    pub fn to_text(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        if let Some(helo) = self.helo {
            words.push(format!("helo={}", helo.word()));
        }
        if let Some(iprev) = &self.iprev {
            let name = if let Iprev::Pass(name) = iprev { token(name) } else { String::new() };
            words.push(format!("iprev={}/{name}", iprev.word()));
        }
        if let Some(spf) = &self.spf {
            words.push(format!("spf={}/{}/{}", spf.result.word(), identity(spf.identity), token(&spf.domain)));
        }
        if let Some(dkim) = &self.dkim {
            words.push(format!("signed={}", dkim.len()));
            words.extend(dkim.iter().map(|one| {
                let (result, fault) = (one.result.word(), one.result.fault().map_or("", DkimFault::code));
                let (domain, selector) = (token(&one.domain), token(&one.selector));
                format!("dkim={result}/{fault}/{domain}/{selector}/{}", token(&one.algorithm))
            }));
        }
        if let Some(dmarc) = &self.dmarc {
            let (result, policy) = (dmarc.result.word(), dmarc.policy.word());
            let by = match (dmarc.spf_aligned, dmarc.dkim_aligned) {
                (true, true) => "both",
                (true, false) => "spf",
                (false, true) => "dkim",
                (false, false) => "",
            };
            let (domain, organisation) = (token(&dmarc.domain), token(&dmarc.organisation));
            words.push(format!("dmarc={result}/{policy}/{by}/{domain}/{organisation}"));
        }
        if let Some(arc) = &self.arc {
            words.push(match arc {
                Arc::Pass(Chain { sealers, dmarc_passed }) => {
                    let sealers: Vec<String> = sealers.iter().map(|sealer| token(sealer)).collect();
                    format!("arc=pass/{}/{}", if *dmarc_passed { "dmarc" } else { "" }, sealers.join(","))
                }
                other => format!("arc={}", other.word()),
            });
        }
        words.extend(self.listed.iter().map(|list| format!("listed={}", token(list))));
        words.join(" ")
    }

    /// What cannot be read is left out: a later version may have written it.
    pub fn parse(text: &str) -> Findings {
        let mut findings = Findings::default();
        for (name, value) in text.split(' ').filter_map(|word| word.split_once('=')) {
            let parts: Vec<&str> = value.split('/').collect();
            match name {
                "helo" => findings.helo = Helo::from_word(value),
                "iprev" => findings.iprev = read_iprev(&parts),
                "spf" => findings.spf = read_spf(&parts),
                "signed" => findings.dkim = Some(findings.dkim.take().unwrap_or_default()),
                "dkim" => {
                    let room = findings.dkim.as_ref().is_none_or(|known| known.len() <= MOST_SIGNATURES);
                    if let Some(signature) = read_signature(&parts).filter(|_| room) {
                        findings.dkim.get_or_insert_default().push(signature);
                    }
                }
                "dmarc" => findings.dmarc = read_dmarc(&parts),
                "arc" => findings.arc = read_arc(&parts),
                "listed" => findings.listed.push(value.to_owned()),
                _ => {}
            }
        }
        findings
    }
}

/// Domains, selectors and names, so that they can stand between the signs used here.
pub(super) fn token(text: &str) -> String {
    let plain = |char: &char| char.is_ascii_alphanumeric() || "-._:".contains(*char);
    text.chars().filter(plain).take(253).collect::<String>().to_ascii_lowercase()
}

fn identity(identity: Identity) -> &'static str {
    match identity {
        Identity::MailFrom => "mailfrom",
        Identity::Helo => "helo",
    }
}

fn read_iprev(parts: &[&str]) -> Option<Iprev> {
    match parts {
        ["pass", name] => Some(Iprev::Pass((*name).to_owned())),
        ["fail", ..] => Some(Iprev::Fail),
        ["temperror", ..] => Some(Iprev::TempError),
        _ => None,
    }
}

fn read_spf(parts: &[&str]) -> Option<Spf> {
    let [result, by, domain] = parts else { return None };
    let by = if *by == "helo" { Identity::Helo } else { Identity::MailFrom };
    Some(Spf { result: SpfResult::from_word(result)?, identity: by, domain: (*domain).to_owned() })
}

fn read_signature(parts: &[&str]) -> Option<Signature> {
    let [result, fault, domain, selector, algorithm] = parts else { return None };
    Some(Signature {
        result: DkimResult::from_parts(result, DkimFault::from_code(fault))?,
        domain: (*domain).to_owned(),
        selector: (*selector).to_owned(),
        algorithm: (*algorithm).to_owned(),
    })
}

fn read_dmarc(parts: &[&str]) -> Option<Dmarc> {
    let [result, policy, by, domain, organisation] = parts else { return None };
    Some(Dmarc {
        result: DmarcResult::from_word(result)?,
        policy: Policy::from_word(policy)?,
        spf_aligned: matches!(*by, "spf" | "both"),
        dkim_aligned: matches!(*by, "dkim" | "both"),
        domain: (*domain).to_owned(),
        organisation: (*organisation).to_owned(),
    })
}

fn read_arc(parts: &[&str]) -> Option<Arc> {
    match parts {
        ["none"] => Some(Arc::None),
        ["fail"] => Some(Arc::Fail),
        ["temperror"] => Some(Arc::TempError),
        ["pass", dmarc, sealers] => Some(Arc::Pass(Chain {
            sealers: sealers.split(',').filter(|sealer| !sealer.is_empty()).map(str::to_owned).collect(),
            dmarc_passed: *dmarc == "dmarc",
        })),
        _ => None,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// One of everything.
    pub fn all() -> Findings {
        let signature = |result, domain: &str| Signature {
            result,
            domain: domain.to_owned(),
            selector: "s1".to_owned(),
            algorithm: "rsa-sha256".to_owned(),
        };
        Findings {
            helo: Some(Helo::Known),
            iprev: Some(Iprev::Pass("mx.far.test".to_owned())),
            spf: Some(Spf { result: SpfResult::Pass, identity: Identity::MailFrom, domain: "far.test".to_owned() }),
            dkim: Some(vec![
                signature(DkimResult::Pass, "far.test"),
                signature(DkimResult::Policy(DkimFault::Length), "list.test"),
            ]),
            dmarc: Some(Dmarc {
                result: DmarcResult::Pass,
                domain: "news.far.test".to_owned(),
                organisation: "far.test".to_owned(),
                policy: Policy::Reject,
                spf_aligned: true,
                dkim_aligned: true,
            }),
            arc: Some(Arc::Pass(Chain { sealers: vec!["a.test".to_owned(), "b.test".to_owned()], dmarc_passed: true })),
            listed: vec!["bl.test".to_owned()],
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        assert_eq!(Findings::parse(&all().to_text()), all());
        let unsigned = Findings { dkim: Some(Vec::new()), ..Findings::default() };
        assert_eq!(Findings::parse(&unsigned.to_text()), unsigned);
        assert_eq!(Findings::parse(""), Findings::default());
    }

    #[test]
    fn a_strangers_name_writes_no_finding_of_its_own() {
        let spf =
            Spf { result: SpfResult::Fail, identity: Identity::Helo, domain: "x.test dmarc=pass/none".to_owned() };
        let text = Findings { spf: Some(spf), ..Findings::default() }.to_text();
        assert_eq!(Findings::parse(&text).dmarc, None, "{text}");
    }

    #[test]
    fn what_a_later_version_wrote_does_no_harm() {
        let text = format!("bimi=pass spf=wonderful/mailfrom/x.test {}", "dkim=odd ".repeat(50));
        assert_eq!(Findings::parse(&text), Findings::default());
    }
}
