//! OAuth 2.0 as a client: where to send a person for consent, and tokens for what they bring back. Stores nothing, repeats
//! nothing, reads no clock.
//!
//! Sources: RFC 6749 (the framework), RFC 7636 (PKCE), RFC 7009 (revocation). Why not a library:
//! docs/decisions/0015-our-own-oauth-client.md.

mod answer;
mod app;
mod authorization;
mod error;
mod request;
mod tokens;

use catalog::authorization_server::AuthorizationServer;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

pub use app::App;
pub use authorization::{AuthorizationRequest, CodeVerifier, authorization_url};
pub use error::{GrantState, OAuthError, OAuthProblem};
pub(crate) use tokens::moment;
pub use tokens::{Tokens, stored_expiry, stored_issue, stored_refresh_token};

use crate::client::Client;

/// What is exchanged for tokens.
#[derive(Clone, Copy)]
pub enum Grant<'g> {
    /// What a person's consent brought back, with what the authorization request said.
    Code {
        code: &'g SecretString,
        redirect_uri: &'g str,
        verifier: &'g CodeVerifier,
    },
    Refresh(&'g SecretString),
    /// The app itself, with the scopes it asks for; none leaves them to the vendor.
    ClientCredentials {
        scopes: &'g [&'g str],
    },
}

/// What came of asking a vendor to end a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revocation {
    /// The vendor says that it is worth nothing (any more).
    Revoked,
    /// The vendor has no way to revoke; nothing was sent.
    NotOffered,
}

/// Longest answer with tokens that is read, in bytes. The longest access tokens (signed, with many claims) have a few thousand.
const LONGEST_ANSWER: usize = 64 * 1024;

impl Client {
    /// Exchanges a grant for tokens: one request, sent once.
    ///
    /// `now` is when it is called. Expiry is counted from it, so a slow answer makes a token's life shorter here than there, never
    /// longer.
    ///
    /// # Errors
    /// [`OAuthError`] says who can do something about it, and what has become of the grant.
    pub async fn tokens(&self, server: &AuthorizationServer, app: &App, grant: Grant<'_>, now: Timestamp) -> Result<Tokens, OAuthError> {
        let asked = request::token(server, app, grant);
        let answered = self.execute(asked.request, LONGEST_ANSWER.min(self.max_answer_bytes)).await;
        let reply = answered.map_err(|unanswered| error::unanswered(unanswered, &asked.asking))?;
        let tokens = answer::tokens(reply, &asked.asking, now)?;
        // An app needs no refresh token to ask again, and some vendors send one all the same (RFC 6749 section 4.4.3).
        let is_app = matches!(grant, Grant::ClientCredentials { .. });
        Ok(if is_app { Tokens { refresh_token: None, ..tokens } } else { tokens })
    }

    /// Ends a token at the vendor's (RFC 7009). Vendors end the access tokens of a refresh token with it. `now` is when it is called.
    ///
    /// # Errors
    /// As for [`Client::tokens`]; the state of the grant is that of the token.
    pub async fn revoke(
        &self,
        server: &AuthorizationServer,
        app: &App,
        token: &SecretString,
        now: Timestamp,
    ) -> Result<Revocation, OAuthError> {
        let Some(asked) = request::revocation(server, app, token.expose_secret()) else {
            return Ok(Revocation::NotOffered);
        };
        let answered = self.execute(asked.request, LONGEST_ANSWER.min(self.max_answer_bytes)).await;
        let reply = answered.map_err(|unanswered| error::unanswered(unanswered, &asked.asking))?;
        if reply.status.is_success() { Ok(Revocation::Revoked) } else { Err(answer::refusal(reply, &asked.asking, now)) }
    }
}
