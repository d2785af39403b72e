//! A vendor made of one listening socket and the bytes it answers with.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the vendor does once it has written its answer.
#[derive(Clone, Copy)]
pub(crate) enum Then {
    StayOpen,
    Close,
    /// Receives another request on the same connection and closes instead of answering it.
    CloseUnanswered,
}

/// Answers every request with the same bytes and remembers what it was sent.
pub(crate) struct Vendor {
    pub(crate) url: String,
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Seen {
    connections: usize,
    ended: usize,
    requests: Vec<String>,
}

impl Vendor {
    /// A vendor that answers correctly.
    pub(crate) async fn answering(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Vendor {
        Vendor::writing(response(status, headers, body), Then::StayOpen).await
    }

    /// A vendor that writes any bytes at all, also none.
    pub(crate) async fn writing(answer: Vec<u8>, then: Then) -> Vendor {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Seen::default()));
        let task = tokio::spawn(listen(listener, answer, then, Arc::clone(&seen)));
        Vendor { url, seen, task }
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    /// Waits until so many connections were closed by both sides.
    pub(crate) async fn ended(&self, connections: usize) {
        let ended = async {
            while self.seen.lock().unwrap().ended < connections {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), ended).await.unwrap();
    }

    /// Every request it received, head and body.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().requests.clone()
    }

    /// Stops listening, and waits until it has.
    pub(crate) async fn stopped(mut self) {
        self.task.abort();
        let ended = (&mut self.task).await;
        assert!(ended.is_err(), "it listens for ever");
    }

    pub(crate) fn port(&self) -> &str {
        self.url.rsplit(':').next().unwrap()
    }
}

impl Drop for Vendor {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// An HTTP/1.1 answer with its right length.
pub(crate) fn response(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut head = format!("HTTP/1.1 {status}\r\n");
    for header in headers {
        head.push_str(&format!("{header}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    [head.as_bytes(), body].concat()
}

async fn listen(listener: TcpListener, answer: Vec<u8>, then: Then, seen: Arc<Mutex<Seen>>) {
    let mut open = Vec::new();
    while let Ok((stream, _)) = listener.accept().await {
        seen.lock().unwrap().connections += 1;
        open.push(AbortOnDrop(tokio::spawn(talk(stream, answer.clone(), then, Arc::clone(&seen)))));
    }
}

/// Connections end with their vendor.
struct AbortOnDrop(JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn talk(mut stream: TcpStream, answer: Vec<u8>, then: Then, seen: Arc<Mutex<Seen>>) {
    let (mut received, mut answered) = (Vec::new(), 0);
    loop {
        match complete(&received) {
            Some(length) => {
                let request: Vec<u8> = received.drain(..length).collect();
                seen.lock().unwrap().requests.push(String::from_utf8_lossy(&request).into_owned());
                if answered == 0 || !matches!(then, Then::CloseUnanswered) {
                    // A client that has had enough closes early; that is its good right.
                    let _ = stream.write_all(&answer).await;
                    answered += 1;
                    if !matches!(then, Then::Close) {
                        continue;
                    }
                }
                let _ = stream.shutdown().await;
                while stream.read_buf(&mut received).await.unwrap_or(0) > 0 {}
                seen.lock().unwrap().ended += 1;
                return;
            }
            None => {
                if stream.read_buf(&mut received).await.unwrap_or(0) == 0 {
                    return;
                }
            }
        }
    }
}

/// Length of the first complete request in `received`.
fn complete(received: &[u8]) -> Option<usize> {
    let head = received.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&received[..head]).to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    let end = head + length.unwrap_or(0);
    (received.len() >= end).then_some(end)
}
