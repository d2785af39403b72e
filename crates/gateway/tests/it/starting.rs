//! What happens when the server starts, and when it cannot.

use std::sync::Arc;

use gateway::clock::Clock;
use gateway::config::Config;
use gateway::server::Server;
use secrecy::ExposeSecret;
use tempfile::TempDir;

use crate::support::config_in;

async fn bind(folder: &TempDir, change: impl FnOnce(&mut Config)) -> anyhow::Result<Server> {
    let mut config = config_in(folder);
    change(&mut config);
    Server::bind(config, Arc::new(Clock::default())).await
}

#[tokio::test]
async fn a_start_that_fails_keeps_no_token_that_nobody_was_told() {
    let folder = tempfile::tempdir().unwrap();
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap();
    let error = bind(&folder, |config| config.listen = address).await.err().unwrap();
    assert!(format!("{error:#}").contains("cannot listen on"), "{error:#}");
    let server = bind(&folder, |_| {}).await.unwrap();
    assert!(server.first_api_token.is_some());
}

#[tokio::test]
async fn the_first_api_token_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let first = bind(&folder, |_| {}).await.unwrap();
    assert!(first.first_api_token.as_ref().unwrap().expose_secret().starts_with("tgk_"));
    drop(first);
    assert!(bind(&folder, |_| {}).await.unwrap().first_api_token.is_none());
}

#[tokio::test]
async fn a_bootstrap_token_is_not_told() {
    let folder = tempfile::tempdir().unwrap();
    let secret = "a bootstrap token of enough characters";
    assert!(bind(&folder, |config| config.bootstrap_api_token = Some(secret.into())).await.unwrap().first_api_token.is_none());
}

#[tokio::test]
async fn two_servers_cannot_share_a_sqlite_file() {
    let folder = tempfile::tempdir().unwrap();
    let _first = bind(&folder, |_| {}).await.unwrap();
    let error = bind(&folder, |_| {}).await.err().unwrap();
    assert!(format!("{error:#}").contains("another process"), "{error:#}");
}
