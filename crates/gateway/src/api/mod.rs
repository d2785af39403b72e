//! The management API: JSON over HTTP, a folder per resource, a file per operation.

mod api_token;
mod caller;
mod docs;
mod environment;
mod error;
mod health;
mod input;
mod integrated_account;
mod integration;
mod link_token;
mod mcp_server;
mod oauth_app;
mod output;
mod tool_answer;
mod tool_format;
mod tool_view;
mod webhook;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use caller::bearer;
pub(crate) use error::ApiError;
pub(crate) use error::UNAVAILABLE_RETRY_SECONDS;
pub(crate) use integrated_account::{AccountView, NewIntegratedAccount, checked_target, create_account};
pub(crate) use mcp_server::{ConfigChange, McpServerSecret, NewServer, create_server};
pub(crate) use output::Time;

use crate::app::App;

const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

#[derive(OpenApi)]
#[openapi(info(
    title = "Tidegate management API",
    description = "Connect accounts, make MCP servers over them, and revoke both. Every path also answers under /api. \
                   Errors have one shape, `ErrorBody`, whose `message` says what to do."
))]
struct Description;

/// Every route of the management API, and its description.
pub(crate) fn router() -> Router<Arc<App>> {
    let (routes, mut description) = OpenApiRouter::with_openapi(Description::openapi())
        .merge(integration::router())
        .merge(oauth_app::router())
        .merge(integrated_account::router())
        .merge(link_token::router())
        .merge(mcp_server::router())
        .merge(api_token::router())
        .merge(webhook::router())
        .merge(environment::router())
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
        .split_for_parts();
    description
        .components
        .get_or_insert_default()
        .add_security_scheme("api_token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    name_operations(&mut description);
    description.security = Some(vec![utoipa::openapi::SecurityRequirement::new("api_token", Vec::<String>::new())]);
    let routes = routes.layer(DefaultBodyLimit::max(MAX_BODY_BYTES));
    Router::new().nest("/api", routes.clone()).merge(routes).merge(docs::router(&description)).method_not_allowed_fallback(wrong_method)
}

/// Gives each operation the id that generated clients call it by: its summary in snake case, e.g. `create_an_mcp_server`.
fn name_operations(description: &mut utoipa::openapi::OpenApi) {
    for path in description.paths.paths.values_mut() {
        let operations = [&mut path.get, &mut path.post, &mut path.put, &mut path.patch, &mut path.delete];
        for operation in operations.into_iter().flatten() {
            let words = operation.summary.as_deref().unwrap_or_default().split(|letter: char| !letter.is_ascii_alphanumeric());
            let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
            operation.operation_id = Some(words.join("_").to_lowercase());
        }
    }
}

/// The answer where there is nothing.
pub(crate) fn nowhere() -> ApiError {
    ApiError::new(http::StatusCode::NOT_FOUND, "there is nothing at this path; /docs lists what there is")
}

async fn wrong_method() -> ApiError {
    ApiError::new(http::StatusCode::METHOD_NOT_ALLOWED, "this path does not take this method; /docs lists what it takes")
}
