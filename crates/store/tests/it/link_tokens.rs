//! Link tokens: used once, when an account is connected.

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use store::{
    AccountChange, AccountFilter, AccountStatus, Connect, Connection, EnvironmentId, LinkConfig, LinkPurpose, LinkUse, NewLinkToken, Store,
    StoreError,
};
use tokio::task::JoinSet;

use crate::database::{TestDatabase, at, connected, credential, environment, first_page, new_account, object, on_both};

on_both!(
    a_link_is_found_by_its_secret_as_it_was_made,
    a_link_connects_one_account_however_many_try,
    what_cannot_be_stored_leaves_the_link_unused,
    a_link_connects_its_account_again_and_keeps_id_and_servers,
    a_link_of_an_account_that_is_gone_connects_nothing,
    a_link_ends_when_it_or_the_api_token_that_made_it_is_deleted,
    expired_links_are_purged_and_no_others,
);

fn purpose() -> LinkPurpose {
    LinkPurpose::Connect(Connect {
        tenant_id: "acme".to_owned(),
        integration: Some("sendoso".to_owned()),
        authentication_method: None,
        name: Some("Acme ☃".to_owned()),
        context: object(json!({"host": "acme"})),
        base_url: None,
    })
}

/// With an API token that makes it.
async fn new_link(store: &Store, environment: EnvironmentId, purpose: LinkPurpose) -> NewLinkToken {
    let config = LinkConfig { methods: vec!["read".to_owned()], tags: Vec::new() };
    let created_by = store.api_tokens().create(environment, "app", None, at(0)).await.unwrap().0.id;
    NewLinkToken { purpose, config, redirect_uri: Some("https://app.test/back?x=1".to_owned()), expires_at: at(3600), created_by }
}

async fn link(store: &Store, environment: EnvironmentId, purpose: LinkPurpose) -> SecretString {
    let new = new_link(store, environment, purpose).await;
    store.link_tokens().create(environment, new, at(1)).await.unwrap().1
}

async fn use_up(store: &Store, secret: &SecretString, connection: Connection) -> Result<LinkUse, StoreError> {
    store.link_tokens().connect(store.hash_token(secret.expose_secret()), connection, Some(store.hash_token("browser")), at(5)).await
}

async fn a_link_is_found_by_its_secret_as_it_was_made(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    let new = new_link(&store, environment, purpose()).await;
    let (made, secret) = store.link_tokens().create(environment, new.clone(), at(1)).await.unwrap();
    assert!(secret.expose_secret().starts_with("tl_"));
    let found = store.link_tokens().find_by_hash(&store.hash_token(secret.expose_secret())).await.unwrap();
    assert_eq!(found, Some(made));
    assert_eq!(store.link_tokens().find_by_hash(&store.hash_token("tl_other")).await.unwrap(), None);
    let nowhere = "01a0c450-6c00-7273-b5ee-1fe05aa1a7bd".parse().unwrap();
    let refused = store.link_tokens().create(nowhere, new, at(1)).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))));
}

async fn a_link_connects_one_account_however_many_try(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    let secret = link(&store, environment, purpose()).await;
    let mut crowd = JoinSet::new();
    for number in 0..8 {
        let (store, secret) = (store.clone(), secret.clone());
        crowd.spawn(async move { use_up(&store, &secret, Connection::New(new_account(&format!("t{number}")))).await.unwrap() });
    }
    let tries = crowd.join_all().await;
    let winners: Vec<_> = tries.iter().filter(|used| matches!(used, LinkUse::Connected(_))).collect();
    assert_eq!(winners.len(), 1, "{tries:?}");
    assert_eq!(tries.iter().filter(|used| **used == LinkUse::Closed).count(), 7);
    let stored = store.accounts().list(environment, AccountFilter::default(), first_page()).await.unwrap().items;
    assert_eq!([&LinkUse::Connected(stored[0].clone().into())], *winners);
    assert_eq!(stored.len(), 1);
    let found = store.link_tokens().find_by_hash(&store.hash_token(secret.expose_secret())).await.unwrap().unwrap();
    let used = (found.used_at, found.account_id, found.browser);
    assert_eq!(used, (Some(at(5)), Some(stored[0].id), Some(store.hash_token("browser"))));
}

async fn what_cannot_be_stored_leaves_the_link_unused(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    let secret = link(&store, environment, purpose()).await;
    let refused = use_up(&store, &secret, Connection::New(new_account("zero\0"))).await;
    assert!(matches!(refused, Err(StoreError::Invalid(_))));
    assert!(matches!(use_up(&store, &secret, Connection::New(new_account("acme"))).await, Ok(LinkUse::Connected(_))));
}

async fn a_link_connects_its_account_again_and_keeps_id_and_servers(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, server, _) = connected(&store).await;
    let secret = link(&store, environment.id, LinkPurpose::Reconnect { account_id: account.id }).await;
    let again = || AccountChange {
        credentials: Some(object(json!({"access_token": "new"})).into()),
        status: Some(AccountStatus::Active),
        ..AccountChange::default()
    };
    let before = store.generations().of(account.id.uuid());
    let used = use_up(&store, &secret, Connection::Again(account.id, again())).await.unwrap();
    let LinkUse::Connected(changed) = used else { panic!("{used:?}") };
    assert_eq!((changed.id, &changed.name, changed.version), (account.id, &account.name, account.version + 1));
    assert_ne!(store.generations().of(account.id.uuid()), before, "caches go on with the old credential");
    assert_eq!(credential(&store, &environment, account.id).await.unwrap()["access_token"], "new");
    assert!(store.mcp_servers().get(environment.id, server.id).await.unwrap().is_some());
    assert_eq!(use_up(&store, &secret, Connection::Again(account.id, again())).await.unwrap(), LinkUse::Closed);
}

async fn a_link_of_an_account_that_is_gone_connects_nothing(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let secret = link(&store, environment.id, LinkPurpose::Reconnect { account_id: account.id }).await;
    store.accounts().delete(environment.id, account.id, at(90)).await.unwrap();
    let again = Connection::Again(account.id, AccountChange { credentials: Some(object(json!({})).into()), ..AccountChange::default() });
    assert_eq!(use_up(&store, &secret, again).await.unwrap(), LinkUse::AccountGone);
    let hash = store.hash_token(secret.expose_secret());
    assert_eq!(store.link_tokens().find_by_hash(&hash).await.unwrap().unwrap().used_at, None);
    assert_eq!(credential(&store, &environment, account.id).await, None);
}

async fn a_link_ends_when_it_or_the_api_token_that_made_it_is_deleted(database: TestDatabase) {
    let store = database.open().await;
    let (environment, other) = (environment(&store).await.id, store.environments().create("other", at(0)).await.unwrap().id);
    let (links, hash) = (store.link_tokens(), |secret: &SecretString| store.hash_token(secret.expose_secret()));
    let new = new_link(&store, environment, purpose()).await;
    let (first, first_secret) = links.create(environment, new.clone(), at(1)).await.unwrap();
    let (_, second_secret) = links.create(environment, new.clone(), at(1)).await.unwrap();
    let third_secret = link(&store, environment, purpose()).await;
    assert!(!links.delete(other, first.id).await.unwrap());
    assert!(links.delete(environment, first.id).await.unwrap());
    assert!(!links.delete(environment, first.id).await.unwrap());
    assert_eq!(links.find_by_hash(&hash(&first_secret)).await.unwrap(), None);
    assert_eq!(use_up(&store, &first_secret, Connection::New(new_account("acme"))).await.unwrap(), LinkUse::Closed);
    assert!(store.api_tokens().delete(environment, new.created_by).await.unwrap());
    assert_eq!(links.find_by_hash(&hash(&second_secret)).await.unwrap(), None);
    assert!(links.find_by_hash(&hash(&third_secret)).await.unwrap().is_some());
}

async fn expired_links_are_purged_and_no_others(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    let [early, late] = [at(100), at(200)];
    let mut secrets = Vec::new();
    for expires_at in [early, late] {
        let new = NewLinkToken { expires_at, ..new_link(&store, environment, purpose()).await };
        secrets.push(store.link_tokens().create(environment, new, at(1)).await.unwrap().1);
    }
    assert_eq!(store.link_tokens().purge(early).await.unwrap(), 0);
    assert_eq!(store.link_tokens().purge(late).await.unwrap(), 1);
    let found = |secret: &SecretString| store.hash_token(secret.expose_secret());
    assert_eq!(store.link_tokens().find_by_hash(&found(&secrets[0])).await.unwrap(), None);
    assert!(store.link_tokens().find_by_hash(&found(&secrets[1])).await.unwrap().is_some());
}
