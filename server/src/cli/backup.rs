//! `restante backup DIR`: a copy of everything, made while the server runs, that a server can be started on.

use super::{Desk, Failure, failed};
use std::path::Path;
use store::StoreError;

/// What lies in the data directory beside the store, and belongs to the server as much.
const BESIDE: [&str; 3] = ["restante.toml", "tls/certificate.pem", "tls/key.pem"];

pub async fn obey(to: &Path, desk: &Desk) -> Result<(), Failure> {
    let shown = to.display().to_string();
    let made = desk.store.backup(to).await.map_err(|error| match error {
        StoreError::NotEmpty => Failure::Usage(format!("{shown} is not empty: a backup needs a directory of its own")),
        error => failed(&shown, error),
    })?;
    for name in BESIDE {
        let (from, to) = (desk.config.data.join(name), to.join(name));
        if from.is_file() {
            copy(&from, &to).map_err(|error| Failure::Failed(format!("{}: {error}", to.display())))?;
        }
    }
    println!("{shown}: {} messages, {} of them in files of their own", made.messages, made.files);
    if made.destroyed > 0 {
        println!("{} large messages were destroyed by their owners meanwhile", made.destroyed);
    }
    println!("To go back to it: restante serve --data {shown}");
    Ok(())
}

/// With its rights: the key is its owner's alone. On disk when this returns.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    let dir = to.parent().unwrap_or(to);
    std::fs::create_dir_all(dir)?;
    std::fs::copy(from, to)?;
    std::fs::File::open(to)?.sync_all()?;
    std::fs::File::open(dir)?.sync_all()
}
