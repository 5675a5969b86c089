//! Which crate may know which: the arrows of ARCHITECTURE.md, held against what the crates' own Cargo.toml say.

use crate::places;
use std::fs;

/// A crate of ours, and those of ours that it may name. No arrow points back, so no circle can close.
const ARROWS: [(&str, &[&str]); 8] = [
    ("mail", &[]),
    ("protocol", &["mail"]),
    ("store", &["mail"]),
    ("api", &[]),
    ("app", &["api"]),
    ("frontend", &["app"]),
    ("server", &["app", "api", "store", "protocol", "mail"]),
    ("xtask", &[]),
];

/// Names on the left of all tables of dependencies: for building, for tests, for one target alone.
fn named(manifest: &str) -> Vec<String> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in manifest.lines().map(str::trim) {
        if let Some(table) = line.strip_prefix('[') {
            let table = table.trim_end_matches(']');
            inside = table.ends_with("dependencies");
            // `[dependencies.mail]` is a table of its own.
            found.extend(table.rsplit_once("dependencies.").map(|(_, name)| name.to_owned()));
        } else if inside {
            let name = line.split(['=', '.', ' ']).next().unwrap_or_default();
            found.extend((!name.is_empty() && !name.starts_with('#')).then(|| name.to_owned()));
        }
    }
    found
}

#[test]
fn no_crate_names_another_against_the_arrows() {
    for (krate, may) in ARROWS {
        let manifest = places::workspace().join(krate).join("Cargo.toml");
        let manifest = fs::read_to_string(&manifest).expect("each crate has a manifest");
        for name in named(&manifest) {
            let ours = ARROWS.iter().any(|(other, _)| *other == name);
            assert!(!ours || may.contains(&name.as_str()), "{krate} names {name}: ARCHITECTURE.md has no such arrow");
        }
    }
}

#[test]
fn every_crate_of_the_workspace_has_its_arrows() {
    let manifest = fs::read_to_string(places::workspace().join("Cargo.toml")).expect("the workspace has a manifest");
    let members = manifest.lines().find(|line| line.starts_with("members = ")).expect("a line of members");
    let members: Vec<&str> = members.split('"').skip(1).step_by(2).collect();
    assert_eq!(members, ARROWS.map(|(krate, _)| krate));
}

#[test]
fn every_way_to_name_a_crate_is_seen() {
    let manifest = "[package]\nname = \"x\"\n[dependencies]\nmail.workspace = true\napi = { path = \"../api\" }\n\
                    [dev-dependencies]\n# store\nstore = \"1\"\n[target.'cfg(unix)'.dependencies]\nserver = \"1\"\n\
                    [dependencies.app]\nversion = \"1\"\n[features]\nprotocol = []\n";
    assert_eq!(named(manifest), ["mail", "api", "store", "server", "app"]);
}
