//! The gateway from outside: a real server on a free port, a real database file, a simulated vendor.

mod api;
mod catalog_folder;
mod mcp_calls;
mod mcp_expiry;
mod mcp_wire;
mod support;
