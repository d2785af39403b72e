use serde_json::json;
use store::{AccountChange, AccountFilter, AccountStatus, Page, StoreError};

use crate::database::{TestDatabase, at, connected, credential, environment, first_page, new_account, new_server, object, on_both};

on_both!(
    an_account_reads_back_as_it_was_created,
    credentials_read_back_and_can_be_replaced,
    a_change_touches_only_what_it_names,
    a_change_of_an_older_version_is_refused_and_changes_nothing,
    concurrent_changes_of_one_account_all_take_place,
    an_account_goes_with_its_servers_and_its_credential,
    accounts_are_listed_by_tenant_and_integration,
    pages_neither_repeat_nor_skip_when_rows_come_and_go,
    an_account_of_no_environment_is_refused,
    a_zero_character_is_refused_in_names_and_replaced_in_errors,
);

async fn an_account_reads_back_as_it_was_created(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await;
    // A time with microseconds: it is kept in milliseconds, and returned so from the start.
    let now = at(0) + jiff::SignedDuration::from_micros(1_234_567);
    let mut sparse = new_account("b");
    (sparse.name, sparse.base_url, sparse.status) = (None, None, AccountStatus::Connecting);
    for new in [new_account("a"), sparse] {
        let account = store.accounts().create(environment.id, new, now).await.unwrap();
        assert_eq!(account.version, 1);
        assert_eq!(store.accounts().get(environment.id, account.id).await.unwrap(), Some(account));
    }
}

async fn credentials_read_back_and_can_be_replaced(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await;
    let account = store.accounts().create(environment.id, new_account("a"), at(1)).await.unwrap();
    let first = credential(&store, &environment, account.id).await;
    assert_eq!(first, Some(new_account("a").credentials.clone()));

    let replaced = object(json!({"api_key": "k", "nested": {"list": [1, 2.5, "☃"]}}));
    let change = AccountChange { credentials: Some(replaced.clone().into()), ..AccountChange::default() };
    store.accounts().update(environment.id, account.id, change, at(2)).await.unwrap().unwrap();
    assert_eq!(credential(&store, &environment, account.id).await, Some(replaced));
}

async fn a_change_touches_only_what_it_names(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let change = AccountChange {
        version: Some(1),
        name: Some(None),
        status: Some(AccountStatus::NeedsReauth),
        last_error: Some(Some("the vendor refused the refresh token".to_owned())),
        ..AccountChange::default()
    };
    let changed = store.accounts().update(environment.id, account.id, change, at(7)).await.unwrap().unwrap();
    let mut expected = account.clone();
    expected.name = None;
    expected.status = AccountStatus::NeedsReauth;
    expected.last_error = Some("the vendor refused the refresh token".to_owned());
    (expected.updated_at, expected.version) = (at(7), 2);
    assert_eq!(changed, expected);
    assert_eq!(store.accounts().get(environment.id, account.id).await.unwrap(), Some(expected));
}

async fn a_change_of_an_older_version_is_refused_and_changes_nothing(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let change = || AccountChange {
        version: Some(1),
        base_url: Some(None),
        credentials: Some(object(json!({"lost": true})).into()),
        ..AccountChange::default()
    };
    let rename = AccountChange { name: Some(Some("Other".to_owned())), ..AccountChange::default() };
    let renamed = store.accounts().update(environment.id, account.id, rename, at(3)).await.unwrap().unwrap();

    let refused = store.accounts().update(environment.id, account.id, change(), at(4)).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    assert_eq!(store.accounts().get(environment.id, account.id).await.unwrap(), Some(renamed));
    let credentials = credential(&store, &environment, account.id).await.unwrap();
    assert!(!credentials.contains_key("lost"));
}

async fn concurrent_changes_of_one_account_all_take_place(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..20 {
        let store = store.clone();
        tasks.spawn(async move {
            let change = if number % 2 == 0 {
                AccountChange { name: Some(Some(number.to_string())), ..AccountChange::default() }
            } else {
                AccountChange { base_url: Some(Some(format!("http://{number}"))), ..AccountChange::default() }
            };
            store.accounts().update(environment.id, account.id, change, at(5)).await.unwrap().unwrap().version
        });
    }
    let mut versions = tasks.join_all().await;
    versions.sort_unstable();
    assert_eq!(versions, (2..22).collect::<Vec<_>>());
    let end = store.accounts().get(environment.id, account.id).await.unwrap().unwrap();
    assert_ne!(end.name, account.name);
    assert_ne!(end.base_url, account.base_url);
}

async fn an_account_goes_with_its_servers_and_its_credential(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, server, _) = connected(&store).await;
    let other = store.accounts().create(environment.id, new_account("other"), at(3)).await.unwrap();
    let (kept, _) = store.mcp_servers().create(environment.id, other.id, new_server("kept"), at(4)).await.unwrap().unwrap();

    assert!(store.accounts().delete(environment.id, account.id, at(90)).await.unwrap());
    assert!(!store.accounts().delete(environment.id, account.id, at(90)).await.unwrap());
    assert_eq!(store.accounts().get(environment.id, account.id).await.unwrap(), None);
    assert_eq!(credential(&store, &environment, account.id).await, None);
    assert_eq!(store.mcp_servers().get(environment.id, server.id).await.unwrap(), None);
    assert_eq!(store.mcp_servers().get(environment.id, kept.id).await.unwrap(), Some(kept));
}

async fn accounts_are_listed_by_tenant_and_integration(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await;
    for (second, (tenant, integration)) in [("a", "sendoso"), ("b", "sendoso"), ("a", "gladly"), ("c", "gladly")].into_iter().enumerate() {
        let mut new = new_account(tenant);
        new.integration = integration.to_owned();
        store.accounts().create(environment.id, new, at(second as i64)).await.unwrap();
    }
    let listed = |tenant: Option<&str>, integration: Option<&str>| {
        let filter = AccountFilter { tenant_id: tenant.map(str::to_owned), integration: integration.map(str::to_owned) };
        let store = &store;
        async move {
            let accounts = store.accounts().list(environment.id, filter, first_page()).await.unwrap();
            assert_eq!(accounts.next, None);
            accounts.items.iter().map(|a| format!("{}:{}", a.tenant_id, a.integration)).collect::<Vec<_>>().join(" ")
        }
    };
    assert_eq!(listed(None, None).await, "c:gladly a:gladly b:sendoso a:sendoso");
    assert_eq!(listed(Some("a"), None).await, "a:gladly a:sendoso");
    assert_eq!(listed(None, Some("sendoso")).await, "b:sendoso a:sendoso");
    assert_eq!(listed(Some("a"), Some("gladly")).await, "a:gladly");
    assert_eq!(listed(Some("' OR 1=1 --"), None).await, "");
}

async fn pages_neither_repeat_nor_skip_when_rows_come_and_go(database: TestDatabase) {
    let store = database.open().await;
    let environment = environment(&store).await;
    let mut ids = Vec::new();
    for number in 0..6 {
        let account = store.accounts().create(environment.id, new_account(&number.to_string()), at(number)).await;
        ids.push(account.unwrap().id);
    }
    let accounts = store.accounts();
    let first = accounts.list(environment.id, AccountFilter::default(), Page { limit: 3, after: None }).await.unwrap();
    assert_eq!(first.items.iter().map(|a| a.id).collect::<Vec<_>>(), [ids[5], ids[4], ids[3]]);

    accounts.delete(environment.id, ids[3], at(90)).await.unwrap();
    accounts.create(environment.id, new_account("new"), at(100)).await.unwrap();
    let after = Some(first.next.unwrap().parse().unwrap());
    let second = accounts.list(environment.id, AccountFilter::default(), Page { limit: 3, after }).await.unwrap();
    assert_eq!(second.items.iter().map(|a| a.id).collect::<Vec<_>>(), [ids[2], ids[1], ids[0]]);
    assert_eq!(second.next, None);
}

async fn an_account_of_no_environment_is_refused(database: TestDatabase) {
    let store = database.open().await;
    let unknown = "019a0000-0000-7000-8000-000000000000".parse().unwrap();
    let refused = store.accounts().create(unknown, new_account("a"), at(1)).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
}

async fn a_zero_character_is_refused_in_names_and_replaced_in_errors(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let refused = store.accounts().create(environment.id, new_account("a\0b"), at(1)).await;
    assert!(matches!(refused, Err(StoreError::Invalid(_))), "{refused:?}");

    let change = AccountChange { last_error: Some(Some("a\0b".to_owned())), ..AccountChange::default() };
    let changed = store.accounts().update(environment.id, account.id, change, at(2)).await.unwrap().unwrap();
    assert_eq!(changed.last_error.as_deref(), Some("a\u{fffd}b"));
    let filter = AccountFilter { tenant_id: Some("a\0b".to_owned()), integration: None };
    match store.accounts().list(environment.id, filter, first_page()).await {
        Ok(listed) => assert!(listed.items.is_empty()),
        Err(error) => assert!(matches!(error, StoreError::Invalid(_)), "{error:?}"),
    }
}
