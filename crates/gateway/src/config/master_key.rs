//! Where the master key comes from: given, in a file, or generated beside a SQLite database.

use std::fs::DirBuilder;
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use secrecy::{ExposeSecret, SecretString};
use store::MasterKey;
use tempfile::NamedTempFile;

use crate::hint::hinted;

const HOW_TO_MAKE_ONE: &str = "make one with `openssl rand -base64 32` and keep it: without it nothing stored can be read again";

/// What becomes of a key that is made because there was none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NewKey {
    /// It is written beside the database.
    Kept,
    /// It is forgotten, as nothing is going to be stored.
    Forgotten,
}

/// The master key for a database.
///
/// # Errors
/// The given key is not 32 bytes of base64; PostgreSQL without a given key.
pub(super) fn find(given: Option<SecretString>, file: Option<&Path>, database_url: &str, new: NewKey) -> anyhow::Result<MasterKey> {
    if given.is_some() && file.is_some() {
        bail!("both a master key and a file that holds one are given; give one of them");
    }
    if let Some(key) = given {
        return MasterKey::from_base64(key.expose_secret()).context("TIDEGATE_MASTER_KEY is unusable");
    }
    if let Some(file) = file {
        return read(file);
    }
    store::check_url(database_url)?;
    let Some(path) = key_file_beside(database_url) else {
        let problem = anyhow!("PostgreSQL needs a master key in TIDEGATE_MASTER_KEY or TIDEGATE_MASTER_KEY_FILE");
        return Err(hinted(problem, HOW_TO_MAKE_ONE));
    };
    if path.exists() {
        return read(&path);
    }
    if database_file(database_url).is_some_and(|database| database.exists()) {
        let problem = anyhow!("the database exists, but its master key file {} is missing", path.display());
        return Err(hinted(problem, "restore the file, or give the key in TIDEGATE_MASTER_KEY"));
    }
    match new {
        NewKey::Kept => generate(&path),
        NewKey::Forgotten => Ok(MasterKey::generate()?),
    }
}

fn read(file: &Path) -> anyhow::Result<MasterKey> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read the master key file {}", file.display()))?;
    MasterKey::from_base64(text.trim()).with_context(|| format!("the master key file {} is unusable", file.display()))
}

/// `sqlite://folder/name.db` → `folder/master.key`. `None` for PostgreSQL.
fn key_file_beside(database_url: &str) -> Option<PathBuf> {
    Some(database_file(database_url)?.parent()?.join("master.key"))
}

fn database_file(database_url: &str) -> Option<&Path> {
    let path = database_url.strip_prefix("sqlite:")?;
    path.strip_prefix("//").unwrap_or(path).split('?').next().map(Path::new)
}

fn generate(path: &Path) -> anyhow::Result<MasterKey> {
    let write = || -> anyhow::Result<MasterKey> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let key = MasterKey::generate()?;
        // Complete before it has its name, so that no crash leaves half a key. Created with mode 0600.
        let mut file = NamedTempFile::new_in(folder)?;
        writeln!(file, "{}", key.to_base64().expose_secret())?;
        file.as_file().sync_all()?;
        file.persist_noclobber(path)?;
        Ok(key)
    };
    write().with_context(|| format!("cannot create the master key file {}", path.display()))
}
