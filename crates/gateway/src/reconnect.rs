//! Links with which a person connects an account again: `<public url>/link/tr_…`. Nothing is stored of them.

use std::time::Duration;

use jiff::Timestamp;
use store::{Account, AccountStatus, StoreError};
use upstream::{Code, Failure};

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

/// Gives the link to the agent whose call failed for want of a credential, if the environment gives agents such links. An account of
/// which nobody knows whose it is, is for those who ask the API alone: its ticket would take anybody's credential.
pub(crate) async fn offer(app: &App, account: &Account, failure: &mut Failure) {
    if failure.code != Code::NeedsReauth {
        return;
    }
    match offered(app, account).await {
        Ok(Some(url)) => {
            let hint = failure.hint.get_or_insert_default();
            if !hint.is_empty() {
                hint.push(' ');
            }
            hint.push_str("Give the person `reconnect_url`, a page where the account is connected again.");
            failure.reconnect_url = Some(url);
        }
        Ok(None) => {}
        Err(error) => tracing::warn!(account.id = %account.id, %error, "no link for reconnecting could be made"),
    }
}

async fn offered(app: &App, account: &Account) -> Result<Option<String>, StoreError> {
    if !app.door.settings(account.environment_id).await?.agent_reconnect_links {
        return Ok(None);
    }
    let present = match account.status {
        // The call may have found out that there is something to do.
        AccountStatus::Active => app.store.accounts().get(account.environment_id, account.id).await?,
        _ => Some(account.clone()),
    };
    // Else whoever has the link could put an account of their own in its place.
    Ok(present.filter(|account| account.identity.is_some()).and_then(|account| url(app, &account)))
}
