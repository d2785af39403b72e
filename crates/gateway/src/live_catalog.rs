//! The catalog in use: built-in definitions and those of a folder, reloaded when its files change.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use catalog::catalog::{Catalog, is_definition_file};
use notify::{RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Editors write a file in several steps; what follows within this time is one change.
const SETTLE: Duration = Duration::from_millis(50);

/// A catalog that can be replaced while it is used.
pub struct LiveCatalog {
    built_in: Catalog,
    current: ArcSwap<Catalog>,
    version: AtomicU64,
    folder: Option<PathBuf>,
}

impl LiveCatalog {
    /// The built-in definitions, and those of `folder`.
    ///
    /// # Errors
    /// A built-in definition that does not load; the folder cannot be read. A broken file in the folder is
    /// logged and left out.
    pub fn open(folder: Option<PathBuf>) -> anyhow::Result<Self> {
        let built_in = Catalog::built_in()?;
        let catalog = Self { current: ArcSwap::from_pointee(built_in.clone()), built_in, version: AtomicU64::new(1), folder };
        catalog.reload()?;
        Ok(catalog)
    }

    pub fn current(&self) -> Arc<Catalog> {
        self.current.load_full()
    }

    /// Changes whenever the catalog does.
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// Reads the folder again. Broken files are logged; what worked before stays.
    pub fn reload(&self) -> anyhow::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let (catalog, errors) = self.built_in.with_folder(read_folder(folder)?, &self.current.load());
        for error in errors {
            tracing::error!("a definition was not loaded: {error}");
        }
        self.current.store(Arc::new(catalog));
        self.version.fetch_add(1, Ordering::Release);
        Ok(())
    }

    /// Reloads whenever a file of the folder changes, until `shutdown`.
    pub async fn watch(&self, shutdown: CancellationToken) -> anyhow::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let (changed, mut changes) = mpsc::channel(1);
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if event.is_ok_and(|event| !event.kind.is_access()) {
                // A full channel already announces a reload.
                let _ = changed.try_send(());
            }
        })?;
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                change = changes.recv() => if change.is_none() { return Ok(()) },
            }
            tokio::time::sleep(SETTLE).await;
            let _ = changes.try_recv();
            match self.reload() {
                Ok(()) => tracing::info!("the catalog folder was read again"),
                Err(error) => tracing::error!("the catalog folder was not read: {error:#}"),
            }
        }
    }
}

/// Name and text of every definition file.
pub(crate) fn read_folder(folder: &Path) -> anyhow::Result<Vec<(String, String)>> {
    use anyhow::Context;
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read the catalog folder {}", folder.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_definition_file(&name) {
            let path = entry.path();
            files.push((name, std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?));
        }
    }
    Ok(files)
}

