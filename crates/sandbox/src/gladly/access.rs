//! Who may call, and how often: Basic authentication with the e-mail address of an agent and an API token, permissions,
//! and the limit of each verb.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::gladly::refusal::{forbidden, too_many_requests, unauthorized};
use crate::kit::code;
use crate::kit::rate_limiter::SlidingWindow;
use crate::kit::reply::Reply;
use crate::kit::request::Request;

/// The agent whose e-mail address is the user name of all tokens.
pub(super) const USUAL_EMAIL: &str = "api@acme.example";
pub(super) const USUAL_AGENT: &str = "agt_api";

/// What an agent may be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Permission {
    /// May call the API at all.
    #[serde(rename = "API User")]
    ApiUser,
    /// May delete customers.
    #[serde(rename = "Compliance Admin")]
    ComplianceAdmin,
}

/// Whose request it is.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Caller {
    pub(super) agent_id: String,
    permissions: Vec<Permission>,
}

impl Caller {
    /// Whoever reads public answers.
    pub(super) fn anybody() -> Caller {
        Caller { agent_id: String::new(), permissions: Vec::new() }
    }

    pub(super) fn demand(&self, permission: Permission) -> Result<(), Reply> {
        match self.permissions.contains(&permission) {
            true => Ok(()),
            false => Err(forbidden()),
        }
    }
}

/// Every token, with who is behind it. Tokens have no scopes and do not expire.
#[derive(Debug, Default, Serialize)]
#[serde(transparent)]
pub(super) struct ApiUsers {
    by_token: HashMap<String, Caller>,
}

/// What the control endpoint may ask of new credentials.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    /// All of them if absent.
    permissions: Option<Vec<Permission>>,
}

impl ApiUsers {
    /// `{"username", "password"}`, or a sentence that says what is wrong with the wish.
    pub(super) fn issue(&mut self, wish: Map<String, Value>) -> Result<Map<String, Value>, String> {
        let Wish { permissions } = serde_json::from_value(Value::Object(wish)).map_err(|error| error.to_string())?;
        let permissions = permissions.unwrap_or_else(|| vec![Permission::ApiUser, Permission::ComplianceAdmin]);
        let token = code::secret();
        self.by_token.insert(token.clone(), Caller { agent_id: USUAL_AGENT.to_owned(), permissions });
        Ok(Map::from_iter([("username".to_owned(), json!(USUAL_EMAIL)), ("password".to_owned(), json!(token))]))
    }

    /// The one whose request it is, if the credentials are good and allow to use the API.
    pub(super) fn caller(&self, request: &Request) -> Result<Caller, Reply> {
        let (email, token) = request.basic().ok_or_else(unauthorized)?;
        let caller = self.by_token.get(&token).filter(|_| email.eq_ignore_ascii_case(USUAL_EMAIL)).ok_or_else(unauthorized)?;
        caller.demand(Permission::ApiUser)?;
        Ok(caller.clone())
    }
}

/// Counts requests by verb, whoever sends them: the limit is the organization's.
#[derive(Debug)]
pub(super) struct Gate {
    admitted: SlidingWindow,
}

impl Gate {
    pub(super) fn new() -> Gate {
        Gate { admitted: SlidingWindow::over(SignedDuration::from_secs(1)) }
    }

    pub(super) fn admit(&mut self, request: &Request, limit: u32, now: Timestamp) -> Result<(), Reply> {
        self.admitted.admit(&request.method, limit, now).map_err(|_| too_many_requests())
    }

    /// The two headers that every answer has, refusals too.
    pub(super) fn with_limit_headers(&self, reply: Reply, request: &Request, limit: u32, now: Timestamp) -> Reply {
        if limit == 0 {
            return reply;
        }
        let left = self.admitted.left(&request.method, limit, now);
        reply.with_header("ratelimit-limit-second", limit.to_string()).with_header("ratelimit-remaining-second", left.to_string())
    }
}
