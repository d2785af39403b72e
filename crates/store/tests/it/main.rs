//! The store from outside, each test on SQLite and, where `TIDEGATE_TEST_POSTGRES_URL` names a server, on PostgreSQL.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that meets what it did not expect fails")]

mod database;

mod account_states;
mod accounts;
mod api_tokens;
mod consents;
mod deliveries;
mod durability;
mod environments;
mod first_format;
mod hang_ups;
mod invalidation;
mod isolation;
mod link_tokens;
mod mcp_servers;
mod oauth_apps;
mod opening;
mod outage;
mod refreshes;
mod rotation;
mod secrets;
mod webhooks;
