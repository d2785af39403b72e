//! The gateway from outside: a real server on a free port, a real database file, a simulated vendor.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod api;
mod catalog_folder;
mod fidelity;
mod fuzz_corpus;
mod mcp_calls;
mod mcp_expiry;
mod mcp_long_calls;
mod mcp_prompts;
mod mcp_streams;
mod mcp_wire;
mod refresh;
mod starting;
mod support;
mod webhooks;
