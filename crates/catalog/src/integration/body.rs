//! Request bodies: what they are made of and how they are written.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Style;

/// A request body.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Body {
    #[serde(default)]
    pub format: BodyFormat,
    /// Media type, where it is not the format's own, e.g. `application/scim+json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// Name of an outer object around everything, e.g. `order` for `{"order": {…}}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrap: Option<String>,
    /// Members that are always sent and that no argument can change.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub fixed: Map<String, Value>,
    /// Members sent when the argument is absent; the tool shows them as `default` and does not require them.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub defaults: Map<String, Value>,
    /// Whether there is always a body, if need be an empty object. `false`: none is sent where no argument of it is given, `fixed` and `defaults`
    /// neither; where one is, the members that the schema requires are needed. Default: `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    /// How single members of a `form` or `multipart` body are written (OpenAPI's Encoding Object), by the vendor's name. Default: a list repeats its
    /// name, members of an object stand in brackets.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub encoding: IndexMap<String, PropertyEncoding>,
    /// JSON Schema (2020-12) of what goes inside `wrap`, without `fixed` members. The properties of an object
    /// become arguments of the tool; any other schema becomes one argument called `body`.
    pub schema: Value,
}

/// How a body is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BodyFormat {
    #[default]
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `multipart/form-data`.
    Multipart,
    /// The argument `body` as it is: text, or bytes in base64 where the schema says `contentEncoding: base64`.
    Raw,
}

/// How one member of a form is written: `style` and `explode`, or `content_type`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct PropertyEncoding {
    /// `form`, `spaceDelimited`, `pipeDelimited`, `deepObject` or `json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<Style>,
    /// Whether each array item or object member stands alone, e.g. `a=1&a=2`. Default: true for `form`. Not for `deepObject` and `json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explode: Option<bool>,
    /// Media type of the member. In a `form` one of JSON, which makes it JSON text. In a `multipart` body its part says it, and a list has a part for
    /// each item; of a file it is the type where the argument does not say one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
}
