use secrecy::{ExposeSecret, SecretString};
use store::{Auth, McpServer, McpServerChange, McpServerConfig, NewMcpServer, Page, Store, StoreError, ToolExposure};

use crate::database::{TestDatabase, at, connected, first_page, new_account, new_server, on_both};

on_both!(
    a_token_opens_its_server,
    a_token_that_was_never_issued_opens_nothing,
    a_rotated_token_opens_nothing_and_the_new_one_the_same_server,
    a_deleted_server_is_gone_with_its_token,
    a_server_over_no_account_is_not_created,
    a_change_touches_only_what_it_names,
    a_change_of_an_older_version_is_refused,
    servers_of_one_account_are_listed_newest_first,
    servers_of_all_accounts_are_listed_together,
    only_expired_servers_are_purged,
    many_expired_servers_are_purged_at_once,
    concurrent_creates_are_all_there_after_reopening,
);

async fn access(store: &Store, token: &SecretString) -> Option<McpServer> {
    store.mcp_servers().find_by_hash(&store.hash_token(token.expose_secret())).await.unwrap()
}

async fn a_token_opens_its_server(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let config = McpServerConfig {
        methods: vec!["read".to_owned(), "send".to_owned()],
        tags: vec!["campaigns".to_owned()],
        auth: Auth::Bearer,
        structured_content: true,
        tool_exposure: ToolExposure::Discovery,
    };
    let new = NewMcpServer { name: "SDR agent".to_owned(), config: config.clone(), expires_at: Some(at(60)) };
    let (server, token) = store.mcp_servers().create(environment.id, account.id, new, at(3)).await.unwrap().unwrap();
    assert!(token.expose_secret().starts_with("tg_"));
    assert_eq!((&server.config, server.expires_at, server.version), (&config, Some(at(60)), 1));
    assert_eq!(store.mcp_servers().get(environment.id, server.id).await.unwrap(), Some(server.clone()));
    assert_eq!(access(&store, &token).await, Some(server));
}

async fn a_token_that_was_never_issued_opens_nothing(database: TestDatabase) {
    let store = database.open().await;
    let (_, _, server, token) = connected(&store).await;
    for wrong in ["", "tg_", &server.id.to_string(), &token.expose_secret()[..45], &format!("{} ", token.expose_secret())] {
        assert_eq!(access(&store, &wrong.into()).await, None);
    }
}

async fn a_rotated_token_opens_nothing_and_the_new_one_the_same_server(database: TestDatabase) {
    let store = database.open().await;
    let (environment, _, server, old) = connected(&store).await;
    let (rotated, new) = store.mcp_servers().rotate(environment.id, server.id, at(9)).await.unwrap().unwrap();
    assert_eq!((rotated.id, rotated.version, rotated.updated_at), (server.id, 2, at(9)));
    assert_eq!(access(&store, &old).await, None);
    assert_eq!(access(&store, &new).await, Some(rotated));
}

async fn a_deleted_server_is_gone_with_its_token(database: TestDatabase) {
    let store = database.open().await;
    let (environment, _, server, token) = connected(&store).await;
    assert!(store.mcp_servers().delete(environment.id, server.id).await.unwrap());
    assert!(!store.mcp_servers().delete(environment.id, server.id).await.unwrap());
    assert_eq!(access(&store, &token).await, None);
    assert_eq!(store.mcp_servers().get(environment.id, server.id).await.unwrap(), None);
    assert_eq!(store.mcp_servers().rotate(environment.id, server.id, at(9)).await.unwrap().map(|_| ()), None);
}

async fn a_server_over_no_account_is_not_created(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    store.accounts().delete(environment.id, account.id, at(90)).await.unwrap();
    let created = store.mcp_servers().create(environment.id, account.id, new_server("late"), at(3)).await.unwrap();
    assert!(created.is_none());
}

async fn a_change_touches_only_what_it_names(database: TestDatabase) {
    let store = database.open().await;
    let (environment, _, server, _) = connected(&store).await;
    let update = |change, seconds| {
        let store = &store;
        async move { store.mcp_servers().update(environment.id, server.id, change, at(seconds)).await.unwrap().unwrap() }
    };
    let limited = McpServerChange { version: Some(1), expires_at: Some(Some(at(99))), ..McpServerChange::default() };
    let limited = update(limited, 5).await;
    let mut expected = server.clone();
    (expected.expires_at, expected.updated_at, expected.version) = (Some(at(99)), at(5), 2);
    assert_eq!(limited, expected);

    let config = McpServerConfig { tags: vec!["sends".to_owned()], ..server.config.clone() };
    let renamed = McpServerChange { name: Some("b".to_owned()), config: Some(config.clone()), ..McpServerChange::default() };
    let renamed = update(renamed, 6).await;
    (expected.name, expected.config, expected.updated_at, expected.version) = ("b".to_owned(), config, at(6), 3);
    assert_eq!(renamed, expected);

    let unlimited = update(McpServerChange { expires_at: Some(None), ..McpServerChange::default() }, 7).await;
    assert_eq!(unlimited.expires_at, None);
    assert_eq!(store.mcp_servers().get(environment.id, server.id).await.unwrap(), Some(unlimited));
}

async fn a_change_of_an_older_version_is_refused(database: TestDatabase) {
    let store = database.open().await;
    let (environment, _, server, _) = connected(&store).await;
    let change = || McpServerChange { version: Some(1), name: Some("b".to_owned()), ..McpServerChange::default() };
    store.mcp_servers().update(environment.id, server.id, change(), at(5)).await.unwrap().unwrap();
    let refused = store.mcp_servers().update(environment.id, server.id, change(), at(6)).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    assert_eq!(store.mcp_servers().get(environment.id, server.id).await.unwrap().unwrap().version, 2);
}

async fn servers_of_one_account_are_listed_newest_first(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let other = store.accounts().create(environment.id, crate::database::new_account("other"), at(3)).await.unwrap();
    for (account, name, seconds) in [(account.id, "b", 10), (other.id, "x", 11), (account.id, "c", 12)] {
        store.mcp_servers().create(environment.id, account, new_server(name), at(seconds)).await.unwrap();
    }
    let first = store.mcp_servers().list(environment.id, account.id, Page { limit: 2, after: None }).await.unwrap();
    let after = first.next.map(|next| next.parse().unwrap());
    let second = store.mcp_servers().list(environment.id, account.id, Page { limit: 2, after }).await.unwrap();
    let names = |servers: &[McpServer]| servers.iter().map(|server| server.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&first.items), ["c", "b"]);
    assert_eq!(names(&second.items), ["default"]);
    assert_eq!(second.next, None);
}

async fn servers_of_all_accounts_are_listed_together(database: TestDatabase) {
    let store = database.open().await;
    let (environment, _, first, _) = connected(&store).await;
    let account = store.accounts().create(environment.id, new_account("acme"), at(3)).await.unwrap();
    let new = new_server("second");
    let (second, _) = store.mcp_servers().create(environment.id, account.id, new, at(4)).await.unwrap().unwrap();
    let page = store.mcp_servers().list_all(environment.id, Page { limit: 1, after: None }).await.unwrap();
    let after = page.next.map(|next| next.parse().unwrap());
    assert_eq!(page.items, [second]);
    let page = store.mcp_servers().list_all(environment.id, Page { limit: 1, after }).await.unwrap();
    assert_eq!((page.items, page.next), (vec![first], None));
}

async fn only_expired_servers_are_purged(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    for seconds in [10, 20, 30] {
        let new = NewMcpServer { expires_at: Some(at(seconds)), ..new_server(&seconds.to_string()) };
        store.mcp_servers().create(environment.id, account.id, new, at(seconds - 9)).await.unwrap();
    }
    assert_eq!(store.mcp_servers().purge_expired(at(9)).await.unwrap(), 0);
    assert_eq!(store.mcp_servers().purge_expired(at(20)).await.unwrap(), 2);
    let left = store.mcp_servers().list(environment.id, account.id, first_page()).await.unwrap().items;
    let left: Vec<_> = left.iter().map(|server| server.name.as_str()).collect();
    assert_eq!(left, ["30", "default"]);
}

async fn many_expired_servers_are_purged_at_once(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let blob = if database.url.starts_with("sqlite") { "CAST('h' || n AS BLOB)" } else { "CAST('h' || n AS BYTEA)" };
    database
        .sql(&format!(
            "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2500) \
             INSERT INTO mcp_server SELECT '{}', 'mcp_' || n, '{}', 'x', {blob}, '{{}}', 1, 1, 1, 1 FROM numbers",
            environment.id, account.id
        ))
        .await;
    assert_eq!(store.mcp_servers().purge_expired(at(0)).await.unwrap(), 2500);
    assert_eq!(store.mcp_servers().purge_expired(at(0)).await.unwrap(), 0);
}

async fn concurrent_creates_are_all_there_after_reopening(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..200 {
        let store = store.clone();
        tasks.spawn(async move {
            let new = new_server(&number.to_string());
            store.mcp_servers().create(environment.id, account.id, new, at(3)).await.unwrap().unwrap()
        });
    }
    let created = tasks.join_all().await;
    store.close().await;

    let store = database.open().await;
    for (server, token) in created {
        assert_eq!(access(&store, &token).await, Some(server));
    }
}
