//! One attempt to send one event to one webhook.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::StatusCode;
use jiff::Timestamp;
use store::{Attempt, ClaimedDelivery, Outcome, Signing, StoreError, ToSend};
use upstream::{NoReceipt, Notice, Receipt, UNREADABLE_SECRET, WEBHOOK_TIMEOUT};
use uuid::Uuid;

use super::{backoff, body};
use crate::app::App;

/// Sends what was claimed and stores what became of it. Where the database fails nothing is stored: the lease runs out, and somebody
/// begins again.
pub(super) async fn send(app: Arc<App>, claimed: ClaimedDelivery) {
    let (webhook, event) = (claimed.lease.webhook, claimed.lease.event);
    if let Err(error) = try_send(&app, claimed).await {
        tracing::warn!(webhook.id = %webhook, event.id = %event, %error, "the database failed while an event was sent to a webhook; it is sent again");
    }
}

/// What an attempt came to.
enum Answer {
    Received(Receipt),
    /// The receiver at this URL wants nothing more.
    Gone(String),
    None(String),
    /// It makes no sense to try again.
    Impossible(&'static str),
}

async fn try_send(app: &App, claimed: ClaimedDelivery) -> Result<(), StoreError> {
    let lease = &claimed.lease;
    let signing = app.store.webhooks().signing(lease.environment, lease.webhook, app.clock.now()).await;
    // Somebody else's by now.
    let Some(body) = stored_body(app, &claimed).await? else { return Ok(()) };
    let (at, began) = (app.clock.now(), Instant::now());
    if at.checked_add(WEBHOOK_TIMEOUT).is_ok_and(|answered| lease.until < answered) {
        // It would be somebody else's before the receiver has answered.
        return Ok(());
    }
    let answer = match signing {
        // Deleted, and this delivery with it.
        Ok(None) => return Ok(()),
        Ok(Some(signing)) if signing.webhook.disabled_at.is_some() => Answer::Impossible("the webhook is disabled"),
        Ok(Some(signing)) => notify(app, &claimed, &signing, body, at).await,
        Err(error @ (StoreError::Unreadable(_) | StoreError::WrongKey)) => {
            tracing::error!(webhook.id = %lease.webhook, %error, "the secret of a webhook cannot be read");
            Answer::None(UNREADABLE_SECRET.to_owned())
        }
        Err(error) => return Err(error),
    };
    let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    finish(app, claimed, answer, at, duration_ms).await
}

/// The body, stored before it is sent for the first time. `None` if the lease is lost.
async fn stored_body(app: &App, claimed: &ClaimedDelivery) -> Result<Option<Bytes>, StoreError> {
    Ok(match &claimed.what {
        ToSend::Body(body) => Some(Bytes::from_owner(body.clone())),
        ToSend::Content(content) => {
            let body = body::render(app, claimed, content)?;
            let is_kept = app.store.deliveries().keep_body(&claimed.lease, &body).await?;
            is_kept.then(|| Bytes::from_owner(body))
        }
    })
}

async fn notify(app: &App, claimed: &ClaimedDelivery, signing: &Signing, body: Bytes, at: Timestamp) -> Answer {
    let id = claimed.lease.event.to_string();
    let url = &signing.webhook.url;
    let answered = async {
        let url = app.upstream.webhook_url(url).map_err(|error| error.to_string())?;
        let notice = Notice { url: &url, id: &id, body, secrets: &signing.secrets };
        app.upstream.notify(&notice, at).await.map_err(|error: NoReceipt| error.to_string())
    };
    match answered.await {
        Ok(Receipt { status: StatusCode::GONE, .. }) => Answer::Gone(url.clone()),
        Ok(receipt) => Answer::Received(receipt),
        Err(reason) => Answer::None(reason),
    }
}

async fn finish(app: &App, claimed: ClaimedDelivery, answer: Answer, at: Timestamp, duration_ms: u64) -> Result<(), StoreError> {
    let now = app.clock.now();
    let number = claimed.tries.saturating_add(1);
    let again = |retry_after| match backoff::wait(number, retry_after, Uuid::now_v7().as_u64_pair().1) {
        Some(wait) => Outcome::RetryAt(now.checked_add(wait).unwrap_or(now)),
        None => Outcome::Failed,
    };
    let (status_code, error, outcome) = match answer {
        Answer::Received(Receipt { status, .. }) if status.is_success() => (Some(status), None, Outcome::Delivered),
        Answer::Gone(url) => (Some(StatusCode::GONE), None, Outcome::Disabled { url, reason: "its receiver answered 410 Gone".to_owned() }),
        Answer::Received(Receipt { status, .. }) if status.is_redirection() => {
            (Some(status), Some("redirects are not followed; give the webhook the URL that answers".to_owned()), again(None))
        }
        Answer::Received(Receipt { status, retry_after }) => {
            let asked = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
            (Some(status), None, again(retry_after.filter(|_| asked)))
        }
        Answer::None(reason) => (None, Some(reason), again(None)),
        Answer::Impossible(reason) => (None, Some(reason.to_owned()), Outcome::Failed),
    };
    let (webhook, event) = (claimed.lease.webhook, claimed.lease.event);
    let attempt = Attempt { at, status_code: status_code.map(|status| status.as_u16()), error, duration_ms };
    let Some(outcome) = app.store.deliveries().finish(claimed, attempt, outcome, now).await? else { return Ok(()) };
    app.metrics.observe_delivery(&outcome);
    match outcome {
        Outcome::Delivered | Outcome::RetryAt(_) => {}
        Outcome::Failed => tracing::warn!(webhook.id = %webhook, event.id = %event, "an event could not be delivered to a webhook"),
        Outcome::Disabled { reason, .. } => tracing::warn!(webhook.id = %webhook, reason, "a webhook was disabled"),
    }
    Ok(())
}
