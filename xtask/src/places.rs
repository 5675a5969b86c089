//! Where things lie: the workspace, what was built, and what the browser downloads.

use std::env;
use std::path::{Path, PathBuf};

/// The folder of the workspace's `Cargo.toml`.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Where cargo builds. Whatever moves it (the environment, a configuration file of cargo's anywhere above), it was moved
/// when cargo built us, too: we lie in its folder of our profile.
pub fn target() -> PathBuf {
    target_of(env::current_exe().ok().as_deref()).unwrap_or_else(|| workspace().join("target"))
}

/// `…/target` of `…/target/debug/xtask`, and of `…/target/debug/deps/xtask-0123` (a test).
fn target_of(program: Option<&Path>) -> Option<PathBuf> {
    let folder = program?.parent()?;
    let profile = if folder.ends_with("deps") { folder.parent()? } else { folder };
    profile.parent().map(Path::to_owned)
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

#[cfg(test)]
mod tests {
    use super::target_of;
    use std::path::{Path, PathBuf};

    #[test]
    fn cargo_builds_where_it_built_us() {
        for program in ["/elsewhere/built/debug/xtask", "/elsewhere/built/debug/deps/xtask-0123abcd"] {
            assert_eq!(target_of(Some(Path::new(program))), Some(PathBuf::from("/elsewhere/built")));
        }
        assert_eq!(target_of(None), None);
    }
}
