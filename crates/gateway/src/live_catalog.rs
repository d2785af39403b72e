//! The catalog in use: built-in definitions and those of a folder, reloaded when its files change.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context;
use arc_swap::ArcSwap;
use catalog::catalog::{Catalog, is_definition_file};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

/// Editors write a file in several steps; what follows within this time is one change.
const SETTLE: Duration = Duration::from_millis(50);
/// How long until a folder that cannot be watched is tried again.
const WATCH_AGAIN: Duration = Duration::from_secs(5);

/// A catalog that can be replaced while it is used.
pub(crate) struct LiveCatalog {
    built_in: Catalog,
    current: ArcSwap<Catalog>,
    version: AtomicU64,
    changed: watch::Sender<()>,
    folder: Option<PathBuf>,
}

impl LiveCatalog {
    /// The built-in definitions, and those of `folder`.
    ///
    /// # Errors
    /// The folder cannot be read. A broken file in the folder is
    /// logged and left out.
    pub(crate) fn open(folder: Option<PathBuf>) -> anyhow::Result<Self> {
        let built_in = Catalog::built_in();
        let catalog = Self {
            current: ArcSwap::from_pointee(built_in.clone()),
            built_in,
            version: AtomicU64::new(1),
            changed: watch::Sender::new(()),
            folder,
        };
        catalog.reload()?;
        Ok(catalog)
    }

    pub(crate) fn current(&self) -> Arc<Catalog> {
        self.current.load_full()
    }

    /// Changes whenever the catalog does.
    pub(crate) fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// Wakes whenever the catalog has changed.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Reads the folder again. Broken files are logged; what worked before stays.
    fn reload(&self) -> anyhow::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let (catalog, errors) = self.built_in.with_folder(read_folder(folder)?, &self.current.load());
        for error in errors {
            tracing::error!("a definition was not loaded: {error}");
        }
        self.current.store(Arc::new(catalog));
        self.version.fetch_add(1, Ordering::Release);
        self.changed.send_replace(());
        Ok(())
    }

    /// Reloads whenever a file of the folder changes, until `shutdown`.
    pub(crate) async fn watch(self: Arc<Self>, shutdown: CancellationToken) {
        let Some(folder) = self.folder.clone() else { return };
        let (changed, mut changes) = mpsc::channel(1);
        let mut watcher = None;
        loop {
            if watcher.is_none() {
                watcher = watch_folder(&folder, changed.clone());
                // What changed while nobody watched.
                let _ = changed.try_send(());
            }
            tokio::select! {
                () = shutdown.cancelled() => return,
                _ = changes.recv() => {}
            }
            tokio::time::sleep(SETTLE).await;
            let _ = changes.try_recv();
            if Arc::clone(&self).reload_aside().await && watcher.is_some() {
                continue;
            }
            // The folder is gone, or another one now.
            watcher = None;
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(WATCH_AGAIN) => {}
            }
        }
    }

    /// Reloads where waiting for a disk holds nobody up. Says whether the folder could be read.
    async fn reload_aside(self: Arc<Self>) -> bool {
        match tokio::task::spawn_blocking(move || self.reload()).await {
            Ok(Ok(())) => {
                tracing::info!("the catalog folder was read again");
                true
            }
            Ok(Err(error)) => {
                tracing::error!("the catalog folder was not read: {error:#}");
                false
            }
            Err(error) => {
                tracing::error!(%error, "reading the catalog folder ended unexpectedly");
                false
            }
        }
    }
}

fn watch_folder(folder: &Path, changed: mpsc::Sender<()>) -> Option<RecommendedWatcher> {
    let heard = move |event: notify::Result<notify::Event>| match event {
        Ok(event) if event.kind.is_access() => {}
        // A full channel already announces a reload. After an error something may have been missed.
        _ => drop(changed.try_send(())),
    };
    let watching = notify::recommended_watcher(heard).and_then(|mut watcher| {
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
        Ok(watcher)
    });
    match watching {
        Ok(watcher) => Some(watcher),
        Err(error) => {
            tracing::error!(%error, "the catalog folder is not watched; it is tried again");
            None
        }
    }
}

/// Name and text of every definition file.
///
/// # Errors
/// The folder cannot be read. A single file that cannot be read counts as empty: it is then refused as a definition and
/// stands in the way of no other.
pub(crate) fn read_folder(folder: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read the catalog folder {}", folder.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_definition_file(&name) {
            match std::fs::read(entry.path()) {
                Ok(bytes) => files.push((name, String::from_utf8_lossy(&bytes).into_owned())),
                // An empty definition is refused, and keeps what the file defined before.
                Err(error) => {
                    tracing::error!(%error, file = name, "a definition file cannot be read");
                    files.push((name, String::new()));
                }
            }
        }
    }
    Ok(files)
}
