//! Where the master key comes from: given, in a file, or generated beside a SQLite database.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use secrecy::{ExposeSecret, SecretString};
use store::MasterKey;

const HOW_TO_MAKE_ONE: &str = "make one with `openssl rand -base64 32` and keep it: without it nothing stored can be read again";

/// The master key for a database.
///
/// # Errors
/// The given key is not 32 bytes of base64; PostgreSQL without a given key.
pub(super) fn find(given: Option<SecretString>, file: Option<&Path>, database_url: &str) -> anyhow::Result<MasterKey> {
    if let Some(key) = given {
        return MasterKey::from_base64(key.expose_secret()).context("TIDEGATE_MASTER_KEY is unusable");
    }
    if let Some(file) = file {
        return read(file);
    }
    let Some(path) = key_file_beside(database_url) else {
        bail!("PostgreSQL needs a master key in TIDEGATE_MASTER_KEY or TIDEGATE_MASTER_KEY_FILE; {HOW_TO_MAKE_ONE}");
    };
    if path.exists() { read(&path) } else { generate(&path) }
}

fn read(file: &Path) -> anyhow::Result<MasterKey> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read the master key file {}", file.display()))?;
    MasterKey::from_base64(text.trim()).with_context(|| format!("the master key file {} is unusable", file.display()))
}

/// `sqlite://folder/name.db` → `folder/master.key`. `None` for PostgreSQL.
fn key_file_beside(database_url: &str) -> Option<PathBuf> {
    let path = database_url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path).split('?').next()?;
    Some(Path::new(path).parent()?.join("master.key"))
}

fn generate(path: &Path) -> anyhow::Result<MasterKey> {
    let write = || -> anyhow::Result<MasterKey> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let key = MasterKey::generate()?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        writeln!(file, "{}", key.to_base64().expose_secret())?;
        file.sync_all()?;
        Ok(key)
    };
    write().with_context(|| format!("cannot create the master key file {}", path.display()))
}
