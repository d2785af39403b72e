//! Leases for refreshing a credential.

use serde_json::json;
use store::{AccountChange, AccountId, AccountStatus, EnvironmentId, RefreshClaim, RefreshLease, Store};

use crate::database::{TestDatabase, at, connected, credential, object, on_both};

on_both!(
    one_at_a_time_has_the_lease_and_what_they_save_is_the_credential,
    a_lease_that_never_came_back_is_inherited_and_its_late_holder_does_not_overwrite_the_heir,
    what_a_late_holder_has_is_saved_while_nobody_has_anything_newer,
    a_credential_that_was_replaced_meanwhile_is_not_overwritten,
    a_failed_refresh_is_told_on_the_account_and_the_next_success_clears_it,
    of_many_who_ask_at_once_one_gets_the_lease,
);

async fn claim(store: &Store, (environment, account): (EnvironmentId, AccountId), now: i64) -> RefreshClaim {
    store.refreshes().claim(environment, account, at(now), at(now + 90)).await.unwrap()
}

async fn lease(store: &Store, owner: (EnvironmentId, AccountId), now: i64) -> RefreshLease {
    match claim(store, owner, now).await {
        RefreshClaim::Mine(lease) | RefreshClaim::Inherited(lease) => lease,
        RefreshClaim::Taken | RefreshClaim::Gone => panic!("no lease"),
    }
}

async fn save(store: &Store, lease: RefreshLease, token: &str) -> bool {
    store.refreshes().save(lease, object(json!({"access_token": token})).into(), at(10)).await.unwrap()
}

async fn one_at_a_time_has_the_lease_and_what_they_save_is_the_credential(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let owner = (environment.id, account.id);
    let RefreshClaim::Mine(first) = claim(&store, owner, 10).await else { panic!("nobody else had it") };
    assert!(matches!(claim(&store, owner, 99).await, RefreshClaim::Taken));
    assert!(save(&store, first, "new").await);
    assert_eq!(credential(&store, &environment, account.id).await.unwrap()["access_token"], "new");
    let after = store.accounts().get(environment.id, account.id).await.unwrap().unwrap();
    assert_eq!(after.version, account.version, "a refresh is no change of the account");
    let RefreshClaim::Mine(second) = claim(&store, owner, 11).await else { panic!("it was given back") };
    store.refreshes().release(second).await.unwrap();
    assert!(matches!(claim(&store, owner, 12).await, RefreshClaim::Mine(_)));
    store.accounts().delete(environment.id, account.id, at(90)).await.unwrap();
    assert!(matches!(claim(&store, owner, 13).await, RefreshClaim::Gone));
}

async fn a_lease_that_never_came_back_is_inherited_and_its_late_holder_does_not_overwrite_the_heir(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let owner = (environment.id, account.id);
    let late = lease(&store, owner, 10).await;
    let RefreshClaim::Inherited(heir) = claim(&store, owner, 101).await else { panic!("its time was up") };
    assert!(!store.refreshes().fail(late.clone(), AccountStatus::NeedsReauth, "late".to_owned(), at(101)).await.unwrap());
    assert!(save(&store, heir, "new").await);
    assert!(!save(&store, late, "late").await);
    assert_eq!(credential(&store, &environment, account.id).await.unwrap()["access_token"], "new");
    let after = store.accounts().get(environment.id, account.id).await.unwrap().unwrap();
    assert_eq!((after.status, after.last_error), (AccountStatus::Active, None));
}

async fn what_a_late_holder_has_is_saved_while_nobody_has_anything_newer(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let owner = (environment.id, account.id);
    let stored = async || credential(&store, &environment, account.id).await.unwrap()["access_token"].clone();
    let status = async || store.accounts().get(environment.id, account.id).await.unwrap().unwrap().status;

    let late = lease(&store, owner, 10).await;
    let heir = lease(&store, owner, 101).await;
    assert!(save(&store, late, "late").await, "the vendor gave it for what is stored");
    assert_eq!(stored().await, "late");
    assert!(matches!(claim(&store, owner, 102).await, RefreshClaim::Taken), "the heir is still asking");
    // The heir showed the vendor what it had used up for the late one.
    assert!(!store.refreshes().fail(heir.clone(), AccountStatus::NeedsReauth, "used up".to_owned(), at(103)).await.unwrap());
    assert_eq!((stored().await, status().await), (json!("late"), AccountStatus::Active));

    let late = lease(&store, owner, 200).await;
    let heir = lease(&store, owner, 300).await;
    assert!(store.refreshes().fail(heir, AccountStatus::NeedsReauth, "used up".to_owned(), at(301)).await.unwrap());
    assert_eq!(status().await, AccountStatus::NeedsReauth);
    assert!(save(&store, late, "later").await);
    assert_eq!((stored().await, status().await), (json!("later"), AccountStatus::Active));

    let (late, heir) = (lease(&store, owner, 400).await, lease(&store, owner, 500).await);
    assert!(save(&store, late, "first").await);
    assert!(save(&store, heir, "second").await, "the vendor's newest word");
    assert_eq!(stored().await, "second");
}

async fn a_credential_that_was_replaced_meanwhile_is_not_overwritten(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let lease = lease(&store, (environment.id, account.id), 10).await;
    let change = AccountChange { credentials: Some(object(json!({"access_token": "by hand"})).into()), ..AccountChange::default() };
    store.accounts().update(environment.id, account.id, change, at(11)).await.unwrap();
    assert!(!save(&store, lease, "refreshed").await);
    assert_eq!(credential(&store, &environment, account.id).await.unwrap()["access_token"], "by hand");
}

async fn a_failed_refresh_is_told_on_the_account_and_the_next_success_clears_it(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let owner = (environment.id, account.id);
    let told = async || {
        let account = store.accounts().get(environment.id, account.id).await.unwrap().unwrap();
        (account.status, account.last_error)
    };
    let before = store.generations().of(account.id.uuid());
    let first = lease(&store, owner, 10).await;
    store.refreshes().fail(first, AccountStatus::NeedsReauth, "refused\0".to_owned(), at(11)).await.unwrap();
    assert_eq!(told().await, (AccountStatus::NeedsReauth, Some("refused\u{fffd}".to_owned())));
    assert!(store.generations().of(account.id.uuid()) != before, "caches hear of it");
    let second = lease(&store, owner, 12).await;
    assert!(save(&store, second, "new").await);
    assert_eq!(told().await, (AccountStatus::Active, None));
}

async fn of_many_who_ask_at_once_one_gets_the_lease(database: TestDatabase) {
    let stores = [database.open().await, database.open().await];
    let (environment, account, ..) = connected(&stores[0]).await;
    let asking = (0..20).map(|number| {
        let (store, owner) = (stores[number % 2].clone(), (environment.id, account.id));
        tokio::spawn(async move { matches!(claim(&store, owner, 10).await, RefreshClaim::Mine(_)) })
    });
    let asking: Vec<_> = asking.collect();
    let mut winners = 0;
    for asked in asking {
        winners += usize::from(asked.await.unwrap());
    }
    assert_eq!(winners, 1);
}

/// Both change the account and its credential: in the same order, or each would wait for the other.
#[tokio::test]
async fn on_postgresql_what_a_refresh_brings_is_saved_while_the_account_is_edited() {
    let Some(database) = TestDatabase::postgres().await else { return };
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let owner = (environment.id, account.id);
    for is_saved in [true, false] {
        let lease = lease(&store, owner, 10).await;
        let mut editing = database.session().await;
        let edit = format!("BEGIN; UPDATE integrated_account SET version = version + 1 WHERE id = '{}'", account.id);
        sqlx::raw_sql(sqlx::AssertSqlSafe(edit)).execute(&mut editing).await.unwrap();
        let ending = tokio::spawn({
            let store = store.clone();
            async move {
                match is_saved {
                    true => save(&store, lease, "new").await,
                    false => store.refreshes().fail(lease, AccountStatus::NeedsReauth, "refused".to_owned(), at(11)).await.unwrap(),
                }
            }
        });
        while database.sql("SELECT 1 FROM pg_locks WHERE NOT granted").await.is_empty() {
            tokio::task::yield_now().await;
        }
        let save = format!("UPDATE credential SET updated_at = updated_at WHERE account_id = '{}'; COMMIT", account.id);
        sqlx::raw_sql(sqlx::AssertSqlSafe(save)).execute(&mut editing).await.unwrap();
        assert!(ending.await.unwrap());
    }
    database.remove().await;
}
