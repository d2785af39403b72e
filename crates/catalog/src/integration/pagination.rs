//! Pagination: how a list comes in parts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a `list` method gives its records in parts.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "style", rename_all = "snake_case", deny_unknown_fields)]
pub enum Pagination {
    /// Numbered pages.
    Page {
        /// Query parameter, or member of the body, for the page number.
        page: String,
        /// Query parameter, or member of the body, for the page size.
        size: String,
        /// Number of the first page.
        #[serde(default = "one")]
        first: u64,
        default_size: u64,
        max_size: u64,
        /// Where the two go.
        #[serde(default, rename = "in", skip_serializing_if = "PagePlace::is_query")]
        place: PagePlace,
    },
    /// A position in the list.
    Offset {
        /// Query parameter, or member of the body, for the position.
        offset: String,
        /// Query parameter, or member of the body, for the page size.
        size: String,
        /// Position of the first record: 0, or 1 for SCIM.
        #[serde(default)]
        first: u64,
        default_size: u64,
        max_size: u64,
        /// Where the two go.
        #[serde(default, rename = "in", skip_serializing_if = "PagePlace::is_query")]
        place: PagePlace,
    },
    /// An opaque cursor from the answer before.
    Cursor {
        /// Query parameter, or member of the body, for the cursor.
        cursor: String,
        /// Query parameter, or member of the body, for the page size, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        size: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        default_size: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_size: Option<u64>,
        /// Where the answer holds the next cursor, e.g. `pagination.after`; absent or null there = the end.
        next: String,
        /// Where the two go.
        #[serde(default, rename = "in", skip_serializing_if = "PagePlace::is_query")]
        place: PagePlace,
    },
    /// The next page's URL stands in the `Link` header (RFC 8288, `rel="next"`).
    LinkHeader {
        /// Query parameter for the page size, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        size: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        default_size: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_size: Option<u64>,
    },
    /// Everything comes at once; `limit` and `next_cursor` cut it into parts here.
    None,
    /// Anything else: the query parameters of the next page, computed from the answer.
    Expression {
        /// Query parameter for the page size, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        size: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        default_size: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_size: Option<u64>,
        /// Expression over `body`, `headers` and `query` (what was sent) that gives a map of query
        /// parameters or the next page's URL, or none at the end.
        next: String,
    },
}

/// Where a list is told which part is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PagePlace {
    /// Query parameters.
    #[default]
    Query,
    /// Members of the body, which are no arguments then: numbers, but for a cursor, which is a text.
    Body,
}

impl PagePlace {
    fn is_query(&self) -> bool {
        *self == Self::Query
    }
}

fn one() -> u64 {
    1
}
