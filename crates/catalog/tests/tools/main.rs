//! What the tools of a definition look like, and which requests their calls become.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

mod annotations;
mod arguments;
mod bodies;
mod business_vendors;
mod desk;
mod filters;
mod inputs;
mod lists;
mod problems;
mod requests;
mod scopes;
mod search;
