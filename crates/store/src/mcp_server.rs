//! MCP servers: a view of one account behind a secret token, of which only a keyed hash is kept.

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::database::{Statement, Work};
use crate::token::{self, TokenKind};
use crate::{AccountId, EnvironmentId, Listed, McpServerId, Page, Store, StoreError, TokenHash, row};

/// An MCP server without its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct McpServer {
    pub id: McpServerId,
    pub environment_id: EnvironmentId,
    pub account_id: AccountId,
    pub name: String,
    pub config: McpServerConfig,
    /// From this moment on the token opens nothing. Whoever looks it up compares; the row goes a little later.
    pub expires_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Counts the changes, from 1.
    pub version: i64,
}

/// What a server shows and to whom. The `config` of the management API, key by key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct McpServerConfig {
    /// `read`, `write`, `custom` or exact method names; empty means all.
    pub methods: Vec<String>,
    /// Tags of which a tool must have one; empty means any.
    pub tags: Vec<String>,
    pub auth: Auth,
    /// Repeats successful answers as `structuredContent`.
    pub structured_content: bool,
    pub tool_exposure: ToolExposure,
}

/// How clients get to know the tools.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ToolExposure {
    /// All are listed.
    #[default]
    Full,
    /// Three are listed, which find, describe and call the others.
    Discovery,
}

/// What a caller must show besides the URL.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Auth {
    /// Nothing: the URL is the secret.
    #[default]
    Url,
    /// An API token of the same environment.
    Bearer,
}

/// What a new server consists of.
#[derive(Debug, Clone)]
pub struct NewMcpServer {
    pub name: String,
    pub config: McpServerConfig,
    pub expires_at: Option<Timestamp>,
}

/// What to change in a server; `None` leaves a thing as it is, `Some(None)` clears it.
#[derive(Debug, Clone, Default)]
pub struct McpServerChange {
    /// Refuses the change unless this is the server's present version.
    pub version: Option<i64>,
    pub name: Option<String>,
    pub config: Option<McpServerConfig>,
    pub expires_at: Option<Option<Timestamp>>,
}

/// The MCP servers of a [`Store`].
pub struct McpServers<'a> {
    store: &'a Store,
}

/// In the order that [`read`] expects.
macro_rules! columns {
    () => {
        "id, environment_id, account_id, name, config, expires_at, created_at, updated_at, version"
    };
}

/// How many rows one transaction of [`McpServers::purge_expired`] deletes at most, so that others get their turn.
const PURGE_BATCH: u64 = 1000;

impl<'a> McpServers<'a> {
    pub(crate) fn new(store: &'a Store) -> McpServers<'a> {
        McpServers { store }
    }

    /// Makes a server over an account and returns it with its token, which nobody can be told again. `None` if the
    /// environment has no such account.
    pub async fn create(
        &self,
        environment: EnvironmentId,
        account: AccountId,
        new: NewMcpServer,
        now: Timestamp,
    ) -> Result<Option<(McpServer, SecretString)>, StoreError> {
        row::check_text("`name`", &new.name)?;
        let token = token::generate(TokenKind::McpServer)?;
        let server = McpServer {
            id: McpServerId::new(now),
            environment_id: environment,
            account_id: account,
            name: new.name,
            config: new.config,
            expires_at: new.expires_at.map(row::cut),
            created_at: row::cut(now),
            updated_at: row::cut(now),
            version: 1,
        };
        let insert = sqlx::query(concat!(
            "INSERT INTO mcp_server (",
            columns!(),
            ", token_hash) \
             SELECT $1, environment_id, id, $4, $5, $6, $7, $8, $9, $10 FROM integrated_account WHERE environment_id = $2 AND id = $3"
        ))
        .bind(server.id.to_string())
        .bind(environment.to_string())
        .bind(account.to_string())
        .bind(server.name.clone())
        .bind(row::to_json(&server.config)?)
        .bind(server.expires_at.map(Timestamp::as_millisecond))
        .bind(server.created_at.as_millisecond())
        .bind(server.updated_at.as_millisecond())
        .bind(server.version)
        .bind(self.store.hash_token(token.expose_secret()).as_bytes().to_vec());
        let created = self.store.database.write(move |change| -> Work<'_, u64> { Box::pin(change.execute(insert)) }).await?;
        Ok((created > 0).then_some((server, token)))
    }

    /// The server that a token opens, in whichever environment; `None` for a token that was never issued, was rotated or deleted.
    /// An expired server is returned as long as its row is there: compare `expires_at` with the clock.
    ///
    /// To cache the answer, take [`mark`](crate::Generations::mark) before and keep
    /// [`since`](crate::Generations::since) of the account's id with it.
    pub async fn find_by_hash(&self, hash: &TokenHash) -> Result<Option<McpServer>, StoreError> {
        let select = sqlx::query(concat!("SELECT ", columns!(), " FROM mcp_server WHERE token_hash = $1")).bind(hash.as_bytes().to_vec());
        self.store.database.fetch_optional(select).await?.as_ref().map(read).transpose()
    }

    pub async fn get(&self, environment: EnvironmentId, id: McpServerId) -> Result<Option<McpServer>, StoreError> {
        let select = sqlx::query(concat!("SELECT ", columns!(), " FROM mcp_server WHERE environment_id = $1 AND id = $2"))
            .bind(environment.to_string())
            .bind(id.to_string());
        self.store.database.fetch_optional(select).await?.as_ref().map(read).transpose()
    }

    /// One page of an account's servers, newest first.
    pub async fn list(&self, environment: EnvironmentId, account: AccountId, page: Page) -> Result<Listed<McpServer>, StoreError> {
        let select = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM mcp_server WHERE environment_id = $1 AND account_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4"
        ))
        .bind(environment.to_string())
        .bind(account.to_string())
        .bind(page.before(|uuid| format!("mcp_{}", uuid.simple())))
        .bind(page.rows_to_read());
        let rows = self.store.database.fetch_all(select).await?;
        let servers = rows.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Listed::from_rows(servers, page, |server: &McpServer| server.id.uuid()))
    }

    /// One page of an environment's servers over all its accounts, newest first.
    pub async fn list_all(&self, environment: EnvironmentId, page: Page) -> Result<Listed<McpServer>, StoreError> {
        let select =
            sqlx::query(concat!("SELECT ", columns!(), " FROM mcp_server WHERE environment_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"))
                .bind(environment.to_string())
                .bind(page.before(|uuid| format!("mcp_{}", uuid.simple())))
                .bind(page.rows_to_read());
        let rows = self.store.database.fetch_all(select).await?;
        let servers = rows.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Listed::from_rows(servers, page, |server: &McpServer| server.id.uuid()))
    }

    /// Changes a server and returns it as it is then; `None` if the environment has no such server.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the change names another version than the present one.
    pub async fn update(
        &self,
        environment: EnvironmentId,
        id: McpServerId,
        change: McpServerChange,
        now: Timestamp,
    ) -> Result<Option<McpServer>, StoreError> {
        self.store
            .database
            .write(move |transaction| -> Work<'_, Option<McpServer>> {
                Box::pin(async move {
                    let Some(row) = transaction.fetch_optional(claim(environment, id, now)).await? else { return Ok(None) };
                    let mut server = read(&row)?;
                    transaction.touch(server.account_id.uuid());
                    if change.version.is_some_and(|expected| expected != server.version - 1) {
                        return Err(StoreError::conflict("the MCP server was changed meanwhile; read it again and repeat the change"));
                    }
                    if let Some(name) = change.name {
                        row::check_text("`name`", &name)?;
                        server.name = name;
                    }
                    server.config = change.config.unwrap_or(server.config);
                    server.expires_at = change.expires_at.map_or(server.expires_at, |time| time.map(row::cut));
                    let write =
                        sqlx::query("UPDATE mcp_server SET name = $3, config = $4, expires_at = $5 WHERE environment_id = $1 AND id = $2")
                            .bind(environment.to_string())
                            .bind(id.to_string())
                            .bind(server.name.clone())
                            .bind(row::to_json(&server.config)?)
                            .bind(server.expires_at.map(Timestamp::as_millisecond));
                    transaction.execute(write).await?;
                    Ok(Some(server))
                })
            })
            .await
    }

    /// Gives a server a new token and returns it; the old one opens nothing from then on. `None` if the environment has
    /// no such server.
    pub async fn rotate(
        &self,
        environment: EnvironmentId,
        id: McpServerId,
        now: Timestamp,
    ) -> Result<Option<(McpServer, SecretString)>, StoreError> {
        let token = token::generate(TokenKind::McpServer)?;
        let write = sqlx::query("UPDATE mcp_server SET token_hash = $3 WHERE environment_id = $1 AND id = $2")
            .bind(environment.to_string())
            .bind(id.to_string())
            .bind(self.store.hash_token(token.expose_secret()).as_bytes().to_vec());
        let server = self.store.database.write(move |transaction| -> Work<'_, Option<McpServer>> {
            Box::pin(async move {
                let Some(row) = transaction.fetch_optional(claim(environment, id, now)).await? else { return Ok(None) };
                let server = read(&row)?;
                transaction.touch(server.account_id.uuid());
                transaction.execute(write).await?;
                Ok(Some(server))
            })
        });
        Ok(server.await?.map(|server| (server, token)))
    }

    /// Deletes a server: its token opens nothing from now on. `false` if the environment has no such server.
    pub async fn delete(&self, environment: EnvironmentId, id: McpServerId) -> Result<bool, StoreError> {
        let delete = sqlx::query("DELETE FROM mcp_server WHERE environment_id = $1 AND id = $2 RETURNING account_id")
            .bind(environment.to_string())
            .bind(id.to_string());
        self.store
            .database
            .write(move |change| -> Work<'_, bool> {
                Box::pin(async move {
                    let Some(row) = change.fetch_optional(delete).await? else { return Ok(false) };
                    change.touch(row::id::<AccountId>(&row, 0)?.uuid());
                    Ok(true)
                })
            })
            .await
    }

    /// Deletes the rows of servers that have expired at `now`, in all environments: the one piece of housekeeping that
    /// belongs to none. Returns how many there were.
    pub async fn purge_expired(&self, now: Timestamp) -> Result<u64, StoreError> {
        // Usually there are none, and then nobody needs to wait for a write.
        let any = sqlx::query("SELECT 1 FROM mcp_server WHERE expires_at <= $1 LIMIT 1").bind(now.as_millisecond());
        if self.store.database.fetch_optional(any).await?.is_none() {
            return Ok(0);
        }
        let mut purged = 0;
        loop {
            // The time is asked twice: a server whose time was extended meanwhile stays.
            let delete = sqlx::query(
                "DELETE FROM mcp_server WHERE expires_at <= $1 AND id IN \
                 (SELECT id FROM mcp_server WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
            )
            .bind(now.as_millisecond())
            .bind(PURGE_BATCH as i64);
            let deleted = self.store.database.write(move |change| -> Work<'_, u64> { Box::pin(change.execute(delete)) }).await?;
            purged += deleted;
            if deleted < PURGE_BATCH {
                return Ok(purged);
            }
        }
    }
}

/// Counts a change, which takes the row's lock, so that nothing changes between reading and writing it.
fn claim(environment: EnvironmentId, id: McpServerId, now: Timestamp) -> Statement {
    sqlx::query(concat!(
        "UPDATE mcp_server SET version = version + 1, updated_at = $3 WHERE environment_id = $1 AND id = $2 RETURNING ",
        columns!()
    ))
    .bind(environment.to_string())
    .bind(id.to_string())
    .bind(now.as_millisecond())
}

fn read(row: &AnyRow) -> Result<McpServer, StoreError> {
    Ok(McpServer {
        id: row::id(row, 0)?,
        environment_id: row::id(row, 1)?,
        account_id: row::id(row, 2)?,
        name: row.try_get(3)?,
        config: row::json(row, 4)?,
        expires_at: row::optional_time(row, 5)?,
        created_at: row::time(row, 6)?,
        updated_at: row::time(row, 7)?,
        version: row.try_get(8)?,
    })
}
