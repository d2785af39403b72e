//! `page` and `per_page`, the first of the vendor's three ways of paging.

use serde_json::{Map, Value};

use crate::kit::reply::Reply;
use crate::kit::request::Request;

/// Undocumented; assumed.
const DEFAULT_PER_PAGE: usize = 25;
const MAX_PER_PAGE: usize = 100;

/// One page of `items`, which are given complete and in order, under `key`. The name of the total differs
/// from list to list, so the caller gives it.
pub(super) fn page<T>(request: &Request, key: &str, total_key: &str, items: &[T], shape: impl Fn(&T) -> Value) -> Reply {
    let number = asked(request, "page").unwrap_or(1);
    let per_page = asked(request, "per_page").unwrap_or(DEFAULT_PER_PAGE).min(MAX_PER_PAGE);
    let shown: Vec<Value> = items.iter().skip((number - 1).saturating_mul(per_page)).take(per_page).map(shape).collect();
    let body = Map::from_iter([
        ("current_page".to_owned(), Value::from(number)),
        ("per_page".to_owned(), Value::from(per_page)),
        (total_key.to_owned(), Value::from(items.len())),
        (key.to_owned(), Value::from(shown)),
    ]);
    Reply::json(200, &Value::Object(body))
}

/// A positive number; what is none counts as absent.
fn asked(request: &Request, name: &str) -> Option<usize> {
    request.parameter(name)?.parse().ok().filter(|&number| number > 0)
}
