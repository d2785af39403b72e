//! `tools/call`.

use std::sync::Arc;

use catalog::nearest::remedy;
use catalog::tool::Kind;
use http::StatusCode;
use serde_json::json;
use store::ToolExposure;
use upstream::Outcome;

use super::answer::{Reply, push_head};
use super::discovery::{self, Meant};
use super::envelope::Request;
use super::error::{RpcError, shown};
use super::exchange::Exchange;
use super::in_flight::CallKey;
use super::params::Params;
use super::revision::{self, Era};
use super::tool_result::{Structured, push_tool_result};
use crate::access::Access;
use crate::call::{Caller, call, call_to_the_end};
use crate::strict_json;

/// Calls a tool of the server. What goes wrong with the call itself is a result; what is wrong with the request, an error.
pub(crate) async fn call_tool(exchange: &Exchange, request: &Request<'_>, params: &Params<'_>, era: Era) -> Result<Reply, RpcError> {
    let Exchange { app, access, peer, .. } = exchange;
    let name = params.name().ok_or_else(|| RpcError::invalid_params("params.name must be the name of a tool"))?;
    let arguments = match params.arguments {
        None => serde_json::Map::new(),
        Some(raw) => strict_json::object(raw).map_err(|problem| RpcError::invalid_params(format!("params.arguments: {problem}")))?,
    };
    let (name, arguments) = match access.tools.exposure() {
        ToolExposure::Full => (name.into_owned(), arguments),
        ToolExposure::Discovery => match discovery::meant(&access.tools, &name, arguments) {
            Meant::Tool { name, arguments } => (name, arguments),
            Meant::Answered(outcome) => return Ok(Reply::message(tool_message(exchange, request, &outcome, era), outcome.rate_limit)),
        },
    };
    let tool = access.tools.get(&name).ok_or_else(|| unknown_tool(access, &name))?;
    let place = Arc::clone(&access.places).try_acquire_owned().map_err(|_| {
        RpcError::internal("too many calls are in flight at this server; wait for some of them").with_status(StatusCode::TOO_MANY_REQUESTS)
    })?;
    let caller = Caller::McpServer(access.server.id);
    let outcome = match era {
        // A client of this era cancels by hanging up, and then this is dropped.
        Era::Stateless => call(app, &access.connected, caller, tool, arguments).await,
        Era::Handshake => {
            let under_way = app.in_flight.begin(CallKey::of(access.server.id, *peer, request.id));
            let may_cancel = tool.kind == Kind::Read || peer.is_known();
            let cancel = async move {
                match may_cancel {
                    true => under_way.cancelled().await,
                    false => std::future::pending().await,
                }
            };
            call_to_the_end(app, &access.connected, caller, tool, arguments, place, cancel)
                .await
                .map_err(|_| RpcError::internal("the call ended unexpectedly; look its effect up before repeating it"))?
        }
    };
    let message = tool_message(exchange, request, &outcome, era);
    Ok(Reply::message(message, outcome.rate_limit))
}

fn tool_message(exchange: &Exchange, request: &Request<'_>, outcome: &Outcome, era: Era) -> Vec<u8> {
    let access = &exchange.access;
    let structured = if access.server.config.structured_content { Structured::Always } else { Structured::OnlyFailures };
    let tail = match era {
        Era::Handshake => "",
        Era::Stateless => access.tools.result_tail(),
    };
    let mut message = Vec::with_capacity(512);
    push_head(&mut message, request.id);
    push_tool_result(&mut message, outcome, structured, revision::audio(&exchange.headers), tail);
    message.push(b'}');
    message
}

/// The same for a tool that the filter hides and one that does not exist.
fn unknown_tool(access: &Access, name: &str) -> RpcError {
    let nearest = access.tools.nearest(name);
    let otherwise = match access.tools.exposure() {
        ToolExposure::Full => "tools/list names all there are",
        ToolExposure::Discovery => discovery::WHERE_NAMES_ARE,
    };
    let remedy = remedy(&nearest, otherwise);
    RpcError::invalid_params(format!("unknown tool `{}`; {remedy}", shown(name))).with_data(json!({"nearest": nearest}))
}
