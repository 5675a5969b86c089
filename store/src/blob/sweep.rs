//! Clears away what a kill left: files that were being written, and files that no row names.

use super::Files;
use crate::Result;
use sqlx::SqlitePool;
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

/// Removes what earlier runs left below `new/`.
pub(crate) fn clear_new(files: &Files) {
    for path in names(&files.root().join("new")) {
        if run_of(&path).is_none_or(|run| run < files.run()) {
            let _ = std::fs::remove_file(files.root().join("new").join(path));
        }
    }
}

/// Walks through all directories, so it is done beside the work. Files of this run are left alone: they may be about to
/// be named.
pub(crate) async fn sweep(files: Arc<Files>, reads: SqlitePool) -> Result<()> {
    for byte in 0..=u8::MAX {
        let dir = format!("{byte:02x}");
        let root = files.root().join(&dir);
        let found = tokio::task::spawn_blocking(move || names(&root)).await.unwrap_or_default();
        let old = found.into_iter().filter(|name| run_of(name).is_some_and(|run| run < files.run()));
        let old: Vec<String> = old.map(|name| format!("{dir}/{name}")).collect();
        if old.is_empty() {
            continue;
        }
        let named: Vec<String> = sqlx::query_scalar(
            "SELECT file FROM blob WHERE hash >= $1 AND ($2 IS NULL OR hash < $2) AND file IS NOT NULL",
        )
        .bind(vec![byte])
        .bind(byte.checked_add(1).map(|next| vec![next]))
        .fetch_all(&reads)
        .await?;
        let named: HashSet<String> = named.into_iter().collect();
        for name in old.into_iter().filter(|name| !named.contains(name)) {
            tracing::info!(file = name, "removed a blob that nothing names");
            let _ = std::fs::remove_file(files.path(&name));
        }
    }
    Ok(())
}

fn names(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

/// The run that wrote a file: the last number but one of its name.
fn run_of(name: &str) -> Option<i64> {
    let mut parts = name.rsplit('-');
    parts.next()?;
    parts.next()?.parse().ok()
}
