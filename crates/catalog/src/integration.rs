//! The types of the definition format, nothing else: one [`Integration`] is one definition file.
//!
//! The doc comments here are what `tidegate catalog schema` publishes for editors, so they speak to
//! whoever writes a definition. Reading a file is `parse.rs`, deriving tools from it `tool.rs`.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

mod body;
mod connect;
mod credential_fields;
mod credentials;
mod errors;
mod oauth2;
mod pagination;
mod parameter;
mod prompts;
mod rate_limit;
mod response;

pub use body::{Body, BodyFormat, PropertyEncoding};
pub use connect::CredentialField;
pub use credentials::{Attach, CredentialCheck, CredentialKind, CredentialScheme};
pub use errors::{ErrorRule, Errors};
pub use oauth2::{ClientAuthentication, OAuth2, ScopeSeparator, TokenPlace};
pub use pagination::{PagePlace, Pagination};
pub use parameter::{Location, Parameter, Style};
pub use prompts::{PromptArgument, PromptDefinition, PromptImage, PromptMessage, PromptResource, PromptRole};
pub use rate_limit::{KnownLimit, RateLimit, ResetFormat};
pub use response::{AnswerFormat, AnswerNote, FileInAnswer, RedirectMeaning, Response};

/// The definition of one vendor API: auth, resources, methods, documentation, pagination, rate limits, errors.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Integration {
    /// Version of the definition format. Always 1.
    pub version: u32,
    /// Identifier in URLs and commands: lower-case letters, digits and underscores, e.g. `acme`.
    pub name: String,
    /// The vendor's name as people write it, e.g. `myShop`. Tool names start with its snake_case form.
    pub label: String,
    /// Replaces the snake_case label in tool names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_prefix: Option<String>,
    /// One or two sentences on what the vendor's API is for; shown in the catalog and as MCP instructions.
    pub description: String,
    /// Where the vendor documents this API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documentation_url: Option<String>,
    /// What is unusual about the vendor's API, a sentence or two each, for people who set it up; models are not shown it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quirks: Vec<String>,
    /// Where requests start whose method names no `server`, e.g. `https://{subdomain}.acme.com`. Names in braces are `variables`.
    pub base_url: String,
    /// Other places where some requests start, by the name that a method's `server` says: base URLs like `base_url`, with the same variables.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub servers: IndexMap<String, String>,
    /// What an account must supply in its `context` to complete `base_url`, `servers`, `headers`, `query` and the URLs of `oauth2`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub variables: IndexMap<String, Variable>,
    /// Ways to authenticate, by `authentication_method` name; the first one is the default.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub credentials: IndexMap<String, CredentialScheme>,
    /// Headers sent with every request.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub headers: IndexMap<String, String>,
    /// Query parameters sent with every request.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub query: IndexMap<String, String>,
    /// Singular forms that the usual rules get wrong, by plural word, e.g. `media: medium`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub singular: IndexMap<String, String>,
    /// How `list` methods page, unless a resource or method says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pagination: Option<Pagination>,
    /// What the vendor says about its limits, unless a resource or method says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimit>,
    /// How to read the vendor's refusals.
    #[serde(default)]
    pub errors: Errors,
    /// The nouns of the API, by plural snake_case name.
    pub resources: IndexMap<String, Resource>,
    /// Texts that people start a conversation with, by name.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub prompts: IndexMap<String, PromptDefinition>,
}

/// One value that an account's `context` supplies.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// What people who connect an account are asked for, e.g. `Shop address`. Default: the name in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What the value is and where to find it.
    pub description: String,
    /// A value as it looks, e.g. `blue-shop`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// Used when the account gives none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Regular expression that the whole value must match. Default: a DNS label, `^[A-Za-z0-9-]{1,63}$`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// The only values there are, each with what people choose it by, e.g. `eu: Europe`. Instead of a `pattern`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub options: IndexMap<String, String>,
}

/// A noun of the API.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// What people who connect an account call the things, in the plural, e.g. `gift links`; absent: the name in words.
    /// Resources of one label are shown as one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Functional areas, used to filter MCP servers; every method of the resource has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// OAuth scopes that every method of the resource needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// Replaces the integration's pagination.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pagination: Option<Pagination>,
    /// Replaces the integration's rate limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimit>,
    /// What can be done: `list`, `get`, `create`, `update`, `delete`, or any other name for a custom method.
    pub methods: IndexMap<String, Method>,
}

/// One operation of the API.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Method {
    /// Verb and path, e.g. `GET /api/v3/orders/{order_id}`. Names in braces are path parameters. Verbs: `GET`, `POST`, `PUT`, `PATCH`, `DELETE`,
    /// `HEAD`, `OPTIONS`, `QUERY`.
    pub request: String,
    /// Other paths for certain arguments; the first whose `when` holds is used instead of `request`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub request_when: Vec<RequestWhen>,
    /// Arguments outside the body, by the vendor's name (or the name a tool shows, see `name`).
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub parameters: IndexMap<String, Parameter>,
    /// Which of the integration's `servers` the request goes to. Default: `base_url`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// Query parameters sent with every request of this method, beside the integration's. An empty value is written without `=`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub query: IndexMap<String, String>,
    /// The request body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// Headers sent with this request, beside the integration's.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub headers: IndexMap<String, String>,
    /// Where the answer's interesting parts are.
    #[serde(default)]
    pub response: Response,
    /// Replaces the resource's pagination.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pagination: Option<Pagination>,
    /// Replaces the resource's rate limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimit>,
    /// Error rules tried before the integration's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorRule>,
    /// Combinations of arguments that the vendor mishandles, refused before anything is sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refuse: Vec<Refusal>,
    /// Functional areas beside the resource's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// OAuth scopes beside the resource's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// Replaces the derived tool name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_name: Option<String>,
    /// Overrides the hints derived from method name and verb.
    #[serde(default)]
    pub annotations: Annotations,
    /// What an agent reads. A method without documentation is not a tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documentation: Option<Documentation>,
}

/// Another path of the same operation, e.g. where a vendor searches a list elsewhere than it gives it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestWhen {
    /// Expression over the arguments, e.g. `q`, which holds where a `q` is given.
    pub when: String,
    /// Verb and path, e.g. `GET /api/v3/orders/search`: the same verb and path parameters as in `request`.
    pub request: String,
}

/// A combination of arguments that the vendor mishandles.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Expression over the arguments, e.g. `country not in ["US", "USA"] and not mobile_no`.
    pub when: String,
    /// The argument to mend.
    pub argument: String,
    /// What is expected instead, and why.
    pub message: String,
}

/// Overrides of the hints that MCP clients see.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Annotations {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_only: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destructive: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotent: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_world: Option<bool>,
}

/// What an agent reads about a method.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Documentation {
    /// What the tool does, what it returns, where its ids come from and what the vendor refuses, as facts.
    pub description: String,
    /// The vendor's page about this operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// JSON Schema of a successful answer; for readers, not checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returns: Option<Value>,
    /// Calls that work.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
}

/// A call that works.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// When one would make this call.
    pub description: String,
    pub arguments: Map<String, Value>,
}
