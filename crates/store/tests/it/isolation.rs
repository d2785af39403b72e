//! Rows of one environment are invisible to another, whatever is asked: every id of the one, under the name of the other.

use secrecy::ExposeSecret;
use store::{AccountChange, AccountFilter, McpServerChange};

use crate::database::{TestDatabase, at, connected_as, first_page, new_server, on_both};

on_both!(rows_of_one_environment_are_invisible_to_another);

async fn rows_of_one_environment_are_invisible_to_another(database: TestDatabase) {
    let store = database.open().await;
    let (own, account, server, token) = connected_as(&store, "own").await;
    let (api_token, api_secret) = store.api_tokens().create(own.id, "ci", None, at(3)).await.unwrap();
    let other = store.environments().create("other", at(4)).await.unwrap().id;

    let accounts = store.accounts();
    assert_eq!(accounts.get(other, account.id).await.unwrap(), None);
    assert_eq!(accounts.credentials(other, account.id).await.unwrap().map(drop), None);
    assert!(accounts.list(other, AccountFilter::default(), first_page()).await.unwrap().items.is_empty());
    let by_tenant = AccountFilter { tenant_id: Some("own".to_owned()), integration: Some("sendoso".to_owned()) };
    assert!(accounts.list(other, by_tenant, first_page()).await.unwrap().items.is_empty());
    let change = AccountChange { name: Some(None), credentials: Some(Default::default()), ..AccountChange::default() };
    assert_eq!(accounts.update(other, account.id, change, at(5)).await.unwrap(), None);
    assert!(!accounts.delete(other, account.id, at(90)).await.unwrap());

    let servers = store.mcp_servers();
    assert!(servers.create(other, account.id, new_server("thief"), at(5)).await.unwrap().is_none());
    assert_eq!(servers.get(other, server.id).await.unwrap(), None);
    assert!(servers.list(other, account.id, first_page()).await.unwrap().items.is_empty());
    assert!(servers.list_all(other, first_page()).await.unwrap().items.is_empty());
    let change = McpServerChange { name: Some("thief".to_owned()), ..McpServerChange::default() };
    assert_eq!(servers.update(other, server.id, change, at(5)).await.unwrap(), None);
    assert!(servers.rotate(other, server.id, at(5)).await.unwrap().is_none());
    assert!(!servers.delete(other, server.id).await.unwrap());

    assert!(store.api_tokens().list(other, first_page()).await.unwrap().items.is_empty());
    assert!(!store.api_tokens().delete(other, api_token.id).await.unwrap());

    // And all of that left everything as it was.
    assert_eq!(accounts.get(own.id, account.id).await.unwrap(), Some(account.clone()));
    assert!(!accounts.credentials(own.id, account.id).await.unwrap().unwrap().is_empty());
    let access = servers.find_by_hash(&store.hash_token(token.expose_secret())).await.unwrap();
    assert_eq!(access, Some(server));
    let found = store.api_tokens().find_by_hash(&store.hash_token(api_secret.expose_secret())).await.unwrap();
    assert_eq!(found, Some(api_token));
}
