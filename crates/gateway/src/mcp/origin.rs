//! Which browsers' pages and which host names may talk to an MCP URL: the defence against DNS rebinding
//! (MCP 2025-11-25, "Security Warning"), and CORS for those that may.

use axum::response::Response;
use http::header::{self, HOST, ORIGIN};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use url::Url;

/// Origins of hosted clients that call from a browser.
const CLIENT_ORIGINS: &[&str] = &["https://claude.ai", "https://claude.com", "https://chatgpt.com"];
const ALLOWED_HEADERS: &str =
    "Authorization, Content-Type, Accept, MCP-Protocol-Version, Mcp-Session-Id, Mcp-Method, Mcp-Name, Last-Event-ID";
const EXPOSED_HEADERS: &str = "WWW-Authenticate, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset";

/// The allow-lists, made once from the configuration.
#[derive(Debug)]
pub(crate) struct AllowedOrigins {
    hosts: Vec<String>,
    origins: Vec<String>,
}

impl AllowedOrigins {
    /// Allows the public URL's own host and origin, loopback names, well-known hosted clients, and what the
    /// operator adds.
    pub(crate) fn new(public_url: &Url, more_hosts: &[String], more_origins: &[String]) -> Self {
        let own_host = public_url.host_str().unwrap_or_default().to_owned();
        let own_origin = public_url.origin().ascii_serialization();
        let hosts = std::iter::once(own_host).chain(more_hosts.iter().cloned()).collect();
        let origins =
            CLIENT_ORIGINS.iter().map(ToString::to_string).chain(std::iter::once(own_origin)).chain(more_origins.iter().cloned()).collect();
        Self { hosts, origins }
    }

    /// Whether the request names a host that this server is known by.
    pub(crate) fn admits_host(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        let Some(host) = named_host(uri, headers) else { return false };
        is_loopback(host) || self.hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(host))
    }

    /// Whether the request comes from no browser page, or from one that may.
    pub(crate) fn admits_origin(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(ORIGIN) else { return true };
        let Ok(origin) = origin.to_str() else { return false };
        if origin.starts_with("vscode-webview://") || self.origins.iter().any(|allowed| allowed == origin) {
            return true;
        }
        let host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        host.map(without_port).is_some_and(is_loopback)
    }

    /// The answer to a CORS preflight.
    pub(crate) fn preflight(&self, headers: &HeaderMap) -> Response {
        let mut response = Response::default();
        *response.status_mut() = StatusCode::NO_CONTENT;
        let named = [
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS),
            (header::ACCESS_CONTROL_MAX_AGE, "600"),
        ];
        for (name, value) in named {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        share_with(page(headers), response)
    }
}

/// The origin of the page that sends a request, if one does.
pub(crate) fn page(request: &HeaderMap) -> Option<HeaderValue> {
    request.get(ORIGIN).cloned()
}

/// Lets the requesting page read the answer. Only for origins that were admitted.
pub(crate) fn share_with(page: Option<HeaderValue>, mut response: Response) -> Response {
    if let Some(origin) = page {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED_HEADERS));
        headers.insert(header::VARY, HeaderValue::from_static("origin"));
    }
    response
}

/// Whether the request names this machine as its host.
pub(crate) fn names_loopback(uri: &Uri, headers: &HeaderMap) -> bool {
    named_host(uri, headers).is_some_and(is_loopback)
}

/// The host that the request names, without port; where a client addresses us like a proxy, it stands in the URI.
fn named_host<'r>(uri: &'r Uri, headers: &'r HeaderMap) -> Option<&'r str> {
    let header = headers.get(HOST).and_then(|value| value.to_str().ok());
    header.or_else(|| uri.authority().map(|authority| authority.as_str())).map(without_port)
}

fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || host == "[::1]"
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, Uri};
    use url::Url;

    use super::AllowedOrigins;

    fn allowed() -> AllowedOrigins {
        AllowedOrigins::new(&Url::parse("https://gate.example/prefix").unwrap(), &["other.example".into()], &["https://app.example".into()])
    }

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(http::HeaderName::from_static(name), value.parse().unwrap())])
    }

    #[test]
    fn only_names_of_this_server_are_admitted_as_host() {
        let admits = |host: &str| allowed().admits_host(&Uri::from_static("/mcp/x"), &headers("host", host));
        for host in ["gate.example", "GATE.example:443", "other.example", "localhost:8700", "127.0.0.1", "[::1]:8700"] {
            assert!(admits(host), "{host}");
        }
        for host in ["evil.example", "gate.example.evil.example", "127.0.0.1.evil.example", "", "localhost.evil"] {
            assert!(!admits(host), "{host}");
        }
        assert!(!allowed().admits_host(&Uri::from_static("/mcp/x"), &HeaderMap::new()));
        assert!(allowed().admits_host(&Uri::from_static("https://gate.example/mcp/x"), &HeaderMap::new()));
    }

    #[test]
    fn only_known_pages_are_admitted_as_origin() {
        let admits = |origin: &str| allowed().admits_origin(&headers("origin", origin));
        for origin in ["https://gate.example", "https://claude.ai", "https://app.example", "http://localhost:6274", "vscode-webview://abc"]
        {
            assert!(admits(origin), "{origin}");
        }
        for origin in ["null", "http://evil.example", "https://claude.ai.evil.example", "http://localhost.evil.example", "file://localhost"]
        {
            assert!(!admits(origin), "{origin}");
        }
        assert!(allowed().admits_origin(&HeaderMap::new()));
    }
}
