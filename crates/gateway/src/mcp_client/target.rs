//! The MCP URL that a command was given, and the headers to send with every request. Both may hold secrets and are
//! never shown as they are.

use std::fmt;
use std::time::Duration;

use anyhow::{anyhow, bail};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use upstream::reqwest::{Client, RequestBuilder, Response};
use url::Url;

use super::failure::Failure;
use crate::hint::hinted;

/// The longest wait for the head of an answer.
const HEAD_DEADLINE: Duration = Duration::from_secs(600);

/// Where requests go, and with what.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    http: Client,
    pub(crate) url: Url,
    headers: HeaderMap,
}

/// A URL as it may be shown: without user, query, and without the rest of the path, which can be the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown(String);

impl Target {
    /// `headers` are lines like `Authorization: Bearer …`.
    ///
    /// # Errors
    /// The URL or a header cannot be one. Neither is quoted.
    pub(crate) fn new(url: &str, headers: &[String]) -> anyhow::Result<Self> {
        let url = Url::parse(url)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or_else(|| hinted(anyhow!("the URL cannot be read"), "give an MCP URL, like https://gate.example.com/mcp/tg_…"))?;
        let mut map = HeaderMap::new();
        for (index, line) in headers.iter().enumerate() {
            let (name, value) = header(line).ok_or_else(|| {
                hinted(
                    anyhow!("--header number {} is not of the form `Name: value`", index + 1),
                    "for example --header 'Authorization: Bearer <token>'",
                )
            })?;
            if [http::header::CONTENT_TYPE, http::header::CONTENT_LENGTH, http::header::ACCEPT, http::header::HOST].contains(&name) {
                bail!("--header cannot set `{name}`: the protocol does");
            }
            map.append(name, value);
        }
        Ok(Self { http: upstream::operator_client(&url)?, url, headers: map })
    }

    /// The same URL and headers, but answers stay as they come, compressed or not.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub(crate) fn undecoding(&self) -> anyhow::Result<Self> {
        Ok(Self { http: upstream::undecoding_operator_client(&self.url)?, ..self.clone() })
    }

    /// The same URL as a stranger asks for it: over other connections, without the headers.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub(crate) fn as_stranger(&self) -> anyhow::Result<Self> {
        Ok(Self { http: upstream::operator_client(&self.url)?, url: self.url.clone(), headers: HeaderMap::new() })
    }

    /// Whether there is a header that says who asks.
    pub(crate) fn is_authorized(&self) -> bool {
        self.headers.contains_key(http::header::AUTHORIZATION)
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

/// `Name: value`; the space is optional, as some clients cannot pass one on.
fn header(line: &str) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = line.split_once(':')?;
    let name = HeaderName::from_bytes(name.trim().as_bytes()).ok()?;
    let mut value = HeaderValue::from_str(value.trim()).ok()?;
    value.set_sensitive(true);
    Some((name, value))
}

#[cfg(test)]
mod tests {
    use super::Target;

    fn target(url: &str, headers: &[&str]) -> anyhow::Result<Target> {
        Target::new(url, &headers.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    fn refused(url: &str, headers: &[&str]) -> String {
        let (problem, remedy) = crate::hint::split(&target(url, headers).unwrap_err());
        format!("{problem}; {}", remedy.unwrap_or_default())
    }

    #[test]
    fn nothing_secret_of_a_url_is_shown() {
        for (url, shown) in [
            ("https://user:secret@gate.example/x/mcp/tg_secret?k=secret#secret", "https://gate.example/mcp/…"),
            ("http://127.0.0.1:8700/secret/sse", "http://127.0.0.1:8700/…"),
            ("https://gate.example", "https://gate.example"),
        ] {
            assert_eq!(target(url, &[]).unwrap().shown().to_string(), shown);
        }
    }

    #[test]
    fn what_cannot_be_sent_is_refused_without_being_quoted() {
        for url in ["secret", "file:///secret", "https://", "http:secret@"] {
            assert!(!refused(url, &[]).contains("secret"), "{url}");
        }
        insta::assert_snapshot!(
            refused("https://gate.example", &["A: b", "Authorization Bearer secret"]),
            @"--header number 2 is not of the form `Name: value`; for example --header 'Authorization: Bearer <token>'"
        );
        assert!(refused("https://gate.example", &["Host: x"]).starts_with("--header cannot set `host`"));
        assert!(!format!("{:?}", target("https://gate.example", &["Authorization:Bearer secret"]).unwrap()).contains("secret"));
    }
}
