//! Parameters as arguments, and where each goes: path, query, header or cookie.

use percent_encoding::utf8_percent_encode;

use super::{Builder, Need, credential_queries, parameters_in, vendor_name};
use crate::encode::{QUERY_NAME, UNRESERVED};
use crate::headers;
use crate::integration::{Integration, Location, Method, Parameter, Style};
use crate::request_line::PathPiece;
use crate::route::{CookieArgument, HeaderArgument, PathPart, QueryArgument};
use crate::wording::did_you_mean;

/// A path parameter: the vendor's name, and the argument that takes its place.
pub(super) struct InPath<'p> {
    pub(super) name: &'p str,
    argument: String,
    style: Style,
    explode: bool,
}

/// Where the arguments go that are neither in the path nor in the body.
#[derive(Default)]
pub(super) struct OtherParameters {
    pub(super) query: Vec<QueryArgument>,
    pub(super) headers: Vec<HeaderArgument>,
    pub(super) cookies: Vec<CookieArgument>,
}

pub(super) fn placed(pieces: &[PathPiece], arguments: &[InPath<'_>]) -> Vec<PathPart> {
    let parts = pieces.iter().filter_map(|piece| match piece {
        PathPiece::Text(text) => Some(PathPart::Text(text.clone())),
        PathPiece::Parameter(name) => arguments.iter().find(|known| known.name == name).map(|known| PathPart::Argument {
            argument: known.argument.clone(),
            encoded_name: utf8_percent_encode(name, UNRESERVED).to_string(),
            style: known.style,
            explode: known.explode,
        }),
    });
    parts.collect()
}

impl Builder<'_> {
    pub(super) fn path_parameters<'p>(&mut self, method_name: &str, method: &Method, pieces: &'p [PathPiece]) -> Vec<InPath<'p>> {
        let names = parameters_in(pieces);
        let declared: Vec<(&str, &Parameter)> = method
            .parameters
            .iter()
            .filter(|(_, parameter)| parameter.location == Location::Path)
            .map(|(key, parameter)| (key.as_str(), parameter))
            .collect();
        for (key, parameter) in &declared {
            let name = vendor_name(key, parameter);
            if !names.contains(&name) {
                let message = format!("`{{{name}}}` does not stand in the path of `request`; add it there or change `in`");
                self.problem(&format!("parameters.{key}"), message);
            }
        }
        // The record that a standard method is about is always called `id`.
        let record = match method_name {
            "get" | "update" | "delete" => names.last().copied(),
            _ => None,
        };
        if record.is_some() {
            self.names.reserve("id");
        }
        let mut arguments: Vec<InPath<'p>> = Vec::with_capacity(names.len());
        for name in &names {
            if arguments.iter().any(|known| known.name == *name) {
                self.problem("request", format!("`{{{name}}}` stands twice in the path; name each path parameter once"));
                continue;
            }
            let Some((key, parameter)) = declared.iter().copied().find(|(key, parameter)| vendor_name(key, parameter) == *name) else {
                let known: Vec<&str> = declared.iter().map(|(key, parameter)| vendor_name(key, parameter)).collect();
                let remedy = match known.is_empty() {
                    true => format!("add `{name}: {{ in: path, schema: … }}` to `parameters`"),
                    false => did_you_mean(name, &known),
                };
                self.problem("request", format!("the path parameter `{name}` is not declared with `in: path`; {remedy}"));
                continue;
            };
            self.check_style(&format!("parameters.{key}"), parameter);
            let argument = match record {
                Some(record) if record == *name => "id".to_owned(),
                _ => self.names.assign(key, "path"),
            };
            let place = format!("parameters.{key}.schema");
            self.add(&argument, Need::Required, &parameter.schema, &place);
            let (style, explode) = style_of(parameter);
            arguments.push(InPath { name, argument, style, explode });
        }
        arguments
    }

    pub(super) fn other_parameters(&mut self, method: &Method, pages: &[&str], integration: &Integration) -> OtherParameters {
        let mut others = OtherParameters::default();
        for (key, parameter) in &method.parameters {
            let name = vendor_name(key, parameter);
            let is_paging = parameter.location == Location::Query && pages.contains(&name);
            if parameter.location == Location::Path || is_paging {
                continue;
            }
            let place = format!("parameters.{key}");
            self.check_style(&place, parameter);
            if let Err(reason) = check_name(name, parameter.location, integration) {
                self.problem(&place, reason);
            }
            let need = match parameter.required {
                true => Need::Required,
                false => Need::Optional,
            };
            let (style, explode) = style_of(parameter);
            let is_required = parameter.required;
            let argument = self.names.assign(key, location_word(parameter.location));
            self.add(&argument, need, &parameter.schema, &format!("{place}.schema"));
            match parameter.location {
                Location::Path => {}
                Location::Query => others.query.push(QueryArgument {
                    argument,
                    name: name.to_owned(),
                    encoded_name: utf8_percent_encode(name, QUERY_NAME).to_string(),
                    style,
                    explode,
                    is_required,
                }),
                Location::Header => others.headers.push(HeaderArgument { argument, name: name.to_owned(), style, explode, is_required }),
                Location::Cookie => others.cookies.push(CookieArgument { argument, name: name.to_owned(), style, explode, is_required }),
            }
        }
        others
    }

    fn check_style(&mut self, place: &str, parameter: &Parameter) {
        let message = match (parameter.location, parameter.style) {
            (_, None | Some(Style::Json)) => return,
            (Location::Query, Some(Style::Form | Style::SpaceDelimited | Style::PipeDelimited | Style::DeepObject)) => return,
            (Location::Query, Some(_)) => {
                "a query parameter is written as `form`, `spaceDelimited`, `pipeDelimited`, `deepObject` or `json`; use one of these"
            }
            (Location::Path, Some(Style::Simple | Style::Label | Style::Matrix)) => return,
            (Location::Path, Some(_)) => "a path parameter is written as `simple`, `label`, `matrix` or `json`; use one of these",
            (Location::Header, Some(Style::Simple)) => return,
            (Location::Header, Some(_)) => "a header is written as `simple` or `json`; use one of these",
            (Location::Cookie, Some(Style::Form)) => return,
            (Location::Cookie, Some(_)) => "a cookie is written as `form` or `json`; use one of these",
        };
        self.problem(&format!("{place}.style"), message);
    }
}

/// Style and explode, with OpenAPI's defaults.
fn style_of(parameter: &Parameter) -> (Style, bool) {
    let usual = match parameter.location {
        Location::Path | Location::Header => Style::Simple,
        Location::Query | Location::Cookie => Style::Form,
    };
    let style = parameter.style.unwrap_or(usual);
    (style, parameter.explode.unwrap_or(style == Style::Form))
}

fn location_word(location: Location) -> &'static str {
    match location {
        Location::Path => "path",
        Location::Query => "query",
        Location::Header => "header",
        Location::Cookie => "cookie",
    }
}

/// Whether an argument may set this.
///
/// # Errors
/// What is wrong and what to do about it.
fn check_name(name: &str, location: Location, integration: &Integration) -> Result<(), String> {
    match location {
        Location::Path => Ok(()),
        Location::Query if credential_queries(integration).any(|query| query == name) => {
            Err(format!("`{name}` holds the credential, which no argument may set; remove it"))
        }
        Location::Query => Ok(()),
        Location::Header => headers::check_argument(name, integration),
        Location::Cookie => headers::check_cookie(name, integration),
    }
}

/// The query parameters that no argument sets.
pub(super) fn taken_query(method: &Method, pages: &[&str], integration: &Integration) -> Vec<String> {
    let fixed = integration.query.keys().chain(method.query.keys()).map(String::as_str);
    fixed.chain(pages.iter().copied()).chain(credential_queries(integration)).map(str::to_owned).collect()
}
