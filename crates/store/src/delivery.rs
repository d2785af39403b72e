//! Events on their way to webhooks, and the log of what became of them.
//!
//! An event is queued in the transaction that brings it about, once for each webhook that wants it, so that neither is without the other.
//! Sending is in `sending.rs`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

use crate::database::{Change, Dialect, Work};
use crate::event::{Content, Event};
use crate::{Account, AccountStatus, EnvironmentId, EventId, EventType, Generation, Listed, Page, Store, StoreError, WebhookId, row};

/// Stands for all deliveries where others are told that something is waiting.
pub(crate) const DELIVERIES: Uuid = Uuid::from_u128(1);

/// Rows of each status that one purge deletes at most.
const PURGED_AT_ONCE: i64 = 1_000;

/// What became of one event at one webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub id: EventId,
    /// Name of the event's type.
    pub kind: String,
    pub status: DeliveryStatus,
    /// The oldest first.
    pub attempts: Vec<Attempt>,
    /// `None` while it is being sent, and when nothing is to follow.
    pub next_attempt_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    Pending,
    Delivered,
    Failed,
}

/// One attempt to send an event to a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    pub at: Timestamp,
    /// The receiver's answer, if there was one.
    pub status_code: Option<u16>,
    /// Why it was no success.
    pub error: Option<String>,
    pub duration_ms: u64,
}

/// The deliveries of a [`Store`].
pub struct Deliveries<'a> {
    pub(crate) store: &'a Store,
}

/// In the order that [`read`] expects.
macro_rules! columns {
    () => {
        "id, type, status, attempts, next_attempt_at, holder, created_at"
    };
}

macro_rules! queue {
    () => {
        "INSERT INTO webhook_delivery (environment_id, webhook_id, id, type, content, status, attempts, tries, next_attempt_at, created_at) \
         SELECT environment_id, id, $2, $3, $4, 'pending', '[]', 0, $5, $5 FROM webhook \
         WHERE environment_id = $1 AND disabled_at IS NULL AND (events IS NULL OR events LIKE $6)"
    };
}

impl<'a> Deliveries<'a> {
    pub(crate) fn new(store: &'a Store) -> Deliveries<'a> {
        Deliveries { store }
    }

    /// Changes whenever something may have been queued, by this process or another.
    pub fn generation(&self) -> Generation {
        self.store.generations().of(DELIVERIES)
    }

    /// One page of a webhook's deliveries, newest first.
    pub async fn list(
        &self,
        environment: EnvironmentId,
        webhook: WebhookId,
        status: Option<DeliveryStatus>,
        page: Page,
    ) -> Result<Listed<Delivery>, StoreError> {
        let only = if status.is_some() { " AND status = $5" } else { "" };
        let sql = format!(
            concat!(
                "SELECT ",
                columns!(),
                " FROM webhook_delivery WHERE environment_id = $1 AND webhook_id = $2 AND id < $3{} ORDER BY id DESC LIMIT $4"
            ),
            only
        );
        // Made of constants only; the values are bound.
        let mut select = sqlx::query(AssertSqlSafe(sql))
            .bind(environment.to_string())
            .bind(webhook.to_string())
            .bind(page.before(|uuid| format!("evt_{}", uuid.simple())))
            .bind(page.rows_to_read());
        if let Some(status) = status {
            select = select.bind(status.as_str());
        }
        let rows = self.store.database.fetch_all(select).await?;
        let deliveries = rows.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Listed::from_rows(deliveries, page, |delivery: &Delivery| delivery.id.uuid()))
    }

    /// Queues a test for one webhook, whatever it asked for. `None` if the environment has no such webhook.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the webhook is disabled.
    pub async fn test(&self, environment: EnvironmentId, webhook: WebhookId, now: Timestamp) -> Result<Option<Delivery>, StoreError> {
        let id = EventId::new(now);
        let content = row::to_json(&Content::default())?;
        let write = self.store.database.write(move |change| -> Work<'_, Option<Delivery>> {
            Box::pin(async move {
                if !is_enabled(change, environment, webhook).await? {
                    return Ok(None);
                }
                change.touch(DELIVERIES);
                let insert = sqlx::query(concat!(
                    "INSERT INTO webhook_delivery (environment_id, webhook_id, id, type, content, status, attempts, tries, next_attempt_at, \
                     created_at) VALUES ($1, $2, $3, $4, $5, 'pending', '[]', 0, $6, $6) RETURNING ",
                    columns!()
                ))
                .bind(environment.to_string())
                .bind(webhook.to_string())
                .bind(id.to_string())
                .bind(EventType::Test.as_str())
                .bind(content)
                .bind(now.as_millisecond());
                change.fetch_optional(insert).await?.as_ref().map(read).transpose()
            })
        });
        write.await
    }

    /// Queues a delivery anew, with all its attempts before it, whatever became of them. `None` if there is no such delivery.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the webhook is disabled, or if the delivery is being sent at this moment.
    pub async fn replay(
        &self,
        environment: EnvironmentId,
        webhook: WebhookId,
        id: EventId,
        now: Timestamp,
    ) -> Result<Option<Delivery>, StoreError> {
        let write = self.store.database.write(move |change| -> Work<'_, Option<Delivery>> {
            Box::pin(async move {
                if !is_enabled(change, environment, webhook).await? {
                    return Ok(None);
                }
                change.touch(DELIVERIES);
                let exists = sqlx::query("SELECT id FROM webhook_delivery WHERE environment_id = $1 AND webhook_id = $2 AND id = $3")
                    .bind(environment.to_string())
                    .bind(webhook.to_string())
                    .bind(id.to_string());
                if change.fetch_optional(exists).await?.is_none() {
                    return Ok(None);
                }
                let renew = sqlx::query(concat!(
                    "UPDATE webhook_delivery SET status = 'pending', tries = 0, next_attempt_at = $4, holder = NULL, ended_at = NULL \
                     WHERE environment_id = $1 AND webhook_id = $2 AND id = $3 AND (holder IS NULL OR next_attempt_at <= $4) RETURNING ",
                    columns!()
                ))
                .bind(environment.to_string())
                .bind(webhook.to_string())
                .bind(id.to_string())
                .bind(now.as_millisecond());
                match change.fetch_optional(renew).await? {
                    Some(row) => read(&row).map(Some),
                    None => Err(StoreError::conflict("the delivery is being sent at this moment; look at it again shortly")),
                }
            })
        });
        write.await
    }

    /// Forgets deliveries that succeeded or failed before these moments, a limited number at once. Repeat it until it finds none.
    pub async fn purge(&self, delivered_before: Timestamp, failed_before: Timestamp) -> Result<u64, StoreError> {
        let ends = [(DeliveryStatus::Delivered, delivered_before), (DeliveryStatus::Failed, failed_before)];
        let write = self.store.database.write(move |change| -> Work<'_, u64> {
            Box::pin(async move {
                let mut purged = 0;
                for (status, before) in ends {
                    let delete = sqlx::query(
                        "DELETE FROM webhook_delivery WHERE (environment_id, webhook_id, id) IN (SELECT environment_id, webhook_id, id \
                         FROM webhook_delivery WHERE status = $1 AND ended_at IS NOT NULL AND ended_at < $2 LIMIT $3)",
                    )
                    .bind(status.as_str())
                    .bind(before.as_millisecond())
                    .bind(PURGED_AT_ONCE);
                    purged += change.execute(delete).await?;
                }
                Ok(purged)
            })
        });
        write.await
    }
}

impl DeliveryStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            DeliveryStatus::Pending => "pending",
            DeliveryStatus::Delivered => "delivered",
            DeliveryStatus::Failed => "failed",
        }
    }

    pub fn from_text(text: &str) -> Option<DeliveryStatus> {
        use DeliveryStatus::{Delivered, Failed, Pending};
        [Pending, Delivered, Failed].into_iter().find(|status| status.as_str() == text)
    }
}

/// Queues an event for every enabled webhook of its environment that wants it. Within the transaction that brings it about.
pub(crate) async fn queue(change: &mut Change<'_>, event: Event<'_>) -> Result<(), StoreError> {
    let sql = match change.dialect() {
        Dialect::Sqlite => queue!(),
        // A webhook that is being deleted is left out, rather than that its deletion fails what is told of.
        Dialect::Postgres => concat!(queue!(), " FOR KEY SHARE"),
    };
    let insert = sqlx::query(sql)
        .bind(event.account().environment_id.to_string())
        .bind(EventId::new(event.at()).to_string())
        .bind(event.kind().as_str())
        .bind(row::to_json(&event.content())?)
        .bind(event.at().as_millisecond())
        .bind(format!("% {} %", event.kind()));
    if change.execute(insert).await? > 0 {
        change.touch(DELIVERIES);
    }
    Ok(())
}

/// Queues that an account's status changed, if it did.
pub(crate) async fn queue_status_change(change: &mut Change<'_>, before: AccountStatus, account: &Account) -> Result<(), StoreError> {
    if before == account.status {
        return Ok(());
    }
    queue(change, Event::StatusChanged(account, before)).await
}

/// `false` if the environment has no such webhook.
///
/// # Errors
/// [`StoreError::Conflict`] if it is disabled.
async fn is_enabled(change: &mut Change<'_>, environment: EnvironmentId, webhook: WebhookId) -> Result<bool, StoreError> {
    let select = match change.dialect() {
        Dialect::Sqlite => "SELECT disabled_at FROM webhook WHERE environment_id = $1 AND id = $2",
        Dialect::Postgres => "SELECT disabled_at FROM webhook WHERE environment_id = $1 AND id = $2 FOR KEY SHARE",
    };
    let select = sqlx::query(select).bind(environment.to_string()).bind(webhook.to_string());
    let Some(row) = change.fetch_optional(select).await? else { return Ok(false) };
    match row::optional_time(&row, 0)? {
        None => Ok(true),
        Some(_) => Err(StoreError::conflict("the webhook is disabled; enable it first, with PATCH and `\"enabled\": true`")),
    }
}

fn read(row: &AnyRow) -> Result<Delivery, StoreError> {
    let status: String = row.try_get(2)?;
    let is_being_sent = row.try_get::<Option<String>, _>(5)?.is_some();
    Ok(Delivery {
        id: row::id(row, 0)?,
        kind: row.try_get(1)?,
        status: DeliveryStatus::from_text(&status).ok_or_else(|| StoreError::unreadable("a delivery has an unknown status"))?,
        attempts: row::json(row, 3)?,
        next_attempt_at: row::optional_time(row, 4)?.filter(|_| !is_being_sent),
        created_at: row::time(row, 6)?,
    })
}
