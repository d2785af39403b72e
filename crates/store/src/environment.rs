//! Environments: isolated workspaces. Everything else belongs to exactly one.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::database::Work;
use crate::{EnvironmentId, Store, StoreError, row};

/// One workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    pub id: EnvironmentId,
    /// Unique.
    pub name: String,
    pub created_at: Timestamp,
}

/// The environments of a [`Store`].
pub struct Environments<'a> {
    store: &'a Store,
}

impl<'a> Environments<'a> {
    pub(crate) fn new(store: &'a Store) -> Environments<'a> {
        Environments { store }
    }

    /// # Errors
    /// [`StoreError::Conflict`] if there is one of this name.
    pub async fn create(&self, name: &str, now: Timestamp) -> Result<Environment, StoreError> {
        let environment = Environment { id: EnvironmentId::new(now), name: name.to_owned(), created_at: row::cut(now) };
        let insert = sqlx::query("INSERT INTO environment (id, name, created_at) VALUES ($1, $2, $3)")
            .bind(environment.id.to_string())
            .bind(environment.name.clone())
            .bind(environment.created_at.as_millisecond());
        self.store.database.write(move |change| -> Work<'_, u64> { Box::pin(change.execute(insert)) }).await?;
        Ok(environment)
    }

    /// The oldest one. On an empty database one of this name is made, and of processes that ask at once all get the same.
    pub async fn ensure(&self, name: &str, now: Timestamp) -> Result<Environment, StoreError> {
        if let Some(environment) = self.first().await? {
            return Ok(environment);
        }
        let insert = sqlx::query("INSERT INTO environment (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING")
            .bind(EnvironmentId::new(now).to_string())
            .bind(name.to_owned())
            .bind(row::cut(now).as_millisecond());
        self.store.database.write(move |change| -> Work<'_, u64> { Box::pin(change.execute(insert)) }).await?;
        // Read again: another process may have been first.
        self.first().await?.ok_or_else(|| StoreError::conflict("the environment was deleted at the same moment; start again"))
    }

    /// The oldest one, or `None` on an empty database.
    pub async fn first(&self) -> Result<Option<Environment>, StoreError> {
        let select = sqlx::query("SELECT id, name, created_at FROM environment ORDER BY id LIMIT 1");
        self.store.database.fetch_optional(select).await?.as_ref().map(read).transpose()
    }
}

fn read(row: &AnyRow) -> Result<Environment, StoreError> {
    Ok(Environment { id: row::id(row, 0)?, name: row.try_get(1)?, created_at: row::time(row, 2)? })
}
