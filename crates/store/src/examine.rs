//! A look at a database that changes nothing in it.

use std::sync::Arc;

use crate::database::Database;
use crate::generations::Generations;
use crate::{MasterKey, StoreError, migrations, sqlite, vault};

/// The version from which on master keys seal the keys of generations.
const WITH_GENERATIONS: usize = 2;

/// What a database is found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Examined {
    /// There is none, or nothing in it: the first start fills it.
    New,
    /// Its schema is of an older Tidegate; the next start, or `tidegate migrate`, brings it up to date.
    Older { version: usize, newest: usize },
    /// As this Tidegate uses it. While there are older generations of keys, an older master key opens it too.
    Current { version: usize, older_generations: usize },
}

/// Looks at the database at `url`, and whether `key` opens it. Creates and migrates nothing; may be called while servers
/// use it.
///
/// # Errors
/// As for [`Store::open`](crate::Store::open).
pub async fn examine(url: &str, key: &MasterKey) -> Result<Examined, StoreError> {
    if url.starts_with("sqlite:") && !sqlite::path(url)?.exists() {
        return Ok(Examined::New);
    }
    let database = Database::connect(url, Arc::new(Generations::new())).await?;
    let examined = look(&database, key).await;
    database.close().await;
    examined
}

/// Whether `key` opens the database before it is migrated; one at the newest version is not asked.
pub(crate) async fn check_key(database: &Database, key: &MasterKey) -> Result<(), StoreError> {
    if migrations::present_version(database).await? < migrations::newest() {
        look(database, key).await?;
    }
    Ok(())
}

async fn look(database: &Database, key: &MasterKey) -> Result<Examined, StoreError> {
    let version = migrations::present_version(database).await?;
    if version == 0 {
        return Ok(Examined::New);
    }
    // First, because it goes with the transaction that makes the first generation.
    let first = vault::first_root_key(database).await?;
    let rows = if version >= WITH_GENERATIONS { vault::generations(database).await? } else { Vec::new() };
    if let Some(sealed) = &first {
        vault::open_first_root_key(key, sealed)?;
    }
    if !rows.is_empty() {
        vault::opened_by(key, &rows)?.ok_or(StoreError::WrongKey)?;
    } else if first.is_none() && database.fetch_optional(sqlx::query(vault::FILLED)).await?.is_some() {
        return Err(vault::no_keys());
    }
    let older_generations = rows.len().saturating_sub(1);
    let newest = migrations::newest();
    Ok(if version < newest { Examined::Older { version, newest } } else { Examined::Current { version, older_generations } })
}

#[cfg(test)]
mod tests {
    use super::{Examined, examine};
    use crate::{MasterKey, Store, StoreError};

    #[tokio::test]
    async fn looking_at_a_database_leaves_it_as_it_is() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("data/t.db");
        let url = format!("sqlite://{}", path.display());
        let [key, other] = [(); 2].map(|()| MasterKey::generate().unwrap());
        assert_eq!(examine(&url, &key).await.unwrap(), Examined::New);
        assert!(!path.parent().unwrap().exists());
        let store = Store::open(&url, &key).await.unwrap();
        assert!(matches!(examine(&url, &key).await.unwrap(), Examined::Current { .. }));
        assert!(matches!(examine(&url, &other).await, Err(StoreError::WrongKey)));
        store.close().await;
    }
}
