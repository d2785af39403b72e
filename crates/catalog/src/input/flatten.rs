//! A request body as arguments: the properties of an object each become one, anything else becomes `body`.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::{Builder, Need};
use crate::body::multipart::{FILE_NAME, FILE_TYPE};
use crate::body::{BodyRoute, Content, Encoding, Member, Presence, Rest};
use crate::embed::embed;
use crate::files::is_content_type;
use crate::integration::{Body, BodyFormat};
use crate::types::resolved;
use crate::wording::did_you_mean;

impl Builder<'_> {
    /// `pages` are members that the pagination sets.
    pub(super) fn body(&mut self, body: &Body, pages: &[&str]) -> BodyRoute {
        let content = match members_of(&body.schema) {
            Some(object) if body.format != BodyFormat::Raw => self.members(body, object, pages),
            _ => self.whole(body),
        };
        if body.wrap.is_some() && matches!(body.format, BodyFormat::Raw) {
            self.problem("body.wrap", "a raw body is sent as it is, so `wrap` cannot apply; remove it or change `format`");
        }
        BodyRoute {
            format: body.format,
            presence: match body.required {
                Some(false) => Presence::WithArguments,
                Some(true) | None => Presence::Always,
            },
            content_type: body.content_type.clone(),
            wrap: body.wrap.clone(),
            fixed: body.fixed.clone(),
            pages: pages.iter().map(|name| (*name).to_owned()).collect(),
            content,
        }
    }

    fn members(&mut self, body: &Body, object: &Map<String, Value>, pages: &[&str]) -> Content {
        let place = "body.schema";
        // Embedded as a whole, so that references between its parts still lead there.
        let embedded = match embed(&body.schema, "body", &mut self.definitions) {
            Ok(schema) => schema,
            Err(error) => {
                self.problem(place, error);
                Value::Object(object.clone())
            }
        };
        let root = json!({"$defs": self.definitions});
        let object = resolved(&embedded, &root);
        let required: HashSet<&str> = object
            .get("required")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let properties = object.get("properties").and_then(Value::as_object);

        self.check_encoding(body, properties);
        let mut members = Vec::new();
        let mut needed = Vec::new();
        for (name, schema) in properties.into_iter().flatten() {
            if body.fixed.contains_key(name) || pages.contains(&name.as_str()) {
                continue;
            }
            let argument = self.names.assign(name, "body");
            let default = body.defaults.get(name).cloned();
            let mut schema = schema.clone();
            match (&default, schema.as_object_mut()) {
                (Some(default), Some(schema)) => {
                    schema.insert("default".to_owned(), default.clone());
                }
                (None, _) if required.contains(name.as_str()) => {
                    needed.push(argument.clone());
                }
                _ => {}
            }
            let encoding = match body.format {
                BodyFormat::Multipart => files_of(&schema, &root).unwrap_or_else(|error| {
                    self.problem(&format!("{place}.properties.{name}"), error);
                    Encoding::AsIs
                }),
                BodyFormat::Json | BodyFormat::Form | BodyFormat::Raw => Encoding::AsIs,
            };
            let encoding = self.encoded(body, name, encoding);
            let is_required = required.contains(name.as_str());
            members.push(Member { argument: argument.clone(), name: name.clone(), default, is_required, encoding });
            self.put(&argument, schema);
        }
        if body.required == Some(false) {
            self.depend(&members, &needed);
        } else {
            self.required.extend(needed.iter().map(|argument| Value::from(argument.as_str())));
            needed.clear();
        }
        let rest = match object.get("additionalProperties") {
            None | Some(Value::Bool(false)) => Rest::Refused,
            Some(open) => {
                self.additional = open.clone();
                Rest::Body
            }
        };
        let names: Vec<&str> = properties.into_iter().flat_map(Map::keys).map(String::as_str).collect();
        for name in body.defaults.keys().filter(|name| !properties.is_some_and(|properties| properties.contains_key(*name))) {
            let message = format!("no property of the schema has this name; {}", did_you_mean(name, &names));
            self.problem(&format!("body.defaults.{name}"), message);
        }
        let least = object.get("minProperties").and_then(Value::as_u64).unwrap_or(0);
        Content::Members { members, rest, least, needed }
    }

    /// Of a body that may be left out: no member is given without those that are `needed`.
    fn depend(&mut self, members: &[Member], needed: &[String]) {
        for member in members {
            let others: Vec<Value> = needed.iter().filter(|other| **other != member.argument).map(|other| other.as_str().into()).collect();
            if !others.is_empty() {
                self.dependent.insert(member.argument.clone(), Value::Array(others));
            }
        }
    }

    fn whole(&mut self, body: &Body) -> Content {
        if !body.defaults.is_empty() {
            self.problem(
                "body.defaults",
                "only the properties of an object have defaults, and this body is one argument; remove `defaults`",
            );
        }
        let is_json = body.format == BodyFormat::Json;
        if !body.fixed.is_empty() && !is_json {
            self.problem("body.fixed", "members cannot be added to this body; remove `fixed`, or give the schema `properties`");
        }
        if matches!(body.format, BodyFormat::Form | BodyFormat::Multipart) {
            self.problem("body.schema", "a form is made of an object's members; give the schema `properties`");
        }
        self.check_encoding(body, None);
        let argument = self.names.assign("body", "body");
        let need = if body.required == Some(false) { Need::Optional } else { Need::Required };
        self.add(&argument, need, &body.schema, "body.schema");
        let encoding = match body.format {
            BodyFormat::Raw => encoding_of(resolved(&body.schema, &body.schema)).unwrap_or_else(|error| {
                self.problem("body.schema", error);
                Encoding::AsIs
            }),
            BodyFormat::Json | BodyFormat::Form | BodyFormat::Multipart => Encoding::AsIs,
        };
        Content::Whole { argument, encoding }
    }
}

/// The object schema whose properties become arguments, if the body has one that says no more than its properties.
///
/// Compositions and other rules over the whole object would have to stand at the root of the input schema, where
/// clients refuse them; such bodies become one argument.
fn members_of(schema: &Value) -> Option<&Map<String, Value>> {
    let object = resolved(schema, schema).as_object()?;
    let is_object = match object.get("type") {
        None => true,
        Some(Value::String(one)) => one == "object",
        Some(_) => false,
    };
    let has_members = match object.get("properties").and_then(Value::as_object) {
        Some(properties) => !properties.is_empty() || object.get("additionalProperties") == Some(&Value::Bool(false)),
        None => false,
    };
    let says_no_more = object.keys().all(|key| {
        matches!(
            key.as_str(),
            "type"
                | "properties"
                | "required"
                | "additionalProperties"
                | "minProperties"
                | "$defs"
                | "definitions"
                | "$schema"
                | "$id"
                | "$comment"
                | "title"
                | "description"
                | "default"
                | "examples"
                | "example"
                | "deprecated"
                | "readOnly"
                | "writeOnly"
        ) || key.starts_with("x-")
    });
    (is_object && has_members && says_no_more).then_some(object)
}

/// Which files a member of a multipart body holds: base64, an object with base64 in one member, or a list of either.
///
/// # Errors
/// A file has members that no part can say, or what it is said to be is no media type.
fn files_of(schema: &Value, root: &Value) -> Result<Encoding, String> {
    let schema = resolved(schema, root);
    // Once: a list of lists is no list of files, and references may lead from a list to itself.
    let schema = schema.get("items").map_or(schema, |items| resolved(items, root));
    let properties: Vec<(&str, Encoding)> = match schema.get("properties").and_then(Value::as_object) {
        Some(properties) => {
            let encodings = properties.iter().map(|(name, schema)| Ok((name.as_str(), encoding_of(resolved(schema, root))?)));
            encodings.collect::<Result<_, String>>()?
        }
        None => return encoding_of(schema),
    };
    let said = |name: &str| [FILE_NAME, FILE_TYPE].contains(&name);
    let mut contents = properties.iter().filter(|(_, encoding)| *encoding != Encoding::AsIs);
    let Some((content, Encoding::Base64 { media_type })) = contents.next() else {
        return Ok(Encoding::AsIs);
    };
    if let Some((second, _)) = contents.next() {
        return Err(format!("`{content}` and `{second}` are both in base64, but a file has its bytes once; make two files of it"));
    }
    if said(content) {
        return Err(format!("`{content}` is what is said of a file, so its bytes need another name; call them e.g. `content`"));
    }
    match properties.iter().find(|(name, _)| name != content && !said(name)) {
        Some((other, _)) => Err(format!(
            "`{other}` would not be sent: a file has its bytes (`{content}`), `{FILE_NAME}` and `{FILE_TYPE}`; remove it, or make it an argument beside the file"
        )),
        None => Ok(Encoding::File { content: (*content).to_owned(), media_type: media_type.clone() }),
    }
}

/// # Errors
/// The declared media type cannot stand in a header.
fn encoding_of(schema: &Value) -> Result<Encoding, String> {
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    if text("contentEncoding") != Some("base64") {
        return Ok(Encoding::AsIs);
    }
    match text("contentMediaType").unwrap_or("application/octet-stream") {
        media_type if is_content_type(media_type) => Ok(Encoding::Base64 { media_type: media_type.to_owned() }),
        _ => Err("`contentMediaType` is no media type; write e.g. `application/pdf`".to_owned()),
    }
}
