//! Names and values of constant query parameters, and names of the others. Headers are checked where they are compiled.

use super::methods;
use crate::input::{credential_queries, vendor_name};
use crate::integration::{Integration, Location, Parameter};
use crate::problem::Problem;

/// Longest name of a query parameter.
const MAX_NAME_BYTES: usize = 128;

const CREDENTIAL: &str = "this query parameter holds the credential; remove it here, or change `attach`";

const UNSENDABLE: &str = "a query parameter needs a name, and neither name nor value may hold control characters";

pub(super) fn check(integration: &Integration, problems: &mut Vec<Problem>) {
    let is_credential = |name: &str| credential_queries(integration).any(|query| query == name);
    for (name, value) in &integration.query {
        if !is_sendable(name) || has_control_characters(value) {
            problems.push(Problem::error(format!("query.{name}"), UNSENDABLE));
        }
        if is_credential(name) {
            problems.push(Problem::error(format!("query.{name}"), CREDENTIAL));
        }
    }
    for at in methods(integration) {
        for (name, value) in &at.method.query {
            let path = format!("{}.query.{name}", at.path);
            if !is_sendable(name) || has_control_characters(value) {
                problems.push(Problem::error(&path, UNSENDABLE));
            }
            if is_credential(name) {
                problems.push(Problem::error(&path, CREDENTIAL));
            }
            let is_parameter =
                |(key, parameter): (&String, &Parameter)| parameter.location == Location::Query && vendor_name(key, parameter) == name;
            if integration.query.contains_key(name) || at.method.parameters.iter().any(is_parameter) {
                problems.push(Problem::error(path, "this query parameter is sent already; remove it here, or where it stands beside"));
            }
        }
        for (key, parameter) in &at.method.parameters {
            if parameter.location == Location::Query && integration.query.contains_key(vendor_name(key, parameter)) {
                let message = "the integration's `query` sends this already; remove it here, or there";
                problems.push(Problem::error(format!("{}.parameters.{key}", at.path), message));
            }
            if parameter.location == Location::Query && !is_sendable(vendor_name(key, parameter)) {
                let message = "the parameter's name is empty, too long or holds control characters; mend `name`";
                problems.push(Problem::error(format!("{}.parameters.{key}", at.path), message));
            }
        }
    }
}

fn is_sendable(name: &str) -> bool {
    (1..=MAX_NAME_BYTES).contains(&name.len()) && !has_control_characters(name)
}

fn has_control_characters(text: &str) -> bool {
    text.chars().any(char::is_control)
}
