//! A wrong configuration: one line that names the key, what it is and what it may be; exit 2; nothing started.

use crate::harness::program;
use std::process::{Output, Stdio};

fn serve(folder: &std::path::Path, words: &[&str], variable: Option<(&str, &str)>) -> Output {
    let mut command = program();
    command.arg("serve").args(words).arg("--data").arg(folder).stdin(Stdio::null());
    if let Some((name, value)) = variable {
        command.env(name, value);
    }
    command.output().unwrap()
}

/// The one line. Beside it there may be lines of the log, and nothing else.
fn refusal(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    let is_log = |line: &&str| line.contains(" INFO ") || line.contains(" WARN ");
    let lines: Vec<&str> = said.lines().filter(|line| !is_log(line)).collect();
    assert!(lines.len() == 1 && lines[0].starts_with("restante: "), "{said}");
    lines[0].to_owned()
}

#[test]
fn what_is_no_mistake_of_the_configuration_has_an_exit_status_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("restante.db"), "this is no database, and longer than a header of one".repeat(9))
        .unwrap();
    let output = serve(folder.path(), &["--smtp=127.0.0.1:0", "--http=off"], None);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("the store in") && said.contains("cannot be opened"), "{said}");
}

#[test]
fn a_wrong_value_is_named_with_what_it_is_and_what_it_may_be_wherever_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = [("smtp", "banana"), ("message_size", "25 megs"), ("retry_schedule", "soon"), ("hostname", "-x-")];
    for (key, value) in wrong {
        let file = folder.path().join("restante.toml");
        std::fs::write(&file, format!("{key} = \"{value}\"\n")).unwrap();
        let said = refusal(&serve(folder.path(), &[], None));
        assert!(said.contains(key) && said.contains(value) && said.contains("may be"), "{said}");
        std::fs::remove_file(&file).unwrap();

        let variable = format!("RESTANTE_{}", key.to_uppercase());
        let said = refusal(&serve(folder.path(), &[], Some((&variable, value))));
        assert!(said.contains(&variable) && said.contains("may be"), "{said}");

        let flag = format!("--{}={value}", key.replace('_', "-"));
        let said = refusal(&serve(folder.path(), &[&flag], None));
        assert!(said.contains(key) && said.contains("may be"), "{said}");
    }
    assert!(!folder.path().join("restante.db").exists(), "nothing was made");
}

#[test]
fn an_unknown_key_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("restante.toml"), "smpt = \"off\"\n").unwrap();
    assert!(refusal(&serve(folder.path(), &[], None)).contains("smpt"));
    std::fs::remove_file(folder.path().join("restante.toml")).unwrap();
    assert!(refusal(&serve(folder.path(), &[], Some(("RESTANTE_SMPT", "off")))).contains("RESTANTE_SMPT"));
}

#[test]
fn a_file_that_is_not_toml_is_named_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("restante.toml"), "hostname = \"mail.x.test\"\nsmtp = = \n").unwrap();
    let said = refusal(&serve(folder.path(), &[], None));
    assert!(said.contains("line 2"), "{said}");
}

#[test]
fn a_port_that_is_taken_or_forbidden_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = format!("--smtp={}", held.local_addr().unwrap());
    let others = ["--submission=off", "--pop3=off", "--http=off"];
    let words = [&[taken.as_str()], &others[..]].concat();
    let said = refusal(&serve(folder.path(), &words, None));
    assert!(said.contains("smtp = ") && said.contains("may be"), "{said}");
}

#[test]
fn a_data_directory_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let said = refusal(&serve(&file.join("below"), &[], None));
    assert!(said.contains("data = ") && said.contains("below") && said.contains("may be"), "{said}");
}
