//! Callers who leave before they are answered, as when a client hangs up.

use std::collections::BTreeSet;

use sqlx::Row;
use store::Store;

use crate::database::TestDatabase;

#[tokio::test]
async fn hanging_up_during_a_look_up_costs_no_connection_to_postgresql() {
    let Some(database) = TestDatabase::postgres().await else { return };
    let store = database.open().await;
    look_up(&store).await;
    let before = connections(&database).await;
    assert!(!before.is_empty());
    for _ in 0..50 {
        tokio::select! {
            biased;
            () = look_up(&store) => panic!("there was no time to hang up"),
            () = std::future::ready(()) => {}
        }
        look_up(&store).await;
    }
    let after = connections(&database).await;
    assert!(after.is_superset(&before), "of {before:?} are left {after:?}");
    store.close().await;
    database.remove().await;
}

async fn look_up(store: &Store) {
    assert!(store.mcp_servers().find_by_hash(&store.hash_token("nothing")).await.unwrap().is_none());
}

/// PostgreSQL's processes, one for each connection to this database.
async fn connections(database: &TestDatabase) -> BTreeSet<i32> {
    let rows = database.sql("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()").await;
    rows.iter().map(|row| row.get(0)).collect()
}
