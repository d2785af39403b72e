//! Pages in browsers: those that should get in, and those that should not.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use super::super::clients::From;
use super::super::finding::{Breaks, Finding};
use super::super::visit::Visit;
use crate::mcp_client::NEWEST_HANDSHAKE;

/// Where the official inspector is served from.
const INSPECTOR: &str = "http://localhost:6274";
/// Reserved for examples: nobody's page.
const STRANGER: &str = "https://stranger.example";
/// What clients send beside what every page may.
const HEADERS: &str = "authorization, content-type, mcp-protocol-version, mcp-session-id, mcp-method, mcp-name, last-event-id";

/// Whether a client in a page may send what it has to, and read the answer.
pub(super) async fn preflight(visit: &mut Visit) -> Finding {
    let request = visit
        .target
        .request(Method::OPTIONS, &visit.target.url)
        .header(ORIGIN, INSPECTOR)
        .header(ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .header(ACCESS_CONTROL_REQUEST_HEADERS, HEADERS);
    let reply = visit.send(&visit.target, request).await;
    let remedy =
        "answer OPTIONS with Access-Control-Allow-Origin, -Methods and -Headers for the pages that may use it; other clients do not mind";
    let refused = |seen: String| Finding::warn(seen, remedy).breaking(Breaks::CallersFrom(From::Browser));
    if !reply.status.is_some_and(|status| status.is_success()) {
        return refused(format!("a page at {INSPECTOR} is not let in: {}", reply.result().err().unwrap_or_default()));
    }
    if !reply.header(ACCESS_CONTROL_ALLOW_ORIGIN).is_some_and(|origin| origin == "*" || origin == INSPECTOR) {
        return refused(format!("a page at {INSPECTOR} is not let in: Access-Control-Allow-Origin does not name it"));
    }
    let allowed = reply.header(ACCESS_CONTROL_ALLOW_HEADERS).unwrap_or_default().to_ascii_lowercase();
    let allowed: Vec<&str> = allowed.split(',').map(str::trim).collect();
    // A star stands for all but this one (Fetch, "CORS-preflight fetch").
    let is_allowed = |header: &&str| allowed.contains(header) || (allowed.contains(&"*") && *header != "authorization");
    let missing: Vec<&str> = HEADERS.split(", ").filter(|header| !is_allowed(header)).collect();
    if !missing.is_empty() {
        return refused(format!("pages may not send {}", missing.join(", ")));
    }
    Finding::ok(format!("one at {INSPECTOR} may ask"))
}

/// Whether any page that a user happens to visit could speak for them.
pub(super) async fn foreign_page(visit: &mut Visit) -> Finding {
    let mut headers = HeaderMap::new();
    headers.insert(ORIGIN, HeaderValue::from_static(STRANGER));
    let reply = visit.initialize(&visit.target, NEWEST_HANDSHAKE, headers).await;
    match reply.status {
        Some(StatusCode::FORBIDDEN) => Finding::ok("refused"),
        Some(status) => Finding::warn(
            format!("a request that names {STRANGER} as its page is answered with HTTP {}", status.as_u16()),
            "refuse unknown origins with 403, as the specification demands: a page could use the servers of whoever visits it",
        ),
        None => Finding::skip("no answer"),
    }
}
