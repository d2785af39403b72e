//! Whether there is a way to the server, and for whom.

use http::header::{DATE, LOCATION};
use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};

use super::super::clients::From;
use super::super::finding::{Breaks, Finding};
use super::super::visit::Visit;
use crate::clock::Clock;
use crate::mcp_client::{Cause, NEWEST_HANDSHAKE, Shown};

/// How far the server's clock may be off.
const LARGEST_SKEW: SignedDuration = SignedDuration::from_secs(60);

pub(super) async fn host_name(visit: &mut Visit) -> Finding {
    let url = &visit.target.url;
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else { return Finding::skip("the URL names no host") };
    // An address of version 6 stands in brackets.
    let name = host.trim_matches(['[', ']']);
    let found = match tokio::net::lookup_host((name, port)).await {
        Ok(found) => found.map(|address| address.ip()).collect::<Vec<_>>(),
        Err(error) => {
            let remedy = "check the spelling; if the name is new, its DNS entry may not be known everywhere yet";
            return Finding::fail(format!("{host} has no address: {error}"), remedy).breaking(Breaks::Everybody).and_last();
        }
    };
    let shown: Vec<String> = found.iter().map(ToString::to_string).collect();
    visit.addresses = found;
    Finding::ok(if shown.iter().any(|address| address == name) { host.to_owned() } else { format!("{host} is {}", shown.join(", ")) })
}

pub(super) async fn public_https(visit: &mut Visit) -> Finding {
    let is_public = visit.addresses.iter().all(|address| upstream::is_public(*address));
    let is_https = visit.target.url.scheme() == "https";
    let cloud_clients = Breaks::CallersFrom(From::Cloud);
    let remedy = "clients that call from their maker's cloud need https at a public address: put a proxy with a certificate in front, and set TIDEGATE_PUBLIC_URL";
    match (is_public, is_https) {
        (true, true) => Finding::ok("https at a public address"),
        (true, false) => Finding::fail(
            "the URL is http:// at a public address, and whoever is on the way can read its secret",
            "serve it over https, and rotate the URL",
        )
        .breaking(cloud_clients),
        (false, true) => Finding::warn("the URL is at a private address", remedy).breaking(cloud_clients),
        (false, false) => Finding::warn("the URL is http:// and at a private address", remedy).breaking(cloud_clients),
    }
}

pub(super) async fn connection(visit: &mut Visit) -> Finding {
    let reply = visit.initialize(&visit.target, NEWEST_HANDSHAKE, http::HeaderMap::new()).await;
    let finding = match &reply.outcome {
        Err(failure) if matches!(failure.cause, Cause::NotSent | Cause::Interrupted | Cause::Silent) => {
            Finding::fail(&failure.problem, &failure.remedy).breaking(Breaks::Everybody).and_last()
        }
        _ => {
            let version = reply.version.map(|version| format!("{version:?}")).unwrap_or_default();
            let tls = if visit.target.url.scheme() == "https" { "with a good certificate" } else { "without TLS" };
            Finding::ok(format!("{version} {tls}, first answer after {} ms", reply.took.as_millis()))
        }
    };
    visit.first = Some(reply);
    finding
}

pub(super) async fn redirects(visit: &mut Visit) -> Finding {
    let Some(first) = &visit.first else { return Finding::skip("no answer") };
    if !first.status.is_some_and(|status| status.is_redirection()) {
        return Finding::ok("none");
    }
    let to = first.header(LOCATION).and_then(|to| visit.target.url.join(to).ok());
    let to = to.map(|url| Shown::of(&url).to_string()).unwrap_or_else(|| "nowhere".to_owned());
    let seen = format!("the URL redirects to {to}; few clients follow, and those that do may lose the message and the headers");
    Finding::fail(seen, "give clients the address that it leads to").breaking(Breaks::Everybody).and_last()
}

pub(super) async fn clock(visit: &mut Visit) -> Finding {
    let date = visit.first.as_ref().and_then(|first| first.header(DATE));
    let Some(date) = date else { return Finding::skip("the server does not say what time it is") };
    let Ok(server) = rfc2822::DateTimeParser::new().parse_timestamp(date) else {
        return Finding::warn(format!("the header Date is no date: `{date}`"), "mend the server or the proxy that writes it");
    };
    let skew = server.duration_since(now());
    if skew.abs() <= LARGEST_SKEW {
        return Finding::ok(format!("{} s off", skew.as_secs().abs()));
    }
    let direction = if skew.is_negative() { "behind" } else { "ahead of" };
    let seen = format!("the server's clock is {} s {direction} this machine's", skew.as_secs().abs());
    Finding::warn(seen, "set both by NTP; tokens and MCP servers expire too early or too late")
}

fn now() -> Timestamp {
    Clock::default().now()
}
