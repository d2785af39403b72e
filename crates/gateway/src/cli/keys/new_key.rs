//! The new master key of a rotation, and the file it is put into.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use secrecy::{ExposeSecret, SecretString};
use store::{KeyRotation, KeyState, MasterKey};

use crate::config::{holds, read_key, read_or_make, sync_folder, write_in_place};
use crate::hint::hinted;

/// What is added to the name of a key file for the key that is going to take its place.
const MADE: &str = ".new";

/// The new master key, and where it is kept.
pub(super) struct NewKey {
    pub(super) key: MasterKey,
    file: Option<PathBuf>,
    /// The file beside the database whose place it takes.
    replaces: Option<PathBuf>,
}

store::lacks!(NewKey: std::fmt::Debug, std::fmt::Display, serde::Serialize, Clone);

/// Where the keys are after a rotation, as far as they are in files.
#[derive(Debug, Default)]
pub(super) struct Settled {
    pub(super) new: Option<PathBuf>,
    pub(super) old: Option<PathBuf>,
}

/// Keeps other rotations away from the key file beside a database, as long as what is returned lives.
///
/// # Errors
/// Another one is under way, or ended since the key was read.
pub(super) fn alone(own: &Path, present: &MasterKey) -> anyhow::Result<File> {
    let path = beside(own, ".rotate.lock");
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(&path);
    let file = file.with_context(|| format!("cannot open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) if holds(own, present) => Ok(file),
        Ok(()) => Err(overtaken()),
        Err(TryLockError::WouldBlock) => Err(hinted(
            anyhow!("another `tidegate keys rotate` is under way on this database"),
            "wait for its end; `tidegate keys show` says how far it is",
        )),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
    }
}

impl NewKey {
    /// The key that was given, or one beside the key file of a SQLite database. `None` where there is no place for one, and where
    /// an unfinished rotation has its key already.
    pub(super) fn find(
        file: Option<PathBuf>,
        given: Option<SecretString>,
        own: Option<&Path>,
        present: &MasterKey,
        state: KeyState,
    ) -> anyhow::Result<Option<NewKey>> {
        if let Some(key) = given {
            if own.is_some() {
                bail!("the master key of this database is in a file beside it; give the new one with --new-master-key-file, or give none");
            }
            let key = MasterKey::from_base64(key.expose_secret()).context("the new master key is unusable")?;
            return Ok(Some(NewKey { key, file: None, replaces: None }));
        }
        let made = own.map(|own| beside(own, MADE));
        if let Some(made) = made.as_deref().filter(|made| state.older == 0 && holds(made, present)) {
            // A crash left it after it had taken its place, and the older key was retired since.
            removed(made).with_context(|| format!("cannot remove {}", made.display()))?;
        }
        let made = made.filter(|made| state.older == 0 || made.exists());
        let Some(file) = file.or(made) else { return Ok(None) };
        Ok(Some(NewKey { key: read_or_make(&file)?, file: Some(file), replaces: own.map(Path::to_owned) }))
    }

    /// Puts the new key where servers look for it, if that is a file of ours; the old one is kept beside it, for backups.
    ///
    /// # Errors
    /// There is a newer key than this one: nothing is written then.
    pub(super) async fn settled(&self, rotation: &KeyRotation<'_>, generation: i64) -> anyhow::Result<Settled> {
        if !rotation.is_newest(&self.key).await? {
            return Err(overtaken());
        }
        let (Some(file), Some(place)) = (&self.file, &self.replaces) else {
            return Ok(Settled { new: self.file.clone(), old: None });
        };
        let exchange = || -> anyhow::Result<Option<PathBuf>> {
            let old = if holds(place, &self.key) {
                sync_folder(place)?;
                None
            } else {
                let old = kept(place, generation - 1)?;
                // One step: at no moment is there no key, and both open the database.
                write_in_place(place, &self.key)?;
                Some(old)
            };
            if *file == beside(place, MADE) {
                removed(file)?;
            }
            Ok(old)
        };
        let old =
            exchange().with_context(|| format!("the new master key in {} cannot take the place of {}", file.display(), place.display()))?;
        Ok(Settled { new: Some(place.clone()), old })
    }
}

fn overtaken() -> anyhow::Error {
    hinted(
        anyhow!("another rotation overtook this one"),
        "run `tidegate keys show`, with the master key of the other one if this one's does not fit any more",
    )
}

/// Gives a key file a second name that lasts. One that some backup needs is never overwritten.
fn kept(place: &Path, generation: i64) -> anyhow::Result<PathBuf> {
    let present = read_key(place)?;
    let mut ending = format!(".old-{generation}");
    let mut copies = 1;
    loop {
        let old = beside(place, &ending);
        match fs::hard_link(place, &old) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists && !holds(&old, &present) => {
                copies += 1;
                ending = format!(".old-{generation}-{copies}");
            }
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error.into()),
            _ => {
                sync_folder(place)?;
                return Ok(old);
            }
        }
    }
}

fn removed(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use store::{MasterKey, Store};
    use tempfile::TempDir;

    use super::{NewKey, alone, beside};
    use crate::config::{holds, write_in_place};

    fn key_file(folder: &TempDir, key: &MasterKey) -> std::path::PathBuf {
        let place = folder.path().join("master.key");
        write_in_place(&place, key).unwrap();
        place
    }

    async fn opened(folder: &TempDir, key: &MasterKey) -> Store {
        Store::open(&format!("sqlite://{}/tidegate.db", folder.path().display()), key).await.unwrap()
    }

    #[tokio::test]
    async fn a_rotation_that_was_overtaken_leaves_the_key_file_alone() {
        let (folder, first, other) = (TempDir::new().unwrap(), MasterKey::generate().unwrap(), MasterKey::generate().unwrap());
        let (place, store) = (key_file(&folder, &first), opened(&folder, &first).await);
        let rotation = store.key_rotation();
        let own = NewKey::find(None, None, Some(&place), &first, rotation.state().await.unwrap()).unwrap().unwrap();
        rotation.begin(&own.key).await.unwrap();
        rotation.begin(&other).await.unwrap();
        let refused = own.settled(&rotation, 3).await.unwrap_err();
        assert!(format!("{refused:#}").contains("another rotation overtook this one"), "{refused:#}");
        assert!(holds(&place, &first));
    }

    #[tokio::test]
    async fn a_copy_of_another_old_key_is_never_taken_for_this_one() {
        let (folder, first, other) = (TempDir::new().unwrap(), MasterKey::generate().unwrap(), MasterKey::generate().unwrap());
        let (place, store) = (key_file(&folder, &first), opened(&folder, &first).await);
        let earlier = beside(&place, ".old-1");
        write_in_place(&earlier, &other).unwrap();
        let rotation = store.key_rotation();
        let new = NewKey::find(None, None, Some(&place), &first, rotation.state().await.unwrap()).unwrap().unwrap();
        rotation.begin(&new.key).await.unwrap();
        let settled = new.settled(&rotation, 2).await.unwrap();
        assert_eq!(settled.old, Some(beside(&place, ".old-1-2")));
        assert!(holds(&earlier, &other) && holds(&beside(&place, ".old-1-2"), &first) && holds(&place, &new.key));

        // As after a crash before the last step: nothing is copied twice, and the file that is gone is not missed.
        let again = new.settled(&rotation, 2).await.unwrap();
        assert_eq!((again.old, again.new), (None, Some(place)));
    }

    #[tokio::test]
    async fn a_made_key_that_has_taken_its_place_already_is_not_the_next_one() {
        let (folder, first) = (TempDir::new().unwrap(), MasterKey::generate().unwrap());
        let (place, store) = (key_file(&folder, &first), opened(&folder, &first).await);
        fs::copy(&place, beside(&place, ".new")).unwrap();
        let state = store.key_rotation().state().await.unwrap();
        let new = NewKey::find(None, None, Some(&place), &first, state).unwrap().unwrap();
        assert!(!holds(&place, &new.key) && holds(&beside(&place, ".new"), &new.key));
    }

    #[test]
    fn one_rotation_at_a_time_has_a_key_file() {
        let (folder, first) = (TempDir::new().unwrap(), MasterKey::generate().unwrap());
        let place = key_file(&folder, &first);
        let held = alone(&place, &first).unwrap();
        assert!(format!("{:#}", alone(&place, &first).unwrap_err()).contains("under way"));
        drop(held);
        write_in_place(&place, &MasterKey::generate().unwrap()).unwrap();
        assert!(format!("{:#}", alone(&place, &first).unwrap_err()).contains("overtook"));
    }
}
