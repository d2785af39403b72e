//! A database as versions before key generations left it: readable, and rewritten by the next write.

use serde_json::json;
use sqlx::Row;
use store::{AccountChange, AccountId, EnvironmentId, Examined, MasterKey, SecretOf, Store, StoreError, examine};

use crate::database::{TestDatabase, at, object, on_both};

on_both!(
    a_database_from_before_key_generations_opens_with_its_master_key_and_keeps_its_tokens,
    a_credential_in_the_first_format_is_rewritten_by_the_next_write,
    a_value_in_the_first_format_opens_no_more_once_its_generation_is_retired,
    an_older_version_that_wrote_over_a_row_of_the_second_format_is_read_and_wrapped_anew,
    another_master_key_is_refused_and_changes_nothing,
    a_filled_database_that_lost_its_root_key_gets_no_new_one,
);

const MASTER_KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
const ENVIRONMENT: &str = "01a0c450-6c00-7273-b5ee-1fe05aa1a7bd";
const ACCOUNT: &str = "01a0c450-6fe8-7572-aced-b0a913d7fd43";
const MCP_TOKEN: &str = "tg_vOnMKtiAiTuczo5pCluj0p97e8iBoVqc9gGLZC3lVoU";
const API_TOKEN: &str = "tgk_Jfl7wifhfwWd8HMr9Wpr1zHU6l094zmV1cnoCt86De0";
/// Written by the version of Tidegate before.
const ROWS: &str = "
INSERT INTO schema_version VALUES (1);
INSERT INTO meta VALUES ('root_key', X'01E7B5D5AF168D7B5FC39901D1E8E0C5B9CD5C55AC0E14A8A9A18002FFC98A6D3870FAF2AEE0B221C7D387CE2EAE50DC06E14E29CA7D9C118685C3B592');
INSERT INTO environment VALUES ('01a0c450-6c00-7273-b5ee-1fe05aa1a7bd', 'default', 1790000000000);
INSERT INTO api_token VALUES ('01a0c450-6c00-7273-b5ee-1fe05aa1a7bd', '01a0c450-77b8-74ba-bee0-c75a909923c5', 'ci', X'549B0FE1E940AE874840DE714B42D26A91AD93EF34EBB789FF9C069DFC67F5A4', NULL, 1790000003000);
INSERT INTO integrated_account VALUES ('01a0c450-6c00-7273-b5ee-1fe05aa1a7bd', '01a0c450-6fe8-7572-aced-b0a913d7fd43', 'sendoso', 'default', NULL, 'oauth2', '{}', NULL, 'active', NULL, 1790000001000, 1790000001000, 1);
INSERT INTO credential VALUES ('01a0c450-6c00-7273-b5ee-1fe05aa1a7bd', '01a0c450-6fe8-7572-aced-b0a913d7fd43', X'01C1C00948D808E9CE11B7BC80C191F150D60179D8DF7D1FC7DB2D9D6D1DE8F892A3EEFC5C42755D9BA8D534981C8B0BD608D08221039D6EDAF18D86BB3BD354069344F66DC892E93AFFEB3189A447FE3048B808D1E134C229', 1790000001000);
INSERT INTO mcp_server VALUES ('01a0c450-6c00-7273-b5ee-1fe05aa1a7bd', 'mcp_01a0c45073d07e8e8140876bae29a833', '01a0c450-6fe8-7572-aced-b0a913d7fd43', 'default', X'BCC8068534D64523EE05D70B51F9BAAD4028321AA38F8451DA45392CA1C73F23', '{\"methods\":[\"read\"],\"tags\":[],\"auth\":\"url\",\"structured_content\":false,\"tool_exposure\":\"full\"}', NULL, 1790000002000, 1790000002000, 1);
";

/// Fills the database as the version before did, and gives it the key that was used.
async fn filled(mut database: TestDatabase) -> TestDatabase {
    database.key = MasterKey::from_base64(MASTER_KEY).unwrap().into();
    if let Some(folder) = database.folder() {
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("tide%gate.db"), "").unwrap();
        let schema = include_str!("../../migrations/sqlite/0001_first_tables.sql");
        database.run(&format!("CREATE TABLE schema_version (version BIGINT NOT NULL PRIMARY KEY); {schema} {ROWS}")).await;
    } else {
        let schema = include_str!("../../migrations/postgres/0001_first_tables.sql");
        let rows = ROWS.replace("X'", "'\\x");
        database.run(&format!("CREATE TABLE schema_version (version BIGINT NOT NULL PRIMARY KEY); {schema} {rows}")).await;
    }
    database
}

fn ids() -> (EnvironmentId, AccountId) {
    (ENVIRONMENT.parse().unwrap(), ACCOUNT.parse().unwrap())
}

async fn a_database_from_before_key_generations_opens_with_its_master_key_and_keeps_its_tokens(database: TestDatabase) {
    let database = filled(database).await;
    assert!(matches!(examine(&database.url, &database.key).await.unwrap(), Examined::Older { version: 1, .. }));
    let store = database.open().await;
    let (environment, account) = ids();
    let expected = object(json!({"access_token": "access-of-default", "expires_at": 1_790_000_000}));
    assert_eq!(store.accounts().credentials(environment, account).await.unwrap().as_deref(), Some(&expected));
    assert!(store.mcp_servers().find_by_hash(&store.hash_token(MCP_TOKEN)).await.unwrap().is_some());
    assert!(store.api_tokens().find_by_hash(&store.hash_token(API_TOKEN)).await.unwrap().is_some());
    assert!(matches!(examine(&database.url, &database.key).await.unwrap(), Examined::Current { .. }));
    store.close().await;
    assert!(database.sql("SELECT name FROM meta").await.is_empty(), "the old root key is gone");
    database.open().await.accounts().credentials(environment, account).await.unwrap().unwrap();
}

async fn a_credential_in_the_first_format_is_rewritten_by_the_next_write(database: TestDatabase) {
    let database = filled(database).await;
    let store = database.open().await;
    let (environment, account) = ids();
    let replaced = object(json!({"access_token": "another"}));
    let change = AccountChange { credentials: Some(replaced.clone().into()), ..AccountChange::default() };
    store.accounts().update(environment, account, change, at(5)).await.unwrap().unwrap();
    assert_eq!(store.accounts().credentials(environment, account).await.unwrap().as_deref(), Some(&replaced));
    let rows = database.sql("SELECT key_generation, data_key, sealed FROM credential").await;
    assert_eq!(rows[0].get::<i64, _>(0), 1);
    assert_eq!([rows[0].get::<Vec<u8>, _>(1)[0], rows[0].get::<Vec<u8>, _>(2)[0]], [2, 2], "both are in the second format");
}

async fn another_master_key_is_refused_and_changes_nothing(database: TestDatabase) {
    let database = filled(database).await;
    let other = MasterKey::generate().unwrap();
    assert!(matches!(examine(&database.url, &other).await, Err(StoreError::WrongKey)));
    assert!(matches!(Store::open(&database.url, &other).await.err(), Some(StoreError::WrongKey)));
    assert_eq!(database.sql("SELECT MAX(version) FROM schema_version").await[0].get::<i64, _>(0), 1, "the schema is as it was");
    database.open().await.ping().await.unwrap();
}

async fn a_filled_database_that_lost_its_root_key_gets_no_new_one(database: TestDatabase) {
    let database = filled(database).await;
    database.sql("DELETE FROM meta").await;
    assert!(matches!(examine(&database.url, &database.key).await, Err(StoreError::Unreadable(_))));
    assert!(matches!(Store::open(&database.url, &database.key).await.err(), Some(StoreError::Unreadable(_))));
    assert_eq!(database.sql("SELECT MAX(version) FROM schema_version").await[0].get::<i64, _>(0), 1);
}

/// The credential that the version before sealed, as each database writes bytes.
async fn sealed_before(database: &TestDatabase) -> String {
    let sealed: Vec<u8> = database.sql("SELECT sealed FROM credential").await[0].get(0);
    let hex: String = sealed.iter().map(|byte| format!("{byte:02x}")).collect();
    if database.folder().is_some() { format!("X'{hex}'") } else { format!("'\\x{hex}'") }
}

async fn wrap_anew(store: &Store) -> MasterKey {
    let new = MasterKey::generate().unwrap();
    store.key_rotation().begin(&new).await.unwrap();
    let step = store.key_rotation().rewrap(None, 10).await.unwrap();
    assert_eq!((step.done, step.unreadable), (1, vec![]));
    new
}

async fn a_value_in_the_first_format_opens_no_more_once_its_generation_is_retired(database: TestDatabase) {
    let database = filled(database).await;
    let (sealed, store, (environment, account)) = (sealed_before(&database).await, database.open().await, ids());
    let new = wrap_anew(&store).await;
    store.key_rotation().retire(&new).await.unwrap();
    for columns in ["", ", key_generation = NULL, data_key = NULL"] {
        database.sql(&format!("UPDATE credential SET sealed = {sealed}{columns}")).await;
        let opened = store.accounts().credentials(environment, account).await;
        assert!(matches!(opened, Err(StoreError::Unreadable(_))), "{:?}", opened.map(|_| ()));
    }
    store.key_rotation().begin(&MasterKey::generate().unwrap()).await.unwrap();
    let step = store.key_rotation().rewrap(None, 10).await.unwrap();
    assert_eq!((step.done, step.unreadable), (0, vec![SecretOf::Account(account)]));
}

/// It knows nothing of the columns for the data key, so they stay as they were.
async fn an_older_version_that_wrote_over_a_row_of_the_second_format_is_read_and_wrapped_anew(database: TestDatabase) {
    let database = filled(database).await;
    let (sealed, store, (environment, account)) = (sealed_before(&database).await, database.open().await, ids());
    let change = AccountChange { credentials: Some(object(json!({"access_token": "another"})).into()), ..AccountChange::default() };
    store.accounts().update(environment, account, change, at(5)).await.unwrap().unwrap();
    database.sql(&format!("UPDATE credential SET sealed = {sealed}")).await;
    for _ in 0..2 {
        let fields = store.accounts().credentials(environment, account).await.unwrap().unwrap();
        assert_eq!(fields["access_token"], "access-of-default");
        wrap_anew(&store).await;
    }
}
