//! What is cached of a token is stale as soon as a write that changes what it may do has returned.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use secrecy::ExposeSecret;
use store::{AccountChange, McpServerChange, Store};
use uuid::Uuid;

use crate::database::{TestDatabase, at, connected, new_server, on_both};

on_both!(
    a_write_that_changes_what_a_token_may_do_is_known_at_once,
    a_write_whose_caller_left_is_known_all_the_same,
    what_was_read_before_a_write_is_not_kept_after_it,
);

/// Starts to listen, as a server does, and waits until what is cached is trusted.
pub(crate) async fn listening(store: &Store) {
    tokio::spawn(store.listen(std::future::pending()));
    eventually(|| is_trusted(store)).await;
}

pub(crate) fn is_trusted(store: &Store) -> bool {
    store.generations().of(Uuid::nil()) == store.generations().of(Uuid::nil())
}

/// Waits for something that another task does. Gives up only when it will never come.
pub(crate) async fn eventually(mut condition: impl FnMut() -> bool) {
    let waited = tokio::time::timeout(Duration::from_secs(30), async {
        let mut ticks = tokio::time::interval(Duration::from_millis(2));
        while !condition() {
            ticks.tick().await;
        }
    });
    waited.await.expect("the condition never came true");
}

async fn a_write_that_changes_what_a_token_may_do_is_known_at_once(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, server, _) = connected(&store).await;
    let (api_token, _) = store.api_tokens().create(environment.id, "ci", None, at(1)).await.unwrap();
    listening(&store).await;

    async fn changes(store: &Store, key: Uuid, write: impl Future<Output = bool>) {
        let before = store.generations().of(key);
        assert!(write.await);
        assert_ne!(before, store.generations().of(key));
    }
    let (key, id) = (account.id.uuid(), server.id);
    let servers = store.mcp_servers();
    changes(&store, key, async { servers.update(environment.id, id, McpServerChange::default(), at(3)).await.unwrap().is_some() }).await;
    changes(&store, key, async { servers.rotate(environment.id, id, at(4)).await.unwrap().is_some() }).await;
    changes(&store, key, async { servers.delete(environment.id, id).await.unwrap() }).await;
    changes(&store, key, async {
        let change = AccountChange::default();
        store.accounts().update(environment.id, account.id, change, at(5)).await.unwrap().is_some()
    })
    .await;
    changes(&store, key, async { store.accounts().delete(environment.id, account.id, at(90)).await.unwrap() }).await;
    changes(&store, environment.id.uuid(), async { store.api_tokens().delete(environment.id, api_token.id).await.unwrap() }).await;
}

async fn a_write_whose_caller_left_is_known_all_the_same(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, server, _) = connected(&store).await;
    listening(&store).await;
    let before = store.generations().of(account.id.uuid());
    {
        let servers = store.mcp_servers();
        let mut delete = pin!(servers.delete(environment.id, server.id));
        poll_fn(|context| {
            assert!(delete.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
    }
    eventually(|| store.generations().of(account.id.uuid()) != before).await;
    assert_eq!(store.mcp_servers().get(environment.id, server.id).await.unwrap(), None);
}

async fn what_was_read_before_a_write_is_not_kept_after_it(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, server, token) = connected(&store).await;
    listening(&store).await;
    let hash = store.hash_token(token.expose_secret());
    let generations = store.generations();

    let mark = generations.mark();
    let read = store.mcp_servers().find_by_hash(&hash).await.unwrap();
    store.mcp_servers().delete(environment.id, server.id).await.unwrap();
    assert!(read.is_some());
    assert_ne!(generations.since(mark, account.id.uuid()), generations.of(account.id.uuid()));

    // Once it is quiet. On PostgreSQL the store hears of its own writes a second time.
    let kept = async || {
        let mark = generations.mark();
        assert!(store.mcp_servers().find_by_hash(&hash).await.unwrap().is_none());
        generations.since(mark, account.id.uuid()) == generations.of(account.id.uuid())
    };
    while !kept().await {}
}

#[tokio::test]
async fn other_processes_changes_are_heard() {
    let Some(database) = TestDatabase::postgres().await else { return };
    let (store, other) = (database.open().await, database.open().await);
    let (environment, account, server, _) = connected(&other).await;
    assert!(!is_trusted(&store), "nothing is trusted before it listens");
    listening(&store).await;

    let before = store.generations().of(account.id.uuid());
    other.mcp_servers().create(environment.id, account.id, new_server("new"), at(3)).await.unwrap();
    assert_eq!(before, store.generations().of(account.id.uuid()), "a new server changes no token");
    other.mcp_servers().delete(environment.id, server.id).await.unwrap();
    eventually(|| store.generations().of(account.id.uuid()) != before).await;

    // A session that an operator ends is replaced; what was cached before is not trusted after it.
    let before = store.generations().of(account.id.uuid());
    database.sql("SELECT 1 FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()) t").await;
    eventually(|| store.generations().of(account.id.uuid()) != before).await;
    eventually(|| is_trusted(&store)).await;
    assert_ne!(before, store.generations().of(account.id.uuid()));
    database.remove().await;
}

#[tokio::test]
async fn nothing_is_trusted_after_it_stopped_listening() {
    let Some(database) = TestDatabase::postgres().await else { return };
    let store = database.open().await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let task = tokio::spawn(store.listen(async { drop(stopped.await) }));
    eventually(|| is_trusted(&store)).await;
    stop.send(()).unwrap();
    task.await.unwrap();
    assert!(!is_trusted(&store));
    database.remove().await;
}
