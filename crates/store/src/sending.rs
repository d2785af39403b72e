//! Sending what is queued for webhooks: one sender at a time for each delivery, across all processes, by a lease in its row.
//!
//! A lease that ran out without an outcome was a crash; the next sender begins again. So a delivery is sent at least once, and what is
//! sent is the same each time, because it was stored before the first attempt.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::cipher::{self, Place};
use crate::database::{Change, Dialect, Statement, Work};
use crate::event::Content;
use crate::key::Keys;
use crate::{Attempt, Deliveries, DeliveryStatus, EnvironmentId, EventId, StoreError, WebhookId, row};

/// Attempts that the log of a delivery keeps.
const KEPT_ATTEMPTS: usize = 50;

/// A webhook for which something is waiting, and from when on it may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    pub environment: EnvironmentId,
    pub webhook: WebhookId,
    pub at: Timestamp,
}

/// The right to send one delivery.
#[derive(Debug, Clone)]
pub struct DeliveryLease {
    pub environment: EnvironmentId,
    pub webhook: WebhookId,
    pub event: EventId,
    /// When it is over: then somebody else may send it.
    pub until: Timestamp,
    holder: String,
}

/// A delivery to be sent now.
pub struct ClaimedDelivery {
    pub lease: DeliveryLease,
    /// Name of the event's type.
    pub kind: String,
    /// When the event happened.
    pub at: Timestamp,
    pub what: ToSend,
    /// Attempts before this one, since the delivery was queued or replayed.
    pub tries: u32,
    attempts: Vec<Attempt>,
}

/// What is to be sent of an event.
pub enum ToSend {
    /// What the event is about, before the first attempt.
    Content(Box<Content>),
    /// What was sent before. May hold links that are as good as a key.
    Body(Zeroizing<Vec<u8>>),
}

/// What is to become of a delivery after an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Delivered,
    RetryAt(Timestamp),
    Failed,
    /// Failed, and the webhook is disabled for this reason: its receiver at this URL wants nothing more. If it has another URL by now,
    /// that one is tried at once instead.
    Disabled {
        url: String,
        reason: String,
    },
}

/// Takes the rows that are due, those that come first; the text is how they are locked.
macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "WITH due AS MATERIALIZED (SELECT id AS due_id FROM webhook_delivery WHERE environment_id = $1 AND webhook_id = $2 \
             AND next_attempt_at <= $3 ORDER BY next_attempt_at LIMIT $4",
            $lock,
            ") UPDATE webhook_delivery SET holder = $5, next_attempt_at = $6 FROM due \
             WHERE environment_id = $1 AND webhook_id = $2 AND id = due_id \
             RETURNING id, type, content, body, attempts, tries, created_at"
        )
    };
}

impl Deliveries<'_> {
    /// For each webhook with something pending, when the first of it may be sent.
    pub async fn due(&self) -> Result<Vec<Due>, StoreError> {
        // One look into an index for each webhook, however much is pending.
        let select = sqlx::query(
            "SELECT environment_id, id, first FROM (SELECT w.environment_id, w.id, (SELECT MIN(d.next_attempt_at) FROM webhook_delivery d \
             WHERE d.environment_id = w.environment_id AND d.webhook_id = w.id AND d.next_attempt_at IS NOT NULL) AS first \
             FROM webhook w) AS firsts WHERE first IS NOT NULL",
        );
        let rows = self.store.database.fetch_all(select).await?;
        let due = |row: &AnyRow| -> Result<Due, StoreError> {
            Ok(Due { environment: row::id(row, 0)?, webhook: row::id(row, 1)?, at: row::time(row, 2)? })
        };
        // What somebody has made unreadable holds up no other webhook.
        Ok(rows.iter().filter_map(|row| due(row).ok()).collect())
    }

    /// When the first of what is pending for one webhook may be sent.
    pub async fn due_for(&self, environment: EnvironmentId, webhook: WebhookId) -> Result<Option<Timestamp>, StoreError> {
        let select = sqlx::query(
            "SELECT MIN(next_attempt_at) FROM webhook_delivery \
             WHERE environment_id = $1 AND webhook_id = $2 AND next_attempt_at IS NOT NULL",
        )
        .bind(environment.to_string())
        .bind(webhook.to_string());
        let row = self.store.database.fetch_optional(select).await?;
        row.map(|row| row::optional_time(&row, 0)).transpose().map(Option::flatten)
    }

    /// Takes the lease of at most so many deliveries that may be sent to a webhook now, the oldest event first. What another process is
    /// claiming is left to it. One that cannot be read, because its row was changed, fails.
    pub async fn claim(
        &self,
        environment: EnvironmentId,
        webhook: WebhookId,
        now: Timestamp,
        until: Timestamp,
        most: u32,
    ) -> Result<Vec<ClaimedDelivery>, StoreError> {
        let holder = Uuid::now_v7().to_string();
        let claim = match self.store.database.dialect() {
            Dialect::Sqlite => claim!(""),
            Dialect::Postgres => claim!(" FOR UPDATE SKIP LOCKED"),
        };
        let claim = sqlx::query(claim)
            .bind(environment.to_string())
            .bind(webhook.to_string())
            .bind(now.as_millisecond())
            .bind(i64::from(most))
            .bind(holder.clone())
            .bind(until.as_millisecond());
        let store = self.store.clone();
        let write = self.store.database.write(move |change| -> Work<'_, Vec<ClaimedDelivery>> {
            Box::pin(async move {
                let mut deliveries = Vec::new();
                for row in change.fetch_all(claim).await? {
                    let lease = row::id(&row, 0).map(|event| DeliveryLease { environment, webhook, event, until, holder: holder.clone() });
                    match lease.and_then(|lease| claimed(&store.keys, &row, lease)) {
                        Ok(delivery) => deliveries.push(delivery),
                        Err(error) => {
                            tracing::error!(webhook.id = %webhook, %error, "an event for a webhook cannot be read and is not sent");
                            change.execute(unreadable((environment, webhook), &row, now)?).await?;
                        }
                    }
                }
                Ok(deliveries)
            })
        });
        let mut claimed = write.await?;
        // The databases give them in any order.
        claimed.sort_by_key(|claimed| claimed.at);
        Ok(claimed)
    }

    /// Stores what will be sent, sealed, before it is sent for the first time, in place of what it was made of. `false` if the lease is
    /// somebody else's by now.
    pub async fn keep_body(&self, lease: &DeliveryLease, body: &[u8]) -> Result<bool, StoreError> {
        let event = lease.event.to_string();
        let place = Place::DeliveryBody(lease.environment, lease.webhook, &event);
        let sealed = cipher::seal(&self.store.keys.deliveries, place, body)?;
        let keep = sqlx::query(
            "UPDATE webhook_delivery SET body = $5, content = '' WHERE environment_id = $1 AND webhook_id = $2 AND id = $3 AND holder = $4",
        )
        .bind(lease.environment.to_string())
        .bind(lease.webhook.to_string())
        .bind(event)
        .bind(lease.holder.clone())
        .bind(sealed);
        Ok(self.store.database.write(move |change| -> Work<'_, u64> { Box::pin(change.execute(keep)) }).await? > 0)
    }

    /// Ends the lease with an attempt for the log, and says what has become of the delivery. `None`, and nothing changes, if the lease is
    /// somebody else's by now.
    pub async fn finish(
        &self,
        claimed: ClaimedDelivery,
        attempt: Attempt,
        outcome: Outcome,
        now: Timestamp,
    ) -> Result<Option<Outcome>, StoreError> {
        let ClaimedDelivery { lease, mut attempts, tries, .. } = claimed;
        log(&mut attempts, attempt);
        let attempts = row::to_json(&attempts)?;
        let write = self.store.database.write(move |change| -> Work<'_, Option<Outcome>> {
            Box::pin(async move {
                let outcome = match outcome {
                    // The webhook first, as its deletion does, so that neither waits for the other.
                    Outcome::Disabled { url, .. } if locked_url(change, &lease).await?.is_some_and(|present| present != url) => {
                        Outcome::RetryAt(now)
                    }
                    outcome => outcome,
                };
                let (status, next) = match &outcome {
                    Outcome::Delivered => (DeliveryStatus::Delivered, None),
                    Outcome::RetryAt(at) => (DeliveryStatus::Pending, Some(at.as_millisecond())),
                    Outcome::Failed | Outcome::Disabled { .. } => (DeliveryStatus::Failed, None),
                };
                let finish = sqlx::query(
                    "UPDATE webhook_delivery SET status = $5, attempts = $6, tries = $7, next_attempt_at = $8, ended_at = $9, \
                     holder = NULL WHERE environment_id = $1 AND webhook_id = $2 AND id = $3 AND holder = $4",
                )
                .bind(lease.environment.to_string())
                .bind(lease.webhook.to_string())
                .bind(lease.event.to_string())
                .bind(lease.holder)
                .bind(status.as_str())
                .bind(attempts)
                .bind(i64::from(tries) + 1)
                .bind(next)
                .bind(next.is_none().then(|| now.as_millisecond()));
                if change.execute(finish).await? == 0 {
                    return Ok(None);
                }
                if let Outcome::Disabled { reason, .. } = &outcome {
                    let disable = sqlx::query(
                        "UPDATE webhook SET disabled_at = $3, disabled_reason = $4, updated_at = $3 \
                         WHERE environment_id = $1 AND id = $2 AND disabled_at IS NULL",
                    )
                    .bind(lease.environment.to_string())
                    .bind(lease.webhook.to_string())
                    .bind(now.as_millisecond())
                    .bind(reason.clone());
                    change.execute(disable).await?;
                }
                Ok(Some(outcome))
            })
        });
        write.await
    }
}

/// Where a webhook is now, which nobody changes before the transaction ends.
async fn locked_url(change: &mut Change<'_>, lease: &DeliveryLease) -> Result<Option<String>, StoreError> {
    let select = match change.dialect() {
        Dialect::Sqlite => "SELECT url FROM webhook WHERE environment_id = $1 AND id = $2",
        Dialect::Postgres => "SELECT url FROM webhook WHERE environment_id = $1 AND id = $2 FOR NO KEY UPDATE",
    };
    let select = sqlx::query(select).bind(lease.environment.to_string()).bind(lease.webhook.to_string());
    Ok(change.fetch_optional(select).await?.map(|row| row.try_get(0)).transpose()?)
}

/// Reads the columns that a claim returns.
fn claimed(keys: &Keys, row: &AnyRow, lease: DeliveryLease) -> Result<ClaimedDelivery, StoreError> {
    let event = lease.event.to_string();
    let place = Place::DeliveryBody(lease.environment, lease.webhook, &event);
    let what = match row.try_get::<Option<Vec<u8>>, _>(3)? {
        Some(sealed) => ToSend::Body(cipher::open(&keys.deliveries, place, &sealed)?),
        None => ToSend::Content(row::json(row, 2)?),
    };
    let tries: i64 = row.try_get(5)?;
    Ok(ClaimedDelivery {
        kind: row.try_get(1)?,
        what,
        attempts: row::json(row, 4)?,
        tries: u32::try_from(tries).unwrap_or(u32::MAX),
        at: row::time(row, 6)?,
        lease,
    })
}

/// Ends what can never be sent, with what can be read of its log.
fn unreadable((environment, webhook): (EnvironmentId, WebhookId), row: &AnyRow, now: Timestamp) -> Result<Statement, StoreError> {
    let mut attempts = row::json(row, 4).unwrap_or_default();
    let error = Some("what was to be sent is unreadable".to_owned());
    log(&mut attempts, Attempt { at: row::cut(now), status_code: None, error, duration_ms: 0 });
    Ok(sqlx::query(
        "UPDATE webhook_delivery SET status = $4, attempts = $5, next_attempt_at = NULL, ended_at = $6, holder = NULL \
         WHERE environment_id = $1 AND webhook_id = $2 AND id = $3",
    )
    .bind(environment.to_string())
    .bind(webhook.to_string())
    .bind(row.try_get::<String, _>(0)?)
    .bind(DeliveryStatus::Failed.as_str())
    .bind(row::to_json(&attempts)?)
    .bind(now.as_millisecond()))
}

fn log(attempts: &mut Vec<Attempt>, attempt: Attempt) {
    attempts.push(attempt);
    attempts.drain(..attempts.len().saturating_sub(KEPT_ATTEMPTS));
}
