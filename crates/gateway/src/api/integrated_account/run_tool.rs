//! `POST /integrated-account/{id}/tools/{name}`: a tool without MCP, for agent frameworks and scripts.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use catalog::definition::Definition;
use catalog::nearest::{nearest, remedy};
use catalog::tool::Tool;
use http::StatusCode;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use store::AccountId;
use upstream::{Code, Failure};

use crate::api::caller::ApiCaller;
use crate::api::error::ApiError;
use crate::api::input::{Id, Query, read};
use crate::api::tool_answer::{ToolFailureBody, answer, refused};
use crate::app::App;
use crate::call::{Caller, call_to_the_end};
use crate::strict_json;

/// Run a tool
///
/// The body holds the tool's arguments; an empty one is the same as `{}`. The answer is the vendor's, as an MCP client would be given it:
/// `application/json` wherever it is JSON, `text/plain` where the vendor wrote text or a long answer was cut, else the vendor's own media
/// type. A tool whose definition takes files out of JSON answers `{"answer": …, "files": […]}`. What the vendor says about its limits is in
/// the headers `ratelimit-limit`, `ratelimit-remaining`, `ratelimit-reset` and `retry-after`, in seconds.
///
/// A vendor's refusal has the vendor's own status, 4xx or 5xx, with two exceptions: 409 with the code `needs_reauth` when the account has to be
/// connected again (a 401 is always about the API token), and 502 with `outcome_unknown` when a change was sent and nobody knows whether it
/// was made: look its effect up before sending it again. Without an answer of the vendor it is 400 with `invalid_arguments` (nothing was
/// sent), 504 when a read took too long, 502 otherwise. Nothing is ever sent twice. A change that was begun is finished even if the caller hangs up.
#[utoipa::path(post, path = "/integrated-account/{id}/tools/{name}", tag = "Integrated accounts",
    params(
        ("id" = String, Path, description = "The account's id"),
        ("name" = String, Path, description = "The tool's name"),
    ),
    request_body(content = Option<Object>, description = "The tool's arguments, as its `input_schema` describes them"),
    responses(
        (status = 200, description = "What the vendor answered", body = Object),
        (status = 400, description = "The arguments do not fit, or the vendor says so", body = ToolFailureBody),
        (status = 404, description = "No such account, tool or record at the vendor", body = ToolFailureBody),
        (status = 409, description = "The account has to be connected again, or the vendor reports a conflict", body = ToolFailureBody),
        (status = 429, description = "The vendor's limit, passed on at once; or too many calls in flight here", body = ToolFailureBody),
        (status = "4XX", description = "The vendor's own refusal", body = ToolFailureBody),
        (status = 502, description = "No usable answer of the vendor", body = ToolFailureBody),
        (status = 504, description = "No answer in time", body = ToolFailureBody),
        (status = "5XX", description = "The vendor's own fault", body = ToolFailureBody),
    ))]
pub(super) async fn handle(
    caller: ApiCaller,
    State(app): State<Arc<App>>,
    Id((id, name)): Id<(AccountId, String)>,
    query: Query,
    request: Request,
) -> Result<Response, ApiError> {
    query.finish()?;
    let access = app.door.account(caller.environment, id).await?.ok_or_else(|| ApiError::not_found("account"))?;
    let tool = Arc::clone(access.connected.definition.tool(&name).ok_or_else(|| unknown_tool(&access.connected.definition, &name))?);
    let arguments = match arguments(&read(request, &()).await?) {
        Ok(arguments) => arguments,
        Err(problem) => return Ok(refused(&not_arguments(&tool, problem))),
    };
    let place = Arc::clone(&access.places).try_acquire_owned().map_err(|_| {
        ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too many calls are in flight for this account; wait for some of them")
    })?;
    let caller = Caller::ApiToken(caller.api_token);
    let never = std::future::pending();
    let outcome = call_to_the_end(&app, &access.connected, caller, &tool, arguments, place, never).await.map_err(|_| {
        ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "the call ended unexpectedly; look its effect up before repeating it")
    })?;
    Ok(answer(&tool, outcome))
}

fn unknown_tool(definition: &Definition, name: &str) -> ApiError {
    let near = nearest(name, definition.tools.iter().map(|tool| tool.name.as_str()), 3);
    let remedy = remedy(&near, "GET /integrated-account/{id}/tools names all there are");
    let name = name.escape_debug();
    ApiError::new(StatusCode::NOT_FOUND, format!("`{}` has no tool `{name}`; {remedy}", definition.integration.name))
}

fn arguments(body: &Bytes) -> Result<Map<String, Value>, String> {
    if body.trim_ascii().is_empty() {
        return Ok(Map::new());
    }
    let raw: &RawValue = serde_json::from_slice(body).map_err(|error| format!("the body is not JSON: {error}"))?;
    strict_json::object(raw).map_err(|problem| format!("the body: {problem}"))
}

fn not_arguments(tool: &Tool, problem: String) -> Failure {
    let hint = format!("Nothing was sent. Send an object with the arguments of {}.", tool.name);
    Failure::ours(Code::InvalidArguments, problem, Some(&hint))
}
