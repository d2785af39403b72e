//! What is said of an account, and for which of its credentials it holds.

use std::time::Duration;

use serde_json::json;
use store::{Account, AccountChange, AccountState, AccountStatus, Environment, NewAccount, SettingsChange, Store};

use crate::database::{TestDatabase, at, connected, new_account, object, on_both};

on_both!(
    a_state_is_told_once_and_counts_as_a_change_only_if_it_is_news,
    what_was_found_out_about_a_credential_is_not_said_of_its_successor,
    a_late_verdict_loses_against_whoever_replaces_the_credential_at_that_moment,
    an_account_without_a_credential_has_none_until_it_gets_one,
    a_ticket_opens_its_account_until_its_time_or_another_credential_comes,
    a_ticket_that_is_changed_in_any_place_or_of_another_store_opens_nothing,
    settings_that_are_not_given_stay,
);

async fn present(store: &Store, environment: &Environment, account: &Account) -> Account {
    store.accounts().get(environment.id, account.id).await.unwrap().unwrap()
}

fn replaced(token: &str) -> AccountChange {
    AccountChange {
        credentials: Some(object(json!({ "access_token": token })).into()),
        status: Some(AccountStatus::Active),
        last_error: Some(None),
        ..AccountChange::default()
    }
}

fn refused() -> AccountState {
    AccountState::failing(AccountStatus::NeedsReauth, "revo\0ked".to_owned())
}

async fn a_state_is_told_once_and_counts_as_a_change_only_if_it_is_news(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let tell = async |state: AccountState, now: i64| store.accounts().tell(environment.id, account.id, state, at(now)).await.unwrap();
    assert!(!tell(AccountState::active(None), 10).await, "it is active");
    assert_eq!(present(&store, &environment, &account).await, account);

    assert!(tell(refused().of(1), 11).await);
    let told = present(&store, &environment, &account).await;
    assert_eq!((told.status, told.last_error.as_deref()), (AccountStatus::NeedsReauth, Some("revo\u{fffd}ked")));
    assert_eq!((told.version, told.updated_at), (account.version + 1, at(11)));
    assert!(!tell(refused().of(1), 12).await);
    assert_eq!(present(&store, &environment, &account).await, told);

    assert!(tell(AccountState::active(Some("sarah@example.com".to_owned())), 13).await);
    assert!(!tell(AccountState::active(None), 14).await, "who nobody asked for is kept");
    let told = present(&store, &environment, &account).await;
    assert_eq!((told.status, told.last_error, told.identity.as_deref()), (AccountStatus::Active, None, Some("sarah@example.com")));

    store.accounts().delete(environment.id, account.id, at(90)).await.unwrap();
    assert!(!tell(refused(), 15).await);
}

async fn what_was_found_out_about_a_credential_is_not_said_of_its_successor(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    assert_eq!(account.credential_version, 1);
    let renewed = store.accounts().update(environment.id, account.id, replaced("second"), at(0)).await.unwrap().unwrap();
    assert_eq!(renewed, present(&store, &environment, &account).await);
    assert_eq!(renewed.credential_version, 2);
    assert!(!store.accounts().tell(environment.id, account.id, refused().of(1), at(0)).await.unwrap());
    assert_eq!(present(&store, &environment, &account).await, renewed);
    assert!(store.accounts().tell(environment.id, account.id, refused().of(2), at(0)).await.unwrap());

    let renamed = AccountChange { name: Some(None), ..AccountChange::default() };
    let renamed = store.accounts().update(environment.id, account.id, renamed, at(0)).await.unwrap().unwrap();
    assert_eq!((renamed.credential_version, renamed.status), (2, AccountStatus::NeedsReauth));
}

async fn a_late_verdict_loses_against_whoever_replaces_the_credential_at_that_moment(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    for round in 1..=20 {
        let accounts = store.accounts();
        let replacing = accounts.update(environment.id, account.id, replaced("next"), at(round));
        let telling = accounts.tell(environment.id, account.id, refused().of(round), at(round));
        let (replaced, told) = tokio::join!(replacing, telling);
        assert_eq!((replaced.unwrap().unwrap().credential_version, told.is_ok()), (round + 1, true));
        let after = present(&store, &environment, &account).await;
        assert_eq!((after.status, after.last_error), (AccountStatus::Active, None), "round {round}");
    }
}

async fn an_account_without_a_credential_has_none_until_it_gets_one(database: TestDatabase) {
    let store = database.open().await;
    let environment = crate::database::environment(&store).await;
    let new = NewAccount { credentials: object(json!({})).into(), status: AccountStatus::Connecting, ..new_account("acme") };
    let account = store.accounts().create(environment.id, new, at(1)).await.unwrap();
    assert_eq!(account, present(&store, &environment, &account).await);
    assert_eq!(account.credential_version, 0);
    assert!(store.accounts().credentials(environment.id, account.id).await.unwrap().is_none());
    let account = store.accounts().update(environment.id, account.id, replaced("first"), at(2)).await.unwrap().unwrap();
    assert_eq!((account.credential_version, account.status), (1, AccountStatus::Active));
    assert_eq!(store.accounts().credentials(environment.id, account.id).await.unwrap().unwrap()["access_token"], "first");
}

async fn a_ticket_opens_its_account_until_its_time_or_another_credential_comes(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let text = store.ticket(&account, at(100));
    let ticket = store.read_ticket(&text, at(99)).unwrap();
    assert_eq!((ticket.environment, ticket.account), (environment.id, account.id));
    assert!(ticket.opens(&account));
    assert!(store.read_ticket(&text, at(100)).is_none(), "its time is up");
    assert!(store.read_ticket(&text, at(100) - Duration::from_millis(1)).is_some());

    let renewed = store.accounts().update(environment.id, account.id, replaced("second"), at(2)).await.unwrap().unwrap();
    assert!(!ticket.opens(&renewed));
    let other = store.accounts().create(environment.id, new_account("other"), at(3)).await.unwrap();
    assert!(!ticket.opens(&other));
    // Whoever starts the server again reads what was handed out before.
    store.close().await;
    assert!(database.open().await.read_ticket(&text, at(99)).is_some());
}

async fn a_ticket_that_is_changed_in_any_place_or_of_another_store_opens_nothing(database: TestDatabase) {
    let store = database.open().await;
    let (_, account, ..) = connected(&store).await;
    let text = store.ticket(&account, at(100));
    assert_eq!(text.len(), 3 + 86);
    for place in 0..text.len() {
        let mut changed = text.clone().into_bytes();
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        assert!(store.read_ticket(str::from_utf8(&changed).unwrap(), at(1)).is_none(), "byte {place}");
        assert!(store.read_ticket(&text[..place], at(1)).is_none(), "the first {place} bytes");
    }
    for wrong in [format!("{text}A"), format!("{text}="), format!("tg_{}", &text[3..]), "tr_".to_owned(), "tr_☃".to_owned()] {
        assert!(store.read_ticket(&wrong, at(1)).is_none(), "{wrong}");
    }
    assert!(TestDatabase::sqlite().open().await.read_ticket(&text, at(1)).is_none());
}

async fn settings_that_are_not_given_stay(database: TestDatabase) {
    let store = database.open().await;
    let environment = crate::database::environment(&store).await;
    let usual = store.environments().settings(environment.id).await.unwrap();
    assert_eq!((usual.frame_ancestors.len(), usual.agent_reconnect_links), (0, true));
    let origins = vec!["https://app.example.com".to_owned()];
    let change = SettingsChange { frame_ancestors: Some(origins.clone()), ..SettingsChange::default() };
    let changed = store.environments().change_settings(environment.id, change).await.unwrap();
    assert_eq!((&changed.frame_ancestors, changed.agent_reconnect_links), (&origins, true));
    let change = SettingsChange { agent_reconnect_links: Some(false), ..SettingsChange::default() };
    let changed = store.environments().change_settings(environment.id, change).await.unwrap();
    assert_eq!((&changed.frame_ancestors, changed.agent_reconnect_links), (&origins, false));
    assert_eq!(store.environments().settings(environment.id).await.unwrap(), changed);
}
