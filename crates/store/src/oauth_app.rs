//! OAuth apps: the client that a vendor has registered for an environment, and its sealed secret.

use std::sync::Arc;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::account::read_envelope;
use crate::database::Work;
use crate::vault::{Envelope, Owner, Sealed};
use crate::{EnvironmentId, Store, StoreError, row};

/// An app without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuthApp {
    /// Name of the integration's definition.
    pub integration: String,
    /// Which of the definition's ways to authenticate the app is for; an environment has one app for each.
    pub authentication_method: String,
    pub client_id: String,
    pub updated_at: Timestamp,
}

/// What an app is to be. Holds a secret, and so cannot be printed.
pub struct NewOAuthApp {
    pub integration: String,
    pub authentication_method: String,
    pub client_id: String,
    /// `None` keeps the one that is stored.
    pub client_secret: Option<SecretString>,
}

/// The OAuth apps of a [`Store`].
pub struct OAuthApps<'a> {
    store: &'a Store,
}

/// In the order that [`read`] expects.
macro_rules! columns {
    () => {
        "integration, authentication_method, client_id, updated_at"
    };
}

impl<'a> OAuthApps<'a> {
    pub(crate) fn new(store: &'a Store) -> OAuthApps<'a> {
        OAuthApps { store }
    }

    /// Makes or replaces an environment's app. Its secret is sealed before it leaves this function.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] without a secret where none is stored, [`StoreError::Conflict`] if the environment does not exist.
    pub async fn save(&self, environment: EnvironmentId, new: NewOAuthApp, now: Timestamp) -> Result<OAuthApp, StoreError> {
        let NewOAuthApp { integration, authentication_method, client_id, client_secret } = new;
        let app = OAuthApp { integration, authentication_method, client_id, updated_at: row::cut(now) };
        row::check_text("`integration`", &app.integration)?;
        row::check_text("`authentication_method`", &app.authentication_method)?;
        row::check_text("`client_id`", &app.client_id)?;
        let (vault, saved) = (Arc::clone(&self.store.vault), app.clone());
        let write = self.store.database.write(move |change| -> Work<'_, ()> {
            Box::pin(async move {
                change.touch(environment.uuid());
                let Some(secret) = client_secret else {
                    let update = sqlx::query(
                        "UPDATE oauth_app SET client_id = $4, updated_at = $5 \
                         WHERE environment_id = $1 AND integration = $2 AND authentication_method = $3",
                    )
                    .bind(environment.to_string())
                    .bind(app.integration)
                    .bind(app.authentication_method)
                    .bind(app.client_id)
                    .bind(now.as_millisecond());
                    return match change.execute(update).await? {
                        0 => Err(StoreError::invalid("`client_secret` is missing, and there is none stored; give it")),
                        _ => Ok(()),
                    };
                };
                let owner = Owner::App(environment, &app.integration, &app.authentication_method);
                let Sealed { generation, data_key, sealed } = vault.seal(change, owner, secret.expose_secret().as_bytes()).await?;
                let save = sqlx::query(
                    "INSERT INTO oauth_app (environment_id, integration, authentication_method, client_id, key_generation, data_key, \
                     sealed, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (environment_id, integration, authentication_method) DO UPDATE SET \
                     client_id = excluded.client_id, \
                     key_generation = excluded.key_generation, data_key = excluded.data_key, sealed = excluded.sealed, \
                     updated_at = excluded.updated_at",
                )
                .bind(environment.to_string())
                .bind(app.integration)
                .bind(app.authentication_method)
                .bind(app.client_id)
                .bind(generation)
                .bind(data_key)
                .bind(sealed)
                .bind(now.as_millisecond());
                change.execute(save).await?;
                Ok(())
            })
        });
        write.await?;
        Ok(saved)
    }

    pub async fn get(&self, environment: EnvironmentId, integration: &str, method: &str) -> Result<Option<OAuthApp>, StoreError> {
        let select = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM oauth_app WHERE environment_id = $1 AND integration = $2 AND authentication_method = $3"
        ))
        .bind(environment.to_string())
        .bind(integration.to_owned())
        .bind(method.to_owned());
        self.store.database.fetch_optional(select).await?.as_ref().map(read).transpose()
    }

    /// All apps of an environment.
    pub async fn list(&self, environment: EnvironmentId) -> Result<Vec<OAuthApp>, StoreError> {
        let select = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM oauth_app WHERE environment_id = $1 ORDER BY integration, authentication_method"
        ))
        .bind(environment.to_string());
        self.store.database.fetch_all(select).await?.iter().map(read).collect()
    }

    /// An app with its secret, unsealed.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] if the sealed secret was changed, or belongs to another app; [`StoreError::WrongKey`] as for
    /// credentials.
    pub async fn with_secret(
        &self,
        environment: EnvironmentId,
        integration: &str,
        method: &str,
    ) -> Result<Option<(OAuthApp, SecretString)>, StoreError> {
        let Some((mut app, mut envelope)) = self.sealed(environment, integration, method).await? else { return Ok(None) };
        if !self.store.vault.knows(&envelope) {
            // The master key is being replaced, as for the credentials of accounts.
            self.store.vault.renew(&self.store.database).await?;
            match self.sealed(environment, integration, method).await? {
                Some(present) => (app, envelope) = present,
                None => return Ok(None),
            }
        }
        let plain = self.store.vault.open_envelope(&self.store.keys, Owner::App(environment, integration, method), &envelope)?;
        let secret = std::str::from_utf8(&plain).map_err(|_| StoreError::unreadable("a client secret is no text"))?;
        Ok(Some((app, SecretString::from(secret))))
    }

    /// `false` if the environment has no such app.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] while accounts are connected through it: their tokens could not be refreshed any more.
    pub async fn delete(&self, environment: EnvironmentId, integration: &str, method: &str) -> Result<bool, StoreError> {
        let of = [environment.to_string(), integration.to_owned(), method.to_owned()];
        let deleted = self.store.database.write(move |change| -> Work<'_, u64> {
            Box::pin(async move {
                change.touch(environment.uuid());
                let [environment, integration, method] = of.clone();
                let delete =
                    sqlx::query("DELETE FROM oauth_app WHERE environment_id = $1 AND integration = $2 AND authentication_method = $3")
                        .bind(environment)
                        .bind(integration)
                        .bind(method);
                let deleted = change.execute(delete).await?;
                let [environment, integration, method] = of;
                let count = sqlx::query(
                    "SELECT COUNT(*) FROM integrated_account WHERE environment_id = $1 AND integration = $2 AND authentication_method = $3",
                )
                .bind(environment)
                .bind(integration)
                .bind(method);
                let users: i64 = change.fetch_optional(count).await?.map_or(Ok(0), |row| row.try_get(0))?;
                if deleted > 0 && users > 0 {
                    let (accounts, them) = if users == 1 { ("1 account", "it") } else { (&*format!("{users} accounts"), "them") };
                    return Err(StoreError::conflict(format!(
                        "{accounts} of your environment need this app to refresh; delete {them} first"
                    )));
                }
                Ok(deleted)
            })
        });
        let is_deleted = deleted.await? > 0;
        if is_deleted {
            self.store.database.empty_log().await;
        }
        Ok(is_deleted)
    }

    async fn sealed(
        &self,
        environment: EnvironmentId,
        integration: &str,
        method: &str,
    ) -> Result<Option<(OAuthApp, Envelope)>, StoreError> {
        let select = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            ", key_generation, data_key, sealed, (SELECT COUNT(*) FROM key_generation WHERE number = 1) \
             FROM oauth_app WHERE environment_id = $1 AND integration = $2 AND authentication_method = $3"
        ))
        .bind(environment.to_string())
        .bind(integration.to_owned())
        .bind(method.to_owned());
        let row = self.store.database.fetch_optional(select).await?;
        row.map(|row| Ok((read(&row)?, read_envelope(&row, 4)?))).transpose()
    }
}

fn read(row: &AnyRow) -> Result<OAuthApp, StoreError> {
    Ok(OAuthApp {
        integration: row.try_get(0)?,
        authentication_method: row.try_get(1)?,
        client_id: row.try_get(2)?,
        updated_at: row::time(row, 3)?,
    })
}
