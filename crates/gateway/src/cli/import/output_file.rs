//! A file that a command writes, and never over another one unasked.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

use crate::hint::{hinted, misused};

/// What becomes of a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Existing {
    Kept,
    Replaced,
}

/// Where something will be written.
pub(in crate::cli) struct OutputFile {
    pub(in crate::cli) path: PathBuf,
    existing: Existing,
}

impl OutputFile {
    /// # Errors
    /// The file is there and must be kept, or its folder is not there, or it is called as standard output often is.
    pub(in crate::cli) fn new(path: PathBuf, existing: Existing) -> anyhow::Result<Self> {
        if path == Path::new("-") {
            let remedy = "leave the option out for standard output; a file that is called so is `./-`";
            return Err(misused(anyhow!("`-` is no name of a file to write"), remedy));
        }
        if existing == Existing::Kept && path.exists() {
            return Err(is_there(&path));
        }
        if !folder(&path).is_dir() {
            let problem = anyhow!("cannot write {}: there is no folder {}", path.display(), folder(&path).display());
            return Err(hinted(problem, "make the folder first, or name another file"));
        }
        Ok(Self { path, existing })
    }

    /// Whether the file's name asks for JSON.
    pub(in crate::cli) fn is_json(&self) -> bool {
        self.path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
    }

    /// Writes the whole file or none of it: a reader of the folder never meets half a text. Where a link stands in its place, the file
    /// that it leads to is replaced.
    ///
    /// # Errors
    /// The file cannot be written, or another one of its name has come about meanwhile.
    pub(in crate::cli) fn write(&self, text: &str) -> anyhow::Result<()> {
        let cannot = || format!("cannot write {}", self.path.display());
        if self.existing == Existing::Replaced && self.path.exists() && !self.path.is_file() {
            // A pipe or a terminal is written to, not replaced.
            return std::fs::write(&self.path, text).with_context(cannot);
        }
        let path = match self.existing {
            Existing::Replaced => std::fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone()),
            Existing::Kept => self.path.clone(),
        };
        let mut beside = tempfile::Builder::new().permissions(readable()).tempfile_in(folder(&path)).with_context(cannot)?;
        beside.write_all(text.as_bytes()).with_context(cannot)?;
        let written = match self.existing {
            // Whatever happened since it was looked for.
            Existing::Kept => beside.persist_noclobber(&path),
            Existing::Replaced => beside.persist(&path),
        };
        match written {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Err(is_there(&self.path)),
            Err(error) => Err(error).with_context(cannot),
        }
    }
}

/// What a file of no secrets has, less what the user's mask takes away.
fn readable() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o666)
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn is_there(path: &Path) -> anyhow::Error {
    hinted(anyhow!("{} is there already and is kept", path.display()), "name another file, or replace it with `--force`")
}
