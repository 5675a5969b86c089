//! Counts how each session with another server was encrypted, or why not: what TLS reports (RFC 8460) are made of.

use super::sealed::Failure;
use super::terms::Terms;
use crate::house::House;
use crate::outbound::route::Target;
use crate::outbound::talk::Talk;
use crate::reports::period_of;
use protocol::smtp::client::Tls;
use store::TlsOutcome;

/// One session, where reports are sent. That it could not be counted stops no mail.
pub async fn tally(house: &House, destination: &str, target: &Target, terms: &Terms, talk: &Talk<'_>) {
    if house.config.report_from.is_none() {
        return;
    }
    let failure = match (&talk.sealed, &talk.handshake) {
        // In the clear on purpose, or never greeted.
        _ if terms.tls == Tls::Never => return,
        (_, Some(why)) => known(why),
        (Some(sealed), None) => sealed.failure.map_or("", Failure::name),
        // The one without TLS after a handshake that failed was counted with it.
        (None, None) if talk.not_offered => Failure::StartTlsNotSupported.name(),
        (None, None) => return,
    };
    let outcome = TlsOutcome {
        begins: period_of(&house.config, house.clock.now_ms()),
        domain: destination.to_owned(),
        policy: terms.rule,
        failure: failure.to_owned(),
        host: target.host.clone(),
        sessions: 1,
    };
    if let Err(error) = house.store.count_tls(outcome).await {
        tracing::debug!(%error, "a session with another server was not counted");
    }
}

/// Only the words of RFC 8460 are counted, so that the table stays small.
fn known(why: &str) -> &'static str {
    let all = [
        Failure::StartTlsNotSupported,
        Failure::CertificateHostMismatch,
        Failure::CertificateExpired,
        Failure::CertificateNotTrusted,
    ];
    all.into_iter().map(Failure::name).find(|name| *name == why).unwrap_or(Failure::NotValid.name())
}
