//! Server Objects as base URL, variables and named servers.
