//! The methods of MCP: what a request at one server's URL is answered with.

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};
use store::ToolExposure;

use super::answer::Reply;
use super::call_tool::call_tool;
use super::discovery;
use super::envelope::Request;
use super::error::RpcError;
use super::exchange::Exchange;
use super::params::{Params, text};
use super::prompts;
use super::revision::{self, Era};
use crate::access::Access;
use crate::tool_set::{LIST_TTL_MILLISECONDS, ToolSet, page_of_cursor};

/// Answers one request.
pub(crate) async fn handle(exchange: &Exchange, request: &Request<'_>, params: &Params<'_>, era: Era) -> Result<Reply, RpcError> {
    let access = &exchange.access;
    let tools = &*access.tools;
    let result = |result: Bytes| Ok(Reply::result(request.id, result));
    match (request.method.as_ref(), era) {
        ("tools/call", _) => call_tool(exchange, request, params, era).await,
        ("tools/list", _) => result(list_tools(access, params, era)?),
        ("prompts/list", _) if tools.has_prompts() => result(object(prompts::list(tools, params)?, &tools.list_tail(), era)),
        ("prompts/get", _) if tools.has_prompts() => result(object(prompts::get(tools, params)?, tools.result_tail(), era)),
        ("completion/complete", _) if tools.has_completions() => {
            result(object(prompts::complete(tools, params)?, tools.result_tail(), era))
        }
        ("initialize", Era::Handshake) => result(initialize(access, params)?),
        ("ping", Era::Handshake) => result(Bytes::from_static(b"{}")),
        ("server/discover", Era::Stateless) => result(discover(access)),
        (method, era) => Err(unknown_method(method, era)),
    }
}

/// A result of these members, and in revision 2026-07-28 of what that adds.
fn object(members: String, tail: &str, era: Era) -> Bytes {
    let tail = match era {
        Era::Handshake => "",
        Era::Stateless => tail,
    };
    format!("{{{members}{tail}}}").into()
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
        "capabilities": capabilities(&access.tools),
        "serverInfo": access.tools.server_info(),
        "instructions": instructions(access),
    });
    Ok(result.to_string().into())
}

fn discover(access: &Access) -> Bytes {
    let result = json!({
        "supportedVersions": revision::SUPPORTED,
        "capabilities": capabilities(&access.tools),
        "instructions": instructions(access),
        "resultType": "complete",
        "ttlMs": LIST_TTL_MILLISECONDS,
        "cacheScope": "private",
        "_meta": {"io.modelcontextprotocol/serverInfo": access.tools.server_info()},
    });
    result.to_string().into()
}

/// Only what this server has: what is not declared is not found either.
fn capabilities(tools: &ToolSet) -> Value {
    let mut capabilities = json!({"tools": {"listChanged": true}});
    if tools.has_prompts() {
        capabilities["prompts"] = json!({"listChanged": true});
    }
    if tools.has_completions() {
        capabilities["completions"] = json!({});
    }
    capabilities
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
