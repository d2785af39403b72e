//! Where the master key comes from: given, in a file, told by a command, or generated beside a SQLite database.

use std::fs::DirBuilder;
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use secrecy::{ExposeSecret, SecretString};
use store::MasterKey;
use tempfile::NamedTempFile;

use super::key_command;
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

/// Where a master key was said to be. One of them at most.
#[derive(Default)]
pub(super) struct KeySources {
    pub(super) key: Option<SecretString>,
    pub(super) file: Option<PathBuf>,
    pub(super) command: Option<String>,
}

impl KeySources {
    pub(super) fn is_empty(&self) -> bool {
        self.key.is_none() && self.file.is_none() && self.command.is_none()
    }
}

/// The master key for a database.
///
/// # Errors
/// What was given is not 32 bytes of base64, a command that fails or takes too long, PostgreSQL without a given key.
pub(super) fn find(sources: KeySources, database_url: &str, new: NewKey) -> anyhow::Result<MasterKey> {
    match sources {
        KeySources { key: Some(key), file: None, command: None } => {
            return MasterKey::from_base64(key.expose_secret()).context("TIDEGATE_MASTER_KEY is unusable");
        }
        KeySources { key: None, file: Some(file), command: None } => return read(&file),
        KeySources { key: None, file: None, command: Some(command) } => {
            let key = key_command::run(&command)?;
            return MasterKey::from_base64(key.expose_secret()).context("the master key command printed something else");
        }
        KeySources { key: None, file: None, command: None } => {}
        _ => bail!("the master key is given in more than one way; give the key, a file that holds it, or a command that prints it"),
    }
    store::check_url(database_url)?;
    let Some(path) = key_file_beside(database_url) else {
        let problem =
            anyhow!("PostgreSQL needs a master key in TIDEGATE_MASTER_KEY, TIDEGATE_MASTER_KEY_FILE or TIDEGATE_MASTER_KEY_COMMAND");
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

/// The master key in a file; where there is no such file, one is made and written there.
pub(crate) fn read_or_make(file: &Path) -> anyhow::Result<MasterKey> {
    if file.exists() { read(file) } else { generate(file) }
}

/// The file beside a SQLite database that holds this master key, as the first start wrote it.
pub(crate) fn own_file(database_url: &str, key: &MasterKey) -> Option<PathBuf> {
    let path = key_file_beside(database_url).filter(|path| path.exists())?;
    let is_ours = read(&path).ok()?.to_base64().expose_secret() == key.to_base64().expose_secret();
    is_ours.then_some(path)
}

fn read(file: &Path) -> anyhow::Result<MasterKey> {
    let text = std::fs::read_to_string(file).map(SecretString::from);
    let text = text.with_context(|| format!("cannot read the master key file {}", file.display()))?;
    MasterKey::from_base64(text.expose_secret()).with_context(|| format!("the master key file {} is unusable", file.display()))
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
        DirBuilder::new().recursive(true).mode(0o700).create(folder(path))?;
        let key = MasterKey::generate()?;
        written(path, &key)?.persist_noclobber(path)?;
        Ok(key)
    };
    write().with_context(|| format!("cannot create the master key file {}", path.display()))
}

/// Puts a key into a file that has another one.
pub(crate) fn write_in_place(path: &Path, key: &MasterKey) -> anyhow::Result<()> {
    written(path, key)?.persist(path)?;
    Ok(())
}

/// Complete before it has its name, so that no crash leaves half a key. Created with mode 0600.
fn written(path: &Path, key: &MasterKey) -> anyhow::Result<NamedTempFile> {
    let mut file = NamedTempFile::new_in(folder(path))?;
    writeln!(file, "{}", key.to_base64().expose_secret())?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
