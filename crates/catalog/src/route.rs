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
    pub(crate) query: Vec<QueryArgument>,
    pub(crate) headers: Vec<HeaderArgument>,
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
    Argument { argument: String, explode: bool },
}

#[derive(Debug)]
pub(crate) struct QueryArgument {
    pub(crate) argument: String,
    /// The vendor's name.
    pub(crate) name: String,
    pub(crate) encoded_name: String,
    pub(crate) style: Style,
    pub(crate) explode: bool,
}

#[derive(Debug)]
pub(crate) struct HeaderArgument {
    pub(crate) argument: String,
    /// The vendor's name.
    pub(crate) name: String,
    pub(crate) explode: bool,
}
