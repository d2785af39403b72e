//! A database for one test, and the things most tests start with.

use std::fs;
use std::path::PathBuf;

use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Connection};
use store::{
    Account, AccountId, AccountStatus, Environment, MasterKey, McpServer, McpServerConfig, NewAccount, NewMcpServer, NewOAuthApp, Page,
    Store,
};
use tempfile::TempDir;

/// Runs each of the named functions, which take a [`TestDatabase`], as two tests: on SQLite and on PostgreSQL.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => { $(
        mod $name {
            #[tokio::test]
            async fn on_sqlite() {
                super::$name($crate::database::TestDatabase::sqlite()).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                if let Some(database) = $crate::database::TestDatabase::postgres().await {
                    super::$name(database.clone()).await;
                    database.remove().await;
                }
            }
        }
    )+ };
}
pub(crate) use on_both;

/// A database of its own, and the master key it is used with.
#[derive(Clone)]
pub(crate) struct TestDatabase {
    pub(crate) url: String,
    pub(crate) key: std::sync::Arc<MasterKey>,
    pub(crate) folder: Option<std::sync::Arc<TempDir>>,
}

impl TestDatabase {
    pub(crate) fn sqlite() -> TestDatabase {
        let folder = TempDir::new().unwrap();
        TestDatabase {
            url: format!("sqlite://{}", folder.path().join("new folder/tide%gate.db").display()),
            key: MasterKey::generate().unwrap().into(),
            folder: Some(folder.into()),
        }
    }

    /// A new database on the server of `TIDEGATE_TEST_POSTGRES_URL`, whose user may create databases. A database rather
    /// than a schema, because notifications go to a whole database.
    pub(crate) async fn postgres() -> Option<TestDatabase> {
        let Some(server) = postgres_server() else {
            println!("skipped: TIDEGATE_TEST_POSTGRES_URL names no server");
            return None;
        };
        let name = format!("tidegate_test_{}", uuid::Uuid::now_v7().simple());
        execute(&server, &format!("CREATE DATABASE {name}")).await;
        let mut url = server;
        let path_at = url.find("://").unwrap() + 3;
        let path_at = url[path_at..].find('/').map(|at| path_at + at).unwrap_or(url.len());
        let end = url.find('?').unwrap_or(url.len());
        url.replace_range(path_at..end, &format!("/{name}"));
        Some(TestDatabase { url, key: MasterKey::generate().unwrap().into(), folder: None })
    }

    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.url, &self.key).await.unwrap()
    }

    /// Where SQLite keeps its files.
    pub(crate) fn folder(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.path().join("new folder"))
    }

    /// The contents of all files of a SQLite database, as they are now.
    pub(crate) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let entries = fs::read_dir(self.folder().unwrap()).unwrap().map(Result::unwrap);
        entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect()
    }

    /// How many of these bytes are in the files of a SQLite database, the write-ahead log among them.
    pub(crate) fn found(&self, parts: &[Vec<u8>]) -> usize {
        let files = self.files();
        let holds = |part: &[u8]| files.iter().any(|(_, bytes)| bytes.windows(part.len()).any(|window| window == part));
        parts.iter().filter(|part| holds(part)).count()
    }

    /// Runs SQL behind the store's back.
    pub(crate) async fn sql(&self, sql: &str) -> Vec<AnyRow> {
        execute(&self.escaped(), sql).await
    }

    /// Runs a text of several statements behind the store's back.
    pub(crate) async fn run(&self, sql: &str) {
        let mut connection = connection(&self.escaped()).await;
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    fn escaped(&self) -> String {
        self.url.replace("tide%gate", "tide%25gate").replace("new folder", "new%20folder")
    }

    /// A connection in the middle of reading a SQLite database as it is now.
    pub(crate) async fn reader(&self) -> AnyConnection {
        let mut connection = connection(&self.escaped()).await;
        sqlx::raw_sql("BEGIN; SELECT COUNT(*) FROM credential").execute(&mut connection).await.unwrap();
        connection
    }

    /// A session of its own, for tests on PostgreSQL.
    pub(crate) async fn session(&self) -> AnyConnection {
        AnyConnection::connect(&self.url).await.unwrap()
    }

    /// Drops a PostgreSQL database.
    pub(crate) async fn remove(self) {
        if let (None, Some(server)) = (&self.folder, postgres_server()) {
            let name = self.url.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
            execute(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }
}

/// A moment in 2026, so many seconds after an arbitrary start.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).unwrap()
}

pub(crate) fn first_page() -> Page {
    Page { limit: 100, after: None }
}

pub(crate) fn object(value: Value) -> Map<String, Value> {
    let Value::Object(object) = value else { panic!("not an object") };
    object
}

pub(crate) fn new_account(tenant: &str) -> NewAccount {
    NewAccount {
        integration: "sendoso".to_owned(),
        tenant_id: tenant.to_owned(),
        name: Some("Acme".to_owned()),
        authentication_method: "oauth2".to_owned(),
        credentials: object(json!({"access_token": format!("access-of-{tenant}"), "expires_at": 1_790_000_000})).into(),
        context: object(json!({"subdomain": "acme", "Grüße": ["☃", null]})),
        base_url: Some("http://127.0.0.1:9".to_owned()),
        status: AccountStatus::Active,
        identity: None,
    }
}

pub(crate) fn new_app(secret: &str) -> NewOAuthApp {
    NewOAuthApp {
        integration: "sendoso".to_owned(),
        authentication_method: "oauth2".to_owned(),
        client_id: "client".to_owned(),
        client_secret: Some(SecretString::from(secret)),
    }
}

pub(crate) fn new_server(name: &str) -> NewMcpServer {
    let config = McpServerConfig { methods: vec!["read".to_owned()], ..McpServerConfig::default() };
    NewMcpServer { name: name.to_owned(), config, expires_at: None }
}

pub(crate) async fn environment(store: &Store) -> Environment {
    store.environments().create("default", at(0)).await.unwrap()
}

/// An environment with one account and one server, and the server's token.
pub(crate) async fn connected(store: &Store) -> (Environment, Account, McpServer, SecretString) {
    connected_as(store, "default").await
}

pub(crate) async fn connected_as(store: &Store, name: &str) -> (Environment, Account, McpServer, SecretString) {
    let environment = store.environments().create(name, at(0)).await.unwrap();
    let account = store.accounts().create(environment.id, new_account(name), at(1)).await.unwrap();
    let (server, token) = store.mcp_servers().create(environment.id, account.id, new_server(name), at(2)).await.unwrap().unwrap();
    (environment, account, server, token)
}

/// An account's credential in a form that a test can compare and show.
pub(crate) async fn credential(store: &Store, environment: &Environment, account: AccountId) -> Option<Map<String, Value>> {
    store.accounts().credentials(environment.id, account).await.unwrap().map(|fields| (*fields).clone())
}

pub(crate) fn postgres_server() -> Option<String> {
    std::env::var_os("TIDEGATE_TEST_POSTGRES_URL").map(|url| url.into_string().unwrap())
}

async fn connection(url: &str) -> AnyConnection {
    sqlx::any::install_default_drivers();
    AnyConnection::connect(url).await.unwrap()
}

async fn execute(url: &str, sql: &str) -> Vec<AnyRow> {
    let mut connection = connection(url).await;
    let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    rows
}
