//! The catalog: `/integration`.

mod get;
mod list;
mod tools;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub(super) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list::handle)).routes(routes!(get::handle)).routes(routes!(tools::handle))
}
