//! What can go wrong, told by what the caller should do next.

/// Why a call did nothing. Whatever it says, nothing was half done.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// Locked or slow: the same call may succeed later (451).
    #[error("the store is busy: {0}")]
    Busy(String),
    /// No room on the disk (452).
    #[error("no room on the disk")]
    Full,
    /// The account has no room left (452 4.2.2).
    #[error("the mailbox is full")]
    QuotaFull,
    #[error("not found")]
    NotFound,
    /// An address, domain or name is in use already.
    #[error("in use already")]
    Taken,
    /// The domain still has accounts, aliases or other names.
    #[error("not empty")]
    NotEmpty,
    /// The address would lead back to itself.
    #[error("it would go round in a loop")]
    Loop,
    /// More than the domain may have, or than one alias may reach.
    #[error("a limit is reached")]
    Limit,
    /// The revision is not the newest; or what is to be taken away holds the rest.
    #[error("changed elsewhere")]
    Conflict,
    /// Bytes on disk are not the bytes that were stored. Names the blob.
    #[error("blob {0} does not match its checksum")]
    Corrupt(String),
    #[error("store: {0}")]
    Broken(String),
}

pub type Result<T> = std::result::Result<T, StoreError>;

// SQLite's result codes (https://www.sqlite.org/rescode.html); the low byte is the family.
const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const FULL: i32 = 13;
const CONSTRAINT_FOREIGNKEY: i32 = 787;
const CONSTRAINT_PRIMARYKEY: i32 = 1555;
const CONSTRAINT_UNIQUE: i32 = 2067;
/// The index of the write-ahead log could not grow: on a full disk that is how it shows first.
const IOERR_SHMSIZE: i32 = 4874;

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => StoreError::NotFound,
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                StoreError::Busy(error.to_string())
            }
            sqlx::Error::Io(cause) => match cause.kind() {
                std::io::ErrorKind::StorageFull => StoreError::Full,
                _ => StoreError::Broken(error.to_string()),
            },
            sqlx::Error::Database(cause) => {
                let code = cause.code().and_then(|code| code.parse::<i32>().ok()).unwrap_or(0);
                match (code, code & 0xff) {
                    (CONSTRAINT_UNIQUE | CONSTRAINT_PRIMARYKEY, _) => StoreError::Taken,
                    // It names an account, a mailbox, a draft that is not there.
                    (CONSTRAINT_FOREIGNKEY, _) => StoreError::NotFound,
                    (IOERR_SHMSIZE, _) | (_, FULL) => StoreError::Full,
                    (_, BUSY | LOCKED) => StoreError::Busy(error.to_string()),
                    _ => StoreError::Broken(error.to_string()),
                }
            }
            _ => StoreError::Broken(error.to_string()),
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => StoreError::Full,
            _ => StoreError::Broken(error.to_string()),
        }
    }
}
