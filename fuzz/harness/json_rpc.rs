//! What a body says as JSON-RPC, read apart from the endpoint's own code.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// What the sender of a body may expect.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Sent<'b> {
    /// An answer under this id, which is as it was written.
    Request { id: &'b str, method: String },
    /// Nothing: a notification, or an answer to a request of the server.
    Quiet,
    /// An error, under this id or none.
    Broken { id: Option<&'b str> },
    /// Its messages.
    Batch(Vec<&'b str>),
}

#[derive(Deserialize)]
struct Members<'b> {
    #[serde(borrow, default, deserialize_with = "present")]
    jsonrpc: Option<&'b RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    id: Option<&'b RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    method: Option<&'b RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    result: Option<&'b RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    error: Option<&'b RawValue>,
    /// Looked at only so that it is not given twice.
    #[serde(borrow, default, deserialize_with = "present", rename = "params")]
    _params: Option<&'b RawValue>,
}

/// Tells `null` from an absent member.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

impl<'b> Sent<'b> {
    pub(crate) fn read(body: &'b [u8]) -> Self {
        if body.trim_ascii_start().starts_with(b"[") {
            let messages = serde_json::from_slice::<Vec<&RawValue>>(body);
            return messages.map_or(Self::Broken { id: None }, |messages| Self::Batch(messages.into_iter().map(RawValue::get).collect()));
        }
        let is_object = body.trim_ascii_start().starts_with(b"{");
        let Some(members) = serde_json::from_slice::<Members<'b>>(body).ok().filter(|_| is_object) else {
            return Self::Broken { id: None };
        };
        let id = members.id.map(RawValue::get).filter(|id| id.starts_with(['"', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']));
        let text = |value: Option<&RawValue>| serde_json::from_str::<String>(value?.get()).ok();
        if text(members.jsonrpc).as_deref() != Some("2.0") || id.is_some() != members.id.is_some() {
            return Self::Broken { id };
        }
        match (members.method, id) {
            (Some(method), Some(id)) => match text(Some(method)) {
                Some(method) => Self::Request { id, method },
                None => Self::Broken { id: Some(id) },
            },
            (Some(method), None) if text(Some(method)).is_some() => Self::Quiet,
            (None, Some(_)) if members.result.is_some() != members.error.is_some() => Self::Quiet,
            (_, id) => Self::Broken { id },
        }
    }
}
