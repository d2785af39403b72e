//! A tool: one documented method as an agent sees it, with all that calls of it have in common.

use std::sync::{Arc, LazyLock, OnceLock};

use jsonschema::Validator;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::annotations::annotations;
use crate::arguments::CompiledRefusal;
use crate::dotted_path::DottedPath;
use crate::files::FilePlace;
use crate::input::{Input, credential_queries, vendor_name};
use crate::integration::{AnswerFormat, Integration, Location, Method, Pagination, RateLimit, RedirectMeaning, Resource, Response};
use crate::naming::tool_name;
use crate::notes::Notes;
use crate::paging::{Paging, Style};
use crate::plan::Verb;
use crate::problem::Problem;
use crate::route::Route;
use crate::rules::{ErrorRules, SharedErrors};
use crate::shown::shown;

/// Longest answer of a tool in characters, unless its definition says otherwise.
const MAX_ANSWER_CHARACTERS: usize = 100_000;

/// One documented method.
#[derive(Debug)]
pub struct Tool {
    pub name: String,
    pub resource: String,
    pub method: String,
    pub kind: Kind,
    pub description: String,
    /// The resource's and the method's.
    pub tags: Vec<String>,
    /// OAuth scopes that a call needs: the resource's and the method's.
    pub scopes: Vec<String>,
    /// JSON Schema 2020-12 of the arguments, one flat object: what calls are checked against.
    pub input_schema: Value,
    /// What clients are shown instead, where that differs.
    shown: Option<Value>,
    pub annotations: ToolAnnotations,
    listing: String,
    response: ResponseShape,
    rate_limit: Option<RateLimit>,
    errors: ErrorRules,
    notes: Notes,
    pub(crate) route: Route,
    pub(crate) paging: Option<Arc<Paging>>,
    pub(crate) refusals: Vec<CompiledRefusal>,
    /// Compiled at the first call: most tools of a definition are never called.
    pub(crate) validator: OnceLock<Result<Validator, String>>,
}

/// What a request does at the vendor's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Read,
    Write,
    Destructive,
}

/// The hints that MCP clients see.
///
/// Source: MCP specification 2025-11-25, `ToolAnnotations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolAnnotations {
    /// What the tool is called in a user interface, e.g. `List all Sendoso campaigns`. It stands here alone: every client that shows
    /// titles looks here too, and each token of a list is paid for at every turn.
    pub title: String,
    pub read_only_hint: bool,
    pub destructive_hint: bool,
    pub idempotent_hint: bool,
    pub open_world_hint: bool,
}

/// Where the interesting parts of an answer are; `None` is the whole answer.
#[derive(Debug, Clone)]
pub struct ResponseShape {
    pub format: AnswerFormat,
    /// The array of records in a list's answer.
    pub records: Option<DottedPath>,
    /// The number of all records.
    pub total: Option<DottedPath>,
    /// The part of any other answer that is passed on.
    pub path: Option<DottedPath>,
    /// Longest text that is passed on.
    pub max_characters: usize,
    /// What a redirect means, where it is no refusal.
    pub redirect: Option<RedirectMeaning>,
    /// Where a JSON answer holds files as base64.
    pub files: Vec<FilePlace>,
}

/// A method and where it stands in its definition.
pub(crate) struct Scope<'a> {
    pub(crate) integration: &'a Integration,
    /// The first part of tool names.
    pub(crate) prefix: &'a str,
    pub(crate) resource_name: &'a str,
    pub(crate) resource: &'a Resource,
    pub(crate) method_name: &'a str,
    pub(crate) method: &'a Method,
    pub(crate) errors: &'a Arc<SharedErrors>,
}

impl Tool {
    /// The tool as `tools/list` shows it: JSON text with `name`, `title`, `description`, `inputSchema` and
    /// `annotations`.
    pub fn listing(&self) -> &str {
        &self.listing
    }

    /// The input schema in words that every client accepts; it admits all that [`Self::input_schema`] admits.
    pub fn shown_schema(&self) -> &Value {
        self.shown.as_ref().unwrap_or(&self.input_schema)
    }

    /// How to read a successful answer.
    pub fn response(&self) -> &ResponseShape {
        &self.response
    }

    /// What the vendor says about its limits beside the standard headers.
    pub fn rate_limit(&self) -> Option<&RateLimit> {
        self.rate_limit.as_ref()
    }

    /// How to read a refusal.
    pub fn errors(&self) -> &ErrorRules {
        &self.errors
    }

    /// What is to be said of successful answers.
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// Whether reading an answer takes what the tool was called with.
    pub(crate) fn asks_for_arguments(&self) -> bool {
        self.errors.ask_for_arguments() || self.notes.ask_for_arguments()
    }

    /// The properties of the input schema.
    pub(crate) fn properties(&self) -> &Map<String, Value> {
        static NONE: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
        let properties = self.input_schema.get("properties");
        properties.and_then(Value::as_object).unwrap_or(&NONE)
    }

    /// Also for a method without documentation, whose request and rules must be right before it gets some.
    pub(crate) fn compile(scope: &Scope<'_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let Scope { integration, resource, method_name, method, .. } = *scope;
        let path = scope.path();
        let pagination = scope.pagination();
        let paging = pagination.as_ref().map(|(place, pagination)| {
            let paging = Paging::compile(place, pagination, scope.reserved(pagination), problems);
            Arc::new(paging)
        });
        let input = Input::compile(
            &path,
            method_name,
            method,
            integration,
            pagination.as_ref().map(|(_, pagination)| pagination).zip(paging.as_deref()),
            problems,
        )?;
        let response = ResponseShape::compile(&path, &method.response, paging.as_deref(), problems);
        let names: Vec<&str> = input.schema["properties"].as_object().into_iter().flat_map(Map::keys).map(String::as_str).collect();
        let errors = ErrorRules::compile(&path, &method.errors, &names, &integration.errors, scope.errors, problems);
        let notes = Notes::compile(&path, &method.response.notes, &names, problems);
        let annotations = annotations(scope, input.route.verb);
        let kind = kind(scope, input.route.verb, &annotations);
        let name =
            method.tool_name.clone().unwrap_or_else(|| tool_name(scope.prefix, scope.resource_name, method_name, &integration.singular));
        let mut tool = Self {
            name,
            resource: scope.resource_name.to_owned(),
            method: method_name.to_owned(),
            kind,
            description: scope.description().to_owned(),
            tags: united(&resource.tags, &method.tags),
            scopes: united(&resource.scopes, &method.scopes),
            shown: shown(&input.schema),
            input_schema: input.schema,
            annotations,
            listing: String::new(),
            response,
            rate_limit: method.rate_limit.as_ref().or(resource.rate_limit.as_ref()).or(integration.rate_limit.as_ref()).cloned(),
            errors,
            notes,
            route: input.route,
            paging,
            refusals: Vec::new(),
            validator: OnceLock::new(),
        };
        tool.refusals = CompiledRefusal::compile(&path, &method.refuse, tool.properties(), problems);
        tool.listing = tool.rendered();
        Some(tool)
    }

    fn rendered(&self) -> String {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Listing<'a> {
            name: &'a str,
            description: &'a str,
            input_schema: &'a Value,
            annotations: &'a ToolAnnotations,
        }
        let listing =
            Listing { name: &self.name, description: &self.description, input_schema: self.shown_schema(), annotations: &self.annotations };
        // Texts and JSON values alone, which always have a JSON text.
        serde_json::to_string(&listing).unwrap_or_default()
    }
}

impl Scope<'_> {
    /// Whether the method says enough for an agent to call it.
    pub(crate) fn is_documented(&self) -> bool {
        !self.description().is_empty()
    }

    fn description(&self) -> &str {
        self.method.documentation.as_ref().map_or("", |documentation| documentation.description.trim())
    }

    /// Where the method stands in the file.
    pub(crate) fn path(&self) -> String {
        format!("resources.{}.methods.{}", self.resource_name, self.method_name)
    }

    /// The pagination of a list, or of another method that declares its own, and where it stands in the file.
    fn pagination(&self) -> Option<(String, Pagination)> {
        let path = self.path();
        if let Some(own) = &self.method.pagination {
            return Some((format!("{path}.pagination"), own.clone()));
        }
        if self.method_name != "list" {
            return None;
        }
        if let Some(shared) = &self.resource.pagination {
            let place = format!("resources.{}.pagination", self.resource_name);
            return Some((place, shared.clone()));
        }
        match &self.integration.pagination {
            Some(shared) => Some(("pagination".to_owned(), shared.clone())),
            None => Some((path, Pagination::None)),
        }
    }

    /// Query parameters that the text of a cursor must not set.
    fn reserved(&self, pagination: &Pagination) -> Vec<String> {
        let fixed = self.integration.query.keys().chain(self.method.query.keys()).map(String::as_str);
        let mut reserved: Vec<String> = credential_queries(self.integration).chain(fixed).map(str::to_owned).collect();
        // A vendor's link repeats the arguments; an expression may change them on purpose.
        if matches!(pagination, Pagination::LinkHeader { .. }) {
            let own = Paging::parameters(pagination);
            let arguments = self.method.parameters.iter().filter_map(|(key, parameter)| {
                let name = vendor_name(key, parameter);
                let is_argument = parameter.location == Location::Query && !own.contains(&name);
                is_argument.then(|| name.to_owned())
            });
            reserved.extend(arguments);
        }
        reserved
    }
}

impl ResponseShape {
    fn compile(path: &str, response: &Response, paging: Option<&Paging>, problems: &mut Vec<Problem>) -> Self {
        if response.redirect.is_some() && paging.is_some() {
            let message = "the answer of a list is records, and a redirect has none; remove it, or make this method no list";
            problems.push(Problem::error(format!("{path}.response.redirect"), message));
        }
        if response.format == AnswerFormat::JsonLines {
            check_json_lines(&format!("{path}.response"), response, paging, problems);
        }
        let mut parsed = |key: &str, text: &Option<String>| {
            let text = text.as_deref()?;
            text.parse::<DottedPath>()
                .map_err(|error| {
                    problems.push(Problem::error(format!("{path}.response.{key}"), error.to_string()));
                })
                .ok()
        };
        Self {
            records: parsed("records", &response.records),
            total: parsed("total", &response.total),
            path: parsed("path", &response.path),
            max_characters: response.max_characters.unwrap_or(MAX_ANSWER_CHARACTERS),
            format: response.format,
            redirect: response.redirect,
            files: FilePlace::compile_all(path, &response.files, problems),
        }
    }
}

fn check_json_lines(place: &str, response: &Response, paging: Option<&Paging>, problems: &mut Vec<Problem>) {
    let mut problem = |key: &str, message: &str| problems.push(Problem::error(format!("{place}.{key}"), message));
    match paging.map(|paging| &paging.style) {
        None => problem("format", "records in lines are a list; add `pagination: { style: none }` to this method"),
        Some(Style::Cursor { .. }) => problem("format", "lines have no place for the next cursor; use another style of pagination"),
        Some(_) => {}
    }
    for (key, path) in [("records", &response.records), ("total", &response.total)] {
        if path.is_some() {
            problem(key, "each line is a record and nothing stands around them; remove this");
        }
    }
}

fn kind(scope: &Scope<'_>, verb: Verb, annotations: &ToolAnnotations) -> Kind {
    if annotations.read_only_hint {
        return Kind::Read;
    }
    let deletes = verb == Verb::Delete || scope.method_name == "delete";
    match scope.method.annotations.destructive.unwrap_or(deletes) {
        true => Kind::Destructive,
        false => Kind::Write,
    }
}

/// Both lists, each entry once.
fn united(first: &[String], second: &[String]) -> Vec<String> {
    let mut all: Vec<String> = Vec::with_capacity(first.len() + second.len());
    for entry in first.iter().chain(second) {
        if !all.contains(entry) {
            all.push(entry.clone());
        }
    }
    all
}
