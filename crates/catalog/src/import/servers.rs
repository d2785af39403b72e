//! Server Objects as base URL, variables and named servers.

use std::collections::HashMap;

use indexmap::{IndexMap, IndexSet};
use serde_json::{Map, Value};
use url::Url;

use super::operation::Operation;
use super::prose::plain;
use crate::integration::Variable;
use crate::naming::snake_case;

mod inside;
mod variable;

pub(super) use inside::is_inside;
use variable::{Filled, filled};

/// Where requests go.
#[derive(Debug)]
pub(crate) struct Servers {
    pub(crate) base_url: String,
    pub(crate) variables: IndexMap<String, Variable>,
    /// Other base URLs by name.
    pub(crate) servers: IndexMap<String, String>,
    /// The name of each operation's server, in their order; `None` for the base URL. Or why requests must not go to its server.
    pub(crate) of_operations: Vec<Result<Option<String>, String>>,
    /// Whether the base URL is where the description was fetched, because it names no other host.
    pub(crate) is_where_fetched: bool,
    /// What was left out or read in another way.
    pub(crate) notes: Vec<String>,
}

/// Why there is no base URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoServer {
    pub(crate) problem: String,
    pub(crate) remedy: &'static str,
}

/// Most different servers that single operations name, and most variables of them all together.
const MAX_SERVERS: usize = 100;

/// Most servers of one list that are named for not being used.
const MAX_NAMED_UNUSED: usize = 10;

const GIVE_ONE: &str = "say where the API is with `--base-url https://…`";

/// `base_url` replaces what the description says of all its operations; servers that single operations name stay.
///
/// # Errors
/// [`NoServer`]: the description names none that can be used.
pub(crate) fn servers(root: &Value, source_name: &str, operations: &[Operation<'_>], base_url: Option<&str>) -> Result<Servers, NoServer> {
    let relative_to = base_url.unwrap_or(source_name).to_owned();
    let mut reading = Reading { relative_to, of_fetched: Vec::new(), variables: IndexMap::new(), notes: IndexSet::new() };
    let of_root = listed(root.get("servers"));
    // OpenAPI: without servers, requests go where the description is.
    let usual = match base_url {
        Some(url) => Ok(reading.given(url)),
        None if of_root.is_empty() => reading.url("/", None),
        None => reading.chosen(&of_root),
    };
    let mut known: HashMap<String, Result<String, String>> = HashMap::new();
    let mut of_each: Vec<Option<String>> = Vec::with_capacity(operations.len());
    let mut unreachable: Vec<Option<String>> = Vec::with_capacity(operations.len());
    for operation in operations {
        let holders = std::iter::once(operation.value).chain(operation.items.iter().copied());
        let own = holders.map(|holder| listed(holder.get("servers"))).find(|own| !own.is_empty());
        let url = own.map(|own| {
            let key =
                own.iter().map(|server| format!("{:?} {:?}", server.get("url"), server.get("variables"))).collect::<Vec<_>>().join(" ");
            let count = known.len();
            let found = known.entry(key).or_insert_with(|| match count < MAX_SERVERS {
                true => reading.chosen(&own),
                false => Err(format!("more than {MAX_SERVERS} different servers are named")),
            });
            found.clone()
        });
        let (url, problem) = match url {
            Some(Ok(url)) => (Some(url), None),
            Some(Err(problem)) => (None, Some(problem)),
            None => (None, None),
        };
        of_each.push(url);
        unreachable.push(problem);
    }
    let agreed = of_each.first().cloned().flatten().filter(|first| of_each.iter().all(|url| url.as_ref() == Some(first)));
    let base = match (agreed, usual) {
        (Some(agreed), usual) if base_url.is_none() || usual.is_err() => agreed,
        (Some(_), Ok(given)) => {
            of_each.iter_mut().for_each(|url| *url = None);
            given
        }
        (_, Ok(usual)) => usual,
        (_, Err(problem)) => return Err(NoServer { problem, remedy: GIVE_ONE }),
    };
    let mut servers: IndexMap<String, String> = IndexMap::new();
    let mut name = |url: String| match is_inside(&url) && !is_inside(&base) {
        true => Err(format!(
            "its server {url} is an address of a private network, where no vendor's requests go; give it a server of the vendor"
        )),
        false => Ok(named(&mut servers, url, &base)),
    };
    let of_operations = of_each.into_iter().zip(unreachable).map(|(url, problem)| match problem {
        Some(problem) => Err(format!(
            "the server that it names cannot be called: {problem}; say where the API is with `--base-url https://…`, or change its `servers`"
        )),
        None => url.filter(|url| *url != base).map(&mut name).transpose(),
    });
    let of_operations = of_operations.collect();
    let Reading { mut variables, notes, of_fetched, .. } = reading;
    let is_where_fetched = base_url.is_none() && of_fetched.contains(&base);
    let used: Vec<&String> = std::iter::once(&base).chain(servers.values()).collect();
    variables.retain(|name, _| used.iter().any(|url| url.contains(&format!("{{{name}}}"))));
    Ok(Servers { base_url: base, variables, servers, of_operations, is_where_fetched, notes: notes.into_iter().collect() })
}

struct Reading {
    /// What the description's URLs are relative to: the base URL that was given, else where the description is.
    relative_to: String,
    /// URLs that begin with that host because they name none.
    of_fetched: Vec<String>,
    variables: IndexMap<String, Variable>,
    notes: IndexSet<String>,
}

impl Reading {
    fn note(&mut self, note: String) {
        self.notes.insert(note);
    }

    /// The URL of the first server that is meant for work.
    fn chosen(&mut self, servers: &[&Map<String, Value>]) -> Result<String, String> {
        let mut first_problem = None;
        let in_order = servers.iter().filter(|server| !is_for_trying(server)).chain(servers.iter().filter(|server| is_for_trying(server)));
        for server in in_order {
            let url = server.get("url").and_then(Value::as_str).unwrap_or_default();
            match self.url(url, server.get("variables").and_then(Value::as_object)) {
                Ok(chosen) => {
                    let others = servers.iter().filter(|other| !std::ptr::eq(**other, *server));
                    for other in others.take(MAX_NAMED_UNUSED) {
                        let url = other.get("url").and_then(Value::as_str).unwrap_or_default();
                        let said = plain(other.get("description").and_then(Value::as_str).unwrap_or_default(), 60);
                        let said = if said.is_empty() { String::new() } else { format!(" ({said})") };
                        self.note(format!("the server {url}{said} is not used; an account can have it as its own base URL"));
                    }
                    if servers.len() > MAX_NAMED_UNUSED + 1 {
                        self.note(format!("{} more servers are not used", servers.len() - MAX_NAMED_UNUSED - 1));
                    }
                    return Ok(chosen);
                }
                Err(problem) => first_problem = first_problem.or(Some(problem)),
            }
        }
        Err(first_problem.unwrap_or_else(|| "no server is named".to_owned()))
    }

    fn url(&mut self, written: &str, variables: Option<&Map<String, Value>>) -> Result<String, String> {
        let Filled { url, variables, notes } = filled(written.trim(), variables)?;
        let url = self.absolute(&url)?;
        if self.variables.len() + variables.len() > MAX_SERVERS {
            return Err(format!("the servers have more than {MAX_SERVERS} variables"));
        }
        notes.into_iter().for_each(|note| self.note(note));
        let url = self.secured(url);
        let (url, stand_in) = variable::without_stand_in(url);
        let mut url = url.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').to_owned();
        for (name, variable) in variables.into_iter().chain(stand_in) {
            let mut own = name.clone();
            let mut count = 1;
            while self.variables.get(&own).is_some_and(|known| known.default != variable.default || known.options != variable.options) {
                count += 1;
                own = format!("{name}_{count}");
            }
            if own != name {
                url = url.replace(&format!("{{{name}}}"), &format!("{{{own}}}"));
            }
            self.variables.entry(own).or_insert(variable);
        }
        if self.is_relative(written.trim()) && is_usable(&url) {
            self.of_fetched.push(url.clone());
        }
        is_usable(&url).then_some(url).ok_or_else(|| format!("`{written}` is no URL of a server"))
    }

    /// Without the variables of the description: whoever gives a URL means it as it is, but may name variables in it.
    fn given(&mut self, url: &str) -> String {
        self.url(url, None).unwrap_or_else(|_| url.trim_end_matches('/').to_owned())
    }

    fn absolute(&self, url: &str) -> Result<String, String> {
        if url.starts_with("http://") || url.starts_with("https://") {
            return Ok(url.to_owned());
        }
        if let Some(rest) = url.strip_prefix("//") {
            return Ok(format!("https://{rest}"));
        }
        let host_alone = url.split('/').next().is_some_and(|host| host.contains('.') && !host.starts_with('.') && !host.contains(':'));
        let Some((scheme, rest)) = self.relative_to.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https")) else {
            return match host_alone && !url.starts_with('/') {
                true => Ok(format!("https://{url}")),
                false => Err(format!("the server `{url}` is relative to where the description is, which is not known")),
            };
        };
        // Braces must stay as they are, which a URL parser would encode.
        match url.starts_with('/') {
            true => Ok(format!("{scheme}://{}{url}", rest.split('/').next().unwrap_or_default())),
            false => {
                let joined = Url::parse(&self.relative_to)
                    .and_then(|base| base.join(url))
                    .map_err(|error| format!("the server `{url}` cannot be resolved: {error}"))?;
                Ok(joined.as_str().replace("%7B", "{").replace("%7D", "}"))
            }
        }
    }

    /// Whether a URL names no host, so that it begins where it is relative to.
    fn is_relative(&self, url: &str) -> bool {
        let is_known = self.relative_to.starts_with("http://") || self.relative_to.starts_with("https://");
        is_known && !["http://", "https://", "//"].iter().any(|start| url.starts_with(start))
    }

    /// Credentials travel encrypted or not at all.
    fn secured(&mut self, url: String) -> String {
        let Some(rest) = url.strip_prefix("http://") else {
            return url;
        };
        let host = rest.split(['/', ':']).next().unwrap_or_default();
        if host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") || rest.starts_with("[::1]") {
            return url;
        }
        let rest = rest
            .strip_prefix(&format!("{host}:80"))
            .filter(|rest| rest.is_empty() || rest.starts_with('/'))
            .map_or_else(|| rest.to_owned(), |path| format!("{host}{path}"));
        self.note(format!("{url} is called as https"));
        format!("https://{rest}")
    }
}

fn listed(servers: Option<&Value>) -> Vec<&Map<String, Value>> {
    servers
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .filter(|server| server.contains_key("url"))
        .collect()
}

/// Words by which vendors say that a server is not the one for work.
const FOR_TRYING: &[&str] =
    &["sandbox", "staging", "mock", "localhost", "127.0.0.1", "uat", "qa", "demo", "development", "local", "testing"];

fn is_for_trying(server: &Map<String, Value>) -> bool {
    let text = |key: &str| server.get(key).and_then(Value::as_str).unwrap_or_default().to_lowercase();
    let texts = [text("url"), text("description")];
    texts
        .iter()
        .flat_map(|text| text.split(|c: char| !(c.is_alphanumeric() || c == '.')))
        .any(|part| FOR_TRYING.contains(&part) || part.split('.').any(|word| FOR_TRYING.contains(&word)))
}

/// As lint looks at it: with any value in the place of variables, it is a URL of http or https with a host.
fn is_usable(url: &str) -> bool {
    let Ok(names) = crate::variables::names_in_braces(url) else {
        return false;
    };
    let sample = names.iter().fold(url.to_owned(), |text, name| text.replace(&format!("{{{name}}}"), "x"));
    Url::parse(&sample).is_ok_and(|url| url.has_host() && url.username().is_empty() && url.password().is_none())
}

/// The name of a server: by what its URL has and the base URL has not.
fn named(servers: &mut IndexMap<String, String>, url: String, base: &str) -> String {
    if let Some((name, _)) = servers.iter().find(|(_, known)| **known == url) {
        return name.clone();
    }
    let parts = |url: &str| -> Vec<String> {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest).to_owned();
        rest.split(['/', '.', ':']).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let known = parts(base);
    let own: Vec<String> = parts(&url).into_iter().filter(|part| !known.contains(part)).collect();
    let wanted = snake_case(&own.join(" ")).replace("o_auth", "oauth").replace("oauth_2", "oauth2");
    let wanted = match wanted.as_str() {
        "" if base.starts_with(&url) => "root".to_owned(),
        "" => "other".to_owned(),
        name if name.starts_with(|c: char| c.is_ascii_digit()) => format!("v_{name}"),
        name => name.chars().take(40).collect::<String>().trim_end_matches('_').to_owned(),
    };
    let mut name = wanted.clone();
    let mut count = 1;
    while servers.contains_key(&name) {
        count += 1;
        name = format!("{wanted}_{count}");
    }
    servers.insert(name.clone(), url);
    name
}
