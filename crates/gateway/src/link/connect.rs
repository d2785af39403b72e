//! The end of both ways: the vendor is asked whether a credential works, and the account is stored with it.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use catalog::definition::Definition;
use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde_json::{Map, Value};
use store::{Account, AccountChange, AccountStatus, Connect, Connection, Derived, LinkUse, NewAccount, SecretFields, StoreError};
use url::Url;
use url::form_urlencoded::Serializer;

use super::opening::{By, Goal, Link};
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
    /// Somebody else was first.
    UsedBefore,
    AccountGone,
    /// A ticket is for the account that it was made for.
    OtherAccount {
        had: String,
        has: String,
    },
    Store(StoreError),
}

impl From<StoreError> for NotConnected {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// How long the page that says so can be loaded again.
pub(super) const DONE: Duration = Duration::from_secs(600);
/// How often a ticket's account is read again when it has changed just now.
const TRIES: u32 = 3;

/// Asks the vendor whether the credential works, and stores it: as a new account, or as another credential of the one there is.
pub(super) async fn connect(app: &App, link: &Link, offer: Offer) -> Result<Account, NotConnected> {
    let Offer { definition, method, context, credentials } = offer;
    let verdict = validate(app, &definition, &method, link.base_url(), &context, &credentials).await;
    let identity = match verdict {
        Verdict::Accepted { identity } => identity,
        Verdict::NotOffered => None,
        Verdict::Refused { message } => return Err(NotConnected::Refused(message)),
        Verdict::Unclear { message, cause } => return Err(untold(message, cause)),
    };
    // Not consumed, as an account that changes meanwhile is tried again.
    let again = |identity: Option<String>| AccountChange {
        credentials: Some((*credentials).clone().into()),
        context: Some(context.clone()),
        status: Some(AccountStatus::Active),
        last_error: Some(None),
        identity: identity.map(Some),
        ..AccountChange::default()
    };
    let account = match &link.goal {
        Goal::Connect(known) => {
            let Connect { tenant_id, name, base_url, .. } = known.clone();
            let new = NewAccount {
                integration: definition.integration.name.clone(),
                tenant_id,
                name,
                authentication_method: method,
                credentials: (*credentials).clone().into(),
                context: context.clone(),
                base_url,
                status: AccountStatus::Active,
                identity,
            };
            used(app.store.link_tokens().connect(link.hash, Connection::New(new), app.clock.now()).await?)?
        }
        Goal::Reconnect { account, by: By::LinkToken } => {
            let connection = Connection::Again(account.id, again(identity));
            used(app.store.link_tokens().connect(link.hash, connection, app.clock.now()).await?)?
        }
        Goal::Reconnect { account, by: By::Ticket } => {
            if let (Some(had), Some(has)) = (&account.identity, &identity)
                && had != has
            {
                return Err(NotConnected::OtherAccount { had: had.clone(), has: has.clone() });
            }
            by_ticket(app, link, || again(identity.clone())).await?
        }
    };
    tracing::info!(account.id = %account.id, integration = account.integration, again = link.account().is_some(), "account connected by a link");
    Ok(account)
}

fn used(link_use: LinkUse) -> Result<Account, NotConnected> {
    match link_use {
        LinkUse::Connected(account) => Ok(*account),
        LinkUse::UsedBefore => Err(NotConnected::UsedBefore),
        LinkUse::AccountGone => Err(NotConnected::AccountGone),
    }
}

/// Nothing is stored of a ticket, so what it opens is looked up again: with this version of the account, or not at all.
async fn by_ticket(app: &App, link: &Link, change: impl Fn() -> AccountChange) -> Result<Account, NotConnected> {
    let mut tries = 0;
    loop {
        tries += 1;
        let now = app.clock.now();
        let Some(account) = reconnect::account(app, link.token.expose_secret(), now).await? else { return Err(NotConnected::UsedBefore) };
        let change = AccountChange { version: Some(account.version), ..change() };
        match app.store.accounts().update(account.environment_id, account.id, change, now).await {
            Ok(changed) => return changed.ok_or(NotConnected::AccountGone),
            Err(StoreError::Conflict(_)) if tries < TRIES => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Where the person goes then: back to whoever sent them, or to a page of ours.
pub(super) fn destination(app: &App, link: &Link, account: &Account) -> String {
    if let Some(mut back) = link.redirect_uri.as_deref().and_then(|uri| Url::parse(uri).ok()) {
        let id = account.id.to_string();
        back.query_pairs_mut().append_pair("status", "connected").append_pair("integrated_account_id", &id);
        return back.into();
    }
    let now = app.clock.now();
    let until = now.checked_add(DONE).unwrap_or(now).as_millisecond();
    let again = if link.account().is_some() { "again" } else { "new" };
    let words = [account.environment_id.to_string(), account.id.to_string(), until.to_string(), again.to_owned()];
    let key = URL_SAFE_NO_PAD.encode(*app.store.derive(Derived::Done, &words.join(" ")));
    let [environment, id, until, again] = words;
    let query = Serializer::new(String::new())
        .extend_pairs([("environment", &*environment), ("account", &*id), ("until", &*until), ("kind", &*again), ("key", &*key)])
        .finish();
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

/// What the address of that page says, if it is one of ours.
pub(super) struct DoneQuery {
    pub environment: String,
    pub account: String,
    pub is_again: bool,
    /// Whether it is too late to tell more than that.
    pub is_over: bool,
}

/// Reads what [`destination`] wrote. Nobody else can write such an address, so nobody can show a person, or the page around it, an account
/// that they did not connect.
pub(super) fn read_done(app: &App, query: &str, now: Timestamp) -> Option<DoneQuery> {
    let value =
        |wanted: &str| url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned());
    let words = [value("environment")?, value("account")?, value("until")?, value("kind")?];
    let key = URL_SAFE_NO_PAD.decode(value("key")?).ok()?;
    if !app.store.is_derived(Derived::Done, &words.join(" "), &key) {
        return None;
    }
    let [environment, account, until, again] = words;
    let is_over = until.parse::<i64>().map_or(true, |until| until <= now.as_millisecond());
    Some(DoneQuery { environment, account, is_again: again == "again", is_over })
}
