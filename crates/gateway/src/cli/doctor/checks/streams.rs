//! Streams of events, which proxies like to hold back.

use std::time::{Duration, Instant};

use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, HeaderName};
use http::{Method, StatusCode};
use upstream::reqwest::Response;

use super::super::finding::{Finding, Outcome};
use super::super::visit::{Care, Opening, Visit, is_stream};
use crate::mcp_client::{Event, Failure, StreamParser};

/// The longest wait for a first event that is sent at once.
const PROMPT: Duration = Duration::from_secs(5);
/// Servers say something every 15 s, or proxies end the stream.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
const BUFFERING_OFF: HeaderName = HeaderName::from_static("x-accel-buffering");
const HELD_BACK: &str =
    "a proxy in between seems to hold answers back: switch its buffering and compression off for this path (nginx: `proxy_buffering off;`)";

/// The stream of HTTP+SSE: its first event must come at once, and name an address at the same server.
pub(super) async fn events(visit: &mut Visit) -> Finding {
    let finding = judge_events(visit).await;
    let works = matches!(finding.outcome, Outcome::Ok | Outcome::Warn);
    visit.note_opening(Opening::Events, if works { Ok(()) } else { Err(finding.seen.clone()) });
    // It was the last of the openings.
    if visit.opened.iter().all(|(_, how)| how.is_err()) { finding.and_last() } else { finding }
}

async fn judge_events(visit: &Visit) -> Finding {
    let (mut response, head_after) = match open(visit, None).await {
        Ok(Some(opened)) => opened,
        Ok(None) => return Finding::skip("no stream is offered; only clients of 2024 need it"),
        Err(Opened::Held) => return Finding::fail(format!("the stream did not begin within {} s", PROMPT.as_secs()), HELD_BACK),
        Err(Opened::Failed(failure)) => return Finding::fail(&failure.problem, &failure.remedy),
    };
    match first_event(&mut response).await {
        Some((event, after)) if event.name == "endpoint" => {
            let address = visit.target.url.join(event.data.trim()).ok();
            match address.filter(|address| address.origin() == visit.target.url.origin()) {
                Some(_) => judged(&response, &format!("it names its endpoint after {} ms", (head_after + after).as_millis())),
                None => Finding::fail(
                    "the endpoint that the stream names is on another host",
                    "the server does not know its own address: set its public URL (TIDEGATE_PUBLIC_URL), or name only a path",
                ),
            }
        }
        Some((event, _)) => Finding::skip(format!("a stream of another kind: its first event is `{}`", event.name)),
        None if is_compressed(&response) => compressed(),
        // The first event is due at once; without it there is only a proxy to suspect.
        None => Finding::fail(format!("the stream is open, but named no endpoint within {} s", PROMPT.as_secs()), HELD_BACK),
    }
}

/// The stream on which a server announces that its list has changed.
pub(super) async fn notifications(visit: &mut Visit) -> Finding {
    if !visit.has_handshake() {
        return Finding::skip("no handshake");
    }
    let announces = visit.session.capabilities["tools"]["listChanged"] == true;
    match open(visit, visit.session.version.clone()).await {
        Ok(Some((response, after))) => judged(&response, &format!("it opens after {} ms", after.as_millis())),
        Ok(None) if announces => Finding::warn(
            "the server says that it announces changes of its list, but offers no stream for that",
            "offer the stream on GET, or do not declare `listChanged`",
        ),
        Ok(None) => Finding::skip("not offered"),
        Err(Opened::Held) => Finding::fail(format!("the stream did not begin within {} s", PROMPT.as_secs()), HELD_BACK),
        Err(Opened::Failed(failure)) => Finding::warn(&failure.problem, &failure.remedy),
    }
}

/// Whether a stream on which nothing happens shows signs of life.
pub(super) async fn keep_alive(visit: &mut Visit) -> Finding {
    if visit.care == Care::Quick {
        return Finding::skip("takes 20 s; --thorough waits for it");
    }
    let version = if visit.opens_with(Opening::Events) { None } else { visit.session.version.clone() };
    let Ok(Some((mut response, _))) = open(visit, version).await else { return Finding::skip("no stream to listen to") };
    // What comes at once is the stream's beginning.
    let _ = first_event(&mut response).await;
    let began = Instant::now();
    match tokio::time::timeout(KEEP_ALIVE, response.chunk()).await {
        Ok(Ok(Some(_))) => Finding::ok(format!("heard after {} s", began.elapsed().as_secs())),
        Ok(_) => {
            Finding::fail("the stream ended by itself", "keep it open, and let proxies keep it open: they end what is silent for a minute")
        }
        Err(_) => Finding::warn(
            format!("nothing was heard for {} s", KEEP_ALIVE.as_secs()),
            "send a comment every 15 s; if the server does, a proxy holds it back",
        ),
    }
}

enum Opened {
    /// It did not begin.
    Held,
    Failed(Failure),
}

/// Opens a stream with a GET; `None` where none is offered. With a `version` it is that of Streamable HTTP.
async fn open(visit: &Visit, version: Option<String>) -> Result<Option<(Response, Duration)>, Opened> {
    let target = visit.target.undecoding().map_err(|_| Opened::Held)?;
    // As browsers and most libraries ask, so that a proxy that compresses shows it.
    let mut request = target.request(Method::GET, &target.url).header(ACCEPT, "text/event-stream").header(ACCEPT_ENCODING, "gzip");
    if let Some(version) = version {
        request = request.header("mcp-protocol-version", version);
        if let Some(id) = &visit.session.id {
            request = request.header("mcp-session-id", id);
        }
    }
    let began = Instant::now();
    let response = match tokio::time::timeout(PROMPT, target.send(request)).await {
        Ok(Ok(response)) => response,
        Ok(Err(failure)) => return Err(Opened::Failed(failure)),
        Err(_) => return Err(Opened::Held),
    };
    Ok((response.status() == StatusCode::OK && is_stream(response.headers())).then(|| (response, began.elapsed())))
}

async fn first_event(response: &mut Response) -> Option<(Event, Duration)> {
    let began = Instant::now();
    let reading = async {
        let mut parser = StreamParser::new(64 * 1024);
        let mut events = std::collections::VecDeque::new();
        while let Ok(Some(bytes)) = response.chunk().await {
            parser.feed(&bytes, &mut events).ok()?;
            if let Some(event) = events.pop_front() {
                return Some(event);
            }
        }
        None
    };
    let event = tokio::time::timeout(PROMPT, reading).await.ok().flatten()?;
    Some((event, began.elapsed()))
}

/// A stream that works, and what its headers say about how it will fare elsewhere.
fn judged(response: &Response, seen: &str) -> Finding {
    if is_compressed(response) {
        return compressed();
    }
    if response.headers().get(BUFFERING_OFF).is_none_or(|value| value != "no") {
        return Finding::warn(
            format!("{seen}, but without the header `X-Accel-Buffering: no`"),
            "add it: an nginx in front holds streams back without it",
        );
    }
    Finding::ok(seen)
}

fn is_compressed(response: &Response) -> bool {
    response.headers().get(CONTENT_ENCODING).is_some_and(|value| value != "identity")
}

fn compressed() -> Finding {
    Finding::fail(
        "the stream is compressed, so events wait until there is enough to compress",
        "leave text/event-stream out of what the proxy compresses",
    )
}
