//! What a destination demands, and so the terms on which one of its servers is spoken to.

use super::dane::{self, Said};
use super::sealed::{Ground, Sealed};
use super::sts;
use super::verifier::Check;
use crate::config::TlsDemand;
use crate::house::House;
use crate::outbound::route::{Route, Target};
use crate::wire::Wire;
use mail::sts::{Mode, Policy};
use protocol::smtp::Reply;
use protocol::smtp::client::Tls;
use std::time::Duration;
use store::TlsRule;

const NOT_IN_POLICY: Reply =
    Reply::new(451, (7, 5), "The recipient's domain does not name this server in its TLS policy");
const TLSA_NOT_NOW: Reply = Reply::new(451, (7, 5), "What the server's certificate must be cannot be looked up now");

/// Of a whole destination.
#[derive(Clone, Debug)]
pub enum Demand {
    /// By the operator's setting; `dane` where DNS may still say more.
    Set {
        demand: TlsDemand,
        dane: bool,
    },
    Sts(Policy),
}

impl Demand {
    /// The setting comes first, then what the destination says of itself.
    pub async fn find(house: &House, destination: &str, route: &Route) -> Demand {
        let config = &house.config;
        let set = |name: &str| config.outbound_tls_policy.get(name).copied();
        if let Some(demand) = set(destination) {
            return Demand::Set { demand, dane: false };
        }
        if route.by_setting {
            // A password is told to nobody but its owner.
            let usual = if route.login.is_some() { TlsDemand::Verified } else { TlsDemand::Opportunistic };
            return Demand::Set { demand: set("*").unwrap_or(usual), dane: false };
        }
        if let Some(demand) = set("*") {
            return Demand::Set { demand, dane: false };
        }
        if !config.outbound_tls {
            return Demand::Set { demand: TlsDemand::Never, dane: false };
        }
        match sts::policy(house, destination).await {
            Some(policy) if policy.mode != Mode::None => Demand::Sts(policy),
            _ => Demand::Set { demand: TlsDemand::Opportunistic, dane: true },
        }
    }
}

/// Of one server.
pub struct Terms {
    /// What the session is told.
    pub tls: Tls,
    /// In the clear when the handshake fails.
    pub fallback: bool,
    /// What is counted.
    pub rule: TlsRule,
    ground: Ground,
    check: Check,
    /// A certificate that fails the check ends the handshake.
    strict: bool,
}

impl Terms {
    /// None of it holds before the server was looked at: its name may be wrong, or DNS may name its certificate.
    pub async fn find(house: &House, demand: &Demand, target: &Target) -> Result<Terms, Reply> {
        let may_ask = match demand {
            Demand::Set { dane, .. } => *dane,
            // RFC 8461 §2: whoever does both obeys DANE first.
            Demand::Sts(_) => true,
        };
        if may_ask && house.config.dane && target.secure {
            match dane::ask(&house.dns, &target.host, target.address.port()).await {
                Said::Records(records) => return Ok(Terms::dane(Check::Dane(records))),
                Said::Encrypt => return Ok(Terms::dane(Check::Anybody)),
                Said::NotNow => return Err(TLSA_NOT_NOW),
                Said::Nothing => {}
            }
        }
        let roots = || Check::Roots(house.trust.roots());
        let terms = |tls, ground, check, strict| Terms {
            tls,
            fallback: tls == Tls::IfOffered,
            rule: TlsRule::NoPolicyFound,
            ground,
            check,
            strict,
        };
        Ok(match demand {
            Demand::Set { demand: TlsDemand::Never, .. } => {
                terms(Tls::Never, Ground::Opportunistic, Check::Anybody, false)
            }
            Demand::Set { demand: TlsDemand::Opportunistic, .. } => {
                terms(Tls::IfOffered, Ground::Opportunistic, roots(), false)
            }
            Demand::Set { demand: TlsDemand::Encrypted, .. } => terms(Tls::Required, Ground::Setting, roots(), false),
            Demand::Set { demand: TlsDemand::Verified, .. } => terms(Tls::Required, Ground::Setting, roots(), true),
            Demand::Sts(policy) => {
                let covered = policy.covers(&target.host);
                let enforced = policy.mode == Mode::Enforce;
                if enforced && !covered {
                    return Err(NOT_IN_POLICY);
                }
                let tls = if enforced { Tls::Required } else { Tls::IfOffered };
                Terms { rule: TlsRule::Sts, ..terms(tls, Ground::MtaSts, roots(), enforced) }
            }
        })
    }

    fn dane(check: Check) -> Terms {
        Terms { tls: Tls::Required, fallback: false, rule: TlsRule::Tlsa, ground: Ground::Dane, check, strict: true }
    }

    /// The client's side of the handshake. The error is for the log.
    pub async fn encrypt(
        &self,
        house: &House,
        wire: &mut Wire,
        target: &Target,
        patience: Duration,
    ) -> Result<Sealed, String> {
        let (done, failure) = if matches!(self.check, Check::Anybody) {
            (wire.connect_tls(&house.tls.opportunistic, &target.host, patience).await, None)
        } else {
            let made = house.trust.connector(self.check.clone(), self.strict);
            let (connector, judge) = made.map_err(|error| error.to_string())?;
            (wire.connect_tls(&connector, &target.host, patience).await, judge.found())
        };
        match done {
            Ok(()) => Ok(Sealed {
                version: wire.tls_version().unwrap_or("TLS"),
                cipher: wire.cipher().unwrap_or_default(),
                ground: self.ground,
                failure,
                judged: !matches!(self.check, Check::Anybody),
            }),
            Err(error) => Err(failure.map_or_else(|| error.to_string(), |failure| failure.name().to_owned())),
        }
    }
}
