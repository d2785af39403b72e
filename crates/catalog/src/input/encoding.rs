//! How single members of a form are written: OpenAPI's Encoding Object.

use serde_json::{Map, Value};

use super::Builder;
use crate::body::{Encoding, Lists};
use crate::encode::FieldStyle;
use crate::files::{is_content_type, is_json};
use crate::integration::{Body, BodyFormat, PropertyEncoding, Style};
use crate::wording::did_you_mean;

impl Builder<'_> {
    /// Says what is wrong with the body's `encoding` whatever its members are.
    pub(super) fn check_encoding(&mut self, body: &Body, properties: Option<&Map<String, Value>>) {
        let is_form = matches!(body.format, BodyFormat::Form | BodyFormat::Multipart);
        if !body.encoding.is_empty() && (!is_form || properties.is_none()) {
            self.problem("body.encoding", "only the members of a `form` or `multipart` body are encoded one by one; remove it");
            return;
        }
        let names: Vec<&str> = properties.into_iter().flat_map(Map::keys).map(String::as_str).collect();
        for (name, encoding) in &body.encoding {
            let place = format!("body.encoding.{name}");
            if !names.contains(&name.as_str()) {
                self.problem(&place, format!("no property of the schema has this name; {}", did_you_mean(name, &names)));
            }
            if let Err(message) = check(encoding) {
                self.problem(&place, message);
            }
        }
    }

    /// How the member `name` is written that would be written as `usual` says.
    pub(super) fn encoded(&mut self, body: &Body, name: &str, usual: Encoding) -> Encoding {
        let Some(encoding) = body.encoding.get(name) else {
            return usual;
        };
        match (usual, &encoding.content_type) {
            (Encoding::Base64 { .. }, Some(content_type)) => Encoding::Base64 { media_type: content_type.clone() },
            (Encoding::File { content, .. }, Some(content_type)) => Encoding::File { content, media_type: content_type.clone() },
            (file @ (Encoding::Base64 { .. } | Encoding::File { .. }), None) => {
                self.problem(&format!("body.encoding.{name}.style"), "a file has no style; remove it, or write its `content_type`");
                file
            }
            (_, Some(content_type)) if body.format == BodyFormat::Multipart => {
                Encoding::Part { media_type: content_type.clone(), lists: Lists::ItemByItem }
            }
            (_, Some(content_type)) if is_json(content_type) => Encoding::Fields(FieldStyle::Styled { style: Style::Json, explode: false }),
            (other, Some(_)) => {
                let message = "a form has no types of single members, so only a JSON type says something here: that the member is JSON text; remove it";
                self.problem(&format!("body.encoding.{name}.content_type"), message);
                other
            }
            (_, None) => {
                let style = encoding.style.unwrap_or(Style::Form);
                match style {
                    Style::Json if body.format == BodyFormat::Multipart => {
                        Encoding::Part { media_type: "application/json".to_owned(), lists: Lists::Whole }
                    }
                    style => {
                        let explode = encoding.explode.unwrap_or(style == Style::Form);
                        Encoding::Fields(FieldStyle::Styled { style, explode })
                    }
                }
            }
        }
    }
}

fn check(encoding: &PropertyEncoding) -> Result<(), &'static str> {
    match encoding {
        PropertyEncoding { style: None, explode: None, content_type: None } => {
            Err("nothing says how the member is written; add `style` or `content_type`, or remove this")
        }
        PropertyEncoding { style: None, explode: None, content_type: Some(text) } if !is_content_type(text) || text.contains('*') => {
            Err("this is no media type; write one, e.g. `application/json`")
        }
        PropertyEncoding { content_type: Some(_), style: None, explode: None } => Ok(()),
        PropertyEncoding { content_type: Some(_), .. } => {
            Err("a member is written in a style or as a media type; keep `style` and `explode`, or `content_type`")
        }
        PropertyEncoding { style: Some(Style::Json | Style::DeepObject), explode: Some(_), .. } => {
            Err("`json` and `deepObject` are the same with and without `explode`; remove it")
        }
        PropertyEncoding { style: Some(Style::Simple | Style::Label | Style::Matrix), .. } => {
            Err("a member is written as `form`, `spaceDelimited`, `pipeDelimited`, `deepObject` or `json`; use one of these")
        }
        _ => Ok(()),
    }
}
