//! API tokens of the caller's environment: `/api-token`.

mod create;
mod delete;
mod list;

use std::sync::Arc;

use serde::Serialize;
use store::{ApiToken, ApiTokenId};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::output::Time;
use crate::app::App;

pub(super) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list::handle, create::handle)).routes(routes!(delete::handle))
}

/// An API token; its secret was shown once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiToken)]
struct ApiTokenView {
    #[schema(value_type = String)]
    id: ApiTokenId,
    name: String,
    expires_at: Option<Time>,
    created_at: Time,
}

impl From<ApiToken> for ApiTokenView {
    fn from(token: ApiToken) -> Self {
        Self { id: token.id, name: token.name, expires_at: token.expires_at.map(Time), created_at: Time(token.created_at) }
    }
}
