//! Names that change what they answer, tried with a listener that would answer.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{Client, UpstreamSettings, client};
use crate::guard::{GuardedResolver, PrivateAddresses, Reach};
use crate::send::Unanswered;

/// Gives its answers one after the other, one for each look-up.
#[derive(Clone)]
struct Scripted(Arc<Mutex<VecDeque<Vec<IpAddr>>>>);

impl Scripted {
    fn new(answers: &[&[&str]]) -> Scripted {
        let addresses = |answer: &&[&str]| answer.iter().map(|address| address.parse().unwrap()).collect();
        Scripted(Arc::new(Mutex::new(answers.iter().map(addresses).collect())))
    }

    fn left(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

impl Resolve for Scripted {
    fn resolve(&self, _: Name) -> Resolving {
        let answer = self.0.lock().unwrap().pop_front().expect("no look-up but those of the script");
        Box::pin(async move { Ok(Box::new(answer.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs) })
    }
}

/// A client of which names are looked up in the script.
fn scripted(private_addresses: PrivateAddresses, script: &Scripted) -> Client {
    let settings = UpstreamSettings { private_addresses, ..UpstreamSettings::default() };
    let with = |reach| client(&settings, GuardedResolver { reach, resolver: script.clone() }).unwrap();
    let (https, http) = match private_addresses {
        PrivateAddresses::Refuse => (with(Reach::Public), None),
        PrivateAddresses::Allow => (with(Reach::PublicAndPrivate), Some(with(Reach::PrivateOnly))),
    };
    Client { https, http, ..Client::new(&settings).unwrap() }
}

/// Counts connections and answers one request on each.
async fn listening() -> (u16, Arc<Mutex<usize>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&connections);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            *counted.lock().unwrap() += 1;
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
        }
    });
    (port, connections)
}

async fn outcome(client: &Client, url: &str) -> String {
    let request = reqwest::Request::new(http::Method::GET, url.parse().unwrap());
    match client.execute(request, 1024).await {
        Ok(reply) => reply.status.to_string(),
        Err(Unanswered::Denied(denied)) => format!("denied: {denied}"),
        Err(other) => format!("{other:?}"),
    }
}

#[tokio::test]
async fn a_name_that_resolves_to_private_addresses_is_not_connected() {
    let (port, connections) = listening().await;
    let answers: [&[&str]; 5] =
        [&["127.0.0.1"], &["::ffff:127.0.0.1"], &["10.0.0.1", "127.0.0.1"], &["169.254.169.254"], &["64:ff9b::7f00:1"]];
    let script = Scripted::new(&answers);
    let guarded = scripted(PrivateAddresses::Refuse, &script);
    for _ in answers {
        let told = outcome(&guarded, &format!("https://api.acme.test:{port}/")).await;
        assert_eq!(told, "denied: `api.acme.test` has only private or reserved addresses; vendors are only called on public addresses");
    }
    assert_eq!((*connections.lock().unwrap(), script.left()), (0, 0));
}

#[tokio::test]
async fn a_name_that_answers_differently_later_is_checked_again_for_each_connection() {
    let (port, connections) = listening().await;
    // Each connection takes one answer, so the address that was checked is the one that is connected.
    let script = Scripted::new(&[&["127.0.0.1"], &["169.254.169.254"], &["127.0.0.1"], &["1.1.1.1"], &["169.254.169.254", "127.0.0.1"]]);
    let client = scripted(PrivateAddresses::Allow, &script);
    let mut told = Vec::new();
    while script.left() > 0 {
        told.push(outcome(&client, &format!("http://api.acme.test:{port}/")).await);
    }
    let plain = "denied: `http` to `api.acme.test` is not allowed; vendors are only called over https";
    assert_eq!(told, ["200 OK", plain, "200 OK", plain, "200 OK"]);
    assert_eq!(*connections.lock().unwrap(), 3);
}

#[tokio::test]
async fn a_name_for_a_metadata_service_is_refused_over_tls_where_private_addresses_are_allowed() {
    let script = Scripted::new(&[&["169.254.169.254", "fd00:ec2::254", "fe80::1"]]);
    let told = outcome(&scripted(PrivateAddresses::Allow, &script), "https://api.acme.test/").await;
    assert!(told.starts_with("denied: `api.acme.test` is or has only a reserved address"), "{told}");
}
