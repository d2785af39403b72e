//! Accepts connections and serves HTTP/1.1 on them, within limits: how many, how long a request's head may take, and how
//! long the last answers may take at shutdown. HTTP/2 and TLS are for the proxy in front.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::read_by::ReadBy;

/// Connections served at a time; further ones wait in the system's queue.
const MOST_CONNECTIONS: usize = 10_000;
/// How long a client may take over a request's head, or leave a connection idle. Longer than the minute after which load
/// balancers close idle connections, so that none sends a request into one that we are closing.
const HEAD_DEADLINE: Duration = Duration::from_secs(75);
/// Bytes of a request's head, and of what is read at a time.
const LONGEST_HEAD: usize = 64 * 1024;
/// How long a client may leave what it is sent unread. Without a limit, whoever reads nothing would hold a connection, and with a
/// stream a place at its server, for ever.
const READ_DEADLINE: Duration = Duration::from_secs(60);
/// Pause after an accept that failed, e.g. for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until `shutdown`, then finishes the requests in flight, for at most `drain`. Gives the time that is left of it.
pub(crate) async fn serve(listener: TcpListener, router: Router, shutdown: CancellationToken, drain: Duration) -> Duration {
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let mut builder = Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_DEADLINE).max_buf_size(LONGEST_HEAD);
    loop {
        let next = async {
            let place = Arc::clone(&room).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = shutdown.cancelled() => break,
            next = next => next,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let connection = graceful.watch(builder.serve_connection(prepared(stream), service(router.clone(), peer)));
        tokio::spawn(async move {
            // What ends a connection early is the client's affair.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    let began = Instant::now();
    if tokio::time::timeout(drain, graceful.shutdown()).await.is_err() {
        tracing::warn!("some connections did not end in time");
    }
    drain.saturating_sub(began.elapsed())
}

fn prepared(stream: TcpStream) -> TokioIo<ReadBy<TcpStream>> {
    // Small answers must not wait for the client's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    TokioIo::new(ReadBy::new(stream, READ_DEADLINE))
}

fn service(
    router: Router,
    peer: SocketAddr,
) -> impl hyper::service::Service<Request<Incoming>, Response = axum::response::Response, Error = std::convert::Infallible, Future: Send> {
    service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    })
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::{Arc, Mutex};

    use axum::Router;
    use axum::body::Body;
    use axum::routing::get;
    use bytes::Bytes;
    use futures_util::stream;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpSocket, TcpStream};
    use tokio::sync::oneshot;
    use tokio::time::timeout;
    use tokio_util::sync::CancellationToken;

    use super::{HEAD_DEADLINE, READ_DEADLINE, serve};

    // Time is paused: it runs ahead to the next timer whenever everything waits.
    #[tokio::test(start_paused = true)]
    async fn a_head_that_never_ends_is_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve(listener, Router::new(), CancellationToken::new(), HEAD_DEADLINE));
        for head in ["", "POST /mcp/x HTTP/1.1\r\nhost: x\r\nx-half: ", "PRI * HTTP/2.0\r\n"] {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(head.as_bytes()).await.unwrap();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await.unwrap();
            assert!(!answer.starts_with(b"HTTP/1.1 2"), "{head}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_sends_requests_and_reads_no_answer_is_given_up() {
        let mut client = connected_to(Router::new()).await;
        let refused = async { while client.write_all(b"POST /mcp/x HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n").await.is_ok() {} };
        timeout(2 * READ_DEADLINE, refused).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_whose_client_does_not_read_is_given_up() {
        let (held, given_up) = oneshot::channel::<()>();
        let held = Arc::new(Mutex::new(Some(held)));
        let endless = || async move {
            let held = held.lock().unwrap().take();
            Body::from_stream(stream::repeat_with(move || {
                let _ = &held;
                Ok::<_, Infallible>(Bytes::from_static(b": nothing new\n\n"))
            }))
        };
        let mut client = connected_to(Router::new().route("/", get(endless))).await;
        client.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        client.read_exact(&mut [0; 1]).await.unwrap();
        timeout(2 * READ_DEADLINE, given_up).await.unwrap().unwrap_err();
    }

    /// A client of a server, with little room between them for what nobody reads.
    async fn connected_to(router: Router) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_send_buffer_size(4_096).unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(1).unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve(listener, router, CancellationToken::new(), HEAD_DEADLINE));
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4_096).unwrap();
        socket.connect(address).await.unwrap()
    }
}
