//! A vendor that answers at once, in each of the ways that vendors do.

use axum::Json;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Starts it and gives its address.
pub(super) async fn start() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(answer)).await });
    format!("http://{address}")
}

async fn answer(uri: Uri) -> Response {
    let things = json!([{"id": 1, "name": "ä"}, {"id": 2, "name": "b"}]);
    match uri.path().rsplit('/').next().unwrap_or_default() {
        "things" => Json(json!({"things": things, "next": "2"})).into_response(),
        "limited" => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "3")], "slow down").into_response(),
        "broken" => (StatusCode::INTERNAL_SERVER_ERROR, "<html><title>oops</title></html>").into_response(),
        "empty" => StatusCode::NO_CONTENT.into_response(),
        "text" => "plain\ntext".into_response(),
        "picture" => ([("content-type", "image/png")], b"\x89PNG\r\n\x1a\n".as_slice()).into_response(),
        "letter" => {
            Json(json!({"files": [{"type": "text/csv", "data": "aWQsbmFtZQoxLHNvbWV0aGluZwoyLHNvbWV0aGluZyBlbHNlCg=="}]})).into_response()
        }
        id => Json(json!({"id": id, "query": uri.query()})).into_response(),
    }
}
