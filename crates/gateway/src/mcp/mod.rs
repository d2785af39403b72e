//! The MCP endpoint: every revision at one URL, without sessions but for the one transport that is made of them. Protocol
//! revisions end here.

mod accept;
mod admission;
mod answer;
mod body;
mod call_tool;
mod content_block;
pub(crate) mod discovery;
mod endpoint;
mod envelope;
mod error;
mod event;
mod exchange;
mod feed;
mod handler;
mod help_page;
mod in_flight;
mod incoming;
mod json_text;
mod origin;
mod params;
mod progress;
mod prompts;
mod relay;
mod revision;
mod session;
mod streams;
mod tool_result;
mod watch;

pub(crate) use endpoint::{nowhere, options, panicked, post};
pub(crate) use in_flight::InFlight;
pub(crate) use origin::{AllowedOrigins, names_loopback};
pub(crate) use relay::{Relay, listen as listen_to_replicas};
pub(crate) use session::Sessions;
pub(crate) use streams::{get, get_sse, messages, other};
