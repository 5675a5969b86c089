//! A certificate made by ourselves, for a trial: it encrypts, and nobody vouches for it.

use super::TlsError;
use super::keep::write_private;
use std::fs;
use std::path::{Path, PathBuf};

/// The paths of certificate and key in `dir`, made when they are not there.
pub fn self_signed(dir: &Path, hostname: &str) -> Result<(PathBuf, PathBuf), TlsError> {
    let (certificate, key) = (dir.join("certificate.pem"), dir.join("key.pem"));
    // A file with nothing in it is what a power cut leaves of one that was not on disk.
    let is_there = |file: &Path| fs::metadata(file).is_ok_and(|file| file.len() > 0);
    if !is_there(&certificate) || !is_there(&key) {
        make(&certificate, &key, vec![hostname.to_owned()])?;
    }
    Ok((certificate, key))
}

/// A certificate for `names`, written over what is there.
pub fn make(certificate: &Path, key: &Path, names: Vec<String>) -> Result<(), TlsError> {
    let failed = |file: &Path, error: &dyn std::fmt::Display| TlsError(format!("{}: {error}", file.display()));
    let made = rcgen::generate_simple_self_signed(names).map_err(|error| failed(certificate, &error))?;
    // The certificate last, and each whole or not at all: neither a kill nor a power cut between the two leaves a pair
    // that does not match, or a file with nothing in it.
    let _ = fs::remove_file(certificate);
    let _ = fs::remove_file(key);
    write_private(key, made.signing_key.serialize_pem().as_bytes()).map_err(|error| failed(key, &error))?;
    write_private(certificate, made.cert.pem().as_bytes()).map_err(|error| failed(certificate, &error))
}
