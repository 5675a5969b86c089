//! The two programs that wake the pages. wasm-bindgen runs here as a library, so its version is the locked one.

use super::{Asset, Effort};
use crate::failure::{self, Done, Failure};
use crate::{needs, places, tools};
use std::fs;
use std::path::Path;
use wasm_bindgen_cli_support::Bindgen;

const TARGET: &str = "wasm32-unknown-unknown";
const PROGRAMS: [&str; 2] = ["mail", "admin"];

/// `mail.js`, `mail_bg.wasm`, `admin.js` and `admin_bg.wasm`.
pub fn programs(effort: Effort) -> Done<Vec<Asset>> {
    let profile = match effort {
        Effort::Quick => "wasm-dev",
        Effort::Small => "wasm-release",
    };
    needs::wasm_target()?;
    println!("site: building the browser's programs ({profile})");
    tools::go(
        "building the browser's programs",
        &mut tools::cargo(&["build", "--package", "frontend", "--bins", "--target", TARGET, "--profile", profile]),
        "correct what the compiler names above",
    )?;
    let built = places::target().join(TARGET).join(profile);
    let mut assets = Vec::new();
    for program in PROGRAMS {
        let raw = built.join(program).with_extension("wasm");
        let raw = fs::read(&raw).map_err(|cause| failure::file("reading", &raw, &cause))?;
        let (glue, wasm) = bound(program, &raw, effort)?;
        assets.push(Asset { name: format!("{program}.js"), bytes: glue });
        assets.push(Asset { name: format!("{program}_bg.wasm"), bytes: wasm });
    }
    Ok(assets)
}

/// The glue and the program that belongs to it; taken from the last build when the compiler's output is the same.
fn bound(program: &str, raw: &[u8], effort: Effort) -> Done<(Vec<u8>, Vec<u8>)> {
    let cache = places::site_cache();
    fs::create_dir_all(&cache).map_err(|cause| failure::file("making", &cache, &cause))?;
    let kind = if effort == Effort::Small { "small" } else { "quick" };
    let at = |suffix: &str| cache.join(format!("{program}-{kind}{suffix}"));
    let key = blake3::hash(raw).to_hex().to_string();
    if fs::read_to_string(at(".key")).is_ok_and(|kept| kept == key)
        && let (Ok(glue), Ok(wasm)) = (fs::read(at(".js")), fs::read(at("_bg.wasm")))
    {
        return Ok((glue, wasm));
    }
    println!("site: binding {program}.wasm");
    let (glue, wasm) = bind(program, raw, effort).map_err(|cause| {
        Failure::new(
            format!("binding {program}.wasm: {cause}"),
            "wasm-bindgen and wasm-bindgen-cli-support must have the same version in Cargo.toml",
        )
    })?;
    // The key is taken away first and written last: a build that was cut short leaves no key that does not fit.
    let _ = fs::remove_file(at(".key"));
    for (suffix, bytes) in [(".js", glue.as_slice()), ("_bg.wasm", &wasm), (".key", key.as_bytes())] {
        write(&at(suffix), bytes)?;
    }
    Ok((glue, wasm))
}

fn bind(program: &str, raw: &[u8], effort: Effort) -> Result<(Vec<u8>, Vec<u8>), String> {
    let mut bindgen = Bindgen::new();
    let mut output = bindgen
        .input_bytes(program, raw.to_vec())
        .web(true)
        .and_then(|bindgen| {
            bindgen
                .typescript(false)
                // The boot script says where the hashed file is.
                .omit_default_module_path(true)
                .remove_name_section(effort == Effort::Small)
                .remove_producers_section(true)
                .generate_output()
        })
        .map_err(|cause| format!("{cause:#}"))?;
    let mut extra: Vec<&str> =
        output.snippets().iter().filter(|(_, list)| !list.is_empty()).map(|(name, _)| name.as_str()).collect();
    extra.extend(output.local_modules().keys().map(String::as_str));
    if !extra.is_empty() {
        return Err(format!(
            "libraries bring JavaScript files of their own, which nobody would serve: {}",
            extra.join(", ")
        ));
    }
    Ok((output.js().as_bytes().to_vec(), output.wasm_mut().emit_wasm()))
}

fn write(path: &Path, bytes: &[u8]) -> Done {
    fs::write(path, bytes).map_err(|cause| failure::file("writing", path, &cause))
}
