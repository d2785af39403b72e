//! What a link opens: an account that is to be made, or one that is to be connected again.

use catalog::filter::Filter;
use http::HeaderMap;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use store::{Account, Connect, EnvironmentId, LinkPurpose, LinkToken, StoreError, TokenHash};

use super::audience::Audience;
use super::connect::{Ended, destination};
use super::cookie;
use crate::app::App;
use crate::reconnect;

/// A link that is open.
pub(super) struct Link {
    /// As it stands in the URL.
    pub token: SecretString,
    pub hash: TokenHash,
    pub environment: EnvironmentId,
    pub goal: Goal,
    /// What the account will be used for.
    pub filter: Filter,
    pub redirect_uri: Option<String>,
    pub audience: Audience,
    /// The secret of the browser that it is open in.
    pub browser: Option<TokenHash>,
    /// What ended by then is expired: a moment before all others for somebody who left in time.
    pub expired_by: Timestamp,
}

store::lacks!(Link: std::fmt::Debug, std::fmt::Display, serde::Serialize, Clone);

pub(super) enum Goal {
    Connect(Connect),
    Reconnect { account: Box<Account>, by: By },
}

/// What opened an account that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// A link token, which whoever has the environment made.
    LinkToken,
    /// A ticket, which agents and their people are given.
    Ticket,
}

/// Why a link opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    Unknown,
    Expired,
    Used,
    AccountGone,
}

pub(super) enum Opening {
    Open(Box<Link>),
    /// This browser has used it; where it went then.
    Ended(String, Audience),
    Closed(Closed, Audience),
}

/// What a link opens at `now`.
pub(super) async fn open(app: &App, headers: &HeaderMap, token: &str, now: Timestamp) -> Result<Opening, StoreError> {
    look_up(app, headers, token, now).await
}

/// What a link opens for somebody who left with it before it expired and is back.
pub(super) async fn open_again(app: &App, headers: &HeaderMap, token: &str) -> Result<Opening, StoreError> {
    look_up(app, headers, token, Timestamp::MIN).await
}

/// `expired_by`: what ends by then is expired.
async fn look_up(app: &App, headers: &HeaderMap, token: &str, expired_by: Timestamp) -> Result<Opening, StoreError> {
    let hash = app.store.hash_token(token);
    let browser = cookie::browser(app, headers).map(|secret| app.store.hash_token(secret.expose_secret()));
    let Some(link) = app.store.link_tokens().find_by_hash(&hash).await? else {
        return ticket(app, headers, token, browser, expired_by).await;
    };
    let LinkToken { environment_id: environment, purpose, config, redirect_uri, expires_at, used_at, account_id, .. } = link;
    let settings = app.store.environments().settings(environment).await?;
    let audience = Audience::new(headers, settings, redirect_uri.as_deref());
    if let Some(account) = account_id.filter(|_| browser.is_some() && browser == link.browser) {
        let is_again = matches!(purpose, LinkPurpose::Reconnect { .. });
        let ended = Ended { environment, account, is_again, redirect_uri: redirect_uri.as_deref(), lacking: String::new() };
        return Ok(Opening::Ended(destination(app, &ended), audience));
    }
    if used_at.is_some() {
        return Ok(Opening::Closed(Closed::Used, audience));
    }
    if expires_at <= expired_by {
        return Ok(Opening::Closed(Closed::Expired, audience));
    }
    let goal = match purpose {
        LinkPurpose::Connect(connect) => Goal::Connect(connect),
        LinkPurpose::Reconnect { account_id } => match app.store.accounts().get(environment, account_id).await? {
            Some(account) => Goal::Reconnect { account: Box::new(account), by: By::LinkToken },
            None => return Ok(Opening::Closed(Closed::AccountGone, audience)),
        },
    };
    let filter = Filter { methods: config.methods, tags: config.tags };
    Ok(Opening::Open(Box::new(Link { token: token.into(), hash, environment, goal, filter, redirect_uri, audience, browser, expired_by })))
}

async fn ticket(
    app: &App,
    headers: &HeaderMap,
    token: &str,
    browser: Option<TokenHash>,
    expired_by: Timestamp,
) -> Result<Opening, StoreError> {
    if let Some(account) = reconnect::account(app, token, expired_by).await? {
        let settings = app.store.environments().settings(account.environment_id).await?;
        // Of one account there are as many tickets as looks at it; what is counted for one is counted for all.
        let hash = app.store.hash_token(&format!("{} {}", account.id, account.credential_version));
        return Ok(Opening::Open(Box::new(Link {
            token: token.into(),
            hash,
            environment: account.environment_id,
            goal: Goal::Reconnect { account: Box::new(account), by: By::Ticket },
            filter: Filter::default(),
            redirect_uri: None,
            audience: Audience::new(headers, settings, None),
            browser,
            expired_by,
        })));
    }
    // A ticket ends by itself, with the account, or when the account is connected again.
    let closed = match app.store.read_ticket(token, expired_by) {
        None => Closed::Unknown,
        Some(ticket) => match app.store.accounts().get(ticket.environment, ticket.account).await? {
            Some(_) => Closed::Used,
            None => Closed::AccountGone,
        },
    };
    Ok(Opening::Closed(closed, Audience::nobody(headers)))
}

impl Link {
    /// The account that is to be connected again.
    pub(super) fn account(&self) -> Option<&Account> {
        match &self.goal {
            Goal::Connect(_) => None,
            Goal::Reconnect { account, .. } => Some(account),
        }
    }

    /// Where its account's requests go, if not to the vendor's own address. No visitor can say so.
    pub(super) fn base_url(&self) -> Option<&str> {
        match &self.goal {
            Goal::Connect(connect) => connect.base_url.as_deref(),
            Goal::Reconnect { account, .. } => account.base_url.as_deref(),
        }
    }

    /// What it has led to, now that this account is connected.
    pub(super) fn ended(&self, account: &Account) -> Ended<'_> {
        let redirect_uri = self.redirect_uri.as_deref();
        Ended {
            environment: account.environment_id,
            account: account.id,
            is_again: self.account().is_some(),
            redirect_uri,
            lacking: String::new(),
        }
    }

    /// The address of its page.
    pub(super) fn url(&self, app: &App) -> String {
        format!("{}/link/{}", app.public_path, self.token.expose_secret())
    }
}
