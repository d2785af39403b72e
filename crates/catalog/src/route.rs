//! Where each argument of a tool goes: computed once from the definition, followed by every call.

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
    /// Query parameters that are set without arguments: fixed ones, those of pages and of the credential.
    pub(crate) taken_query: Vec<String>,
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
    pub(crate) is_required: bool,
}

#[derive(Debug)]
pub(crate) struct HeaderArgument {
    pub(crate) argument: String,
    /// The vendor's name.
    pub(crate) name: String,
    pub(crate) style: Style,
    pub(crate) explode: bool,
    pub(crate) is_required: bool,
}

#[derive(Debug)]
pub(crate) struct CookieArgument {
    pub(crate) argument: String,
    /// The vendor's name.
    pub(crate) name: String,
    pub(crate) style: Style,
    pub(crate) explode: bool,
    pub(crate) is_required: bool,
}
