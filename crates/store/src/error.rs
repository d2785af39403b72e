//! Why the store could not do what it was asked, as far as a caller can act on it.

use sqlx::error::{DatabaseError, ErrorKind};

/// Why an operation on the store failed.
///
/// The texts are for operators and name no row's contents; a missing row is not an error but `None` or `false`.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database is gone, starting, full, locked or too slow. Try again later; nothing else is wrong.
    #[error("the database cannot be used right now: {0}")]
    Unavailable(Box<dyn std::error::Error + Send + Sync>),
    /// Somebody else changed or created the same thing. Read it again and repeat the change.
    #[error("{0}")]
    Conflict(String),
    /// A row that this version cannot read, or that was changed or moved.
    #[error("stored data is unreadable: {0}")]
    Unreadable(String),
    /// The database was filled under another master key, or goes on under another one since.
    #[error("the master key does not fit this database; start with its present master key")]
    WrongKey,
    /// What was given (URL, key, name) cannot be used; the text says what to give instead.
    #[error("{0}")]
    Invalid(String),
    /// A fault of ours, such as SQL that the database refuses.
    #[error("unexpected answer of the database: {0}")]
    Unexpected(#[source] sqlx::Error),
}

impl StoreError {
    pub(crate) fn conflict(what: impl Into<String>) -> StoreError {
        StoreError::Conflict(what.into())
    }

    pub(crate) fn unreadable(what: impl Into<String>) -> StoreError {
        StoreError::Unreadable(what.into())
    }

    pub(crate) fn invalid(what: impl Into<String>) -> StoreError {
        StoreError::Invalid(what.into())
    }

    pub(crate) fn unavailable(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
        StoreError::Unavailable(why.into())
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> StoreError {
        match &error {
            // A protocol error is what a server, or something before it, says while it goes down.
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => StoreError::unavailable(error),
            sqlx::Error::Configuration(reason) => StoreError::invalid(format!("the database URL cannot be used: {reason}")),
            sqlx::Error::Database(database) => match database.kind() {
                ErrorKind::UniqueViolation => StoreError::conflict("something of this name exists already; choose another"),
                ErrorKind::ForeignKeyViolation => StoreError::conflict("what this belongs to was deleted at the same moment"),
                // PostgreSQL's "untranslatable character": a zero in a text.
                _ if database.code().as_deref() == Some("22021") => StoreError::invalid("a text contains a zero character; leave it out"),
                _ if is_temporary(&**database) => StoreError::unavailable(error),
                _ => StoreError::Unexpected(error),
            },
            sqlx::Error::ColumnDecode { index, .. } => StoreError::unreadable(format!("column {index} holds a value of another type")),
            _ => StoreError::Unexpected(error),
        }
    }
}

/// Whether the database itself says that it cannot work now. PostgreSQL's codes have five characters, SQLite's are
/// decimal numbers of at most four digits whose low byte is the primary code.
///
/// Sources: PostgreSQL manual, appendix A "Error Codes"; sqlite.org/rescode.html.
fn is_temporary(error: &dyn DatabaseError) -> bool {
    let Some(code) = error.code() else { return false };
    if code.len() == 5 {
        return matches!(&code[..2], "08" | "53" | "57" | "58")
            || matches!(&*code, "25006" | "40001" | "40P01" | "55P03" | "25P03" | "3D000" | "28P01" | "28000");
    }
    const BUSY: u32 = 5;
    const LOCKED: u32 = 6;
    const READ_ONLY: u32 = 8;
    const IO: u32 = 10;
    const CORRUPT: u32 = 11;
    const FULL: u32 = 13;
    const CANNOT_OPEN: u32 = 14;
    const NOT_A_DATABASE: u32 = 26;
    let primary = code.parse::<u32>().unwrap_or(0) & 0xff;
    [BUSY, LOCKED, READ_ONLY, IO, CORRUPT, FULL, CANNOT_OPEN, NOT_A_DATABASE].contains(&primary)
}
