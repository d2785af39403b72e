//! The MCP endpoint: Streamable HTTP without sessions. Protocol revisions end here.

mod answer;
mod body;
pub(crate) mod discovery;
mod endpoint;
mod envelope;
mod error;
mod handler;
mod help_page;
mod json_text;
mod origin;
mod params;
mod revision;
pub(crate) mod strict_json;
mod tool_result;

pub(crate) use endpoint::{nowhere, options, other, panicked, post};
pub(crate) use origin::{AllowedOrigins, names_loopback};
