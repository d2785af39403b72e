//! Leases for refreshing a credential.

use jiff::Timestamp;
use serde_json::json;
use store::{
    AccountChange, AccountId, AccountState, AccountStatus, EnvironmentId, Hold, LONGEST_LEASE, MasterKey, RefreshClaim, RefreshFailure,
    RefreshLease, RefreshSaved, Store,
};

use crate::database::{TestDatabase, at, connected, credential, object, on_both};

on_both!(
    one_at_a_time_has_the_lease_and_what_they_save_is_the_credential,
    a_lease_that_never_came_back_is_inherited_and_its_late_holder_does_not_overwrite_the_heir,
    what_a_late_holder_has_is_saved_while_nobody_has_anything_newer,
    a_credential_that_was_replaced_meanwhile_is_not_overwritten,
    a_failed_refresh_is_told_on_the_account_and_the_next_success_clears_it,
    of_many_who_ask_at_once_one_gets_the_lease,
    a_failure_that_passes_leaves_what_was_found_out_meanwhile,
    what_something_else_than_a_refresh_found_wrong_outlives_a_refresh,
    a_refusal_is_remembered_until_there_is_another_credential,
    a_credential_that_is_sealed_anew_is_the_same_and_one_that_is_gone_is_none,
    a_lease_of_a_clock_that_ran_ahead_is_inherited_and_that_of_clocks_a_little_apart_is_not,
    leases_of_whoever_had_a_sqlite_file_before_are_inherited_at_once,
);

const REFUSED: RefreshFailure = RefreshFailure::Refused { asked_at: Timestamp::UNIX_EPOCH };

async fn claim(store: &Store, (environment, account): (EnvironmentId, AccountId), now: i64) -> RefreshClaim {
    store.refreshes().claim(environment, account, at(now), at(now + 90)).await.unwrap()
}

async fn lease(store: &Store, owner: (EnvironmentId, AccountId), now: i64) -> RefreshLease {
    match claim(store, owner, now).await {
        RefreshClaim::Mine(lease) | RefreshClaim::Inherited(lease) => lease,
        RefreshClaim::Taken | RefreshClaim::Gone => panic!("no lease"),
    }
}

async fn save(store: &Store, lease: RefreshLease, token: &str) -> RefreshSaved {
    store.refreshes().save(lease, object(json!({"access_token": token})).into(), at(10)).await.unwrap()
}

async fn one_at_a_time_has_the_lease_and_what_they_save_is_the_credential(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let owner = (environment.id, account.id);
    let RefreshClaim::Mine(first) = claim(&store, owner, 10).await else { panic!("nobody else had it") };
    assert!(matches!(claim(&store, owner, 99).await, RefreshClaim::Taken));
    assert_eq!(save(&store, first, "new").await, RefreshSaved::Saved);
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
    assert!(!store.refreshes().fail(late.clone(), REFUSED, "late".to_owned(), at(101)).await.unwrap());
    assert_eq!(save(&store, heir, "new").await, RefreshSaved::Saved);
    assert_eq!(save(&store, late, "late").await, RefreshSaved::Replaced);
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
    assert_eq!(save(&store, late, "late").await, RefreshSaved::Saved, "the vendor gave it for what is stored");
    assert_eq!(stored().await, "late");
    assert!(matches!(claim(&store, owner, 102).await, RefreshClaim::Taken), "the heir is still asking");
    // The heir showed the vendor what it had used up for the late one.
    assert!(!store.refreshes().fail(heir.clone(), REFUSED, "used up".to_owned(), at(103)).await.unwrap());
    assert_eq!((stored().await, status().await), (json!("late"), AccountStatus::Active));

    let late = lease(&store, owner, 200).await;
    let heir = lease(&store, owner, 300).await;
    assert!(store.refreshes().fail(heir, REFUSED, "used up".to_owned(), at(301)).await.unwrap());
    assert_eq!(status().await, AccountStatus::NeedsReauth);
    assert_eq!(save(&store, late, "later").await, RefreshSaved::Saved);
    assert_eq!((stored().await, status().await), (json!("later"), AccountStatus::Active));

    let (late, heir) = (lease(&store, owner, 400).await, lease(&store, owner, 500).await);
    assert_eq!(save(&store, late, "first").await, RefreshSaved::Saved);
    assert_eq!(save(&store, heir, "second").await, RefreshSaved::Saved, "the vendor's newest word");
    assert_eq!(stored().await, "second");
}

async fn a_credential_that_was_replaced_meanwhile_is_not_overwritten(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let lease = lease(&store, (environment.id, account.id), 10).await;
    let change = AccountChange { credentials: Some(object(json!({"access_token": "by hand"})).into()), ..AccountChange::default() };
    store.accounts().update(environment.id, account.id, change, at(11)).await.unwrap();
    assert_eq!(save(&store, lease, "refreshed").await, RefreshSaved::Replaced);
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
    store.refreshes().fail(first, REFUSED, "refused\0".to_owned(), at(11)).await.unwrap();
    assert_eq!(told().await, (AccountStatus::NeedsReauth, Some("refused\u{fffd}".to_owned())));
    assert!(store.generations().of(account.id.uuid()) != before, "caches hear of it");
    let second = lease(&store, owner, 12).await;
    assert_eq!(save(&store, second, "new").await, RefreshSaved::Saved);
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

async fn a_failure_that_passes_leaves_what_was_found_out_meanwhile(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let owner = (environment.id, account.id);
    let told = async || {
        let account = store.accounts().get(environment.id, account.id).await.unwrap().unwrap();
        (account.status, account.last_error)
    };
    let tell = async |state| store.accounts().tell(environment.id, account.id, state, at(11)).await.unwrap();

    let first = lease(&store, owner, 10).await;
    tell(AccountState::failing(AccountStatus::NeedsReauth, "revoked".to_owned())).await;
    assert!(store.refreshes().fail(first, RefreshFailure::Passing, "busy".to_owned(), at(12)).await.unwrap());
    assert_eq!(told().await, (AccountStatus::NeedsReauth, Some("revoked".to_owned())));

    let second = lease(&store, owner, 13).await;
    tell(AccountState::active(None)).await;
    assert!(store.refreshes().fail(second, RefreshFailure::Passing, "busy".to_owned(), at(14)).await.unwrap());
    assert_eq!(told().await, (AccountStatus::Active, Some("busy".to_owned())));
}

async fn what_something_else_than_a_refresh_found_wrong_outlives_a_refresh(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let state = AccountState::failing(AccountStatus::NeedsReauth, "the API says 401".to_owned());
    store.accounts().tell(environment.id, account.id, state, at(9)).await.unwrap();
    let lease = lease(&store, (environment.id, account.id), 10).await;
    assert_eq!(save(&store, lease, "new").await, RefreshSaved::Saved);
    let account = store.accounts().get(environment.id, account.id).await.unwrap().unwrap();
    assert_eq!((account.status, account.last_error.as_deref()), (AccountStatus::NeedsReauth, Some("the API says 401")));
}

async fn a_refusal_is_remembered_until_there_is_another_credential(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let owner = (environment.id, account.id);
    let refused_at = async || store.accounts().with_credential(environment.id, account.id).await.unwrap().unwrap().refused_at;
    let refuse = async |second| {
        let failure = RefreshFailure::Refused { asked_at: at(second) };
        let lease = lease(&store, owner, second).await;
        assert!(store.refreshes().fail(lease, failure, "refused".to_owned(), at(second + 1)).await.unwrap());
    };
    let passing = lease(&store, owner, 10).await;
    store.refreshes().fail(passing, RefreshFailure::Passing, "busy".to_owned(), at(11)).await.unwrap();
    assert_eq!(refused_at().await, None);
    refuse(12).await;
    refuse(14).await;
    assert_eq!(refused_at().await, Some(at(14)));
    let again = lease(&store, owner, 16).await;
    assert_eq!(save(&store, again, "new").await, RefreshSaved::Saved);
    assert_eq!(refused_at().await, None);
    refuse(18).await;
    let change = AccountChange { credentials: Some(object(json!({"access_token": "by hand"})).into()), ..AccountChange::default() };
    store.accounts().update(environment.id, account.id, change, at(20)).await.unwrap();
    assert_eq!(refused_at().await, None);
}

async fn a_credential_that_is_sealed_anew_is_the_same_and_one_that_is_gone_is_none(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let owner = (environment.id, account.id);
    let first = lease(&store, owner, 10).await;
    store.key_rotation().begin(&MasterKey::generate().unwrap()).await.unwrap();
    assert_eq!(store.key_rotation().rewrap(None, 100).await.unwrap().done, 1);
    assert_eq!(save(&store, first, "new").await, RefreshSaved::Saved);
    let second = lease(&store, owner, 11).await;
    store.accounts().delete(environment.id, account.id, at(12)).await.unwrap();
    assert_eq!(save(&store, second, "newer").await, RefreshSaved::Gone);
}

async fn a_lease_of_a_clock_that_ran_ahead_is_inherited_and_that_of_clocks_a_little_apart_is_not(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let owner = (environment.id, account.id);
    let longest = LONGEST_LEASE.as_secs() as i64;
    let claim = async |now: i64| store.refreshes().claim(owner.0, owner.1, at(now), at(now + longest)).await.unwrap();
    assert!(matches!(claim(100).await, RefreshClaim::Mine(_)));
    assert!(matches!(claim(71).await, RefreshClaim::Taken));
    assert!(matches!(claim(10).await, RefreshClaim::Inherited(_)));
}

async fn leases_of_whoever_had_a_sqlite_file_before_are_inherited_at_once(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let owner = (environment.id, account.id);
    lease(&store, owner, 10).await;
    store.close().await;
    let hold = Hold::take(&database.url).unwrap();
    let store = database.open().await;
    store.refreshes().inherit_all(&hold).await.unwrap();
    match claim(&store, owner, 11).await {
        RefreshClaim::Inherited(_) => assert!(database.folder().is_some()),
        RefreshClaim::Taken => assert!(database.folder().is_none(), "on PostgreSQL its holder may be another server"),
        RefreshClaim::Mine(_) | RefreshClaim::Gone => panic!("it was never given back"),
    }
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
                    true => save(&store, lease, "new").await == RefreshSaved::Saved,
                    false => store.refreshes().fail(lease, REFUSED, "refused".to_owned(), at(11)).await.unwrap(),
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
