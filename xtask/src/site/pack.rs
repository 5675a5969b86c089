//! Names each file after its content, puts compressed twins beside it, and writes the manifest.

use super::{Asset, Effort};
use crate::failure::{self, Done};
use crate::places;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Writes the site. True when something changed; when nothing did, no file is touched, and cargo sees no reason to
/// build the server again.
pub fn pack(assets: &[Asset], effort: Effort) -> Done<bool> {
    let site = places::site();
    fs::create_dir_all(&site).map_err(|cause| failure::file("making", &site, &cause))?;
    let mut changed = false;
    let mut kept = BTreeSet::from(["manifest.json".to_owned()]);
    let mut manifest = Map::new();
    let mut build = blake3::Hasher::new();
    for asset in assets {
        let hash = blake3::hash(&asset.bytes).to_hex();
        let name = hashed(&asset.name, &hash[..12]);
        build.update(name.as_bytes());
        let twins = [(".br", twin(asset, &hash, "br", effort)?), (".gz", twin(asset, &hash, "gz", effort)?)];
        if changed_file(&site.join(&name), &asset.bytes)? {
            changed = true;
            println!("site: {name}, {} (brotli {})", size(asset.bytes.len()), size(twins[0].1.len()));
        }
        for (suffix, bytes) in twins {
            changed |= changed_file(&site.join(format!("{name}{suffix}")), &bytes)?;
            kept.insert(format!("{name}{suffix}"));
        }
        manifest.insert(asset.name.clone(), Value::String(name.clone()));
        kept.insert(name);
    }
    manifest.insert("build".into(), Value::String(build.finalize().to_hex()[..12].to_owned()));
    let manifest = format!("{:#}\n", Value::Object(manifest));
    changed |= changed_file(&site.join("manifest.json"), manifest.as_bytes())?;
    // Last: until the new manifest is there, the old one needs its files.
    changed |= sweep(&site, &kept)?;
    Ok(changed)
}

/// `style.css` → `style.3f2a….css`.
fn hashed(name: &str, hash: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}.{hash}.{extension}"),
        None => format!("{name}.{hash}"),
    }
}

/// The compressed twin, from the cache when these bytes were compressed before.
fn twin(asset: &Asset, hash: &str, kind: &str, effort: Effort) -> Done<Vec<u8>> {
    let folder = places::site_cache().join(if effort == Effort::Small { "twins-small" } else { "twins-quick" });
    fs::create_dir_all(&folder).map_err(|cause| failure::file("making", &folder, &cause))?;
    let path = folder.join(format!("{}.{kind}", asset.name));
    let key = path.with_extension(format!("{kind}.key"));
    if fs::read_to_string(&key).is_ok_and(|kept| kept == hash)
        && let Ok(bytes) = fs::read(&path)
    {
        return Ok(bytes);
    }
    let bytes = if kind == "br" { brotli(&asset.bytes, effort) } else { gzip(&asset.bytes, effort) }
        .map_err(|cause| failure::file("compressing", Path::new(&asset.name), &cause))?;
    let _ = fs::remove_file(&key);
    fs::write(&path, &bytes).map_err(|cause| failure::file("writing", &path, &cause))?;
    fs::write(&key, hash).map_err(|cause| failure::file("writing", &key, &cause))?;
    Ok(bytes)
}

fn brotli(bytes: &[u8], effort: Effort) -> io::Result<Vec<u8>> {
    let quality = if effort == Effort::Small { 11 } else { 5 };
    let mut small = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut small, 64 * 1024, quality, 22);
    writer.write_all(bytes)?;
    writer.flush()?;
    drop(writer);
    Ok(small)
}

fn gzip(bytes: &[u8], effort: Effort) -> io::Result<Vec<u8>> {
    let level = if effort == Effort::Small { Compression::best() } else { Compression::default() };
    let mut writer = GzEncoder::new(Vec::new(), level);
    writer.write_all(bytes)?;
    writer.finish()
}

/// Writes the file unless it already is like that.
fn changed_file(path: &Path, bytes: &[u8]) -> Done<bool> {
    if fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(false);
    }
    // A rename, so that a server that is being built at this moment sees the old file or the new one, never half of one.
    let fresh = path.with_extension("fresh");
    fs::write(&fresh, bytes)
        .and_then(|()| fs::rename(&fresh, path))
        .map_err(|cause| failure::file("writing", path, &cause))?;
    Ok(true)
}

/// Takes away what an earlier build left.
fn sweep(site: &Path, kept: &BTreeSet<String>) -> Done<bool> {
    let mut swept = false;
    for entry in fs::read_dir(site).map_err(|cause| failure::file("reading", site, &cause))? {
        let path = entry.map_err(|cause| failure::file("reading", site, &cause))?.path();
        let known = path.file_name().and_then(|name| name.to_str()).is_some_and(|name| kept.contains(name));
        if !known && path.is_file() {
            fs::remove_file(&path).map_err(|cause| failure::file("removing", &path, &cause))?;
            swept = true;
        }
    }
    Ok(swept)
}

/// `7.2 KiB`.
fn size(bytes: usize) -> String {
    let tenths = (bytes * 10).div_ceil(1024);
    format!("{}.{} KiB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::{brotli, gzip, hashed, size};
    use crate::site::Effort;
    use std::io::Read;

    #[test]
    fn a_name_carries_its_hash_before_the_extension() {
        assert_eq!(hashed("mail_bg.wasm", "3f2a"), "mail_bg.3f2a.wasm");
    }

    #[test]
    fn the_twins_hold_the_same_bytes() {
        let bytes = b"poste restante ".repeat(1000);
        let (mut from_brotli, mut from_gzip) = (Vec::new(), Vec::new());
        let small = brotli(&bytes, Effort::Quick).unwrap();
        brotli::Decompressor::new(small.as_slice(), 4096).read_to_end(&mut from_brotli).unwrap();
        let small = gzip(&bytes, Effort::Quick).unwrap();
        flate2::read::GzDecoder::new(small.as_slice()).read_to_end(&mut from_gzip).unwrap();
        assert_eq!((from_brotli, from_gzip), (bytes.clone(), bytes));
    }

    #[test]
    fn sizes_round_up_to_a_tenth() {
        assert_eq!(size(1025), "1.1 KiB");
    }
}
