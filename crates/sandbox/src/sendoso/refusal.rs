//! The vendor's error bodies. It has no error codes: clients match the English text.

use serde_json::json;

use crate::kit::reply::Reply;

/// What a handler gives: the answer, or the refusal that ended it early.
pub(super) type Answer = Result<Reply, Reply>;

pub(super) fn refused(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({"success": false, "message": message}))
}

pub(super) fn bad(message: &str) -> Reply {
    refused(400, message)
}

pub(super) fn blank(field: &str) -> Reply {
    bad(&format!("{field} can't be blank"))
}

pub(super) fn touch_not_found() -> Reply {
    refused(404, "Touch not found")
}
