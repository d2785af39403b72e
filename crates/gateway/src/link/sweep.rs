//! Links and consents that nobody will come back to.

use std::time::Duration;

use jiff::Timestamp;
use store::StoreError;

use crate::app::App;

/// How long an expired link can still be told from one that never was.
const REMEMBERED: Duration = Duration::from_secs(7 * 24 * 3600);

/// Deletes them. Expiry itself is checked at each request.
pub(crate) async fn sweep(app: &App, now: Timestamp) -> Result<(), StoreError> {
    app.store.consents().purge(now).await?;
    let long_ago = now.checked_sub(REMEMBERED).unwrap_or(Timestamp::MIN);
    app.store.link_tokens().purge(long_ago).await?;
    Ok(())
}
