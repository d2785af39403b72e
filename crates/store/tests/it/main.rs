//! The store from outside, each test on SQLite and, where `TIDEGATE_TEST_POSTGRES_URL` names a server, on PostgreSQL.

mod database;

mod accounts;
mod api_tokens;
mod environments;
mod invalidation;
mod isolation;
mod mcp_servers;
mod opening;
mod outage;
mod secrets;
