//! The end of both ways: the vendor is asked whether a credential works, and the account is stored with it.

use std::sync::Arc;
use std::time::Duration;

use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use catalog::definition::Definition;
use http::StatusCode;
use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde_json::{Map, Value};
use store::{
    Account, AccountChange, AccountId, AccountStatus, Connect, Connection, Derived, EnvironmentId, LinkUse, NewAccount, SecretFields,
    StoreError,
};
use url::Url;
use url::form_urlencoded::Serializer;

use super::audience::Audience;
use super::opening::{By, Goal, Link};
use super::page::{Returning, returning};
use crate::app::App;
use crate::reconnect;
use crate::validation::{Cause, Verdict, validate};

/// What is about to be stored. Holds secrets.
pub(super) struct Offer {
    pub definition: Arc<Definition>,
    pub method: String,
    pub context: Map<String, Value>,
    pub credentials: SecretFields,
}

store::lacks!(Offer: std::fmt::Debug, std::fmt::Display, serde::Serialize, Clone);

/// Why nothing was stored.
pub(super) enum NotConnected {
    /// By the vendor, in its words.
    Refused(String),
    /// Nobody knows whether the credential works; what the vendor said instead, if it said anything.
    Unclear(Option<String>),
    /// There is no connection to the vendor's host.
    Unreachable,
    /// Somebody else was first, or the link was taken back.
    Closed,
    AccountGone,
    /// A ticket is for the vendor's account that it was made for. Who the person signed in as, if the vendor says so; whose the account is,
    /// is not for whoever holds a link.
    OtherAccount(Option<String>),
    /// The account leads elsewhere than the credential was tried.
    Moved,
    Store(StoreError),
}

impl From<StoreError> for NotConnected {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// How long the page that says so can be loaded again.
pub(super) const DONE: Duration = Duration::from_secs(600);
/// How often an account is read again when it has changed just now.
const TRIES: u32 = 3;

/// Asks the vendor whether the credential works, and stores it: as a new account, or as another credential of the one there is.
pub(super) async fn connect(app: &App, link: &Link, offer: Offer) -> Result<Account, NotConnected> {
    let Offer { definition, method, context, credentials } = offer;
    let (verdict, credentials) = validate(app, &definition, &method, link.base_url(), &context, credentials).await;
    let identity = match verdict {
        Verdict::Accepted { identity } => identity,
        Verdict::NotOffered => None,
        Verdict::Refused { message } => return Err(NotConnected::Refused(message)),
        Verdict::Unclear { message, cause } => return Err(untold(message, cause)),
    };
    let account = match &link.goal {
        Goal::Connect(known) => {
            let Connect { tenant_id, name, base_url, .. } = known.clone();
            let new = NewAccount {
                integration: definition.integration.name.clone(),
                tenant_id,
                name,
                authentication_method: method,
                credentials,
                context,
                base_url,
                status: AccountStatus::Active,
                identity,
            };
            used(app.store.link_tokens().connect(link.hash, Connection::New(new), link.browser, app.clock.now()).await?)?
        }
        Goal::Reconnect { account, by } => {
            if *by == By::Ticket && account.identity.is_some() && account.identity != identity {
                return Err(NotConnected::OtherAccount(identity));
            }
            let tried = Tried { method, context, credentials, identity };
            again(app, link, account, *by, &tried).await?
        }
    };
    tracing::info!(account.id = %account.id, integration = account.integration, again = link.account().is_some(), "account connected by a link");
    Ok(account)
}

fn used(link_use: LinkUse) -> Result<Account, NotConnected> {
    match link_use {
        LinkUse::Connected(account) => Ok(*account),
        LinkUse::Closed => Err(NotConnected::Closed),
        LinkUse::AccountGone => Err(NotConnected::AccountGone),
    }
}

/// What the vendor has taken.
struct Tried {
    method: String,
    context: Map<String, Value>,
    credentials: SecretFields,
    identity: Option<String>,
}

store::lacks!(Tried: std::fmt::Debug, std::fmt::Display, serde::Serialize, Clone);

/// Stores another credential of an account that leads to where the credential was tried, with this version of the account or not at all.
/// Nothing is stored of a ticket, so what it opens is looked up again too.
async fn again(app: &App, link: &Link, opened: &Account, by: By, tried: &Tried) -> Result<Account, NotConnected> {
    let (environment, id) = (opened.environment_id, opened.id);
    let mut tries = 0;
    loop {
        tries += 1;
        let now = app.clock.now();
        let present = match by {
            By::Ticket => reconnect::account(app, link.token.expose_secret(), link.expired_by).await?.ok_or(NotConnected::Closed)?,
            By::LinkToken => app.store.accounts().get(environment, id).await?.ok_or(NotConnected::AccountGone)?,
        };
        let change = tried.change(&present, opened.base_url.as_deref()).ok_or(NotConnected::Moved)?;
        let changed = match by {
            By::Ticket => {
                let changed = app.store.accounts().update(environment, id, change, now).await;
                changed.map(|account| account.ok_or(NotConnected::AccountGone))
            }
            By::LinkToken => app.store.link_tokens().connect(link.hash, Connection::Again(id, change), link.browser, now).await.map(used),
        };
        match changed {
            Ok(account) => return account,
            Err(StoreError::Conflict(_)) if tries < TRIES => {}
            Err(StoreError::Conflict(_)) => return Err(NotConnected::Moved),
            Err(error) => return Err(error.into()),
        }
    }
}

impl Tried {
    /// What changes in an account as it is now; `None` if it leads elsewhere than this was tried. Nothing but the credential does, and the
    /// variables that the account had no value for.
    fn change(&self, present: &Account, base_url: Option<&str>) -> Option<AccountChange> {
        let is_there = present.base_url.as_deref() == base_url
            && present.authentication_method == self.method
            && present.context.iter().all(|(name, value)| self.context.get(name) == Some(value));
        is_there.then(|| AccountChange {
            version: Some(present.version),
            credentials: Some((*self.credentials).clone().into()),
            context: (present.context != self.context).then(|| self.context.clone()),
            status: Some(AccountStatus::Active),
            last_error: Some(None),
            identity: self.identity.clone().map(Some),
            ..AccountChange::default()
        })
    }
}

/// What a link has led to.
pub(super) struct Ended<'a> {
    pub environment: EnvironmentId,
    pub account: AccountId,
    /// Whether the account was there before.
    pub is_again: bool,
    pub redirect_uri: Option<&'a str>,
    /// Scopes that were asked for and not granted, with blanks between them.
    pub lacking: String,
}

/// Where the person goes then: back to whoever sent them, or to a page of ours.
pub(super) fn destination(app: &App, ended: &Ended<'_>) -> String {
    if let Some(mut back) = ended.redirect_uri.and_then(|uri| Url::parse(uri).ok()) {
        let id = ended.account.to_string();
        back.query_pairs_mut().append_pair("status", "connected").append_pair("integrated_account_id", &id);
        if !ended.lacking.is_empty() {
            back.query_pairs_mut().append_pair("missing_scope", &ended.lacking);
        }
        return back.into();
    }
    let now = app.clock.now();
    let until = now.checked_add(DONE).unwrap_or(now).as_millisecond();
    let again = if ended.is_again { "again" } else { "new" };
    let words = [ended.environment.to_string(), ended.account.to_string(), until.to_string(), again.to_owned(), ended.lacking.clone()];
    let key = URL_SAFE_NO_PAD.encode(*app.store.derive(Derived::Done, &words.join(" ")));
    let names = ["environment", "account", "until", "kind", "lacking"];
    let pairs = names.into_iter().zip(words.iter().map(String::as_str)).chain([("key", &*key)]);
    let query = Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("{}/link/done?{query}", app.public_path)
}

/// A person is told the vendor's words, and nothing of the network here.
fn untold(message: String, cause: Cause) -> NotConnected {
    tracing::warn!(?cause, message, "a credential that was given on a link page could not be tried");
    match cause {
        Cause::Vendor => NotConnected::Unclear(Some(message)),
        Cause::Unreachable => NotConnected::Unreachable,
        Cause::Here => NotConnected::Unclear(None),
    }
}

/// Leads a browser there that may have sent a form: by a page of ours, as our policy holds for wherever the answer to a form redirects to.
pub(super) fn lead_on(app: &App, audience: &Audience, destination: &str) -> Response {
    match Url::parse(destination) {
        Ok(url) => {
            let view = Returning { site: audience.site(app), host: url.host_str().unwrap_or_default(), url: destination };
            audience.answer(StatusCode::OK, returning(&view))
        }
        // Without a host it is a path here.
        Err(_) => Redirect::to(destination).into_response(),
    }
}

/// What the address of that page says, if it is one of ours.
pub(super) struct DoneQuery {
    pub environment: String,
    pub account: String,
    pub is_again: bool,
    /// Whether it is too late to tell more than that.
    pub is_over: bool,
    /// As in [`Ended`].
    pub lacking: String,
}

/// Reads what [`destination`] wrote. Nobody else can write such an address, so nobody can show a person, or the page around it, an account
/// that they did not connect.
pub(super) fn read_done(app: &App, query: &str, now: Timestamp) -> Option<DoneQuery> {
    let value =
        |wanted: &str| url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned());
    let words = [value("environment")?, value("account")?, value("until")?, value("kind")?, value("lacking")?];
    let key = URL_SAFE_NO_PAD.decode(value("key")?).ok()?;
    if !app.store.is_derived(Derived::Done, &words.join(" "), &key) {
        return None;
    }
    let [environment, account, until, again, lacking] = words;
    let is_over = until.parse::<i64>().map_or(true, |until| until <= now.as_millisecond());
    Some(DoneQuery { environment, account, is_again: again == "again", is_over, lacking })
}
