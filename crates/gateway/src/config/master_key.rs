//! Where the master key comes from: given, in a file, told by a command, or generated beside a SQLite database.

use std::fs::{DirBuilder, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use secrecy::{ExposeSecret, SecretString};
use store::MasterKey;
use tempfile::NamedTempFile;

use super::key_command;
use crate::hint::hinted;

const HOW_TO_MAKE_ONE: &str = "make one with `openssl rand -base64 32` and keep it: without it nothing stored can be read again";

/// A key in base64 has 44 characters.
const LONGEST: u64 = 1_024;

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

store::lacks!(KeySources: std::fmt::Debug, std::fmt::Display, serde::Serialize, Clone);

impl KeySources {
    pub(super) fn is_empty(&self) -> bool {
        self.key.is_none() && self.file.is_none() && self.command.is_none()
    }
}

/// What says the master key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPlace {
    /// A setting or a command.
    Given,
    /// A file that a setting names.
    File(PathBuf),
    /// The file beside a SQLite database, as no setting says anything.
    Beside(PathBuf),
}

impl KeyPlace {
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            KeyPlace::Given => None,
            KeyPlace::File(file) | KeyPlace::Beside(file) => Some(file),
        }
    }

    /// The file that a new key may replace: nothing else says the key, and it is no link to somebody else's.
    pub(crate) fn own_file(&self) -> Option<&Path> {
        let KeyPlace::Beside(file) = self else { return None };
        std::fs::symlink_metadata(file).is_ok_and(|metadata| metadata.is_file()).then_some(file)
    }
}

/// The master key for a database, and what says it.
///
/// # Errors
/// What was given is not 32 bytes of base64, a command that fails or takes too long, PostgreSQL without a given key.
pub(super) fn find(sources: KeySources, database_url: &str, new: NewKey) -> anyhow::Result<(MasterKey, KeyPlace)> {
    match sources {
        KeySources { key: Some(key), file: None, command: None } => {
            let key = MasterKey::from_base64(key.expose_secret()).context("TIDEGATE_MASTER_KEY is unusable")?;
            return Ok((key, KeyPlace::Given));
        }
        KeySources { key: None, file: Some(file), command: None } => return Ok((read_key(&file)?, KeyPlace::File(file))),
        KeySources { key: None, file: None, command: Some(command) } => {
            let key = key_command::run(&command)?;
            let key = MasterKey::from_base64(key.expose_secret()).context("the master key command printed something else")?;
            return Ok((key, KeyPlace::Given));
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
        return Ok((read_key(&path)?, KeyPlace::Beside(path)));
    }
    if database_file(database_url).is_some_and(|database| database.exists()) {
        let problem = anyhow!("the database exists, but its master key file {} is missing", path.display());
        return Err(hinted(problem, "restore the file, or give the key in TIDEGATE_MASTER_KEY"));
    }
    let key = match new {
        NewKey::Kept => generate(&path)?,
        NewKey::Forgotten => MasterKey::generate()?,
    };
    Ok((key, KeyPlace::Beside(path)))
}

/// The master key in a file; where there is no such file, one is made and written there.
pub(crate) fn read_or_make(file: &Path) -> anyhow::Result<MasterKey> {
    if !file.exists() {
        return generate(file);
    }
    // One that is ours may be from a run that ended before this; a folder that cannot be opened holds somebody else's.
    let _ = sync_folder(file);
    read_key(file)
}

/// Whether there is this master key in a file.
pub(crate) fn holds(file: &Path, key: &MasterKey) -> bool {
    read_key(file).is_ok_and(|found| found.to_base64().expose_secret() == key.to_base64().expose_secret())
}

/// # Errors
/// No file, or no key in its first 1,024 bytes.
pub(crate) fn read_key(file: &Path) -> anyhow::Result<MasterKey> {
    let read = || -> io::Result<SecretString> {
        let mut text = String::with_capacity(LONGEST as usize);
        File::open(file)?.take(LONGEST).read_to_string(&mut text)?;
        Ok(text.into())
    };
    let text = read().with_context(|| format!("cannot read the master key file {}", file.display()))?;
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
        let folder = folder(path);
        let made: Vec<&Path> = folder.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists()).collect();
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let key = MasterKey::generate()?;
        written(path, &key)?.persist_noclobber(path)?;
        sync_folder(path)?;
        made.into_iter().try_for_each(sync_folder)?;
        Ok(key)
    };
    write().with_context(|| format!("cannot create the master key file {}", path.display()))
}

/// Puts a key into a file that has another one.
pub(crate) fn write_in_place(path: &Path, key: &MasterKey) -> anyhow::Result<()> {
    written(path, key)?.persist(path)?;
    sync_folder(path)?;
    Ok(())
}

/// Makes the name of a file last: a database must not outlive the only key that opens it.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder(path))?.sync_all()
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
