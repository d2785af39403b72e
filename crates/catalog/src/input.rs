//! The input schema of a tool, one flat object, and the way back from its properties to the request.
//!
//! Path parameters come first, then query, header and cookie, then `limit` and `next_cursor` of a list, then the body.

use percent_encoding::utf8_percent_encode;
use serde_json::{Map, Value};

use crate::embed::embed;
use crate::encode::{QUERY_NAME, UNRESERVED};
use crate::expression::Expression;
use crate::headers;
use crate::integration::{BodyFormat, Integration, Method, PagePlace, Pagination, Parameter, RequestWhen};
use crate::names::Names;
use crate::paging::Paging;
use crate::problem::Problem;
use crate::request_line::{PathPiece, RequestLine};
use crate::route::{OtherPath, Route};
use crate::wording::{did_you_mean, quoted};

mod encoding;
mod flatten;
mod parameters;

use parameters::{InPath, OtherParameters, placed, taken_query};

/// An input schema and where its properties go.
pub(crate) struct Input {
    pub(crate) schema: Value,
    pub(crate) route: Route,
}

impl Input {
    /// `path` is where the method stands in the file; what cannot be understood is added to `problems`.
    pub(crate) fn compile(
        path: &str,
        method_name: &str,
        method: &Method,
        integration: &Integration,
        paging: Option<(&Pagination, &Paging)>,
        problems: &mut Vec<Problem>,
    ) -> Option<Self> {
        let line = match RequestLine::parse(&method.request) {
            Ok(line) => line,
            Err(error) => {
                problems.push(Problem::error(format!("{path}.request"), error));
                return None;
            }
        };
        let mut builder = Builder {
            path,
            problems,
            names: Names::default(),
            properties: Map::new(),
            required: Vec::new(),
            dependent: Map::new(),
            definitions: Map::new(),
            additional: Value::Bool(false),
        };
        let pages = |place| paging.map_or_else(Vec::new, |(pagination, _)| Paging::parameters_in(pagination, place));
        let (pages, pages_in_body) = (pages(PagePlace::Query), pages(PagePlace::Body));
        if paging.is_some() {
            builder.names.reserve("limit");
            builder.names.reserve("next_cursor");
        }
        let in_path = builder.path_parameters(method_name, method, &line.path);
        let others = builder.other_parameters(method, &pages, integration);
        if let Some((_, paging)) = paging {
            builder.put("limit", paging.limit_schema());
            builder.put("next_cursor", Paging::cursor_schema());
        }
        builder.check_pages(method, &pages_in_body);
        let body = method.body.as_ref().map(|body| builder.body(body, &pages_in_body));
        let fixed_headers = builder.fixed_headers(method);
        let other_paths = builder.other_paths(&method.request_when, &line, &in_path);
        let path = placed(&line.path, &in_path);
        let server = builder.server(method, integration);
        let OtherParameters { query, headers, cookies } = others;
        let fixed_query = fixed_query(method);
        let taken_query = taken_query(method, &pages, integration);
        let route =
            Route { verb: line.verb, path, other_paths, server, fixed_query, query, taken_query, headers, cookies, fixed_headers, body };
        Some(Self { schema: builder.schema(), route })
    }
}

/// What a condition over arguments looks like.
const CONDITION_EXAMPLE: &str = r#"q or status == "open""#;

fn parameters_in(pieces: &[PathPiece]) -> Vec<&str> {
    let names = pieces.iter().filter_map(|piece| match piece {
        PathPiece::Parameter(name) => Some(name.as_str()),
        PathPiece::Text(_) => None,
    });
    names.collect()
}

/// The path of another request of the same method: what the method does, and whether it changes something, must not depend on
/// its arguments.
fn same_request(request: &str, usual: &RequestLine) -> Result<Vec<PathPiece>, String> {
    let line = RequestLine::parse(request)?;
    if line.verb != usual.verb {
        let (other, verb) = (line.verb.as_str(), usual.verb.as_str());
        return Err(format!("the verb is {other}, and that of `request` is {verb}; use {verb}, or make this a method of its own"));
    }
    let (mut names, mut expected) = (parameters_in(&line.path), parameters_in(&usual.path));
    names.sort_unstable();
    expected.sort_unstable();
    if names != expected {
        let expected = if expected.is_empty() { "none".to_owned() } else { quoted(expected) };
        return Err(format!("the path parameters must be those of `request`, each once: {expected}"));
    }
    Ok(line.path)
}

struct Builder<'a> {
    path: &'a str,
    problems: &'a mut Vec<Problem>,
    names: Names,
    properties: Map<String, Value>,
    required: Vec<Value>,
    /// Of an optional body: what an argument cannot be given without.
    dependent: Map<String, Value>,
    definitions: Map<String, Value>,
    additional: Value,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
}

impl Builder<'_> {
    fn problem(&mut self, place: &str, message: impl Into<String>) {
        let path = format!("{}.{place}", self.path);
        self.problems.push(Problem::error(path, message));
    }

    fn put(&mut self, name: &str, schema: Value) {
        self.properties.insert(name.to_owned(), schema);
    }

    /// Adds a property whose schema stands at `place` of the method.
    fn add(&mut self, name: &str, need: Need, schema: &Value, place: &str) {
        match embed(schema, name, &mut self.definitions) {
            Ok(schema) => self.put(name, schema),
            Err(error) => self.problem(place, error),
        }
        if need == Need::Required {
            self.required.push(name.into());
        }
    }

    /// The paths for certain arguments, once all arguments are known; `line` is the usual request.
    fn other_paths(&mut self, others: &[RequestWhen], line: &RequestLine, arguments: &[InPath<'_>]) -> Vec<OtherPath> {
        let names: Vec<String> = self.properties.keys().cloned().collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut paths = Vec::with_capacity(others.len());
        for (index, other) in others.iter().enumerate() {
            let place = format!("request_when.{index}");
            let when = Expression::parse(&other.when, &names, CONDITION_EXAMPLE);
            let when = when.map_err(|error| self.problem(&format!("{place}.when"), error.to_string()));
            let path = same_request(&other.request, line).map_err(|error| self.problem(&format!("{place}.request"), error));
            if let (Ok(when), Ok(pieces)) = (when, path) {
                paths.push(OtherPath { when, path: placed(&pieces, arguments) });
            }
        }
        paths
    }

    fn fixed_headers(&mut self, method: &Method) -> Vec<(String, String)> {
        for (name, value) in &method.headers {
            if let Err(reason) = headers::check_fixed(name, value) {
                self.problem(&format!("headers.{name}"), reason);
            }
        }
        method.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Pages can be asked for in a body of members only.
    fn check_pages(&mut self, method: &Method, pages: &[&str]) {
        let is_written = method.body.as_ref().is_some_and(|body| body.format != BodyFormat::Raw);
        if !pages.is_empty() && !is_written {
            self.problem("pagination.in", "this method has no body with members; add a `body`, or page by the query");
        }
    }

    /// The server that the method names, if the integration has it.
    fn server(&mut self, method: &Method, integration: &Integration) -> Option<String> {
        let name = method.server.as_ref()?;
        if !integration.servers.contains_key(name) {
            let known: Vec<&str> = integration.servers.keys().map(String::as_str).collect();
            let remedy = if known.is_empty() { "add it there".to_owned() } else { did_you_mean(name, &known) };
            self.problem("server", format!("`{name}` does not stand under `servers`; {remedy}"));
        }
        Some(name.clone())
    }

    fn schema(self) -> Value {
        let mut schema = Map::new();
        schema.insert("type".to_owned(), "object".into());
        schema.insert("properties".to_owned(), Value::Object(self.properties));
        if !self.required.is_empty() {
            schema.insert("required".to_owned(), Value::Array(self.required));
        }
        if !self.dependent.is_empty() {
            schema.insert("dependentRequired".to_owned(), Value::Object(self.dependent));
        }
        schema.insert("additionalProperties".to_owned(), self.additional);
        if !self.definitions.is_empty() {
            schema.insert("$defs".to_owned(), Value::Object(self.definitions));
        }
        Value::Object(schema)
    }
}

/// The method's own query, encoded.
fn fixed_query(method: &Method) -> String {
    let pairs = method.query.iter().map(|(name, value)| {
        let name = utf8_percent_encode(name, QUERY_NAME);
        match value.as_str() {
            // Told apart from `name=` by few servers, and those take only this.
            "" => name.to_string(),
            value => format!("{name}={}", utf8_percent_encode(value, UNRESERVED)),
        }
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// The name under which the vendor knows a parameter that stands under `key`.
pub(crate) fn vendor_name<'a>(key: &'a str, parameter: &'a Parameter) -> &'a str {
    parameter.name.as_deref().unwrap_or(key)
}

/// Query parameters that hold a credential.
pub(crate) fn credential_queries(integration: &Integration) -> impl Iterator<Item = &str> {
    integration.credentials.values().filter_map(|scheme| scheme.attach.as_ref()?.query.as_deref())
}
