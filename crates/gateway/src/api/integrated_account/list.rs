//! `GET /integrated-account`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use store::AccountFilter;

use super::view::AccountView;
use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::{PageQuery, Query};
use crate::api::output::Listed;
use crate::app::App;

/// List connected accounts
#[utoipa::path(get, path = "/integrated-account", tag = "Integrated accounts",
    params(
        ("tenant_id" = Option<String>, Query, description = "Only this customer's"),
        ("integration" = Option<String>, Query, description = "Only this vendor's"),
        PageQuery,
    ),
    responses((status = 200, body = Listed<AccountView>), (status = 400, body = ErrorBody)))]
pub(super) async fn handle(
    caller: ApiCaller,
    State(app): State<Arc<App>>,
    mut query: Query,
) -> Result<Json<Listed<AccountView>>, ApiError> {
    let page = query.take_page()?;
    let filter = AccountFilter { tenant_id: query.take("tenant_id"), integration: query.take("integration") };
    query.finish()?;
    let listed = app.store.accounts().list(caller.environment, filter, page).await?;
    let result = listed.items.into_iter().map(|account| AccountView::of(&app, account)).collect();
    Ok(Json(Listed { result, next_cursor: listed.next }))
}
