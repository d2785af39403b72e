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
use crate::database::{Dialect, Work};
use crate::event::Content;
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
    holder: String,
}

/// A delivery to be sent now.
pub struct ClaimedDelivery {
    pub lease: DeliveryLease,
    /// Name of the event's type.
    pub kind: String,
    /// When the event happened.
    pub at: Timestamp,
    /// What was sent before; `None` before the first attempt. May hold links that are as good as a key. An error if it was changed.
    pub body: Result<Option<Zeroizing<Vec<u8>>>, StoreError>,
    /// Attempts before this one, since the delivery was queued or replayed.
    pub tries: u32,
    content: String,
    attempts: Vec<Attempt>,
}

/// What is to become of a delivery after an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Delivered,
    RetryAt(Timestamp),
    Failed,
    /// Failed, and the webhook is disabled for this reason: its receiver wants nothing more.
    Disabled(String),
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
        rows.iter().map(|row| Ok(Due { environment: row::id(row, 0)?, webhook: row::id(row, 1)?, at: row::time(row, 2)? })).collect()
    }

    /// Takes the lease of at most so many deliveries that may be sent to a webhook now, the oldest event first. What another process is
    /// claiming is left to it.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] if a row was changed; then nothing is claimed.
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
        let rows = self.store.database.write(move |change| -> Work<'_, Vec<AnyRow>> { Box::pin(change.fetch_all(claim)) }).await?;
        let lease = |event| DeliveryLease { environment, webhook, event, holder: holder.clone() };
        let claimed = rows.iter().map(|row| self.claimed(row, lease(row::id(row, 0)?)));
        let mut claimed = claimed.collect::<Result<Vec<_>, _>>()?;
        // The databases give them in any order.
        claimed.sort_by_key(|claimed| claimed.at);
        Ok(claimed)
    }

    /// Stores what will be sent, sealed, before it is sent for the first time. `false` if the lease is somebody else's by now.
    pub async fn keep_body(&self, lease: &DeliveryLease, body: &[u8]) -> Result<bool, StoreError> {
        let event = lease.event.to_string();
        let place = Place::DeliveryBody(lease.environment, lease.webhook, &event);
        let sealed = cipher::seal(&self.store.keys.deliveries, place, body)?;
        let keep =
            sqlx::query("UPDATE webhook_delivery SET body = $5 WHERE environment_id = $1 AND webhook_id = $2 AND id = $3 AND holder = $4")
                .bind(lease.environment.to_string())
                .bind(lease.webhook.to_string())
                .bind(event)
                .bind(lease.holder.clone())
                .bind(sealed);
        Ok(self.store.database.write(move |change| -> Work<'_, u64> { Box::pin(change.execute(keep)) }).await? > 0)
    }

    /// Ends the lease with an attempt for the log. `false`, and nothing changes, if it is somebody else's by now.
    pub async fn finish(&self, claimed: ClaimedDelivery, attempt: Attempt, outcome: Outcome, now: Timestamp) -> Result<bool, StoreError> {
        let ClaimedDelivery { lease, mut attempts, tries, .. } = claimed;
        attempts.push(attempt);
        attempts.drain(..attempts.len().saturating_sub(KEPT_ATTEMPTS));
        let (status, next) = match &outcome {
            Outcome::Delivered => (DeliveryStatus::Delivered, None),
            Outcome::RetryAt(at) => (DeliveryStatus::Pending, Some(at.as_millisecond())),
            Outcome::Failed | Outcome::Disabled(_) => (DeliveryStatus::Failed, None),
        };
        let ended = next.is_none().then(|| now.as_millisecond());
        let finish = sqlx::query(
            "UPDATE webhook_delivery SET status = $5, attempts = $6, tries = $7, next_attempt_at = $8, ended_at = $9, holder = NULL \
             WHERE environment_id = $1 AND webhook_id = $2 AND id = $3 AND holder = $4",
        )
        .bind(lease.environment.to_string())
        .bind(lease.webhook.to_string())
        .bind(lease.event.to_string())
        .bind(lease.holder)
        .bind(status.as_str())
        .bind(row::to_json(&attempts)?)
        .bind(i64::from(tries) + 1)
        .bind(next)
        .bind(ended);
        // The webhook first, as its deletion does, so that neither waits for the other.
        let disable = match outcome {
            Outcome::Disabled(reason) => Some(
                sqlx::query(
                    "UPDATE webhook SET disabled_at = $3, disabled_reason = $4, updated_at = $3 \
                     WHERE environment_id = $1 AND id = $2 AND disabled_at IS NULL",
                )
                .bind(lease.environment.to_string())
                .bind(lease.webhook.to_string())
                .bind(now.as_millisecond())
                .bind(reason),
            ),
            _ => None,
        };
        let write = self.store.database.write(move |change| -> Work<'_, bool> {
            Box::pin(async move {
                if let Some(disable) = disable {
                    change.execute(disable).await?;
                }
                Ok(change.execute(finish).await? > 0)
            })
        });
        write.await
    }

    fn claimed(&self, row: &AnyRow, lease: DeliveryLease) -> Result<ClaimedDelivery, StoreError> {
        let event = lease.event.to_string();
        let place = Place::DeliveryBody(lease.environment, lease.webhook, &event);
        let body: Option<Vec<u8>> = row.try_get(3)?;
        let tries: i64 = row.try_get(5)?;
        Ok(ClaimedDelivery {
            kind: row.try_get(1)?,
            content: row.try_get(2)?,
            body: body.map(|sealed| cipher::open(&self.store.keys.deliveries, place, &sealed)).transpose(),
            attempts: row::json(row, 4)?,
            tries: u32::try_from(tries).unwrap_or(u32::MAX),
            at: row::time(row, 6)?,
            lease,
        })
    }
}

impl ClaimedDelivery {
    /// What the event is about.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] if another version wrote it in another form.
    pub fn content(&self) -> Result<Content, StoreError> {
        row::from_json(self.content.as_bytes())
    }
}
