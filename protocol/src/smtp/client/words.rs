//! MAIL and RCPT as they are said to one server: a parameter only where the remote offers what it belongs to.

use super::offers::Offers;
use super::{Envelope, Recipient};
use crate::smtp::xtext::{self, LONGEST_ENVID, LONGEST_ORCPT};
use mail::envelope::ReversePath;

pub(super) fn mail(envelope: &Envelope, offers: &Offers) -> String {
    let mut line = match &envelope.sender {
        ReversePath::Null => "MAIL FROM:<>".to_owned(),
        ReversePath::Address(address) => format!("MAIL FROM:<{address}>"),
    };
    if offers.size {
        line.push_str(&format!(" SIZE={}", envelope.size));
    }
    if envelope.has_8bit {
        line.push_str(" BODY=8BITMIME");
    }
    let utf8 = envelope.needs_utf8() || envelope.recipients.iter().any(|to| to.address.needs_utf8());
    if offers.utf8 && utf8 {
        line.push_str(" SMTPUTF8");
    }
    let wishes = &envelope.wishes;
    if wishes.require_tls {
        line.push_str(" REQUIRETLS");
    }
    if offers.dsn {
        line.extend(wishes.ret.map(|ret| format!(" RET={ret}")));
        let envid = wishes.envid.as_deref().map(xtext::encode);
        line.extend(envid.filter(|id| (1..=LONGEST_ENVID).contains(&id.len())).map(|id| format!(" ENVID={id}")));
    }
    line
}

pub(super) fn rcpt(recipient: &Recipient, offers: &Offers) -> String {
    let mut line = format!("RCPT TO:<{}>", recipient.address);
    if offers.dsn {
        line.extend(recipient.wishes.notify.map(|notify| format!(" NOTIFY={notify}")));
        // One that has grown too long in its other form is left out: the report then names whom we named.
        let orcpt = recipient.wishes.orcpt.as_deref().map(xtext::encode_orcpt);
        line.extend(orcpt.filter(|orcpt| orcpt.len() <= LONGEST_ORCPT).map(|orcpt| format!(" ORCPT={orcpt}")));
    }
    line
}
