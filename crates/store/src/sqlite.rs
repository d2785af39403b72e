//! A SQLite database as a file: its path, who may read it, and how its connections behave.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::StoreError;

/// What every connection is told first. Foreign keys and the busy timeout (5 s) are on by sqlx's defaults.
///
/// `FULL` makes a change durable before it is acknowledged, in WAL mode too. The cache is small because most reads are
/// of one row by an index, and what was read often is cached by the operating system. What is deleted is overwritten: a
/// data key that is gone shall be gone.
///
/// Source: sqlite.org/pragma.html.
pub(crate) const ON_CONNECT: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
     PRAGMA busy_timeout = 5000; PRAGMA cache_size = -512; PRAGMA journal_size_limit = 16777216; PRAGMA temp_store = MEMORY; \
     PRAGMA secure_delete = ON";

/// How long a statement waits for another process. SQLite itself does not wait where two turn a new file into WAL mode.
pub(crate) const BUSY: Duration = Duration::from_secs(5);

/// Whether a statement failed because another process had the file.
///
/// Source: sqlite.org/rescode.html, SQLITE_BUSY and what extends it.
pub(crate) fn is_locked(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code()).and_then(|code| code.parse::<i32>().ok());
    code.is_some_and(|code| code & 0xff == 5)
}

/// The path in a URL like `sqlite://tidegate-data/tidegate.db` or `sqlite:///var/lib/tidegate.db`, taken as it is written.
///
/// # Errors
/// [`StoreError::Invalid`] for a database in memory, which no two connections could share, and for parameters.
pub(crate) fn path(url: &str) -> Result<PathBuf, StoreError> {
    let path = url.strip_prefix("sqlite:").unwrap_or(url);
    let path = path.strip_prefix("//").unwrap_or(path);
    let path = path.strip_suffix("?mode=rwc").unwrap_or(path);
    if path.is_empty() || path.contains(":memory:") || path.contains('?') || path.ends_with('/') {
        return Err(StoreError::invalid(
            "the database URL names no file; give one like `sqlite://tidegate-data/tidegate.db`, without parameters",
        ));
    }
    Ok(PathBuf::from(path))
}

/// Creates the file, and its folder if need be, so that only this user can read them. SQLite gives the files it adds
/// (`-wal`, `-shm`) the mode of the first. What exists already keeps its mode.
pub(crate) fn create(path: &Path) -> Result<(), StoreError> {
    let refused =
        |error: io::Error| StoreError::unavailable(format!("{}: {error}; check the path and who may write there", path.display()));
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(refused)?;
    }
    OpenOptions::new().create(true).append(true).mode(0o600).open(path).map_err(refused)?;
    Ok(())
}

/// The URL that sqlx wants: absolute and percent-encoded, so that any path survives.
pub(crate) fn url(path: &Path) -> Result<String, StoreError> {
    let absolute = std::path::absolute(path).map_err(StoreError::unavailable)?;
    let text = absolute.to_str().ok_or_else(|| StoreError::invalid("the path of the database is not UTF-8; choose another"))?;
    let mut url = String::from("sqlite://");
    for byte in text.bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => url.push(char::from(byte)),
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn a_url_names_a_file_below_the_working_folder_or_anywhere() {
        let path = |url| super::path(url).unwrap().display().to_string();
        assert_snapshot!(path("sqlite://tidegate-data/tidegate.db"), @"tidegate-data/tidegate.db");
        assert_snapshot!(path("sqlite:///var/lib/tidegate.db?mode=rwc"), @"/var/lib/tidegate.db");
        assert_snapshot!(path("sqlite:tidegate.db"), @"tidegate.db");
    }

    #[test]
    fn a_url_without_a_file_is_refused() {
        for url in ["sqlite::memory:", "sqlite://", "sqlite://folder/", "sqlite://a.db?cache=shared"] {
            assert!(matches!(path(url), Err(StoreError::Invalid(_))), "{url}");
        }
    }
}
