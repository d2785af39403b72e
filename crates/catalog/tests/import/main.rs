//! Descriptions of vendors' APIs as definitions.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

mod acme;
mod bad;
mod bodies;
mod only;
mod operations;
mod parameters;
mod security;
mod servers;
mod swagger;
mod texts;
