//! Who may come in, and how clients are told.

use http::header::WWW_AUTHENTICATE;
use http::{HeaderMap, StatusCode};
use url::Url;

use super::super::clients::From;
use super::super::finding::{Breaks, Finding};
use super::super::visit::{Reply, Visit};
use crate::mcp_client::{NEWEST_HANDSHAKE, Shown};

/// Whether the documents of OAuth are there only where OAuth is in use.
pub(super) async fn discovery(visit: &mut Visit) -> Finding {
    let path = visit.target.url.path().trim_end_matches('/').to_owned();
    let mut found = Vec::new();
    for place in [
        format!("/.well-known/oauth-protected-resource{path}"),
        "/.well-known/oauth-protected-resource".to_owned(),
        "/.well-known/oauth-authorization-server".to_owned(),
        "/.well-known/openid-configuration".to_owned(),
    ] {
        let Ok(url) = visit.target.url.join(&place) else { continue };
        if visit.document(&url).await.is_some() {
            // Its last part may be the URL's secret.
            found.push(place.trim_end_matches(&path).to_owned());
        }
    }
    found.dedup();
    let demands_oauth = visit.first.as_ref().and_then(metadata_url).is_some();
    match (found.is_empty(), demands_oauth) {
        (true, false) => Finding::ok("404, as it should be without OAuth"),
        (false, false) => Finding::warn(
            format!("{} answers, although the URL demands no OAuth", found.join(" and ")),
            "answer 404 there: Claude Code and Cursor drop the Authorization header they were given as soon as it answers",
        ),
        (false, true) => Finding::ok(format!("{} answers", found.join(" and "))),
        (true, true) => Finding::ok("nothing at the usual places; what WWW-Authenticate names is looked at next"),
    }
}

/// Whether a refusal tells clients what to bring.
pub(super) async fn demand(visit: &mut Visit) -> Finding {
    let Some(first) = visit.first.clone() else { return Finding::skip("no answer") };
    match first.status {
        Some(StatusCode::FORBIDDEN) => {
            let remedy =
                "if the host name is new, tell the server: TIDEGATE_PUBLIC_URL or TIDEGATE_ALLOWED_HOSTS; else check the token's rights";
            return Finding::fail(first.result().err().unwrap_or_default(), remedy).breaking(Breaks::Everybody).and_last();
        }
        Some(StatusCode::UNAUTHORIZED) => {
            let seen = if visit.target.is_authorized() { "the Authorization header is not accepted" } else { "a token is demanded" };
            return refusal(visit, &first, seen).await.and_last();
        }
        _ if !visit.target.is_authorized() => return Finding::ok("none demanded: the URL is the secret"),
        _ => {}
    }
    let stranger = match visit.target.as_stranger() {
        Ok(stranger) => stranger,
        Err(error) => return Finding::skip(error.to_string()),
    };
    let reply = visit.initialize(&stranger, NEWEST_HANDSHAKE, HeaderMap::new()).await;
    match (reply.status, reply.header(WWW_AUTHENTICATE)) {
        (Some(StatusCode::UNAUTHORIZED), Some(_)) => Finding::ok("accepted, and demanded of others"),
        (Some(StatusCode::UNAUTHORIZED), None) => without_challenge("others are refused"),
        _ => Finding::ok("accepted, but not demanded: the URL alone is enough"),
    }
}

/// Nothing more can be seen without a token, but what the refusal says is what clients go by.
async fn refusal(visit: &Visit, reply: &Reply, seen: &str) -> Finding {
    const REMEDY: &str = "give a valid one: --header 'Authorization: Bearer <token>'";
    if reply.header(WWW_AUTHENTICATE).is_none() {
        return without_challenge(seen).breaking(Breaks::Everybody);
    }
    let Some(metadata) = metadata_url(reply) else {
        // Their users can enter an URL, but no token.
        return Finding::fail(format!("{seen}, and not by OAuth"), REMEDY).breaking(Breaks::CallersFrom(From::Cloud));
    };
    let place = Shown::of(&metadata);
    let Some(document) = visit.document(&metadata).await else {
        return Finding::fail(format!("{seen} by OAuth, but there is no document at {place}"), "serve what WWW-Authenticate names")
            .breaking(Breaks::Everybody);
    };
    let resource = document["resource"].as_str().and_then(|resource| Url::parse(resource).ok());
    if !resource.as_ref().is_some_and(|resource| covers(resource, &visit.target.url)) {
        let named = resource.map_or_else(|| "nothing".to_owned(), |resource| Shown::of(&resource).to_string());
        let seen = format!("{seen} by OAuth, for {named}, which is not this URL");
        return Finding::fail(seen, "the server does not know its own address: set its public URL (TIDEGATE_PUBLIC_URL)")
            .breaking(Breaks::Everybody);
    }
    if document["authorization_servers"].as_array().is_none_or(Vec::is_empty) {
        return Finding::fail(format!("{seen} by OAuth, but {place} names no authorization server"), "name one")
            .breaking(Breaks::Everybody);
    }
    Finding::fail(format!("{seen} by OAuth, as {place} says"), format!("clients sign in themselves; for this check {REMEDY}"))
}

fn without_challenge(seen: &str) -> Finding {
    Finding::fail(
        format!("{seen} with 401, but without the header WWW-Authenticate"),
        "add it (`WWW-Authenticate: Bearer`): without it clients do not know what to bring",
    )
}

/// What a challenge names as `resource_metadata` (RFC 9728, section 5.1).
fn metadata_url(reply: &Reply) -> Option<Url> {
    let (_, rest) = reply.header(WWW_AUTHENTICATE)?.split_once("resource_metadata=")?;
    let rest = rest.trim_start_matches('"');
    Url::parse(rest.split(['"', ',', ' ']).next()?).ok()
}

/// Clients demand the same origin, and that the resource's path begins the URL's.
fn covers(resource: &Url, url: &Url) -> bool {
    resource.origin() == url.origin() && url.path().starts_with(resource.path().trim_end_matches('/'))
}
