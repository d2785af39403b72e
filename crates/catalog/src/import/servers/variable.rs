//! Server Variable Objects as variables of an account.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::import::prose::plain;
use crate::integration::Variable;
use crate::lint::looks_secret;
use crate::naming::snake_case;
use crate::variables::{Pattern, names_in_braces};

/// A URL in which only what accounts decide is left in braces.
pub(super) struct Filled {
    pub(super) url: String,
    pub(super) variables: Vec<(String, Variable)>,
    pub(super) notes: Vec<String>,
}

/// # Errors
/// The braces do not fit together.
pub(super) fn filled(url: &str, declared: Option<&Map<String, Value>>) -> Result<Filled, String> {
    let names = names_in_braces(url).map_err(|error| format!("the server's URL cannot be read: {error}"))?;
    let mut filled = Filled { url: url.to_owned(), variables: Vec::new(), notes: Vec::new() };
    for name in names {
        let written = format!("{{{name}}}");
        let place = place(&filled.url, &written);
        let object = declared.and_then(|declared| declared.get(name)).and_then(Value::as_object);
        let values = Values::of(object);
        let instead = match place {
            Place::Scheme => "https".to_owned(),
            Place::Port => values.default.clone().filter(|port| port.parse::<u16>().is_ok()).unwrap_or_else(|| "443".to_owned()),
            Place::Host | Place::Path => match values.only(place) {
                Some(only) => only,
                None => {
                    let own = own_name(name);
                    let variable = variable(name, object, &values, place);
                    let instead = format!("{{{own}}}");
                    filled.variables.push((own, variable));
                    instead
                }
            },
        };
        if !instead.starts_with('{') && values.options.len() != 1 {
            filled.notes.push(format!("`{written}` in the server's URL is always `{instead}`"));
        }
        filled.url = filled.url.replace(&written, &instead);
    }
    Ok(filled)
}

/// A host such as `your-domain.acme.test`, which is nobody's, with a variable instead.
pub(super) fn without_stand_in(url: String) -> (String, Option<(String, Variable)>) {
    let Some((scheme, rest)) = url.split_once("://") else {
        return (url, None);
    };
    let Some((first, others)) = rest.split_once('.') else {
        return (url, None);
    };
    let lower = first.to_ascii_lowercase();
    let is_stand_in =
        lower.starts_with("your") || ["subdomain", "mydomain", "mycompany", "my-company", "my-domain"].contains(&lower.as_str());
    let is_host = first.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    // Two names more, so that what is left is a domain of somebody.
    let host = others.split(['/', ':']).next().unwrap_or_default();
    if !(is_stand_in && is_host && host.contains('.')) {
        return (url, None);
    }
    let variable = Variable {
        label: None,
        description: format!("The part of the API's address before .{host}"),
        example: Some(first.replace('_', "-")),
        default: None,
        pattern: None,
        options: IndexMap::new(),
    };
    (format!("{scheme}://{{subdomain}}.{others}"), Some(("subdomain".to_owned(), variable)))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Scheme,
    Host,
    Port,
    Path,
}

fn place(url: &str, written: &str) -> Place {
    let at = url.find(written).unwrap_or(0);
    let before = &url[..at];
    match before.split_once("://") {
        None if url[at + written.len()..].starts_with("://") => Place::Scheme,
        Some((_, rest)) if rest.contains('/') => Place::Path,
        Some((_, rest)) if rest.ends_with(':') => Place::Port,
        // A relative URL, unless it begins with the whole origin.
        None if at > 0 => Place::Path,
        _ => Place::Host,
    }
}

struct Values {
    default: Option<String>,
    options: Vec<String>,
}

impl Values {
    fn of(object: Option<&Map<String, Value>>) -> Self {
        let text = |value: &Value| match value {
            Value::String(text) => Some(text.trim().to_owned()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let default = object.and_then(|object| object.get("default")).and_then(text).filter(|default| !default.is_empty());
        let listed = object.and_then(|object| object.get("enum")).and_then(Value::as_array);
        let mut options: Vec<String> = Vec::new();
        for option in listed.into_iter().flatten().filter_map(text).filter(|option| !option.is_empty()) {
            if !options.contains(&option) {
                options.push(option);
            }
        }
        Self { default, options }
    }

    /// The value, where there is no choice, or none that a variable could offer.
    fn only(&self, place: Place) -> Option<String> {
        match (self.options.as_slice(), &self.default) {
            ([only], _) => Some(only.clone()),
            ([], Some(default)) if place == Place::Path && default.contains('/') => Some(default.trim_matches('/').to_owned()),
            _ => None,
        }
    }
}

/// What may stand in a host in the place of a name with dots.
const HOST: &str = r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*";

/// What may stand in a path.
const SEGMENT: &str = "[A-Za-z0-9._~-]+";

fn variable(name: &str, object: Option<&Map<String, Value>>, values: &Values, place: Place) -> Variable {
    let said = plain(object.and_then(|object| object.get("description")).and_then(Value::as_str).unwrap_or_default(), 300);
    let description = match said.is_empty() {
        true => format!("The `{name}` in the address of the API."),
        false => said,
    };
    let options: IndexMap<String, String> = match values.options.len() {
        0 => IndexMap::new(),
        _ => values.options.iter().map(|option| (option.clone(), option.clone())).collect(),
    };
    let mut variable = Variable { label: None, description, example: None, default: None, pattern: None, options };
    let is_secret = ["key", "token", "secret", "password"].iter().any(|word| name.to_lowercase().contains(word));
    let Some(value) = values.default.as_ref().filter(|value| !is_secret && !looks_secret(value)) else {
        return variable;
    };
    if variable.options.is_empty() && !admits(&variable, value) {
        variable.pattern = Some(if place == Place::Host { HOST } else { SEGMENT }.to_owned());
    }
    match admits(&variable, value) {
        true if variable.options.is_empty() && place == Place::Host && is_stand_in(value, name) => variable.example = Some(value.clone()),
        true => variable.default = Some(value.clone()),
        false => variable.pattern = None,
    }
    variable
}

fn admits(variable: &Variable, value: &str) -> bool {
    Pattern::of(Some(variable)).is_ok_and(|pattern| pattern.admits(value))
}

/// Whether a default only shows what a value looks like.
fn is_stand_in(value: &str, name: &str) -> bool {
    let value = value.to_lowercase();
    let words =
        ["your", "example", "my", "company", "subdomain", "domain", "tenant", "acme", "customer", "instance", "changeme", "placeholder"];
    let simple = |text: &str| text.to_lowercase().replace(['-', '_'], "");
    simple(&value) == simple(name) || words.iter().any(|word| value.contains(word))
}

/// `yourDomain` as `your_domain`.
fn own_name(name: &str) -> String {
    match snake_case(name) {
        own if own.starts_with(|c: char| c.is_ascii_lowercase()) => own,
        own => format!("value_{own}").trim_end_matches('_').to_owned(),
    }
}
