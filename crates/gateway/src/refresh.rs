//! Access tokens are replaced before they end, or when a vendor refuses them: once, however many calls ask for it.
//!
//! Within the process callers queue for an account; between processes a lease in the database decides. A refresh runs in a task of
//! its own, so that a client that hangs up does not take a single-use refresh token with it.

mod futile;
mod pause;

use std::sync::Arc;
use std::time::Duration;

use catalog::definition::Definition;
use jiff::Timestamp;
use serde_json::{Map, Value};
use store::{Account, AccountStatus, RefreshClaim, RefreshLease, SecretFields, Store, StoreError};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::task::TaskTracker;
use upstream::oauth::{App as Client, Grant, GrantState, OAuthError, OAuthProblem, Tokens, stored_refresh_token};
use upstream::{Code, Failure};
use uuid::Uuid;

use self::futile::{Futile, Seen, Why};
use self::pause::{Pauses, Tried};
use crate::accounts::{self, Loaded};
use crate::app::App;
use crate::client_credentials::{access_token, unasked};
use crate::clock::Clock;
use crate::connected_account::ConnectedAccount;
use crate::shared::Shared;

/// How long before its end a token is replaced: this, and up to [`SPREAD_SECONDS`] more by account, so that accounts that were
/// connected together are not refreshed together.
const EARLY_SECONDS: u64 = 60;
const SPREAD_SECONDS: u64 = 120;
/// Longest wait of a call whose token is still good.
const SLOW: Duration = Duration::from_secs(3);
/// Longest wait for the vendor's answer.
const VENDOR: Duration = Duration::from_secs(60);
/// How long a lease lasts: longer than the vendor may take, and the saving after it usually does.
const LEASE: Duration = Duration::from_secs(90);
/// Longest wait for another process's refresh, and the pause between two looks at it.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(50);
/// How long it is tried to save the vendor's answer while the database is away: what is lost here is lost for good.
const SAVING: Duration = Duration::from_secs(10 * 60);
/// Longest pause between two attempts to save.
const SAVING_PAUSE: Duration = Duration::from_secs(5);

/// The refreshes under way in this process, and those that are not worth an attempt now.
#[derive(Default)]
pub(crate) struct Refreshing {
    turns: Shared<Uuid, Mutex<Option<Failed>>>,
    pauses: Arc<Pauses>,
    futile: Arc<Futile>,
}

/// Who wants another access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// A call. It does not ask a vendor that has just failed, nor with what the vendor has refused.
    Call,
    /// A person, who may know that something has changed.
    Person,
}

/// The last attempt for an account, for those who waited for it.
struct Failed {
    at: Instant,
    failure: Box<Failure>,
}

/// What a refresh needs; it outlives the request that asked for it.
struct Refresh {
    store: Store,
    tasks: TaskTracker,
    upstream: upstream::Client,
    clock: Arc<Clock>,
    pauses: Arc<Pauses>,
    futile: Arc<Futile>,
    definition: Arc<Definition>,
    account: Account,
    used: Arc<Loaded>,
    occasion: Occasion,
}

/// What is known once the lease is ours.
enum Prepared {
    Ready {
        stored: SecretFields,
        client: Client,
    },
    /// Somebody has refreshed it meanwhile, or has taken the app away.
    NoNeed(Arc<Loaded>),
}

/// The stored credential beside the one that was used.
enum Stored {
    /// Another one.
    Newer(Arc<Loaded>),
    /// The same, unsealed.
    Same(SecretFields),
}

/// Whether a token should be replaced before it is used.
pub(crate) fn is_due(loaded: &Loaded, account: &Account, now: Timestamp) -> bool {
    if loaded.refreshable.is_none() || loaded.credential.is_none() {
        return loaded.refreshable.is_some();
    }
    let spread = account.id.uuid().as_u128() % u128::from(SPREAD_SECONDS + 1);
    let early = early(Duration::from_secs(EARLY_SECONDS + spread as u64), loaded.issued_at, loaded.expires_at);
    loaded.expires_at.is_some_and(|end| now.checked_add(early).is_ok_and(|soon| end <= soon))
}

/// `usual`, but at most half of a token's life: one that lives for a minute would be due as soon as it is there.
fn early(usual: Duration, issued_at: Option<Timestamp>, expires_at: Option<Timestamp>) -> Duration {
    let life = issued_at.zip(expires_at).and_then(|(start, end)| Duration::try_from(end.duration_since(start)).ok());
    life.map_or(usual, |life| usual.min(life / 2))
}

/// The credential that takes the place of `used`: a new one, one that somebody else has got meanwhile, or `used` itself where there
/// is no app to refresh it with.
///
/// # Errors
/// What to tell the caller instead.
pub(crate) async fn renewed(
    app: &App,
    connected: &ConnectedAccount,
    used: &Arc<Loaded>,
    occasion: Occasion,
) -> Result<Arc<Loaded>, Box<Failure>> {
    let Refreshing { turns, pauses, futile } = &app.refreshing;
    let (account, generations) = (&connected.account, app.store.generations());
    if occasion == Occasion::Call {
        match futile.present(account, Seen::now(generations, account)) {
            Some(Why::NoApp) => return Ok(Arc::clone(used)),
            Some(Why::Refused) => return Err(refused_before(account)),
            None => {}
        }
        let is_present = |seen| seen == generations.of(account.environment_id.uuid());
        if let Some(failure) = pauses.present(account.id.uuid(), used.refreshable, app.clock.now(), is_present) {
            return Err(failure);
        }
    }
    let asked = Instant::now();
    let turn = turns.get_or_make(account.id.uuid(), |_| Mutex::new(None));
    let refresh = Refresh {
        store: app.store.clone(),
        tasks: app.tasks.clone(),
        upstream: app.upstream.clone(),
        clock: Arc::clone(&app.clock),
        pauses: Arc::clone(pauses),
        futile: Arc::clone(futile),
        definition: Arc::clone(&connected.definition),
        account: account.clone(),
        used: Arc::clone(used),
        occasion,
    };
    let running = app.tasks.spawn(async move {
        let Ok(mut last) = timeout(LEASE, turn.lock()).await else { return Err(unfinished()) };
        if let Some(failed) = last.as_ref().filter(|failed| failed.at > asked) {
            return Err(failed.failure.clone());
        }
        let outcome = refresh.run().await;
        *last = outcome.as_ref().err().map(|failure| Failed { at: Instant::now(), failure: failure.clone() });
        outcome
    });
    match timeout(LEASE, running).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(error)) => {
            tracing::error!(%error, "a refresh ended in a panic");
            Err(Box::new(Failure::ours(Code::Internal, "internal error", None)))
        }
        // It goes on, and whoever calls later has the use of it.
        Err(_) => Err(unfinished()),
    }
}

/// The same before the end of `used`, which is taken once more where the vendor is slow: the refresh goes on without this call.
pub(crate) async fn in_time(app: &App, connected: &ConnectedAccount, used: &Arc<Loaded>) -> Result<Arc<Loaded>, Box<Failure>> {
    let renewed = renewed(app, connected, used, Occasion::Call);
    if used.is_usable(app.clock.now()) { timeout(SLOW, renewed).await.unwrap_or_else(|_| Ok(Arc::clone(used))) } else { renewed.await }
}

/// What to tell the caller of an account that has no access token, and will have none without a person.
pub(crate) fn no_token() -> Failure {
    *needs_reauth("it holds no access token")
}

impl Refresh {
    async fn run(mut self) -> Result<Arc<Loaded>, Box<Failure>> {
        let began = Instant::now();
        let lease = loop {
            let seen = Seen::now(self.store.generations(), &self.account);
            let stored = match self.look().await? {
                Stored::Newer(newer) => return Ok(newer),
                Stored::Same(stored) => stored,
            };
            if self.is_refused().await? {
                self.futile.add(&self.account, seen, Why::Refused);
                return Err(refused_before(&self.account));
            }
            if self.occasion == Occasion::Call && self.used.is_new(self.clock.now()) {
                return Ok(self.used);
            }
            if self.client(&stored).await?.is_none() {
                self.futile.add(&self.account, seen, Why::NoApp);
                return Ok(self.used);
            }
            let now = self.clock.now();
            let until = now.checked_add(LEASE).unwrap_or(now);
            let claim = self.store.refreshes().claim(self.account.environment_id, self.account.id, now, until).await;
            match claim.map_err(ours)? {
                RefreshClaim::Mine(lease) => break lease,
                RefreshClaim::Inherited(lease) => {
                    tracing::warn!(account.id = %self.account.id, "an earlier refresh never ended; what it showed the vendor may be used up");
                    break lease;
                }
                RefreshClaim::Gone => return Err(needs_reauth("the account is gone")),
                // Nobody is left to tell once the tasks are all that a shutdown waits for.
                RefreshClaim::Taken if began.elapsed() > PATIENCE || self.tasks.is_closed() => {
                    return Err(later("another server is refreshing the account's access token and has not finished"));
                }
                RefreshClaim::Taken => sleep(PAUSE).await,
            }
        };
        match self.prepare().await {
            Ok(Prepared::Ready { stored, client }) => match self.ask(&stored, &client).await {
                Ok(tokens) => self.save(lease, &stored, &tokens).await,
                Err(error) => self.refused(lease, error).await,
            },
            Ok(Prepared::NoNeed(loaded)) => {
                self.store.refreshes().release(lease).await.map_err(ours)?;
                Ok(loaded)
            }
            Err(failure) => {
                // Nothing was sent; whoever comes next should not take it for a lost answer.
                if let Err(error) = self.store.refreshes().release(lease).await {
                    tracing::warn!(account.id = %self.account.id, %error, "a refresh that was not begun cannot be called off");
                }
                Err(failure)
            }
        }
    }

    /// What to ask with, read once nobody else can be asking: whoever had the lease before may have been through since our last look.
    async fn prepare(&mut self) -> Result<Prepared, Box<Failure>> {
        let stored = match self.look().await? {
            Stored::Newer(newer) => return Ok(Prepared::NoNeed(newer)),
            Stored::Same(stored) => stored,
        };
        let client = self.client(&stored).await?;
        Ok(client.map_or_else(|| Prepared::NoNeed(Arc::clone(&self.used)), |client| Prepared::Ready { stored, client }))
    }

    /// Whether the vendor has refused what the account holds, and nothing has changed since. An app that was set after that may be
    /// what was missing.
    async fn is_refused(&self) -> Result<bool, Box<Failure>> {
        let Account { environment_id, integration, authentication_method, updated_at, .. } = &self.account;
        if self.account.status != AccountStatus::NeedsReauth || self.occasion == Occasion::Person {
            return Ok(false);
        }
        let app = self.store.oauth_apps().get(*environment_id, integration, authentication_method).await.map_err(ours)?;
        Ok(app.is_none_or(|app| app.updated_at <= *updated_at))
    }

    /// Reads account and credential anew.
    async fn look(&mut self) -> Result<Stored, Box<Failure>> {
        let (environment, id) = (self.account.environment_id, self.account.id);
        let present = self.store.accounts().get(environment, id).await.map_err(ours)?;
        self.account = present.ok_or_else(|| needs_reauth("the account is gone"))?;
        let stored = self.store.accounts().credentials(environment, id).await.map_err(ours)?;
        let stored = stored.ok_or_else(|| needs_reauth("the account holds no credential"))?;
        let loaded = self.loaded(&stored).ok_or_else(|| needs_reauth("the account holds no usable credential"))?;
        if loaded.refreshable == self.used.refreshable { Ok(Stored::Same(stored)) } else { Ok(Stored::Newer(Arc::new(loaded))) }
    }

    fn loaded(&self, stored: &Map<String, Value>) -> Option<Loaded> {
        accounts::loaded(&self.store, &self.definition, &self.account, stored)
    }

    /// With which app the vendor is asked; `None` where the environment has set none.
    async fn client(&self, stored: &Map<String, Value>) -> Result<Option<Client>, Box<Failure>> {
        let found = accounts::client(&self.store, &self.definition, &self.account, stored).await;
        found.map_err(|error| match error {
            StoreError::Unreadable(_) => self.unreadable_app(&error),
            error => ours(error),
        })
    }

    /// The app's row was changed or moved.
    fn unreadable_app(&self, error: &StoreError) -> Box<Failure> {
        let Account { integration, authentication_method: method, .. } = &self.account;
        tracing::error!(%error, integration, method, "the secret of an OAuth app does not open; the app has to be set again");
        Box::new(Failure::ours(
            Code::Internal,
            "the stored secret of the OAuth app cannot be read, so the account's access token cannot be refreshed",
            Some("Nothing was sent. The operator of this server has to set the OAuth app again."),
        ))
    }

    /// Asks the vendor, once.
    async fn ask(&self, stored: &Map<String, Value>, client: &Client) -> Result<Tokens, OAuthError> {
        let Account { authentication_method: method, base_url, context, .. } = &self.account;
        let server = accounts::authorization_server(&self.definition, method, base_url.as_deref(), context).map_err(unasked)?;
        let now = self.clock.now();
        let asked = timeout(VENDOR, async {
            if accounts::brings_app(&self.definition, method) {
                return access_token(&self.upstream, &self.definition, method, &server, client, now).await;
            }
            let token = stored_refresh_token(stored).ok_or_else(|| unasked("the account holds no refresh token"))?;
            self.upstream.tokens(&server, client, Grant::Refresh(&token), now).await
        });
        asked.await.unwrap_or_else(|_| {
            Err(OAuthError {
                problem: OAuthProblem::Temporary { retry_after: None },
                grant: GrantState::PerhapsUsed,
                message: "the vendor gave no answer in time; it may have used up what was shown; try again later".to_owned(),
            })
        })
    }

    /// Saves what the vendor answered before anybody uses it.
    async fn save(mut self, lease: RefreshLease, before: &Map<String, Value>, tokens: &Tokens) -> Result<Arc<Loaded>, Box<Failure>> {
        let began = Instant::now();
        let mut pause = PAUSE;
        loop {
            let saved = self.store.refreshes().save(lease.clone(), tokens.stored_over(before), self.clock.now()).await;
            match saved {
                Ok(true) => break,
                Ok(false) => {
                    tracing::info!(account.id = %self.account.id, "the credential was replaced while it was refreshed; the newer one counts");
                    break;
                }
                Err(error @ StoreError::Unavailable(_)) if began.elapsed() < SAVING => {
                    tracing::warn!(account.id = %self.account.id, %error, "refreshed tokens cannot be saved yet");
                    sleep(pause).await;
                    pause = SAVING_PAUSE.min(pause * 2);
                }
                Err(error) => {
                    tracing::error!(account.id = %self.account.id, "refreshed tokens could not be saved and are lost");
                    return Err(ours(error));
                }
            }
        }
        self.pauses.end(self.account.id.uuid());
        tracing::info!(account.id = %self.account.id, "access token refreshed");
        match self.look().await? {
            Stored::Newer(newer) => Ok(newer),
            // The vendor gave the token that it had given before.
            Stored::Same(stored) => {
                self.loaded(&stored).map(Arc::new).ok_or_else(|| needs_reauth("the vendor gave a token that cannot be used"))
            }
        }
    }

    async fn refused(mut self, lease: RefreshLease, error: OAuthError) -> Result<Arc<Loaded>, Box<Failure>> {
        let OAuthError { problem, grant, message, .. } = error;
        tracing::warn!(account.id = %self.account.id, ?problem, ?grant, message, "an access token could not be refreshed");
        let now = self.clock.now();
        let is_final = self.is_final(problem);
        let status = if is_final { AccountStatus::NeedsReauth } else { self.account.status };
        let is_told = self.store.refreshes().fail(lease, status, message.clone(), now).await.map_err(ours)?;
        if !is_told {
            return match self.look().await? {
                Stored::Newer(newer) => Ok(newer),
                Stored::Same(_) if self.account.status == AccountStatus::NeedsReauth => Err(refused_before(&self.account)),
                // Whoever has the lease now may have been given what this one was refused.
                Stored::Same(_) => Err(unfinished()),
            };
        }
        if is_final {
            return Err(needs_reauth(&message));
        }
        let app_now = self.store.generations().of(self.account.environment_id.uuid());
        let used = self.used.refreshable;
        let (mut failure, asked, tried) = match problem {
            OAuthProblem::Temporary { retry_after } => (later(&message), retry_after, Tried { used, app: None }),
            _ => (misconfigured(&message), None, Tried { used, app: Some(app_now) }),
        };
        let life = self.used.credential.as_ref().and(self.used.expires_at).and_then(|end| Duration::try_from(end.duration_since(now)).ok());
        let life = life.filter(|life| !life.is_zero());
        let random = Uuid::now_v7().as_u128() as u32;
        self.pauses.begin(self.account.id.uuid(), tried, now, (asked, life), random, &mut failure);
        Err(failure)
    }

    /// Whether only another credential helps. The app of client credentials is the account's own.
    fn is_final(&self, problem: OAuthProblem) -> bool {
        match problem {
            OAuthProblem::GrantRefused => true,
            OAuthProblem::AppRefused => accounts::brings_app(&self.definition, &self.account.authentication_method),
            _ => false,
        }
    }
}

fn needs_reauth(reason: &str) -> Box<Failure> {
    Box::new(Failure::ours(
        Code::NeedsReauth,
        format!("the account has to be connected again: {reason}"),
        Some("A person has to reconnect the account; calling again will not help until then."),
    ))
}

fn refused_before(account: &Account) -> Box<Failure> {
    needs_reauth(account.last_error.as_deref().unwrap_or("the vendor has refused its credential"))
}

fn later(reason: &str) -> Box<Failure> {
    let mut failure = Failure::ours(
        Code::Unreachable,
        format!("the account's access token cannot be refreshed now: {reason}"),
        Some("Nothing was changed. Wait as long as `retry_after` says, then call again."),
    );
    failure.rate_limit.retry_after = Some(5);
    Box::new(failure)
}

fn unfinished() -> Box<Failure> {
    later("an attempt is under way and has not finished")
}

fn misconfigured(reason: &str) -> Box<Failure> {
    Box::new(Failure::ours(
        Code::VendorError,
        format!("the account's access token cannot be refreshed: {reason}"),
        Some("Nothing was sent. The operator of this server has to correct the OAuth app or the integration's definition."),
    ))
}

/// A fault of the store; who waits for it is told nothing of its inside.
fn ours(error: StoreError) -> Box<Failure> {
    tracing::error!(%error, "a refresh failed for want of the database");
    Box::new(Failure::ours(Code::Internal, "the database failed; nothing was sent", Some("Try again in a moment.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_replaced_early_but_not_in_the_first_half_of_its_life() {
        let at = |second: i64| Timestamp::from_second(1_795_176_000 + second).ok();
        let of_life = |life: i64| early(Duration::from_secs(120), at(0), at(life)).as_secs();
        assert_eq!([7200, 300, 240, 60, 1, 0, -5].map(of_life), [120, 120, 120, 30, 0, 0, 120]);
        let unknown = [early(Duration::from_secs(120), None, at(60)), early(Duration::from_secs(120), at(0), None)];
        assert_eq!(unknown.map(|early| early.as_secs()), [120, 120]);
    }
}
