//! A certificate made by ourselves, for a trial: it encrypts, and nobody vouches for it.

use super::TlsError;
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The paths of certificate and key in `dir`, made when they are not there.
pub fn self_signed(dir: &Path, hostname: &str) -> Result<(PathBuf, PathBuf), TlsError> {
    let (certificate, key) = (dir.join("certificate.pem"), dir.join("key.pem"));
    if !certificate.exists() || !key.exists() {
        let failed = |error: &dyn std::fmt::Display| TlsError(format!("{}: {error}", dir.display()));
        let made = rcgen::generate_simple_self_signed([hostname.to_owned()]).map_err(|error| failed(&error))?;
        fs::create_dir_all(dir).map_err(|error| failed(&error))?;
        // The certificate last: a kill between the two leaves no pair that does not match.
        let _ = fs::remove_file(&certificate);
        let _ = fs::remove_file(&key);
        let private = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&key);
        private
            .and_then(|mut file| file.write_all(made.signing_key.serialize_pem().as_bytes()))
            .map_err(|error| failed(&error))?;
        fs::write(&certificate, made.cert.pem()).map_err(|error| failed(&error))?;
    }
    Ok((certificate, key))
}
