//! What the browser downloads: the sheet, the icons, the boot script and the two wasm programs, hashed and compressed,
//! in `target/site` with a `manifest.json`. The server takes that folder into its binary.

mod pack;
mod sprite;
mod style;
mod wasm;

use crate::failure::{self, Done, Failure};
use crate::{places, stopwatch};
use std::fs::{self, File};

/// Built quickly for the work at hand, or small for those who download it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    Quick,
    Small,
}

/// One file before it gets its hash: `style.css` and its bytes.
struct Asset {
    name: String,
    bytes: Vec<u8>,
}

/// `cargo xtask site [--release]`.
pub fn command(words: &[String]) -> Done {
    match words {
        [] => build(Effort::Quick),
        [word] if word == "--release" => build(Effort::Small),
        other => Err(Failure::new(format!("site: unknown words {other:?}"), "the only one it knows is --release")),
    }
}

/// Builds everything into [`places::site`].
pub fn build(effort: Effort) -> Done {
    let watch = stopwatch::Stopwatch::start();
    let _alone = alone()?;
    let public = places::workspace().join("public");
    let mut assets = vec![
        Asset { name: "style.css".into(), bytes: style::sheet(&places::workspace().join("style"))?.into_bytes() },
        Asset { name: "icons.svg".into(), bytes: sprite::sprite(&public.join("icons"))?.into_bytes() },
    ];
    for name in ["boot.js", "favicon.svg"] {
        let path = public.join(name);
        let bytes = fs::read(&path).map_err(|cause| failure::file("reading", &path, &cause))?;
        assets.push(Asset { name: name.into(), bytes });
    }
    assets.extend(wasm::programs(effort)?);
    let changed = pack::pack(&assets, effort)?;
    println!(
        "site: {} in {} ({})",
        if changed { "built" } else { "unchanged" },
        places::site().display(),
        stopwatch::words(watch.read())
    );
    Ok(())
}

/// Two builds at once would sweep away each other's files: the second waits. Held until the file is dropped.
fn alone() -> Done<File> {
    let folder = places::site_cache();
    let path = folder.join("lock");
    let opened = fs::create_dir_all(&folder).and_then(|()| File::create(&path));
    let file = opened.map_err(|cause| failure::file("making", &path, &cause))?;
    if file.try_lock().is_err() {
        println!("site: waiting for another build of the site");
        file.lock().map_err(|cause| failure::file("locking", &path, &cause))?;
    }
    Ok(file)
}
