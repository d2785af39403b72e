//! Hearing of changes that other processes make, on a connection of its own to PostgreSQL.
//!
//! What is cached is trusted only while this connection provably hears: after LISTEN it must receive a word that the
//! ordinary connections sent, and then answer every second. Behind a pooler that shares sessions the proof fails, so
//! nothing is cached there, and everything else works.

use std::pin::pin;
use std::time::Duration;

use aws_lc_rs::rand;
use sqlx::Executor;
use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::database::{CHANNEL, Database};
use crate::notes::{self, Reading};
use crate::{Store, StoreError, vault};

/// How long the connection may be silent before it is asked for a sign of life, and how long that may take.
const PATIENCE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How often a SQLite file is looked at for a new generation of keys.
pub(crate) const LOOK: Duration = Duration::from_secs(1);

/// Learns of new generations of keys in a SQLite file, until `shutdown`: what makes them is a process that cannot tell.
pub(crate) async fn look(store: &Store, shutdown: impl Future<Output = ()>) {
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => return,
            () = sleep(LOOK) => {}
        }
        if let Err(error) = store.vault.renew(&store.database).await {
            tracing::debug!(%error, "cannot look for new generations of keys now");
        }
    }
}

pub(crate) async fn listen(store: &Store, url: &str, shutdown: impl Future<Output = ()>) {
    let generations = store.generations();
    let forever = async {
        let mut pause = Duration::from_millis(100);
        loop {
            let heard = hear(store, url, &mut pause).await;
            generations.distrust();
            if let Err(error) = heard {
                tracing::warn!(%error, retry_in_ms = pause.as_millis(), "not hearing of other processes' changes; nothing is cached meanwhile");
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    };
    tokio::select! {
        () = forever => {}
        () = shutdown => {}
    }
    generations.distrust();
}

/// Hears until the connection is lost. `pause` is reset once it works.
async fn hear(store: &Store, url: &str, pause: &mut Duration) -> Result<(), StoreError> {
    let pool =
        PgPoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None).acquire_timeout(PATIENCE * 2).connect_lazy(url)?;
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.eager_reconnect(false);
    listener.listen_all([CHANNEL, notes::CHANNEL]).await?;
    prove(&mut listener, &store.database).await?;
    store.vault.renew(&store.database).await?;
    let generations = store.generations();
    generations.trust();
    let mut reading = Reading::default();
    *pause = Duration::from_millis(100);
    tracing::debug!("hearing of other processes' changes");

    loop {
        match timeout(PATIENCE, listener.try_recv()).await {
            Ok(Ok(Some(notification))) if notification.channel() == notes::CHANNEL => {
                reading.hear(notification.payload(), &store.notes, &store.vault);
            }
            Ok(Ok(Some(notification))) => {
                if let Ok(key) = Uuid::try_parse(notification.payload()) {
                    generations.bump(key);
                    if key == vault::GENERATIONS {
                        store.vault.renew(&store.database).await?;
                    }
                }
            }
            Ok(Ok(None)) => return Err(StoreError::unavailable("the connection was lost")),
            Ok(Err(error)) => return Err(error.into()),
            Err(_) => {
                let answer = timeout(PATIENCE, listener.execute("SELECT 1"));
                answer.await.map_err(|_| StoreError::unavailable("the connection does not answer"))??;
            }
        }
    }
}

/// Sends a word through the ordinary connections and waits for it here.
async fn prove(listener: &mut PgListener, database: &Database) -> Result<(), StoreError> {
    let mut random = [0; 16];
    rand::fill(&mut random).map_err(|_| StoreError::unavailable("the operating system gives no random bytes"))?;
    let word = format!("proof {}", Uuid::from_bytes(random));
    let notify = sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(word.clone());
    database.fetch_optional(notify).await?;
    let mut heard = pin!(async {
        while listener.recv().await?.payload() != word {}
        Ok::<(), sqlx::Error>(())
    });
    timeout(PATIENCE * 2, heard.as_mut())
        .await
        .map_err(|_| StoreError::unavailable("notifications do not arrive; is a pooler in between?"))??;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::time::Duration;

    use crate::{MasterKey, Store};

    #[tokio::test]
    async fn a_server_on_a_sqlite_file_learns_of_a_new_generation_by_itself() {
        let folder = tempfile::TempDir::new().unwrap();
        let url = format!("sqlite://{}", folder.path().join("t.db").display());
        let [old, new] = [(); 2].map(|()| MasterKey::generate().unwrap());
        let server = Store::open(&url, &old).await.unwrap();
        tokio::spawn(server.listen(pending()));
        let command = Store::open(&url, &old).await.unwrap();
        command.key_rotation().begin(&new).await.unwrap();
        let learned = async {
            let mut ticks = tokio::time::interval(Duration::from_millis(10));
            while server.vault.key(2).is_err() {
                ticks.tick().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), learned).await.expect("it never looked");
    }
}
