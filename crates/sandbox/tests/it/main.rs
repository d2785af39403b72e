//! Drives the simulators over real HTTP, as the gateway does. Nothing sleeps: tests move the sandbox's
//! clock.

#![expect(clippy::unwrap_used, clippy::panic, reason = "clippy takes the helpers of a test binary for production code")]

mod control;
mod core_api;
mod edesk;
mod examples;
mod faults;
mod gladly;
mod lifecycle;
mod limits;
mod marketplace;
mod oauth;
mod robustness;
mod scim;
mod sends;
mod support;
