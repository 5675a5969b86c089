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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smtp::command::Command;
    use mail::Address;
    use mail::envelope::{ForwardPath, MessageWishes, Notify, RecipientWishes, Return};
    use proptest::option::of;
    use proptest::prelude::*;

    fn address() -> impl Strategy<Value = Address> {
        let local = prop_oneof!["[a-zA-Z0-9+_-]{1,20}", "[a-zé用ß]{1,10}", "\"[ -~&&[^\"\\\\]]{0,20}\""];
        (local, prop_oneof!["[a-z]{1,10}\\.test", "[a-zéü]{2,10}\\.test"])
            .prop_filter_map("no address", |(local, domain)| Address::parse(&format!("{local}@{domain}")).ok())
    }

    fn notify() -> impl Strategy<Value = Notify> {
        any::<[bool; 3]>().prop_map(|[success, failure, delay]| Notify { success, failure, delay })
    }

    fn everything() -> Offers {
        Offers { size: true, eight_bit: true, utf8: true, dsn: true, require_tls: true, ..Offers::default() }
    }

    proptest! {
        /// What we say to another server is what this one would hear.
        #[test]
        fn the_other_side_hears_what_we_mean(
            sender in of(address()),
            to in address(),
            ret in of(prop::sample::select(vec![Return::Full, Return::Headers])),
            envid in of("[ -~]{1,30}"),
            notify in of(notify()),
            orcpt in of("(rfc822;[ -~]{1,40}|utf-8;[!-~é用]{1,30})"),
            flags in any::<[bool; 3]>(),
            size in any::<u64>(),
        ) {
            let [has_8bit, has_8bit_header, require_tls] = flags;
            let wishes = MessageWishes { ret, envid, utf8: true, require_tls };
            let recipient = Recipient { address: to.clone(), wishes: RecipientWishes { notify, orcpt } };
            let envelope = Envelope {
                sender: sender.map_or(ReversePath::Null, ReversePath::Address),
                recipients: vec![recipient.clone()],
                wishes: wishes.clone(),
                size,
                has_8bit,
                has_8bit_header,
            };
            let heard = Command::parse(mail(&envelope, &everything()).as_bytes());
            let Ok(Command::Mail { path, parameters }) = heard else { return Err(TestCaseError::fail(format!("{heard:?}"))) };
            prop_assert_eq!(path, envelope.sender.clone());
            prop_assert_eq!(parameters.size, Some(size));
            let utf8 = envelope.needs_utf8() || to.needs_utf8();
            prop_assert_eq!(parameters.wishes, MessageWishes { utf8, ..wishes });

            let heard = Command::parse(rcpt(&recipient, &everything()).as_bytes());
            let path = ForwardPath::Address(to);
            prop_assert_eq!(&heard, &Ok(Command::Rcpt { utf8: recipient.address.needs_utf8(), path, wishes: recipient.wishes }));
        }

        /// To a server that offers nothing, nothing is said but the addresses.
        #[test]
        fn nothing_is_said_that_is_not_offered(to in address()) {
            let wishes = RecipientWishes { notify: Some(Notify::NEVER), orcpt: Some("rfc822;a@b.test".to_owned()) };
            let recipient = Recipient { address: to.clone(), wishes };
            prop_assert_eq!(rcpt(&recipient, &Offers::default()), format!("RCPT TO:<{to}>"));
        }
    }

    #[test]
    fn an_id_that_has_grown_too_long_in_xtext_is_left_out() {
        let sender = ReversePath::Null;
        let recipients = vec![Address::parse("a@b.test").unwrap().into()];
        let wishes = MessageWishes { envid: Some("+".repeat(34)), ..MessageWishes::default() };
        let envelope = Envelope { sender, recipients, wishes, size: 1, has_8bit: false, has_8bit_header: false };
        assert_eq!(mail(&envelope, &everything()), "MAIL FROM:<> SIZE=1");
    }
}
