//! What calls find out about an account's status, and how it gets known: on the account, in the log, and from there to all who ask.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use store::{Account, AccountId, AccountState, AccountStatus, StoreError};
use tokio::time::timeout;
use upstream::{Code, Failure, Outcome, Source};

use crate::accounts::Loaded;
use crate::app::App;
use crate::connected_account::ConnectedAccount;
use crate::refresh;
use crate::validation::{self, Verdict};

/// Longest wait of a refused call for what the check says.
const CHECK_WAIT: Duration = Duration::from_secs(3);
/// How long an account is not checked again, whatever its calls meet.
const BETWEEN_CHECKS: Duration = Duration::from_secs(60);

/// When accounts were last checked because a call was refused.
#[derive(Default)]
pub(crate) struct Checks(Mutex<HashMap<AccountId, Timestamp>>);

/// Draws the conclusions from a call that reached the vendor with the credential `used`. For an account that is active and was served,
/// this is two comparisons.
pub(crate) async fn noticed(app: &Arc<App>, connected: &Arc<ConnectedAccount>, used: &Arc<Loaded>, outcome: &Outcome) {
    let account = &connected.account;
    let is_active = account.status == AccountStatus::Active;
    match &outcome.result {
        // With a token that has to be replaced and could not be, the account works for minutes only.
        Ok(_) if !is_active && !refresh::is_due(used, account, app.clock.now()) => {
            told_of_call(app, account, AccountState::active(None).of(used.version)).await;
        }
        Err(failure) if is_active && casts_doubt(failure) => match connected.definition.check(&account.authentication_method) {
            None => {
                let state = AccountState::failing(AccountStatus::NeedsReauth, failure.message.clone()).of(used.version);
                told_of_call(app, account, state).await;
            }
            Some(_) if app.checks.may_ask(account.id, app.clock.now()) => {
                let (app, connected, used) = (Arc::clone(app), Arc::clone(connected), Arc::clone(used));
                let checking = app.tasks.clone().spawn(async move { check(&app, &connected, &used).await });
                // Whoever made the call is given the link at once if the account needs a person. The check goes on without them.
                let _ = timeout(CHECK_WAIT, checking).await;
            }
            Some(_) => {}
        },
        _ => {}
    }
}

/// Says it of the account, and in the log if it is news that a person has to do something.
///
/// # Errors
/// The store failed; the account is as it was.
pub(crate) async fn tell(app: &App, account: &Account, state: AccountState) -> Result<(), StoreError> {
    let status = state.status;
    let is_news = app.store.accounts().tell(account.environment_id, account.id, state, app.clock.now()).await?;
    if is_news && status != AccountStatus::Active {
        tracing::warn!(
            account.id = %account.id,
            integration = account.integration,
            status = status.as_str(),
            "the vendor does not accept the account's credential; a person has to connect it again"
        );
    }
    Ok(())
}

/// One tool may be closed to an account that is in order; only a refused check says that the credential is.
async fn check(app: &Arc<App>, connected: &ConnectedAccount, used: &Loaded) {
    let check = connected.definition.check(&connected.account.authentication_method);
    let (Some(check), Some(target), Some(credential)) = (check, &connected.target, &used.credential) else { return };
    let state = match validation::ask(app, check, target, credential).await {
        Verdict::Refused { message } => AccountState::failing(AccountStatus::NeedsReauth, message),
        Verdict::Accepted { identity: Some(identity) } => AccountState::active(Some(identity)),
        _ => return,
    };
    told_of_call(app, &connected.account, state.of(used.version)).await;
}

/// The caller has an answer whatever becomes of this; the next call finds out again.
async fn told_of_call(app: &App, account: &Account, state: AccountState) {
    if let Err(error) = tell(app, account, state).await {
        tracing::warn!(account.id = %account.id, %error, "what a call found out about its account could not be saved");
    }
}

/// Whether a call's failure calls the account's credential in question.
fn casts_doubt(failure: &Failure) -> bool {
    failure.source == Source::Vendor && failure.code == Code::NeedsReauth
}

impl Checks {
    /// Whether an account may be checked at `now`; counts as doing so.
    fn may_ask(&self, account: AccountId, now: Timestamp) -> bool {
        let is_recent = |at: &Timestamp| *at <= now && now.duration_since(*at).unsigned_abs() < BETWEEN_CHECKS;
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        asked.retain(|_, at| is_recent(at));
        let may = !asked.contains_key(&account);
        if may {
            asked.insert(account, now);
        }
        may
    }
}
