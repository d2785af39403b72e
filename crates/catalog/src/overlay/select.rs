//! Which methods an entry is about.

use crate::nearest::{nearest, remedy};

/// A method and where it is.
pub(super) struct At {
    pub(super) resource: String,
    pub(super) method: String,
    /// Verb and path as the description has them.
    pub(super) written: String,
    /// Verb and path as the definition has them.
    pub(super) request: String,
}

/// What an entry names.
#[derive(Debug)]
pub(super) enum Selector<'e> {
    /// `GET /v1/orders/{id}` or `/admin/*`.
    Request { verb: Option<&'e str>, path: &'e str },
    /// `orders.get` or `orders.*`.
    Name { resource: &'e str, method: &'e str },
}

impl<'e> Selector<'e> {
    /// # Errors
    /// What an entry looks like instead.
    pub(super) fn parse(entry: &'e str) -> Result<Self, String> {
        let entry = entry.trim();
        if entry.starts_with('/') || entry.starts_with('*') && !entry.contains(' ') {
            return Ok(Self::Request { verb: None, path: entry });
        }
        if let Some((verb, path)) = entry.split_once(char::is_whitespace) {
            return Ok(Self::Request { verb: Some(verb).filter(|verb| *verb != "*"), path: path.trim() });
        }
        match entry.split_once('.') {
            Some((resource, method)) => Ok(Self::Name { resource, method }),
            None => Err("this names no method; write e.g. `GET /v1/orders/{id}`, `/admin/*` or `orders.get`".to_owned()),
        }
    }

    /// Positions of the methods that are meant, at least one.
    ///
    /// # Errors
    /// None is, and what may have been meant.
    pub(super) fn find(&self, places: &[At]) -> Result<Vec<usize>, String> {
        // Operations that the description tells apart, e.g. by a query, may be alike in the definition.
        for request in [|at: &At| at.written.clone(), |at: &At| at.request.clone()] {
            let found = places.iter().enumerate().filter(|(_, at)| self.is_about(at, &request(at)));
            let found: Vec<usize> = found.map(|(index, _)| index).collect();
            if !found.is_empty() {
                return Ok(found);
            }
        }
        let near = match self {
            Self::Request { verb, path } => {
                let wanted = format!("{} {path}", verb.unwrap_or("GET"));
                nearest(&wanted, places.iter().map(|at| at.written.as_str()), 3).join(", ")
            }
            Self::Name { resource, method } => {
                let known: Vec<String> = places.iter().map(|at| format!("{}.{}", at.resource, at.method)).collect();
                nearest(&format!("{resource}.{method}"), known.iter().map(String::as_str), 3).join(", ")
            }
        };
        let near: Vec<&str> = Some(near.as_str()).filter(|near| !near.is_empty()).into_iter().collect();
        Err(format!("the definition has no such operation; correct or remove this entry ({})", remedy(&near, "nothing here is like it")))
    }

    fn is_about(&self, at: &At, request: &str) -> bool {
        match self {
            Self::Request { verb, path } => {
                let (own_verb, own_path) = request.split_once(char::is_whitespace).unwrap_or(("", request));
                verb.is_none_or(|verb| verb.eq_ignore_ascii_case(own_verb)) && is_like(path, own_path.trim())
            }
            Self::Name { resource, method } => is_like(resource, &at.resource) && is_like(method, &at.method),
        }
    }
}

/// Whether `text` is `pattern`, in which `*` stands for anything.
pub(crate) fn is_like(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return text.ends_with(part);
        }
        match text.find(part) {
            Some(at) => text = &text[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text, expected) in [
            ("/admin/*", "/admin/users/{id}", true),
            ("/admin/*", "/admins", false),
            ("*/users", "/admin/users", true),
            ("/a/*/c/*", "/a/b/c/d", true),
            ("/a/*/c", "/a/c", false),
            ("/a", "/a", true),
        ] {
            assert_eq!(is_like(pattern, text), expected, "{pattern} {text}");
        }
    }
}
