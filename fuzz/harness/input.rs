//! A request as text, so that a corpus file can be read and written by people:
//!
//! ```text
//! POST /mcp/open
//! content-type: application/json
//!
//! {"jsonrpc":"2.0","id":1,"method":"ping"}
//! ```
//!
//! `open`, `guarded` and `discovery` stand for the tokens of the harness, `{api-token}` in the header `Authorization` for its API token, and
//! `/mcp/open/messages?sessionId=open` for the address of a session that is opened for this message.

use axum::body::Body;
use http::header::{AUTHORIZATION, HOST, HeaderName, HeaderValue};
use http::{Method, Request, Uri};

use super::Secrets;

pub(crate) struct Input<'i> {
    method: Method,
    path: &'i str,
    headers: Vec<(HeaderName, &'i str)>,
    body: &'i [u8],
    bytes: &'i [u8],
}

const SESSION: &str = "/mcp/open/messages?sessionId=open";

impl<'i> Input<'i> {
    /// `None` for what no HTTP server would hand on, and for paths outside of the endpoint.
    pub(crate) fn read(bytes: &'i [u8]) -> Option<Self> {
        let end = bytes.windows(2).position(|pair| pair == b"\n\n");
        let (head, body) = end.map_or((bytes, &[][..]), |end| (&bytes[..end], &bytes[end + 2..]));
        let mut lines = std::str::from_utf8(head).ok()?.lines();
        let (verb, path) = lines.next()?.split_once(' ')?;
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(':')?;
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            HeaderValue::from_str(value.trim()).ok()?;
            Some((name, value.trim()))
        });
        let headers = headers.collect::<Option<Vec<_>>>()?;
        let method = Method::from_bytes(verb.as_bytes()).ok()?;
        (path.starts_with("/mcp/") && path.parse::<Uri>().is_ok()).then_some(Self { method, path, headers, body, bytes })
    }

    pub(crate) fn verb(&self) -> &str {
        self.method.as_str()
    }

    pub(crate) fn body(&self) -> &'i [u8] {
        self.body
    }

    /// All values of a header, in order.
    pub(crate) fn header(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(move |(header, _)| header == name).map(|(_, value)| *value)
    }

    /// Whether a text occurs anywhere in it.
    pub(crate) fn says(&self, text: &str) -> bool {
        self.bytes.windows(text.len()).any(|part| part == text.as_bytes())
    }

    pub(crate) fn is_for_a_session(&self) -> bool {
        self.path == SESSION && self.method == Method::POST
    }

    /// Whether an event stream that answers this has no end.
    pub(crate) fn opens_a_stream(&self) -> bool {
        self.method != Method::POST || super::oracle::is_subscription(self.body)
    }

    /// `session` is the address of one that was just opened.
    pub(crate) fn request(&self, secrets: &Secrets, host: &str, session: Option<&str>) -> Request<Body> {
        let path = match (session, self.path["/mcp/".len()..].split_once(['/', '?'])) {
            (Some(session), _) => session.to_owned(),
            (None, split) => {
                let name = split.map_or(&self.path["/mcp/".len()..], |(name, _)| name);
                let rest = &self.path["/mcp/".len() + name.len()..];
                let token = match name {
                    "open" => &secrets.open,
                    "guarded" => &secrets.guarded,
                    "discovery" => &secrets.discovery,
                    other => other,
                };
                format!("/mcp/{token}{rest}")
            }
        };
        let mut request = Request::builder().method(self.method.clone()).uri(path).body(Body::from(self.body.to_vec())).unwrap();
        if self.header(HOST.as_str()).next().is_none() {
            request.headers_mut().insert(HOST, host.parse().unwrap());
        }
        for (name, value) in &self.headers {
            // In other headers it might be repeated in the answer, as any text might.
            let value = if name == AUTHORIZATION { value.replace("{api-token}", &secrets.api_token) } else { (*value).to_owned() };
            request.headers_mut().append(name, HeaderValue::from_str(&value).unwrap());
        }
        request
    }
}
