//! A message from outside, looked at whole: what was found, what was decided, and what is written into its header.

use crate::house::House;
use crate::inbound::checks::message;
use crate::inbound::deliver::Stamp;
use crate::inbound::session::Incoming;
use crate::inbound::verdict::arrival;
use mail::auth::dmarc::DmarcResult;
use mail::auth::findings::Findings;
use mail::auth::results;
use mail::auth::spf::SpfResult;
use mail::auth::verdict::Verdict;
use store::StoreError;

pub struct Judged {
    pub findings: Findings,
    pub verdict: Verdict,
    pub stamp: Stamp,
    /// Without its angle brackets; empty when there is none.
    pub message_id: String,
}

/// Makes the checks that need the message, and decides. `before` is what was found until DATA.
pub async fn judge(house: &House, incoming: &Incoming, before: Findings) -> Result<Judged, StoreError> {
    let examined = message::examine(house, &incoming.message, incoming.head).await?;
    let findings = message::check(house, &examined, before).await;
    let verdict = arrival::message(&findings, &house.config.checks);
    let field = results::write(&findings, &house.config.hostname, incoming.peer);
    let stamp = Stamp { head: incoming.head, field, forged: examined.forged, chain: findings.arc.clone() };
    Ok(Judged { findings, verdict, stamp, message_id: examined.survey.message_id })
}

impl Judged {
    /// The domain that was proved to have sent the message.
    pub fn proved(&self) -> Option<&str> {
        let dmarc = self.findings.dmarc.as_ref().filter(|dmarc| dmarc.result == DmarcResult::Pass);
        let spf = || self.findings.spf.as_ref().filter(|spf| spf.result == SpfResult::Pass);
        dmarc.map(|dmarc| dmarc.domain.as_str()).or_else(|| spf().map(|spf| spf.domain.as_str()))
    }
}
