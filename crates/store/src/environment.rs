//! Environments: isolated workspaces. Everything else belongs to exactly one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
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

/// What holds for everything in an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EnvironmentSettings {
    /// Whose environment it is, for people who connect accounts, e.g. `Acme`.
    pub display_name: Option<String>,
    /// Origins whose pages may show link pages in a frame, e.g. `https://app.example.com`.
    pub frame_ancestors: Vec<String>,
    /// Whether an agent is given the link with which a person reconnects an account.
    pub agent_reconnect_links: bool,
}

impl Default for EnvironmentSettings {
    fn default() -> EnvironmentSettings {
        EnvironmentSettings { display_name: None, frame_ancestors: Vec::new(), agent_reconnect_links: true }
    }
}

/// What to change in them; `None` leaves a thing as it is.
#[derive(Debug, Clone, Default)]
pub struct SettingsChange {
    pub display_name: Option<Option<String>>,
    pub frame_ancestors: Option<Vec<String>>,
    pub agent_reconnect_links: Option<bool>,
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

    /// An environment's settings; those of one that is gone are the usual ones.
    pub async fn settings(&self, id: EnvironmentId) -> Result<EnvironmentSettings, StoreError> {
        let select = sqlx::query("SELECT settings FROM environment WHERE id = $1").bind(id.to_string());
        let row = self.store.database.fetch_optional(select).await?;
        Ok(row.map(|row| row::json(&row, 0)).transpose()?.unwrap_or_default())
    }

    /// Changes settings and returns an environment's as they are then.
    pub async fn change_settings(&self, id: EnvironmentId, new: SettingsChange) -> Result<EnvironmentSettings, StoreError> {
        let write = self.store.database.write(move |change| -> Work<'_, EnvironmentSettings> {
            Box::pin(async move {
                change.touch(id.uuid());
                // Takes the row's lock before it is read.
                let claim = sqlx::query("UPDATE environment SET settings = settings WHERE id = $1 RETURNING settings").bind(id.to_string());
                let row = change.fetch_optional(claim).await?.ok_or_else(|| StoreError::conflict("the environment was deleted"))?;
                let mut settings: EnvironmentSettings = row::json(&row, 0)?;
                if let Some(name) = new.display_name {
                    settings.display_name = name;
                }
                if let Some(origins) = new.frame_ancestors {
                    settings.frame_ancestors = origins;
                }
                if let Some(are_given) = new.agent_reconnect_links {
                    settings.agent_reconnect_links = are_given;
                }
                let save =
                    sqlx::query("UPDATE environment SET settings = $2 WHERE id = $1").bind(id.to_string()).bind(row::to_json(&settings)?);
                change.execute(save).await?;
                Ok(settings)
            })
        });
        write.await
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
