//! API tokens: who may use the management API of an environment. Only a keyed hash of each is kept.

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::database::{Statement, Work};
use crate::token::{self, TokenKind};
use crate::{ApiTokenId, EnvironmentId, Listed, Page, Store, StoreError, TokenHash, row};

/// An API token without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    pub id: ApiTokenId,
    pub environment_id: EnvironmentId,
    pub name: String,
    pub created_at: Timestamp,
    /// From this moment on it opens nothing. Whoever looks a token up compares.
    pub expires_at: Option<Timestamp>,
}

/// The API tokens of a [`Store`].
pub struct ApiTokens<'a> {
    store: &'a Store,
}

macro_rules! columns {
    () => {
        "id, environment_id, name, expires_at, created_at"
    };
}

impl<'a> ApiTokens<'a> {
    pub(crate) fn new(store: &'a Store) -> ApiTokens<'a> {
        ApiTokens { store }
    }

    /// Makes a token and returns it with its secret, which nobody can be told again.
    pub async fn create(
        &self,
        environment: EnvironmentId,
        name: &str,
        expires_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(ApiToken, SecretString), StoreError> {
        let secret = token::generate(TokenKind::ApiToken)?;
        let token = new(environment, name, expires_at, now)?;
        let insert = self.insert(
            &token,
            secret.expose_secret(),
            concat!("INSERT INTO api_token (", columns!(), ", token_hash) VALUES ($1, $2, $3, $4, $5, $6)"),
        );
        self.store.database.write(move |change| -> Work<'_, u64> { Box::pin(change.execute(insert)) }).await?;
        Ok((token, secret))
    }

    /// Makes the first token of an environment and returns it with its secret: the given one, or a new one. `None` if the
    /// environment has a token already; of processes that ask at once, one makes it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if another environment has a token of this secret.
    pub async fn create_first(
        &self,
        environment: EnvironmentId,
        name: &str,
        secret: Option<SecretString>,
        now: Timestamp,
    ) -> Result<Option<(ApiToken, SecretString)>, StoreError> {
        let secret = secret.map_or_else(|| token::generate(TokenKind::ApiToken), Ok)?;
        let token = new(environment, name, None, now)?;
        // Taking the environment's row makes others wait until this one is there to be seen.
        let claim = sqlx::query("UPDATE environment SET created_at = created_at WHERE id = $1").bind(environment.to_string());
        let insert = self.insert(
            &token,
            secret.expose_secret(),
            concat!(
                "INSERT INTO api_token (",
                columns!(),
                ", token_hash) SELECT $1, id, $3, $4, $5, $6 FROM environment WHERE id = $2 \
                 AND NOT EXISTS (SELECT 1 FROM api_token WHERE environment_id = $2)"
            ),
        );
        let created = self.store.database.write(move |change| -> Work<'_, u64> {
            Box::pin(async move {
                change.execute(claim).await?;
                change.execute(insert).await
            })
        });
        match created.await {
            Ok(created) => Ok((created > 0).then_some((token, secret))),
            Err(StoreError::Conflict(_)) => {
                Err(StoreError::conflict("this API token is in use in another environment; choose another secret"))
            }
            Err(error) => Err(error),
        }
    }

    /// The token of this hash, expired or not, in whichever environment.
    pub async fn find_by_hash(&self, hash: &TokenHash) -> Result<Option<ApiToken>, StoreError> {
        let select = sqlx::query(concat!("SELECT ", columns!(), " FROM api_token WHERE token_hash = $1")).bind(hash.as_bytes().to_vec());
        self.store.database.fetch_optional(select).await?.as_ref().map(read).transpose()
    }

    /// One page of an environment's tokens, newest first.
    pub async fn list(&self, environment: EnvironmentId, page: Page) -> Result<Listed<ApiToken>, StoreError> {
        let select =
            sqlx::query(concat!("SELECT ", columns!(), " FROM api_token WHERE environment_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"))
                .bind(environment.to_string())
                .bind(page.before(|uuid| uuid.to_string()))
                .bind(page.rows_to_read());
        let rows = self.store.database.fetch_all(select).await?;
        let tokens = rows.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Listed::from_rows(tokens, page, |token: &ApiToken| token.id.uuid()))
    }

    /// Makes a token open nothing from now on. `false` if the environment has no such token.
    pub async fn delete(&self, environment: EnvironmentId, id: ApiTokenId) -> Result<bool, StoreError> {
        let delete =
            sqlx::query("DELETE FROM api_token WHERE environment_id = $1 AND id = $2").bind(environment.to_string()).bind(id.to_string());
        let deleted = self.store.database.write(move |change| -> Work<'_, u64> {
            Box::pin(async move {
                change.touch(environment.uuid());
                change.execute(delete).await
            })
        });
        Ok(deleted.await? > 0)
    }

    fn insert(&self, token: &ApiToken, secret: &str, sql: &'static str) -> Statement {
        sqlx::query(sql)
            .bind(token.id.to_string())
            .bind(token.environment_id.to_string())
            .bind(token.name.clone())
            .bind(token.expires_at.map(Timestamp::as_millisecond))
            .bind(token.created_at.as_millisecond())
            .bind(self.store.hash_token(secret).as_bytes().to_vec())
    }
}

fn new(environment: EnvironmentId, name: &str, expires_at: Option<Timestamp>, now: Timestamp) -> Result<ApiToken, StoreError> {
    row::check_text("the name", name)?;
    Ok(ApiToken {
        id: ApiTokenId::new(now),
        environment_id: environment,
        name: name.to_owned(),
        created_at: row::cut(now),
        expires_at: expires_at.map(row::cut),
    })
}

fn read(row: &AnyRow) -> Result<ApiToken, StoreError> {
    Ok(ApiToken {
        id: row::id(row, 0)?,
        environment_id: row::id(row, 1)?,
        name: row.try_get(2)?,
        expires_at: row::optional_time(row, 3)?,
        created_at: row::time(row, 4)?,
    })
}
