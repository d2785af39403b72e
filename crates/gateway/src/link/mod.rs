//! Links for people: what they open in a browser to connect an account (`/link/{token}`), and the way back from a vendor
//! (`/oauth/callback/{integration}`).
//!
//! `opening.rs` says what a link opens, `step.rs` what comes next, `page/` how that looks; `visit.rs`, `submit.rs`, `callback.rs`,
//! `finished.rs` and `ended.rs` are the requests a browser makes.

pub(crate) mod assets;
mod astray;
mod audience;
mod callback;
mod connect;
mod consent;
mod cookie;
mod ended;
mod finished;
mod opening;
pub(crate) mod page;
mod same_origin;
mod scopes;
mod step;
mod submit;
mod sweep;
mod tries;
mod visit;
mod way;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{any, get};

use crate::app::App;

pub(crate) use sweep::sweep;
pub(crate) use tries::Tries;
pub(crate) use way::{redirect_uri, refused, way};

/// Forms have a few short fields.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// What browsers ask for.
pub(crate) fn router() -> Router<Arc<App>> {
    let link = get(visit::handle).post(submit::handle).fallback(astray::handle);
    Router::new()
        .route("/link/{token}", link.clone())
        // As people paste it.
        .route("/link/{token}/", link)
        .route("/link/done", get(finished::handle).fallback(astray::handle))
        .route("/link/ended", get(ended::handle).fallback(astray::handle))
        .route("/link/assets/{name}", get(assets::get))
        .route("/oauth/callback/{integration}", get(callback::handle).fallback(astray::handle))
        .route("/oauth/callback", any(astray::handle))
        .route("/link", any(astray::handle))
        .route("/link/", any(astray::handle))
        .route("/link/{token}/{*rest}", any(astray::handle))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
}
