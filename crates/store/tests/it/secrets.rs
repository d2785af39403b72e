use std::os::unix::fs::PermissionsExt;

use secrecy::ExposeSecret;
use serde_json::json;
use sqlx::Row;
use store::{AccountChange, AccountFilter, MasterKey, Store, StoreError};

use crate::database::{TestDatabase, at, connected, environment, first_page, new_account, new_app, object, on_both};
use crate::webhooks::webhook;

on_both!(
    a_sealed_credential_moved_to_another_account_does_not_open,
    a_changed_credential_does_not_open,
    another_master_key_is_refused_at_once,
    case_j2_the_database_holds_no_secret,
);

/// With the data key that goes with it, as well as without; of a deleted account, too.
async fn a_sealed_credential_moved_to_another_account_does_not_open(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    for (number, columns) in ["sealed", "data_key", "sealed, data_key", "sealed, data_key, key_generation"].into_iter().enumerate() {
        let other = store.accounts().create(environment.id, new_account("other"), at(3 + number as i64)).await.unwrap();
        database
            .sql(&format!(
                "UPDATE credential SET ({columns}) = (SELECT {columns} FROM credential c WHERE c.account_id = '{}') WHERE account_id = '{}'",
                account.id, other.id
            ))
            .await;
        let opened = store.accounts().credentials(environment.id, other.id).await;
        assert!(matches!(opened, Err(StoreError::Unreadable(_))), "{columns}: {:?}", opened.map(|_| ()));
    }
    assert!(store.accounts().credentials(environment.id, account.id).await.unwrap().is_some());

    let heir = store.accounts().create(environment.id, new_account("heir"), at(9)).await.unwrap();
    database.sql(&format!("DELETE FROM credential WHERE account_id = '{}'", heir.id)).await;
    database.sql(&format!("UPDATE credential SET account_id = '{}' WHERE account_id = '{}'", heir.id, account.id)).await;
    let opened = store.accounts().credentials(environment.id, heir.id).await;
    assert!(matches!(opened, Err(StoreError::Unreadable(_))), "{:?}", opened.map(|_| ()));
}

async fn a_changed_credential_does_not_open(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let bytes = if database.url.starts_with("sqlite") { "x'0102'" } else { "'\\x0102'" };
    database.sql(&format!("UPDATE credential SET sealed = {bytes}")).await;
    let opened = store.accounts().credentials(environment.id, account.id).await;
    assert!(matches!(opened, Err(StoreError::Unreadable(_))), "{:?}", opened.map(|_| ()));
}

async fn another_master_key_is_refused_at_once(database: TestDatabase) {
    database.open().await.close().await;
    let refused = Store::open(&database.url, &MasterKey::generate().unwrap()).await.err();
    assert!(matches!(refused, Some(StoreError::WrongKey)), "{refused:?}");
    database.open().await.ping().await.unwrap();
}

/// Every kind of secret goes in, and neither the tables nor, on SQLite, the raw files have it in any usual spelling.
async fn case_j2_the_database_holds_no_secret(database: TestDatabase) {
    let store = database.open().await;
    let (environment, account, server, token) = connected(&store).await;
    let (_, api_secret) = store.api_tokens().create(environment.id, "ci", None, at(3)).await.unwrap();
    let other = store.environments().create("other", at(3)).await.unwrap().id;
    let chosen = secrecy::SecretString::from("tgk_chosen-sentinel-2f9c");
    assert!(store.api_tokens().create_first(other, "bootstrap", Some(chosen.clone()), at(3)).await.unwrap().is_some());
    let (_, rotated) = store.mcp_servers().rotate(environment.id, server.id, at(4)).await.unwrap().unwrap();
    let replaced = object(json!({"refresh_token": "refresh-sentinel-77aa"}));
    let change = AccountChange { credentials: Some(replaced.into()), ..AccountChange::default() };
    store.accounts().update(environment.id, account.id, change, at(5)).await.unwrap();

    store.oauth_apps().save(environment.id, new_app("app-sentinel-51ce"), at(6)).await.unwrap();
    let (webhook, hook_secret) = webhook(&store, environment.id).await;
    let (_, hook_rotated) = store.webhooks().rotate_secret(environment.id, webhook.id, at(7)).await.unwrap().unwrap();
    store.deliveries().test(environment.id, webhook.id, at(7)).await.unwrap().unwrap();
    let claimed = store.deliveries().claim(environment.id, webhook.id, at(7), at(8), 1).await.unwrap().remove(0);
    assert!(store.deliveries().keep_body(&claimed.lease, b"body-sentinel-20d7").await.unwrap());

    let mut secrets = vec![
        "body-sentinel-20d7".to_owned(),
        "app-sentinel-51ce".to_owned(),
        "access-of-default".to_owned(),
        "access_token".to_owned(),
        "refresh-sentinel-77aa".to_owned(),
    ];
    for secret in [&token, &api_secret, &chosen, &rotated, &hook_secret, &hook_rotated, &database.key.to_base64()] {
        let secret = secret.expose_secret();
        secrets.push(secret.to_owned());
        secrets.push(secret.split_once('_').map_or(secret, |(_, random)| random)[..20].to_owned());
    }
    // PostgreSQL prints bytes in hexadecimal.
    let spelled: Vec<String> = secrets.iter().map(|s| s.bytes().map(|byte| format!("{byte:02x}")).collect()).collect();
    secrets.extend(spelled);
    let holds = |place: &str, bytes: &[u8]| {
        for secret in &secrets {
            assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "{place} holds {secret}");
        }
    };
    if database.folder().is_some() {
        // While it is open, so that the write-ahead log is there.
        let files = database.files();
        assert!(files.iter().any(|(name, bytes)| name.ends_with("-wal") && bytes.len() > 10_000));
        // The search finds what is there.
        assert!(files.iter().any(|(_, bytes)| bytes.windows(9).any(|part| part == b"127.0.0.1")));
        files.iter().for_each(|(name, bytes)| holds(name, bytes));
        store.close().await;
        database.files().iter().for_each(|(name, bytes)| holds(name, bytes));
    } else {
        for table in [
            "key_generation",
            "environment",
            "api_token",
            "integrated_account",
            "credential",
            "mcp_server",
            "oauth_app",
            "webhook",
            "webhook_delivery",
        ] {
            let rows = database.sql(&format!("SELECT CAST(t AS TEXT) FROM {table} t")).await;
            assert!(!rows.is_empty());
            rows.iter().for_each(|row| holds(table, row.get::<String, _>(0).as_bytes()));
        }
    }
}

/// Who has a copy of the files from before also has to have a key; who has one from after finds nothing to open.
#[tokio::test]
async fn of_a_deleted_account_no_sealed_byte_is_left_in_the_file() {
    let database = TestDatabase::sqlite();
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let row = &database.sql("SELECT data_key, sealed FROM credential").await[0];
    let sealed: [Vec<u8>; 2] = [row.get(0), row.get(1)];
    assert_eq!(database.found(&sealed), 2);
    assert!(store.accounts().delete(environment.id, account.id, at(90)).await.unwrap());
    // While the store is open: neither the file nor its log has it.
    assert_eq!(database.found(&sealed), 0);
    store.close().await;
    assert_eq!(database.found(&sealed), 0);
}

#[tokio::test]
async fn of_a_deleted_oauth_app_no_sealed_byte_is_left_in_the_file() {
    let database = TestDatabase::sqlite();
    let store = database.open().await;
    let environment = environment(&store).await.id;
    store.oauth_apps().save(environment, new_app("app-sentinel-51ce"), at(1)).await.unwrap();
    let row = &database.sql("SELECT data_key, sealed FROM oauth_app").await[0];
    let sealed: [Vec<u8>; 2] = [row.get(0), row.get(1)];
    assert_eq!(database.found(&sealed), 2);
    assert!(store.oauth_apps().delete(environment, "sendoso", "oauth2").await.unwrap());
    assert_eq!(database.found(&sealed), 0);
    store.close().await;
    assert_eq!(database.found(&sealed), 0);
}

#[tokio::test]
async fn sqlite_files_are_for_their_owner_only() {
    let database = TestDatabase::sqlite();
    let store = database.open().await;
    connected(&store).await;
    let mode = |path: std::path::PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let folder = database.folder().unwrap();
    let names: Vec<_> = database.files().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), 3, "{names:?}");
    for name in names {
        assert_eq!(mode(folder.join(&name)), 0o600, "{name}");
    }
    assert_eq!(mode(folder), 0o700);
}

/// The texts of errors name no values, because they go to logs.
#[tokio::test]
async fn case_j1_an_error_names_no_stored_value() {
    let database = TestDatabase::sqlite();
    let store = database.open().await;
    let (environment, ..) = connected(&store).await;
    database.sql("UPDATE integrated_account SET context = '\"sentinel-in-a-row\"'").await;
    let error = store.accounts().list(environment.id, AccountFilter::default(), first_page()).await.unwrap_err();
    assert!(matches!(error, StoreError::Unreadable(_)));
    assert!(!format!("{error} {error:?}").contains("sentinel"), "{error:?}");
}

/// A backup that is being read keeps the log; the account is deleted all the same, and the next deletion empties the log.
#[tokio::test]
async fn an_account_is_deleted_while_somebody_reads_the_file_and_the_next_deletion_empties_the_log() {
    let database = TestDatabase::sqlite();
    let store = database.open().await;
    let (environment, account, ..) = connected(&store).await;
    let other = store.accounts().create(environment.id, new_account("other"), at(3)).await.unwrap();
    let keys: Vec<Vec<u8>> = database.sql("SELECT data_key FROM credential").await.iter().map(|row| row.get(0)).collect();
    let reader = database.reader().await;
    assert!(store.accounts().delete(environment.id, account.id, at(90)).await.unwrap());
    assert_eq!(database.found(&keys), 2);
    sqlx::Connection::close(reader).await.unwrap();
    assert!(store.accounts().delete(environment.id, other.id, at(90)).await.unwrap());
    assert_eq!(database.found(&keys), 0);
}
