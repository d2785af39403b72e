//! `page` and `per_page`, the first of the vendor's three ways of paging.

use serde_json::{Map, Value};

use crate::kit::page::Paging;
use crate::kit::reply::Reply;
use crate::kit::request::Request;

/// The sizes are undocumented; assumed.
const PAGING: Paging = Paging { number: "page", size: "per_page", default_size: 25, max_size: 100 };

/// One page of `items`, which are given complete and in order, under `key`. The name of the total differs
/// from list to list, so the caller gives it.
pub(super) fn page<T>(request: &Request, key: &str, total_key: &str, items: &[T], shape: impl Fn(&T) -> Value) -> Reply {
    let page = PAGING.asked(request);
    let shown: Vec<Value> = page.of(items).map(shape).collect();
    let body = Map::from_iter([
        ("current_page".to_owned(), Value::from(page.number)),
        ("per_page".to_owned(), Value::from(page.size)),
        (total_key.to_owned(), Value::from(items.len())),
        (key.to_owned(), Value::from(shown)),
    ]);
    Reply::json(200, &Value::Object(body))
}
