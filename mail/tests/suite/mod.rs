//! Public conformance suites, which are read where they lie and never copied: `../shared/data` beside the project, or
//! the folder that `RESTANTE_TEST_DATA` names.
//!
//! A tree instead of a map: one of the suites uses a name twice, and both tests count.

use std::path::PathBuf;
use yaml_rust2::parser::{Event, EventReceiver, Parser};

#[derive(Clone, Debug)]
pub enum Node {
    Text(String),
    List(Vec<Node>),
    Table(Vec<(String, Node)>),
}

impl Node {
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.entries().iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The text of an entry; empty when there is none.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).map_or("", Node::as_text)
    }

    pub fn as_text(&self) -> &str {
        if let Node::Text(text) = self { text } else { "" }
    }

    pub fn entries(&self) -> &[(String, Node)] {
        if let Node::Table(entries) = self { entries } else { &[] }
    }
}

/// Every document of a suite; none, with a word about it, when it is not there.
pub fn documents(name: &str) -> Option<Vec<Node>> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    // A working tree beside the project's own lies one folder deeper.
    let beside = ["../../shared/data", "../../../shared/data"].map(|place| here.join(place));
    let named = std::env::var_os("RESTANTE_TEST_DATA").map(PathBuf::from);
    let places: Vec<PathBuf> = named.map_or_else(|| beside.to_vec(), |named| vec![named]);
    let found = places.iter().find_map(|place| std::fs::read_to_string(place.join(name)).ok());
    let Some(text) = found else {
        println!("skipped: {name} is not in {}; RESTANTE_TEST_DATA may name its folder", places[0].display());
        return None;
    };
    let mut tree = Tree::default();
    Parser::new_from_str(&text).load(&mut tree, true).expect("the suite is YAML");
    Some(tree.documents)
}

#[derive(Default)]
struct Tree {
    documents: Vec<Node>,
    open: Vec<(Node, Option<String>)>,
}

impl Tree {
    fn add(&mut self, node: Node) {
        match self.open.last_mut() {
            None => self.documents.push(node),
            Some((Node::List(items), _)) => items.push(node),
            Some((Node::Table(entries), key)) => match key.take() {
                Some(key) => entries.push((key, node)),
                None => *key = Some(node.as_text().to_owned()),
            },
            Some((Node::Text(_), _)) => unreachable!("text holds nothing"),
        }
    }
}

impl EventReceiver for Tree {
    fn on_event(&mut self, event: Event) {
        match event {
            Event::Scalar(text, ..) => self.add(Node::Text(text)),
            Event::SequenceStart(..) => self.open.push((Node::List(Vec::new()), None)),
            Event::MappingStart(..) => self.open.push((Node::Table(Vec::new()), None)),
            Event::SequenceEnd | Event::MappingEnd => {
                let (node, _) = self.open.pop().expect("what ends began");
                self.add(node);
            }
            _ => {}
        }
    }
}
