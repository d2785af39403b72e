//! The forms of success: most creates answer 201 with nothing but a `Location`, changes answer 204.

use serde::Serialize;
use serde_json::json;

use crate::kit::reply::Reply;

pub(super) fn found(body: &impl Serialize) -> Reply {
    Reply::json(200, &json!(body))
}

/// 201 without a body; the new id is only in the path, which is given from the host's root: `/api/v1/tasks/…`.
pub(super) fn created(location: String) -> Reply {
    Reply { status: 201, headers: vec![("location".to_owned(), location)], body: Vec::new() }
}

pub(super) fn no_content() -> Reply {
    Reply { status: 204, headers: Vec::new(), body: Vec::new() }
}

/// A bare list in the documented order, cut off at `cap`, which the header tells. Assumed: the header is `true` or
/// `false`, and what is cut off is the end of the list.
pub(super) fn limited<T: Serialize>(items: &[T], cap: usize) -> Reply {
    let is_limited = items.len() > cap;
    let shown = items.get(..cap).unwrap_or(items);
    found(&shown).with_header("gladly-limited-data", is_limited.to_string())
}

/// One JSON value a line.
pub(super) fn json_lines(content_type: &str, lines: impl Iterator<Item = serde_json::Value>) -> Reply {
    Reply::text(200, content_type, lines.map(|line| format!("{line}\n")).collect::<String>())
}
