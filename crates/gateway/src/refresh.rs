//! Access tokens are replaced before they end, or when a vendor refuses them: once, however many calls ask for it.
//!
//! Within the process callers queue for an account; between processes a lease in the database decides. A refresh runs in a task of
//! its own, so that a client that hangs up does not take a single-use refresh token with it.

use std::sync::Arc;
use std::time::Duration;

use catalog::authorization_server::AuthorizationServer;
use catalog::definition::Definition;
use jiff::Timestamp;
use store::{Account, AccountStatus, RefreshClaim, RefreshLease, Store, StoreError};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};
use upstream::oauth::{App as Client, Grant, GrantState, OAuthError, OAuthProblem, Tokens, stored_refresh_token};
use upstream::{Code, Failure};
use uuid::Uuid;

use crate::accounts::{self, Loaded};
use crate::app::App;
use crate::clock::Clock;
use crate::connected_account::ConnectedAccount;
use crate::shared::Shared;

/// How long before its end a token is replaced: this, and up to [`SPREAD_SECONDS`] more by account, so that accounts that were
/// connected together are not refreshed together.
const EARLY_SECONDS: u64 = 60;
const SPREAD_SECONDS: u64 = 120;
/// Longest wait for the vendor's answer.
const VENDOR: Duration = Duration::from_secs(60);
/// How long a lease lasts: longer than the vendor and the saving after it may take.
const LEASE: Duration = Duration::from_secs(90);
/// Longest wait for another process's refresh, and the pause between two looks at it.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(50);
/// How often the vendor's answer is tried to be saved: what is lost here is lost for good.
const SAVES: u32 = 10;

/// The refreshes under way in this process.
#[derive(Default)]
pub(crate) struct Refreshing(Shared<Uuid, Mutex<Option<Failed>>>);

/// The last attempt for an account, for those who waited for it.
struct Failed {
    at: Instant,
    failure: Box<Failure>,
}

/// What a refresh needs; it outlives the request that asked for it.
struct Refresh {
    store: Store,
    upstream: upstream::Client,
    clock: Arc<Clock>,
    definition: Arc<Definition>,
    account: Account,
    used: Arc<Loaded>,
}

/// Whether a token should be replaced before it is used.
pub(crate) fn is_due(loaded: &Loaded, account: &Account, now: Timestamp) -> bool {
    let spread = account.id.uuid().as_u128() % u128::from(SPREAD_SECONDS + 1);
    let early = Duration::from_secs(EARLY_SECONDS + spread as u64);
    loaded.refreshable.is_some() && loaded.expires_at.is_some_and(|end| now.checked_add(early).is_ok_and(|soon| end <= soon))
}

/// The credential that takes the place of `used`: a new one, one that somebody else has got meanwhile, or `used` itself where there
/// is no app to refresh it with.
///
/// # Errors
/// What to tell the caller instead.
pub(crate) async fn renewed(app: &App, connected: &ConnectedAccount, used: &Arc<Loaded>) -> Result<Arc<Loaded>, Box<Failure>> {
    let asked = Instant::now();
    let turn = app.refreshing.0.get_or_make(connected.account.id.uuid(), |_| Mutex::new(None));
    let refresh = Refresh {
        store: app.store.clone(),
        upstream: app.upstream.clone(),
        clock: Arc::clone(&app.clock),
        definition: Arc::clone(&connected.definition),
        account: connected.account.clone(),
        used: Arc::clone(used),
    };
    let running = app.tasks.spawn(async move {
        let mut last = turn.lock().await;
        if let Some(failed) = last.as_ref().filter(|failed| failed.at > asked) {
            return Err(failed.failure.clone());
        }
        let outcome = refresh.run().await;
        *last = outcome.as_ref().err().map(|failure| Failed { at: Instant::now(), failure: failure.clone() });
        outcome
    });
    running.await.unwrap_or_else(|error| {
        tracing::error!(%error, "a refresh ended in a panic");
        Err(Box::new(Failure::ours(Code::Internal, "internal error", None)))
    })
}

impl Refresh {
    async fn run(mut self) -> Result<Arc<Loaded>, Box<Failure>> {
        let began = Instant::now();
        let lease = loop {
            if let Some(newer) = self.newer().await? {
                return Ok(newer);
            }
            if self.account.status == AccountStatus::NeedsReauth {
                return Err(needs_reauth(self.account.last_error.as_deref().unwrap_or("the vendor has refused its refresh token")));
            }
            let Some(client) = self.client().await? else { return Ok(Arc::clone(&self.used)) };
            let now = self.clock.now();
            let until = now.checked_add(LEASE).unwrap_or(now);
            let claim = self.store.refreshes().claim(self.account.environment_id, self.account.id, now, until).await;
            match claim.map_err(ours)? {
                RefreshClaim::Mine(lease) => break (lease, client),
                RefreshClaim::Inherited(lease) => {
                    tracing::warn!(account.id = %self.account.id, "an earlier refresh never ended; its refresh token may be used up");
                    break (lease, client);
                }
                RefreshClaim::Gone => return Err(needs_reauth("the account is gone")),
                RefreshClaim::Taken if began.elapsed() > PATIENCE => {
                    return Err(later("another server is refreshing the account's access token and has not finished", None));
                }
                RefreshClaim::Taken => sleep(PAUSE).await,
            }
        };
        let (lease, client) = lease;
        // Whoever had the lease before may have been through between our look and our claim.
        if let Some(newer) = self.newer().await? {
            self.store.refreshes().release(lease).await.map_err(ours)?;
            return Ok(newer);
        }
        self.ask(lease, &client).await
    }

    /// The stored credential if it is another than the one that was used.
    async fn newer(&mut self) -> Result<Option<Arc<Loaded>>, Box<Failure>> {
        let present = self.store.accounts().get(self.account.environment_id, self.account.id).await.map_err(ours)?;
        self.account = present.ok_or_else(|| needs_reauth("the account is gone"))?;
        let loaded = accounts::credential(&self.store, &self.definition, &self.account).await.map_err(ours)?;
        let loaded = loaded.ok_or_else(|| needs_reauth("the account holds no usable credential"))?;
        Ok((loaded.refreshable != self.used.refreshable).then(|| Arc::new(loaded)))
    }

    /// The environment's app for this account, if it has set one.
    async fn client(&self) -> Result<Option<Client>, Box<Failure>> {
        let Account { environment_id, integration, authentication_method, .. } = &self.account;
        let found = self.store.oauth_apps().with_secret(*environment_id, integration, authentication_method).await.map_err(ours)?;
        Ok(found.map(|(app, client_secret)| Client { client_id: app.client_id, client_secret }))
    }

    /// Asks the vendor, and saves what comes of it before anybody uses it.
    async fn ask(self, lease: RefreshLease, client: &Client) -> Result<Arc<Loaded>, Box<Failure>> {
        let (environment, id) = (self.account.environment_id, self.account.id);
        let stored = self.store.accounts().credentials(environment, id).await.map_err(ours)?;
        let stored = stored.ok_or_else(|| needs_reauth("the account holds no credential"))?;
        let token = stored_refresh_token(&stored).ok_or_else(|| needs_reauth("the account holds no refresh token"))?;
        let integration = &self.definition.integration;
        let oauth2 = integration.credentials.get(&self.account.authentication_method).and_then(|scheme| scheme.oauth2.as_ref());
        let oauth2 = oauth2.ok_or_else(|| needs_reauth("the integration no longer says where tokens come from"))?;
        let server = AuthorizationServer::new(integration, oauth2, self.account.base_url.as_deref(), &self.account.context)
            .map_err(|error| later(&error.to_string(), None))?;
        let asked = timeout(VENDOR, self.upstream.tokens(&server, client, Grant::Refresh(&token), self.clock.now())).await;
        let answer = asked.unwrap_or_else(|_| {
            Err(OAuthError {
                problem: OAuthProblem::Temporary { retry_after: None },
                grant: GrantState::PerhapsUsed,
                message: "the vendor gave no answer in time; it may have used up the refresh token; try again later".to_owned(),
                vendor_error: None,
            })
        });
        match answer {
            Ok(tokens) => {
                self.save(lease, &stored, &tokens).await.map_err(ours)?;
                tracing::info!(account.id = %id, "access token refreshed");
                // Read again, so that what is found out about the new token is said of it and not of the one before.
                let present = self.store.accounts().get(environment, id).await.map_err(ours)?;
                let present = present.ok_or_else(|| needs_reauth("the account is gone"))?;
                let loaded = accounts::credential(&self.store, &self.definition, &present).await.map_err(ours)?;
                loaded.map(Arc::new).ok_or_else(|| needs_reauth("the vendor gave a token that cannot be used"))
            }
            Err(error) => self.refused(lease, error).await,
        }
    }

    async fn save(
        &self,
        lease: RefreshLease,
        before: &serde_json::Map<String, serde_json::Value>,
        tokens: &Tokens,
    ) -> Result<(), StoreError> {
        let mut tries = 0;
        loop {
            tries += 1;
            let saved = self.store.refreshes().save(lease.clone(), tokens.stored_over(before).into(), self.clock.now()).await;
            match saved {
                // `false`: the credential was replaced meanwhile, and that one counts.
                Ok(_) => return Ok(()),
                Err(error) if tries == SAVES => {
                    tracing::error!(account.id = %self.account.id, %error, "refreshed tokens could not be saved and are lost");
                    return Err(error);
                }
                Err(error) => {
                    tracing::warn!(account.id = %self.account.id, %error, "refreshed tokens cannot be saved yet");
                    sleep(PAUSE * 2_u32.pow(tries.min(5))).await;
                }
            }
        }
    }

    async fn refused(self, lease: RefreshLease, error: OAuthError) -> Result<Arc<Loaded>, Box<Failure>> {
        let OAuthError { problem, grant, message, .. } = error;
        tracing::warn!(account.id = %self.account.id, ?problem, ?grant, message, "an access token could not be refreshed");
        let now = self.clock.now();
        let status = match problem {
            OAuthProblem::GrantRefused => AccountStatus::NeedsReauth,
            _ => self.account.status,
        };
        self.store.refreshes().fail(lease, status, message.clone(), now).await.map_err(ours)?;
        match problem {
            OAuthProblem::GrantRefused => Err(needs_reauth(&message)),
            OAuthProblem::Temporary { retry_after } => Err(later(&message, retry_after)),
            _ => Err(Box::new(Failure::ours(
                Code::VendorError,
                format!("the account's access token cannot be refreshed: {message}"),
                Some("Nothing was sent. The operator of this server has to correct the OAuth app or the integration's definition."),
            ))),
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

fn later(reason: &str, retry_after: Option<Duration>) -> Box<Failure> {
    let mut failure = Failure::ours(
        Code::Unreachable,
        format!("the account's access token cannot be refreshed now: {reason}"),
        Some("Nothing was changed. Wait as long as `retry_after` says, then call again."),
    );
    failure.rate_limit.retry_after = Some(retry_after.map_or(5, |wait| wait.as_secs().max(1)));
    Box::new(failure)
}

/// A fault of the store; who waits for it is told nothing of its inside.
fn ours(error: StoreError) -> Box<Failure> {
    tracing::error!(%error, "a refresh failed for want of the database");
    Box::new(Failure::ours(Code::Internal, "the database failed; nothing was sent", Some("Try again in a moment.")))
}
