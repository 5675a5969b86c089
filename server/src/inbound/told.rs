//! Success told to a stranger who asked for it (RFC 3461 §4.1): only where it is proved that the sender is who it says,
//! or the owner of a forged address would hear of mail that they never sent.

use crate::destination::Spread;
use crate::house::House;
use crate::inbound::session::Incoming;
use crate::outbound;
use mail::Address;
use mail::auth::dmarc::DmarcResult;
use mail::auth::findings::Findings;
use mail::auth::organisation::organisation;
use mail::auth::spf::{Identity, SpfResult};
use mail::dsn::Action;
use mail::envelope::{ForwardPath, RecipientWishes, ReversePath};
use std::collections::HashMap;
use store::Expansion;

/// Whether the domain of the envelope's sender is proved: by SPF for itself, or by DMARC for one of the same owner.
pub fn is_proved(sender: &ReversePath, findings: &Findings) -> bool {
    let ReversePath::Address(sender) = sender else { return false };
    let domain = sender.domain().as_str();
    let spf = findings.spf.as_ref().is_some_and(|spf| {
        spf.result == SpfResult::Pass && spf.identity == Identity::MailFrom && spf.domain.eq_ignore_ascii_case(domain)
    });
    let dmarc = findings.dmarc.as_ref().is_some_and(|dmarc| {
        dmarc.result == DmarcResult::Pass && dmarc.organisation == organisation(&domain.to_ascii_lowercase())
    });
    spf || dmarc
}

/// Tells of those who have it now, and of those for whom it is sent on. Who has it later is not told of: the queue knows
/// nothing of these wishes.
pub async fn tell(house: &House, incoming: &Incoming, found: &HashMap<ForwardPath, Expansion>) {
    let envelope = &incoming.envelope;
    let mut told: Vec<(Address, RecipientWishes, Action)> = Vec::new();
    for recipient in &envelope.recipients {
        let ForwardPath::Address(address) = &recipient.path else { continue };
        let asked = recipient.wishes.notify.is_some_and(|notify| notify.success);
        let Some(expansion) = found.get(&recipient.path).filter(|_| asked) else { continue };
        // RFC 3461 §5.2.7: whoever is behind an alias elsewhere is not asked to tell strangers.
        let action = match expansion.forwards.is_empty() {
            true if Spread::default().reaches_all_now(expansion) => Action::Delivered,
            true => continue,
            false => Action::Relayed,
        };
        if told.iter().all(|(known, ..)| known != address) {
            told.push((address.clone(), recipient.wishes.clone(), action));
        }
    }
    if told.is_empty() {
        return;
    }
    match house.spool.read(&incoming.message).await {
        Ok(read) => outbound::delivered_here(house, &envelope.sender, &envelope.wishes, &told, &read.bytes).await,
        Err(error) => tracing::warn!(%error, "a sender was not told that a message was delivered"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mail::auth::dmarc::{Dmarc, Policy};
    use mail::auth::spf::Spf;

    fn findings(spf: Option<(SpfResult, Identity, &str)>, dmarc: Option<(DmarcResult, &str)>) -> Findings {
        Findings {
            spf: spf.map(|(result, identity, domain)| Spf { result, identity, domain: domain.to_owned() }),
            dmarc: dmarc.map(|(result, domain)| Dmarc {
                result,
                domain: domain.to_owned(),
                organisation: organisation(domain).to_owned(),
                policy: Policy::None,
                spf_aligned: false,
                dkim_aligned: true,
            }),
            ..Findings::default()
        }
    }

    #[test]
    fn only_a_sender_whose_own_domain_is_proved_is_told() {
        use Identity::{Helo, MailFrom};
        use SpfResult::{Neutral, Pass};
        let sender = ReversePath::Address(Address::parse("lisa@news.far.test").unwrap());
        for (spf, dmarc, proved) in [
            (None, None, false),
            (Some((Pass, MailFrom, "news.far.test")), None, true),
            (Some((Pass, Helo, "news.far.test")), None, false),
            (Some((Neutral, MailFrom, "news.far.test")), None, false),
            (None, Some((DmarcResult::Pass, "far.test")), true),
            (None, Some((DmarcResult::Pass, "other.test")), false),
            (None, Some((DmarcResult::Fail, "far.test")), false),
        ] {
            assert_eq!(is_proved(&sender, &findings(spf, dmarc)), proved, "{spf:?} {dmarc:?}");
        }
        let all = findings(Some((Pass, Helo, "far.test")), Some((DmarcResult::Pass, "far.test")));
        assert!(!is_proved(&ReversePath::Null, &all));
    }
}
