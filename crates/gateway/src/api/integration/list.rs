//! `GET /integration`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use catalog::definition::Definition;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::caller::ApiCaller;
use crate::api::error::ApiError;
use crate::api::input::{PageQuery, Query};
use crate::api::output::Listed;
use crate::app::App;

/// An entry of the catalog.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Integration)]
pub(crate) struct IntegrationView {
    #[schema(example = "sendoso")]
    name: String,
    #[schema(example = "Sendoso")]
    label: String,
    description: String,
    authentication_methods: Vec<String>,
    tags: Vec<String>,
    tool_count: usize,
    /// Methods without documentation, which are no tools.
    hidden_count: usize,
}

/// List the catalog
#[utoipa::path(get, path = "/integration", tag = "Catalog", params(PageQuery),
    responses((status = 200, body = Listed<IntegrationView>)))]
pub(super) async fn handle(_: ApiCaller, State(app): State<Arc<App>>, mut query: Query) -> Result<Json<Listed<IntegrationView>>, ApiError> {
    // The catalog is small and comes whole; the usual parameters are accepted.
    query.take_page()?;
    query.finish()?;
    let catalog = app.catalog.current();
    let views = catalog.iter().map(|entry| Ok(IntegrationView::from(&**entry.definition()?)));
    Ok(Json(Listed::whole(views.collect::<Result<_, ApiError>>()?)))
}

impl From<&Definition> for IntegrationView {
    fn from(definition: &Definition) -> Self {
        let integration = &definition.integration;
        Self {
            name: integration.name.clone(),
            label: integration.label.clone(),
            description: integration.description.clone(),
            authentication_methods: integration.credentials.keys().cloned().collect(),
            tags: definition.tags().into_iter().map(str::to_owned).collect(),
            tool_count: definition.tools.len(),
            hidden_count: definition.hidden.len(),
        }
    }
}
