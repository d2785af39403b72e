//! The field's own acceptance tests: what goes wrong in neighbouring projects, by the names of its cases.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

mod arguments;
mod bodies;
mod keys;
mod names;
mod profiles;
mod requests;
mod styles;
mod tolerance;
