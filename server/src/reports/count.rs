//! What DMARC found of each message from outside, by domain and period.

use super::period_of;
use crate::house::House;
use crate::inbound::judged::Judged;
use crate::inbound::session::Incoming;
use mail::auth::dmarc::DmarcResult;
use mail::auth::findings::Findings;
use mail::auth::verdict::Disposition;
use mail::envelope::{ForwardPath, ReversePath};
use store::DmarcOutcome;

/// Signatures of one message that are told of.
const SIGNATURES: usize = 5;

/// Nothing unless reports are sent. What comes to the postmaster alone is not counted: two servers would report on each
/// other's reports for ever.
pub fn count(house: &House, incoming: &Incoming, judged: &Judged) {
    let config = &house.config;
    let Some(dmarc) = judged.findings.dmarc.as_ref().filter(|_| config.report_from.is_some()) else { return };
    let disposition = match (dmarc.result, judged.verdict.disposition) {
        (DmarcResult::Pass, Disposition::Accept | Disposition::Junk | Disposition::Refuse) => 0,
        (DmarcResult::Fail, Disposition::Accept) => 0,
        (DmarcResult::Fail, Disposition::Junk) => 1,
        (DmarcResult::Fail, Disposition::Refuse) => 2,
        _ => return,
    };
    let is_postmaster = |path: &ForwardPath| match path {
        ForwardPath::Postmaster => true,
        ForwardPath::Address(address) => address.is_postmaster(),
    };
    if incoming.envelope.paths().all(is_postmaster) {
        return;
    }
    let mut signatures = judged.findings.dkim.clone();
    if let Some(signatures) = &mut signatures {
        signatures.truncate(SIGNATURES);
    }
    let told = Findings {
        spf: judged.findings.spf.clone(),
        dkim: signatures,
        dmarc: Some(dmarc.clone()),
        ..Findings::default()
    };
    let envelope_from = match &incoming.envelope.sender {
        ReversePath::Address(address) => address.domain().to_string(),
        ReversePath::Null => String::new(),
    };
    house.trace.dmarc(DmarcOutcome {
        begins: period_of(config, house.clock.now_ms()),
        domain: dmarc.organisation.clone(),
        source: incoming.peer.to_canonical().to_string(),
        header_from: dmarc.domain.clone(),
        envelope_from,
        disposition,
        findings: told.to_text(),
        messages: 1,
    });
}
