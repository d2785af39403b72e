//! The connections: one set of statements for both databases, and the only place where they are run.
//!
//! Two things hold for whatever passes here. Nothing waits for ever: a database that does not answer is an error after
//! seconds. And no connection goes back to its pool in the middle of something.

use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::any::{AnyArguments, AnyConnectOptions, AnyPoolOptions, AnyRow};
use sqlx::pool::PoolConnection;
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AnyPool, Connection, Executor, Transaction};
use tokio::time::timeout;
use uuid::Uuid;

use crate::generations::Generations;
use crate::{StoreError, sqlite};

pub(crate) type Statement = Query<'static, Any, AnyArguments>;

/// What a write does, inside its transaction.
pub(crate) type Work<'c, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'c>>;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

#[derive(Clone)]
pub(crate) struct Database {
    dialect: Dialect,
    reader: AnyPool,
    writer: AnyPool,
    /// Longest time for one operation once it has a connection.
    deadline: Duration,
    generations: Arc<Generations>,
}

/// PostgreSQL's channel on which writes tell other processes whose generation to bump.
pub(crate) const CHANNEL: &str = "tidegate_generation";

impl Database {
    /// Connects. No statement was run yet on PostgreSQL; connections are opened when they are wanted.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] for a URL of another kind, [`StoreError::Unavailable`] for a file that cannot be written.
    pub(crate) async fn connect(url: &str, generations: Arc<Generations>) -> Result<Database, StoreError> {
        sqlx::any::install_default_drivers();
        if url.starts_with("sqlite:") {
            Database::connect_sqlite(url, generations).await
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Database::connect_postgres(url, generations)
        } else {
            Err(StoreError::invalid("the database URL is of no known kind; it starts with `sqlite://` or `postgres://`"))
        }
    }

    /// One writer, because SQLite has one anyway and queues better here than by polling for its lock, and a few readers,
    /// opened on demand: each is a thread and up to half a megabyte of cache.
    async fn connect_sqlite(url: &str, generations: Arc<Generations>) -> Result<Database, StoreError> {
        let path = sqlite::path(url)?;
        sqlite::create(&path)?;
        let options = AnyConnectOptions::from_str(&sqlite::url(&path)?)?;
        // One connection beforehand: it turns the file into WAL mode, where several at once would get in each other's
        // way, and what is wrong with the file is an error at once. A pool would try again until its time is up.
        let mut first = AnyConnection::connect_with(&options).await?;
        first.execute(sqlx::raw_sql(sqlite::ON_CONNECT)).await?;
        first.close().await?;

        let pool = || {
            AnyPoolOptions::new()
                // Long enough for a crowd of writers, each of which waits for the disk.
                .acquire_timeout(Duration::from_secs(20))
                .test_before_acquire(false)
                .after_connect(|connection, _| {
                    Box::pin(async move {
                        connection.execute(sqlx::raw_sql(sqlite::ON_CONNECT)).await?;
                        Ok(())
                    })
                })
        };
        let writer = pool().max_connections(1).idle_timeout(None).max_lifetime(None).connect_lazy_with(options.clone());
        let reader = pool().max_connections(4).idle_timeout(Duration::from_secs(60)).connect_lazy_with(options);
        Ok(Database { dialect: Dialect::Sqlite, reader, writer, deadline: Duration::from_secs(20), generations })
    }

    /// Connections hold no state of ours, so a pooler between us and the server may share them between transactions.
    fn connect_postgres(url: &str, generations: Arc<Generations>) -> Result<Database, StoreError> {
        let pool = AnyPoolOptions::new()
            .max_connections(10)
            .acquire_timeout(Duration::from_millis(1500))
            .connect_lazy_with(AnyConnectOptions::from_str(url)?);
        Ok(Database { dialect: Dialect::Postgres, reader: pool.clone(), writer: pool, deadline: Duration::from_millis(2500), generations })
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The same database for work that may take long, such as a migration of large tables.
    pub(crate) fn patient(&self) -> Database {
        Database { deadline: Duration::from_secs(600), ..self.clone() }
    }

    /// The first row of a query that changes nothing.
    pub(crate) async fn fetch_optional(&self, statement: Statement) -> Result<Option<AnyRow>, StoreError> {
        let mut lease = Lease::of(&self.reader).await?;
        let rows = self.in_time(statement.fetch_optional(&mut **lease)).await;
        lease.finish(rows)
    }

    /// All rows of a query that changes nothing.
    pub(crate) async fn fetch_all(&self, statement: Statement) -> Result<Vec<AnyRow>, StoreError> {
        let mut lease = Lease::of(&self.reader).await?;
        let rows = self.in_time(statement.fetch_all(&mut **lease)).await;
        lease.finish(rows)
    }

    /// Runs `work` in one transaction, and after it bumps the generations it touched, here and in other processes.
    ///
    /// It runs in a task of its own: a caller that gives up, as when a client hangs up, must not leave a change that
    /// was made behind a cache that does not know of it.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl for<'c> FnOnce(&'c mut Change) -> Work<'c, T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let database = self.clone();
        let task = tokio::spawn(async move { database.transact(work).await });
        task.await.map_err(|_| StoreError::unavailable("a write was interrupted; its outcome is unknown"))?
    }

    pub(crate) async fn close(&self) {
        let both = async {
            self.writer.close().await;
            self.reader.close().await;
        };
        // A connection that hangs is not worth waiting for: whatever was acknowledged is safe.
        let _ = timeout(Duration::from_secs(5), both).await;
    }

    async fn transact<T>(self, work: impl for<'c> FnOnce(&'c mut Change) -> Work<'c, T>) -> Result<T, StoreError> {
        // On PostgreSQL these limits hold for this transaction only, and also end what we no longer wait for.
        let begin = match self.dialect {
            Dialect::Sqlite => "BEGIN IMMEDIATE",
            Dialect::Postgres => "BEGIN; SET LOCAL statement_timeout = 2000; SET LOCAL idle_in_transaction_session_timeout = 5000",
        };
        let mut lease = Lease::of(&self.writer).await?;
        let mut touched = Vec::new();
        let outcome = self
            .in_time(async {
                let mut change = Change { transaction: lease.begin_with(begin).await?, touched: Vec::new() };
                let result = match work(&mut change).await {
                    Ok(result) => result,
                    Err(error) => {
                        change.transaction.rollback().await?;
                        return Err(error);
                    }
                };
                if self.dialect == Dialect::Postgres {
                    change.announce().await?;
                }
                touched = change.touched;
                change.transaction.commit().await?;
                Ok(result)
            })
            .await;
        // Whatever the outcome: after an error in the commit nobody knows whether it took place.
        for key in touched {
            self.generations.bump(key);
        }
        lease.finish(outcome)
    }

    async fn in_time<T, E: Into<StoreError>>(&self, operation: impl Future<Output = Result<T, E>>) -> Result<T, StoreError> {
        match timeout(self.deadline, operation).await {
            Ok(result) => result.map_err(Into::into),
            Err(_) => Err(StoreError::unavailable(format!("no answer within {} ms", self.deadline.as_millis()))),
        }
    }
}

/// A transaction, and whose generations it changes.
pub(crate) struct Change<'c> {
    transaction: Transaction<'c, Any>,
    touched: Vec<Uuid>,
}

impl Change<'_> {
    /// Runs a statement and says how many rows it changed.
    pub(crate) async fn execute(&mut self, statement: Statement) -> Result<u64, StoreError> {
        Ok(statement.execute(&mut *self.transaction).await?.rows_affected())
    }

    pub(crate) async fn fetch_optional(&mut self, statement: Statement) -> Result<Option<AnyRow>, StoreError> {
        Ok(statement.fetch_optional(&mut *self.transaction).await?)
    }

    /// Runs a text of several statements.
    pub(crate) async fn run(&mut self, text: &'static str) -> Result<(), StoreError> {
        self.transaction.execute(sqlx::raw_sql(text)).await?;
        Ok(())
    }

    /// What may be cached for this account or environment is stale once the transaction is committed.
    pub(crate) fn touch(&mut self, key: Uuid) {
        self.touched.push(key);
    }

    /// The server delivers these with the commit, or not at all.
    async fn announce(&mut self) -> Result<(), StoreError> {
        for key in &self.touched {
            let notify = sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(key.to_string());
            notify.fetch_optional(&mut *self.transaction).await?;
        }
        Ok(())
    }
}

/// A connection of a pool. One that is dropped in the middle of an operation, because its time was up or its caller
/// left, is closed: waiting for the rest of the answer could take for ever.
struct Lease {
    connection: PoolConnection<Any>,
    finished: bool,
}

impl Lease {
    async fn of(pool: &AnyPool) -> Result<Lease, StoreError> {
        Ok(Lease { connection: pool.acquire().await?, finished: false })
    }

    fn finish<T>(mut self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        self.finished = !matches!(outcome, Err(StoreError::Unavailable(_)));
        outcome
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if !self.finished {
            self.connection.close_on_drop();
        }
    }
}

impl Deref for Lease {
    type Target = PoolConnection<Any>;

    fn deref(&self) -> &PoolConnection<Any> {
        &self.connection
    }
}

impl DerefMut for Lease {
    fn deref_mut(&mut self) -> &mut PoolConnection<Any> {
        &mut self.connection
    }
}
