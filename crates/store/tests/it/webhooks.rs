//! Webhooks and their secrets.

use secrecy::{ExposeSecret, SecretString};
use store::{EnvironmentId, EventType, MasterKey, NewWebhook, Store, StoreError, Webhook, WebhookChange, WebhookId};

use crate::database::{TestDatabase, at, environment, first_page, on_both};
use crate::rotation::rewrap_all;

on_both!(
    a_webhook_is_read_as_it_was_made_and_changed_until_it_is_deleted,
    an_environment_sees_its_own_webhooks_only_and_has_so_many_at_most,
    secrets_are_random_and_in_the_form_of_standard_webhooks,
    for_a_day_a_secret_that_was_replaced_signs_too,
    secrets_that_were_moved_to_another_webhook_do_not_open,
    secrets_of_webhooks_go_on_to_a_new_master_key,
);

pub(crate) fn new_webhook(events: Option<Vec<EventType>>) -> NewWebhook {
    NewWebhook { url: "https://example.com/hooks".to_owned(), events, description: None }
}

pub(crate) async fn webhook(store: &Store, environment: EnvironmentId) -> (Webhook, SecretString) {
    store.webhooks().create(environment, new_webhook(None), 20, at(0)).await.unwrap()
}

async fn secrets(store: &Store, environment: EnvironmentId, id: WebhookId, now: i64) -> Vec<String> {
    let signing = store.webhooks().signing(environment, id, at(now)).await.unwrap().unwrap();
    signing.secrets.iter().map(|secret| secret.expose_secret().to_owned()).collect()
}

async fn a_webhook_is_read_as_it_was_made_and_changed_until_it_is_deleted(database: TestDatabase) {
    let store = database.open().await;
    let (environment, webhooks) = (environment(&store).await.id, store.webhooks());
    let events = vec![EventType::AccountStatusChanged, EventType::AccountDeleted];
    let (made, _) = webhooks.create(environment, new_webhook(Some(events.clone())), 20, at(1)).await.unwrap();
    assert_eq!(webhooks.get(environment, made.id).await.unwrap(), Some(made.clone()));
    assert_eq!(made.events, Some(events));

    let change =
        WebhookChange { events: Some(None), description: Some(Some("ours".to_owned())), enabled: Some(false), ..Default::default() };
    let changed = webhooks.update(environment, made.id, change, at(2)).await.unwrap().unwrap();
    let expected =
        Webhook { events: None, description: Some("ours".to_owned()), disabled_at: Some(at(2)), updated_at: at(2), ..made.clone() };
    assert_eq!(changed, expected);
    assert_eq!(webhooks.get(environment, made.id).await.unwrap(), Some(changed));
    let change = WebhookChange { enabled: Some(true), ..Default::default() };
    assert_eq!(webhooks.update(environment, made.id, change, at(3)).await.unwrap().unwrap().disabled_at, None);

    assert!(webhooks.delete(environment, made.id).await.unwrap());
    assert!(!webhooks.delete(environment, made.id).await.unwrap());
    assert_eq!(webhooks.get(environment, made.id).await.unwrap(), None);
    assert_eq!(webhooks.update(environment, made.id, WebhookChange::default(), at(4)).await.unwrap(), None);
}

async fn an_environment_sees_its_own_webhooks_only_and_has_so_many_at_most(database: TestDatabase) {
    let store = database.open().await;
    let ours = environment(&store).await.id;
    let theirs = store.environments().create("theirs", at(0)).await.unwrap().id;
    let (first, _) = webhook(&store, ours).await;
    store.webhooks().create(ours, new_webhook(None), 2, at(1)).await.unwrap();
    let refused = store.webhooks().create(ours, new_webhook(None), 2, at(2)).await;
    assert!(matches!(refused.err(), Some(StoreError::Conflict(text)) if text.contains("2 is the most")));
    assert_eq!(store.webhooks().list(ours, first_page()).await.unwrap().items.len(), 2);
    assert!(store.webhooks().list(theirs, first_page()).await.unwrap().items.is_empty());
    assert_eq!(store.webhooks().get(theirs, first.id).await.unwrap(), None);
    assert!(store.webhooks().signing(theirs, first.id, at(1)).await.unwrap().is_none());
    assert!(store.webhooks().rotate_secret(theirs, first.id, at(1)).await.unwrap().is_none());
    assert!(store.webhooks().update(theirs, first.id, WebhookChange::default(), at(1)).await.unwrap().is_none());
    assert!(!store.webhooks().delete(theirs, first.id).await.unwrap());
}

async fn secrets_are_random_and_in_the_form_of_standard_webhooks(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    let (made, shown) = webhook(&store, environment).await;
    let (_, other) = webhook(&store, environment).await;
    assert_ne!(shown.expose_secret(), other.expose_secret());
    // 32 bytes in base64.
    assert!(shown.expose_secret().strip_prefix("whsec_").is_some_and(|text| text.len() == 44));
    assert_eq!(secrets(&store, environment, made.id, 1).await, [shown.expose_secret()]);
}

async fn for_a_day_a_secret_that_was_replaced_signs_too(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    let (made, first) = webhook(&store, environment).await;
    let (rotated, second) = store.webhooks().rotate_secret(environment, made.id, at(10)).await.unwrap().unwrap();
    let day = 24 * 3600;
    assert_eq!(rotated.previous_secret_until, Some(at(10 + day)));
    assert_eq!(secrets(&store, environment, made.id, 9 + day).await, [second.expose_secret(), first.expose_secret()]);
    assert_eq!(secrets(&store, environment, made.id, 10 + day).await, [second.expose_secret()]);
    let (_, third) = store.webhooks().rotate_secret(environment, made.id, at(20)).await.unwrap().unwrap();
    assert_eq!(secrets(&store, environment, made.id, 30).await, [third.expose_secret(), second.expose_secret()]);
}

async fn secrets_that_were_moved_to_another_webhook_do_not_open(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    let ((one, _), (other, _)) = (webhook(&store, environment).await, webhook(&store, environment).await);
    for column in ["data_key", "sealed"] {
        let moved =
            format!("UPDATE webhook SET {column} = (SELECT w.{column} FROM webhook w WHERE w.id = '{}') WHERE id = '{}'", one.id, other.id);
        database.sql(&moved).await;
        let opened = store.webhooks().signing(environment, other.id, at(1)).await;
        assert!(matches!(opened.err(), Some(StoreError::Unreadable(_))));
    }
    // A new secret mends it; the one before is lost.
    let (rotated, next) = store.webhooks().rotate_secret(environment, other.id, at(2)).await.unwrap().unwrap();
    assert_eq!(rotated.previous_secret_until, None);
    assert_eq!(secrets(&store, environment, other.id, 3).await, [next.expose_secret()]);
}

async fn secrets_of_webhooks_go_on_to_a_new_master_key(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await.id;
    let (made, shown) = webhook(&store, environment).await;
    for _ in 0..2 {
        webhook(&store, environment).await;
    }
    let (new, rotation) = (MasterKey::generate().unwrap(), store.key_rotation());
    rotation.begin(&new).await.unwrap();
    assert_eq!(rotation.state().await.unwrap().left, 3);
    let refused = rotation.retire(&new).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    let done = rewrap_all(&store, 2).await.done;
    assert_eq!((done, rotation.state().await.unwrap().left), (3, 0));
    assert_eq!(rotation.retire(&new).await.unwrap(), 1);
    store.close().await;
    let store = Store::open(&database.url, &new).await.unwrap();
    assert_eq!(secrets(&store, environment, made.id, 1).await, [shown.expose_secret()]);
}
