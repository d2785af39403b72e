//! Messages that the bridge itself writes, and what it knows of methods.

use std::fmt::Display;

use crate::mcp_client::{BadMessage, Id};

/// What opens a session in the revisions that have sessions.
pub(super) const INITIALIZED: &str = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;

pub(super) const DISCOVER: &str = "server/discover";
pub(super) const LISTEN: &str = "subscriptions/listen";

/// Errors with which only a server of 2026-07-28 answers an `initialize`: an unknown method, headers that are missing, a
/// revision that is not served.
pub(super) const STATELESS_CODES: &[i64] = &[-32601, -32020, UNSUPPORTED_REVISION];
/// The error that names the revisions a server speaks (2026-07-28, "Versioning").
pub(super) const UNSUPPORTED_REVISION: i64 = -32022;

/// Methods that only read the server's own facts. Asking twice is the same as asking once.
const SAFE_TO_REPEAT: &[&str] =
    &["initialize", "ping", DISCOVER, "tools/list", "prompts/list", "resources/list", "resources/templates/list", LISTEN];

pub(super) fn is_safe_to_repeat(method: &str) -> bool {
    SAFE_TO_REPEAT.contains(&method)
}

pub(super) fn request(id: &Id, method: &str, params: &dyn Display) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{params}}}"#)
}

pub(super) fn result(id: &Id, result: &dyn Display) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#)
}

pub(super) fn error(id: &Id, error: &dyn Display) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{error}}}"#)
}

pub(super) fn method_not_found(id: &Id, method: &str) -> String {
    let problem = serde_json::json!({"code": -32601, "message": format!("the method `{method}` is not available here")});
    error(id, &problem)
}

/// The answer to what cannot be read.
pub(super) fn bad_message(bad: &BadMessage) -> String {
    let problem = serde_json::json!({"code": bad.code, "message": bad.problem});
    match &bad.id {
        Some(id) => error(id, &problem),
        None => format!(r#"{{"jsonrpc":"2.0","id":null,"error":{problem}}}"#),
    }
}

/// For whoever reads the client's log.
pub(super) fn complain(problem: impl Display, remedy: impl Display) {
    eprintln!("error: {problem}\nhint: {remedy}");
}
