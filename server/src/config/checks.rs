//! What an operator may decide about mail from outside: which checks are made, and what follows from them.

use super::values::list;
use mail::Domain;
use std::time::Duration;

#[derive(Clone, Debug)]
pub struct Checks {
    pub spf: bool,
    pub dkim: bool,
    pub dmarc: bool,
    pub arc: bool,
    pub iprev: bool,
    pub helo: HeloCheck,
    /// A message whose domain asks for refusal when it does not vouch for it.
    pub dmarc_reject: Against,
    /// A server that may not send for the sender's domain, where no DMARC says what follows.
    pub spf_fail: Against,
    /// Lists of bad addresses to ask (RFC 5782), and what follows for who is on one.
    pub dnsbl: Vec<Domain>,
    pub dnsbl_listed: Against,
    /// Who is believed when it says that a message was genuine before it passed it on.
    pub arc_trusted: Vec<Domain>,
    pub dns_failure: DnsFails,
    /// For all checks of one moment together.
    pub timeout: Duration,
    /// Whether a stranger is asked to come again.
    pub greylist: bool,
    pub greylist_delay: Duration,
    /// Days that refusals are kept; 0: for ever.
    pub trace_days: u32,
}

impl Default for Checks {
    fn default() -> Self {
        Checks {
            spf: true,
            dkim: true,
            dmarc: true,
            arc: true,
            iprev: true,
            helo: HeloCheck::Note,
            dmarc_reject: Against::Refuse,
            spf_fail: Against::Junk,
            dnsbl: Vec::new(),
            dnsbl_listed: Against::Refuse,
            arc_trusted: Vec::new(),
            dns_failure: DnsFails::Defer,
            timeout: Duration::from_secs(10),
            greylist: false,
            greylist_delay: Duration::from_secs(5 * 60),
            trace_days: 30,
        }
    }
}

/// What is done with what should not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// 550: its sender hears of it.
    Refuse,
    /// Taken, and put into Junk with the reason.
    Junk,
}

/// What is done when DNS does not answer. Never is it taken for a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DnsFails {
    /// 451: the other server tries again.
    Defer,
    /// As if nobody vouched for the message.
    Accept,
}

/// What is done about the name in EHLO.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeloCheck {
    Off,
    /// It is looked up and kept with the message.
    Note,
    /// One that cannot be the client's own is refused.
    Refuse,
}

pub fn against(text: &str) -> Option<Against> {
    match text {
        "refuse" => Some(Against::Refuse),
        "junk" => Some(Against::Junk),
        _ => None,
    }
}

pub fn dns_failure(text: &str) -> Option<DnsFails> {
    match text {
        "defer" => Some(DnsFails::Defer),
        "accept" => Some(DnsFails::Accept),
        _ => None,
    }
}

pub fn helo(text: &str) -> Option<HeloCheck> {
    match text {
        "off" => Some(HeloCheck::Off),
        "note" => Some(HeloCheck::Note),
        "refuse" => Some(HeloCheck::Refuse),
        _ => None,
    }
}

pub fn domains(text: &str) -> Option<Vec<Domain>> {
    list(text, |item| Domain::parse(item).ok())
}
