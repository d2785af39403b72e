//! The parameters of the methods served here, read once for all of them.

use std::borrow::Cow;

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::envelope::is_id;
use super::error::RpcError;

/// `params` of any request. Values are kept raw until a method asks for them.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Params<'a> {
    #[serde(borrow, default)]
    name: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(crate) arguments: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(crate) cursor: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "protocolVersion")]
    pub(crate) protocol_version: Option<&'a RawValue>,
    /// The request that `notifications/cancelled` is about.
    #[serde(borrow, default, rename = "requestId")]
    pub(crate) request_id: Option<&'a RawValue>,
    /// What `completion/complete` is about.
    #[serde(borrow, default, rename = "ref")]
    pub(crate) reference: Option<&'a RawValue>,
    /// What `completion/complete` is to complete.
    #[serde(borrow, default)]
    pub(crate) argument: Option<&'a RawValue>,
    /// What `subscriptions/listen` asks for.
    #[serde(borrow, default)]
    pub(crate) notifications: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "_meta", deserialize_with = "meta")]
    meta: Option<Meta<'a>>,
}

/// `_meta` as far as it is understood.
#[derive(Debug, Default, Deserialize)]
struct Meta<'a> {
    #[serde(borrow, default, rename = "io.modelcontextprotocol/protocolVersion")]
    protocol_version: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "io.modelcontextprotocol/clientCapabilities")]
    client_capabilities: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "progressToken")]
    progress_token: Option<&'a RawValue>,
}

/// A derived reader alone would take the items of an array for members.
fn meta<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Meta<'de>>, D::Error> {
    match <Option<&RawValue>>::deserialize(deserializer)? {
        None => Ok(None),
        Some(raw) if raw.get().starts_with('{') => serde_json::from_str(raw.get()).map(Some).map_err(Error::custom),
        Some(_) => Err(Error::custom("the member `_meta` must be an object")),
    }
}

impl<'a> Params<'a> {
    /// # Errors
    /// -32602 when `params` is no object, or names a member twice.
    pub(crate) fn read(raw: Option<&'a RawValue>) -> Result<Self, RpcError> {
        let Some(raw) = raw else { return Ok(Self::default()) };
        if !raw.get().starts_with('{') {
            return Err(RpcError::invalid_params("params must be an object"));
        }
        serde_json::from_str(raw.get()).map_err(|error| RpcError::invalid_params(format!("params: {error}")))
    }

    /// `name`, if it is a string.
    pub(crate) fn name(&self) -> Option<Cow<'a, str>> {
        self.name.and_then(text)
    }

    /// The revision that `_meta` names.
    pub(crate) fn meta_version(&self) -> Option<Cow<'a, str>> {
        self.meta.as_ref()?.protocol_version.and_then(text)
    }

    /// The token under which the client wants to hear of a request's progress: a string or a number, as it wrote it.
    pub(crate) fn progress_token(&self) -> Option<&'a RawValue> {
        self.meta.as_ref()?.progress_token.filter(|token| is_id(token))
    }

    /// Whether `_meta` says what the client can do.
    pub(crate) fn has_client_capabilities(&self) -> bool {
        let capabilities = self.meta.as_ref().and_then(|meta| meta.client_capabilities);
        capabilities.is_some_and(|raw| raw.get().starts_with('{'))
    }
}

/// A JSON string's text, borrowed where it has no escapes.
pub(crate) fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
    serde_json::from_str::<Text<'_>>(raw.get()).ok().map(|Text(text)| text)
}
