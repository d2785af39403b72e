//! How lists page, and whether a list knows its end.

use super::{MethodAt, methods};
use crate::input::vendor_name;
use crate::integration::{AnswerFormat, Integration, Location, PagePlace, Pagination};
use crate::paging::Paging;
use crate::problem::Problem;

pub(super) fn check(integration: &Integration, problems: &mut Vec<Problem>) {
    if let Some(pagination) = &integration.pagination {
        check_sizes("pagination", pagination, problems);
    }
    for (key, resource) in &integration.resources {
        if let Some(pagination) = &resource.pagination {
            check_sizes(&format!("resources.{key}.pagination"), pagination, problems);
        }
    }
    for at in methods(integration) {
        let path = format!("{}.pagination", at.path);
        if let Some(pagination) = &at.method.pagination {
            check_sizes(&path, pagination, problems);
        }
        check_paths(&at, problems);
        if at.name == "list" {
            check_list(&at, integration.pagination.as_ref(), problems);
        } else if at.method.pagination.is_some() && at.method.response.format != AnswerFormat::JsonLines {
            problems.push(Problem::warning(path, "only `list` methods page; remove this or rename the method"));
        }
    }
}

/// What is said about the wrong kind of answer is never looked at.
fn check_paths(at: &MethodAt<'_>, problems: &mut Vec<Problem>) {
    let response = &at.method.response;
    let is_list = at.name == "list" || at.method.pagination.is_some();
    let unused = if is_list {
        vec![("path", &response.path, "a list is read by `records`, so this is not used; call it `records`")]
    } else {
        let message = "only lists have records, so this is not used; call it `path`, or remove it";
        vec![("records", &response.records, message), ("total", &response.total, message)]
    };
    for (key, path, message) in unused {
        if path.is_some() {
            problems.push(Problem::warning(format!("{}.response.{key}", at.path), message));
        }
    }
}

fn check_list(at: &MethodAt<'_>, fallback: Option<&Pagination>, problems: &mut Vec<Problem>) {
    let own = at.method.pagination.as_ref().or(at.resource.pagination.as_ref());
    let Some(pagination) = own.or(fallback) else {
        problems.push(Problem::warning(
            &at.path,
            "nothing says how this list pages; add `pagination`, `{ style: none }` if everything comes at once",
        ));
        return;
    };
    let is_counted = matches!(pagination, Pagination::Page { .. } | Pagination::Offset { .. });
    if is_counted && at.method.response.total.is_none() {
        problems.push(Problem::warning(
            &at.path,
            "without `response.total` a full last page is followed by an empty one; add the path of the total",
        ));
    }
    for (key, parameter) in &at.method.parameters {
        let name = vendor_name(key, parameter);
        if parameter.location == Location::Query && Paging::parameters_in(pagination, PagePlace::Query).contains(&name) {
            problems.push(Problem::warning(
                format!("{}.parameters.{key}", at.path),
                format!("the pagination sends `{name}`, so this is no argument; remove it or change the pagination"),
            ));
        }
    }
}

fn check_sizes(path: &str, pagination: &Pagination, problems: &mut Vec<Problem>) {
    let names = Paging::parameters(pagination);
    if names.iter().any(|name| name.is_empty()) {
        problems.push(Problem::error(path, "a name is empty; write the vendor's name for it"));
    }
    if let [first, second] = names[..]
        && first == second
    {
        problems.push(Problem::error(path, format!("`{first}` is named for two purposes; mend one of them")));
    }
    let (is_sized, default_size, max_size) = match pagination {
        Pagination::Page { default_size, max_size, .. } | Pagination::Offset { default_size, max_size, .. } => {
            (true, Some(*default_size), Some(*max_size))
        }
        Pagination::Cursor { size, default_size, max_size, .. }
        | Pagination::LinkHeader { size, default_size, max_size }
        | Pagination::Expression { size, default_size, max_size, .. } => (size.is_some(), *default_size, *max_size),
        Pagination::None => (false, None, None),
    };
    for (key, value) in [("default_size", default_size), ("max_size", max_size)] {
        if value.is_some() && !is_sized {
            problems.push(Problem::warning(
                format!("{path}.{key}"),
                "without `size` no page size is sent; add the name of its query parameter",
            ));
        }
    }
    if let (Some(default_size), Some(max_size)) = (default_size, max_size)
        && default_size > max_size
    {
        problems.push(Problem::error(
            format!("{path}.default_size"),
            format!("the default page size {default_size} is above `max_size` {max_size}; lower it"),
        ));
    }
}
