//! Webhooks: where an environment wants to be told of changes, and the sealed secrets that sign what it is told.

use std::sync::Arc;

use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::account::read_envelope;
use crate::database::{Change, Dialect, Work};
use crate::delivery::DELIVERIES;
use crate::vault::{Envelope, Owner, Sealed, Vault};
use crate::{EnvironmentId, EventType, Listed, Page, Store, StoreError, WebhookId, row, secret_json};

/// How long a secret that was replaced signs too, so that receivers have the time to change over.
const OVERLAP: SignedDuration = SignedDuration::from_hours(24);
/// Random bytes of a secret. Standard Webhooks asks for 24 to 64.
const SECRET_BYTES: usize = 32;

/// A webhook without its secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    pub id: WebhookId,
    pub url: String,
    /// `None` = all, also those that later versions bring.
    pub events: Option<Vec<EventType>>,
    pub description: Option<String>,
    /// Since when nothing is sent to it.
    pub disabled_at: Option<Timestamp>,
    /// Why, if it was not its owner who disabled it.
    pub disabled_reason: Option<String>,
    /// Until when the secret before the present one signs too.
    pub previous_secret_until: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What a webhook is to be.
#[derive(Debug, Clone)]
pub struct NewWebhook {
    pub url: String,
    pub events: Option<Vec<EventType>>,
    pub description: Option<String>,
}

/// What to change in a webhook; `None` leaves a thing as it is, `Some(None)` clears it.
#[derive(Debug, Clone, Default)]
pub struct WebhookChange {
    pub url: Option<String>,
    pub events: Option<Option<Vec<EventType>>>,
    pub description: Option<Option<String>>,
    pub enabled: Option<bool>,
}

/// What is needed to send something to a webhook. Holds secrets, and so cannot be printed.
pub struct Signing {
    pub webhook: Webhook,
    /// Each of them signs. The first is the present one.
    pub secrets: Vec<SecretString>,
}

/// The webhooks of a [`Store`].
pub struct Webhooks<'a> {
    store: &'a Store,
}

/// As they are sealed.
#[derive(Deserialize, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Secrets {
    present: String,
    previous: Option<String>,
}

/// [`Secrets`] on their way to be sealed.
#[derive(Serialize)]
struct Plain<'s> {
    present: &'s str,
    previous: Option<&'s str>,
}

/// In the order that [`read`] expects.
macro_rules! columns {
    () => {
        "id, url, events, description, disabled_at, disabled_reason, previous_until, created_at, updated_at"
    };
}

impl<'a> Webhooks<'a> {
    pub(crate) fn new(store: &'a Store) -> Webhooks<'a> {
        Webhooks { store }
    }

    /// Makes a webhook and its secret, which nobody can read again.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the environment does not exist or has `most` webhooks already.
    pub async fn create(
        &self,
        environment: EnvironmentId,
        new: NewWebhook,
        most: u32,
        now: Timestamp,
    ) -> Result<(Webhook, SecretString), StoreError> {
        let webhook = Webhook {
            id: WebhookId::new(now),
            url: new.url,
            events: new.events,
            description: new.description,
            disabled_at: None,
            disabled_reason: None,
            previous_secret_until: None,
            created_at: row::cut(now),
            updated_at: row::cut(now),
        };
        check(&webhook)?;
        let secrets = Secrets { present: new_secret()?, previous: None };
        let shown = SecretString::from(secrets.present.as_str());
        let (vault, made) = (Arc::clone(&self.store.vault), webhook.clone());
        let write = self.store.database.write(move |change| -> Work<'_, ()> {
            Box::pin(async move {
                lock_environment(change, environment).await?;
                let count = sqlx::query("SELECT COUNT(*) FROM webhook WHERE environment_id = $1").bind(environment.to_string());
                let count: i64 = change.fetch_optional(count).await?.map(|row| row.try_get(0)).transpose()?.unwrap_or(0);
                if count >= i64::from(most) {
                    return Err(StoreError::conflict(format!("the environment has {count} webhooks, and {most} is the most; delete one")));
                }
                let sealed = seal(change, &vault, environment, webhook.id, &secrets).await?;
                let insert = sqlx::query(
                    "INSERT INTO webhook (environment_id, id, url, events, description, key_generation, data_key, sealed, created_at, \
                     updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
                )
                .bind(environment.to_string())
                .bind(webhook.id.to_string())
                .bind(webhook.url)
                .bind(webhook.events.as_deref().map(events_text))
                .bind(webhook.description)
                .bind(sealed.generation)
                .bind(sealed.data_key)
                .bind(sealed.sealed)
                .bind(now.as_millisecond());
                change.execute(insert).await.map(drop)
            })
        });
        write.await?;
        Ok((made, shown))
    }

    pub async fn get(&self, environment: EnvironmentId, id: WebhookId) -> Result<Option<Webhook>, StoreError> {
        let select = sqlx::query(concat!("SELECT ", columns!(), " FROM webhook WHERE environment_id = $1 AND id = $2"))
            .bind(environment.to_string())
            .bind(id.to_string());
        self.store.database.fetch_optional(select).await?.as_ref().map(read).transpose()
    }

    /// One page of an environment's webhooks, newest first.
    pub async fn list(&self, environment: EnvironmentId, page: Page) -> Result<Listed<Webhook>, StoreError> {
        let select =
            sqlx::query(concat!("SELECT ", columns!(), " FROM webhook WHERE environment_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"))
                .bind(environment.to_string())
                .bind(page.before(|uuid| format!("wh_{}", uuid.simple())))
                .bind(page.rows_to_read());
        let rows = self.store.database.fetch_all(select).await?;
        let webhooks = rows.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Listed::from_rows(webhooks, page, |webhook: &Webhook| webhook.id.uuid()))
    }

    /// Changes a webhook and returns it as it is then; `None` if the environment has no such webhook.
    pub async fn update(
        &self,
        environment: EnvironmentId,
        id: WebhookId,
        change: WebhookChange,
        now: Timestamp,
    ) -> Result<Option<Webhook>, StoreError> {
        let write = self.store.database.write(move |transaction| -> Work<'_, Option<Webhook>> {
            Box::pin(async move {
                // What was waiting may have become possible.
                transaction.touch(DELIVERIES);
                let Some((mut webhook, _)) = locked(transaction, environment, id).await? else { return Ok(None) };
                change.apply(&mut webhook, now);
                check(&webhook)?;
                let update = sqlx::query(
                    "UPDATE webhook SET url = $3, events = $4, description = $5, disabled_at = $6, disabled_reason = $7, updated_at = $8 \
                     WHERE environment_id = $1 AND id = $2",
                )
                .bind(environment.to_string())
                .bind(id.to_string())
                .bind(webhook.url.clone())
                .bind(webhook.events.as_deref().map(events_text))
                .bind(webhook.description.clone())
                .bind(webhook.disabled_at.map(Timestamp::as_millisecond))
                .bind(webhook.disabled_reason.clone())
                .bind(webhook.updated_at.as_millisecond());
                transaction.execute(update).await?;
                Ok(Some(webhook))
            })
        });
        write.await
    }

    /// Gives a webhook a new secret, which nobody can read again. The one before signs too for a day, unless it is unreadable.
    pub async fn rotate_secret(
        &self,
        environment: EnvironmentId,
        id: WebhookId,
        now: Timestamp,
    ) -> Result<Option<(Webhook, SecretString)>, StoreError> {
        let present = new_secret()?;
        let store = self.store.clone();
        // The master key may be on its way to another generation.
        store.vault.renew(&store.database).await?;
        let write = self.store.database.write(move |change| -> Work<'_, Option<(Webhook, SecretString)>> {
            Box::pin(async move {
                let Some((mut webhook, envelope)) = locked(change, environment, id).await? else { return Ok(None) };
                let previous = match opened(&store, environment, id, &envelope) {
                    Ok(mut before) => Some(std::mem::take(&mut before.present)),
                    // Lost; whoever asks for a new secret wants the webhook to work again.
                    Err(StoreError::Unreadable(_)) => None,
                    Err(error) => return Err(error),
                };
                let shown = SecretString::from(present.as_str());
                let until = previous.as_ref().map(|_| row::cut(now.checked_add(OVERLAP).unwrap_or(Timestamp::MAX)));
                let secrets = Secrets { present, previous };
                let sealed = seal(change, &store.vault, environment, id, &secrets).await?;
                let update = sqlx::query(
                    "UPDATE webhook SET key_generation = $3, data_key = $4, sealed = $5, previous_until = $6, updated_at = $7 \
                     WHERE environment_id = $1 AND id = $2",
                )
                .bind(environment.to_string())
                .bind(id.to_string())
                .bind(sealed.generation)
                .bind(sealed.data_key)
                .bind(sealed.sealed)
                .bind(until.map(Timestamp::as_millisecond))
                .bind(now.as_millisecond());
                change.execute(update).await?;
                webhook.previous_secret_until = until;
                webhook.updated_at = row::cut(now);
                Ok(Some((webhook, shown)))
            })
        });
        write.await
    }

    /// A webhook with the secrets that sign at this moment, unsealed.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] if what is sealed was changed, or belongs to another webhook.
    pub async fn signing(&self, environment: EnvironmentId, id: WebhookId, now: Timestamp) -> Result<Option<Signing>, StoreError> {
        let Some((mut webhook, mut envelope)) = self.sealed(environment, id).await? else { return Ok(None) };
        if !self.store.vault.knows(&envelope) {
            // The master key is being replaced, as for the credentials of accounts.
            self.store.vault.renew(&self.store.database).await?;
            match self.sealed(environment, id).await? {
                Some(present) => (webhook, envelope) = present,
                None => return Ok(None),
            }
        }
        let mut secrets = opened(self.store, environment, id, &envelope)?;
        let previous = secrets.previous.take().filter(|_| webhook.previous_secret_until.is_some_and(|until| now < until));
        let secrets = [Some(std::mem::take(&mut secrets.present)), previous].into_iter().flatten().map(SecretString::from).collect();
        Ok(Some(Signing { webhook, secrets }))
    }

    /// Deletes a webhook with all that was to be sent to it. `false` if the environment has no such webhook.
    pub async fn delete(&self, environment: EnvironmentId, id: WebhookId) -> Result<bool, StoreError> {
        let delete =
            sqlx::query("DELETE FROM webhook WHERE environment_id = $1 AND id = $2").bind(environment.to_string()).bind(id.to_string());
        let deleted = self.store.database.write(move |change| -> Work<'_, u64> { Box::pin(change.execute(delete)) });
        let is_deleted = deleted.await? > 0;
        if is_deleted {
            self.store.database.empty_log().await;
        }
        Ok(is_deleted)
    }

    async fn sealed(&self, environment: EnvironmentId, id: WebhookId) -> Result<Option<(Webhook, Envelope)>, StoreError> {
        let select = sqlx::query(SEALED).bind(environment.to_string()).bind(id.to_string());
        let row = self.store.database.fetch_optional(select).await?;
        row.map(|row| Ok((read(&row)?, read_envelope(&row, 9)?))).transpose()
    }
}

impl WebhookChange {
    fn apply(self, webhook: &mut Webhook, now: Timestamp) {
        if let Some(url) = self.url {
            webhook.url = url;
        }
        if let Some(events) = self.events {
            webhook.events = events;
        }
        if let Some(description) = self.description {
            webhook.description = description;
        }
        match self.enabled {
            Some(true) => (webhook.disabled_at, webhook.disabled_reason) = (None, None),
            Some(false) if webhook.disabled_at.is_none() => webhook.disabled_at = Some(row::cut(now)),
            _ => {}
        }
        webhook.updated_at = row::cut(now);
    }
}

const SEALED: &str = concat!(
    "SELECT ",
    columns!(),
    ", key_generation, data_key, sealed, (SELECT COUNT(*) FROM key_generation WHERE number = 1) \
     FROM webhook WHERE environment_id = $1 AND id = $2"
);

/// Reads a webhook that nobody else can change before the transaction ends.
async fn locked(change: &mut Change<'_>, environment: EnvironmentId, id: WebhookId) -> Result<Option<(Webhook, Envelope)>, StoreError> {
    let lock = match change.dialect() {
        Dialect::Sqlite => "",
        Dialect::Postgres => " FOR NO KEY UPDATE",
    };
    // Made of constants only; the values are bound.
    let select = sqlx::query(AssertSqlSafe(format!("{SEALED}{lock}"))).bind(environment.to_string()).bind(id.to_string());
    let row = change.fetch_optional(select).await?;
    row.map(|row| Ok((read(&row)?, read_envelope(&row, 9)?))).transpose()
}

/// Two who make webhooks at once are to see each other's.
async fn lock_environment(change: &mut Change<'_>, environment: EnvironmentId) -> Result<(), StoreError> {
    if change.dialect() == Dialect::Postgres {
        let lock = sqlx::query("SELECT id FROM environment WHERE id = $1 FOR NO KEY UPDATE").bind(environment.to_string());
        change.fetch_optional(lock).await?;
    }
    Ok(())
}

async fn seal(
    change: &mut Change<'_>,
    vault: &Vault,
    environment: EnvironmentId,
    id: WebhookId,
    secrets: &Secrets,
) -> Result<Sealed, StoreError> {
    let plain = secret_json(&Plain { present: &secrets.present, previous: secrets.previous.as_deref() })?;
    vault.seal(change, Owner::Webhook(environment, id), &plain).await
}

fn opened(store: &Store, environment: EnvironmentId, id: WebhookId, envelope: &Envelope) -> Result<Secrets, StoreError> {
    let plain = store.vault.open_envelope(&store.keys, Owner::Webhook(environment, id), envelope)?;
    row::from_json(&plain)
}

/// In the form of Standard Webhooks: `whsec_` and base64.
fn new_secret() -> Result<String, StoreError> {
    let mut bytes = Zeroizing::new([0; SECRET_BYTES]);
    rand::fill(&mut *bytes).map_err(|_| StoreError::unavailable("the operating system gives no random bytes"))?;
    let text = Zeroizing::new(STANDARD.encode(*bytes));
    Ok(format!("whsec_{}", *text))
}

fn events_text(events: &[EventType]) -> String {
    let names: Vec<&str> = events.iter().map(|event| event.as_str()).collect();
    format!(" {} ", names.join(" "))
}

fn read(row: &AnyRow) -> Result<Webhook, StoreError> {
    let events: Option<String> = row.try_get(2)?;
    // A type that only a newer version knows is left out.
    let events = events.map(|text| text.split_whitespace().filter_map(EventType::from_text).collect());
    Ok(Webhook {
        id: row::id(row, 0)?,
        url: row.try_get(1)?,
        events,
        description: row.try_get(3)?,
        disabled_at: row::optional_time(row, 4)?,
        disabled_reason: row.try_get(5)?,
        previous_secret_until: row::optional_time(row, 6)?,
        created_at: row::time(row, 7)?,
        updated_at: row::time(row, 8)?,
    })
}

fn check(webhook: &Webhook) -> Result<(), StoreError> {
    row::check_text("`url`", &webhook.url)?;
    row::check_text("`description`", webhook.description.as_deref().unwrap_or_default())
}
