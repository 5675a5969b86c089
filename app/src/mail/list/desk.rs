//! What was done to the rows on the page before the server has said so: painted at once, taken back on refusal.

use crate::calls::{Order, Verb};
use api::{Act, Row};
use leptos::prelude::*;
use std::collections::{HashMap, HashSet};

/// What the page shows instead of what the server last said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Painted {
    /// Rows that were moved away. They stay away, whatever an older answer of the server says.
    gone: HashSet<i64>,
    unread: HashMap<i64, bool>,
    starred: HashMap<i64, bool>,
}

impl Painted {
    fn paint(&mut self, order: &Order) {
        for &id in &order.messages {
            match order.verb {
                Verb::Act(Act::Read) => drop(self.unread.insert(id, false)),
                Verb::Act(Act::Unread) => drop(self.unread.insert(id, true)),
                Verb::Act(Act::Star) => drop(self.starred.insert(id, true)),
                Verb::Act(Act::Unstar) => drop(self.starred.insert(id, false)),
                _ => drop(self.gone.insert(id)),
            }
        }
    }

    fn take_back(&mut self, messages: &[i64]) {
        for id in messages {
            self.gone.remove(id);
            self.unread.remove(id);
            self.starred.remove(id);
        }
    }
}

/// The painted rows of one list.
#[derive(Clone, Copy)]
pub struct Desk(RwSignal<Painted>);

impl Desk {
    pub fn new() -> Desk {
        Desk(RwSignal::new(Painted::default()))
    }

    pub fn paint(self, order: &Order) {
        self.0.update(|painted| painted.paint(order));
    }

    pub fn take_back(self, order: &Order) {
        // The list may have been left meanwhile.
        let _ = self.0.try_update(|painted| painted.take_back(&order.messages));
    }

    /// Messages that were moved away have come back.
    pub fn put_back(self, messages: &[i64]) {
        if !messages.is_empty() {
            self.0.update(|painted| painted.take_back(messages));
        }
    }

    /// Another list is shown: nothing is painted.
    pub fn clear(self) {
        self.0.set(Painted::default());
    }

    /// The rows, without those moved away.
    pub fn left(self, rows: Vec<Row>) -> Vec<Row> {
        self.0.with(|painted| rows.into_iter().filter(|row| !painted.gone.contains(&row.id)).collect())
    }

    pub fn unread(self, id: i64, said: bool) -> bool {
        self.0.with(|painted| painted.unread.get(&id).copied().unwrap_or(said))
    }

    pub fn starred(self, id: i64, said: bool) -> bool {
        self.0.with(|painted| painted.starred.get(&id).copied().unwrap_or(said))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(verb: Verb) -> Order {
        Order { verb, messages: vec![1, 2] }
    }

    #[test]
    fn moved_rows_are_gone_and_come_back_when_refused() {
        let mut painted = Painted::default();
        painted.paint(&order(Verb::Act(Act::Archive)));
        painted.paint(&Order { verb: Verb::Move(9), messages: vec![3] });
        assert_eq!(painted.gone, HashSet::from([1, 2, 3]));
        painted.take_back(&[1, 2]);
        assert_eq!(painted.gone, HashSet::from([3]));
    }

    #[test]
    fn the_last_word_on_a_star_counts() {
        let mut painted = Painted::default();
        painted.paint(&order(Verb::Act(Act::Star)));
        painted.paint(&order(Verb::Act(Act::Unstar)));
        assert_eq!(painted.starred, HashMap::from([(1, false), (2, false)]));
        assert!(painted.gone.is_empty());
    }
}
