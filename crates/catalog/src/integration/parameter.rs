//! Parameters: arguments outside the body, and how values become text there.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An argument that travels in the path, the query, a header or a cookie.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Where the argument goes.
    #[serde(rename = "in")]
    pub location: Location,
    /// The vendor's name, where it differs from the key, e.g. `category_ids[]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Path parameters are always required.
    #[serde(default)]
    pub required: bool,
    /// How arrays and objects are written. Default: `form` in a query or cookie, `simple` in a path or header (OpenAPI's names).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<Style>,
    /// Whether each array item or object member stands alone, e.g. `a=1&a=2`. Default: true for `form`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explode: Option<bool>,
    /// JSON Schema (2020-12) of the value, with a `description`.
    pub schema: Value,
}

/// Where a parameter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Location {
    Path,
    Query,
    Header,
    /// A pair of its own in the header `Cookie`.
    Cookie,
}

/// How arrays and objects become text (OpenAPI's parameter styles, RFC 6570).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Style {
    /// `a=1&a=2`, or `a=1,2` without `explode`.
    Form,
    /// `1,2`.
    Simple,
    /// `a=1%202`.
    SpaceDelimited,
    /// `a=1%7C2`.
    PipeDelimited,
    /// `a[x]=1&a[y]=2`.
    DeepObject,
    /// `;a=1,2`, or `;a=1;a=2` with `explode`; in a path.
    Matrix,
    /// `.1,2`, or `.1.2` with `explode`; in a path.
    Label,
    /// The value as JSON text, e.g. `a=%7B%22x%22%3A1%7D`; anywhere.
    Json,
}
