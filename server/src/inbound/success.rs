//! RFC 3461 §5.2.3: who asked to be told that their message arrived is told, where it is known that they asked: the
//! address may be forged, and nobody else's mailbox is to be filled with our words.

use crate::house::House;
use crate::inbound::judged::Judged;
use crate::inbound::session::Incoming;
use crate::outbound::delivered_here;
use mail::Address;
use mail::auth::dmarc::DmarcResult;
use mail::auth::spf::{Identity, SpfResult};
use mail::auth::verdict::Disposition;
use mail::envelope::{ForwardPath, RecipientWishes, ReversePath};
use std::sync::Arc;

/// `reached`: whether all who are behind an address had it at once.
pub async fn tell(house: &Arc<House>, incoming: &Incoming, judged: &Judged, reached: impl Fn(&ForwardPath) -> bool) {
    let ReversePath::Address(sender) = &incoming.envelope.sender else { return };
    if judged.verdict.disposition == Disposition::Junk || !is_proved(judged, sender) {
        return;
    }
    let wants = |wishes: &RecipientWishes| wishes.notify.is_some_and(|notify| notify.success);
    let recipients = incoming.envelope.recipients.iter().filter(|one| wants(&one.wishes) && reached(&one.path));
    let recipients: Vec<(Address, RecipientWishes)> = recipients
        .filter_map(|one| match &one.path {
            ForwardPath::Address(address) => Some((address.clone(), one.wishes.clone())),
            ForwardPath::Postmaster => None,
        })
        .collect();
    if recipients.is_empty() {
        return;
    }
    match house.spool.read(&incoming.message).await {
        Ok(read) => {
            let original = read.bytes.slice(incoming.head.min(read.bytes.len())..);
            let (sender, wishes) = (incoming.envelope.sender.clone(), incoming.envelope.wishes.clone());
            let house = Arc::clone(house);
            // The other server waits for its 250.
            tokio::spawn(async move {
                let _weight = read;
                delivered_here(&house, &sender, &wishes, &recipients, &original).await;
            });
        }
        Err(error) => tracing::warn!(%error, "a sender was not told that a message was delivered"),
    }
}

/// SPF vouches for the address itself, or DMARC for a From of the same domain.
fn is_proved(judged: &Judged, sender: &Address) -> bool {
    let domain = sender.domain().as_str();
    let spf = judged.findings.spf.as_ref().is_some_and(|spf| {
        spf.result == SpfResult::Pass && spf.identity == Identity::MailFrom && spf.domain.eq_ignore_ascii_case(domain)
    });
    let dmarc = judged
        .findings
        .dmarc
        .as_ref()
        .is_some_and(|dmarc| dmarc.result == DmarcResult::Pass && dmarc.domain.eq_ignore_ascii_case(domain));
    spf || dmarc
}
