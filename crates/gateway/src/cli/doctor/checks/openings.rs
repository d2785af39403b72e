//! How a connection is opened, in each revision.

use http::HeaderMap;
use serde_json::{Value, json};

use super::super::finding::Finding;
use super::super::visit::{Opening, Reply, Session, Visit};
use super::HANDSHAKES;
use crate::mcp_client::{NEWEST_HANDSHAKE, STATELESS};

/// The opening that was made already, to see whether there is a connection.
pub(super) async fn newest(visit: &mut Visit) -> Finding {
    let Some(reply) = visit.first.clone() else { return Finding::skip("no answer") };
    judge(visit, NEWEST_HANDSHAKE, &reply)
}

pub(super) async fn initialize(visit: &mut Visit, revision: &'static str) -> Finding {
    let reply = visit.initialize(&visit.target, revision, HeaderMap::new()).await;
    judge(visit, revision, &reply)
}

pub(super) async fn discover(visit: &mut Visit) -> Finding {
    let reply = visit.ask_stateless("server/discover", json!({})).await;
    let discovered = reply.result().and_then(|result| {
        let versions = result["supportedVersions"].as_array().ok_or("the answer names no `supportedVersions`")?;
        let names: Vec<&str> = versions.iter().filter_map(Value::as_str).collect();
        if !names.contains(&STATELESS) {
            return Err(format!("it supports {}, but not {STATELESS}", names.join(", ")));
        }
        let missing: Vec<&str> =
            ["resultType", "ttlMs", "cacheScope", "capabilities"].into_iter().filter(|member| result.get(member).is_none()).collect();
        if missing.is_empty() { Ok(names.join(", ")) } else { Err(format!("the answer has no {}", missing.join(", "))) }
    });
    let finding = match &discovered {
        Ok(versions) => Finding::ok(format!("supports {versions}")),
        Err(why) if visit.has_handshake() => {
            Finding::warn(format!("not spoken here: {why}"), "newer clients fall back to `initialize`; those pinned to 2026-07-28 cannot")
        }
        Err(why) => {
            let remedy = reply.remedy("neither `initialize` nor `server/discover` is answered: is this an MCP URL?");
            Finding::fail(why, remedy)
        }
    };
    visit.note_opening(Opening::Discover, discovered.map(drop));
    finding
}

/// The message with which clients end the handshake.
pub(super) async fn initialized(visit: &mut Visit) -> Finding {
    if !visit.has_handshake() {
        return Finding::skip("no handshake");
    }
    let body = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
    let mut request = visit
        .target
        .request(http::Method::POST, &visit.target.url)
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .body(body);
    if let Some(id) = &visit.session.id {
        request = request.header("mcp-session-id", id);
    }
    if let Some(version) = &visit.session.version {
        request = request.header("mcp-protocol-version", version);
    }
    let reply = visit.send(&visit.target, request).await;
    match (&reply.outcome, reply.status) {
        (Ok(None), Some(http::StatusCode::ACCEPTED)) => Finding::ok("202"),
        (Ok(_), Some(status)) => {
            Finding::warn(format!("HTTP {status} instead of 202"), "strict clients take notifications to be accepted only by 202")
        }
        (Err(failure), _) => Finding::fail(&failure.problem, &failure.remedy),
        (Ok(_), None) => Finding::skip("no answer"),
    }
}

/// Whether each request stands alone: some clients do not echo a session's id, and balancers may not be sticky.
pub(super) async fn sessions(visit: &mut Visit) -> Finding {
    if !visit.has_handshake() {
        return Finding::skip("no handshake");
    }
    let session = Session { id: None, ..visit.session.clone() };
    let alone = visit.ask_in(&visit.target, &session, "tools/list", json!({}), HeaderMap::new()).await.result();
    match (&visit.session.id, alone) {
        (None, Ok(_)) => Finding::ok("none needed, each request stands alone"),
        (Some(_), Ok(_)) => Finding::ok("one is offered, and requests without it are answered too"),
        (None, Err(why)) => {
            Finding::fail(format!("a request after `initialize` is refused: {why}"), "the server must give a session id, or do without")
        }
        (Some(_), Err(_)) => Finding::warn(
            "a request without its session's id is refused",
            "balancers must send a session's requests to the process that has it, and a restart ends all sessions",
        ),
    }
}

fn judge(visit: &mut Visit, revision: &'static str, reply: &Reply) -> Finding {
    let agreed = reply.result().and_then(|result| match result["protocolVersion"].as_str() {
        Some(agreed) => Ok((agreed.to_owned(), result)),
        None => Err("the answer names no `protocolVersion`".to_owned()),
    });
    let finding = match &agreed {
        Ok((agreed, _)) if agreed == revision => Finding::ok("agreed"),
        Ok((agreed, _)) if HANDSHAKES.contains(&Opening::Initialize(revision)) && is_known(agreed) => Finding::warn(
            format!("the server offers {agreed} instead"),
            format!("clients that only know {revision} disconnect; serve it as well"),
        ),
        Ok((agreed, _)) => Finding::fail(
            format!("the server offers `{agreed}`, which is no revision with a handshake"),
            "clients disconnect; offer the newest one that has one, 2025-11-25",
        ),
        Err(why) if visit.opened.iter().any(|(_, how)| how.as_ref().is_err_and(|before| before == why)) => {
            Finding { remedy: None, ..Finding::fail("the same", "") }
        }
        Err(why) => Finding::fail(why, reply.remedy("answer `initialize`; most clients open with it")),
    };
    if let Ok((agreed, result)) = &agreed
        && visit.session.version.is_none()
    {
        let id = reply.headers.get("mcp-session-id").cloned();
        visit.session = Session { id, version: Some(agreed.clone()), capabilities: result["capabilities"].clone() };
    }
    let how = match agreed {
        Ok((agreed, _)) if is_known(&agreed) => Ok(()),
        Ok((agreed, _)) => Err(format!("the server offers `{agreed}`")),
        Err(why) => Err(why),
    };
    visit.note_opening(Opening::Initialize(revision), how);
    finding
}

fn is_known(revision: &str) -> bool {
    HANDSHAKES.iter().any(|known| matches!(known, Opening::Initialize(known) if *known == revision))
}
