//! Puts the built site (style, icons, both wasm programs; made by `cargo xtask`) inside the server's binary.
//!
//! Writes `site.rs`: one `(name, bytes)` for each file of the folder. An empty folder gives a server whose pages work as
//! plain HTML, so that `cargo check -p server` needs nothing built before.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Where the site lies; `target/site` of the workspace unless this says otherwise.
const SITE_DIR: &str = "RESTANTE_SITE_DIR";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-env-changed={SITE_DIR}");
    let site = match env::var_os(SITE_DIR) {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(&variable("CARGO_MANIFEST_DIR")).join("../target/site"),
    };
    // Cargo takes a folder that is not there as changed each time, and would build the server anew at every call.
    fs::create_dir_all(&site)?;
    println!("cargo::rerun-if-changed={}", site.display());

    let mut files = Vec::new();
    for entry in fs::read_dir(&site)? {
        let path = entry?.path();
        if path.is_file() {
            files.push(path.canonicalize()?);
        }
    }
    files.sort();
    let mut table = String::from("[\n");
    for path in &files {
        let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        // `{:?}` quotes and escapes as a Rust string literal does.
        let _ = writeln!(table, "    ({name:?}, include_bytes!({:?}).as_slice()),", path.display().to_string());
    }
    table.push(']');
    fs::write(Path::new(&variable("OUT_DIR")).join("site.rs"), table)
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"))
}
