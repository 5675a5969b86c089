//! Every reply that has a name is said in some dialogue: none is there that nobody has heard.

use std::path::Path;

/// Those that no configuration of the program can bring about.
const UNHEARD: [(&str, &str); 1] =
    [("NOT_NOW", "AUTH within a transaction: where signing in is possible, no transaction begins before it")];

/// `name` and the line that is said, of each constant in `replies.rs`.
fn named(source: &str) -> Vec<(String, String)> {
    let constants = source.split("const ").skip(1);
    let found = constants.filter_map(|constant| {
        let (name, rest) = constant.split_once(':')?;
        let (_, call) = rest.split_once("Reply::")?;
        let (kind, arguments) = call.split_once('(')?;
        let (code, rest) = arguments.split_once(',')?;
        let text = rest.split('"').nth(1)?;
        let line = match kind {
            "plain" => format!("{code} {text}"),
            _ => {
                let detail: Vec<&str> =
                    rest.split(['(', ')', ',']).map(str::trim).filter(|part| !part.is_empty()).collect();
                format!("{code} {}.{}.{} {text}", &code[..1], detail[0], detail[1])
            }
        };
        Some((name.to_owned(), line))
    });
    found.collect()
}

#[test]
fn every_named_reply_is_said_in_a_dialogue() {
    let replies = named(include_str!("../../src/smtp/replies.rs"));
    assert!(replies.len() > 60, "{replies:?}");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dialogues");
    let files = ["smtp", "lmtp"].into_iter().flat_map(|name| std::fs::read_dir(folder.join(name)).unwrap());
    let said: String = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    let said: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix('>')).map(str::trim_start).collect();
    // What is empty is told by its code.
    let heard = |line: &str| said.iter().any(|said| said.trim_end() == line.trim_end());
    let unheard: Vec<&str> = replies.iter().filter(|(_, line)| !heard(line)).map(|(name, _)| name.as_str()).collect();
    assert_eq!(unheard, UNHEARD.map(|(name, _)| name), "say it in a dialogue, or say here why it cannot be");
}
