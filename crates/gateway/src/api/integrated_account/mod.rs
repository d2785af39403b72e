//! Connected accounts: `/integrated-account`.

mod create;
mod delete;
mod get;
mod list;
mod refresh_credentials;
mod run_tool;
mod tools;
mod update;
mod validate;
mod view;

pub(super) use create::check_known;
pub(crate) use create::{NewIntegratedAccount, checked_target, create_account};
pub(crate) use view::AccountView;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub(super) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list::handle, create::handle))
        .routes(routes!(get::handle, update::handle, delete::handle))
        .routes(routes!(validate::handle))
        .routes(routes!(refresh_credentials::handle))
        .routes(routes!(tools::handle))
        .routes(routes!(run_tool::handle))
}
