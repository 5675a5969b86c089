//! What a list's form orders: a verb for the ticked rows, or one row's own button.

use crate::AppError;
use api::{Act, Refusal, Webmail};

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Act(Act),
    /// Into the mailbox with this id.
    Move(i64),
}

impl Verb {
    /// The word of the form: `archive`, `move`, …
    pub fn word(self) -> &'static str {
        match self {
            Verb::Move(_) => "move",
            Verb::Act(Act::Read) => "read",
            Verb::Act(Act::Unread) => "unread",
            Verb::Act(Act::Star) => "star",
            Verb::Act(Act::Unstar) => "unstar",
            Verb::Act(Act::Archive) => "archive",
            Verb::Act(Act::Junk) => "junk",
            Verb::Act(Act::Inbox) => "inbox",
            Verb::Act(Act::Delete) => "delete",
            Verb::Act(Act::Destroy) => "destroy",
        }
    }

    /// Reads the form's word; `mailbox` is the id chosen beside `move`.
    pub fn read(word: &str, mailbox: &str) -> Option<Verb> {
        Some(match word {
            "move" => Verb::Move(mailbox.parse().ok()?),
            "read" => Verb::Act(Act::Read),
            "unread" => Verb::Act(Act::Unread),
            "star" => Verb::Act(Act::Star),
            "unstar" => Verb::Act(Act::Unstar),
            "archive" => Verb::Act(Act::Archive),
            "junk" => Verb::Act(Act::Junk),
            "inbox" => Verb::Act(Act::Inbox),
            "delete" => Verb::Act(Act::Delete),
            "destroy" => Verb::Act(Act::Destroy),
            _ => return None,
        })
    }

    /// Takes the message out of the mailbox it is in.
    pub fn removes(self) -> bool {
        !matches!(self, Verb::Act(Act::Read | Act::Unread | Act::Star | Act::Unstar))
    }
}

/// A verb and the messages it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub verb: Verb,
    pub messages: Vec<i64>,
}

impl Order {
    /// Reads a form. A row's own button (`one` = `star-17`) goes before the ticks and the toolbar.
    ///
    /// Errors: `NotFound` when the word is unknown, `NoMailbox` when `move` names none.
    pub fn read(messages: Vec<i64>, act: &str, one: &str, mailbox: &str) -> Result<Order, AppError> {
        if one.is_empty() && act == "move" && mailbox.is_empty() {
            return Err(Refusal::NoMailbox.into());
        }
        let order = match one.split_once('-') {
            Some((word, id)) => {
                id.parse().ok().and_then(|id| Some(Order { verb: Verb::read(word, mailbox)?, messages: vec![id] }))
            }
            None => Verb::read(act, mailbox).map(|verb| Order { verb, messages }),
        };
        order.ok_or(Refusal::NotFound.into())
    }

    /// Does it; answers how many messages were changed.
    pub async fn carry_out(&self, webmail: &dyn Webmail) -> Result<i64, Refusal> {
        let messages = self.messages.clone();
        match self.verb {
            _ if messages.is_empty() => Ok(0),
            Verb::Act(act) => webmail.act(messages, act).await,
            Verb::Move(mailbox) => webmail.move_to(messages, mailbox).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_toolbar_is_for_the_ticked_rows() {
        let order = Order::read(vec![3, 4], "archive", "", "").unwrap();
        assert_eq!(order, Order { verb: Verb::Act(Act::Archive), messages: vec![3, 4] });
    }

    #[test]
    fn a_rows_own_button_is_for_that_row_alone() {
        let order = Order::read(vec![3, 4], "", "star-17", "").unwrap();
        assert_eq!(order, Order { verb: Verb::Act(Act::Star), messages: vec![17] });
        // So does a key, whatever is ticked.
        let order = Order::read(vec![3, 4], "delete", "delete-17", "").unwrap();
        assert_eq!(order, Order { verb: Verb::Act(Act::Delete), messages: vec![17] });
    }

    #[test]
    fn moving_needs_a_mailbox() {
        assert_eq!(Order::read(vec![3], "move", "", "9").unwrap().verb, Verb::Move(9));
        assert_eq!(Order::read(vec![3], "move", "", ""), Err(Refusal::NoMailbox.into()));
    }

    #[test]
    fn unknown_words_are_refused() {
        assert!(Order::read(vec![3], "shred", "", "").is_err());
        assert!(Order::read(vec![3], "", "star-x", "").is_err());
        assert!(Order::read(vec![3], "", "", "").is_err());
    }

    #[test]
    fn every_word_is_read_back() {
        for word in ["read", "unread", "star", "unstar", "archive", "junk", "inbox", "delete", "destroy", "move"] {
            assert_eq!(Verb::read(word, "1").map(Verb::word), Some(word));
        }
    }
}
