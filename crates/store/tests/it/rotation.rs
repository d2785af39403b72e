//! Replacing the master key, as the command does it and as servers live through it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use secrecy::ExposeSecret;
use serde_json::json;
use sqlx::Row;
use store::{AccountChange, Begun, Examined, Hold, MasterKey, Rewrapped, SecretOf, Store, StoreError, examine};

use crate::database::{TestDatabase, at, connected, credential, new_account, object, on_both};
use crate::invalidation::listening;

on_both!(
    after_a_rotation_only_the_new_master_key_opens_and_everything_is_as_it_was,
    while_it_lasts_both_master_keys_open_and_what_one_writes_the_other_reads,
    a_server_with_the_old_key_in_memory_serves_through_rewrapping_without_hearing_of_it,
    nothing_is_retired_while_something_needs_it_or_with_the_old_key,
    an_interrupted_rotation_goes_on_where_it_stopped,
    another_new_key_in_the_middle_of_a_rotation_is_the_newest_and_nothing_is_lost,
    a_credential_that_opens_with_no_key_is_named_and_stops_nothing_else,
    no_read_and_no_write_fails_while_the_master_key_is_replaced_twice,
    a_credential_whose_data_key_opens_but_not_itself_is_named,
    the_master_key_of_an_older_generation_is_refused_as_the_new_one,
    an_old_copy_of_a_row_does_not_open_once_its_generation_is_retired,
);

/// What the command does between `begin` and `retire`.
pub(crate) async fn rewrap_all(store: &Store, most: u32) -> Rewrapped {
    let mut all = Rewrapped::default();
    loop {
        let step = store.key_rotation().rewrap(all.next.take(), most).await.unwrap();
        assert!(step.done <= u64::from(most));
        all.done += step.done;
        all.unreadable.extend(step.unreadable);
        all.next = step.next;
        if all.next.is_none() {
            return all;
        }
    }
}

async fn after_a_rotation_only_the_new_master_key_opens_and_everything_is_as_it_was(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, server, token) = connected(&store).await;
    let credentials = credential(&store, &environment, account.id).await;
    let new = MasterKey::generate().unwrap();
    assert_eq!(store.key_rotation().begin(&new).await.unwrap(), Begun::New);
    assert_eq!(rewrap_all(&store, 10).await.done, 1);
    assert_eq!(store.key_rotation().retire(&new).await.unwrap(), 1);
    let state = store.key_rotation().state().await.unwrap();
    assert_eq!((state.generation, state.older, state.credentials, state.left), (2, 0, 1, 0));
    assert_eq!(credential(&store, &environment, account.id).await, credentials);
    store.close().await;

    assert!(matches!(Store::open(&database.url, &database.key).await.err(), Some(StoreError::WrongKey)));
    assert!(matches!(examine(&database.url, &database.key).await, Err(StoreError::WrongKey)));
    assert!(matches!(examine(&database.url, &new).await.unwrap(), Examined::Current { .. }));
    let store = Store::open(&database.url, &new).await.unwrap();
    assert_eq!(credential(&store, &environment, account.id).await, credentials);
    let found = store.mcp_servers().find_by_hash(&store.hash_token(token.expose_secret())).await.unwrap();
    assert_eq!(found.map(|server| server.id), Some(server.id));
}

async fn while_it_lasts_both_master_keys_open_and_what_one_writes_the_other_reads(database: TestDatabase) {
    let store = database.open().await;
    let (environment, before, ..) = connected(&store).await;
    let new = MasterKey::generate().unwrap();
    store.key_rotation().begin(&new).await.unwrap();
    store.close().await;

    let (with_old, with_new) = (database.open().await, Store::open(&database.url, &new).await.unwrap());
    assert!(with_old.hash_token("tg_x") == with_new.hash_token("tg_x"));
    for (writer, reader) in [(&with_old, &with_new), (&with_new, &with_old)] {
        let written = writer.accounts().create(environment.id, new_account("t"), at(3)).await.unwrap();
        for id in [before.id, written.id] {
            assert!(reader.accounts().credentials(environment.id, id).await.unwrap().is_some());
        }
    }
    assert!(matches!(examine(&database.url, &database.key).await.unwrap(), Examined::Current { .. }));
    with_old.close().await;
    with_new.close().await;
}

async fn a_server_with_the_old_key_in_memory_serves_through_rewrapping_without_hearing_of_it(database: TestDatabase) {
    let server = database.open().await;
    let (environment, account, ..) = connected(&server).await;
    let command = database.open().await;
    command.key_rotation().begin(&MasterKey::generate().unwrap()).await.unwrap();
    rewrap_all(&command, 10).await;
    assert!(server.accounts().credentials(environment.id, account.id).await.unwrap().is_some());
    let written = server.accounts().create(environment.id, new_account("t"), at(3)).await.unwrap();
    assert!(command.accounts().credentials(environment.id, written.id).await.unwrap().is_some());
    assert_eq!(command.key_rotation().state().await.unwrap().left, 0, "new credentials are under the new generation");
}

async fn nothing_is_retired_while_something_needs_it_or_with_the_old_key(database: TestDatabase) {
    let store = database.open().await;
    connected(&store).await;
    let new = MasterKey::generate().unwrap();
    store.key_rotation().begin(&new).await.unwrap();
    let refused = store.key_rotation().retire(&new).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    rewrap_all(&store, 10).await;
    let refused = store.key_rotation().retire(&database.key).await;
    assert!(matches!(refused, Err(StoreError::Invalid(_))), "{refused:?}");
    assert_eq!(store.key_rotation().retire(&new).await.unwrap(), 1);
    assert_eq!(store.key_rotation().retire(&new).await.unwrap(), 0);
    let refused = store.key_rotation().begin(&new).await;
    assert!(matches!(refused, Err(StoreError::Invalid(_))), "{refused:?}");
}

async fn an_interrupted_rotation_goes_on_where_it_stopped(database: TestDatabase) {
    let store = database.open().await;
    let (environment, ..) = connected(&store).await;
    for number in 0..9 {
        store.accounts().create(environment.id, new_account(&number.to_string()), at(3)).await.unwrap();
    }
    let new = MasterKey::generate().unwrap();
    store.key_rotation().begin(&new).await.unwrap();
    assert_eq!(store.key_rotation().rewrap(None, 4).await.unwrap().done, 4);
    store.close().await;

    let store = database.open().await;
    assert_eq!(store.key_rotation().begin(&new).await.unwrap(), Begun::Continued);
    assert_eq!(store.key_rotation().state().await.unwrap().left, 6);
    assert_eq!(rewrap_all(&store, 4).await.done, 6);
    assert_eq!(store.key_rotation().retire(&new).await.unwrap(), 1);
}

async fn another_new_key_in_the_middle_of_a_rotation_is_the_newest_and_nothing_is_lost(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let [lost, new] = [(); 2].map(|()| MasterKey::generate().unwrap());
    store.key_rotation().begin(&lost).await.unwrap();
    store.accounts().create(environment.id, new_account("under the lost one"), at(3)).await.unwrap();
    store.close().await;

    let store = database.open().await;
    assert_eq!(store.key_rotation().begin(&new).await.unwrap(), Begun::New);
    for key in [&database.key, &lost, &new] {
        let opened = Store::open(&database.url, key).await.unwrap();
        assert!(opened.accounts().credentials(environment.id, account.id).await.unwrap().is_some());
        opened.close().await;
    }
    assert_eq!(rewrap_all(&store, 10).await.done, 2);
    assert_eq!(store.key_rotation().retire(&new).await.unwrap(), 2);
    assert!(matches!(Store::open(&database.url, &lost).await.err(), Some(StoreError::WrongKey)));
}

async fn a_credential_that_opens_with_no_key_is_named_and_stops_nothing_else(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let spoilt = store.accounts().create(environment.id, new_account("spoilt"), at(3)).await.unwrap();
    database
        .sql(&format!(
            "UPDATE credential SET data_key = (SELECT c.data_key FROM credential c WHERE c.account_id = '{}') WHERE account_id = '{}'",
            account.id, spoilt.id
        ))
        .await;
    let new = MasterKey::generate().unwrap();
    store.key_rotation().begin(&new).await.unwrap();
    let all = rewrap_all(&store, 1).await;
    assert_eq!((all.done, all.unreadable), (1, vec![SecretOf::Account(spoilt.id)]));
    let refused = store.key_rotation().retire(&new).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    let change = AccountChange { credentials: Some(object(json!({"access_token": "anew"})).into()), ..AccountChange::default() };
    store.accounts().update(environment.id, spoilt.id, change, at(4)).await.unwrap().unwrap();
    assert_eq!(store.key_rotation().retire(&new).await.unwrap(), 1);
}

async fn no_read_and_no_write_fails_while_the_master_key_is_replaced_twice(database: TestDatabase) {
    let server = database.open().await;
    let (environment, ..) = connected(&server).await;
    let mut accounts = Vec::new();
    for number in 0..40 {
        accounts.push(server.accounts().create(environment.id, new_account(&number.to_string()), at(3)).await.unwrap().id);
    }
    let done = Arc::new(AtomicBool::new(false));
    let load = tokio::spawn({
        let (server, done, accounts) = (server.clone(), Arc::clone(&done), accounts.clone());
        async move {
            let mut rounds = 0;
            while !done.load(Ordering::SeqCst) {
                for (at_number, id) in accounts.iter().enumerate() {
                    let read = server.accounts().credentials(environment.id, *id).await.unwrap().unwrap();
                    if at_number % 4 == rounds % 4 {
                        let change = AccountChange { credentials: Some((*read).clone().into()), ..AccountChange::default() };
                        server.accounts().update(environment.id, *id, change, at(5)).await.unwrap().unwrap();
                    }
                }
                rounds += 1;
            }
            rounds
        }
    });
    let command = database.open().await;
    for _ in 0..2 {
        let new = MasterKey::generate().unwrap();
        command.key_rotation().begin(&new).await.unwrap();
        // The server meets the new generation before the old one is gone.
        server.accounts().create(environment.id, new_account("hears"), at(4)).await.unwrap();
        // A write that was under way when the new generation was made may still be under the old one.
        while !matches!(command.key_rotation().retire(&new).await, Ok(1)) {
            rewrap_all(&command, 7).await;
        }
    }
    done.store(true, Ordering::SeqCst);
    assert!(load.await.unwrap() > 0);
    for id in accounts {
        assert!(command.accounts().credentials(environment.id, id).await.unwrap().is_some());
    }
}

/// Of two servers with the old key and one with the new one, all hear each other, and those with the old key go on after it is retired.
#[tokio::test]
async fn notes_between_servers_are_heard_through_a_rotation() {
    let Some(database) = TestDatabase::postgres().await else { return };
    let [one, other] = [database.open().await, database.open().await];
    let (environment, account, ..) = connected(&one).await;
    for server in [&one, &other] {
        listening(server).await;
    }
    let new = MasterKey::generate().unwrap();
    let command = database.open().await;
    command.key_rotation().begin(&new).await.unwrap();
    rewrap_all(&command, 10).await;
    let started_anew = Store::open(&database.url, &new).await.unwrap();
    listening(&started_anew).await;

    let mut heard = [&one, &other, &started_anew].map(Store::notes);
    for (teller, note) in [(&one, b"from the old"), (&started_anew, b"from the new")] {
        teller.tell_others(note).await.unwrap();
        for (listener, heard) in [&one, &other, &started_anew].into_iter().zip(&mut heard) {
            if !std::ptr::eq(teller, listener) {
                assert_eq!(heard.recv().await.unwrap(), note);
            }
        }
    }
    assert_eq!(command.key_rotation().retire(&new).await.unwrap(), 1);
    for server in [&one, &other, &started_anew] {
        assert!(server.accounts().credentials(environment.id, account.id).await.unwrap().is_some());
        server.accounts().create(environment.id, new_account("after"), at(9)).await.unwrap();
    }
    database.remove().await;
}

/// Who has an old master key and puts back what was read long ago gains nothing.
async fn an_old_copy_of_a_row_does_not_open_once_its_generation_is_retired(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let old: Vec<u8> = database.sql("SELECT data_key FROM credential").await[0].get(0);
    let new = MasterKey::generate().unwrap();
    store.key_rotation().begin(&new).await.unwrap();
    rewrap_all(&store, 10).await;
    store.key_rotation().retire(&new).await.unwrap();
    let hex: String = old.iter().map(|byte| format!("{byte:02x}")).collect();
    let bytes = if database.url.starts_with("sqlite") { format!("x'{hex}'") } else { format!("'\\x{hex}'") };
    database.sql(&format!("UPDATE credential SET data_key = {bytes}")).await;
    let opened = store.accounts().credentials(environment.id, account.id).await;
    assert!(matches!(opened, Err(StoreError::Unreadable(_))), "{:?}", opened.map(|_| ()));
}

/// The server does nothing but look once a second: no call makes it meet the new generation.
#[tokio::test]
async fn a_server_on_a_sqlite_file_goes_on_when_the_old_key_is_retired_right_after_the_rotation() {
    let database = TestDatabase::sqlite();
    let _hold = Hold::take(&database.url).unwrap();
    let server = database.open().await;
    let (environment, account, ..) = connected(&server).await;
    tokio::spawn(server.listen(std::future::pending()));
    let command = database.open().await;
    let new = MasterKey::generate().unwrap();
    command.key_rotation().begin(&new).await.unwrap();
    rewrap_all(&command, 10).await;
    assert_eq!(command.key_rotation().retire(&new).await.unwrap(), 1);
    assert!(server.accounts().credentials(environment.id, account.id).await.unwrap().is_some());
    server.accounts().create(environment.id, new_account("after"), at(9)).await.unwrap();
}

#[tokio::test]
async fn of_a_retired_generation_no_wrapped_key_is_left_in_the_file_or_its_log() {
    let database = TestDatabase::sqlite();
    let server = database.open().await;
    connected(&server).await;
    let mut old: Vec<Vec<u8>> = vec![database.sql("SELECT data_key FROM credential").await[0].get(0)];
    let new = MasterKey::generate().unwrap();
    server.key_rotation().begin(&new).await.unwrap();
    let rows = database.sql("SELECT sealed FROM key_generation WHERE number = 1").await;
    old.push(rows[0].get(0));
    let bridges = database
        .sql("SELECT (SELECT under_next FROM key_generation WHERE number = 1), under_previous FROM key_generation WHERE number = 2")
        .await;
    old.extend([bridges[0].get::<Vec<u8>, _>(0), bridges[0].get(1)]);
    rewrap_all(&server, 10).await;
    assert_eq!(database.found(&old), 4);
    assert_eq!(server.key_rotation().retire(&new).await.unwrap(), 1);
    assert_eq!(database.found(&old), 0);
}

async fn the_master_key_of_an_older_generation_is_refused_as_the_new_one(database: TestDatabase) {
    let store = database.open().await;
    let [second, third] = [(); 2].map(|()| MasterKey::generate().unwrap());
    store.key_rotation().begin(&second).await.unwrap();
    store.key_rotation().begin(&third).await.unwrap();
    for old in [&database.key, &second] {
        let refused = store.key_rotation().begin(old).await;
        assert!(matches!(&refused, Err(StoreError::Invalid(text)) if text.contains("older generation")), "{refused:?}");
    }
    assert_eq!(store.key_rotation().begin(&third).await.unwrap(), Begun::Continued);
    assert_eq!(store.key_rotation().state().await.unwrap().generation, 3);
}

async fn a_credential_whose_data_key_opens_but_not_itself_is_named(database: TestDatabase) {
    let store = database.open().await;
    let (_, account, ..) = connected(&store).await;
    let bytes = if database.url.starts_with("sqlite") { "x'0203'" } else { "'\\x0203'" };
    database.sql(&format!("UPDATE credential SET sealed = {bytes}")).await;
    store.key_rotation().begin(&MasterKey::generate().unwrap()).await.unwrap();
    let all = rewrap_all(&store, 10).await;
    assert_eq!((all.done, all.unreadable), (0, vec![SecretOf::Account(account.id)]));
}
