//! Tokens a simulated vendor has handed out. How a vendor words its refusals is the vendor's business.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::kit::clock::later;
use crate::kit::code;

/// What was granted to whom, with the two tokens that stand for it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Grant {
    pub(crate) client_id: String,
    pub(crate) user_id: u64,
    pub(crate) scopes: Vec<String>,
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// The refresh token has been used and is worth nothing any more.
    refreshed: bool,
    revoked: bool,
}

/// Whom new tokens are for, and for how long.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    pub(crate) client_id: String,
    pub(crate) user_id: u64,
    pub(crate) scopes: Vec<String>,
    pub(crate) life: SignedDuration,
}

/// Why an access token is worth nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Unknown,
    Expired,
}

/// Every grant of one vendor.
#[derive(Debug, Default)]
pub(crate) struct TokenBook {
    grants: Vec<Grant>,
    by_access_token: HashMap<String, usize>,
    by_refresh_token: HashMap<String, usize>,
}

impl TokenBook {
    pub(crate) fn issue(&mut self, terms: Terms, now: Timestamp) -> Grant {
        let grant = Grant {
            client_id: terms.client_id,
            user_id: terms.user_id,
            scopes: terms.scopes,
            access_token: code::secret(),
            refresh_token: code::secret(),
            created_at: now,
            expires_at: later(now, terms.life),
            refreshed: false,
            revoked: false,
        };
        let place = self.grants.len();
        self.by_access_token.insert(grant.access_token.clone(), place);
        self.by_refresh_token.insert(grant.refresh_token.clone(), place);
        self.grants.push(grant.clone());
        grant
    }

    /// The grant behind an access token that is valid at `now`.
    pub(crate) fn of_access_token(&self, token: &str, now: Timestamp) -> Result<&Grant, Refused> {
        let grant = self.by_access_token.get(token).and_then(|&place| self.grants.get(place)).ok_or(Refused::Unknown)?;
        if grant.revoked {
            return Err(Refused::Unknown);
        }
        if now >= grant.expires_at {
            return Err(Refused::Expired);
        }
        Ok(grant)
    }

    /// Swaps a refresh token for a new pair, once. The access token beside it lives to its own end.
    /// `None` for a token that is unknown, used, revoked, or another client's.
    pub(crate) fn refresh(&mut self, token: &str, client_id: &str, life: SignedDuration, now: Timestamp) -> Option<Grant> {
        let place = *self.by_refresh_token.get(token)?;
        let grant = self.grants.get_mut(place)?;
        if grant.refreshed || grant.revoked || grant.client_id != client_id {
            return None;
        }
        grant.refreshed = true;
        let terms = Terms { client_id: grant.client_id.clone(), user_id: grant.user_id, scopes: grant.scopes.clone(), life };
        Some(self.issue(terms, now))
    }

    /// Ends the grant that an access or refresh token of this client belongs to; others are left alone.
    pub(crate) fn revoke(&mut self, token: &str, client_id: &str) {
        let place = self.by_access_token.get(token).or_else(|| self.by_refresh_token.get(token));
        let grant = place.and_then(|&place| self.grants.get_mut(place));
        if let Some(grant) = grant.filter(|grant| grant.client_id == client_id) {
            grant.revoked = true;
        }
    }

    pub(crate) fn grants(&self) -> &[Grant] {
        &self.grants
    }
}
