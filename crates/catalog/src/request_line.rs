//! The first line of a method in a definition: `GET /api/v3/touches/{touch_id}`.

use url::Url;

use crate::plan::Verb;
use crate::variables::names_in_braces;

/// Longest path of a method.
const MAX_PATH_BYTES: usize = 2_000;

/// Verb and path, split where arguments go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestLine {
    pub(crate) verb: Verb,
    pub(crate) path: Vec<PathPiece>,
}

/// A part of a path: text as it is, or the name of a path parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PathPiece {
    Text(String),
    Parameter(String),
}

impl RequestLine {
    /// # Errors
    /// What is wrong and how it should look.
    pub(crate) fn parse(line: &str) -> Result<Self, String> {
        let (verb, path) = line.split_once(' ').ok_or_else(|| format!("`{line}` is no verb and path, e.g. `GET /v1/tickets/{{id}}`"))?;
        let verb = Verb::parse(verb)
            .ok_or_else(|| format!("`{verb}` is no verb; use GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS or QUERY, in capitals"))?;
        if path.len() > MAX_PATH_BYTES {
            return Err(format!("the path has more than {MAX_PATH_BYTES} characters; shorten it"));
        }
        let names = names_in_braces(path)?;
        check_text(path, &names)?;

        let mut pieces = Vec::with_capacity(names.len() * 2 + 1);
        let mut rest = path;
        for name in names {
            let (before, after) = rest.split_once(&format!("{{{name}}}")).unwrap_or((rest, ""));
            if !before.is_empty() {
                pieces.push(PathPiece::Text(before.to_owned()));
            }
            pieces.push(PathPiece::Parameter(name.to_owned()));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(PathPiece::Text(rest.to_owned()));
        }
        Ok(Self { verb, path: pieces })
    }
}

/// A path must be exactly what a URL parser would make of it, so that planning can compare the two.
fn check_text(path: &str, names: &[&str]) -> Result<(), String> {
    if path.contains(['?', '#']) {
        return Err(format!("`{path}` must be a path only; declare query parameters under `parameters`"));
    }
    let mut sample = path.to_owned();
    for name in names {
        sample = sample.replace(&format!("{{{name}}}"), "x");
    }
    let url = format!("https://host.invalid{sample}");
    let kept = path.starts_with('/') && !path.contains("//") && Url::parse(&url).is_ok_and(|parsed| parsed.as_str() == url);
    if kept {
        Ok(())
    } else {
        Err(format!("`{path}` must start with `/`, have no empty, `.` or `..` segments, and encode what is not plain ASCII"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_split_where_arguments_go() {
        let line = RequestLine::parse("PUT /v1/a/{x}-{y}/end").unwrap();
        assert_eq!(line.verb, Verb::Put);
        let text = |text: &str| PathPiece::Text(text.to_owned());
        let parameter = |name: &str| PathPiece::Parameter(name.to_owned());
        assert_eq!(line.path, [text("/v1/a/"), parameter("x"), text("-"), parameter("y"), text("/end")]);
    }

    #[test]
    fn what_is_no_request_line_says_how_it_should_look() {
        for line in [
            "GET",
            "get /a",
            "FETCH /a",
            "GET a",
            "GET /a/../b",
            "GET /a//b",
            "GET /a b",
            "GET /a?b=1",
            "GET /a/{b",
            "GET /a/{}",
            "GET /a}",
            "GET //evil.test/a",
            &format!("GET /{}", "a".repeat(MAX_PATH_BYTES)),
        ] {
            assert!(RequestLine::parse(line).is_err(), "{line}");
        }
    }
}
