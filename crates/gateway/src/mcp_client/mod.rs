//! The other side of MCP over HTTP: what the commands need that talk to an MCP URL as a client does. It sends one
//! request at a time and reads what comes back; what is sent, and how often, is for the commands to decide.

mod answer;
mod event_stream;
mod failure;
mod headers;
mod json;
mod message;
mod target;

pub(crate) use answer::{Answer, Events, SILENCE, read_text};
pub(crate) use event_stream::{Event, Parser as StreamParser};
pub(crate) use failure::{Cause, Failure};
pub(crate) use headers::{mirrored, value as header_value};
pub(crate) use json::{Object, raw, read_object, write_object};
pub(crate) use message::{BadMessage, Id, Kind, Line, Message, read_line};
pub(crate) use target::{Header, Shown, Target, mcp_url};

/// The newest revision that opens with `initialize`.
pub(crate) const NEWEST_HANDSHAKE: &str = "2025-11-25";
/// The revision without a handshake: every request says its revision in `_meta`.
pub(crate) const STATELESS: &str = "2026-07-28";

/// Members of `_meta` that 2026-07-28 defines.
pub(crate) mod meta {
    pub(crate) const PROTOCOL_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
    pub(crate) const CLIENT_INFO: &str = "io.modelcontextprotocol/clientInfo";
    pub(crate) const CLIENT_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
    pub(crate) const LOG_LEVEL: &str = "io.modelcontextprotocol/logLevel";
    pub(crate) const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";
    pub(crate) const SUBSCRIPTION_ID: &str = "io.modelcontextprotocol/subscriptionId";
}
