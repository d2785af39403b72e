//! The gateway from outside: a real server on a free port, a real database file, a simulated vendor.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod account_states;
mod api;
mod catalog_folder;
mod client_credentials;
mod fidelity;
mod fuzz_corpus;
mod link;
mod mcp_calls;
mod mcp_expiry;
mod mcp_long_calls;
mod mcp_prompts;
mod mcp_streams;
mod mcp_wire;
mod refresh;
mod refresh_answers;
mod refresh_on_request;
mod refresh_year;
mod revocation;
mod starting;
mod support;
mod webhooks;
