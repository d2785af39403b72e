//! The connections: one set of statements for both databases, and the only place where they are run.
//!
//! Two things hold for whatever passes here. Nothing waits for ever: a database that does not answer is an error after
//! seconds. And no connection goes back to its pool in the middle of something.

use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::any::{AnyArguments, AnyConnectOptions, AnyPoolOptions, AnyRow};
use sqlx::pool::PoolConnection;
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AnyPool, Connection, Executor, Row, Transaction};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
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
    reader: Lane,
    writer: Lane,
    generations: Arc<Generations>,
}

/// Connections of one kind, and how long things take on them at most.
#[derive(Clone)]
struct Lane {
    pool: AnyPool,
    /// One for each connection. Callers queue here rather than at the pool, whose limit is for connecting alone: a crowd
    /// may wait longer than a database that is gone.
    turns: Arc<Semaphore>,
    /// Longest wait for a turn.
    patience: Duration,
    /// Longest time for one operation once it has a connection.
    deadline: Duration,
}

/// PostgreSQL's channel on which writes tell other processes whose generation to bump.
pub(crate) const CHANNEL: &str = "tidegate_generation";

/// How often it is tried to empty SQLite's log, and the pause in between.
const LOG_ATTEMPTS: u32 = 5;
const LOG_PAUSE: Duration = Duration::from_millis(100);

/// Whether a database URL can be used at all, before anything is created for it.
///
/// # Errors
/// [`StoreError::Invalid`] for a URL of another kind, and for a SQLite URL that names no file.
pub fn check_url(url: &str) -> Result<(), StoreError> {
    match kind(url)? {
        Dialect::Sqlite => sqlite::path(url).map(drop),
        Dialect::Postgres => Ok(()),
    }
}

fn kind(url: &str) -> Result<Dialect, StoreError> {
    if url.starts_with("sqlite:") {
        Ok(Dialect::Sqlite)
    } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        Ok(Dialect::Postgres)
    } else {
        Err(StoreError::invalid("the database URL is of no known kind; it starts with `sqlite://` or `postgres://`"))
    }
}

impl Database {
    /// Connects. No statement was run yet on PostgreSQL; connections are opened when they are wanted.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] for a URL of another kind, [`StoreError::Unavailable`] for a file that cannot be written.
    pub(crate) async fn connect(url: &str, generations: Arc<Generations>) -> Result<Database, StoreError> {
        sqlx::any::install_default_drivers();
        match kind(url)? {
            Dialect::Sqlite => Database::connect_sqlite(url, generations).await,
            Dialect::Postgres => Database::connect_postgres(url, generations),
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
        let began = Instant::now();
        while let Err(error) = prepare_file(&options).await {
            if !sqlite::is_locked(&error) || began.elapsed() > sqlite::BUSY {
                return Err(error.into());
            }
            sleep(Duration::from_millis(10)).await;
        }

        let pool = || {
            AnyPoolOptions::new().acquire_timeout(Duration::from_secs(3)).test_before_acquire(false).after_connect(|connection, _| {
                Box::pin(async move {
                    connection.execute(sqlx::raw_sql(sqlite::ON_CONNECT)).await?;
                    Ok(())
                })
            })
        };
        let writer = pool().idle_timeout(None).max_lifetime(None);
        let reader = pool().idle_timeout(Duration::from_secs(60));
        Ok(Database {
            dialect: Dialect::Sqlite,
            // Readers wait for nobody.
            reader: Lane::new(reader, options.clone(), 4, Duration::from_secs(3), Duration::from_secs(3)),
            // Long enough for a crowd of writers, each of which waits for the disk.
            writer: Lane::new(writer, options, 1, Duration::from_secs(20), Duration::from_secs(20)),
            generations,
        })
    }

    /// Connections hold no state of ours but prepared statements, so a pooler between us and the server may share them
    /// between transactions if it follows those (PgBouncer 1.21 and later, with `max_prepared_statements` above 0).
    fn connect_postgres(url: &str, generations: Arc<Generations>) -> Result<Database, StoreError> {
        let pool = AnyPoolOptions::new().acquire_timeout(Duration::from_millis(1500));
        let options = AnyConnectOptions::from_str(url)?;
        let lane = Lane::new(pool, options, 10, Duration::from_secs(10), Duration::from_millis(2500));
        Ok(Database { dialect: Dialect::Postgres, reader: lane.clone(), writer: lane, generations })
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The same database for work that may take long, such as a migration of large tables.
    pub(crate) fn patient(&self) -> Database {
        let patient = |lane: &Lane| Lane { deadline: Duration::from_secs(600), ..lane.clone() };
        Database { reader: patient(&self.reader), writer: patient(&self.writer), ..self.clone() }
    }

    /// The first row of a query that changes nothing.
    pub(crate) async fn fetch_optional(&self, statement: Statement) -> Result<Option<AnyRow>, StoreError> {
        let lane = self.reader.clone();
        let turn = lane.turn().await?;
        to_the_end(async move {
            let mut lease = lane.lease(turn).await?;
            let row = lane.in_time(statement.fetch_optional(&mut **lease)).await;
            lease.is_clean = row.is_ok();
            row
        })
        .await
    }

    /// All rows of a query that changes nothing.
    pub(crate) async fn fetch_all(&self, statement: Statement) -> Result<Vec<AnyRow>, StoreError> {
        let lane = self.reader.clone();
        let turn = lane.turn().await?;
        to_the_end(async move {
            let mut lease = lane.lease(turn).await?;
            let rows = lane.in_time(statement.fetch_all(&mut **lease)).await;
            lease.is_clean = rows.is_ok();
            rows
        })
        .await
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

    /// Writes SQLite's log into the file and empties it, so that what was overwritten or deleted is in neither. What was
    /// asked for is done already, so a log that is in use by others stays, and is told of; the next call empties it.
    pub(crate) async fn empty_log(&self) {
        if self.dialect == Dialect::Postgres {
            return;
        }
        let database = self.clone();
        // In a task of its own, as writes are: a caller that leaves shall not leave the log.
        let emptied = tokio::spawn(async move {
            for _ in 0..LOG_ATTEMPTS {
                if matches!(database.checkpoint().await, Ok(true)) {
                    return true;
                }
                sleep(LOG_PAUSE).await;
            }
            false
        });
        if !matches!(emptied.await, Ok(true)) {
            tracing::warn!("the write-ahead log is in use and keeps what was deleted until the next deletion or the end of the process");
        }
    }

    /// Whether nobody was in the way. It waits only briefly for readers, since writers wait meanwhile.
    ///
    /// Source: sqlite.org/pragma.html#pragma_wal_checkpoint.
    async fn checkpoint(&self) -> Result<bool, StoreError> {
        let mut lease = self.writer.lease(self.writer.turn().await?).await?;
        lease.execute(sqlx::raw_sql("PRAGMA busy_timeout = 200")).await?;
        let row = self.writer.in_time(sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut **lease)).await?;
        lease.execute(sqlx::raw_sql(sqlite::ON_CONNECT)).await?;
        lease.is_clean = true;
        let is_busy: i64 = row.try_get(0)?;
        Ok(is_busy == 0)
    }

    pub(crate) async fn close(&self) {
        let both = async {
            self.writer.pool.close().await;
            self.reader.pool.close().await;
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
        let mut lease = self.writer.lease(self.writer.turn().await?).await?;
        let (mut touched, mut is_clean) = (Vec::new(), false);
        let outcome = async {
            let (result, change) = self
                .writer
                .in_time(async {
                    let mut change = Change { dialect: self.dialect, transaction: lease.begin_with(begin).await?, touched: Vec::new() };
                    match work(&mut change).await {
                        Ok(result) => {
                            if self.dialect == Dialect::Postgres {
                                change.announce().await?;
                            }
                            Ok((result, change))
                        }
                        Err(error) => {
                            // It fails where SQLite has rolled back by itself; the reason for that is what matters.
                            is_clean = change.transaction.rollback().await.is_ok();
                            Err(error)
                        }
                    }
                })
                .await?;
            touched = change.touched;
            match self.dialect {
                // Nothing can call it back: were it given up, it could land after the generations were bumped.
                Dialect::Sqlite => change.transaction.commit().await?,
                Dialect::Postgres => self.writer.in_time(change.transaction.commit()).await?,
            }
            is_clean = true;
            Ok(result)
        }
        .await;
        // Whatever the outcome: after an error in the commit nobody knows whether it took place. On PostgreSQL one that
        // lands later brings its own notification.
        for key in touched {
            self.generations.bump(key);
        }
        lease.is_clean = is_clean;
        outcome
    }
}

/// Reads in a task of its own: a caller who leaves in the middle of an answer would leave a connection that nobody can use
/// again, and whoever made many such callers could have all connections opened anew. A turn is waited for outside, so that
/// nothing is done for a caller who left the queue.
async fn to_the_end<T: Send + 'static>(reading: impl Future<Output = Result<T, StoreError>> + Send + 'static) -> Result<T, StoreError> {
    tokio::spawn(reading).await.map_err(|_| StoreError::unavailable("a look-up was interrupted"))?
}

/// Turns a new file into WAL mode.
async fn prepare_file(options: &AnyConnectOptions) -> Result<(), sqlx::Error> {
    let mut first = AnyConnection::connect_with(options).await?;
    first.execute(sqlx::raw_sql(sqlite::ON_CONNECT)).await?;
    first.close().await
}

impl Lane {
    fn new(pool: AnyPoolOptions, options: AnyConnectOptions, connections: u32, patience: Duration, deadline: Duration) -> Lane {
        Lane {
            pool: pool.max_connections(connections).connect_lazy_with(options),
            turns: Arc::new(Semaphore::new(connections as usize)),
            patience,
            deadline,
        }
    }

    /// Waits for one's turn.
    async fn turn(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        let turn = timeout(self.patience, Arc::clone(&self.turns).acquire_owned()).await;
        turn.map_err(|_| StoreError::unavailable("too many callers wait for it"))?.map_err(StoreError::unavailable)
    }

    async fn lease(&self, turn: OwnedSemaphorePermit) -> Result<Lease, StoreError> {
        Ok(Lease { connection: self.pool.acquire().await?, is_clean: false, _turn: turn })
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
    dialect: Dialect,
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

    pub(crate) async fn fetch_all(&mut self, statement: Statement) -> Result<Vec<AnyRow>, StoreError> {
        Ok(statement.fetch_all(&mut *self.transaction).await?)
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
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
/// left, or after an error, is closed: waiting for the rest of the answer could take for ever, and nobody knows whether
/// a transaction is still open on it.
struct Lease {
    connection: PoolConnection<Any>,
    /// Whether the connection may serve somebody else.
    is_clean: bool,
    _turn: OwnedSemaphorePermit,
}

impl Drop for Lease {
    fn drop(&mut self) {
        if !self.is_clean {
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

#[cfg(test)]
mod tests {
    use tempfile::TempDir;
    use tokio::task::JoinSet;

    use super::*;

    const KEY: Uuid = Uuid::from_u128(7);

    struct OnSqlite {
        database: Database,
        url: String,
        _folder: TempDir,
    }

    /// A database with an empty table `t`.
    async fn on_sqlite() -> OnSqlite {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite://{}", folder.path().join("t.db").display());
        let generations = Generations::new();
        generations.trust();
        let database = Database::connect(&url, Arc::new(generations)).await.unwrap();
        run(&database, "CREATE TABLE t (x BLOB)").await.unwrap();
        OnSqlite { database, url, _folder: folder }
    }

    async fn run(database: &Database, text: &'static str) -> Result<(), StoreError> {
        database
            .write(move |change| -> Work<'_, ()> {
                Box::pin(async move {
                    change.touch(KEY);
                    change.run(text).await
                })
            })
            .await
    }

    async fn lease(lane: &Lane) -> Lease {
        lane.lease(lane.turn().await.unwrap()).await.unwrap()
    }

    /// A database with one connection, which has an empty table `seen` that is gone with it.
    async fn on_one_connection() -> OnSqlite {
        let mut on_sqlite = on_sqlite().await;
        on_sqlite.database.reader = on_sqlite.database.writer.clone();
        run(&on_sqlite.database, "CREATE TEMP TABLE seen (x INTEGER)").await.unwrap();
        on_sqlite
    }

    /// Leaves a trace on the connection that it runs on.
    const SEEN: &str = "INSERT INTO seen VALUES (1) RETURNING x";

    async fn times_seen(database: &Database) -> i64 {
        database.fetch_optional(sqlx::query("SELECT COUNT(*) FROM seen")).await.unwrap().unwrap().get(0)
    }

    /// Lets a look-up begin and leaves before its answer.
    async fn leave(reading: impl Future) {
        tokio::select! {
            biased;
            _ = reading => panic!("there was no time to leave"),
            () = std::future::ready(()) => {}
        }
    }

    #[tokio::test]
    async fn a_look_up_whose_caller_leaves_comes_to_its_end_and_keeps_its_connection() {
        let OnSqlite { database, _folder, .. } = on_one_connection().await;
        leave(database.fetch_optional(sqlx::query(SEEN))).await;
        leave(database.fetch_all(sqlx::query(SEEN))).await;
        // The second left in the queue, behind the first.
        assert_eq!(times_seen(&database).await, 1);
        leave(database.fetch_all(sqlx::query(SEEN))).await;
        assert_eq!(times_seen(&database).await, 2);
    }

    #[tokio::test]
    async fn a_writer_whose_transaction_sqlite_ended_by_itself_is_replaced_and_the_reason_is_told() {
        let OnSqlite { database, _folder, .. } = on_sqlite().await;
        run(&database, "PRAGMA max_page_count = 10").await.unwrap();
        let full = run(&database, "INSERT INTO t VALUES (zeroblob(1000000))").await;
        assert!(matches!(&full, Err(StoreError::Unavailable(reason)) if reason.to_string().contains("full")), "{full:?}");
        run(&database, "INSERT INTO t VALUES (zeroblob(1000000))").await.unwrap();
    }

    /// Without write-ahead log a reader keeps a commit waiting.
    #[tokio::test]
    async fn a_commit_on_sqlite_that_takes_longer_than_everything_may_is_waited_for_before_generations_are_bumped() {
        let OnSqlite { mut database, url, _folder } = on_sqlite().await;
        let mut lease = lease(&database.writer).await;
        lease.execute(sqlx::raw_sql("PRAGMA journal_mode = DELETE")).await.unwrap();
        lease.is_clean = true;
        drop(lease);
        let mut reader = AnyConnection::connect(&url).await.unwrap();
        reader.execute(sqlx::raw_sql("BEGIN; SELECT * FROM t")).await.unwrap();
        database.writer.deadline = Duration::from_secs(1);

        let before = database.generations.of(KEY);
        let mut write = tokio::spawn({
            let database = database.clone();
            async move { run(&database, "INSERT INTO t VALUES (x'01')").await }
        });
        assert!(timeout(Duration::from_millis(1500), &mut write).await.is_err(), "it was given up");
        assert_eq!(before, database.generations.of(KEY), "nothing has changed yet");
        reader.execute(sqlx::raw_sql("COMMIT")).await.unwrap();
        write.await.unwrap().unwrap();
        assert_ne!(before, database.generations.of(KEY));
    }

    #[tokio::test]
    async fn a_crowd_on_postgresql_may_queue_for_longer_than_connecting_may_take() {
        let Some(url) = std::env::var_os("TIDEGATE_TEST_POSTGRES_URL") else { return };
        let database = Database::connect(url.to_str().unwrap(), Arc::new(Generations::new())).await.unwrap();
        let mut crowd = JoinSet::new();
        for _ in 0..40 {
            let database = database.clone();
            crowd.spawn(async move { database.fetch_optional(sqlx::query("SELECT 1 FROM pg_sleep(0.5)")).await });
        }
        for outcome in crowd.join_all().await {
            outcome.unwrap();
        }
    }
}
