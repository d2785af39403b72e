//! A tool call as the exact request it stands for, written down before anything is sent.
//!
//! Planning is pure: no clock, no network, no secret. Credentials are attached later and are no part of a plan.

use minijinja::value::Serde;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use url::Url;

use crate::arguments::{ArgumentError, Checked, Violation};
use crate::encode::{Claims, Query, header_value, member_behind, names_of_members, push_cookies, push_path_value, whole};
use crate::page::Page;
use crate::pointer::child;
use crate::route::{PathPart, QueryArgument, Route};
use crate::target::{Base, Target};
use crate::tool::{Kind, Tool};

/// Why a call cannot be planned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The agent can correct itself.
    #[error(transparent)]
    Arguments(#[from] ArgumentError),
    /// Whatever the arguments, this account has no part where the request would start; a person may mend the account.
    #[error("{0}")]
    NoServer(String),
}

/// The exact request a tool call is about to make.
#[derive(Debug, Clone, Serialize)]
pub struct Plan {
    pub verb: Verb,
    pub url: Url,
    /// Names and values in the order they are sent; each name once, whatever its case.
    pub headers: Vec<(String, String)>,
    #[serde(serialize_with = "body_for_inspection")]
    pub body: Option<Vec<u8>>,
    pub kind: Kind,
    /// Which part of a list is asked for; `None` for what is no list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<Page>,
    /// What the tool was called with and what is sent in place of absent arguments; only where reading the answer takes it.
    #[serde(skip)]
    pub arguments: Option<Map<String, Value>>,
    /// Whether the arguments fitted only after slips that clients are known for were mended, e.g. a number written as a text.
    #[serde(skip)]
    pub is_mended: bool,
}

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
    Head,
    Options,
    /// A safe request with a body (OpenAPI 3.2, draft-ietf-httpbis-safe-method-w-body).
    Query,
}

impl Verb {
    const ALL: [Self; 8] = [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete, Self::Head, Self::Options, Self::Query];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
            Self::Query => "QUERY",
        }
    }

    /// Whether a request of it changes nothing, whatever the vendor makes of it (RFC 9110 section 9.2.1).
    pub fn is_safe(self) -> bool {
        matches!(self, Self::Get | Self::Head | Self::Options | Self::Query)
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.as_str() == text)
    }
}

impl Tool {
    /// Turns a tool call into the vendor request it stands for, without sending it.
    ///
    /// `arguments` is the flat object an MCP client sent, e.g. `{"id": 7, "limit": 20}`. Each argument goes where the
    /// definition puts it: path, query, header or body.
    ///
    /// # Errors
    /// [`PlanError`] with everything that is wrong with the arguments, or why no call of this tool can be planned for this account; nothing may be sent then.
    ///
    /// Source: RFC 3986 section 3.3 for paths, RFC 6570 and OpenAPI 3.1 for styles, CVE-2026-32871 for what must not
    /// happen in a path.
    pub fn plan(&self, target: &Target, arguments: Map<String, Value>) -> Result<Plan, PlanError> {
        let base = self.base(target)?;
        let Checked { mut arguments, complete, is_mended } = self.checked(arguments)?;
        let mut violations = Vec::new();
        let page = self.page(&arguments, &mut violations);
        let url = self.url((target, base), &arguments, complete.as_ref(), page.as_ref(), &mut violations);
        let mut headers = self.headers(target, &arguments, &mut violations);
        let in_body = page.as_ref().map_or_else(Vec::new, Page::body_members);
        let body = self.route.body.as_ref().and_then(|route| route.write(&mut arguments, self.properties(), in_body, &mut violations));
        let body = body.map(|body| {
            put_header(&mut headers, "Content-Type", body.content_type);
            body.bytes
        });
        match url {
            Some(url) if violations.is_empty() => {
                let kept = complete.filter(|_| self.asks_for_arguments());
                Ok(Plan { verb: self.route.verb, url, headers, body, kind: self.kind, page, arguments: kept, is_mended })
            }
            _ => Err(ArgumentError { violations }.into()),
        }
    }

    fn page(&self, arguments: &Map<String, Value>, violations: &mut Vec<Violation>) -> Option<Page> {
        let paging = self.paging.as_ref()?;
        let limit = match arguments.get("limit") {
            Some(Value::Number(number)) => whole(number).and_then(|limit| u64::try_from(limit).ok()),
            _ => None,
        };
        // Some clients send an empty text for an argument they mean to leave out.
        let cursor = arguments.get("next_cursor").and_then(Value::as_str).filter(|text| !text.is_empty());
        let page = paging.page(limit, cursor);
        if page.is_none() {
            violations.push(Violation::at(
                "next_cursor",
                "expected the next_cursor of an earlier answer of this tool, passed back unchanged; leave it out to \
                 start from the beginning",
            ));
        }
        page
    }

    fn url(
        &self,
        (target, base): (&Target, &Base),
        arguments: &Map<String, Value>,
        complete: Option<&Map<String, Value>>,
        page: Option<&Page>,
        violations: &mut Vec<Violation>,
    ) -> Option<Url> {
        let mut text = String::with_capacity(base.prefix().len() + 128);
        text.push_str(base.prefix());
        for part in self.path_for(complete) {
            match part {
                PathPart::Text(literal) => text.push_str(literal),
                PathPart::Argument { argument, encoded_name, style, explode } => {
                    let value = arguments.get(argument).unwrap_or(&Value::Null);
                    if let Err(reason) = push_path_value(&mut text, encoded_name, *style, *explode, value) {
                        violations.push(Violation::at(argument, reason));
                    }
                }
            }
        }
        let mut query = Query::of(&mut text);
        query.encoded(&self.route.fixed_query);
        if let Some(page) = page {
            page.push_query(&mut query);
        }
        let mut claims = None;
        for parameter in &self.route.query {
            if page.is_some_and(|page| page.gives(&parameter.name)) {
                continue;
            }
            if let Some(value) = arguments.get(&parameter.argument) {
                if value.is_object() || value.is_array() {
                    self.claim(&mut claims, parameter, value, violations);
                }
                let before = query.length();
                match query.argument(&parameter.encoded_name, parameter.style, parameter.explode, value) {
                    Ok(()) if parameter.is_required && query.length() == before => {
                        violations.push(Violation::at(&parameter.argument, EMPTY));
                    }
                    Ok(()) => {}
                    Err(reason) => violations.push(Violation::at(&parameter.argument, reason)),
                }
            }
        }
        query.encoded(target.query());

        // The parser must find nothing to mend: what was written is what is sent, below the server's base URL.
        let url = Url::parse(&text).ok();
        let url = url.filter(|url| url.as_str() == text && base.contains(url));
        if url.is_none() && violations.is_empty() {
            violations.push(Violation::new("", "these arguments would lead outside of the account's base URL"));
        }
        url
    }

    /// Looks whether the members of a value are written under names that are nobody else's.
    fn claim<'t>(&'t self, claims: &mut Option<Claims<'t>>, parameter: &'t QueryArgument, value: &Value, violations: &mut Vec<Violation>) {
        names_of_members(&parameter.name, parameter.style, parameter.explode, value, &mut |name| {
            let claims = claims.get_or_insert_with(|| {
                let mut claims = Claims::default();
                self.route.query.iter().for_each(|other| claims.hold(other.name.as_str().into(), &other.argument));
                self.route.taken_query.iter().for_each(|taken| claims.hold(taken.as_str().into(), ""));
                claims
            });
            if !claims.claim(name, &parameter.argument) {
                let place = child("", &parameter.argument);
                let place = member_behind(value, &parameter.name, name).map_or(place.clone(), |member| child(&place, member));
                violations.push(Violation::new(place, format!("`{name}` is a query parameter of its own; leave this member out")));
            }
        });
    }

    /// Where the request starts.
    fn base<'t>(&self, target: &'t Target) -> Result<&'t Base, PlanError> {
        match &self.route.server {
            None => Ok(target.base()),
            Some(name) => target.server(name).map_err(PlanError::NoServer),
        }
    }

    /// The path of the request for these arguments, as expressions see them.
    fn path_for(&self, complete: Option<&Map<String, Value>>) -> &[PathPart] {
        let Route { path, other_paths, .. } = &self.route;
        if other_paths.is_empty() {
            return path;
        }
        let context = minijinja::Value::from(Serde(complete));
        other_paths.iter().find(|other| other.when.holds(&context)).map_or(path, |other| &other.path)
    }

    fn headers(&self, target: &Target, arguments: &Map<String, Value>, violations: &mut Vec<Violation>) -> Vec<(String, String)> {
        let mut headers = Vec::with_capacity(4 + target.headers().len());
        for (name, value) in target.headers().iter().chain(&self.route.fixed_headers) {
            put_header(&mut headers, name, value.clone());
        }
        for parameter in &self.route.headers {
            let value = arguments.get(&parameter.argument).unwrap_or(&Value::Null);
            match header_value(parameter.style, parameter.explode, value) {
                Ok(Some(value)) => put_header(&mut headers, &parameter.name, value),
                Ok(None) if parameter.is_required => violations.push(Violation::at(&parameter.argument, EMPTY)),
                Ok(None) => {}
                Err(reason) => violations.push(Violation::at(&parameter.argument, reason)),
            }
        }
        let mut cookies = String::new();
        for parameter in &self.route.cookies {
            let value = arguments.get(&parameter.argument).unwrap_or(&Value::Null);
            let before = cookies.len();
            match push_cookies(&mut cookies, &parameter.name, parameter.style, parameter.explode, value) {
                Ok(()) if parameter.is_required && cookies.len() == before => violations.push(Violation::at(&parameter.argument, EMPTY)),
                Ok(()) => {}
                Err(reason) => violations.push(Violation::at(&parameter.argument, reason)),
            }
        }
        if !cookies.is_empty() {
            headers.push(("Cookie".to_owned(), cookies));
        }
        if !has_header(&headers, "accept") {
            headers.insert(0, ("Accept".to_owned(), "application/json".to_owned()));
        }
        headers
    }
}

/// Said of a required argument of which nothing would be sent.
const EMPTY: &str = "must not be empty: nothing of it could be sent, and the request needs it";

fn has_header(headers: &[(String, String)], name: &str) -> bool {
    headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name))
}

/// The more specific header replaces the more general one.
fn put_header(headers: &mut Vec<(String, String)>, name: &str, value: String) {
    match headers.iter_mut().find(|(given, _)| given.eq_ignore_ascii_case(name)) {
        Some(header) => header.1 = value,
        None => headers.push((name.to_owned(), value)),
    }
}

/// JSON as JSON, other text as text, bytes by their number.
fn body_for_inspection<S: Serializer>(body: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
    let Some(bytes) = body else {
        return serializer.serialize_none();
    };
    if let Ok(json) = serde_json::from_slice::<Value>(bytes) {
        return json.serialize(serializer);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => serializer.serialize_str(text),
        Err(_) => serializer.serialize_str(&format!("({} bytes)", bytes.len())),
    }
}
