//! Vendor simulators: real HTTP servers that behave like a vendor's API, keep state, and let a test move
//! time, cause faults and read what arrived. For the demo and the tests; not part of the gateway, and it
//! knows nothing of the other crates.

mod edesk;
mod example;
mod gladly;
mod kit;
mod sandbox;
mod sendoso;
mod vendor;

pub use sandbox::Sandbox;
pub use vendor::{OAuthApp, UnknownVendor, Vendor};
