//! Calls over real sockets: a small vendor on loopback answers well, badly, slowly or not at all.
#![expect(clippy::unwrap_used, reason = "what a test relies on is there, or the test fails")]

mod acme;
mod addresses;
mod answers;
mod files;
mod limits;
mod lists;
mod notes;
mod oauth;
mod redirects;
mod refusals;
mod sending;
mod vendor;
