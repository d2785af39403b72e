//! The vendor's error bodies. Its description says that `errors` is a list; several of its examples show one object
//! there, and one a list without the wrapper. A handler picks the form its operation documents.

use serde::Serialize;
use serde_json::{Value, json};

use crate::kit::reply::Reply;

/// What a handler gives: the answer, or the refusal that ended it early.
pub(super) type Answer = Result<Reply, Reply>;

/// One entry of `errors`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Problem {
    #[serde(skip_serializing_if = "Option::is_none")]
    attr: Option<String>,
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<Value>,
}

impl Problem {
    pub(super) fn new(code: &'static str, detail: &str) -> Problem {
        Problem { attr: None, code, detail: Some(detail.to_owned()), meta: None }
    }

    /// One of the few that are not explained.
    pub(super) fn unexplained(code: &'static str) -> Problem {
        Problem { attr: None, code, detail: None, meta: None }
    }

    /// Names the field at fault: `assignee.inboxId`.
    pub(super) fn at(self, attr: &str) -> Problem {
        Problem { attr: Some(attr.to_owned()), ..self }
    }

    pub(super) fn with_meta(self, meta: Value) -> Problem {
        Problem { meta: Some(meta), ..self }
    }

    /// `{"errors":[…]}`, the usual form.
    pub(super) fn refused(self, status: u16) -> Reply {
        Reply::json(status, &json!({"errors": [self]}))
    }

    /// `{"errors":{…}}`.
    pub(super) fn refused_as_object(self, status: u16) -> Reply {
        Reply::json(status, &json!({"errors": self}))
    }

    /// `[…]`.
    pub(super) fn refused_bare(self, status: u16) -> Reply {
        Reply::json(status, &json!([self]))
    }
}

pub(super) fn blank(attr: &str) -> Reply {
    Problem::new("blank", &format!("{attr} cannot be blank")).at(attr).refused(400)
}

pub(super) fn invalid(attr: &str, detail: &str) -> Reply {
    Problem::new("invalid", detail).at(attr).refused(400)
}

pub(super) fn invalid_state(detail: &str) -> Reply {
    Problem::new("invalid_state", detail).refused(400)
}

pub(super) fn too_long(attr: &str, longest: usize) -> Reply {
    Problem::new("too_long", &format!("{attr} cannot be longer than {longest} characters")).at(attr).refused(400)
}

pub(super) fn taken(attr: &str, detail: &str) -> Reply {
    Problem::new("taken", detail).at(attr).refused(409)
}

/// 404 in its general form; some operations have words of their own.
pub(super) fn not_exist() -> Reply {
    Problem::new("not_exist", "entity does not exist").refused(404)
}

/// Body assumed.
pub(super) fn unauthorized() -> Reply {
    Problem::new("unauthorized", "invalid credentials").refused(401)
}

/// Body assumed.
pub(super) fn forbidden() -> Reply {
    Problem::new("forbidden", "user does not have permission to access resource").refused(403)
}

/// Body assumed: the vendor documents the status and the headers only.
pub(super) fn too_many_requests() -> Reply {
    Reply::json(429, &json!({"message": "API rate limit exceeded"}))
}
