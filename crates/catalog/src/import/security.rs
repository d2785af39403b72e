//! Security schemes as ways to authenticate.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::operation::{Operation, identity};
use super::prose::plain;
use super::refs::Refs;
use crate::headers;
use crate::integration::{Attach, CredentialKind, CredentialScheme, Location, OAuth2};
use crate::naming::snake_case;
use crate::plan::Verb;

mod oauth2;

/// How calls show who they are.
#[derive(Debug, Default)]
pub(crate) struct Security {
    pub(crate) credentials: IndexMap<String, CredentialScheme>,
    /// The vendor's name of each scheme with OAuth scopes, and what it became.
    oauth2: IndexMap<String, String>,
    /// What is said of all operations that say nothing themselves.
    global: Vec<Value>,
    /// Names and places of parameters by which, beside its scheme, most operations take the credential.
    shared: Vec<(String, String)>,
    /// What was taken for granted because no scheme that can be used is declared.
    pub(crate) assumed: Option<&'static str>,
    pub(crate) notes: Vec<String>,
}

/// Names of parameters by which credentials go.
const CREDENTIALS: &[&str] = &["access_token", "oauth_token", "api_key", "apikey", "api-key", "auth_token", "token", "key"];

/// Those that may as well be something else, e.g. the token of an invitation, unless the description speaks of authentication.
const OFTEN_OTHERS: &[&str] = &["token", "key"];

/// The name of a bearer token that stands for a flow of OAuth by which accounts cannot be connected.
const PASTED: &str = "access_token";

/// A scheme of the description.
struct Read {
    /// What it should be called if no other is.
    name: &'static str,
    scheme: CredentialScheme,
}

impl Security {
    /// `base_url` is what relative endpoints of OAuth are relative to.
    pub(crate) fn of(root: &Value, operations: &[Operation<'_>], base_url: &str) -> Self {
        let refs = Refs::new(root);
        let global = root.get("security").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut security = Self { global, ..Self::default() };
        let declared = root.pointer("/components/securitySchemes").and_then(Value::as_object);
        let mut read: Vec<(&str, Read)> = Vec::new();
        for name in security.in_order(declared, operations) {
            let Some(scheme) = declared.and_then(|declared| declared.get(name)).and_then(|scheme| refs.resolve(scheme).ok()) else {
                security.notes.push(format!("the security scheme `{name}` is declared nowhere, so it is left out"));
                continue;
            };
            for found in read_scheme(name, scheme, base_url, &mut security.notes) {
                read.push((name, found));
            }
        }
        // Where people can be sent to the vendor, nobody has to paste what such a flow gives.
        let has_flow = read.iter().any(|(_, read)| read.scheme.kind == CredentialKind::OAuth2);
        read.retain(|(_, read)| !(has_flow && read.name == PASTED));
        security.take(read);
        if security.credentials.is_empty() {
            security.conclude(operations);
        }
        if security.assumed.is_none() {
            security.shared = shared(operations);
        }
        security
    }

    /// Whether a parameter is the place of a credential, so that no argument may be.
    pub(crate) fn carries(&self, name: &str, location: Location) -> bool {
        let is_attached = self.credentials.values().any(|scheme| match (&scheme.attach, location) {
            (Some(attach), Location::Header) => attach.header.as_ref().is_some_and(|header| header.eq_ignore_ascii_case(name)),
            (Some(attach), Location::Query) => attach.query.as_deref() == Some(name),
            (Some(attach), Location::Cookie) => attach.cookie.as_deref() == Some(name),
            _ => false,
        });
        let place = match location {
            Location::Header => "header",
            Location::Query => "query",
            Location::Cookie => "cookie",
            Location::Path => return false,
        };
        is_attached || self.shared.iter().any(|(shared, at)| shared == name && at == place)
    }

    /// The OAuth scopes that an operation needs: of alternatives, the narrowest.
    pub(crate) fn scopes(&self, operation: &Operation<'_>) -> Vec<String> {
        let own = operation.value.get("security").and_then(Value::as_array);
        // An empty list says that it needs none.
        let alternatives = own.unwrap_or(&self.global);
        let of_oauth2 = |alternative: &Value| -> Option<Vec<String>> {
            let alternative = alternative.as_object()?;
            let mut scopes = Vec::new();
            let mut found = false;
            for (name, listed) in alternative.iter().filter(|(name, _)| self.oauth2.contains_key(*name)) {
                found = true;
                let known = self.oauth2.get(name).and_then(|name| self.credentials.get(name)).and_then(|scheme| scheme.oauth2.as_ref());
                let listed = listed.as_array().into_iter().flatten().filter_map(Value::as_str);
                for scope in listed {
                    // A way that needs what nobody can be asked for is none.
                    known.filter(|oauth2| oauth2.scopes.contains_key(scope))?;
                    scopes.push(scope.to_owned());
                }
            }
            found.then_some(scopes)
        };
        let reads = matches!(operation.verb, Verb::Get | Verb::Head);
        let breadth = |scopes: &Vec<String>| {
            let is_narrow = reads && scopes.iter().any(|scope| scope.to_lowercase().contains("read"));
            (scopes.len(), !is_narrow)
        };
        let mut scopes = alternatives.iter().filter_map(of_oauth2).min_by_key(breadth).unwrap_or_default();
        let mut seen = std::collections::HashSet::new();
        scopes.retain(|scope| seen.insert(scope.clone()));
        scopes
    }

    /// Names of schemes: those that all operations want, then those of single ones; all that are declared, if none is asked for.
    fn in_order<'d>(&mut self, declared: Option<&'d Map<String, Value>>, operations: &[Operation<'d>]) -> Vec<&'d str> {
        let Some(declared) = declared else {
            return Vec::new();
        };
        let mut names: Vec<&str> = Vec::new();
        let mut together = false;
        let of_operations = operations.iter().filter_map(|operation| operation.value.get("security")?.as_array());
        for alternatives in std::iter::once(&self.global).chain(of_operations) {
            for alternative in alternatives.iter().filter_map(Value::as_object) {
                together |= alternative.len() > 1;
                for name in alternative.keys() {
                    if let Some((name, _)) = declared.get_key_value(name)
                        && !names.contains(&name.as_str())
                    {
                        names.push(name);
                    }
                }
            }
        }
        if together {
            self.notes.push("some operations want several credentials at once; an account has one, so the first way is used".to_owned());
        }
        match names.is_empty() {
            true => declared.keys().map(String::as_str).collect(),
            false => names,
        }
    }

    fn take(&mut self, read: Vec<(&str, Read)>) {
        let count = |name: &str| read.iter().filter(|(_, read)| read.name == name).count();
        let counts: Vec<usize> = read.iter().map(|(_, read)| count(read.name)).collect();
        for ((written, Read { name, scheme }), count) in read.into_iter().zip(counts) {
            // The same endpoints, described twice for different scopes, are one way to authenticate.
            if let Some(oauth2) = &scheme.oauth2
                && let Some((known, same)) = self.credentials.iter_mut().find_map(|(known, other)| {
                    let is_same = other.kind == scheme.kind;
                    let other = other.oauth2.as_mut().filter(|other| is_same && oauth2::is_same(other, oauth2))?;
                    Some((known.clone(), other))
                })
            {
                same.scopes.extend(oauth2.scopes.clone());
                self.oauth2.entry(written.to_owned()).or_insert(known);
                continue;
            }
            let wanted = match count {
                1 => name.to_owned(),
                _ => key(written, name),
            };
            let mut own = wanted.clone();
            let mut number = 1;
            while self.credentials.contains_key(&own) {
                number += 1;
                own = format!("{wanted}_{number}");
            }
            if scheme.kind == CredentialKind::OAuth2 || scheme.kind == CredentialKind::OAuth2ClientCredentials {
                self.oauth2.entry(written.to_owned()).or_insert_with(|| own.clone());
            }
            self.credentials.insert(own, scheme);
        }
    }

    /// Without any scheme that can be used: what parameters show, else a bearer token.
    fn conclude(&mut self, operations: &[Operation<'_>]) {
        const KEYS: &[&str] =
            &["api-key", "x-api-key", "apikey", "x-apikey", "x-auth-token", "x-access-token", "auth-token", "access-token", "x-token"];
        let headers = operations.iter().flat_map(|operation| &operation.parameters).filter_map(|parameter| identity(parameter));
        let key = headers.filter(|(_, place)| *place == "header").find(|(name, _)| KEYS.contains(&name.to_ascii_lowercase().as_str()));
        let nowhere = Attach { header: None, query: None, cookie: None, prefix: String::new() };
        let attach = match key {
            Some((name, _)) => Some((name.to_owned(), Attach { header: Some(name.to_owned()), ..nowhere })),
            None => {
                let query = shared(operations).into_iter().find(|(_, place)| place == "query");
                query.map(|(name, _)| (name.clone(), Attach { query: Some(name), ..nowhere }))
            }
        };
        match attach {
            Some((name, attach)) => {
                let place = if attach.header.is_some() { "header" } else { "query parameter" };
                self.notes.push(format!(
                    "no security scheme is declared, but a {place} `{name}`, so accounts have an API key that is sent in it"
                ));
                self.credentials.insert("api_key".to_owned(), CredentialScheme { attach: Some(attach), ..scheme(CredentialKind::ApiKey) });
            }
            None => {
                self.assumed = Some("accounts have a bearer token");
                self.credentials.insert("bearer".to_owned(), scheme(CredentialKind::Bearer));
            }
        }
    }
}

/// Names and places of text parameters that most operations have and that are credentials by their names, of which some have to be called so by
/// their descriptions too.
fn shared(operations: &[Operation<'_>]) -> Vec<(String, String)> {
    let mut counts: IndexMap<(&str, &str), usize> = IndexMap::new();
    for parameter in operations.iter().flat_map(|operation| &operation.parameters) {
        let Some((name, place)) = identity(parameter).filter(|(_, place)| *place != "path") else { continue };
        let lower = name.to_ascii_lowercase();
        let is_text = parameter.pointer("/schema/type").is_none_or(|kind| kind == "string");
        let is_sure = !OFTEN_OTHERS.contains(&lower.as_str());
        if is_text && CREDENTIALS.contains(&lower.as_str()) && (is_sure || speaks_of_authentication(parameter)) {
            *counts.entry((name, place)).or_default() += 1;
        }
    }
    let most = counts.into_iter().filter(|(_, count)| count * 2 > operations.len());
    most.map(|((name, place), _)| (name.to_owned(), place.to_owned())).collect()
}

fn speaks_of_authentication(parameter: &Value) -> bool {
    let said = parameter.get("description").and_then(Value::as_str).unwrap_or_default().to_lowercase();
    ["authenticat", "authoriz", "oauth", "api key", "api-key", "apikey", "api token", "access token", "access key", "credential"]
        .iter()
        .any(|word| said.contains(word))
}

fn scheme(kind: CredentialKind) -> CredentialScheme {
    CredentialScheme { kind, label: None, help: None, fields: IndexMap::new(), attach: None, oauth2: None, check: None }
}

/// The ways that one Security Scheme Object offers, the best first.
fn read_scheme(name: &str, written: &Value, base_url: &str, notes: &mut Vec<String>) -> Vec<Read> {
    let text = |key: &str| written.get(key).and_then(Value::as_str).unwrap_or_default().trim();
    let said = plain(text("description"), 300);
    let help = (!said.is_empty()).then_some(said);
    let bearer = |help| Read { name: "bearer", scheme: CredentialScheme { help, ..scheme(CredentialKind::Bearer) } };
    match text("type").to_ascii_lowercase().as_str() {
        "apikey" => api_key(text("name"), text("in"), text("description"), help, notes).into_iter().collect(),
        "http" => match text("scheme").to_ascii_lowercase().as_str() {
            "basic" => vec![Read { name: "basic", scheme: CredentialScheme { help, ..scheme(CredentialKind::Basic) } }],
            "bearer" => vec![bearer(help)],
            other => {
                notes.push(format!(
                    "the security scheme `{name}` is HTTP `{other}`, which is read as a key after `{other}` in `Authorization`"
                ));
                let prefix = if headers::is_token(other) { format!("{} ", text("scheme")) } else { String::new() };
                let attach = Attach { header: Some("Authorization".to_owned()), query: None, cookie: None, prefix };
                vec![Read { name: "api_key", scheme: CredentialScheme { help, attach: Some(attach), ..scheme(CredentialKind::ApiKey) } }]
            }
        },
        "basic" => vec![Read { name: "basic", scheme: CredentialScheme { help, ..scheme(CredentialKind::Basic) } }],
        "oauth2" => {
            let flows = oauth2::flows(name, written, base_url, help, notes);
            flows.into_iter().map(|(name, scheme)| Read { name, scheme }).collect()
        }
        "openidconnect" => {
            notes.push(format!("the security scheme `{name}` is OpenID Connect, so accounts have a bearer token"));
            vec![bearer(help)]
        }
        other => {
            notes.push(format!("the security scheme `{name}` is of the type `{other}`, which cannot be used, so it is left out"));
            Vec::new()
        }
    }
}

fn api_key(name: &str, place: &str, description: &str, help: Option<String>, notes: &mut Vec<String>) -> Option<Read> {
    let none = Attach { header: None, query: None, cookie: None, prefix: String::new() };
    let name_text = name.to_owned();
    let attach = match place {
        "header" if headers::check_credential(name).is_ok() => {
            let is_bearer = name.eq_ignore_ascii_case("authorization") && description.to_lowercase().contains("bearer");
            let prefix = if is_bearer { "Bearer ".to_owned() } else { String::new() };
            Attach { header: Some(name_text), prefix, ..none }
        }
        "query" if !name.is_empty() => Attach { query: Some(name_text), ..none },
        "cookie" if !name.is_empty() => Attach { cookie: Some(name_text), ..none },
        _ => {
            notes.push(format!("an API key in the {place} `{name}` cannot be sent, so this security scheme is left out"));
            return None;
        }
    };
    let is_whole_header =
        attach.header.as_ref().is_some_and(|header| header.eq_ignore_ascii_case("authorization")) && attach.prefix.is_empty();
    let whole = "Paste the whole value of the header `Authorization`, with the word before the key if there is one.";
    let help = match (help, is_whole_header) {
        (Some(help), true) => Some(format!("{whole} {help}")),
        (None, true) => Some(whole.to_owned()),
        (help, false) => help,
    };
    Some(Read { name: "api_key", scheme: CredentialScheme { help, attach: Some(attach), ..scheme(CredentialKind::ApiKey) } })
}

/// A snake_case name for a scheme of the vendor's.
fn key(written: &str, otherwise: &str) -> String {
    let words = snake_case(written).replace("o_auth", "oauth").replace("oauth_2", "oauth2");
    let words: String = words.chars().take(60).collect();
    let words = words.trim_end_matches('_');
    match words.starts_with(|c: char| c.is_ascii_lowercase()) {
        true => words.to_owned(),
        false => otherwise.to_owned(),
    }
}

/// A way to authenticate with OAuth.
fn with_oauth2(kind: CredentialKind, help: Option<String>, oauth2: OAuth2) -> CredentialScheme {
    CredentialScheme { help, oauth2: Some(oauth2), ..scheme(kind) }
}
