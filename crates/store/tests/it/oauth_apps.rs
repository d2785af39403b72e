//! OAuth apps and their secrets.

use secrecy::ExposeSecret;
use store::{EnvironmentId, MasterKey, NewOAuthApp, Store, StoreError};

use crate::database::{TestDatabase, at, environment, new_app, on_both};
use crate::rotation::rewrap_all;

on_both!(
    an_app_is_read_as_it_was_saved_until_it_is_deleted,
    without_a_secret_the_one_that_is_stored_stays_and_there_has_to_be_one,
    an_app_is_seen_by_its_environment_only,
    a_secret_that_was_moved_to_another_app_does_not_open,
    secrets_of_apps_go_on_to_a_new_master_key,
);

async fn secret(store: &Store, environment: EnvironmentId, method: &str) -> Option<String> {
    let found = store.oauth_apps().with_secret(environment, "sendoso", method).await.unwrap();
    found.map(|(_, secret)| secret.expose_secret().to_owned())
}

async fn an_app_is_read_as_it_was_saved_until_it_is_deleted(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    let (apps, scim) = (store.oauth_apps(), NewOAuthApp { authentication_method: "scim".to_owned(), ..new_app("s2") });
    apps.save(environment, scim, at(1)).await.unwrap();
    apps.save(environment, new_app("s0"), at(1)).await.unwrap();
    let saved = apps.save(environment, new_app("s1"), at(2)).await.unwrap();
    assert_eq!(apps.get(environment, "sendoso", "oauth2").await.unwrap(), Some(saved));
    assert_eq!(secret(&store, environment, "oauth2").await.as_deref(), Some("s1"));
    assert_eq!(secret(&store, environment, "scim").await.as_deref(), Some("s2"));
    assert!(apps.delete(environment, "sendoso", "oauth2").await.unwrap());
    assert!(!apps.delete(environment, "sendoso", "oauth2").await.unwrap());
    assert_eq!(apps.get(environment, "sendoso", "oauth2").await.unwrap(), None);
    assert_eq!(secret(&store, environment, "scim").await.as_deref(), Some("s2"));
}

async fn without_a_secret_the_one_that_is_stored_stays_and_there_has_to_be_one(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    let renamed = || NewOAuthApp { client_id: "renamed".to_owned(), client_secret: None, ..new_app("") };
    let refused = store.oauth_apps().save(environment, renamed(), at(1)).await;
    assert!(matches!(refused, Err(StoreError::Invalid(_))), "{refused:?}");
    store.oauth_apps().save(environment, new_app("s1"), at(2)).await.unwrap();
    store.oauth_apps().save(environment, renamed(), at(3)).await.unwrap();
    assert_eq!(store.oauth_apps().get(environment, "sendoso", "oauth2").await.unwrap().unwrap().client_id, "renamed");
    assert_eq!(secret(&store, environment, "oauth2").await.as_deref(), Some("s1"));
}

async fn an_app_is_seen_by_its_environment_only(database: TestDatabase) {
    let store = database.open().await;
    let ours = environment(&store).await.id;
    let theirs = store.environments().create("theirs", at(1)).await.unwrap().id;
    store.oauth_apps().save(ours, new_app("s1"), at(1)).await.unwrap();
    assert_eq!(store.oauth_apps().get(theirs, "sendoso", "oauth2").await.unwrap(), None);
    assert_eq!(secret(&store, theirs, "oauth2").await, None);
    assert!(!store.oauth_apps().delete(theirs, "sendoso", "oauth2").await.unwrap());
    let nowhere = store.oauth_apps().save("01a0c450-6c00-7273-b5ee-1fe05aa1a7bd".parse().unwrap(), new_app("s1"), at(1)).await;
    assert!(matches!(nowhere, Err(StoreError::Conflict(_))), "{nowhere:?}");
}

async fn a_secret_that_was_moved_to_another_app_does_not_open(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    store.oauth_apps().save(environment, new_app("s1"), at(1)).await.unwrap();
    let scim = NewOAuthApp { authentication_method: "scim".to_owned(), ..new_app("s2") };
    store.oauth_apps().save(environment, scim, at(1)).await.unwrap();
    for columns in ["sealed", "data_key", "sealed, data_key, key_generation"] {
        database
            .sql(&format!(
                "UPDATE oauth_app SET ({columns}) = (SELECT {columns} FROM oauth_app o WHERE o.authentication_method = 'oauth2') \
                 WHERE authentication_method = 'scim'"
            ))
            .await;
        let moved = store.oauth_apps().with_secret(environment, "sendoso", "scim").await;
        assert!(matches!(moved, Err(StoreError::Unreadable(_))), "{columns}");
    }
    database.sql("DELETE FROM oauth_app WHERE authentication_method = 'scim'").await;
    database.sql("UPDATE oauth_app SET authentication_method = 'scim'").await;
    let moved = store.oauth_apps().with_secret(environment, "sendoso", "scim").await;
    assert!(matches!(moved, Err(StoreError::Unreadable(_))));
}

async fn secrets_of_apps_go_on_to_a_new_master_key(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    for method in ["a", "b", "c"] {
        let app = NewOAuthApp { authentication_method: method.to_owned(), ..new_app(method) };
        store.oauth_apps().save(environment, app, at(1)).await.unwrap();
    }
    let (new, rotation) = (MasterKey::generate().unwrap(), store.key_rotation());
    rotation.begin(&new).await.unwrap();
    let refused = rotation.retire(&new).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    let done = rewrap_all(&store, 2).await.done;
    assert_eq!((done, rotation.state().await.unwrap().left), (3, 0));
    assert_eq!(rotation.retire(&new).await.unwrap(), 1);
    store.close().await;
    let store = Store::open(&database.url, &new).await.unwrap();
    assert_eq!(secret(&store, environment, "b").await.as_deref(), Some("b"));
}
