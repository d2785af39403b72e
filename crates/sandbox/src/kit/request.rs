//! An HTTP request as a plain value, with the few questions simulators ask of it.

use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use url::form_urlencoded;

/// One request, read to its end.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// As sent, still percent-encoded, without the query.
    pub(crate) path: String,
    /// As sent, without the question mark; empty if there is none.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    segments: Vec<String>,
    parameters: Vec<(String, String)>,
}

/// Why a body that is announced as JSON holds no object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoObject {
    NotJson,
    OtherJson,
}

impl Request {
    pub(crate) fn new(head: Parts, body: Bytes) -> Request {
        let path = head.uri.path().to_owned();
        let query = head.uri.query().unwrap_or_default().to_owned();
        let segments =
            path.trim_start_matches('/').split('/').map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned()).collect();
        let parameters = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Request { method: head.method.as_str().to_owned(), path, query, headers: head.headers, body, segments, parameters }
    }

    /// The decoded parts of the path: `["api", "v3", "me"]`.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.segments.iter().map(String::as_str).collect()
    }

    /// The first query parameter of that name.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.all_parameters(name).next()
    }

    /// Every query parameter of that name, for arrays.
    pub(crate) fn all_parameters<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.parameters.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The decoded query parameters of all other names, in their order.
    pub(crate) fn all_but<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a (String, String)> {
        self.parameters.iter().filter(move |(key, _)| key != name)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The token of `Authorization: Bearer`.
    pub(crate) fn bearer(&self) -> Option<&str> {
        self.authorization("bearer")
    }

    /// User name and password of `Authorization: Basic`.
    pub(crate) fn basic(&self) -> Option<(String, String)> {
        let decoded = BASE64_STANDARD.decode(self.authorization("basic")?).ok()?;
        let text = String::from_utf8(decoded).ok()?;
        let (name, password) = text.split_once(':')?;
        Some((name.to_owned(), password.to_owned()))
    }

    /// Says its content type that the body is JSON?
    pub(crate) fn is_json(&self) -> bool {
        self.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().contains("json"))
    }

    /// The body as JSON; `None` if it is none.
    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The JSON object in the body. Empty where there is no body, or one that is not announced as JSON: such a body
    /// is not looked into.
    pub(crate) fn object(&self) -> Result<Map<String, Value>, NoObject> {
        if self.body.is_empty() || !self.is_json() {
            return Ok(Map::new());
        }
        match self.json() {
            Some(Value::Object(fields)) => Ok(fields),
            Some(_) => Err(NoObject::OtherJson),
            None => Err(NoObject::NotJson),
        }
    }

    /// The fields of a form, or of a JSON object of texts: token endpoints take both.
    pub(crate) fn form(&self) -> Map<String, Value> {
        if self.is_json() {
            return match self.json() {
                Some(Value::Object(fields)) => fields,
                _ => Map::new(),
            };
        }
        form_urlencoded::parse(&self.body).map(|(name, value)| (name.into_owned(), Value::from(value))).collect()
    }

    fn authorization(&self, scheme: &str) -> Option<&str> {
        let (found, value) = self.header("authorization")?.split_once(' ')?;
        found.eq_ignore_ascii_case(scheme).then(|| value.trim())
    }
}
