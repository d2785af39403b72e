//! The methods of MCP: what a request at one server's URL is answered with.

use std::sync::Arc;

use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use serde_json::json;
use store::ToolExposure;
use upstream::Outcome;

use super::answer::{self, Framing};
use super::discovery::{self, Meant};
use super::envelope::Request;
use super::error::RpcError;
use super::params::{Params, text};
use super::revision::{self, Era};
use super::strict_json;
use super::tool_result::{Structured, push_tool_result};
use crate::access::Access;
use crate::app::App;
use crate::call::{Caller, call, call_to_the_end, push_rate_limit};
use crate::tool_set::{LIST_TTL_MILLISECONDS, page_of_cursor};

/// Answers one request.
pub(crate) async fn handle(
    app: &Arc<App>,
    access: &Arc<Access>,
    request: &Request<'_>,
    params: &Params<'_>,
    era: Era,
    framing: Framing,
) -> Result<Response, RpcError> {
    let result = |result: Bytes| Ok(answer::result(framing, request.id, result));
    match (request.method.as_ref(), era) {
        ("tools/call", _) => call_tool(app, access, request, params, era, framing).await,
        ("tools/list", _) => result(list_tools(access, params, era)?),
        ("initialize", Era::Handshake) => result(initialize(access, params)?),
        ("ping", Era::Handshake) => result(Bytes::from_static(b"{}")),
        ("server/discover", Era::Stateless) => result(discover(access)),
        (method, era) => Err(unknown_method(method, era)),
    }
}

fn unknown_method(method: &str, era: Era) -> RpcError {
    let error = RpcError::method_not_found(method);
    match era {
        Era::Handshake => error,
        Era::Stateless => error.with_status(StatusCode::NOT_FOUND),
    }
}

fn initialize(access: &Access, params: &Params<'_>) -> Result<Bytes, RpcError> {
    let requested =
        params.protocol_version.and_then(text).ok_or_else(|| RpcError::invalid_params("params.protocolVersion must be a string"))?;
    let result = json!({
        "protocolVersion": revision::negotiate(&requested),
        "capabilities": capabilities(),
        "serverInfo": access.tools.server_info(),
        "instructions": instructions(access),
    });
    Ok(result.to_string().into())
}

fn discover(access: &Access) -> Bytes {
    let result = json!({
        "supportedVersions": revision::SUPPORTED,
        "capabilities": capabilities(),
        "instructions": instructions(access),
        "resultType": "complete",
        "ttlMs": LIST_TTL_MILLISECONDS,
        "cacheScope": "private",
        "_meta": {"io.modelcontextprotocol/serverInfo": access.tools.server_info()},
    });
    result.to_string().into()
}

fn capabilities() -> serde_json::Value {
    json!({"tools": {}})
}

fn instructions(access: &Access) -> String {
    let integration = &access.tools.definition().integration;
    let account = format!("Tools for one connected {} account. {}", integration.label, integration.description.trim());
    match access.tools.exposure() {
        ToolExposure::Full => account,
        ToolExposure::Discovery => format!("{account} {}", discovery::instructions(&access.tools)),
    }
}

fn list_tools(access: &Access, params: &Params<'_>, era: Era) -> Result<Bytes, RpcError> {
    let pages = match era {
        Era::Handshake => access.tools.handshake_pages(),
        Era::Stateless => access.tools.stateless_pages(),
    };
    let page = match params.cursor {
        None => Some(0),
        Some(cursor) => text(cursor).and_then(|cursor| page_of_cursor(&cursor)),
    };
    page.and_then(|page| pages.get(page))
        .cloned()
        .ok_or_else(|| RpcError::invalid_params("params.cursor is not one that this server gave; start again without it"))
}

async fn call_tool(
    app: &Arc<App>,
    access: &Arc<Access>,
    request: &Request<'_>,
    params: &Params<'_>,
    era: Era,
    framing: Framing,
) -> Result<Response, RpcError> {
    let name = params.name().ok_or_else(|| RpcError::invalid_params("params.name must be the name of a tool"))?;
    let arguments = match params.arguments {
        None => serde_json::Map::new(),
        Some(raw) => strict_json::object(raw).map_err(|problem| RpcError::invalid_params(format!("params.arguments: {problem}")))?,
    };
    let (name, arguments) = match access.tools.exposure() {
        ToolExposure::Full => (name.into_owned(), arguments),
        ToolExposure::Discovery => match discovery::meant(&access.tools, &name, arguments) {
            Meant::Tool { name, arguments } => (name, arguments),
            Meant::Answered(outcome) => return Ok(answer::message(framing, tool_message(access, request, &outcome, era))),
        },
    };
    let tool = access.tools.get(&name).ok_or_else(|| unknown_tool(access, &name))?;
    let place = Arc::clone(&access.places).try_acquire_owned().map_err(|_| {
        RpcError::internal("too many calls are in flight at this server; wait for some of them").with_status(StatusCode::TOO_MANY_REQUESTS)
    })?;
    let caller = Caller::McpServer(access.server.id);
    let outcome = match era {
        // The client of this era who hangs up has not cancelled: what was begun is finished.
        Era::Handshake => call_to_the_end(app, &access.connected, caller, tool, arguments, place)
            .await
            .map_err(|_| RpcError::internal("the call ended unexpectedly; look its effect up before repeating it"))?,
        Era::Stateless => call(app, &access.connected, caller, tool, arguments).await,
    };
    let mut response = answer::message(framing, tool_message(access, request, &outcome, era));
    push_rate_limit(response.headers_mut(), &outcome.rate_limit);
    Ok(response)
}

fn tool_message(access: &Access, request: &Request<'_>, outcome: &Outcome, era: Era) -> Vec<u8> {
    let structured = if access.server.config.structured_content { Structured::Always } else { Structured::OnlyFailures };
    let tail = match era {
        Era::Handshake => "",
        Era::Stateless => access.tools.result_tail(),
    };
    let mut message = Vec::with_capacity(512);
    answer::push_head(&mut message, request.id);
    push_tool_result(&mut message, outcome, structured, tail);
    message.push(b'}');
    message
}

/// The same for a tool that the filter hides and one that does not exist.
fn unknown_tool(access: &Access, name: &str) -> RpcError {
    let nearest = access.tools.nearest(name);
    let remedy = match nearest.as_slice() {
        [] => match access.tools.exposure() {
            ToolExposure::Full => "tools/list names all there are".to_owned(),
            ToolExposure::Discovery => discovery::WHERE_NAMES_ARE.to_owned(),
        },
        names => format!("the nearest names here: {}", names.join(", ")),
    };
    RpcError::invalid_params(format!("unknown tool `{}`; {remedy}", name.escape_debug())).with_data(json!({"nearest": nearest}))
}
