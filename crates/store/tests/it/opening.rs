use std::os::unix::fs::PermissionsExt;

use sqlx::Row;
use store::{AccountChange, Hold, MasterKey, Store, StoreError, examine};

use crate::database::{TestDatabase, at, connected, credential, on_both};

on_both!(
    processes_that_start_at_once_share_a_new_database,
    processes_with_different_keys_cannot_share_a_new_database,
    what_was_written_is_there_after_reopening,
    a_database_of_a_newer_version_is_refused,
    tables_that_exist_without_a_version_are_left_alone,
    a_filled_database_without_any_generation_of_keys_gets_no_new_one,
);

async fn processes_that_start_at_once_share_a_new_database(database: TestDatabase) {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let database = database.clone();
        tasks.spawn(async move { database.open().await.hash_token("tg_x") });
    }
    let hashes = tasks.join_all().await;
    assert!(hashes.iter().all(|hash| *hash == hashes[0]), "they have different keys");
}

async fn processes_with_different_keys_cannot_share_a_new_database(database: TestDatabase) {
    let open = || async { Store::open(&database.url, &MasterKey::generate().unwrap()).await.map(drop) };
    let (one, other, third) = tokio::join!(open(), open(), open());
    let opened = [&one, &other, &third].into_iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(opened, 1, "{one:?} {other:?} {third:?}");
}

async fn what_was_written_is_there_after_reopening(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, server, _) = connected(&store).await;
    let credentials = credential(&store, &environment, account.id).await;
    store.close().await;

    let store = database.open().await;
    assert_eq!(store.environments().first().await.unwrap(), Some(environment.clone()));
    assert_eq!(credential(&store, &environment, account.id).await, credentials);
    assert_eq!(store.accounts().get(environment.id, account.id).await.unwrap(), Some(account));
    assert_eq!(store.mcp_servers().get(environment.id, server.id).await.unwrap(), Some(server));
}

async fn a_database_of_a_newer_version_is_refused(database: TestDatabase) {
    database.open().await.close().await;
    database.sql("INSERT INTO schema_version (version) VALUES (1000)").await;
    let refused = Store::open(&database.url, &database.key).await.err();
    assert!(matches!(refused, Some(StoreError::Invalid(_))), "{refused:?}");
}

async fn tables_that_exist_without_a_version_are_left_alone(database: TestDatabase) {
    let store = database.open().await;
    let (environment, ..) = connected(&store).await;
    store.close().await;
    database.sql("ALTER TABLE schema_version RENAME TO mislaid").await;
    assert!(Store::open(&database.url, &database.key).await.is_err());
    database.sql("ALTER TABLE mislaid RENAME TO schema_version").await;
    assert_eq!(database.open().await.environments().first().await.unwrap(), Some(environment));
}

async fn a_filled_database_without_any_generation_of_keys_gets_no_new_one(database: TestDatabase) {
    let store = database.open().await;
    store.environments().create("default", at(0)).await.unwrap();
    store.close().await;
    database.sql("DELETE FROM key_generation").await;
    let refused = Store::open(&database.url, &database.key).await.err();
    assert!(matches!(refused, Some(StoreError::Unreadable(_))), "{refused:?}");
    let refused = examine(&database.url, &database.key).await;
    assert!(matches!(refused, Err(StoreError::Unreadable(_))), "{refused:?}");
    assert!(database.sql("SELECT number FROM key_generation").await.is_empty());
}

/// A pooler may leave a session's lock with a session that nobody ends; replicas that wait for it would hang.
#[tokio::test]
async fn case_k1_a_database_at_the_newest_version_opens_whoever_holds_the_lock_for_migrations() {
    let Some(database) = TestDatabase::postgres().await else { return };
    database.open().await.close().await;
    let mut orphan = database.session().await;
    sqlx::query("SELECT pg_advisory_lock(7463041527)").execute(&mut orphan).await.unwrap();
    database.open().await.ping().await.unwrap();
    drop(orphan);
    database.remove().await;
}

#[tokio::test]
async fn case_k2_no_transaction_and_no_lock_stays_behind() {
    let Some(database) = TestDatabase::postgres().await else { return };
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let stale = AccountChange { version: Some(7), ..AccountChange::default() };
    store.accounts().update(environment.id, account.id, stale, at(3)).await.unwrap_err();
    store.environments().create("default", at(4)).await.unwrap_err();
    let open = database
        .sql(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%' \
             UNION ALL SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND database = \
             (SELECT oid FROM pg_database WHERE datname = current_database())",
        )
        .await;
    assert!(open.is_empty());
    database.remove().await;
}

/// What a database's own collation sorts or compares otherwise than SQLite does.
#[tokio::test]
async fn on_postgresql_every_text_is_compared_by_its_bytes() {
    let Some(database) = TestDatabase::postgres().await else { return };
    database.open().await.close().await;
    let columns = database
        .sql(
            "SELECT CAST(table_name || '.' || column_name AS TEXT) FROM information_schema.columns \
             WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx%' AND data_type IN ('text', 'character varying', 'character') \
             AND collation_name IS DISTINCT FROM 'C' ORDER BY 1",
        )
        .await;
    let columns: Vec<String> = columns.iter().map(|row| row.get(0)).collect();
    assert!(columns.is_empty(), "{columns:?}");
    database.remove().await;
}

#[tokio::test]
async fn a_url_of_no_database_is_refused() {
    let key = MasterKey::generate().unwrap();
    for url in ["", "tidegate.db", "mysql://localhost/x", "sqlite::memory:", "sqlite://x.db?cache=shared", "postgres://[/"] {
        let refused = Store::open(url, &key).await.err();
        assert!(matches!(refused, Some(StoreError::Invalid(_))), "{url}: {refused:?}");
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_created_is_unavailable() {
    let folder = tempfile::TempDir::new().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let url = format!("sqlite://{}/file/tidegate.db", folder.path().display());
    let refused = Store::open(&url, &MasterKey::generate().unwrap()).await.err();
    assert!(matches!(refused, Some(StoreError::Unavailable(_))), "{refused:?}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_unavailable_and_left_alone() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("notes.txt");
    let contents = "not a database, but long enough to be read as one. ".repeat(100);
    std::fs::write(&file, &contents).unwrap();
    let refused = Store::open(&format!("sqlite://{}", file.display()), &MasterKey::generate().unwrap()).await.err();
    assert!(matches!(refused, Some(StoreError::Unavailable(_))), "{refused:?}");
    assert_eq!(std::fs::read_to_string(file).unwrap(), contents);
}

#[tokio::test]
async fn one_process_at_a_time_holds_a_sqlite_file_before_it_is_opened_and_through_any_link() {
    let folder = tempfile::TempDir::new().unwrap();
    let url = |name: &str| format!("sqlite://{}/{name}", folder.path().display());
    std::os::unix::fs::symlink(folder.path().join("data/tidegate.db"), folder.path().join("link.db")).unwrap();
    let held = Hold::take(&url("data/tidegate.db")).unwrap();
    for name in ["data/tidegate.db", "data/../data/tidegate.db", "link.db"] {
        let refused = Hold::take(&url(name)).err();
        assert!(matches!(&refused, Some(StoreError::Invalid(message)) if message.contains("another process")), "{name}: {refused:?}");
    }
    Hold::take(&url("data/other.db")).unwrap();
    let mode = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!([mode("data"), mode("data/tidegate.db"), mode("data/tidegate.db.lock")], [0o700, 0o600, 0o600]);
    drop(held);
    Hold::take(&url("link.db")).unwrap();
}

#[tokio::test]
async fn several_processes_may_hold_one_postgresql_database() {
    let url = "postgres://localhost/tidegate";
    let held = [Hold::take(url), Hold::take(url)];
    assert!(held.iter().all(Result::is_ok), "{held:?}");
}
