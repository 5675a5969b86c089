//! Where certificates lie, and watching whether they change.

use super::self_signed::self_signed;
use super::{Acme, Keyring, Pair, TlsError};
use crate::config::Config;
use crate::lifecycle::Shutdown;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How often the files are looked at. `stat` alone, so a few seconds cost nothing.
const LOOK: Duration = Duration::from_secs(2);

/// The files of all certificates, as the configuration names them.
#[derive(Clone, Debug)]
pub struct Sources {
    files: Vec<(PathBuf, PathBuf)>,
    /// One file with chain and key; there once the authority has given one.
    acme: Option<PathBuf>,
    /// Where one of our own is made when there is no other, and for whom.
    own: (PathBuf, String),
}

/// Who made a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    File,
    Acme,
    SelfSigned,
}

/// What a file is, without reading it: a new one differs in one of these.
type Look = Option<(i64, i64, u64, u64)>;

impl Sources {
    pub fn new(config: &Config) -> Sources {
        Sources {
            files: config.tls_certificate.iter().cloned().zip(config.tls_key.iter().cloned()).collect(),
            acme: (!config.acme.domains.is_empty()).then(|| Acme::certificate(&config.data)),
            own: (config.data.join("tls"), config.hostname.to_string()),
        }
    }

    /// All pairs, in the order in which they are to be shown. One of our own is made when there is no other.
    pub fn read(&self) -> Result<Vec<Pair>, TlsError> {
        let all = self.all()?;
        all.iter().map(|(_, certificate, key)| Pair::read(certificate, key)).collect()
    }

    /// The files that count now, with who made them.
    pub fn all(&self) -> Result<Vec<(Origin, PathBuf, PathBuf)>, TlsError> {
        let named = self.files.iter().map(|(certificate, key)| (Origin::File, certificate.clone(), key.clone()));
        let fetched = self.acme.iter().filter(|file| file.exists());
        let fetched = fetched.map(|file| (Origin::Acme, file.clone(), file.clone()));
        let mut all: Vec<_> = named.chain(fetched).collect();
        if all.is_empty() {
            let (certificate, key) = self_signed(&self.own.0, &self.own.1)?;
            all.push((Origin::SelfSigned, certificate, key));
        }
        Ok(all)
    }

    fn looks(&self) -> Vec<Look> {
        let files = self.files.iter().flat_map(|(certificate, key)| [certificate, key]).chain(&self.acme);
        files.map(|file| look(file)).collect()
    }

    /// Shows what is in the files until the house closes. What cannot be read is said once, and what was shown before
    /// goes on being shown: a half-written file must not close the doors.
    pub async fn watch(self, keyring: Arc<Keyring>, shutdown: Shutdown) {
        let mut seen = self.looks();
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = shutdown.begun() => return,
            }
            let sources = self.clone();
            let before = seen.clone();
            // Looked at before they are read: a change in between is found the next time.
            let looking = tokio::task::spawn_blocking(move || {
                let now = sources.looks();
                (now != before).then(|| (now, sources.read()))
            });
            let Ok(Some((now, read))) = looking.await else { continue };
            seen = now;
            match read {
                Ok(pairs) => {
                    let names: Vec<String> = pairs.iter().flat_map(|pair| pair.names.clone()).collect();
                    tracing::info!(names = names.join(","), "certificates were read anew");
                    keyring.hold(pairs);
                }
                Err(error) => {
                    tracing::error!(%error, "a new certificate cannot be used; the one before is shown further");
                }
            }
        }
    }
}

fn look(file: &Path) -> Look {
    let data = std::fs::metadata(file).ok()?;
    Some((data.mtime(), data.mtime_nsec(), data.size(), data.ino()))
}
