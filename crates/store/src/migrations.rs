//! The schema's versions and how a database gets to the newest.
//!
//! Our own few lines rather than a library's: the usual lock belongs to a session, and a pooler between us and
//! PostgreSQL may leave it with a session that nobody ends. Here everything, the lock too, ends with one transaction.

use sqlx::Row;

use crate::StoreError;
use crate::database::{Change, Database, Dialect, Work};

struct Migration {
    sqlite: &'static str,
    postgres: &'static str,
}

/// In order; the first is version 1. What was released is never changed.
const MIGRATIONS: &[Migration] = &[
    Migration {
        sqlite: include_str!("../migrations/sqlite/0001_first_tables.sql"),
        postgres: include_str!("../migrations/postgres/0001_first_tables.sql"),
    },
    Migration {
        sqlite: include_str!("../migrations/sqlite/0002_key_generations.sql"),
        postgres: include_str!("../migrations/postgres/0002_key_generations.sql"),
    },
    Migration {
        sqlite: include_str!("../migrations/sqlite/0003_oauth_apps.sql"),
        postgres: include_str!("../migrations/postgres/0003_oauth_apps.sql"),
    },
    Migration {
        sqlite: include_str!("../migrations/sqlite/0004_refresh_leases.sql"),
        postgres: include_str!("../migrations/postgres/0004_refresh_leases.sql"),
    },
    Migration {
        sqlite: include_str!("../migrations/sqlite/0005_account_states.sql"),
        postgres: include_str!("../migrations/postgres/0005_account_states.sql"),
    },
    Migration {
        sqlite: include_str!("../migrations/sqlite/0006_links.sql"),
        postgres: include_str!("../migrations/postgres/0006_links.sql"),
    },
    Migration {
        sqlite: include_str!("../migrations/sqlite/0007_webhooks.sql"),
        postgres: include_str!("../migrations/postgres/0007_webhooks.sql"),
    },
];

const VERSION_TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY)";

/// Any number, the same in every process.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7463041527)";

/// Brings the schema to the newest version. At the newest already, this is one query and takes no lock; of processes
/// that start at once, one does the work and the others wait for it.
///
/// # Errors
/// [`StoreError::Invalid`] if the database is of a newer Tidegate than this.
pub(crate) async fn run(database: &Database) -> Result<(), StoreError> {
    if present_version(database).await? < MIGRATIONS.len() {
        let dialect = database.dialect();
        database.patient().write(move |change| -> Work<'_, ()> { Box::pin(apply(change, dialect)) }).await?;
    }
    Ok(())
}

/// The schema's version; 0 where there is none.
pub(crate) async fn present_version(database: &Database) -> Result<usize, StoreError> {
    let exists = match database.dialect() {
        Dialect::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'",
        Dialect::Postgres => "SELECT 'found' AS name WHERE to_regclass('schema_version') IS NOT NULL",
    };
    if database.fetch_optional(sqlx::query(exists)).await?.is_none() {
        return Ok(0);
    }
    let row = database.fetch_optional(sqlx::query(NEWEST)).await?;
    known(row.map(|row| row.try_get::<Option<i64>, _>(0)).transpose()?.flatten())
}

/// The version that this Tidegate uses.
pub(crate) fn newest() -> usize {
    MIGRATIONS.len()
}

const NEWEST: &str = "SELECT MAX(version) FROM schema_version";

async fn apply(change: &mut Change<'_>, dialect: Dialect) -> Result<(), StoreError> {
    if dialect == Dialect::Postgres {
        // Others wait here while one of them works, so the usual limits would be too short.
        change.run("SET LOCAL statement_timeout = 0").await?;
        change.run(LOCK).await?;
    }
    change.run(VERSION_TABLE).await?;
    let row = change.fetch_optional(sqlx::query(NEWEST)).await?;
    let present = known(row.map(|row| row.try_get::<Option<i64>, _>(0)).transpose()?.flatten())?;
    for (migration, version) in MIGRATIONS.iter().zip(1_i64..).skip(present) {
        change
            .run(match dialect {
                Dialect::Sqlite => migration.sqlite,
                Dialect::Postgres => migration.postgres,
            })
            .await?;
        change.execute(sqlx::query("INSERT INTO schema_version (version) VALUES ($1)").bind(version)).await?;
        tracing::info!(version, "database schema brought up to date");
    }
    Ok(())
}

fn known(version: Option<i64>) -> Result<usize, StoreError> {
    let version = usize::try_from(version.unwrap_or(0)).unwrap_or(usize::MAX);
    if version > MIGRATIONS.len() {
        return Err(StoreError::invalid(format!(
            "the database has schema version {version}, this Tidegate knows {}; start a newer Tidegate",
            MIGRATIONS.len()
        )));
    }
    Ok(version)
}
