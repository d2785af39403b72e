//! Who may do what, and how often: bearer tokens, scopes and the two rate limits.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::kit::clock::later;
use crate::kit::rate_limiter::{SlidingWindow, TooMany};
use crate::kit::reply::Reply;
use crate::kit::request::Request;
use crate::kit::tokens::{Refused, TokenBook};
use crate::sendoso::refusal::refused;
use crate::sendoso::settings::{Settings, UnauthorizedBody};

/// A part of the API with rules of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Surface {
    /// Counted for each client and second; says nothing about it.
    Core,
    /// Marketplace and SmartSend: counted for each user and minute; says when the next request may come.
    Marketplace,
    /// Figures unpublished, so not limited.
    Scim,
}

/// Any one of these scopes will do; an empty list asks for none.
pub(super) type Scopes = &'static [&'static str];

#[derive(Debug)]
pub(super) struct Gate {
    core: SlidingWindow,
    marketplace: SlidingWindow,
    /// Clients that went over the core limit, and since when.
    blocked: HashMap<String, Timestamp>,
}

impl Gate {
    pub(super) fn new() -> Gate {
        Gate {
            core: SlidingWindow::over(SignedDuration::from_secs(1)),
            marketplace: SlidingWindow::over(SignedDuration::from_secs(60)),
            blocked: HashMap::new(),
        }
    }

    /// The user behind the request, if its token is good, its client not too fast, and its scope enough.
    pub(super) fn admit(
        &mut self,
        request: &Request,
        tokens: &TokenBook,
        settings: &Settings,
        (surface, scopes): (Surface, Scopes),
        now: Timestamp,
    ) -> Result<u64, Reply> {
        let token = request.bearer().unwrap_or_default();
        let grant = tokens.of_access_token(token, now).map_err(|reason| unauthorized(settings, &reason))?;
        let user = grant.user_id.to_string();
        match surface {
            Surface::Core => self.admit_to_core(&grant.client_id, settings, now)?,
            Surface::Marketplace => {
                let limit = settings.marketplace_requests_per_minute;
                self.marketplace.admit(&user, limit, now).map_err(|TooMany { reset_at }| {
                    // Rounded up: whoever waits until then is let in.
                    let seconds = reset_at.as_second() + i64::from(reset_at.subsec_nanosecond() > 0);
                    too_many_requests().with_header("x-rate-limit-reset", seconds.to_string())
                })?;
            }
            Surface::Scim => {}
        }
        match scopes.is_empty() || grant.scopes.iter().any(|scope| scopes.contains(&scope.as_str())) {
            true => Ok(grant.user_id),
            false => Err(refused(403, "Insufficient scope")),
        }
    }

    /// A refusal blocks the client for a while; assumed: what it asks meanwhile does not make that longer.
    fn admit_to_core(&mut self, client_id: &str, settings: &Settings, now: Timestamp) -> Result<(), Reply> {
        let block = SignedDuration::from_secs(i64::from(settings.block_seconds));
        if self.blocked.get(client_id).is_some_and(|&since| now < later(since, block)) {
            return Err(too_many_requests());
        }
        self.core.admit(client_id, settings.core_requests_per_second, now).map_err(|_| {
            self.blocked.insert(client_id.to_owned(), now);
            too_many_requests()
        })
    }
}

fn unauthorized(settings: &Settings, reason: &Refused) -> Reply {
    const TEXT: &str = "The access token is invalid";
    match settings.unauthorized_body {
        UnauthorizedBody::Message => refused(401, TEXT),
        UnauthorizedBody::Description => {
            let expired = *reason == Refused::Expired;
            Reply::json(401, &json!({"success": false, "description": TEXT, "expired": expired}))
        }
    }
}

fn too_many_requests() -> Reply {
    refused(429, "Too Many Requests")
}
