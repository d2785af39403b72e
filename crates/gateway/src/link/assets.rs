//! The stylesheet and the script of link pages: in the binary, under names that change with what is in them.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use catalog::fnv::{START, fnv1a};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

/// A file that browsers keep.
pub(crate) struct Asset {
    /// E.g. `style-0123456789abcdef.css`.
    pub name: String,
    content: &'static str,
    content_type: &'static str,
}

pub(crate) static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("style", "css", include_str!("assets/style.css"), "text/css; charset=utf-8"));

pub(crate) static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("script", "js", include_str!("assets/script.js"), "text/javascript; charset=utf-8"));

impl Asset {
    fn new(name: &str, ending: &str, content: &'static str, content_type: &'static str) -> Self {
        let hash = fnv1a(START, content.as_bytes());
        Self { name: format!("{name}-{hash:016x}.{ending}"), content, content_type }
    }
}

/// `GET /link/assets/{name}`
pub(crate) async fn get(Path(name): Path<String>) -> Response {
    match [&*STYLE, &*SCRIPT].into_iter().find(|asset| asset.name == name) {
        Some(asset) => {
            let headers = [(CONTENT_TYPE, asset.content_type), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
            (headers, asset.content).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn answer(name: &str) -> (StatusCode, Vec<String>) {
        let response = get(Path(name.to_owned())).await;
        let headers = [CONTENT_TYPE, CACHE_CONTROL].iter().filter_map(|name| response.headers().get(name));
        (response.status(), headers.map(|value| value.to_str().unwrap().to_owned()).collect())
    }

    #[tokio::test]
    async fn files_are_kept_for_long_under_names_that_change_with_them() {
        let forever = "public, max-age=31536000, immutable".to_owned();
        assert_eq!(answer(&STYLE.name).await, (StatusCode::OK, vec!["text/css; charset=utf-8".to_owned(), forever.clone()]));
        assert_eq!(answer(&SCRIPT.name).await, (StatusCode::OK, vec!["text/javascript; charset=utf-8".to_owned(), forever]));
        assert_eq!(answer("style-0000000000000000.css").await.0, StatusCode::NOT_FOUND);
        assert_ne!(Asset::new("style", "css", "a{}", "").name, Asset::new("style", "css", "b{}", "").name);
    }
}
