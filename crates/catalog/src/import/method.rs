//! Operations as methods.

use indexmap::IndexMap;
use serde_json::Value;

use super::body::{ReadBody, body};
use super::identity::is_link;
use super::infer::{self, ListShape};
use super::naming::{self, Name};
use super::operation::Operation;
use super::parameters::{Parameters, parameters};
use super::prose;
use super::read::Description;
use super::refs::Refs;
use super::report::{Inference, Note, Report, Skipped};
use super::schema::Schemas;
use super::security::Security;
use super::servers::Servers;
use crate::files::is_json;
use crate::headers;
use crate::integration::{Annotations, Documentation, Location, Method, Pagination, Parameter, RateLimit, RedirectMeaning, Response};
use crate::naming::snake_case;

/// A method that is not looked at yet.
pub(super) struct Draft {
    pub(super) name: Name,
    pub(super) method: Method,
    /// E.g. `GET /v1/orders/{id}`.
    pub(super) label: String,
    /// JSON Pointer of the operation.
    pub(super) at: String,
}

/// A method for each operation that has what one needs, in the order of the description.
pub(super) fn drafts(
    description: &Description,
    operations: &[Operation<'_>],
    servers: &Servers,
    security: &Security,
    prefix: &str,
    name_budget: usize,
    report: &mut Report,
) -> Vec<Draft> {
    let refs = Refs::new(&description.root);
    let schemas = Schemas::new(description);
    let shapes: Vec<Option<ListShape>> = operations.iter().map(|operation| infer::list_shape(operation, refs)).collect();
    let names = naming::names(operations, &shapes, prefix, name_budget);
    let mut drafts = Vec::with_capacity(operations.len());
    for (((operation, shape), name), server) in operations.iter().zip(&shapes).zip(names).zip(&servers.of_operations) {
        let mut making = Making { operation, shape: shape.as_ref(), name: &name, schemas: &schemas, security, report: &mut *report };
        let made = server.clone().and_then(|server| making.method(server));
        match made {
            Ok(method) => drafts.push(Draft { name, method, label: operation.label(), at: operation.at.clone() }),
            Err(reason) => report.skipped.push(Skipped { operation: operation.label(), at: operation.at.clone(), reason }),
        }
    }
    drafts
}

struct Making<'a, 'd> {
    operation: &'a Operation<'d>,
    shape: Option<&'a ListShape>,
    name: &'a Name,
    schemas: &'a Schemas<'d>,
    security: &'a Security,
    report: &'a mut Report,
}

impl Making<'_, '_> {
    fn method(&mut self, server: Option<String>) -> Result<Method, String> {
        let mut notes = Vec::new();
        let made = self.made(server, &mut notes);
        let at = self.operation.label();
        // The same remark about several members of one operation is one remark.
        let mut seen = std::collections::HashSet::new();
        notes.retain(|note| seen.insert(note.clone()));
        self.report.notes.extend(notes.into_iter().map(|message| Note { at: at.clone(), message }));
        made
    }

    fn made(&mut self, server: Option<String>, notes: &mut Vec<String>) -> Result<Method, String> {
        let operation = self.operation;
        if let Some(refusal) = self.security.refusal(operation) {
            return Err(refusal);
        }
        let Parameters { arguments, mut headers } = parameters(operation, self.schemas, self.security, notes)?;
        let body = body(operation, self.schemas, notes)?;
        let body = body.map(|ReadBody { body, inferred }| {
            if let Some(because) = inferred {
                self.concluded("body.required", "a body is always sent", because);
            }
            body
        });
        if let Some(accept) = accept(operation) {
            headers.entry("Accept".to_owned()).or_insert(accept);
        }
        let source =
            operation.value.get("externalDocs").and_then(|docs| docs.get("url")).and_then(Value::as_str).filter(|url| is_link(url));
        let pagination = self.pagination(&arguments);
        let is_list = self.name.method == "list" || pagination.is_some();
        let shape = self.shape.filter(|_| is_list);
        Ok(Method {
            request: format!("{} {}", operation.verb.as_str(), operation.path),
            request_when: Vec::new(),
            server,
            parameters: arguments,
            query: operation.query.iter().cloned().collect(),
            body,
            headers,
            response: Response {
                records: shape.and_then(|shape| shape.records.clone()),
                total: shape.and_then(|shape| shape.total.clone()),
                redirect: redirect(operation).filter(|_| !is_list),
                ..Response::default()
            },
            pagination,
            rate_limit: None,
            errors: Vec::new(),
            refuse: Vec::new(),
            tags: tags(operation),
            scopes: self.security.scopes(operation),
            tool_name: self.name.tool_name.clone(),
            annotations: Annotations::default(),
            documentation: Some(Documentation {
                description: prose::description(operation, self.name, self.shape, self.schemas.refs),
                source: source.map(str::to_owned),
                returns: None,
                examples: Vec::new(),
            }),
        })
    }

    /// How the list is paged, where it is.
    fn pagination(&mut self, arguments: &IndexMap<String, Parameter>) -> Option<Pagination> {
        let unknown = ListShape { records: None, total: None, because: String::new() };
        let shape = match self.shape {
            Some(shape) => shape,
            None if self.name.method == "list" => &unknown,
            None => return None,
        };
        let infer::Inferred { value, what, because } = infer::pagination(self.operation, shape, self.schemas.refs);
        if matches!(value, Pagination::None) {
            return None;
        }
        // What only looks like a list to read (a search by POST) is paged by its body, which no pagination says.
        let is_query = |name: &&str| {
            arguments
                .iter()
                .any(|(key, parameter)| parameter.location == Location::Query && parameter.name.as_deref().unwrap_or(key) == *name)
        };
        let own = crate::paging::Paging::parameters(&value);
        if self.name.method != "list" && !own.iter().all(is_query) {
            return None;
        }
        self.concluded("pagination", &what, &because);
        Some(value)
    }

    fn concluded(&mut self, place: &str, what: &str, because: &str) {
        let at = format!("resources.{}.methods.{}.{place}", self.name.resource, self.name.method);
        self.report.inferences.push(Inference { at, what: what.to_owned(), because: because.to_owned() });
    }
}

/// What to ask for, where the answer is not plain JSON.
fn accept(operation: &Operation<'_>) -> Option<String> {
    let success = operation.success.and_then(|success| success.media_type);
    let media_type = operation.only_value("Accept").or(success)?.trim();
    let is_usual = media_type.contains('*')
        || media_type.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"));
    let asked = match is_json(media_type) {
        true => media_type.to_owned(),
        // Refusals are JSON all the same.
        false => format!("{media_type}, application/json;q=0.9, */*;q=0.8"),
    };
    (!is_usual && headers::check_fixed("Accept", &asked).is_ok()).then_some(asked)
}

/// An operation that only ever redirects answers with where to: e.g. a link for downloading.
fn redirect(operation: &Operation<'_>) -> Option<RedirectMeaning> {
    let succeeds = operation.success.is_some_and(|success| success.status != "default");
    let statuses = operation.value.get("responses").and_then(Value::as_object)?;
    let redirects = statuses.keys().any(|status| matches!(status.as_str(), "301" | "302" | "303" | "307" | "308"));
    (redirects && !succeeds).then_some(RedirectMeaning::Location)
}

/// Most tags of an operation that are looked at.
const MAX_TAGS: usize = 50;

/// Tags of the operation, else the first part of its path that says something.
fn tags(operation: &Operation<'_>) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    let named = operation.value.get("tags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    for tag in named.filter_map(tag).take(MAX_TAGS) {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    if tags.is_empty() {
        let is_version = |part: &str| part.strip_prefix('v').unwrap_or(part).chars().all(|c| c.is_ascii_digit() || c == '.');
        let parts = operation.path.split('/').filter(|part| !part.is_empty() && !part.contains('{') && !is_version(part));
        tags.extend(parts.filter(|part| !["api", "rest"].contains(part)).find_map(tag));
    }
    tags
}

fn tag(written: &str) -> Option<String> {
    let tag: String = snake_case(written).chars().take(60).collect();
    let tag = tag.trim_end_matches('_');
    tag.starts_with(|c: char| c.is_ascii_lowercase()).then(|| tag.to_owned())
}

/// What the answers' headers say about limits, for all methods.
pub(super) fn rate_limit(description: &Description, operations: &[Operation<'_>], report: &mut Report) -> Option<RateLimit> {
    let infer::Inferred { value, what, because } = infer::rate_limit(operations, Refs::new(&description.root))?;
    report.inferences.push(Inference { at: "rate_limit".to_owned(), what, because });
    Some(value)
}

/// Headers that all methods send are the integration's, and so is the version that most of them name: the others get it too, unless
/// they name another.
pub(super) fn shared_headers(drafts: &mut [Draft]) -> IndexMap<String, String> {
    let mut counts: IndexMap<(&String, &String), usize> = IndexMap::new();
    for header in drafts.iter().flat_map(|draft| &draft.method.headers) {
        *counts.entry(header).or_default() += 1;
    }
    let is_shared = |name: &str, count: usize| count == drafts.len() || (is_version(name) && count * 2 > drafts.len());
    let shared = counts.into_iter().filter(|((name, _), count)| is_shared(name, *count));
    let shared: IndexMap<String, String> = shared.map(|((name, value), _)| (name.clone(), value.clone())).collect();
    for draft in drafts {
        draft.method.headers.retain(|name, value| shared.get(name) != Some(value));
    }
    shared
}

/// Whether a header says which version of an API is meant.
pub(super) fn is_version(header: &str) -> bool {
    header.to_ascii_lowercase().contains("version")
}
