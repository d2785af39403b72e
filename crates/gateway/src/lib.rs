//! The doors and the one binary: the MCP endpoint, the management API, the command line, and the few lines
//! that join a door to a call. What can be asked without a door is in the crates below: `catalog` (definitions,
//! tools, plans), `upstream` (calls to vendors), `store` (what is remembered).

mod access;
mod account_status;
mod accounts;
mod api;
mod app;
mod call;
pub mod cli;
mod client_credentials;
pub mod clock;
pub mod config;
mod connected_account;
mod connections;
mod hint;
mod link;
mod live_catalog;
mod mcp;
mod mcp_client;
mod metrics;
mod read_by;
mod reconnect;
mod refresh;
mod revocation;
mod router;
pub mod server;
mod shared;
mod snippet;
mod strict_json;
mod telemetry;
mod tool_set;
mod unread;
mod validation;
mod webhooks;
