//! Which MCP revision a request speaks, and whether it does so correctly. Revisions differ only here and
//! where an answer is written.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode};

use super::content_block::Audio;
use super::envelope::Request;
use super::error::{RpcError, shown};
use super::params::Params;

/// Every revision served, newest first.
pub(crate) const SUPPORTED: &[&str] = &[STATELESS, "2025-11-25", "2025-06-18", ASSUMED, OLDEST];
/// The revisions that open with `initialize`, newest first.
pub(crate) const HANDSHAKE: &[&str] = &["2025-11-25", "2025-06-18", ASSUMED, OLDEST];
const STATELESS: &str = "2026-07-28";
/// What a request without the header means (2025-06-18, "Protocol Version Header").
const ASSUMED: &str = "2025-03-26";
/// The revision of HTTP+SSE.
const OLDEST: &str = "2024-11-05";

const VERSION_HEADER: &str = "mcp-protocol-version";

/// The two families of revisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Era {
    /// Opened with `initialize`; parsed leniently.
    Handshake,
    /// 2026-07-28: every request says its revision in `_meta`, mirrored in headers.
    Stateless,
}

impl Era {
    /// The era of a request, checked.
    ///
    /// # Errors
    /// What the revision demands and the request lacks, with the code and status that the specification
    /// gives (2026-07-28, "Versioning" and "Streamable HTTP").
    pub(crate) fn of(request: &Request<'_>, params: &Params<'_>, headers: &HeaderMap) -> Result<Self, RpcError> {
        let header = plain(headers, VERSION_HEADER)?;
        let named = params.meta_version();
        let handshake = match (&named, request.method.as_ref()) {
            (_, "initialize") if params.protocol_version.is_some() => true,
            (Some(version), _) => HANDSHAKE.contains(&version.as_ref()),
            (None, "server/discover") => false,
            (None, _) => header.is_none_or(|version| !is_stateless(version)),
        };
        if !handshake {
            check_stateless(request, params, headers, named.as_deref(), header)?;
            return Ok(Self::Stateless);
        }
        match header {
            _ if request.method == "initialize" => Ok(Self::Handshake),
            Some(version) if named.is_some() && is_stateless(version) => Err(versions_differ()),
            Some(_) => check_version(headers).map(|()| Self::Handshake),
            None => Ok(Self::Handshake),
        }
    }
}

fn versions_differ() -> RpcError {
    RpcError::header_mismatch("the header MCP-Protocol-Version must equal the revision in params._meta")
}

/// Checks the revision that the headers name, if they name one.
///
/// # Errors
/// -32600 for one that is not served.
pub(crate) fn check_version(headers: &HeaderMap) -> Result<(), RpcError> {
    let Some(version) = headers.get(VERSION_HEADER) else { return Ok(()) };
    if SUPPORTED.iter().any(|supported| version == supported) {
        return Ok(());
    }
    let version = shown(&String::from_utf8_lossy(version.as_bytes()));
    Err(RpcError::invalid_request(format!("the header MCP-Protocol-Version names `{version}`; served here: {}", SUPPORTED.join(", "))))
}

/// Whether a batch may come with these headers: one revision has them, the one that an absent header stands for.
pub(crate) fn has_batches(headers: &HeaderMap) -> bool {
    headers.get(VERSION_HEADER).is_none_or(|version| version == ASSUMED)
}

/// What a client with these headers can take. 2024-11-05 has no audio, and its clients, like those of the revision after it,
/// do not say what they speak.
pub(crate) fn audio(headers: &HeaderMap) -> Audio {
    match headers.get(VERSION_HEADER) {
        Some(version) if version != OLDEST => Audio::Block,
        _ => Audio::Resource,
    }
}

/// Whether the headers name the era that has neither sessions nor streams of its own, or a later one.
pub(crate) fn names_stateless(headers: &HeaderMap) -> bool {
    let version = headers.get(VERSION_HEADER).and_then(|version| version.to_str().ok());
    version.is_some_and(is_stateless)
}

/// The revision that answers an `initialize` for `requested`.
pub(crate) fn negotiate(requested: &str) -> &'static str {
    HANDSHAKE.iter().find(|version| **version == requested).unwrap_or(&HANDSHAKE[0])
}

fn check_stateless(
    request: &Request<'_>,
    params: &Params<'_>,
    headers: &HeaderMap,
    named: Option<&str>,
    header_version: Option<&str>,
) -> Result<(), RpcError> {
    let bad_params = |message: &str| Err(RpcError::invalid_params(message).with_status(StatusCode::BAD_REQUEST));
    let Some(version) = named else {
        return bad_params("params._meta[\"io.modelcontextprotocol/protocolVersion\"] is missing");
    };
    if header_version != Some(version) {
        return Err(versions_differ());
    }
    if version != STATELESS {
        return Err(RpcError::unsupported_version(version, SUPPORTED));
    }
    if plain(headers, "mcp-method")? != Some(request.method.as_ref()) {
        return Err(RpcError::header_mismatch("the header Mcp-Method must equal the member `method`"));
    }
    if matches!(request.method.as_ref(), "tools/call" | "prompts/get") {
        // A call without a name in either place is refused later, as in the other era.
        if decoded(headers, "mcp-name")? != params.name() {
            return Err(RpcError::header_mismatch("the header Mcp-Name must equal params.name"));
        }
    }
    if !params.has_client_capabilities() {
        return bad_params("params._meta[\"io.modelcontextprotocol/clientCapabilities\"] must be an object");
    }
    Ok(())
}

/// Whether a version names the stateless revision or a later one. Among what has the form of a date, the order of text is the
/// order of time.
fn is_stateless(version: &str) -> bool {
    let is_date = version.len() == STATELESS.len() && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    is_date && version >= STATELESS
}

/// A header's text. One that comes twice could be read as the other one by somebody on the way.
fn plain<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, RpcError> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(RpcError::header_mismatch(format!("the header {name} is given more than once")));
    }
    value.to_str().map(Some).map_err(|_| unreadable(name))
}

/// The same for a header in which `=?base64?…?=` stands for what plain ASCII cannot say.
fn decoded<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<Cow<'h, str>>, RpcError> {
    let Some(text) = plain(headers, name)? else { return Ok(None) };
    let Some(encoded) = text.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?=")) else {
        return Ok(Some(Cow::Borrowed(text)));
    };
    let decoded = STANDARD.decode(encoded).map_err(|_| unreadable(name))?;
    String::from_utf8(decoded).map(|text| Some(Cow::Owned(text))).map_err(|_| unreadable(name))
}

fn unreadable(name: &str) -> RpcError {
    RpcError::header_mismatch(format!("the header {name} is not readable"))
}
