//! The HTTP server of one sandbox: reads a request, lets faults befall it, writes the answer.

use std::future;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request as Incoming, State};
use axum::http::Response;
use futures_util::{StreamExt, stream};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::kit::connection::{Connection, Door};
use crate::kit::control;
use crate::kit::faults::{Effect, Fault, Kind};
use crate::kit::reply::Reply;
use crate::kit::request::Request;
use crate::kit::stage::Stage;

const MAX_BODY_BYTES: usize = 1024 * 1024;
const CHUNK_BYTES: u64 = 64 * 1024;
/// A connection that is still busy this long after `stop` is left to the runtime.
const PATIENCE: Duration = Duration::from_secs(2);

/// A listening server; it ends when this is stopped or dropped.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    stopping: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(stage: Arc<Mutex<Stage>>, address: SocketAddr) -> io::Result<Server> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (stopping, stopped) = watch::channel(false);
        let desk = Desk { stage, stopped: stopped.clone() };
        let router = Router::new().fallback(handle).with_state(desk);
        let service = router.into_make_service_with_connect_info::<Connection>();
        let task = tokio::spawn(async move {
            let serving = axum::serve(Door(listener), service).with_graceful_shutdown(end(stopped));
            // axum's accept loop retries its errors itself, so there is none to report.
            let _ = serving.await;
        });
        Ok(Server { address, stopping, task })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes the port, lets answers under way be finished, and ends those that hang on purpose.
    pub(crate) async fn stop(self) {
        let _ = self.stopping.send(true);
        let mut task = self.task;
        if tokio::time::timeout(PATIENCE, &mut task).await.is_err() {
            task.abort();
        }
    }
}

/// What the handler has at hand.
#[derive(Clone)]
struct Desk {
    stage: Arc<Mutex<Stage>>,
    stopped: watch::Receiver<bool>,
}

impl Desk {
    fn stage(&self) -> MutexGuard<'_, Stage> {
        lock(&self.stage)
    }
}

/// Locks a stage, even one whose last user panicked: a test tool should go on answering.
pub(crate) fn lock(stage: &Mutex<Stage>) -> MutexGuard<'_, Stage> {
    stage.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Completes when the server is told to stop, or nobody is left to tell it.
async fn end(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|&stopped| stopped).await;
}

async fn handle(State(desk): State<Desk>, ConnectInfo(connection): ConnectInfo<Connection>, incoming: Incoming) -> Response<Body> {
    let (head, body) = incoming.into_parts();
    let (body, is_too_large) = match to_bytes(body, MAX_BODY_BYTES).await {
        Ok(body) => (body, Ok(())),
        Err(_) => (Bytes::new(), Err(Reply::json(413, &json!({"success": false, "message": "Request body too large"})))),
    };
    let request = Request::new(head, body);
    if request.path.starts_with(control::PREFIX) {
        return control::answer(&mut desk.stage(), &request).into_response();
    }
    let (number, fault) = desk.stage().receive(&request);
    let answered = |reply: Reply| {
        desk.stage().journal.answered(number, reply.status);
        reply
    };
    match (is_too_large, fault) {
        (Err(refusal), _) => answered(refusal).into_response(),
        (Ok(()), Some(fault)) => suffer(&desk, &connection, &request, &fault, answered).await,
        (Ok(()), None) => {
            let reply = desk.stage().answer(&request);
            answered(reply).into_response()
        }
    }
}

/// Answers, or does not, as the fault wants it. `answered` notes the status in the journal.
async fn suffer(
    desk: &Desk,
    connection: &Connection,
    request: &Request,
    fault: &Fault,
    answered: impl Fn(Reply) -> Reply,
) -> Response<Body> {
    let done = match fault.effect() {
        Effect::Applied => Some(desk.stage().answer(request)),
        Effect::NotApplied => None,
    };
    match fault.kind {
        Kind::Status | Kind::Garbage => answered(fault.reply()).into_response(),
        Kind::HugeBody => answered(fault.reply()).into_response_with(huge_body(fault.huge_bytes())),
        Kind::CloseMidBody => half_of(answered(done.unwrap_or_else(|| fault.reply()))),
        Kind::Delay => {
            pause(desk, fault.milliseconds()).await;
            let reply = done.unwrap_or_else(|| desk.stage().answer(request));
            answered(reply).into_response()
        }
        Kind::CloseBeforeAnswer => {
            connection.cut();
            Response::new(Body::empty())
        }
        Kind::Hang => {
            end(desk.stopped.clone()).await;
            connection.cut();
            Response::new(Body::empty())
        }
    }
}

/// Real time, shortened by `stop`.
async fn pause(desk: &Desk, milliseconds: u64) {
    tokio::select! {
        () = tokio::time::sleep(Duration::from_millis(milliseconds)) => {}
        () = end(desk.stopped.clone()) => {}
    }
}

/// Promises the whole body, sends half of it, and closes the connection.
fn half_of(reply: Reply) -> Response<Body> {
    let length = reply.body.len().max(2);
    let half = Bytes::copy_from_slice(reply.body.get(..length / 2).unwrap_or_default());
    let reply = reply.with_header("content-length", length.to_string());
    let sent = stream::once(future::ready(Ok::<Bytes, io::Error>(half)));
    let broken = stream::once(async {
        // Coming back later lets the server write out the half first.
        tokio::task::yield_now().await;
        Err(io::Error::from(io::ErrorKind::ConnectionAborted))
    });
    reply.into_response_with(Body::from_stream(sent.chain(broken)))
}

/// One JSON string of that many bytes, quotes included, made as it is sent.
fn huge_body(bytes: u64) -> Body {
    let filler = bytes.saturating_sub(2);
    let full = Bytes::from(vec![b'x'; CHUNK_BYTES as usize]);
    let rest = Bytes::from(vec![b'x'; (filler % CHUNK_BYTES) as usize]);
    let chunks = (0..filler / CHUNK_BYTES).map(move |_| full.clone());
    let quote = || std::iter::once(Bytes::from_static(b"\""));
    let body = quote().chain(chunks).chain(std::iter::once(rest)).chain(quote());
    Body::from_stream(stream::iter(body.map(Ok::<Bytes, io::Error>)))
}
