//! Access tokens are replaced before they end, or when a vendor refuses them: once, however many calls ask for it.
//!
//! Within the process callers queue for an account; between processes a lease in the database decides. A refresh runs in a task of
//! its own, so that a client that hangs up does not take a single-use refresh token with it.

mod failure;
mod futile;
mod pause;
mod turn;

use std::sync::Arc;
use std::time::Duration;

use catalog::definition::Definition;
use jiff::Timestamp;
use serde_json::{Map, Value};
use store::{
    Account, AccountCredential, AccountStatus, LONGEST_LEASE, RefreshClaim, RefreshFailure, RefreshLease, RefreshSaved, SecretFields,
    Store, StoreError,
};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::task::TaskTracker;
use upstream::Failure;
use upstream::oauth::{App as Client, Grant, GrantState, OAuthError, OAuthProblem, Tokens, stored_refresh_token};
use uuid::Uuid;

use self::failure::{
    changed, later, lost, misconfigured, needs_reauth, ours, panicked, refused, refused_before, taken, unfinished, unreadable_app,
};
use self::futile::{Futile, Seen, Why};
use self::pause::{Pauses, Tried};
use self::turn::Turn;
use crate::accounts::{self, Loaded};
use crate::app::App;
use crate::client_credentials::{access_token, unasked};
use crate::clock::Clock;
use crate::connected_account::ConnectedAccount;
use crate::revocation;
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
const LEASE: Duration = LONGEST_LEASE;
/// Longest wait for another process's refresh.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long it is tried to save the vendor's answer while the database is away: what is lost here is lost for good.
const SAVING: Duration = Duration::from_secs(10 * 60);
/// The first pause between two attempts at something of the database's; each further one is twice as long, up to these.
const PAUSE: Duration = Duration::from_millis(50);
const CLAIMING_PAUSE: Duration = Duration::from_secs(1);
const SAVING_PAUSE: Duration = Duration::from_secs(5);

/// The refreshes under way in this process, and those that are not worth an attempt now.
#[derive(Default)]
pub(crate) struct Refreshing {
    turns: Shared<Uuid, Turn>,
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

/// The credential that takes the place of another, and the account as it was read with it.
pub(crate) struct Renewed {
    pub credential: Arc<Loaded>,
    pub account: Account,
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
    /// When the present attempt began to read what it will show, and what was known then.
    asked_at: Timestamp,
    seen: Seen,
}

/// What is known before the vendor is asked.
enum Prepared {
    Ready {
        stored: SecretFields,
        client: Client,
    },
    /// Somebody has refreshed it meanwhile, or there is no app to ask with.
    NoNeed(Arc<Loaded>),
}

/// The stored credential beside the one that was used.
enum Stored {
    /// Another one.
    Newer(Arc<Loaded>),
    /// The same, unsealed, and when the vendor refused to refresh it.
    Same(SecretFields, Option<Timestamp>),
}

/// Whether a token should be replaced before it is used.
pub(crate) fn is_due(loaded: &Loaded, account: &Account, now: Timestamp) -> bool {
    if !loaded.refreshable || loaded.credential.is_none() {
        return loaded.refreshable;
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
) -> Result<Renewed, Box<Failure>> {
    let Refreshing { turns, pauses, futile } = &app.refreshing;
    let (account, generations) = (&connected.account, app.store.generations());
    let seen = Seen::now(generations, account);
    if occasion == Occasion::Call {
        match futile.present(account, seen) {
            Some(Why::NoApp) => return Ok(Renewed { credential: Arc::clone(used), account: account.clone() }),
            Some(Why::Refused) => return Err(refused_before(account)),
            None => {}
        }
        let is_present = |seen| seen == generations.of(account.environment_id.uuid());
        if let Some(failure) = pauses.present(account.id.uuid(), used.version, app.clock.now(), is_present) {
            return Err(failure);
        }
    }
    let turn = turns.get_or_make(account.id.uuid(), |_| Turn::default());
    let mut refresh = Refresh {
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
        asked_at: app.clock.now(),
        seen,
    };
    let asked = Instant::now();
    let running = app.tasks.spawn(async move {
        let Ok(mut turn) = timeout(LEASE, turn.taken()).await else { return Err(unfinished()) };
        if let Some(failure) = turn.failure_since(asked) {
            return Err(failure);
        }
        let outcome = refresh.run().await;
        turn.end(outcome.as_ref().err().cloned());
        outcome.map(|credential| Renewed { credential, account: refresh.account })
    });
    match timeout(LEASE, running).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(error)) => {
            tracing::error!(%error, "a refresh ended in a panic");
            Err(panicked())
        }
        // It goes on, and whoever calls later has the use of it.
        Err(_) => Err(unfinished()),
    }
}

/// The same for a request that is planned for `connected`.
///
/// # Errors
/// As for [`renewed`]; and the account leads elsewhere by now, where the planned request would take the new credential to the old host.
pub(crate) async fn for_plan(
    app: &App,
    connected: &ConnectedAccount,
    used: &Arc<Loaded>,
    occasion: Occasion,
) -> Result<Arc<Loaded>, Box<Failure>> {
    let Renewed { credential, account } = renewed(app, connected, used, occasion).await?;
    let leads = |account: &Account| (account.authentication_method.clone(), account.base_url.clone(), account.context.clone());
    if leads(&account) == leads(&connected.account) { Ok(credential) } else { Err(changed()) }
}

/// The same before the end of `used`, which is taken once more where the vendor is slow: the refresh goes on without this call.
pub(crate) async fn in_time(
    app: &App,
    connected: &ConnectedAccount,
    used: &Arc<Loaded>,
    occasion: Occasion,
) -> Result<Arc<Loaded>, Box<Failure>> {
    let renewed = for_plan(app, connected, used, occasion);
    if !used.is_usable(app.clock.now()) {
        return renewed.await;
    }
    let turn = app.refreshing.turns.get_or_make(connected.account.id.uuid(), |_| Turn::default());
    if turn.is_taken_since(SLOW) {
        return Ok(Arc::clone(used));
    }
    timeout(SLOW, renewed).await.unwrap_or_else(|_| Ok(Arc::clone(used)))
}

/// What to tell the caller of an account that has no access token, and will have none without a person.
pub(crate) fn no_token() -> Failure {
    *needs_reauth("it holds no access token")
}

impl Refresh {
    async fn run(&mut self) -> Result<Arc<Loaded>, Box<Failure>> {
        if let Prepared::NoNeed(credential) = self.prepare().await? {
            return Ok(credential);
        }
        let lease = self.claim().await?;
        // Anew: whoever had the lease before may have been through since.
        let called_off = match self.prepare().await {
            Ok(Prepared::Ready { stored, client }) => {
                return match self.ask(&stored, &client).await {
                    Ok(tokens) => self.save(lease, &stored, &client, &tokens).await,
                    Err(error) => self.refused(lease, error).await,
                };
            }
            Ok(Prepared::NoNeed(credential)) => Ok(credential),
            Err(failure) => Err(failure),
        };
        // Nothing was sent; whoever comes next should not take it for a lost answer.
        if let Err(error) = self.store.refreshes().release(lease).await {
            tracing::warn!(account.id = %self.account.id, %error, "a refresh that was not begun cannot be called off");
        }
        called_off
    }

    /// Waits for the right to ask.
    async fn claim(&self) -> Result<RefreshLease, Box<Failure>> {
        let (began, mut pause) = (Instant::now(), PAUSE);
        loop {
            let now = self.clock.now();
            let until = now.checked_add(LEASE).unwrap_or(now);
            let claim = self.store.refreshes().claim(self.account.environment_id, self.account.id, now, until).await;
            match claim.map_err(ours)? {
                RefreshClaim::Mine(lease) => return Ok(lease),
                RefreshClaim::Inherited(lease) => {
                    tracing::warn!(account.id = %self.account.id, "an earlier refresh never ended; what it showed the vendor may be used up");
                    return Ok(lease);
                }
                RefreshClaim::Gone => return Err(needs_reauth("the account is gone")),
                // Nobody is left to tell once the tasks are all that a shutdown waits for.
                RefreshClaim::Taken if began.elapsed() > PATIENCE || self.tasks.is_closed() => return Err(taken()),
                RefreshClaim::Taken => sleep(pause).await,
            }
            pause = CLAIMING_PAUSE.min(pause * 2);
        }
    }

    /// What to ask with, if it is to be asked.
    async fn prepare(&mut self) -> Result<Prepared, Box<Failure>> {
        self.seen = Seen::now(self.store.generations(), &self.account);
        self.asked_at = self.clock.now();
        let (stored, refused_at) = match self.look().await? {
            Stored::Newer(newer) => return Ok(Prepared::NoNeed(newer)),
            Stored::Same(stored, refused_at) => (stored, refused_at),
        };
        if self.occasion == Occasion::Call {
            if self.is_refused(refused_at).await? {
                self.futile.add(&self.account, self.seen, Why::Refused);
                return Err(refused_before(&self.account));
            }
            if self.used.is_new(self.asked_at) {
                return Ok(Prepared::NoNeed(Arc::clone(&self.used)));
            }
        }
        match self.client(&stored).await? {
            Some(client) => Ok(Prepared::Ready { stored, client }),
            None => {
                self.futile.add(&self.account, self.seen, Why::NoApp);
                Ok(Prepared::NoNeed(Arc::clone(&self.used)))
            }
        }
    }

    /// Whether the vendor has refused what the account holds, and nothing speaks for another attempt: neither was the account found
    /// to work after that, nor the app set anew.
    async fn is_refused(&self, refused_at: Option<Timestamp>) -> Result<bool, Box<Failure>> {
        let Account { environment_id, integration, authentication_method, status, .. } = &self.account;
        let Some(refused_at) = refused_at.filter(|_| *status != AccountStatus::Active) else { return Ok(false) };
        let app = self.store.oauth_apps().get(*environment_id, integration, authentication_method).await.map_err(ours)?;
        Ok(app.is_none_or(|app| app.updated_at <= refused_at))
    }

    /// Reads account and credential anew.
    async fn look(&mut self) -> Result<Stored, Box<Failure>> {
        let read = self.store.accounts().with_credential(self.account.environment_id, self.account.id).await.map_err(ours)?;
        let AccountCredential { account, fields, refused_at } = read.ok_or_else(|| needs_reauth("the account is gone"))?;
        self.account = account;
        let stored = accounts::opened(&self.account, fields).map_err(ours)?;
        let stored = stored.ok_or_else(|| needs_reauth("the account holds no usable credential"))?;
        if self.account.credential_version == self.used.version {
            return Ok(Stored::Same(stored, refused_at));
        }
        let newer = accounts::loaded(&self.definition, &self.account, &stored);
        newer.map(|newer| Stored::Newer(Arc::new(newer))).ok_or_else(|| needs_reauth("the account holds no usable credential"))
    }

    /// With which app the vendor is asked; `None` where the environment has set none.
    async fn client(&self, stored: &Map<String, Value>) -> Result<Option<Client>, Box<Failure>> {
        let found = accounts::client(&self.store, &self.definition, &self.account, stored).await;
        found.map_err(|error| match error {
            StoreError::Unreadable(_) => unreadable_app(&self.account, &error),
            error => ours(error),
        })
    }

    /// Asks the vendor, once.
    async fn ask(&self, stored: &Map<String, Value>, client: &Client) -> Result<Tokens, OAuthError> {
        let Account { authentication_method: method, base_url, context, .. } = &self.account;
        let server = accounts::authorization_server(&self.upstream, &self.definition, method, base_url.as_deref(), context);
        let server = server.map_err(unasked)?;
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
    async fn save(
        &mut self,
        lease: RefreshLease,
        before: &Map<String, Value>,
        client: &Client,
        tokens: &Tokens,
    ) -> Result<Arc<Loaded>, Box<Failure>> {
        let saved = self
            .kept(|| {
                let (store, lease, now) = (self.store.clone(), lease.clone(), self.clock.now());
                let credentials = tokens.stored_over(before);
                async move { store.refreshes().save(lease, credentials, now).await }
            })
            .await;
        match saved.map_err(|error| lost(&self.account, error))? {
            RefreshSaved::Saved => tracing::info!(account.id = %self.account.id, "access token refreshed"),
            RefreshSaved::Replaced => {
                tracing::info!(account.id = %self.account.id, "the credential was replaced while it was refreshed; the newer one counts");
            }
            RefreshSaved::Gone => {
                let what = (&*self.definition, &self.account);
                revocation::revoke_orphans(&self.upstream, what, client, &tokens.stored_over(before), self.clock.now()).await;
                return Err(needs_reauth("the account is gone"));
            }
        }
        self.pauses.end(self.account.id.uuid());
        match self.look().await? {
            Stored::Newer(newer) => Ok(newer),
            Stored::Same(..) => Err(unfinished()),
        }
    }

    async fn refused(&mut self, lease: RefreshLease, error: OAuthError) -> Result<Arc<Loaded>, Box<Failure>> {
        let OAuthError { problem, grant, message, .. } = error;
        tracing::warn!(account.id = %self.account.id, ?problem, ?grant, reason = message, "an access token could not be refreshed");
        let is_final = self.is_final(problem);
        let failure = if is_final { RefreshFailure::Refused { asked_at: self.asked_at } } else { RefreshFailure::Passing };
        let now = self.clock.now();
        let told = self.kept(|| {
            let (store, lease, message) = (self.store.clone(), lease.clone(), message.clone());
            async move { store.refreshes().fail(lease, failure, message, now).await }
        });
        if !told.await.map_err(ours)? {
            return match self.look().await? {
                Stored::Newer(newer) => Ok(newer),
                Stored::Same(_, Some(_)) => Err(refused_before(&self.account)),
                // Whoever has the lease now may have been given what this one was refused.
                Stored::Same(_, None) => Err(unfinished()),
            };
        }
        if is_final {
            return Err(refused(&message));
        }
        let used = self.used.version;
        let (mut failure, asked, tried) = match problem {
            OAuthProblem::Temporary { retry_after } => (later(&message), retry_after, Tried { used, app: None }),
            _ => (misconfigured(&message), None, Tried { used, app: Some(self.seen.environment) }),
        };
        let life = self.used.credential.as_ref().and(self.used.expires_at).and_then(|end| Duration::try_from(end.duration_since(now)).ok());
        let life = life.filter(|life| !life.is_zero());
        let random = Uuid::now_v7().as_u128() as u32;
        self.pauses.begin(self.account.id.uuid(), tried, now, (asked, life), random, &mut failure);
        Err(failure)
    }

    /// Writes what would be lost for good, as soon as the database takes it.
    async fn kept<T, W: Future<Output = Result<T, StoreError>>>(&self, write: impl Fn() -> W) -> Result<T, StoreError> {
        let (began, mut pause) = (Instant::now(), PAUSE);
        loop {
            match write().await {
                Err(error @ StoreError::Unavailable(_)) if began.elapsed() < SAVING => {
                    tracing::warn!(account.id = %self.account.id, %error, "what a refresh brought cannot be saved yet");
                    sleep(pause).await;
                    pause = SAVING_PAUSE.min(pause * 2);
                }
                written => return written,
            }
        }
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
