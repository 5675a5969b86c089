//! What was done to the rows on the page before the server has said so: painted at once, taken back on refusal, and
//! forgotten when a list of the server's comes that knows of it.

use crate::calls::{Order, Verb};
use api::{Act, Row};
use leptos::prelude::*;
use std::collections::HashMap;

/// One painted thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stroke {
    value: bool,
    /// The list of this version knows of it; none while the server has not answered.
    until: Option<u32>,
}

impl Stroke {
    fn new(value: bool) -> Stroke {
        Stroke { value, until: None }
    }
}

type Strokes = HashMap<i64, Stroke>;

/// What the page shows instead of what the server last said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Painted {
    /// Rows that were moved away. They stay away, whatever an older answer of the server says.
    gone: Strokes,
    unread: Strokes,
    starred: Strokes,
    /// What the newest list says of each row, unread and starred: a row is not drawn anew for it, or it would lose the
    /// focus.
    said: HashMap<i64, (bool, bool)>,
}

impl Painted {
    /// What an order paints, and how.
    fn layer(&mut self, verb: Verb) -> (&mut Strokes, bool) {
        match verb {
            Verb::Act(Act::Read) => (&mut self.unread, false),
            Verb::Act(Act::Unread) => (&mut self.unread, true),
            Verb::Act(Act::Star) => (&mut self.starred, true),
            Verb::Act(Act::Unstar) => (&mut self.starred, false),
            _ => (&mut self.gone, true),
        }
    }

    fn paint(&mut self, order: &Order) {
        let (strokes, value) = self.layer(order.verb);
        for &id in &order.messages {
            strokes.insert(id, Stroke::new(value));
        }
    }

    /// The server has done it, and a list of `version` says so.
    fn done(&mut self, order: &Order, version: u32) {
        let (strokes, value) = self.layer(order.verb);
        for id in &order.messages {
            // Something else may have been painted over it since.
            if let Some(stroke) = strokes.get_mut(id).filter(|stroke| stroke.value == value) {
                stroke.until = Some(version);
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

    /// A list has come.
    fn hear(&mut self, rows: &[Row], version: u32) {
        for strokes in [&mut self.gone, &mut self.unread, &mut self.starred] {
            strokes.retain(|_, stroke| stroke.until.is_none_or(|until| until > version));
        }
        self.said = rows.iter().map(|row| (row.id, (row.unread, row.starred))).collect();
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

    /// What became of an order: see `live::carry_out`.
    pub fn ended(self, order: &Order, done: Option<u32>) {
        // The list may have been left meanwhile.
        let _ = self.0.try_update(|painted| match done {
            Some(version) => painted.done(order, version),
            None => painted.take_back(&order.messages),
        });
    }

    /// Messages that were moved away have come back.
    pub fn put_back(self, messages: &[i64]) {
        if !messages.is_empty() {
            self.0.update(|painted| painted.take_back(messages));
        }
    }

    pub fn hear(self, rows: &[Row], version: u32) {
        self.0.update(|painted| painted.hear(rows, version));
    }

    /// Another list is shown: nothing is painted.
    pub fn clear(self) {
        self.0.update(|painted| *painted = Painted { said: std::mem::take(&mut painted.said), ..Painted::default() });
    }

    /// The rows, without those moved away.
    pub fn left(self, rows: Vec<Row>) -> Vec<Row> {
        self.0.with(|painted| rows.into_iter().filter(|row| !painted.gone.contains_key(&row.id)).collect())
    }

    pub fn unread(self, id: i64, first: bool) -> bool {
        self.0.with(|painted| {
            let said = painted.said.get(&id).map_or(first, |(unread, _)| *unread);
            painted.unread.get(&id).map_or(said, |stroke| stroke.value)
        })
    }

    pub fn starred(self, id: i64, first: bool) -> bool {
        self.0.with(|painted| {
            let said = painted.said.get(&id).map_or(first, |(_, starred)| *starred);
            painted.starred.get(&id).map_or(said, |stroke| stroke.value)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(verb: Verb) -> Order {
        Order { verb, messages: vec![1, 2] }
    }

    fn gone(painted: &Painted) -> Vec<i64> {
        let mut gone: Vec<_> = painted.gone.keys().copied().collect();
        gone.sort_unstable();
        gone
    }

    #[test]
    fn moved_rows_are_gone_and_come_back_when_refused() {
        let mut painted = Painted::default();
        painted.paint(&order(Verb::Act(Act::Archive)));
        painted.paint(&Order { verb: Verb::Move(9), messages: vec![3] });
        assert_eq!(gone(&painted), [1, 2, 3]);
        painted.take_back(&[1, 2]);
        assert_eq!(gone(&painted), [3]);
    }

    #[test]
    fn the_last_word_on_a_star_counts() {
        let mut painted = Painted::default();
        painted.paint(&order(Verb::Act(Act::Star)));
        painted.paint(&order(Verb::Act(Act::Unstar)));
        assert_eq!(painted.starred, HashMap::from([(1, Stroke::new(false)), (2, Stroke::new(false))]));
        assert!(painted.gone.is_empty());
    }

    #[test]
    fn paint_stays_until_a_list_knows_of_it_and_no_longer() {
        let mut painted = Painted::default();
        let star = order(Verb::Act(Act::Star));
        painted.paint(&star);
        painted.hear(&[], 7);
        assert_eq!(painted.starred.len(), 2, "the server has not answered");
        painted.done(&star, 8);
        painted.hear(&[], 7);
        assert_eq!(painted.starred.len(), 2, "an older list");
        painted.hear(&[], 8);
        assert!(
            painted.starred.is_empty(),
            "from now on the server's word counts: the star may be taken off elsewhere"
        );
    }

    #[test]
    fn an_answer_to_the_first_order_does_not_end_the_second() {
        let mut painted = Painted::default();
        painted.paint(&order(Verb::Act(Act::Star)));
        painted.paint(&order(Verb::Act(Act::Unstar)));
        painted.done(&order(Verb::Act(Act::Star)), 3);
        painted.hear(&[], 3);
        assert_eq!(painted.starred.get(&1), Some(&Stroke::new(false)));
    }
}
