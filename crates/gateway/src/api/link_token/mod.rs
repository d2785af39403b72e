//! Links that have people connect accounts: `/link-token`.

mod create;
mod delete;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub(super) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(create::handle)).routes(routes!(delete::handle))
}
