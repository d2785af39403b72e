//! Parameters that go to the same place, or whose style does not suit their schema.

use std::collections::HashSet;

use super::{MethodAt, methods};
use crate::input::vendor_name;
use crate::integration::{Integration, Location, Parameter, Style};
use crate::problem::Problem;

pub(super) fn check(integration: &Integration, problems: &mut Vec<Problem>) {
    for at in methods(integration) {
        check_parameters(&at, problems);
    }
}

fn check_parameters(at: &MethodAt<'_>, problems: &mut Vec<Problem>) {
    let mut seen = HashSet::new();
    for (key, parameter) in &at.method.parameters {
        let path = format!("{}.parameters.{key}", at.path);
        let name = match parameter.location {
            // Header names are the same in any case.
            Location::Header => vendor_name(key, parameter).to_ascii_lowercase(),
            Location::Path | Location::Query | Location::Cookie => vendor_name(key, parameter).to_owned(),
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
    let (needed, described) = match style {
        Style::DeepObject => ("object", "objects"),
        Style::SpaceDelimited | Style::PipeDelimited => ("array", "arrays"),
        Style::Form | Style::Simple | Style::Matrix | Style::Label | Style::Json => return,
    };
    let types = parameter.schema.get("type");
    let allows = types.is_none_or(|types| types == needed || types.as_array().is_some_and(|list| list.iter().any(|one| one == needed)));
    if !allows {
        problems.push(Problem::error(
            format!("{path}.style"),
            format!("this style is for {described}; change it, or the schema's type to `{needed}`"),
        ));
    }
}
