//! One process at a time on a SQLite file.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;

use crate::{StoreError, sqlite};

/// Keeps other processes away from a SQLite file while it lives: they would not hear what is revoked here. The system
/// lets go of it however the process ends. PostgreSQL needs no such thing.
#[derive(Debug)]
pub struct Hold {
    _file: Option<File>,
}

impl Hold {
    /// Takes the lock file beside the database at `url`, wherever a link to it points. The folder and the file are created
    /// if need be, as [`Store::open`](crate::Store::open) creates them. Take it before: opening migrates.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] when another process has it, or for an unusable URL; [`StoreError::Unavailable`] for a file
    /// that cannot be written.
    pub fn take(url: &str) -> Result<Hold, StoreError> {
        if !url.starts_with("sqlite:") {
            return Ok(Hold { _file: None });
        }
        let path = sqlite::path(url)?;
        sqlite::create(&path)?;
        let path = fs::canonicalize(path).map_err(StoreError::unavailable)?;
        let mut beside = path.clone().into_os_string();
        beside.push(".lock");
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(beside).map_err(StoreError::unavailable)?;
        match file.try_lock() {
            Ok(()) => Ok(Hold { _file: Some(file) }),
            Err(TryLockError::WouldBlock) => Err(StoreError::invalid(format!(
                "another process uses {}; stop it first, or use PostgreSQL, which several can share",
                path.display()
            ))),
            Err(TryLockError::Error(error)) => Err(StoreError::unavailable(error)),
        }
    }
}
