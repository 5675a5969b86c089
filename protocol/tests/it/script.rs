//! Dialogues as text: `protocol/tests/dialogues/{smtp,pop3,client}/*.txt`. Each is run twice, with the peer's bytes
//! given in one piece and one by one; both must come out the same.
//!
//! ```text
//! # a comment; the first says what the dialogue shows
//! ! setting value          before the first line of talk: how the session is configured
//! < EHLO client.test       the peer says this line, CRLF added; lines in a row are sent at once
//! << RCPT TO:<bo           the same without CRLF
//! @ timeout                something happens to the session
//! > 250 2.0.0 Ok           we say exactly this line; `>>` without CRLF
//! ? sender <a@b.test> = yes        we ask, and the answer; questions left out are answered yes
//! * closes                 anything else that we do
//! | text                   the message received, a line each
//! ```
//! Everything from one `<` or `@` to the next must happen as told: all that we say and do, in this order. In `<`, `|`
//! and settings `\r \n \0 \\ \xNN` are bytes and `\{a*600}` is 600 times the letter a.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

/// A stretch of the dialogue: what comes in, and all that must follow.
#[derive(Debug, Default)]
pub struct Turn {
    pub line: usize,
    pub bytes: Vec<u8>,
    pub event: Option<String>,
    pub expected: Expected,
}

#[derive(Debug, Default)]
pub struct Expected {
    said: String,
    asked: VecDeque<(String, String)>,
    done: Vec<String>,
    body: Option<Vec<u8>>,
}

pub struct Script {
    pub settings: Vec<(String, String)>,
    pub turns: Vec<Turn>,
}

/// What a session did in a turn.
#[derive(Default)]
pub struct Deeds {
    said: Vec<u8>,
    asked: Vec<String>,
    done: Vec<String>,
    answers: VecDeque<(String, String)>,
}

impl Deeds {
    pub fn say(&mut self, bytes: &[u8]) {
        self.said.extend_from_slice(bytes);
    }

    pub fn does(&mut self, what: impl Into<String>) {
        self.done.push(what.into());
    }

    /// For what lasts: told once a turn.
    pub fn does_once(&mut self, what: &str) {
        if self.done.last().is_none_or(|last| last != what) {
            self.does(what);
        }
    }

    /// The answer that the script gives.
    pub fn ask(&mut self, question: String) -> String {
        let told = self.answers.front().is_some_and(|(next, _)| *next == question);
        self.asked.push(question);
        if told && let Some((_, answer)) = self.answers.pop_front() { answer } else { "yes".to_owned() }
    }
}

/// What a dialogue is held with.
pub trait Party {
    fn receive(&mut self, bytes: &[u8]);
    fn event(&mut self, what: &str);
    /// Goes on until more input is needed or nothing can follow.
    fn run(&mut self, deeds: &mut Deeds);
    /// The message received so far.
    fn body(&self) -> Vec<u8> {
        Vec::new()
    }
}

/// Runs every dialogue of a folder; says all that failed, not the first only.
pub fn play_all<P: Party>(folder: &str, at_least: usize, new: impl Fn(&Script) -> P) {
    let files = dialogues(folder);
    assert!(files.len() >= at_least, "{} dialogues in {folder}", files.len());
    let mut failures = String::new();
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        let script = Script::parse(&text);
        for (piece, how) in [(usize::MAX, "in one piece"), (1, "byte by byte")] {
            if let Err(why) = play(&script, new(&script), piece) {
                failures.push_str(&format!("\n{} ({how}), {why}\n", file.display()));
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

fn dialogues(folder: &str) -> Vec<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dialogues").join(folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn play(script: &Script, mut party: impl Party, piece: usize) -> Result<(), String> {
    for turn in &script.turns {
        let mut deeds = Deeds { answers: turn.expected.asked.clone(), ..Deeds::default() };
        if let Some(event) = &turn.event {
            party.event(event);
        }
        party.run(&mut deeds);
        for part in turn.bytes.chunks(piece.min(turn.bytes.len().max(1))) {
            party.receive(part);
            party.run(&mut deeds);
        }
        turn.expected.compare(&deeds, &party.body()).map_err(|why| format!("line {}: {why}", turn.line))?;
    }
    Ok(())
}

impl Expected {
    fn compare(&self, deeds: &Deeds, body: &[u8]) -> Result<(), String> {
        let said = String::from_utf8_lossy(&deeds.said);
        if said != self.said {
            return Err(format!("expected\n{}but we said\n{said}", self.said));
        }
        if let Some((question, _)) = deeds.answers.front() {
            return Err(format!("never asked {question:?}, but {:?}", deeds.asked));
        }
        let mut done: Vec<&str> = deeds.done.iter().map(String::as_str).collect();
        if self.done.iter().any(|what| what == "asks nothing") && deeds.asked.is_empty() {
            done.insert(0, "asks nothing");
        }
        if done != self.done {
            return Err(format!("expected that we do {:?}, not {done:?}; asked {:?}", self.done, deeds.asked));
        }
        match &self.body {
            Some(expected) if expected != body => Err(format!(
                "expected the message\n{}but it is\n{}",
                String::from_utf8_lossy(expected),
                String::from_utf8_lossy(body)
            )),
            _ => Ok(()),
        }
    }
}

impl Script {
    fn parse(text: &str) -> Script {
        let mut script = Script { settings: Vec::new(), turns: vec![Turn::default()] };
        let mut talking = false;
        for (number, line) in text.lines().enumerate() {
            let (mark, rest) = line.split_once(' ').unwrap_or((line, ""));
            let input = mark == "<" || mark == "<<" || mark == "@";
            let turn = script.turns.last_mut().unwrap();
            if input && (talking || (mark == "@" && !turn.bytes.is_empty()) || turn.event.is_some()) {
                script.turns.push(Turn { line: number + 1, ..Turn::default() });
            }
            talking = matches!(mark, ">" | ">>" | "?" | "*" | "|") || (talking && !input);
            let turn = script.turns.last_mut().unwrap();
            match mark {
                "" | "#" => {}
                "!" => {
                    let (name, value) = rest.split_once(' ').unwrap_or((rest, ""));
                    script.settings.push((name.to_owned(), value.to_owned()));
                }
                "<" => turn.bytes.extend([unescape(rest), b"\r\n".to_vec()].concat()),
                "<<" => turn.bytes.extend(unescape(rest)),
                "@" => turn.event = Some(rest.to_owned()),
                ">>" => turn.expected.said.push_str(rest),
                ">" => turn.expected.said.push_str(&format!("{rest}\r\n")),
                "?" => {
                    let (question, answer) = rest.rsplit_once(" = ").expect("? question = answer");
                    turn.expected.asked.push_back((question.to_owned(), answer.to_owned()));
                }
                "*" => turn.expected.done.push(rest.to_owned()),
                "|" => {
                    let body = turn.expected.body.get_or_insert_default();
                    body.extend([unescape(rest), b"\r\n".to_vec()].concat());
                }
                _ => panic!("line {}: what is {mark:?}?", number + 1),
            }
        }
        script
    }

    /// A setting that is a number, or the default.
    pub fn number<N: std::str::FromStr>(&self, name: &str, default: N) -> N {
        let found = self.settings.iter().find(|(key, _)| key == name);
        found.map_or(default, |(_, value)| value.parse().ok().expect("a number"))
    }

    pub fn has(&self, name: &str) -> bool {
        self.settings.iter().any(|(key, _)| key == name)
    }
}

/// The bytes that a line of the script stands for.
pub fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((plain, escape)) = rest.split_once('\\') {
        bytes.extend_from_slice(plain.as_bytes());
        let (kind, after) = escape.split_at(1);
        rest = after;
        match kind {
            "r" => bytes.push(b'\r'),
            "n" => bytes.push(b'\n'),
            "0" => bytes.push(0),
            "\\" => bytes.push(b'\\'),
            "x" => {
                bytes.push(u8::from_str_radix(&rest[..2], 16).unwrap());
                rest = &rest[2..];
            }
            "{" => {
                let (repeat, after) = rest.split_once('}').unwrap();
                let (what, times) = repeat.rsplit_once('*').unwrap();
                bytes.extend(unescape(what).repeat(times.parse().unwrap()));
                rest = after;
            }
            _ => panic!("what is \\{kind}?"),
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}
