//! Where things lie: the workspace, what was built, and what the browser downloads.

use std::env;
use std::path::{Path, PathBuf};

/// The folder of the workspace's `Cargo.toml`.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Where cargo builds; `CARGO_TARGET_DIR` moves it, as it does for cargo itself.
pub fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(moved) => workspace().join(moved),
        None => workspace().join("target"),
    }
}

/// What the server takes into its binary. `RESTANTE_SITE_DIR` moves it, as it does for the server's build.
pub fn site() -> PathBuf {
    match env::var_os("RESTANTE_SITE_DIR") {
        Some(moved) => workspace().join(moved),
        None => workspace().join("target/site"),
    }
}

/// Results kept between two builds of the site, so that what did not change is not made again.
pub fn site_cache() -> PathBuf {
    target().join("site-cache")
}

/// The server that `cargo build -p server` made.
pub fn server(release: bool) -> PathBuf {
    target().join(if release { "release" } else { "debug" }).join("restante")
}
