//! What the store could not do, in the words that pages know.

use api::Refusal;
use store::StoreError;

/// The cause goes to the log here, once; the person hears the general word.
pub fn refused(error: StoreError) -> Refusal {
    match error {
        StoreError::NotFound => Refusal::NotFound,
        StoreError::Taken => Refusal::Taken,
        StoreError::NotEmpty => Refusal::NotEmpty,
        StoreError::Loop => Refusal::Loop,
        StoreError::Limit => Refusal::Limit,
        StoreError::Conflict => Refusal::EditedElsewhere,
        StoreError::QuotaFull => Refusal::QuotaFull,
        StoreError::Busy(_) | StoreError::Full => {
            tracing::warn!(%error, "a page has to try again");
            Refusal::TryAgain
        }
        StoreError::Corrupt(_) | StoreError::Broken(_) => {
            tracing::error!(%error, "a page could not be answered");
            Refusal::Broken
        }
    }
}

/// Work that may take long on hostile input (MIME, HTML), off the async threads. A panic there is one page's trouble.
pub async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "a message could not be worked on");
        Refusal::Broken
    })
}
