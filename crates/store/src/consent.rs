//! Consents: people who were sent to a vendor's page and have not come back. Each is found once, by the `state` that comes back with the
//! person and the secret of the browser they left with.

use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use sqlx::Row;
use zeroize::Zeroizing;

use crate::database::Work;
use crate::{Derived, EnvironmentId, Store, StoreError, TokenHash, row};

/// Most people of one link who can be at a vendor at once; of more, those who left first begin again.
const MOST_OF_ONE_LINK: i64 = 10;

/// What a person was asked to consent to.
#[derive(Debug, Clone, PartialEq)]
pub struct Consent {
    pub environment_id: EnvironmentId,
    /// The link that the person came by.
    pub link: TokenHash,
    pub integration: String,
    pub authentication_method: String,
    /// The new account's variables.
    pub context: Map<String, Value>,
    /// The account's own when the person left; `None` = the vendor's. What they bring back is for that host alone.
    pub base_url: Option<String>,
    /// What was asked for, as the vendor writes it; empty = left to the vendor.
    pub scope: String,
    /// From this moment on the person is too late. Whoever takes a consent compares.
    pub expires_at: Timestamp,
}

/// What ties one authorization request to its answer. Nothing of it is stored but hashes.
pub struct ConsentSecrets {
    /// Goes to the vendor and comes back.
    pub state: SecretString,
    /// Stays with the browser.
    pub browser: SecretString,
}

/// What a `state` that came back belongs to.
#[derive(Debug, Clone, PartialEq)]
pub enum Returned {
    Consent(Box<Consent>),
    /// Another browser left with it. It is still good for that one.
    OtherBrowser,
    /// Never given out, used before, or swept away.
    Unknown,
}

/// The consents of a [`Store`].
pub struct Consents<'a> {
    store: &'a Store,
}

impl<'a> Consents<'a> {
    pub(crate) fn new(store: &'a Store) -> Consents<'a> {
        Consents { store }
    }

    /// Remembers a person who is about to be sent to a vendor.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the environment does not exist.
    pub async fn begin(&self, consent: Consent) -> Result<ConsentSecrets, StoreError> {
        let secrets = ConsentSecrets { state: random()?, browser: random()? };
        let forget = sqlx::query(
            "DELETE FROM consent WHERE link_hash = $1 AND state_hash NOT IN \
             (SELECT state_hash FROM consent WHERE link_hash = $1 ORDER BY expires_at DESC LIMIT $2)",
        )
        .bind(consent.link.as_bytes().to_vec())
        .bind(MOST_OF_ONE_LINK - 1);
        let insert = sqlx::query(
            "INSERT INTO consent (state_hash, browser_hash, environment_id, link_hash, integration, authentication_method, context, scope, \
             expires_at, base_url) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(self.hash(&secrets.state))
        .bind(self.hash(&secrets.browser))
        .bind(consent.environment_id.to_string())
        .bind(consent.link.as_bytes().to_vec())
        .bind(consent.integration)
        .bind(consent.authentication_method)
        .bind(row::to_json(&consent.context)?)
        .bind(consent.scope)
        .bind(consent.expires_at.as_millisecond())
        .bind(consent.base_url);
        let write = self.store.database.write(move |change| -> Work<'_, u64> {
            Box::pin(async move {
                change.execute(forget).await?;
                change.execute(insert).await
            })
        });
        write.await?;
        Ok(secrets)
    }

    /// Finds the consent of a person who came back, and forgets it: a second look finds nothing. What only the state fits stays.
    pub async fn take(&self, secrets: &ConsentSecrets) -> Result<Returned, StoreError> {
        let state = self.hash(&secrets.state);
        let delete = sqlx::query(
            "DELETE FROM consent WHERE state_hash = $1 AND browser_hash = $2 \
             RETURNING environment_id, link_hash, integration, authentication_method, context, scope, expires_at, base_url",
        )
        .bind(state.clone())
        .bind(self.hash(&secrets.browser));
        let other = sqlx::query("SELECT 1 FROM consent WHERE state_hash = $1").bind(state);
        let write = self.store.database.write(move |change| -> Work<'_, Returned> {
            Box::pin(async move {
                let Some(row) = change.fetch_optional(delete).await? else {
                    let is_others = change.fetch_optional(other).await?.is_some();
                    return Ok(if is_others { Returned::OtherBrowser } else { Returned::Unknown });
                };
                Ok(Returned::Consent(Box::new(Consent {
                    environment_id: row::id(&row, 0)?,
                    link: TokenHash::from_bytes(&row.try_get::<Vec<u8>, _>(1)?)?,
                    integration: row.try_get(2)?,
                    authentication_method: row.try_get(3)?,
                    context: row::json(&row, 4)?,
                    scope: row.try_get(5)?,
                    expires_at: row::time(&row, 6)?,
                    base_url: row.try_get(7)?,
                })))
            })
        });
        write.await
    }

    /// The random bytes of the code verifier that goes with these secrets, the same each time.
    pub fn verifier(&self, secrets: &ConsentSecrets) -> Zeroizing<[u8; 32]> {
        let text = Zeroizing::new(format!("{}\0{}", secrets.state.expose_secret(), secrets.browser.expose_secret()));
        self.store.derive(Derived::CodeVerifier, &text)
    }

    /// Deletes what expired before `moment`, and says how many that were.
    pub async fn purge(&self, moment: Timestamp) -> Result<u64, StoreError> {
        let found = sqlx::query("SELECT 1 FROM consent WHERE expires_at < $1 LIMIT 1").bind(moment.as_millisecond());
        if self.store.database.fetch_optional(found).await?.is_none() {
            return Ok(0);
        }
        let delete = sqlx::query("DELETE FROM consent WHERE expires_at < $1").bind(moment.as_millisecond());
        self.store.database.write(move |change| -> Work<'_, u64> { Box::pin(change.execute(delete)) }).await
    }

    fn hash(&self, secret: &SecretString) -> Vec<u8> {
        self.store.hash_token(secret.expose_secret()).as_bytes().to_vec()
    }
}

/// 32 random bytes as 43 characters of base64url.
fn random() -> Result<SecretString, StoreError> {
    let mut bytes = Zeroizing::new([0; 32]);
    rand::fill(&mut *bytes).map_err(|_| StoreError::unavailable("the operating system gives no random bytes"))?;
    Ok(URL_SAFE_NO_PAD.encode(*bytes).into())
}
