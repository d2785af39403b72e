//! Link tokens: the right to have one account connected, or connected again, on a page of ours. Used when an account is connected, in the
//! same transaction; only a keyed hash of each is kept.

use std::sync::Arc;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::account::{alter, insert};
use crate::database::Work;
use crate::token::{self, TokenKind};
use crate::{Account, AccountChange, AccountId, ApiTokenId, EnvironmentId, LinkTokenId, NewAccount, Store, StoreError, TokenHash, row};

/// A link token without its secret.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkToken {
    pub id: LinkTokenId,
    pub environment_id: EnvironmentId,
    pub purpose: LinkPurpose,
    pub config: LinkConfig,
    /// Where the person goes in the end; `None` = to a page of ours.
    pub redirect_uri: Option<String>,
    /// From this moment on it opens nothing. Whoever looks a token up compares.
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
    /// What it has connected.
    pub account_id: Option<AccountId>,
    /// The secret of the browser in which it was used, if that had one.
    pub browser: Option<TokenHash>,
    /// Deleting that ends the link.
    pub created_by: ApiTokenId,
    pub created_at: Timestamp,
}

/// What a link token is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkPurpose {
    Connect(Connect),
    Reconnect { account_id: AccountId },
}

/// What is known beforehand of a new account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Connect {
    pub tenant_id: String,
    /// `None` = the person chooses.
    pub integration: Option<String>,
    /// `None` = the person chooses, if there is a choice.
    pub authentication_method: Option<String>,
    pub name: Option<String>,
    /// Values that the person cannot change.
    pub context: Map<String, Value>,
    pub base_url: Option<String>,
}

/// What the account will be used for, in the terms of an MCP server; empty = everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkConfig {
    pub methods: Vec<String>,
    pub tags: Vec<String>,
}

/// What a new link token is to be.
#[derive(Debug, Clone)]
pub struct NewLinkToken {
    pub purpose: LinkPurpose,
    pub config: LinkConfig,
    pub redirect_uri: Option<String>,
    pub expires_at: Timestamp,
    pub created_by: ApiTokenId,
}

/// What a link has led to. Holds secrets, and so cannot be printed.
pub enum Connection {
    New(NewAccount),
    Again(AccountId, AccountChange),
}

/// What came of using a link.
#[derive(Debug, Clone, PartialEq)]
pub enum LinkUse {
    Connected(Box<Account>),
    /// Somebody else was first, or has deleted it; nothing was stored.
    Closed,
    /// The account that was to be connected again is gone; the link stays unused.
    AccountGone,
}

/// The link tokens of a [`Store`].
pub struct LinkTokens<'a> {
    store: &'a Store,
}

/// In the order that [`read`] expects.
macro_rules! columns {
    () => {
        "environment_id, purpose, config, redirect_uri, expires_at, used_at, created_at, id, account_id, browser_hash, created_by"
    };
}

impl<'a> LinkTokens<'a> {
    pub(crate) fn new(store: &'a Store) -> LinkTokens<'a> {
        LinkTokens { store }
    }

    /// Makes a link token and returns its secret, which nobody can be told again.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the environment has no such API token.
    pub async fn create(
        &self,
        environment: EnvironmentId,
        new: NewLinkToken,
        now: Timestamp,
    ) -> Result<(LinkToken, SecretString), StoreError> {
        let secret = token::generate(TokenKind::Link)?;
        let link = LinkToken {
            id: LinkTokenId::new(now),
            environment_id: environment,
            purpose: new.purpose,
            config: new.config,
            redirect_uri: new.redirect_uri,
            expires_at: row::cut(new.expires_at),
            used_at: None,
            account_id: None,
            browser: None,
            created_by: new.created_by,
            created_at: row::cut(now),
        };
        row::check_text("`redirect_uri`", link.redirect_uri.as_deref().unwrap_or_default())?;
        let insert = sqlx::query(concat!(
            "INSERT INTO link_token (",
            columns!(),
            ", token_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
        ))
        .bind(environment.to_string())
        .bind(row::to_json(&link.purpose)?)
        .bind(row::to_json(&link.config)?)
        .bind(link.redirect_uri.clone())
        .bind(link.expires_at.as_millisecond())
        .bind(None::<i64>)
        .bind(link.created_at.as_millisecond())
        .bind(link.id.to_string())
        .bind(None::<String>)
        .bind(None::<Vec<u8>>)
        .bind(link.created_by.to_string())
        .bind(self.store.hash_token(secret.expose_secret()).as_bytes().to_vec());
        self.store.database.write(move |change| -> Work<'_, u64> { Box::pin(change.execute(insert)) }).await?;
        Ok((link, secret))
    }

    /// The link token of this hash, expired, used or neither.
    pub async fn find_by_hash(&self, hash: &TokenHash) -> Result<Option<LinkToken>, StoreError> {
        let select = sqlx::query(concat!("SELECT ", columns!(), " FROM link_token WHERE token_hash = $1")).bind(hash.as_bytes().to_vec());
        self.store.database.fetch_optional(select).await?.as_ref().map(read).transpose()
    }

    /// Makes a link open nothing from now on. `false` if the environment has no such link.
    pub async fn delete(&self, environment: EnvironmentId, id: LinkTokenId) -> Result<bool, StoreError> {
        let delete =
            sqlx::query("DELETE FROM link_token WHERE environment_id = $1 AND id = $2").bind(environment.to_string()).bind(id.to_string());
        Ok(self.store.database.write(move |change| -> Work<'_, u64> { Box::pin(change.execute(delete)) }).await? > 0)
    }

    /// Connects an account by the link token of this hash, which opens nothing after that. Of two who do so at once, one does. `browser` is
    /// where that happens.
    ///
    /// # Errors
    /// Those of [`Accounts::create`](crate::Accounts::create) and [`Accounts::update`](crate::Accounts::update); the link is not used
    /// then.
    pub async fn connect(
        &self,
        link: TokenHash,
        connection: Connection,
        browser: Option<TokenHash>,
        now: Timestamp,
    ) -> Result<LinkUse, StoreError> {
        let vault = Arc::clone(&self.store.vault);
        let write = self.store.database.write(move |change| -> Work<'_, LinkUse> {
            Box::pin(async move {
                // First, so that others wait for what becomes of it.
                let claim =
                    sqlx::query("UPDATE link_token SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL RETURNING environment_id")
                        .bind(link.as_bytes().to_vec())
                        .bind(now.as_millisecond());
                let Some(row) = change.fetch_optional(claim).await? else { return Ok(LinkUse::Closed) };
                let environment: EnvironmentId = row::id(&row, 0)?;
                let connected = match connection {
                    Connection::New(new) => Some(insert(change, &vault, environment, new, now).await?),
                    Connection::Again(id, again) => alter(change, &vault, (environment, id), again, now).await?,
                };
                let Some(account) = connected else {
                    let unused = sqlx::query("UPDATE link_token SET used_at = NULL WHERE token_hash = $1").bind(link.as_bytes().to_vec());
                    change.execute(unused).await?;
                    return Ok(LinkUse::AccountGone);
                };
                let remember = sqlx::query("UPDATE link_token SET account_id = $2, browser_hash = $3 WHERE token_hash = $1")
                    .bind(link.as_bytes().to_vec())
                    .bind(account.id.to_string())
                    .bind(browser.map(|browser| browser.as_bytes().to_vec()));
                change.execute(remember).await?;
                Ok(LinkUse::Connected(Box::new(account)))
            })
        });
        write.await
    }

    /// Deletes what expired before `moment`, and says how many that were.
    pub async fn purge(&self, moment: Timestamp) -> Result<u64, StoreError> {
        let found = sqlx::query("SELECT 1 FROM link_token WHERE expires_at < $1 LIMIT 1").bind(moment.as_millisecond());
        if self.store.database.fetch_optional(found).await?.is_none() {
            // Without a write there is nothing to wait for.
            return Ok(0);
        }
        let delete = sqlx::query("DELETE FROM link_token WHERE expires_at < $1").bind(moment.as_millisecond());
        self.store.database.write(move |change| -> Work<'_, u64> { Box::pin(change.execute(delete)) }).await
    }
}

fn read(row: &AnyRow) -> Result<LinkToken, StoreError> {
    Ok(LinkToken {
        environment_id: row::id(row, 0)?,
        purpose: row::json(row, 1)?,
        config: row::json(row, 2)?,
        redirect_uri: row.try_get(3)?,
        expires_at: row::time(row, 4)?,
        used_at: row::optional_time(row, 5)?,
        created_at: row::time(row, 6)?,
        id: row::id(row, 7)?,
        account_id: row::optional_id(row, 8)?,
        browser: row.try_get::<Option<Vec<u8>>, _>(9)?.map(|hash| TokenHash::from_bytes(&hash)).transpose()?,
        created_by: row::id(row, 10)?,
    })
}
