//! Links with which a person connects an account again: `<public url>/link/tr_…`. Nothing is stored of them.

use std::time::Duration;

use jiff::Timestamp;
use store::{Account, AccountStatus, StoreError};

use crate::app::App;

/// How long a link opens the account.
const VALID: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The link for an account that a person has to do something about; `None` for one that is active. Whoever has it can give the account
/// another credential, so it is for that person and not for logs.
pub(crate) fn url(app: &App, account: &Account) -> Option<String> {
    if account.status == AccountStatus::Active {
        return None;
    }
    let now = app.clock.now();
    let ticket = app.store.ticket(account, now.checked_add(VALID).unwrap_or(now));
    Some(format!("{}/link/{ticket}", app.public_url))
}

/// The account that a ticket in `/link/{token}` still opens at `now`: one that is not active and has the same credential as when
/// the ticket was made.
pub(crate) async fn account(app: &App, ticket: &str, now: Timestamp) -> Result<Option<Account>, StoreError> {
    let Some(ticket) = app.store.read_ticket(ticket, now) else { return Ok(None) };
    let account = app.store.accounts().get(ticket.environment, ticket.account).await?;
    Ok(account.filter(|account| account.status != AccountStatus::Active && ticket.opens(account)))
}
