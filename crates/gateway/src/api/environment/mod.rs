//! The caller's environment: `/environment`.

mod get;
mod origin;
mod update;

use std::sync::Arc;

use serde::Serialize;
use store::EnvironmentSettings;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub(super) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get::handle, update::handle))
}

/// What holds for everything in an environment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Environment)]
struct EnvironmentView {
    id: String,
    /// What people who connect accounts know you as; link pages say that it asks.
    #[schema(example = "Acme")]
    display_name: Option<String>,
    /// Origins whose pages may show link pages in a frame.
    #[schema(example = json!(["https://app.example.com"]))]
    frame_ancestors: Vec<String>,
    /// Whether an agent whose call fails for want of a credential is given the link with which a person connects the account again.
    agent_reconnect_links: bool,
}

impl EnvironmentView {
    fn of(id: store::EnvironmentId, settings: EnvironmentSettings) -> Self {
        let EnvironmentSettings { display_name, frame_ancestors, agent_reconnect_links } = settings;
        Self { id: id.to_string(), display_name, frame_ancestors, agent_reconnect_links }
    }
}
