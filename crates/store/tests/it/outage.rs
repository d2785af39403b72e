//! A PostgreSQL that is gone, or silent, behind a small proxy on loopback that can be cut and frozen.

use std::net::SocketAddr;
use std::time::Duration;

use secrecy::ExposeSecret;
use store::{MasterKey, Store, StoreError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::database::{TestDatabase, at, connected, new_server};
use crate::invalidation::{eventually, is_trusted, listening};

#[tokio::test]
async fn a_server_that_was_never_there_is_unavailable() {
    let unused = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let opened = Store::open(&format!("postgres://nobody@{unused}/x"), &MasterKey::generate().unwrap()).await.err();
    assert!(matches!(opened, Some(StoreError::Unavailable(_))), "{opened:?}");
}

#[tokio::test]
async fn a_server_that_is_gone_is_unavailable_and_everything_recovers_when_it_is_back() {
    outage(Line::Cut).await;
}

#[tokio::test]
async fn a_server_that_falls_silent_is_unavailable_and_everything_recovers_when_it_speaks() {
    outage(Line::Frozen).await;
}

async fn outage(outage: Line) {
    let Some(database) = TestDatabase::postgres().await else { return };
    let proxy = Proxy::to(&database.url).await;
    let store = Store::open(&proxy.url, &database.key).await.unwrap();
    let (environment, account, server, token) = connected(&store).await;
    let hash = store.hash_token(token.expose_secret());
    listening(&store).await;

    proxy.set(outage);
    // More callers than connections, so that none is left with a connection of before.
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..15 {
        let store = store.clone();
        tasks.spawn(async move {
            let read = store.mcp_servers().find_by_hash(&hash).await.map(drop);
            let write = store.mcp_servers().create(environment.id, account.id, new_server("x"), at(3)).await.map(drop);
            [read, write]
        });
    }
    let outcomes = tokio::time::timeout(Duration::from_secs(60), tasks.join_all()).await.expect("a call hangs");
    for outcome in outcomes.into_iter().flatten() {
        assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
    }
    eventually(|| !is_trusted(&store)).await;

    proxy.set(Line::Open);
    let access = store.mcp_servers().find_by_hash(&hash).await.unwrap().unwrap();
    assert_eq!(access, server);
    eventually(|| is_trusted(&store)).await;
    let before = store.generations().of(account.id.uuid());
    let other = database.open().await;
    other.accounts().delete(environment.id, account.id, at(90)).await.unwrap();
    eventually(|| store.generations().of(account.id.uuid()) != before).await;
    database.remove().await;
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Line {
    Open,
    /// Connections are ended, new ones too.
    Cut,
    /// Connections stay and nothing passes.
    Frozen,
}

struct Proxy {
    url: String,
    line: watch::Sender<Line>,
}

impl Proxy {
    async fn to(url: &str) -> Proxy {
        let start = url.find('@').map_or_else(|| url.find("://").unwrap() + 3, |at| at + 1);
        let end = start + url[start..].find('/').unwrap();
        let server = url[start..end].to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let (line, state) = watch::channel(Line::Open);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if *state.borrow() != Line::Cut {
                    tokio::spawn(relay(client, server.clone(), state.clone()));
                }
            }
        });
        Proxy { url: format!("{}{address}{}", &url[..start], &url[end..]), line }
    }

    fn set(&self, line: Line) {
        self.line.send_replace(line);
    }
}

async fn relay(mut client: TcpStream, server: String, mut state: watch::Receiver<Line>) {
    let mut upstream = TcpStream::connect(server).await.unwrap();
    let (mut from_client, mut from_server) = ([0; 4096], [0; 4096]);
    loop {
        let line = *state.borrow_and_update();
        match line {
            Line::Open => {}
            Line::Cut => return,
            Line::Frozen => {
                if state.changed().await.is_err() {
                    return;
                }
                continue;
            }
        }
        tokio::select! {
            biased;
            _ = state.changed() => {}
            read = client.read(&mut from_client) => match read {
                Ok(length) if length > 0 && upstream.write_all(&from_client[..length]).await.is_ok() => {}
                _ => return,
            },
            read = upstream.read(&mut from_server) => match read {
                Ok(length) if length > 0 && client.write_all(&from_server[..length]).await.is_ok() => {}
                _ => return,
            },
        }
    }
}
