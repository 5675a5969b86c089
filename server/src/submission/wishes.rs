//! What a sender wants to hear, and how its message must travel, from the commands to the queue.

use mail::Address;
use mail::envelope::{MessageWishes, RecipientWishes};
use std::collections::HashMap;
use std::fmt;

/// For a message and its recipients. Who is not named wishes nothing.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    pub message: MessageWishes,
    pub recipients: HashMap<Address, RecipientWishes>,
}

impl Wishes {
    /// Of a message that this house wrote: it may hold UTF-8 wherever somebody's address does.
    pub fn ours() -> Wishes {
        Wishes { message: MessageWishes { utf8: true, ..MessageWishes::default() }, recipients: HashMap::new() }
    }

    /// Keeps a recipient's wishes; of one that is named twice, the first.
    pub fn add(&mut self, address: &Address, wishes: RecipientWishes) {
        if wishes != RecipientWishes::default() {
            self.recipients.entry(address.clone()).or_insert(wishes);
        }
    }

    /// Of a recipient as the queue writes it.
    pub fn of(&self, address: &str) -> RecipientWishes {
        if self.recipients.is_empty() {
            return RecipientWishes::default();
        }
        let known = Address::parse(address).ok().and_then(|address| self.recipients.get(&address));
        known.cloned().unwrap_or_default()
    }
}

/// For the log: as it was said in the commands.
impl fmt::Display for Wishes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let MessageWishes { ret, envid, utf8, require_tls } = &self.message;
        let mut words: Vec<String> = Vec::new();
        words.extend(utf8.then(|| "SMTPUTF8".to_owned()));
        words.extend(require_tls.then(|| "REQUIRETLS".to_owned()));
        words.extend(ret.map(|ret| format!("RET={ret}")));
        words.extend(envid.as_ref().map(|envid| format!("ENVID={envid}")));
        for (address, RecipientWishes { notify, orcpt }) in &self.recipients {
            words.extend(notify.map(|notify| format!("<{address}> NOTIFY={notify}")));
            words.extend(orcpt.as_ref().map(|orcpt| format!("<{address}> ORCPT={orcpt}")));
        }
        f.write_str(&words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mail::envelope::{Notify, Return};

    #[test]
    fn the_first_wishes_of_a_recipient_count_and_all_are_told_in_one_line() {
        let bob = Address::parse("bob@x.test").unwrap();
        let wish = |orcpt: &str| RecipientWishes { notify: Some(Notify::NEVER), orcpt: Some(orcpt.to_owned()) };
        let mut wishes = Wishes::default();
        wishes.add(&Address::parse("lisa@x.test").unwrap(), RecipientWishes::default());
        wishes.add(&bob, wish("rfc822;one"));
        wishes.add(&bob, wish("rfc822;two"));
        wishes.message = MessageWishes { ret: Some(Return::Full), envid: Some("a".into()), ..MessageWishes::default() };
        assert_eq!(wishes.to_string(), "RET=FULL ENVID=a <bob@x.test> NOTIFY=NEVER <bob@x.test> ORCPT=rfc822;one");
        assert_eq!(Wishes::ours().to_string(), "SMTPUTF8");
    }
}
