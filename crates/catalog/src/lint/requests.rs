//! Verb, path and parameters of each method.

use std::collections::HashSet;

use super::{MethodAt, methods};
use crate::wording::did_you_mean;
use crate::integration::{Integration, Location, Parameter, Style};
use crate::plan::Verb;
use crate::problem::Problem;
use crate::request_line::{PathPiece, RequestLine};

pub(super) fn check(integration: &Integration, problems: &mut Vec<Problem>) {
    for at in methods(integration) {
        check_request(&at, problems);
        check_parameters(&at, problems);
    }
}

fn check_request(at: &MethodAt<'_>, problems: &mut Vec<Problem>) {
    let path = format!("{}.request", at.path);
    let line = match RequestLine::parse(&at.method.request) {
        Ok(line) => line,
        Err(error) => return problems.push(Problem::error(path, error)),
    };
    if line.verb == Verb::Get && at.method.body.is_some() {
        let message = "a GET request has no body; move its members to `parameters` or change the verb";
        problems.push(Problem::error(path, message));
    }
    let names: Vec<&str> = line
        .path
        .iter()
        .filter_map(|piece| match piece {
            PathPiece::Parameter(name) => Some(name.as_str()),
            PathPiece::Text(_) => None,
        })
        .collect();
    check_path_parameters(at, &names, problems);
}

fn check_path_parameters(at: &MethodAt<'_>, names: &[&str], problems: &mut Vec<Problem>) {
    let declared: Vec<(&str, &str)> = at
        .method
        .parameters
        .iter()
        .filter(|(_, parameter)| parameter.location == Location::Path)
        .map(|(key, parameter)| (key.as_str(), vendor_name(key, parameter)))
        .collect();
    let declared_names: Vec<&str> = declared.iter().map(|(_, name)| *name).collect();
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name) {
            problems.push(Problem::error(
                format!("{}.request", at.path),
                format!("`{{{name}}}` stands twice in the path; name each path parameter once"),
            ));
        } else if !declared_names.contains(name) {
            let remedy = if declared_names.is_empty() {
                format!("add `{name}: {{ in: path, schema: … }}` to `parameters`")
            } else {
                did_you_mean(name, &declared_names)
            };
            problems.push(Problem::error(
                format!("{}.request", at.path),
                format!("the path parameter `{name}` is not declared with `in: path`; {remedy}"),
            ));
        }
    }
    for (key, name) in declared {
        if !names.contains(&name) {
            problems.push(Problem::error(
                format!("{}.parameters.{key}", at.path),
                format!("`{{{name}}}` does not stand in the path of `request`; add it there or change `in`"),
            ));
        }
    }
}

fn check_parameters(at: &MethodAt<'_>, problems: &mut Vec<Problem>) {
    let mut seen = HashSet::new();
    for (key, parameter) in &at.method.parameters {
        let path = format!("{}.parameters.{key}", at.path);
        let name = match parameter.location {
            // Header names are the same in any case.
            Location::Header => vendor_name(key, parameter).to_ascii_lowercase(),
            Location::Path | Location::Query => vendor_name(key, parameter).to_owned(),
        };
        if !seen.insert((parameter.location, name)) {
            let message = "another parameter goes to the same place under the same name; remove one or change its `name`";
            problems.push(Problem::error(&path, message));
        }
        if let Some(style) = parameter.style {
            check_style(&path, parameter, style, problems);
        }
    }
}

fn check_style(path: &str, parameter: &Parameter, style: Style, problems: &mut Vec<Problem>) {
    let path = format!("{path}.style");
    let is_query_style = style != Style::Simple;
    let is_query = parameter.location == Location::Query;
    if is_query != is_query_style {
        let message = if is_query {
            "a query parameter is written as `form`, `spaceDelimited`, `pipeDelimited` or `deepObject`; use one of these"
        } else {
            "path parameters and headers are written as `simple`; remove the style"
        };
        problems.push(Problem::error(path, message));
        return;
    }
    let (needed, described) = match style {
        Style::DeepObject => ("object", "objects"),
        Style::SpaceDelimited | Style::PipeDelimited => ("array", "arrays"),
        Style::Form | Style::Simple => return,
    };
    let types = parameter.schema.get("type");
    let allows = types.is_none_or(|types| types == needed || types.as_array().is_some_and(|list| list.iter().any(|one| one == needed)));
    if !allows {
        problems.push(Problem::error(path, format!("this style is for {described}; change it, or the schema's type to `{needed}`")));
    }
}

/// The name under which the vendor knows a parameter.
pub(super) fn vendor_name<'p>(key: &'p str, parameter: &'p Parameter) -> &'p str {
    parameter.name.as_deref().unwrap_or(key)
}
