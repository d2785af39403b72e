//! The envelopes of what succeeded. It is always 200, also for what was created.

use serde::Serialize;
use serde_json::{Value, json};

use crate::edesk::refusal::Answer;
use crate::kit::page::Paging;
use crate::kit::reply::Reply;
use crate::kit::request::Request;

/// Larger pages than 100 are untested; a cap there is assumed.
const PAGING: Paging = Paging { number: "page", size: "itemsPerPage", default_size: 20, max_size: 100 };

pub(super) fn data(value: impl Serialize) -> Answer {
    Ok(Reply::json(200, &json!({"data": value})))
}

/// What a delete answers.
pub(super) fn confirmation(message: &str) -> Answer {
    data(json!({"ok": true, "message": message}))
}

/// The page asked for, of a list given complete and in order.
pub(super) fn list<T>(request: &Request, items: &[T], shape: impl Fn(&T) -> Value) -> Answer {
    let page = PAGING.asked(request);
    let shown: Vec<Value> = page.of(items).map(shape).collect();
    let paginator = json!({"currentPage": page.number, "itemsPerPage": page.size, "totalItemsCount": items.len()});
    Ok(Reply::json(200, &json!({"data": shown, "paginator": paginator})))
}

/// A new object: whole, or only its id where the body says `full_response: false`; the reduced form is assumed.
pub(super) fn created(id: u64, full: Option<bool>, whole: impl Serialize) -> Answer {
    match full {
        Some(false) => data(json!({"id": id})),
        _ => data(whole),
    }
}
