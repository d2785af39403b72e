//! The MCP URL that a command was given, and the headers to send with every request. Both may hold secrets and are
//! never shown as they are.

use std::fmt;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use upstream::ClientError;
use upstream::reqwest::{Client, RequestBuilder, Response};
use url::Url;

use super::failure::Failure;

/// The longest wait for the head of an answer.
const HEAD_DEADLINE: Duration = Duration::from_secs(600);

/// Where requests go, and with what.
#[derive(Clone)]
pub(crate) struct Target {
    http: Client,
    pub(crate) url: Url,
    headers: HeaderMap,
}

/// A header that a user wants sent with every request. Its value is never shown.
#[derive(Clone)]
pub(crate) struct Header {
    name: HeaderName,
    value: HeaderValue,
}

store::lacks!(Target: fmt::Debug, fmt::Display);
store::lacks!(Header: fmt::Debug, fmt::Display);

/// A URL as it may be shown: without user, query, and without the rest of the path, which can be the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown(String);

impl Target {
    /// # Errors
    /// TLS cannot be set up.
    pub(crate) fn new(url: Url, headers: Vec<Header>) -> Result<Self, ClientError> {
        let http = upstream::operator_client(&url)?;
        let mut map = HeaderMap::new();
        for Header { name, value } in headers {
            map.append(name, value);
        }
        Ok(Self { http, url, headers: map })
    }

    /// The same URL and headers, but answers stay as they come, compressed or not.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub(crate) fn undecoding(&self) -> Result<Self, ClientError> {
        Ok(Self { http: upstream::undecoding_operator_client(&self.url)?, ..self.clone() })
    }

    /// The same URL as a stranger asks for it: over other connections, without the headers.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub(crate) fn as_stranger(&self) -> Result<Self, ClientError> {
        Self::new(self.url.clone(), Vec::new())
    }

    /// Whether there is a header that says who asks.
    pub(crate) fn is_authorized(&self) -> bool {
        self.headers.contains_key(header::AUTHORIZATION)
    }

    /// A request to `url`, which is this target's or one that its server named.
    pub(crate) fn request(&self, method: Method, url: &Url) -> RequestBuilder {
        self.http.request(method, url.clone()).headers(self.headers.clone())
    }

    /// Sends a request and waits for the head of the answer, whatever its status is.
    ///
    /// # Errors
    /// The request did not leave, or no answer came.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Response, Failure> {
        match tokio::time::timeout(HEAD_DEADLINE, request.send()).await {
            Ok(sent) => sent.map_err(|error| Failure::of_request(&self.shown(), error)),
            Err(_) => Err(Failure::silence(&self.shown(), HEAD_DEADLINE)),
        }
    }

    pub(crate) fn shown(&self) -> Shown {
        Shown::of(&self.url)
    }
}

/// An MCP URL as users write it.
///
/// # Errors
/// What should be given instead. The URL is not quoted.
pub(crate) fn mcp_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.ok_or_else(|| "this is no MCP URL; give one like https://gate.example.com/mcp/tg_…".to_owned())
}

impl Header {
    /// `Name: value`; the space is optional, as some clients cannot pass one on.
    ///
    /// # Errors
    /// What is wrong, without the value.
    pub(crate) fn parse(line: &str) -> Result<Self, String> {
        let parts = line.split_once(':').and_then(|(name, value)| {
            Some((HeaderName::from_bytes(name.trim().as_bytes()).ok()?, HeaderValue::from_str(value.trim()).ok()?))
        });
        let Some((name, mut value)) = parts else {
            return Err("this is no header; give one like 'Authorization: Bearer <token>'".to_owned());
        };
        if [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::ACCEPT, header::HOST].contains(&name) {
            return Err(format!("`{name}` cannot be set: the protocol does"));
        }
        value.set_sensitive(true);
        Ok(Self { name, value })
    }
}

impl Shown {
    pub(crate) fn of(url: &Url) -> Self {
        let path = match url.path() {
            "" | "/" => "",
            path if path.contains("/mcp/") => "/mcp/…",
            _ => "/…",
        };
        Self(format!("{}{path}", url.origin().ascii_serialization()))
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Header, Target, mcp_url};

    #[test]
    fn nothing_secret_of_a_url_is_shown() {
        for (url, shown) in [
            ("https://user:secret@gate.example/x/mcp/tg_secret?k=secret#secret", "https://gate.example/mcp/…"),
            ("http://127.0.0.1:8700/secret/sse", "http://127.0.0.1:8700/…"),
            ("https://gate.example", "https://gate.example"),
        ] {
            assert_eq!(Target::new(mcp_url(url).unwrap(), Vec::new()).unwrap().shown().to_string(), shown);
        }
    }

    #[test]
    fn what_cannot_be_sent_is_refused_without_being_quoted() {
        for url in ["secret", "file:///secret", "https://", "http:secret@"] {
            assert!(!mcp_url(url).unwrap_err().contains("secret"), "{url}");
        }
        let refused = |line: &str| Header::parse(line).err().unwrap();
        insta::assert_snapshot!(
            refused("Authorization Bearer secret"),
            @"this is no header; give one like 'Authorization: Bearer <token>'"
        );
        insta::assert_snapshot!(refused("Host: secret"), @"`host` cannot be set: the protocol does");
    }
}
