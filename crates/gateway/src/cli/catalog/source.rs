//! Where a definition comes from: the catalog, by name, or a file.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use catalog::catalog::{Catalog, Entry, is_definition_file};
use catalog::definition::Definition;
use catalog::index;

use crate::hint::hinted;
use crate::live_catalog::read_folder;

/// The catalog that commands look into: what is built in, and a folder.
pub(super) fn load(folder: Option<&Path>) -> anyhow::Result<Catalog> {
    let built_in = Catalog::built_in();
    let Some(folder) = folder else { return Ok(built_in) };
    let (catalog, errors) = built_in.with_folder(read_folder(folder)?, &built_in);
    for error in errors {
        eprintln!("warning: {error}");
    }
    Ok(catalog)
}

/// The integration that `name` means: the file of that path where it ends like one, else the catalog's of that name.
pub(super) fn find(folder: Option<&Path>, name: &str) -> anyhow::Result<Entry> {
    let path = PathBuf::from(name);
    let file = path.file_name().and_then(|file| file.to_str()).unwrap_or_default();
    if is_definition_file(file) {
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {name}"))?;
        return Entry::read(name, text).map_err(|error| anyhow!(error));
    }
    let catalog = load(folder)?;
    let known = || catalog.iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>().join(", ");
    let unknown = || {
        let remedy = match index::find(name) {
            Some(entry) => format!("`tidegate catalog add {}` adds it", entry.name),
            None => format!("it has {}; or name a file", known()),
        };
        hinted(anyhow!("the catalog has no integration `{name}`"), remedy)
    };
    catalog.entry(name).cloned().ok_or_else(unknown)
}

pub(super) fn definition(entry: &Entry) -> anyhow::Result<&Definition> {
    entry.definition().map(AsRef::as_ref).map_err(|error| anyhow!(error.clone()))
}
