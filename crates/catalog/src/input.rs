//! The input schema of a tool, one flat object, and the way back from its properties to the request.
//!
//! Path parameters come first, then query and header, then `limit` and `next_cursor` of a list, then the body.

use percent_encoding::utf8_percent_encode;
use serde_json::{Map, Value};

use crate::embed::embed;
use crate::encode::QUERY_NAME;
use crate::expression::Expression;
use crate::headers;
use crate::integration::{Integration, Location, Method, Pagination, Parameter, RequestWhen, Style};
use crate::names::Names;
use crate::paging::Paging;
use crate::problem::Problem;
use crate::request_line::{PathPiece, RequestLine};
use crate::route::{HeaderArgument, OtherPath, PathPart, QueryArgument, Route};
use crate::wording::{did_you_mean, quoted};

mod flatten;

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
            definitions: Map::new(),
            additional: Value::Bool(false),
        };
        let pages = paging.map_or_else(Vec::new, |(pagination, _)| Paging::parameters(pagination));
        if paging.is_some() {
            builder.names.reserve("limit");
            builder.names.reserve("next_cursor");
        }
        let in_path = builder.path_parameters(method_name, method, &line.path);
        let (query, headers) = builder.other_parameters(method, &pages, integration);
        if let Some((_, paging)) = paging {
            builder.put("limit", paging.limit_schema());
            builder.put("next_cursor", Paging::cursor_schema());
        }
        let body = method.body.as_ref().and_then(|body| builder.body(body, line.verb));
        let fixed_headers = builder.fixed_headers(method);
        let other_paths = builder.other_paths(&method.request_when, &line, &in_path);
        let path = placed(&line.path, &in_path);
        let route = Route { verb: line.verb, path, other_paths, query, headers, fixed_headers, body };
        Some(Self { schema: builder.schema(), route })
    }
}

/// What a condition over arguments looks like.
const CONDITION_EXAMPLE: &str = r#"q or status == "open""#;

/// A path parameter: the vendor's name, and the argument that takes its place.
struct InPath<'p> {
    name: &'p str,
    argument: String,
    explode: bool,
}

fn parameters_in(pieces: &[PathPiece]) -> Vec<&str> {
    let names = pieces.iter().filter_map(|piece| match piece {
        PathPiece::Parameter(name) => Some(name.as_str()),
        PathPiece::Text(_) => None,
    });
    names.collect()
}

fn placed(pieces: &[PathPiece], arguments: &[InPath<'_>]) -> Vec<PathPart> {
    let parts = pieces.iter().filter_map(|piece| match piece {
        PathPiece::Text(text) => Some(PathPart::Text(text.clone())),
        PathPiece::Parameter(name) => arguments
            .iter()
            .find(|known| known.name == name)
            .map(|known| PathPart::Argument { argument: known.argument.clone(), explode: known.explode }),
    });
    parts.collect()
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

    fn path_parameters<'p>(&mut self, method_name: &str, method: &Method, pieces: &'p [PathPiece]) -> Vec<InPath<'p>> {
        let names = parameters_in(pieces);
        let declared: Vec<(&str, &Parameter)> = method
            .parameters
            .iter()
            .filter(|(_, parameter)| parameter.location == Location::Path)
            .map(|(key, parameter)| (key.as_str(), parameter))
            .collect();
        for (key, parameter) in &declared {
            let name = vendor_name(key, parameter);
            if !names.contains(&name) {
                let message = format!("`{{{name}}}` does not stand in the path of `request`; add it there or change `in`");
                self.problem(&format!("parameters.{key}"), message);
            }
        }
        // The record that a standard method is about is always called `id`.
        let record = match method_name {
            "get" | "update" | "delete" => names.last().copied(),
            _ => None,
        };
        if record.is_some() {
            self.names.reserve("id");
        }
        let mut arguments: Vec<InPath<'p>> = Vec::with_capacity(names.len());
        for name in &names {
            if arguments.iter().any(|known| known.name == *name) {
                self.problem("request", format!("`{{{name}}}` stands twice in the path; name each path parameter once"));
                continue;
            }
            let Some((key, parameter)) = declared.iter().copied().find(|(key, parameter)| vendor_name(key, parameter) == *name) else {
                let known: Vec<&str> = declared.iter().map(|(key, parameter)| vendor_name(key, parameter)).collect();
                let remedy = match known.is_empty() {
                    true => format!("add `{name}: {{ in: path, schema: … }}` to `parameters`"),
                    false => did_you_mean(name, &known),
                };
                self.problem("request", format!("the path parameter `{name}` is not declared with `in: path`; {remedy}"));
                continue;
            };
            let argument = match record {
                Some(record) if record == *name => "id".to_owned(),
                _ => self.names.assign(key, "path"),
            };
            let place = format!("parameters.{key}.schema");
            self.add(&argument, Need::Required, &parameter.schema, &place);
            arguments.push(InPath { name, argument, explode: parameter.explode.unwrap_or(false) });
        }
        arguments
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

    fn other_parameters(
        &mut self,
        method: &Method,
        pages: &[&str],
        integration: &Integration,
    ) -> (Vec<QueryArgument>, Vec<HeaderArgument>) {
        let mut query = Vec::new();
        let mut headers = Vec::new();
        for (key, parameter) in &method.parameters {
            let name = vendor_name(key, parameter);
            let need = match parameter.required {
                true => Need::Required,
                false => Need::Optional,
            };
            let place = format!("parameters.{key}");
            self.check_style(&place, parameter);
            match parameter.location {
                Location::Path | Location::Cookie => {}
                Location::Query if pages.contains(&name) => {}
                Location::Query => {
                    if is_credential_query(name, integration) {
                        self.problem(&place, format!("`{name}` holds the credential, which no argument may set; remove it"));
                    }
                    let style = parameter.style.unwrap_or(Style::Form);
                    let argument = self.names.assign(key, "query");
                    self.add(&argument, need, &parameter.schema, &format!("{place}.schema"));
                    query.push(QueryArgument {
                        argument,
                        name: name.to_owned(),
                        encoded_name: utf8_percent_encode(name, QUERY_NAME).to_string(),
                        style,
                        explode: parameter.explode.unwrap_or(style == Style::Form),
                    });
                }
                Location::Header => {
                    if let Err(reason) = headers::check_argument(name, integration) {
                        self.problem(&place, reason);
                    }
                    let argument = self.names.assign(key, "header");
                    self.add(&argument, need, &parameter.schema, &format!("{place}.schema"));
                    headers.push(HeaderArgument { argument, name: name.to_owned(), explode: parameter.explode.unwrap_or(false) });
                }
            }
        }
        (query, headers)
    }

    fn check_style(&mut self, place: &str, parameter: &Parameter) {
        let message = match (parameter.location, parameter.style) {
            (Location::Query, Some(Style::Simple)) => {
                "a query parameter is written as `form`, `spaceDelimited`, `pipeDelimited` or `deepObject`; use one of these"
            }
            (Location::Path | Location::Header, Some(style)) if style != Style::Simple => {
                "path parameters and headers are written as `simple`; remove the style"
            }
            _ => return,
        };
        self.problem(&format!("{place}.style"), message);
    }

    fn fixed_headers(&mut self, method: &Method) -> Vec<(String, String)> {
        for (name, value) in &method.headers {
            if let Err(reason) = headers::check_fixed(name, value) {
                self.problem(&format!("headers.{name}"), reason);
            }
        }
        method.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    fn schema(self) -> Value {
        let mut schema = Map::new();
        schema.insert("type".to_owned(), "object".into());
        schema.insert("properties".to_owned(), Value::Object(self.properties));
        if !self.required.is_empty() {
            schema.insert("required".to_owned(), Value::Array(self.required));
        }
        schema.insert("additionalProperties".to_owned(), self.additional);
        if !self.definitions.is_empty() {
            schema.insert("$defs".to_owned(), Value::Object(self.definitions));
        }
        Value::Object(schema)
    }
}

/// The name under which the vendor knows a parameter that stands under `key`.
pub(crate) fn vendor_name<'a>(key: &'a str, parameter: &'a Parameter) -> &'a str {
    parameter.name.as_deref().unwrap_or(key)
}

fn is_credential_query(name: &str, integration: &Integration) -> bool {
    credential_queries(integration).any(|query| query == name)
}

/// Query parameters that hold a credential.
pub(crate) fn credential_queries(integration: &Integration) -> impl Iterator<Item = &str> {
    integration.credentials.values().filter_map(|scheme| scheme.attach.as_ref()?.query.as_deref())
}
