//! Where each argument of a tool goes: computed once from the definition, followed by every call.

use serde_json::Value;

use crate::body::BodyRoute;
use crate::expression::Expression;
use crate::integration::Style;
use crate::plan::Verb;

/// The request of a tool with places for its arguments.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) verb: Verb,
    pub(crate) path: Vec<PathPart>,
    /// Paths for certain arguments; the first whose condition holds is used instead.
    pub(crate) other_paths: Vec<OtherPath>,
    /// Which of the integration's servers; `None` = its base URL.
    pub(crate) server: Option<String>,
    /// The method's own query, encoded; empty for none.
    pub(crate) fixed_query: String,
    pub(crate) query: Vec<QueryArgument>,
    pub(crate) headers: Vec<HeaderArgument>,
    pub(crate) cookies: Vec<CookieArgument>,
    /// The method's own headers.
    pub(crate) fixed_headers: Vec<(String, String)>,
    pub(crate) body: Option<BodyRoute>,
}

#[derive(Debug)]
pub(crate) struct OtherPath {
    /// Over the arguments.
    pub(crate) when: Expression,
    pub(crate) path: Vec<PathPart>,
}

#[derive(Debug)]
pub(crate) enum PathPart {
    Text(String),
    Argument { argument: String, encoded_name: String, style: Style, explode: bool },
}

#[derive(Debug)]
pub(crate) struct QueryArgument {
    pub(crate) argument: String,
    /// The vendor's name.
    pub(crate) name: String,
    pub(crate) encoded_name: String,
    pub(crate) style: Style,
    pub(crate) explode: bool,
    /// Names that no member of an exploded object may take: those of other parameters and of the credential. Empty where none is exploded.
    pub(crate) taken: Vec<String>,
}

impl QueryArgument {
    /// A member of an exploded object that would set a query parameter which is not this one's.
    pub(crate) fn takes_another<'v>(&self, value: &'v Value) -> Option<&'v str> {
        match value {
            Value::Object(object) if !self.taken.is_empty() => {
                object.keys().map(String::as_str).find(|name| self.taken.iter().any(|taken| taken == name))
            }
            _ => None,
        }
    }
}

#[derive(Debug)]
pub(crate) struct HeaderArgument {
    pub(crate) argument: String,
    /// The vendor's name.
    pub(crate) name: String,
    pub(crate) style: Style,
    pub(crate) explode: bool,
}

#[derive(Debug)]
pub(crate) struct CookieArgument {
    pub(crate) argument: String,
    /// The vendor's name.
    pub(crate) name: String,
    pub(crate) style: Style,
    pub(crate) explode: bool,
}
