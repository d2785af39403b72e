//! What is looked at, in this order. Nothing here changes anything at the server, but for a call that the user asked for.

mod authorization;
mod browser;
mod openings;
mod reach;
mod streams;
mod tools;

use std::pin::Pin;

use super::finding::Finding;
use super::visit::{Opening, Visit};

/// One check: what it is called, and how it is made.
pub(super) struct Check {
    pub(super) name: &'static str,
    pub(super) run: for<'v> fn(&'v mut Visit) -> Running<'v>,
}

pub(super) type Running<'v> = Pin<Box<dyn Future<Output = Finding> + 'v>>;

const fn check(name: &'static str, run: for<'v> fn(&'v mut Visit) -> Running<'v>) -> Check {
    Check { name, run }
}

pub(super) const CHECKS: &[Check] = &[
    check("host name", |visit| Box::pin(reach::host_name(visit))),
    check("public https", |visit| Box::pin(reach::public_https(visit))),
    check("connection", |visit| Box::pin(reach::connection(visit))),
    check("redirects", |visit| Box::pin(reach::redirects(visit))),
    check("clock", |visit| Box::pin(reach::clock(visit))),
    check("OAuth discovery", |visit| Box::pin(authorization::discovery(visit))),
    check("authorization", |visit| Box::pin(authorization::demand(visit))),
    check("initialize 2025-11-25", |visit| Box::pin(openings::newest(visit))),
    check("initialize 2025-06-18", |visit| Box::pin(openings::initialize(visit, "2025-06-18"))),
    check("initialize 2025-03-26", |visit| Box::pin(openings::initialize(visit, "2025-03-26"))),
    check("initialize 2024-11-05", |visit| Box::pin(openings::initialize(visit, "2024-11-05"))),
    check("discover 2026-07-28", |visit| Box::pin(openings::discover(visit))),
    check("HTTP+SSE stream", |visit| Box::pin(streams::events(visit))),
    check("initialized", |visit| Box::pin(openings::initialized(visit))),
    check("sessions", |visit| Box::pin(openings::sessions(visit))),
    check("tools/list", |visit| Box::pin(tools::list(visit))),
    check("tools/list 2026-07-28", |visit| Box::pin(tools::list_stateless(visit))),
    check("tool names", |visit| Box::pin(tools::names(visit))),
    check("tool count", |visit| Box::pin(tools::count(visit))),
    check("tool schemas", |visit| Box::pin(tools::schemas(visit))),
    check("tool annotations", |visit| Box::pin(tools::annotations(visit))),
    check("token cost", |visit| Box::pin(tools::cost(visit))),
    check("tools/call", |visit| Box::pin(tools::call(visit))),
    check("notification stream", |visit| Box::pin(streams::notifications(visit))),
    check("keep-alive", |visit| Box::pin(streams::keep_alive(visit))),
    check("browser pages", |visit| Box::pin(browser::preflight(visit))),
    check("foreign pages", |visit| Box::pin(browser::foreign_page(visit))),
];

/// The openings of the handshake revisions, newest first.
const HANDSHAKES: &[Opening] = &[
    Opening::Initialize("2025-11-25"),
    Opening::Initialize("2025-06-18"),
    Opening::Initialize("2025-03-26"),
    Opening::Initialize("2024-11-05"),
];
